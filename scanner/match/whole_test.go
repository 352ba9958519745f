package match

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"
)

// What is found in pieces is what is found at once.
func TestWholeTextsInPieces(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and runs in one goroutine")
	}
	r := rand.New(rand.NewPCG(9, 9))
	var texts [][]byte
	for _, words := range [][]string{
		{"a", "b", "x", " ", "\n", "日本", "key", "0", "é", "ab", "."},
		{"abcdefgh ", "x", "日"},
		{"a"},
		{"word ", "a\n", "b\n"},
	} {
		var text []byte
		for len(text) < 3*wholePiece+r.IntN(wholePiece) {
			text = append(text, words[r.IntN(len(words))]...)
		}
		texts = append(texts, text)
	}
	found := 0
	for _, expr := range []string{
		`\w \w`, `[a-z]{1,30}\b`, `(?m)^.{1,40}$`, `a.{0,100}b|x`, `日.{0,5}`, `[^\n]{5}`, `(\d)|(x)`, `.`, `a+`, `(?s)b.{0,1000}a`,
		`\Bb`, `.{3,7}?\z`, `\A.`, `(?s).{1000}`, `\b.\b`,
	} {
		e, _, err := parse(expr, new(lookups))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			want, err := e.findAll(nil, 3, text, 0, len(text))
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.findWhole(t.Context(), []Match{{Pattern: 1}}, 3, text)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got[1:], want) || got[0].Pattern != 1 {
				t.Errorf("%s in %.20q: %d matches, want %d", expr, text, len(got)-1, len(want))
			}
			found += len(want)
		}
	}
	if found == 0 {
		t.Error("no matches")
	}
}

// A context that is done ends the reading of a text that must be read at once, too.
func TestWholeTextsStop(t *testing.T) {
	for _, expr := range []string{`x[a-z]+y|é`, `[a-z]{3}[0-9]|é`} {
		e, _, err := parse(expr, new(lookups))
		if err != nil {
			t.Fatal(err)
		}
		text := slices.Repeat([]byte("abcx "), 1<<18)
		if !utf8.Valid(text) {
			t.Fatal("text")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := e.findWhole(ctx, nil, 0, text); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", expr, err)
		}
	}
}
