package match

import (
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// TestWalksSkip: a walk that reads many bytes at once says what the automaton says that reads each.
func TestWalksSkip(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	skipped := 0
	for _, tt := range []struct{ expr, match string }{
		{`key[a-z]{0,5}[=: ]{1,3}([0-9a-z]{32})(?:[^0-9a-z]|$)`, "keyab = 0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d;"},
		{`key[0-9a-z_-]{40}\b`, "key-a1b2c3d4e5_6a7b8c9d0e1f2a3b4c5d6e7f8a9b."},
		{`key[0-9a-z]{73}z?(?:\W|$)`, "key" + strings.Repeat("a1", 36) + "xz "},
		{`\bkey\w{12}-\w{12}-[a-z]{9}`, "key0123456789ab-0123456789AB-abcdefghi"},
		{`key[^\n]{0,90}=[a-z]`, "key is what a door has, or a lock, and it is =a"},
		{`key[a-z0-9]{20,}[A-Z]`, "key0123456789abcdefghijklZ"},
		{`key(?:[a-z]{10}[0-9]{10}){2}`, "keyabcdefghij0123456789abcdefghij0123456789"},
		{`key[a-z -]{14}\b[ =]`, "keya-b c-d e-f gh="},
	} {
		tree, err := syntax.Parse(tt.expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		list := flatten(builder{plain: true}.build(tree), nil)
		w := &walker{walking: &walking{list: list, looks: new(lookups)}}
		accepted := 0
		for n := range 4000 {
			text := slices.Concat([]byte("-"), []byte(tt.match), []byte("-- end of it."))
			for range n % 3 {
				at := 1 + r.IntN(len(text)-1)
				switch c := "a0-= \nZé"[r.IntN(9)]; r.IntN(3) {
				case 0:
					text = slices.Insert(text, at, c)
				case 1:
					text = slices.Delete(text, at, at+1)
				default:
					text[at] = c
				}
			}
			got, _ := w.forward(text, 1)
			want, _ := w.automaton.forward(text, 1)
			if got != want {
				t.Fatalf("%s in %q: %t, want %t", tt.expr, text, got, want)
			}
			if want {
				accepted++
			}
		}
		for _, s := range w.known().skips {
			if s.look != nil {
				skipped++
			}
		}
		if accepted < 1500 {
			t.Errorf("%s: only %d walks accepted", tt.expr, accepted)
		}
	}
	if skipped < 8 {
		t.Errorf("%d states with a skip", skipped)
	}
}
