package scanner

import (
	"cmp"
	"slices"
)

// Resolve sorts findings by text and place and drops those that overlap a
// better finding of the same text: higher confidence first, then the longer
// span, then secrets before other kinds, then the rule id, so that the result
// does not depend on the order in which detectors answered. It reorders and
// reuses the given slice.
//
// Segments (Lines > 0) and values do not compete: a key inside a page of code
// is both, and each may have its own action.
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

// settle chooses the winners of a cluster and returns them in a slice of their own.
func settle(cluster []Decision) []Decision {
	slices.SortFunc(cluster, better)
	type place struct {
		Span
		winner int
	}
	var winners []Decision
	var taken []place // by Start; they never overlap
	for _, d := range cluster {
		// taken[first:last] are those that overlap d.
		first, _ := slices.BinarySearchFunc(taken, d.Span.Start, func(p place, start int) int {
			if p.End <= start {
				return -1
			}
			return 1
		})
		last := first
		for last < len(taken) && taken[last].Start < d.Span.End {
			last++
		}
		if first == last {
			taken = slices.Insert(taken, first, place{d.Span, len(winners)})
			winners = append(winners, d)
			continue
		}
		if d.Action < Tokenize {
			continue
		}
		taken[first].Start = min(taken[first].Start, d.Span.Start)
		for i := first; i < last-1; i++ {
			taken[i].End = taken[i+1].Start
		}
		taken[last-1].End = max(taken[last-1].End, d.Span.End)
	}
	for _, p := range taken {
		winners[p.winner].Span = p.Span
	}
	return winners
}

func sameLayer(a, b Decision) bool {
	return a.Text == b.Text && (a.Lines > 0) == (b.Lines > 0)
}

// byLayer brings those together that may overlap and compete.
func byLayer(a, b Decision) int {
	return cmp.Or(
		cmp.Compare(a.Text, b.Text),
		cmp.Compare(min(a.Lines, 1), min(b.Lines, 1)),
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
