package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What vectors find is what the loop finds.
func TestGramsWithVectors(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, step := range firstSteps {
		if step.grams == nil {
			continue
		}
		for round := range 400 {
			table := new(gramTable)
			for range 1 << (round % 18) {
				table[r.IntN(len(table))] |= 1 << r.IntN(32)
			}
			blocks := 1 + r.IntN(passBlocks)
			v := &vectors{}
			for i := range v.grams.code {
				v.grams.code[i] = byte(r.IntN(256))
			}
			want := make([]uint16, len(v.list))
			want = want[:gramsGo(table, v.grams.code[:], blocks, want)]
			out := make([]uint16, blocks*blockLen+listAhead+1)
			out[len(out)-1] = 0xabcd
			got := out[:step.grams(table, &v.grams.code[0], blocks, &out[0])]
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %d places in %d blocks, want %d", step.name, len(got), blocks, len(want))
			}
			if out[len(out)-1] != 0xabcd {
				t.Fatalf("%s writes past its result", step.name)
			}
			if n := step.grams(table, &v.grams.code[0], 0, &out[0]); n != 0 {
				t.Fatalf("%s finds %d places in nothing", step.name, n)
			}
		}
	}
}

// gramPatterns are enough patterns for grams, and words of which texts for them are made.
func gramPatterns(r *rand.Rand) (patterns []Pattern, words []string) {
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abdeknorst"[r.IntN(10)]
		}
		return string(b)
	}
	for i := range fewAnchors + 60 {
		w := word(2 + r.IntN(7))
		d := fmt.Sprint(r.IntN(1000))
		words = append(words, w, w+d)
		patterns = append(patterns, Pattern{Expr: []string{
			w + `\d+`, `\b` + w + `$`, `^` + w + `\b`, `(?i)` + w + `[a-z]`, `(?i)\b` + w + `\b`, `[` + word(2) + `]` + w, `(?m)^` + w + `$`,
			w + `\s[=:]`, `\W` + w + d, w + `.\p{Greek}`, `[^a]` + w + `(?:$|\s)`, w + `é?` + d, `(?s)` + w + `..$`,
		}[i%13]})
	}
	return patterns, append(words, " ", "\n", "=", ": ", "λ", "é", "K", "A", "-", "x", "\u212a")
}

// With grams every match is found that is there without any filter, at the ends of texts too.
func TestGramsMissNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	patterns, words := gramPatterns(r)
	var sets []*Set
	for i := range firstSteps {
		s, err := compile(patterns, &firstSteps[i])
		if err != nil {
			t.Fatal(err)
		}
		if want := firstSteps[i].grams != nil || firstSteps[i].list == nil; (s.plain.grams != nil) != want {
			t.Fatalf("%s: grams %v", firstSteps[i].name, !want)
		}
		sets = append(sets, s)
	}
	found := 0
	for round := range 1500 {
		var text []byte
		for range 1 + r.IntN(1+round/8) {
			text = append(text, words[r.IntN(len(words))]...)
			if r.IntN(3) == 0 {
				text = append(text, ' ')
			}
		}
		if round%50 == 0 {
			// Words over the ends of pieces.
			text = slices.Concat(text, slices.Repeat([]byte("."), passBlocks*blockLen-len(text)%8-len(text)), text)
		}
		want, err := sets[0].FindAll(t.Context(), nil, text)
		if err != nil {
			t.Fatal(err)
		}
		found += len(want)
		for i, s := range sets {
			got, err := s.Find(t.Context(), nil, text)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %v in %q, want %v", firstSteps[i].name, got, text, want)
			}
		}
	}
	if found < 1000 {
		t.Errorf("only %d matches", found)
	}
}

// Few anchors have more grams than they should.
func TestGramOf(t *testing.T) {
	c := newChooser()
	for expr, want := range map[string]bool{`password`: true, `(?i)password`: true, `\d{3}-\d{2}-\d{4}`: true, `[a-z]{8}`: false} {
		s, err := parseAnchor(c, expr)
		if err != nil {
			t.Fatal(err)
		}
		grams := newGramChooser()
		codes := grams.codes(&s)
		at, ok := grams.gramOf(&s, &codes)
		if ok != want {
			t.Errorf("%s: %v, want %v", expr, ok, want)
		}
		n := 0
		codes.eachGram(at, func(uint32, uint32) { n++ })
		if ok && n != 1 {
			t.Errorf("%s: %d grams, want 1", expr, n)
		}
	}
}
