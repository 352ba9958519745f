package rules

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// What is noted place by place says what all anchors say one by one.
func TestSurroundings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var s surroundings
	for range 300 {
		size := 1 + rng.IntN(700)
		var anchors []anchor
		for range rng.IntN(60) {
			start := rng.IntN(size)
			end := min(size, start+1+rng.IntN(1+rng.IntN(150)))
			anchors = append(anchors, anchor{scanner.Span{Start: start, End: end}, []scanner.Kind{"a", "b"}[rng.IntN(2)], int32(rng.IntN(3))})
		}
		s.note(anchors, size)
		if len(s.sorted) != len(anchors) || !slices.IsSortedFunc(s.sorted, func(a, b anchor) int { return a.Start - b.Start }) {
			t.Fatalf("%v becomes %v", anchors, s.sorted)
		}
		for start := range size {
			if n := s.from(start); n < len(anchors) && s.sorted[n].Start < start || n > 0 && s.sorted[n-1].Start >= start {
				t.Fatalf("from %d: %d of %v", start, n, s.sorted)
			}
			end := min(size, start+rng.IntN(90))
			for _, kind := range []scanner.Kind{"a", "b", "c"} {
				want := slices.ContainsFunc(anchors, func(a anchor) bool { return a.kind == kind && a.Start < end && a.End > start })
				if got := s.touches(kind, start, end); got != want {
					t.Fatalf("%s %d–%d touches %v: %v, want %v", kind, start, end, anchors, got, want)
				}
			}
		}
	}
}
