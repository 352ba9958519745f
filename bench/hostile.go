package bench

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// Named is an expression, in RE2 syntax, and what to call it.
type Named struct{ Name, Expr string }

// Hostile returns texts that are made to be slow: for each pattern
// one that repeats what it describes, one that repeats it without its
// end, and one that repeats its beginning. Every text has about textSize bytes,
// and the corpus keeps them apart, so that the worst can be told.
func Hostile(seed uint64, patterns []Named, textSize int) (Corpus, error) {
	c := Corpus{Name: "adversarial", Hostile: true}
	rng := rand.New(rand.NewPCG(seed, 11))
	for _, p := range patterns {
		tree, err := syntax.Parse(p.Expr, syntax.Perl)
		if err != nil {
			return c, fmt.Errorf("%s: %w", p.Name, err)
		}
		whole := Described(rng, tree)
		if whole == "" {
			continue
		}
		_, last := utf8.DecodeLastRuneInString(whole)
		half := len(whole) / 2
		for half < len(whole) && !utf8.RuneStart(whole[half]) {
			half++
		}
		for _, v := range []struct{ unit, how string }{
			{whole + " ", "whole"}, {whole[:len(whole)-last], "without its end"}, {whole[:half], "its beginning"},
		} {
			if v.unit != "" {
				c.Texts = append(c.Texts, strings.Repeat(v.unit, textSize/len(v.unit)+1))
				c.Labels = append(c.Labels, p.Name+", "+v.how)
			}
		}
	}
	return c, nil
}

// Described writes a string that an expression describes, but for its
// assertions.
func Described(rng *rand.Rand, re *syntax.Regexp) string {
	var out []byte
	return string(describe(rng, out, re))
}

func describe(rng *rand.Rand, out []byte, re *syntax.Regexp) []byte {
	repeat := func(least, most int) {
		if most < 0 || most > least+6 {
			most = least + 6
		}
		for range least + rng.IntN(most-least+1) {
			out = describe(rng, out, re.Sub[0])
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if re.Flags&syntax.FoldCase != 0 && rng.IntN(2) == 0 && (r|0x20 >= 'a' && r|0x20 <= 'z') {
				r ^= 0x20
			}
			out = utf8.AppendRune(out, r)
		}
	case syntax.OpCharClass:
		out = utf8.AppendRune(out, pickRune(rng, re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		out = append(out, byte(' '+rng.IntN(95)))
	case syntax.OpCapture:
		out = describe(rng, out, re.Sub[0])
	case syntax.OpConcat:
		for _, s := range re.Sub {
			out = describe(rng, out, s)
		}
	case syntax.OpAlternate:
		out = describe(rng, out, re.Sub[rng.IntN(len(re.Sub))])
	case syntax.OpStar:
		repeat(0, 3)
	case syntax.OpPlus:
		repeat(1, 4)
	case syntax.OpQuest:
		repeat(0, 1)
	case syntax.OpRepeat:
		repeat(re.Min, re.Max)
	}
	return out
}

// pickRune picks from a class: something printable if it has that.
func pickRune(rng *rand.Rand, ranges []rune) rune {
	var printable []rune
	for i := 0; i+1 < len(ranges); i += 2 {
		for r := max(ranges[i], ' '); r <= min(ranges[i+1], '~'); r++ {
			printable = append(printable, r)
		}
	}
	switch {
	case len(printable) > 0:
		return printable[rng.IntN(len(printable))]
	case len(ranges) > 0:
		return ranges[0]
	}
	return 'q'
}
