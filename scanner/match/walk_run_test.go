package match

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// example appends what n matches.
func (n *node) example(r *rand.Rand, out []byte) []byte {
	switch n.kind {
	case kindSet:
		for {
			if c := byte(r.IntN(256)); n.set.has(c) {
				return append(out, c)
			}
		}
	case kindAlt:
		return n.sub[r.IntN(len(n.sub))].example(r, out)
	case kindRepeat:
		most := n.max
		if most == noLimit || most > n.min+3 {
			most = n.min + 3
		}
		for range n.min + r.IntN(most-n.min+1) {
			out = n.sub[0].example(r, out)
		}
		return out
	}
	for _, s := range n.sub { // assertions have none
		out = s.example(r, out)
	}
	return out
}

// What is required beside an automaton that is too small to count must stand where each match of the pattern begins, and must
// tell at least some texts apart that the automaton does not.
func TestRequiredRun(t *testing.T) {
	exprs := []string{
		`key[ \t]{0,20}[:=]{1,3}["' ]{0,9}(?:v1_|v2_)?[0-9a-z]{40}(?:["';]|$)`,
		`(?:[0-9a-f]{50}|x)?[0-9]{4}[A-Z]{30}[A-Z]{0,20}end`,
		`[a-z]{60}[0-9]{60}`,
		`[ab]{1,3}(?:c|d){2}[0-9a-z]{70,90}-`,
	}
	r := rand.New(rand.NewPCG(4, 2))
	known, told := 0, 0
	for _, expr := range exprs {
		for _, back := range []bool{false, true} {
			_, root, err := parse(expr, &lookups{})
			if err != nil {
				t.Fatal(err)
			}
			if back {
				root = root.reversed()
			}
			w := &walker{walking: &walking{list: flatten(root, nil), back: back, looks: &lookups{}}}
			w.known()
			if w.run == nil {
				continue
			}
			known++
			for range 300 {
				m := string(root.example(r, nil))
				text, p := []byte(m), 0
				if back {
					slices.Reverse(text)
					p = len(text)
				}
				if ok, _ := w.may(text, p); !ok {
					t.Errorf("%s, back %v: not in %q", expr, back, text)
				}
				// With a shorter run.
				at := 0
				for i, n := 0, 0; n < w.run.least; i++ {
					if n++; !w.run.set.has(text[i]) {
						n = 0
					}
					at = i - n + 1
				}
				text = slices.Delete(text, at, at+1+r.IntN(3))
				if back {
					p = len(text)
				}
				forward, _ := w.forward(text, p)
				if back {
					forward, _ = w.backward(text, p)
				}
				if ok, _ := w.may(text, p); forward && !ok {
					told++
				}
			}
		}
	}
	if known < 4 || told == 0 {
		t.Errorf("%d automata ask for a run, which told %d texts apart", known, told)
	}
}
