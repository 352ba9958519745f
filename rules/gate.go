package rules

import (
	"math/bits"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// gate is what the judges of one pattern have in common, if each of them requires a word
// nearby: where none of their words stands, no match needs to be looked for. Text in base64 is full
// of what could be a token of hundreds of services.
type gate struct {
	shut          bool     // where there is no word; else the gate is always open
	words         []uint64 // of the lexicon, a bit each
	before, after int      // the farthest that one of the judges looks
	fewest        int      // letters and digits of a value that one of them can pass
}

// newGates makes the gates of a set's patterns.
func newGates(s *Set) []gate {
	x := s.lexicon
	byList := make([][]uint16, x.lists)
	for i := range x.words {
		for w, set := range x.words[i].lists {
			for ; set != 0; set &= set - 1 {
				list := w<<6 | bits.TrailingZeros64(set)
				byList[list] = append(byList[list], uint16(i))
			}
		}
	}
	gates := make([]gate, len(s.judges))
	for i := range gates {
		g := &gates[i]
		g.shut, g.fewest = true, min(bits.TrailingZeros64(s.counts[i]), 63)
		for k := range s.judges[i] {
			g.add(&s.judges[i][k], byList, len(x.words))
		}
		for _, group := range s.groups[i] {
			for k := range group.judges {
				g.add(&group.judges[k], byList, len(x.words))
			}
		}
	}
	return gates
}

// add notes what a judge requires.
func (g *gate) add(j *judge, byList [][]uint16, words int) {
	l := j.requiredList()
	if l == nil {
		g.shut = false
	}
	if !g.shut {
		return
	}
	if g.words == nil {
		g.words = make([]uint64, (words+63)/64)
	}
	for _, w := range byList[l.id] {
		g.words[w>>6] |= 1 << (w & 63)
	}
	g.before, g.after = max(g.before, l.window, maxLabelGap+maxLabelText), max(g.after, l.after)
}

// gateOf returns the scratch as the gate of the set's patterns in the text at hand. Explain
// has none: it shows candidates that no word speaks for.
func (sc *scratch) gateOf(s *Set) match.Gate {
	if sc.trace != nil {
		return nil
	}
	sc.gates = s.gates
	return sc
}

// Worth implements match.Gate: most groups of digits are too short for any rule. The words around are not
// asked for: checks turn most matches away, at less cost than reading them.
func (sc *scratch) Worth(pattern, from, to int) bool {
	left := sc.gates[pattern].fewest
	if left == 0 {
		return true
	}
	for _, b := range sc.noted.text[from:to] {
		if isAlnum(b) {
			if left--; left == 0 {
				return true
			}
		}
	}
	return false
}

// Open implements match.Gate.
func (sc *scratch) Open(pattern, from, at, to int) bool {
	g := &sc.gates[pattern]
	if !g.shut {
		return true
	}
	n := &sc.noted
	if g.standsIn(n, max(from-g.before, 0), min(to+retryTail+g.after, len(n.text))) || g.standsIn(n, 0, sc.keyed) {
		return true
	}
	// The head of a table that this is a row of.
	c := &sc.candidate
	*c = newCandidate(n.text, at, at+1, at, at+1)
	n.columnHead(c)
	row := n.rowOf(c)
	return g.standsIn(n, row.headStart, row.headEnd)
}

// standsIn reports whether a word of one of the judges may stand between two places, or near them.
func (g *gate) standsIn(n *noted, from, to int) bool {
	if from >= to {
		return false
	}
	for b := from >> blockBits; b <= (to-1)>>blockBits; b++ {
		for _, o := range n.words(n.block(b)) {
			if g.words[o.word>>6]>>(o.word&63)&1 != 0 {
				return true
			}
		}
	}
	return false
}

// hasAny reports whether a word of one of the judges is among some.
func (g *gate) hasAny(words []uint64) bool {
	for i, w := range g.words {
		if w&words[i] != 0 {
			return true
		}
	}
	return false
}

// Closed implements match.Gate: to know it takes longer than to look for all patterns.
func (sc *scratch) Closed() []int32 { return nil }
