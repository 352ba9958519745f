package fingerprint

import (
	"bytes"
	"fmt"
	"testing"
)

// TestPublic makes sets of three repositories, of which two have something in
// common, and leaves them out of an index.
func TestPublic(t *testing.T) {
	other := linesOf(ledger, 6, 28)
	for i := range 8 { // another program: the names are others
		other = string(bytes.ReplaceAll([]byte(other), []byte{"aeinorst"[i]}, fmt.Appendf(nil, "%c%d", "uyxwzqkv"[i], i)))
	}
	for least, want := range map[int]map[string]bool{
		1: {ledger: false, other: false, memo: true},
		2: {ledger: false, other: true, memo: true},
		3: {ledger: true, other: true, memo: true},
	} {
		b, err := NewPublicBuilder(Options{}, least)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"one:a.go": ledger, "two:b.go": ledger, "three:c.go": other, "three:d.go": other} {
			p, err := b.Code(t.Context(), []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Add(name, p); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if _, err := b.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
		public, err := NewPublic(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{"acme:a.go": ledger, "acme:c.go": other, "acme:m.txt": memo}
		d := New(open(t, build(t, Options{Public: []*Public{public}}, testKey, all), testKey))
		for text, own := range want {
			if found := detect(t, d, ask+text+thanks); len(found) > 0 != own {
				t.Errorf("of at least %d, %.20q: found %+v", least, text, found)
			}
		}
	}
	if _, err := NewPublicBuilder(Options{}, commonSources+1); err == nil {
		t.Error("more repositories than are counted")
	}
}
