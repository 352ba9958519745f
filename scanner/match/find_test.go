package match_test

import (
	"errors"
	"flag"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner/match"
)

func compile(t testing.TB, exprs ...string) *match.Set {
	t.Helper()
	patterns := make([]match.Pattern, len(exprs))
	for i, e := range exprs {
		patterns[i].Expr = e
	}
	s, err := match.Compile(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// oracle is a set of patterns with Go's own engine beside it.
type oracle struct {
	set   *match.Set
	sets  map[string]*match.Set // by first step
	exprs []string
	hints []string // of the sets that were given one
	trees []*syntax.Regexp
	std   []*regexp.Regexp
}

func newOracle(t testing.TB, exprs ...string) *oracle {
	t.Helper()
	o := &oracle{sets: map[string]*match.Set{}, exprs: exprs}
	patterns := make([]match.Pattern, len(exprs))
	for i, e := range exprs {
		patterns[i].Expr = e
	}
	for i, step := range match.FirstSteps() {
		set, err := match.CompileFor(step, patterns)
		if err != nil {
			t.Fatal(err)
		}
		// What texts have not asked for yet is not used for the first.
		if i > 0 {
			if err := set.Warm(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		o.sets[step] = set
	}
	o.set = o.sets[match.FirstSteps()[0]]
	for _, e := range exprs {
		tree, err := syntax.Parse(e, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		o.trees = append(o.trees, tree)
		o.std = append(o.std, regexp.MustCompile(e))
	}
	return o
}

// stdlib is what Find must give, by Go's own engine.
func (o *oracle) stdlib(text []byte) []match.Match {
	var out []match.Match
	for i, re := range o.std {
		for _, loc := range re.FindAllSubmatchIndex(text, -1) {
			out = append(out, matchOf(i, loc))
		}
	}
	return out
}

// matchOf is the match at the offsets that package regexp gives.
func matchOf(pattern int, loc []int) match.Match {
	m := match.Match{Pattern: pattern, Start: loc[0], End: loc[1], GroupStart: loc[0], GroupEnd: loc[1]}
	for g := 2; g < len(loc); g += 2 {
		if loc[g] >= 0 {
			m.GroupStart, m.GroupEnd = loc[g], loc[g+1]
			break
		}
	}
	return m
}

// check holds Find, with every first step that this machine has, to FindAll, and to Go's own engine if std is set. It returns
// the matches.
func (o *oracle) check(t *testing.T, text []byte, std bool) []match.Match {
	t.Helper()
	want, err := o.set.FindAll(t.Context(), nil, text)
	if err != nil {
		t.Fatal(err)
	}
	var got []match.Match
	for _, step := range match.FirstSteps() {
		got, err = o.sets[step].Find(t.Context(), nil, text)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("Find (%s) differs from FindAll: %s", step, o.difference(text, got, want))
		}
	}
	if std {
		if want := o.stdlib(text); !slices.Equal(got, want) {
			t.Fatalf("Find differs from package regexp: %s", o.difference(text, got, want))
		}
	}
	return got
}

func (o *oracle) difference(text []byte, got, want []match.Match) string {
	show := func(m match.Match) string {
		return fmt.Sprintf("%+v of %s in %q", m, o.exprs[m.Pattern], text[max(0, m.Start-40):min(len(text), m.End+40)])
	}
	for _, m := range want {
		if !slices.Contains(got, m) {
			return "missing " + show(m)
		}
	}
	for _, m := range got {
		if !slices.Contains(want, m) {
			return "added " + show(m)
		}
	}
	return "order"
}

func TestFindEqualsFindAllOnGeneratedText(t *testing.T) {
	o := newOracle(t, realistic...)
	for seed := range uint64(16) {
		if len(o.check(t, newGenerator(seed).text(o.trees, 60), true)) == 0 {
			t.Errorf("text %d holds no match", seed)
		}
	}
}

// Each pattern alone: no other pattern's matches or windows hide what goes wrong, and texts are
// short, so that their ends matter.
func TestFindEqualsFindAllOnePatternAtATime(t *testing.T) {
	for i, e := range realistic {
		o := newOracle(t, e)
		g := newGenerator(uint64(i))
		found := 0
		for range 40 {
			found += len(o.check(t, g.text(o.trees, 1+g.IntN(4)), true))
		}
		if found == 0 && e != `[^\x00-\x{10FFFF}]zz` {
			t.Errorf("the generated texts hold no match of %s", e)
		}
	}
}

func FuzzFind(f *testing.F) {
	o := newOracle(f, realistic...)
	for seed := range uint64(8) {
		f.Add(newGenerator(seed+1000).text(o.trees, 20))
	}
	for _, s := range []string{
		"", "a", "ab", "abc", "\x00", "\x00é\x00", "\r\n\r\n", "\u212aelvin\u212as", "KELVIN\u212a\u017f\u017f",
		"\u017f3cr3t-\u212aey-1", "pa\u017f\u017fword: 12345678", "to\u212aen = \"abcdefghijklmnop\"",
		"startx", " startx", "xend", "xend ", "#abc", "\n#abc\n", "#abc\r\n", "line", "line\r\n", "line\n",
		"日本語日本人日本", "ééé", "é\né", "a@b.cc", "é@b.cc", "x@日.cc", "4111 1111 1111 1111", "4111 1111 1111 11111111111111111",
		"<<a>><<b>>", "a\"b\"c\"", "foobarbaz", "xxxxxxxy", "axxb", "ac", "ahiddenb", "192.168.1.1.1", "256.1.1.1",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !utf8.Valid(text) {
			if _, err := o.set.Find(t.Context(), nil, text); !errors.Is(err, match.ErrInvalidUTF8) {
				t.Fatalf("Find of invalid UTF-8 gives %v", err)
			}
			return
		}
		o.check(t, text, len(text) < 4<<10)
	})
}

// Any expression that compiles, against any text.
func FuzzExpression(f *testing.F) {
	for i, e := range realistic {
		tree, err := syntax.Parse(e, syntax.Perl)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(e, newGenerator(uint64(i)).text([]*syntax.Regexp{tree}, 3))
	}
	f.Fuzz(func(t *testing.T, expr string, text []byte) {
		if len(expr) > 200 || len(text) > 4<<10 || !utf8.ValidString(expr) || !utf8.Valid(text) {
			t.Skip("too long, or not UTF-8")
		}
		if _, err := match.Compile([]match.Pattern{{Expr: expr}}); err != nil {
			t.Skip("not a usable expression")
		}
		o := newOracle(t, expr)
		o.check(t, text, false)
		g := newGenerator(uint64(len(expr)))
		o.check(t, append(g.text(o.trees, 3), text...), false)
	})
}

func TestFindEqualsFindAllOnGeneratedExpressions(t *testing.T) {
	tried := 0
	for seed := range uint64(*expressions) {
		g := newGenerator(seed)
		expr := g.expression(1 + g.IntN(5))
		if _, err := match.Compile([]match.Pattern{{Expr: expr}}); err != nil {
			continue // can match the empty string, or repeats too much
		}
		tried++
		o := newOracle(t, expr)
		for range 6 {
			if text := g.text(o.trees, 1+g.IntN(5)); len(text) < 64<<10 {
				o.check(t, text, len(text) < 4<<10)
			}
		}
	}
	if tried < *expressions/3 {
		t.Errorf("only %d of %d expressions were usable", tried, *expressions)
	}
}

var (
	expressions = flag.Int("expressions", 200, "random expressions to try")
	firstSeed   = flag.Int("seed", 0, "of the first of them in TestAssertions")
)

// TestGaps holds windows and walks to the reference where gaps of a limited number of runes are full of long ones.
func TestGaps(t *testing.T) {
	exprs := []string{
		`key[^\n]{0,20}?=\d{2,5}`,
		`(?:radius|tacacs)[^\n]{0,20}?\bkey (\S{3,9})`,
		`(?s:.{0,20})#end[a-z]{1,9}\b`,
		`\b\p{L}{2,20}@[^ ]{1,20}#`,
		`q[^a]{20}[^b]{0,20}z\b`,
	}
	o := newOracle(t, exprs...)
	found := make([]int, len(exprs))
	for _, fill := range []string{"x", "é", "語", "😀", "xé", "語x", " 😀é"} {
		for n := 16; n <= 44; n++ {
			gap := string([]rune(strings.Repeat(fill, n))[:n])
			for _, frame := range []string{"key%s=12345 ", "radius%s key 12345", "%s#endabcdef", "%s@%[1]s#", "q%sz", "é%s語"} {
				text := []byte(gap + fmt.Sprintf(strings.ReplaceAll(frame, "%s", "%[1]s"), gap) + gap)
				for _, m := range o.check(t, text, true) {
					found[m.Pattern]++
				}
			}
		}
	}
	for i, n := range found {
		if n == 0 {
			t.Errorf("%s matches nothing", exprs[i])
		}
	}
}

// TestCutAutomata is about patterns too large for an automaton, whose ends are left out in both directions, next to what
// assertions say of the bytes there.
func TestCutAutomata(t *testing.T) {
	words := `(?:january|february|march|april|may|june|july|august|september|october|november|december)`
	o := newOracle(t,
		`key[a-z ]{2,9}\b(?:`+words+`-`+words+`)$`,
		`(?m)^`+words+` `+words+`[ =]{1,3}#key\d`,
		`(?m)(?:^|\W)`+words+`{2,3}\b[ =]{1,3}#end\d`,
		`(?i)pass [^\n]{0,9}(?:é|È|ß|`+words+`){2,5}\b`,
	)
	found := make([]int, 4)
	for _, text := range []string{
		"keyabc january-may", "keyabc january-may\n", "keyabcxjanuary-may", "january may =#key1", "x january may =#key1\njune july  #key2",
		"marchmay = #end1", "x marchmay = #end1", "xmarchmay = #end1", "pass éJANUARYß", "pass xy Èßmay!", "PASS É\npass éé", "pass mayé",
	} {
		for _, pad := range []string{"", "語\n", " é", "x", "\n"} {
			for _, m := range o.check(t, []byte(pad+text+pad), true) {
				found[m.Pattern]++
			}
		}
	}
	for i, n := range found {
		if n == 0 {
			t.Errorf("%s matches nothing", o.exprs[i])
		}
	}
}

// Any says of short and long texts, and of few and many patterns, whether Find finds something.
func TestAny(t *testing.T) {
	exprs := []string{`^ab+$`, `\bkey\b`, `[0-9]{3,5}-x`, `(?i)straße`, `\p{Greek}{2}`, `(?m)^#.*z$`}
	texts := []string{"", "ab", "abbb", "abc", "a key", "keys", "1234-x", "12-x", "STRASSE", "Straße", "αβ", "α", "b\n#az\nc", "keyſ", "\u212Aey key"}
	for few := 1; few <= len(exprs); few++ {
		set := compile(t, exprs[:few]...)
		for _, text := range texts {
			for _, text := range []string{text, text + strings.Repeat(" .", 100)} {
				found, err := set.Find(t.Context(), nil, []byte(text))
				if err != nil {
					t.Fatal(err)
				}
				if hit, err := set.Any(t.Context(), []byte(text)); err != nil || hit != (len(found) > 0) {
					t.Errorf("%d patterns, %q: %v, %v; Find has %v", few, text, hit, err, found)
				}
			}
		}
		if _, err := set.Any(t.Context(), []byte("\xff")); !errors.Is(err, match.ErrInvalidUTF8) {
			t.Errorf("%d patterns: %v", few, err)
		}
	}
}
