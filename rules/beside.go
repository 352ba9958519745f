package rules

import (
	"cmp"
	"context"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// anchor is a finding, in a view, that patterns with beside look around.
type anchor struct {
	scanner.Span
	kind scanner.Kind
	rule int32 // by the order of the files
}

const (
	defaultBeside = 160
	maxBeside     = 1000
	// A window around an anchor ends between words, which are sought so far.
	besideSlack = 32
	// Of a longer finding both ends are anchors.
	maxAnchor = 512
)

// ruleNumbers are the numbers of rules by their ids, in the order of the files.
func ruleNumbers(files []*File) map[string]int32 {
	numbers := make(map[string]int32)
	for _, f := range files {
		for _, r := range f.Rules {
			numbers[r.ID] = int32(len(numbers))
		}
	}
	return numbers
}

// anchor notes a finding of a view that patterns may look around.
func (sc *scratch) anchor(f *scanner.Finding, numbers map[string]int32) {
	if f.Confidence < scanner.Medium {
		return
	}
	if f.Rule != sc.last.rule { // most come from one rule in a row
		sc.last.rule, sc.last.number = f.Rule, numbers[f.Rule]
	}
	a := anchor{f.Span, f.Kind, sc.last.number}
	if a.End-a.Start > maxAnchor {
		last := a
		last.Start = a.End - maxAnchor
		sc.anchors = append(sc.anchors, last)
		a.End = a.Start + maxAnchor
	}
	sc.anchors = append(sc.anchors, a)
}

// besides appends what the patterns with beside find around the anchors. Only what lies around them is
// read: a text in which nothing is found costs nothing, and one full of findings is read once.
func (s *Set) besides(ctx context.Context, found []scanner.Finding, outer *scratch, v *view, text int) ([]scanner.Finding, error) {
	b, err := s.beside()
	if err != nil {
		return nil, err
	}
	sc := b.scratch.Get().(*scratch)
	defer b.scratch.Put(sc)
	defer sc.forget()
	sc.trace = outer.trace
	defer func() { sc.trace = nil }()
	sc.resetParts()
	sc.lines = lineHits{}
	sc.keyed = v.label
	// Both sets have the same words.
	sc.noted, outer.noted = outer.noted, sc.noted
	defer func() { sc.noted, outer.noted = outer.noted, sc.noted }()
	around := &sc.around
	around.note(outer.anchors, len(v.text))
	anchors := around.sorted
	reach := 0
	for _, judges := range b.judges {
		reach = max(reach, judges[0].within())
	}
	first := len(found)
	for i := 0; i < len(anchors); {
		from, to := anchors[i].Start-reach, anchors[i].End+reach
		for i++; i < len(anchors) && anchors[i].Start-reach <= to+2*besideSlack; i++ {
			to = max(to, anchors[i].End+reach)
		}
		from, to = outward(v.text, from, to)
		if sc.matches, err = b.find(ctx, sc.matches[:0], v.text[from:to], sc.closedIn(b, from, to)); err != nil {
			return nil, err
		}
		for k := range sc.matches {
			if k%256 == 255 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			m := &sc.matches[k]
			judges := b.judges[m.Pattern]
			// Most candidates in a text full of findings are a part of one.
			if around.touches(judges[0].rule.Kind, m.GroupStart+from, m.GroupEnd+from) {
				continue
			}
			c := &sc.candidate
			*c = newCandidate(v.text, m.GroupStart+from, m.GroupEnd+from, m.Start+from, m.End+from)
			if c.tooShort(b.counts[m.Pattern]) && sc.trace == nil || !judges[0].isBeside(c, around) {
				continue
			}
			if found, err = b.consider(ctx, found, sc, judges, c, v.label); err != nil {
				return nil, err
			}
		}
	}
	b.place(found[first:], sc, v, text)
	return found, ctx.Err()
}

// besideGate is closed to the patterns all judges of which require a word that stands nowhere near.
type besideGate struct {
	closed []int32
	words  []uint64 // of the lexicon that stand around, a bit each
}

// Closed implements match.Gate.
func (g *besideGate) Closed() []int32 { return g.closed }

// Open implements match.Gate.
func (g *besideGate) Open(_, _, _, _ int) bool { return true }

// Worth implements match.Gate.
func (g *besideGate) Worth(_, _, _ int) bool { return true }

// closedIn returns the gate of the patterns with beside for a piece of the text, or none in Explain, which shows
// candidates that no word speaks for.
func (sc *scratch) closedIn(b *Set, from, to int) match.Gate {
	if sc.trace != nil {
		return nil
	}
	closed := sc.besides.closed[:0]
	stand := sc.besides.words[:0]
	for i := range b.gates {
		g := &b.gates[i]
		if !g.shut {
			continue
		}
		if len(stand) == 0 {
			// The head of a table may stand far above.
			stand = sc.noted.wordsWithin(stand, max(from-maxTableBytes-2*maxRowBytes, 0), min(to+retryTail+maxWindow, len(sc.noted.text)), sc.keyed)
		}
		if !g.hasAny(stand) {
			closed = append(closed, int32(i))
		}
	}
	sc.besides.words = stand
	sc.besides.closed = closed
	return &sc.besides
}

// within is how many bytes may lie between what the judge's pattern finds and what else was found.
func (j *judge) within() int { return cmp.Or(j.beside.Within, defaultBeside) }

// isBeside reports whether the candidate, which touches nothing that is found, stands near enough to a finding of another
// rule of its kind.
func (j *judge) isBeside(c *candidate, around *surroundings) bool {
	within := j.within()
	counts := func(a *anchor) bool {
		return a.kind == j.rule.Kind && a.End+within > c.start && (a.rule != j.number || j.beside.Own) && j.barren[a.rule>>6]>>(a.rule&63)&1 == 0
	}
	// Most texts with a candidate are full of findings: the next on either side decides.
	next := around.from(c.start)
	for i := next - 1; i >= 0 && around.sorted[i].Start > c.start-within-around.longest; i-- {
		if counts(&around.sorted[i]) {
			return true
		}
	}
	for i := next; i < len(around.sorted) && around.sorted[i].Start < c.end+within; i++ {
		if counts(&around.sorted[i]) {
			return true
		}
	}
	return false
}

// outward moves the ends of a window to where no word is cut, nor a character.
func outward(text []byte, from, to int) (int, int) {
	if from > 0 {
		for n := 0; from > 0 && text[from-1] > ' ' && n < besideSlack; n++ {
			from--
		}
		from = runeStart(text, from)
	}
	for n := 0; to > 0 && to < len(text) && text[to] > ' ' && n < besideSlack; n++ {
		to++
	}
	if to < len(text) {
		to = runeStart(text, to)
	}
	return max(from, 0), min(to, len(text))
}

// excepted returns the rules whose findings do not count for beside, a bit each by their numbers.
func (b *Beside) excepted(files []*File, numbers map[string]int32) []uint64 {
	rules := make([]uint64, len(numbers)/64+1)
	for _, f := range files {
		for _, r := range f.Rules {
			if r.isOneOf(b.Except) || len(b.Of) > 0 && !r.isOneOf(b.Of) {
				n := numbers[r.ID]
				rules[n>>6] |= 1 << (n & 63)
			}
		}
	}
	return rules
}

// isOneOf reports whether a list has the rule's id or one of its tags.
func (r *Rule) isOneOf(list []string) bool {
	return slices.Contains(list, r.ID) || slices.ContainsFunc(r.Tags, func(tag string) bool { return slices.Contains(list, tag) })
}

// looksBeside reports whether the rule has patterns that are looked for only beside findings.
func (r *Rule) looksBeside() bool {
	return slices.ContainsFunc(r.Patterns, func(p Pattern) bool { return p.Beside != nil })
}

func (f *File) looksBeside() bool { return slices.ContainsFunc(f.Rules, (*Rule).looksBeside) }
