package scanner

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// Resolve sorts findings by text and place and drops those that overlap a
// better finding of the same text: higher confidence first, then the longer
// span, then secrets before other kinds, then rules that know what they found
// before those that only guess, whose ids begin with "generic-", then the rule
// id, so that the result does not depend on the order in which detectors
// answered. It reorders and reuses the given slice.
//
// Segments (Lines > 0) and values do not compete: a key inside a page of code
// is both, and each may have its own action. Nor do segments that look like code
// compete with those that an index knows (KindPrivate).
//
// A Scanner goes further, since it knows what the policy does about each: see
// Verdict.Decisions.
func Resolve(findings []Finding) []Finding {
	decisions := make([]Decision, len(findings))
	for i, f := range findings {
		decisions[i] = Decision{Finding: f}
	}
	kept := resolve(decisions)
	for i, d := range kept {
		findings[i] = d.Finding
	}
	return findings[:len(kept)]
}

// resolve is Resolve with actions. A stricter action is better than anything
// else, so that no allowed finding can hide one to be acted on. Where a finding
// that was to be rewritten loses, the winners are widened over the bytes that
// only it covered: they must not leave because part of them was found twice.
func resolve(decisions []Decision) []Decision {
	slices.SortFunc(decisions, byLayer)
	kept := decisions[:0]
	for rest := decisions; len(rest) > 0; {
		// A cluster is a run of findings that hang together by overlaps. Most
		// have one member, and what happens in one cannot matter to another.
		n, end := 1, rest[0].Span.End
		for n < len(rest) && sameLayer(rest[0], rest[n]) && rest[n].Span.Start < end {
			end = max(end, rest[n].Span.End)
			n++
		}
		if n == 1 {
			kept = append(kept, rest[0])
		} else {
			kept = append(kept, settle(rest[:n])...)
		}
		rest = rest[n:]
	}
	slices.SortFunc(kept, byPlace)
	return kept
}

// settle chooses the winners of a cluster, which is sorted by Start, and
// returns them in a slice of their own.
func settle(cluster []Decision) []Decision {
	ranks := make([]int, len(cluster))
	for i := range ranks {
		ranks[i] = i
	}
	slices.SortFunc(ranks, func(a, b int) int { return better(cluster[a], cluster[b]) })
	// Winners never overlap, so that those at hand lie in the order of their
	// indices, even after they were widened.
	won := newIndexSet(len(cluster))
	spans := make([]Span, len(cluster)) // of winners
	for _, i := range ranks {
		d := cluster[i]
		first := won.last(i)
		if first < 0 || spans[first].End <= d.Span.Start {
			first = won.first(i)
		}
		if first < 0 || spans[first].Start >= d.Span.End {
			won.add(i)
			spans[i] = d.Span
			continue
		}
		if d.Action < Tokenize {
			continue
		}
		spans[first].Start = min(spans[first].Start, d.Span.Start)
		last := first
		for k := won.first(first + 1); k >= 0 && spans[k].Start < d.Span.End; k = won.first(k + 1) {
			spans[last].End = spans[k].Start
			last = k
		}
		spans[last].End = max(spans[last].End, d.Span.End)
	}
	var winners []Decision
	for i := won.first(0); i >= 0; i = won.first(i + 1) {
		cluster[i].Span = spans[i]
		winners = append(winners, cluster[i])
	}
	return winners
}

// indexSet is a set of small numbers that knows its members' neighbours. A
// sorted slice would move half of itself at each insertion, and a hostile body
// has a hundred thousand.
type indexSet []uint64

func newIndexSet(n int) indexSet { return make(indexSet, (n+63)/64) }

func (s indexSet) add(i int) { s[i/64] |= 1 << (i % 64) }

// first returns the smallest member from i on, or -1.
func (s indexSet) first(i int) int {
	for w := i / 64; w < len(s); w++ {
		word := s[w]
		if w == i/64 {
			word &= ^uint64(0) << (i % 64)
		}
		if word != 0 {
			return w*64 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// last returns the largest member up to i, or -1.
func (s indexSet) last(i int) int {
	for w := i / 64; w >= 0; w-- {
		word := s[w]
		if w == i/64 {
			word &= ^uint64(0) >> (63 - i%64)
		}
		if word != 0 {
			return w*64 + 63 - bits.LeadingZeros64(word)
		}
	}
	return -1
}

func sameLayer(a, b Decision) bool {
	return a.Text == b.Text && layer(a) == layer(b)
}

// layer is the same for findings that may compete.
func layer(d Decision) int {
	switch {
	case d.Lines == 0:
		return 0
	case d.Kind != KindPrivate:
		return 1
	}
	return 2
}

// byLayer brings those together that may overlap and compete.
func byLayer(a, b Decision) int {
	return cmp.Or(
		cmp.Compare(a.Text, b.Text),
		cmp.Compare(layer(a), layer(b)),
		cmp.Compare(a.Span.Start, b.Span.Start),
	)
}

// byPlace is the order of a verdict's decisions.
func byPlace(a, b Decision) int {
	return cmp.Or(
		cmp.Compare(a.Text, b.Text),
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(b.Span.End, a.Span.End),
		cmp.Compare(a.Rule, b.Rule),
		better(a, b),
	)
}

// better is a total order: only equal decisions compare as equal, or the
// outcome would depend on the order in which they came.
func better(a, b Decision) int {
	return cmp.Or(
		cmp.Compare(b.Action, a.Action),
		cmp.Compare(b.Confidence.level(), a.Confidence.level()),
		cmp.Compare(b.Span.Len(), a.Span.Len()),
		cmp.Compare(kindRank(a.Kind), kindRank(b.Kind)),
		cmp.Compare(ruleRank(a.Rule), ruleRank(b.Rule)),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Text, b.Text),
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Detail, b.Detail),
		cmp.Compare(a.Lines, b.Lines),
		cmp.Compare(a.Confidence, b.Confidence),
	)
}

func kindRank(k Kind) int {
	if k == KindSecret {
		return 0
	}
	return 1
}

// ruleRank puts names that tell an operator something before those that do not.
func ruleRank(id string) int {
	if strings.HasPrefix(id, "generic-") {
		return 1
	}
	return 0
}
