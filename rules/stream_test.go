package rules

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// Text that comes in pieces gives the matches of the whole with every built-in pattern: the
// examples of all rules, in one text.
func TestStreamsOfBuiltinPatterns(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	streams, err := match.NewStreams(set.matcher)
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	for _, r := range set.rules {
		for _, example := range r.Match {
			expanded, err := expandExample(example, 3)
			if err != nil {
				t.Fatal(err)
			}
			text = append(append(text, expanded...), "\nand then nothing for a while, as ever. "...)
		}
	}
	want, err := set.matcher.Find(t.Context(), nil, text)
	if err != nil {
		t.Fatal(err)
	}
	if len(want) < len(set.rules) {
		t.Errorf("only %d matches of %d rules' examples", len(want), len(set.rules))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int{40, 3000} {
		s := streams.Begin(0)
		var got []match.Match
		for rest := text; len(rest) > 0; {
			n := min(1+rng.IntN(most), len(rest))
			if got, err = s.Write(t.Context(), got, rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if got, err = s.Close(t.Context(), got); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(got, func(a, b match.Match) int { return cmp.Or(a.Pattern-b.Pattern, a.Start-b.Start) })
		if !slices.Equal(got, want) {
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Errorf("pieces of up to %d bytes: match %d is %+v, in the whole %+v (%s)", most, i, got[i], want[i], set.judges[want[i].Pattern][0].rule.ID)
					break
				}
			}
			t.Errorf("pieces of up to %d bytes: %d matches, %d in the whole", most, len(got), len(want))
		}
	}
}
