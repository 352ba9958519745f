package match_test

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// What an assertion asks of a place, a filter must not ask of another: one byte too few or too many that is looked at beside
// it, and matches are lost where texts begin or end. So these expressions are made of assertions beside what is optional,
// repeated or of several lengths, in few letters of one to four bytes, and their texts of their pieces.

var (
	words = []string{
		"foo", "улица", "x", "é", "日本", "key", "ſk", "Straße", "語", "😀", "ab", "abc", "\u212aey", "a-b", "0", "улицы и", "foobar",
		"token", "_", "-", "=", " ", "\n", "é語", "сто", "tasks", "#", "é\n", "12-34",
	}
	classes = []string{
		`\w`, `\W`, `\d`, `\s`, `\S`, ".", `(?s:.)`, `[^\n]`, `[a-z]`, `[а-я]`, `[éa]`, `[^a]`, `[ks]`, `(?i:k)`, `(?i:é)`, "x", "é", "語", `[日本語x]`,
		`[^\x00-\x7f]`, `[\wé]`, `[^\w\n]`, `[a-z0-9-]`, `[😀-😎]`, `(?:x|é)`, `(?:ab|語)`, `(?:a\b|-)`, `(?:\Bb|a)`, `\p{L}`, `\p{Lu}`,
	}
	repeats = []string{
		"?", "?", "??", "*", "+", "+?", "*?", "{2}", "{0,3}", "{0,3}?", "{1,4}", "{3,}", "{2,9}?", "{0,20}", "{1,70}", "{9,12}", "{16}", "{10,}",
	}
	asserts = []string{
		"$", "$", "^", `\b`, `\b`, `\B`, `\z`, `\A`, `(?m:$)`, `(?m:$)`, `(?m:^)`, `(?m:^)`, `\b$`, `$\B`, `(?m:$)\b`, `^\b`, `(?m:^)\B`, `(?:$|\b)`,
		`(?:$|x)`, `(?:^|\W)`, `(?:^|[^a-z])`, `(?m:^|é)`, `(?m:$|語)`, `(?:\b|é)`, `(?:\B|x)`, `(?:\z|\n)`, `(?:[^\w]|$)`, `(?m:$)\n?`, `(?:\A|\n)`, `(?:\b)?`, `(?:$)?`,
		`(?:\b|$)+`, `(?:\Bx)?`, `(?:\b-)*`, `(?:$\n|x)`,
	}
)

func (g *generator) oneOf(list []string) string { return list[g.IntN(len(list))] }

// alternatives writes some of several lengths, with or without assertions of their own.
func (g *generator) alternatives() string {
	var list []string
	for range 2 + g.IntN(3) {
		s := regexp.QuoteMeta(g.oneOf(words))
		switch g.IntN(8) {
		case 0:
			s += g.oneOf(asserts)
		case 1:
			s = g.oneOf(asserts) + s
		case 2:
			s += g.oneOf(classes) + g.oneOf(repeats)
		}
		list = append(list, s)
	}
	return "(?:" + strings.Join(list, "|") + ")"
}

// asserted writes an expression of a few parts, every other of which is an assertion or next to one.
func (g *generator) asserted(depth int) string {
	var b strings.Builder
	for range 1 + g.IntN(5) {
		part := ""
		switch g.IntN(9) {
		case 0, 1:
			part = g.alternatives()
		case 2:
			part = regexp.QuoteMeta(g.oneOf(words))
		case 3:
			part = g.oneOf(classes) + g.oneOf(repeats)
		case 4, 5, 6:
			part = g.oneOf(asserts)
		case 7:
			if part = g.oneOf(classes); depth > 0 {
				part = "(?:" + g.asserted(depth-1) + ")" + g.oneOf(repeats[:8])
			}
		default:
			part = "(?:" + regexp.QuoteMeta(g.oneOf(words)) + ")" + g.oneOf(repeats[:11])
		}
		switch g.IntN(12) {
		case 0:
			part = "(" + part + ")"
		case 1:
			part = "(?i:" + part + ")"
		case 2:
			part = "(?U:" + part + ")"
		}
		b.WriteString(part)
	}
	return b.String()
}

// around are texts beside those that an expression matches.
var around = []string{
	"", "", "", "x", "\n", "é", "語", " ", "-", "a", "😀", "\nx", "x\n", "é ", "bar ", "語語語語", "\u212a", "ſ", "éx", "_", "0",
	"The quick brown fox", "日本語日本語日本語日本語日本語日本語", "éàü ", "улица ", "\n\n", "foo", "b",
}

// beside writes what stands beside a piece: mostly little, sometimes more than vectors or walks read at once.
func (g *generator) beside() (s string) {
	for range g.IntN(3) {
		s += g.oneOf(around)
	}
	switch g.IntN(24) {
	case 0:
		if s == "" && g.IntN(4) == 0 {
			return strings.Repeat("x", 8<<10-g.IntN(40)) // texts are read in pieces of 8 KB
		}
		return strings.Repeat(g.oneOf(around), g.IntN(80)) + s
	case 1:
		return s + strings.Repeat(g.oneOf(around), g.IntN(80))
	}
	return s
}

// edged writes a text of strings that the expression matches but for its assertions, of their beginnings and ends, and of
// what stands beside them.
func (g *generator) edged(tree *syntax.Regexp) []byte {
	out := []byte(g.beside())
	for range 1 + g.IntN(3) {
		s := []rune(string(g.write(nil, tree)))
		switch g.IntN(8) {
		case 0:
			s = s[:g.IntN(len(s)+1)]
		case 1:
			s = s[g.IntN(len(s)+1):]
		case 2:
			if len(s) > 0 {
				at := g.IntN(len(s))
				s = slices.Concat(s[:at], []rune(g.oneOf(around)), s[at:])
			}
		}
		out = append(append(out, string(s)...), g.beside()...)
	}
	return out
}

// witness is a gate that is open where a match is known to be, and nowhere else: a window that does not hold all of the match that it is
// there for loses it.
type witness []match.Match

func (w witness) Open(pattern, from, at, to int) bool {
	return slices.ContainsFunc(w, func(m match.Match) bool {
		return m.Pattern == pattern && from <= m.Start && at < m.End && m.End <= to
	})
}

func (w witness) Worth(pattern, from, to int) bool {
	return slices.ContainsFunc(w, func(m match.Match) bool { return m.Pattern == pattern && from <= m.Start && m.End <= to })
}

func (w witness) Closed() []int32 { return nil }

// hints names anchors at many places of an expression.
func (g *generator) hints(n int) (list []string) {
	for range n {
		switch g.IntN(6) {
		case 0, 1:
			list = append(list, fmt.Sprint("p", g.IntN(9)))
		case 2, 3:
			list = append(list, fmt.Sprint("b", g.IntN(9)))
		case 4:
			from := g.IntN(9)
			list = append(list, fmt.Sprintf("r%d.%d", from, from+g.IntN(20)))
		default:
			hint := fmt.Sprint("a", g.IntN(4))
			for range 2 + g.IntN(3) {
				hint += fmt.Sprint(g.oneOf([]string{"p", "b"}), g.IntN(9))
			}
			list = append(list, hint)
		}
	}
	return list
}

// begun is what regexp finds of an expression in text[from:to], seen with all that stands around.
func begun(t *testing.T, expr string, text []byte, from, to int) (out []match.Match) {
	t.Helper()
	for at := from; at < to; {
		re := regexp.MustCompile(fmt.Sprintf(`\A(?s:.{%d})(?s:.*?)(%s)`, utf8.RuneCount(text[:at]), expr))
		loc := re.FindSubmatchIndex(text)
		if loc == nil || loc[2] >= to {
			break
		}
		m := matchOf(0, loc[2:])
		out = append(out, m)
		at = m.End
	}
	return out
}

// checkAll holds every way to look for one expression to package regexp.
func (o *oracle) checkAll(t *testing.T, g *generator, hinted []*match.Set, streams *match.Streams, text []byte) int {
	t.Helper()
	want := o.check(t, text, true)
	for i, set := range hinted {
		got, err := set.Find(t.Context(), nil, text)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("hint %s: %s", o.hints[i], o.difference(text, got, want))
		}
	}
	for _, set := range append(hinted, o.sets["go"], o.set) {
		got, err := set.FindGated(t.Context(), nil, text, witness(want))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("with a gate: %s", o.difference(text, got, want))
		}
	}
	size := 1 + g.IntN(9)
	o.checkStream(t, streams, text, func() int { return size })
	at := g.IntN(len(text) + 1)
	o.checkStream(t, streams, text, func() int { return max(1, at) })
	if len(text) > 120 || len(text) == 0 {
		return len(want)
	}
	from := g.IntN(len(text))
	for !utf8.RuneStart(text[from]) {
		from--
	}
	to := from + 1 + g.IntN(len(text)-from)
	got, err := o.set.FindWithin(t.Context(), nil, 0, text, from, to)
	if err != nil {
		t.Fatal(err)
	}
	if want := begun(t, o.exprs[0], text, from, to); !slices.Equal(got, want) {
		t.Fatalf("in [%d:%d] of %q: %v, want %v", from, to, text, got, want)
	}
	return len(want)
}

// TestLost is about matches that were lost once.
func TestLost(t *testing.T) {
	for _, test := range []struct{ expr, hint, text string }{
		// A walk back counts runes, also where there are fewer bytes behind it than the runes have.
		{`(?:foo|улица)$x?`, "", "bar улица"},
		{`(?:foo|улица)$x?`, "", "улица"},
		// An anchor that can stand where the text ends is one that nobody finds there.
		{`(?: |ab)(?:\b|$)+$`, "", "ab"},
		{`(?:[a-z]|ab)(?:\b|$)$`, "", "ab"},
		{`(?:ab(?:\b)?|\Bулица| )(?m:$)(?:\b|$)+$`, "", "éàü  \n  \nab"},
		{`\w#?$`, "p1", "ea"},
		{`[a-z]{2}(?:qx)?(?:q|$)`, "p3", "ea"},
		{`[^a]{1,4}(?:\b|é)((?:[^\w]|$))`, "p2", "b\x12Hé]0x"},
		{`(?:(?:\z|\n)Key|日本\B|Straße|token)(?:\z|\n)`, "a0p0p3p7b1", "atoke\n-日本\nStraße"},
	} {
		set, err := match.Compile([]match.Pattern{{Expr: test.expr, Hint: test.hint}})
		if err != nil {
			t.Fatal(err)
		}
		o := newOracle(t, test.expr)
		want := o.check(t, []byte(test.text), true)
		got, err := set.Find(t.Context(), nil, []byte(test.text))
		if err != nil || len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s with hint %q in %q: %v, want %v (%v)", test.expr, test.hint, test.text, got, want, err)
		}
	}
}

func TestAssertions(t *testing.T) {
	tried, found := 0, 0
	for seed := uint64(*firstSeed); seed < uint64(*firstSeed+*expressions); seed++ {
		g := newGenerator(seed)
		expr := g.asserted(2)
		if _, err := match.Compile([]match.Pattern{{Expr: expr}}); err != nil {
			continue // can match the empty string, or repeats too much
		}
		tried++
		t.Run(fmt.Sprint(seed), func(t *testing.T) { found += checkAsserted(t, g, expr) })
	}
	if tried < *expressions/3 || found < tried {
		t.Errorf("%d of %d expressions were usable, with %d matches", tried, *expressions, found)
	}
}

// checkAsserted tries some texts on an expression, and returns how many matches it has.
func checkAsserted(t *testing.T, g *generator, expr string) (found int) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("expression %s", expr)
		}
	}()
	o := newOracle(t, expr)
	var hinted []*match.Set
	o.hints = g.hints(4)
	for _, hint := range o.hints {
		set, err := match.Compile([]match.Pattern{{Expr: expr, Hint: hint}})
		if err != nil {
			t.Fatal(err)
		}
		hinted = append(hinted, set)
	}
	streams := newStreams(t, o.set)
	for range 12 {
		if text := g.edged(o.trees[0]); len(text) < 9<<10 {
			found += o.checkAll(t, g, hinted, streams, text)
		}
	}
	return found
}

// Many at once share buckets and classes, and are known by grams.
func TestAssertionsTogether(t *testing.T) {
	const most = 500
	for seed := uint64(*firstSeed); seed < uint64(*firstSeed+max(1, *expressions/400)); seed++ {
		g := newGenerator(seed + 1<<32)
		var exprs []string
		for len(exprs) < most {
			expr := g.asserted(1)
			set, err := match.Compile([]match.Pattern{{Expr: expr}})
			if err == nil && !set.Cost(0).WholeText {
				exprs = append(exprs, expr)
			}
		}
		o := newOracle(t, exprs...)
		for range 40 {
			text := slices.Concat(g.edged(o.trees[g.IntN(most)]), g.edged(o.trees[g.IntN(most)]))
			if len(text) < 1<<10 {
				o.check(t, text, true)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}
