package fingerprint

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"
)

// TestSpilledIndexIsTheSame makes an index of ten repositories, some of which are copies of others,
// with room for few entries and with room for all.
func TestSpilledIndexIsTheSame(t *testing.T) {
	made := func(dir string, most int) *contents {
		b, err := newBuilder(testKey, make([]byte, saltBytes), Options{Names: true, Similar: true, Temporary: dir})
		if err != nil {
			t.Fatal(err)
		}
		b.entries.most = most
		for i := range 300 {
			p := Prints{document: i%7 == 0}
			for s := range p.of {
				for k := range 100 {
					p.of[s] = append(p.of[s], Print{Hash: scramble(uint64(i*60 + k*k%97 + s)), Line: uint32(k)})
				}
			}
			if err := b.Add(fmt.Sprintf("r%d:%d", i%10, i), p); err != nil {
				t.Fatal(err)
			}
		}
		if spilled := b.entries.file != nil; spilled != (dir != "") {
			t.Fatalf("a file was used: %t", spilled)
		}
		var out bytes.Buffer
		if _, err := b.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
		c, err := parse(out.Bytes(), testKey)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	want := made("", 1)
	for _, most := range []int{1, 100, 7777} {
		dir := t.TempDir()
		got := made(dir, most)
		for s := range streams {
			if len(want.tables[s].blocks) == 0 || !bytes.Equal(got.tables[s].blocks, want.tables[s].blocks) || !bytes.Equal(got.places[s], want.places[s]) {
				t.Errorf("room for %d: stream %d differs", most, s)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("room for %d: %d files are left, %v", most, len(left), err)
		}
	}
}

// TestNoRoomIsAnError has a folder that is not there.
func TestNoRoomIsAnError(t *testing.T) {
	b, err := NewBuilder(testKey, Options{Temporary: t.TempDir() + "/none"})
	if err != nil {
		t.Fatal(err)
	}
	b.entries.most = 1
	p, err := b.Code(t.Context(), []byte(ledger))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Add("a", p); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
	if err := b.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
}
