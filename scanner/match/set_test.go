package match_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/match"
)

func TestFind(t *testing.T) {
	for _, test := range []struct {
		expr, text string
		want       string // "start-end:groupStart-groupEnd"
	}{
		{`abc`, "abc xabc", "0-3:0-3 5-8:5-8"},
		{`\babc\b`, "abcd abc", "5-8:5-8"},
		{`\babc\b`, "éabc abcé", "2-5:2-5 6-9:6-9"},
		{`key=(\w+)|(\w+)=key`, "key=abc x=key", "0-7:4-7 8-13:8-9"},
		{`(?:key=(\d+)|token)`, "token", "0-5:0-5"},
		{`key(x?)end`, "keyend", "0-6:3-3"},
		{`\d{3}`, "1234567", "0-3:0-3 3-6:3-6"},
		{`a+?b|a`, "aaab a", "0-4:0-4 5-6:5-6"},
		{`a|ab`, "ab", "0-1:0-1"},
		{`(?i)task`, "TA\u017f\u212a ta\u017fk", "0-7:0-7 8-13:8-13"},
		{`(?i)[^k]ey`, "key \u212aey xey", "10-13:10-13"},
		{`(?m)^key$`, "key\r\nkey\nkey", "5-8:5-8 9-12:9-12"},
		{`(?s)<.+?>`, "<\n> <>x>", "0-3:0-3 4-8:4-8"},
		{`\Akey`, "key key", "0-3:0-3"},
		{`key\z`, "key key", "4-7:4-7"},
		{`x\x00y`, "x\x00y", "0-3:0-3"},
		{`日.`, "日本日\n日", "0-6:0-6"},
		{`.{3}`, "日本語", "0-9:0-9"},
		{`.{2}token`, "日日aaaatoken", "8-15:8-15"}, // the window begins inside a rune
		{`token.{2}`, "tokenaa日日日日", "0-7:0-7"},
		{`[a-z]{2,}@[a-z]{2,}`, "a@bb aa@bb@cc", "5-10:5-10"},
		{`key`, "", ""},
	} {
		s := compile(t, test.expr)
		got, err := s.Find(t.Context(), nil, []byte(test.text))
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, m := range got {
			out = append(out, fmt.Sprintf("%d-%d:%d-%d", m.Start, m.End, m.GroupStart, m.GroupEnd))
		}
		if g := strings.Join(out, " "); g != test.want {
			t.Errorf("%s in %q gives %q, want %q", test.expr, test.text, g, test.want)
		}
	}
}

// TestEveryAlternativeIsFound: an alternative that is too dear to look for must not be forgotten
// when the others are cheap.
func TestEveryAlternativeIsFound(t *testing.T) {
	words := []string{"live", "sandbox", "test", "prod", "dev", "ad", "stage", "x9", "e", "ing"}
	tail := "." + strings.Repeat("aB3-", 3)[:11] + "." + strings.Repeat("k_7Z", 8)
	for _, a := range words {
		for _, b := range words {
			s := compile(t, `\b(api_(?:`+a+`|`+b+`)(?:_(?:us|ca|eu))?\.[0-9A-Za-z_-]{11}\.[0-9A-Za-z_-]{32})`)
			for _, text := range []string{"api_" + a + tail, "api_" + b + tail, "api_" + a + "_us" + tail, "api_" + b + "_eu" + tail} {
				if got, err := s.Find(t.Context(), nil, []byte("use "+text+" here")); err != nil || len(got) != 1 {
					t.Errorf("%s|%s: %d matches in %s, %v", a, b, len(got), text, err)
				}
			}
		}
	}
}

func TestFindAppendsInOrderOfPatterns(t *testing.T) {
	s := compile(t, `beta\d`, `alpha\d`)
	dst := []match.Match{{Pattern: 9}}
	got, err := s.Find(t.Context(), dst, []byte("alpha1 beta2 alpha3 beta4"))
	if err != nil {
		t.Fatal(err)
	}
	want := []match.Match{{Pattern: 9}, {0, 7, 12, 7, 12}, {0, 20, 25, 20, 25}, {1, 0, 6, 0, 6}, {1, 13, 19, 13, 19}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestCompileNamesEveryBadPattern(t *testing.T) {
	_, err := match.Compile([]match.Pattern{
		{Expr: `ok`}, {Expr: `a(`}, {Expr: `x*`}, {Expr: `\b`}, {Expr: `(?i)a|`}, {Expr: `a(?=b)`}, {Expr: `(a)\1`}, {Expr: `a{1001}`},
	})
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		t.Fatalf("Compile gives %v", err)
	}
	var index []int
	for _, e := range joined.Unwrap() {
		var bad *match.PatternError
		if !errors.As(e, &bad) {
			t.Fatalf("%v is no PatternError", e)
		}
		index = append(index, bad.Index)
		if empty := bad.Index >= 2 && bad.Index <= 4; errors.Is(e, match.ErrMatchesEmpty) != empty {
			t.Errorf("error of pattern %d: %v", bad.Index, e)
		}
	}
	if want := []int{1, 2, 3, 4, 5, 6, 7}; !slices.Equal(index, want) {
		t.Errorf("bad patterns %v, want %v", index, want)
	}
}

func TestCompileNothing(t *testing.T) {
	s, err := match.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Find(t.Context(), nil, []byte("text")); len(got) != 0 || err != nil {
		t.Errorf("Find gives %v, %v", got, err)
	}
}

func TestFindRefusesInvalidUTF8(t *testing.T) {
	s := compile(t, `needle\d`)
	for _, text := range []string{"needle1\xff", "\xc0\x80needle1", "needle1\xed\xa0\x80", "needle1\xe2\x84"} {
		if _, err := s.Find(t.Context(), nil, []byte(text)); !errors.Is(err, match.ErrInvalidUTF8) {
			t.Errorf("Find in %q gives %v", text, err)
		}
		if _, err := s.FindAll(t.Context(), nil, []byte(text)); !errors.Is(err, match.ErrInvalidUTF8) {
			t.Errorf("FindAll in %q gives %v", text, err)
		}
	}
}

func TestFindStopsWithItsContext(t *testing.T) {
	s := compile(t, `needle\d`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Find(ctx, nil, []byte("needle1")); !errors.Is(err, context.Canceled) {
		t.Errorf("Find gives %v", err)
	}
	if _, err := s.FindAll(ctx, nil, []byte("needle1")); !errors.Is(err, context.Canceled) {
		t.Errorf("FindAll gives %v", err)
	}
}

// countdown is a context that ends after it was asked a number of times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

func TestFindAsksItsContextWhileItReads(t *testing.T) {
	s := compile(t, `needle\d`, `\b[a-z0-9]{40}\b`)
	text := []byte(strings.Repeat("nothing here ", 1<<20/13))
	ctx := &countdown{t.Context(), 1 << 20}
	if _, err := s.Find(ctx, nil, text); err != nil {
		t.Fatal(err)
	}
	if asked := 1<<20 - ctx.left; asked < len(text)/(64<<10) {
		t.Errorf("asked %d times in %d bytes", asked, len(text))
	}
	ctx = &countdown{t.Context(), 5}
	if _, err := s.Find(ctx, nil, text); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Find gives %v", err)
	}
}

// Promised literals are used where the expression itself offers nothing.
func TestLiterals(t *testing.T) {
	s, err := match.Compile([]match.Pattern{{Expr: `[^\n]{5}`, Literals: []string{"Passport", "pasaporte"}}})
	if err != nil {
		t.Fatal(err)
	}
	if s.Cost(0).WholeText {
		t.Error("the pattern still reads every text")
	}
	for text, want := range map[string]int{"nothing to see": 0, "my PASSPORT": 2, "mi pasaporte": 2, "pasaporte": 1, "passport": 1, "passpor": 0} {
		got, err := s.Find(t.Context(), nil, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != want {
			t.Errorf("%d matches in %q, want %d", len(got), text, want)
		}
	}
}

func TestCost(t *testing.T) {
	for _, test := range []struct {
		expr               string
		anchor             string // "" for the whole text
		literal, unbounded bool
		maxBytes           int
	}{
		{`\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b`, "BlbkFJ{62}{62}", true, false, 51},
		{`(?i)kelvin\d+`, "[Kk][Ee][Ll][Vv][Ii][Nn]{10}", true, true, -1},
		{`\b\d{3}-\d{2}-\d{4}\b`, "-{10}{10}-{10}{10}{10}{10}", false, false, 11},
		{`\b[A-Za-z0-9+/]{40}\b`, "{64}x40", false, false, 40},
		{`[a-z]+@[a-z]+`, "{26}@{26}", false, true, -1},
		{`\w \w`, "", false, false, 3},
		{`日本`, "日本", true, false, 6},
	} {
		c := compile(t, test.expr).Cost(0)
		if c.WholeText != (test.anchor == "") || c.Literal != test.literal || c.Unbounded != test.unbounded || c.MaxBytes != test.maxBytes {
			t.Errorf("%s: %+v", test.expr, c)
		}
		if test.anchor == "日本" {
			continue // shown as bytes
		}
		if len(c.Anchors) > 1 || len(c.Anchors) == 1 && !strings.HasPrefix(c.Anchors[0], test.anchor) {
			t.Errorf("%s: anchors %q, want %q", test.expr, c.Anchors, test.anchor)
		}
	}
}

// hostile are texts that make anchors frequent and walks long.
func hostile(n int) [][]byte {
	var out [][]byte
	for _, s := range []string{
		"a", "0", "1 ", "12-", "key", "key = ", "token: abc ", "@", "a@", "a.b@c.d ", "://", "://a:b", " ", "\"", "<<", "xxx",
		"-----BEGIN PRIVATE KEY-----\n", "AKIA", "AKIA" + "ABCDEFGHIJKLMNOP ", "eyJabcdefghij.", "curl -u ", "heroku ",
		"0123456789abcdef", "1.1.", "\u212aey\n", "日本", "A_KEY=abcdefghijkl", "password=abc\n", "\nmachine a login b ",
	} {
		out = append(out, []byte(strings.Repeat(s, n/len(s))))
	}
	return out
}

func TestHostileTextIsBounded(t *testing.T) {
	o := newOracle(t, ruleSet()...)
	for _, text := range hostile(8 << 10) {
		o.check(t, text, false)
		var stats match.Stats
		if _, err := o.set.FindStats(t.Context(), nil, text, &stats); err != nil {
			t.Fatal(err)
		}
		if stats.Bytes != int64(len(text)) {
			t.Errorf("%.20q: %d bytes of %d", text, stats.Bytes, len(text))
		}
		if most := int64(12 * len(text)); stats.CallBytes > most {
			t.Errorf("%.20q: RE2 reads %d bytes of a text of %d", text, stats.CallBytes, len(text))
		}
		if most := int64(len(text) / 32); stats.Calls > most {
			t.Errorf("%.20q: %d calls of RE2", text, stats.Calls)
		}
	}
}

// However often and however far walks go, one pattern reads a text only a few times.
func TestWalksAreBounded(t *testing.T) {
	for _, expr := range []string{
		`[a-z]+key[a-z]*\d`, `://[^/\s:@]{1,40}:[^/\s:@]{1,40}@`, `(?:[a-z0-9]+[ -]?)+\d{9}(?:[ -]?[a-z0-9]+)*!`,
		`\b[A-Za-z0-9+/]{40}\b`, `(?s)key.*token.*secret`, `-----BEGIN[\s\S]*?END-----`,
	} {
		o := newOracle(t, expr)
		for _, text := range hostile(16 << 10) {
			o.check(t, text, false)
			var stats match.Stats
			if _, err := o.set.FindStats(t.Context(), nil, text, &stats); err != nil {
				t.Fatal(err)
			}
			if most := int64(4*len(text) + 8<<10); stats.Walked > most {
				t.Errorf("%s in %.20q: %d bytes read around anchors", expr, text, stats.Walked)
			}
			if most := int64(3 * len(text)); stats.CallBytes > most {
				t.Errorf("%s in %.20q: RE2 reads %d bytes", expr, text, stats.CallBytes)
			}
		}
	}
}

func TestCleanTextNeedsNearlyNoRE2(t *testing.T) {
	s := compile(t, ruleSet()...)
	for file, separator := range map[string]string{"prose.txt": "\n", "code.txt": "\n\n"} {
		var stats match.Stats
		got, err := s.FindStats(t.Context(), nil, shuffled(t, file, separator, 64<<10), &stats)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 0 || stats.Calls > 64 {
			t.Errorf("%s: %d matches, %+v", file, len(got), stats)
		}
	}
}

func TestCleanTextNeedsNoMemory(t *testing.T) {
	s := compile(t, ruleSet()...)
	text := shuffled(t, "prose.txt", "\n", 8<<10)
	ctx := t.Context()
	if raced {
		t.Skip("under the race detector the pool drops some of what it is given")
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = s.Find(ctx, nil, text) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFindIsConcurrent(t *testing.T) {
	o := newOracle(t, slices.Concat(ruleSet()[:40], personal)...)
	var texts [][]byte
	var want [][]match.Match
	for seed := range uint64(6) {
		text := newGenerator(seed).text(o.trees, 30)
		texts = append(texts, text)
		all, err := o.set.FindAll(t.Context(), nil, text)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, all)
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 60 {
				k := (i + worker) % len(texts)
				got, err := o.set.Find(t.Context(), nil, texts[k])
				if err != nil || !slices.Equal(got, want[k]) {
					t.Errorf("text %d: %d matches, want %d (%v)", k, len(got), len(want[k]), err)
				}
			}
		})
	}
	wg.Wait()
}

// Matches at the edges of large texts, across the blocks that the filter reads in.
func TestFindAcrossBlocks(t *testing.T) {
	o := newOracle(t, `needle\d{3}`, `\b[a-f0-9]{40}\b`, `(?s)open.*?shut`)
	for _, at := range []int{0, 1, 32<<10 - 20, 32<<10 - 5, 32 << 10, 64<<10 - 1, 96<<10 - 9} {
		text := []byte(strings.Repeat(".", 96<<10))
		copy(text[at:], "needle123")
		copy(text[max(0, at-60):], strings.Repeat("0a", 20))
		copy(text[len(text)/2:], "open")
		copy(text[len(text)-100:], "shut")
		if got := o.check(t, text, true); len(got) < 2 {
			t.Errorf("place %d: %d matches", at, len(got))
		}
	}
}

func TestGeneratedStringsMatch(t *testing.T) {
	// The generator is only as good as what it writes: most of its strings must match.
	o := newOracle(t, `\b(gh[pousr]_[A-Za-z0-9]{36})\b`, `(?i)kelvin[ks]+s`, `\d{3}-\d{2}-\d{4}`)
	for i := range o.trees {
		found := 0
		for seed := range uint64(20) {
			if o.std[i].Match(newGenerator(seed).write(nil, o.trees[i])) {
				found++
			}
		}
		if found < 15 {
			t.Errorf("%d of 20 strings match %s", found, o.exprs[i])
		}
	}
}

func TestWarmChangesNothing(t *testing.T) {
	o := newOracle(t, realistic...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.set.Warm(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Warm gives %v", err)
	}
	for range 2 {
		if err := o.set.Warm(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	o.check(t, newGenerator(77).text(o.trees, 60), true)
}

// Where walks and windows are many, the context is asked as often as they need.
func TestFindAsksItsContextWhileItWorks(t *testing.T) {
	o := newOracle(t, ruleSet()...)
	for _, text := range hostile(1 << 20) {
		ctx := &countdown{t.Context(), 1 << 30}
		var stats match.Stats
		if _, err := o.set.FindStats(ctx, nil, text, &stats); err != nil {
			t.Fatal(err)
		}
		asked := int64(1<<30 - ctx.left)
		if work := stats.Walked + stats.ExactSteps; asked < work/(128<<10) {
			t.Errorf("%.20q: asked %d times, %+v", text, asked, stats)
		}
	}
}

// A text twice as long takes at most about twice the work.
func TestWorkIsLinear(t *testing.T) {
	s := compile(t, ruleSet()...)
	work := func(text []byte) float64 {
		var st match.Stats
		if _, err := s.FindStats(t.Context(), nil, text, &st); err != nil {
			t.Fatal(err)
		}
		return float64(st.Bytes+st.Candidates+st.Walked+st.ExactSteps+st.CallBytes) + 100*float64(st.Calls+st.Exact+st.Anchors)
	}
	short, long := hostile(32<<10), hostile(128<<10)
	for i := range short {
		if a, b := work(short[i]), work(long[i]); b > 4.5*a+1e6 {
			t.Errorf("%.20q: %.0f for 32 KB, %.0f for 128 KB", short[i], a, b)
		}
	}
}

// FindWithin gives the matches that begin in a part of a text, and sees what stands around it.
func TestFindWithin(t *testing.T) {
	for _, test := range []struct {
		expr, text string
		from, to   int
		want       []int // starts and ends
	}{
		{`\b\d{4}\b`, "2026 4111 1111", 5, 14, []int{5, 9, 10, 14}},
		{`\b\d{4}\b`, "2026 4111 1111", 6, 14, []int{10, 14}}, // no word begins at 6
		{`\b\d{4}\b`, "2026 4111 1111", 5, 10, []int{5, 9}},
		{`(?:^|[^0-9])\d{4}`, "a2026 4111", 1, 10, []int{5, 10}},
		{`\d+`, "12 345678", 3, 5, []int{3, 9}}, // it may end behind the part
		{`(?i)s\p{L}+`, "aſet éſet", 1, 12, []int{1, 5, 8, 12}},
		{`x`, "abc", 0, 3, nil},
		// Too large for anything but RE2, which sees a beginning of the text where it begins to read.
		{`(?:^|[^\pL\d])([A-Z][\pL']+ [A-Z]\pL+)`, "Hi, I'm Ada Byron", 5, 16, []int{7, 17}},
		// What it sees to begin in front, or hides what begins in the part.
		{`\p{Lu}{3}`, "ÉABÇDÉFG", 2, 11, []int{2, 6, 6, 10}},
		{`(?:a\b|-){1,9}(?:(?:\b|$)+)0`, "aa-a--0 -0", 2, 9, []int{2, 7, 8, 10}},
		{`\p{L}{2}|\Qé|`, "éééé", 2, 4, []int{2, 6}},
		{`^\p{Lu}{2}`, "ÉÉÉ", 2, 4, nil},
	} {
		set, err := match.Compile([]match.Pattern{{Expr: `never`}, {Expr: test.expr}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := set.FindWithin(t.Context(), nil, 1, []byte(test.text), test.from, test.to)
		if err != nil {
			t.Fatal(err)
		}
		var ends []int
		for _, m := range got {
			if m.Pattern != 1 {
				t.Errorf("%s: pattern %d", test.expr, m.Pattern)
			}
			ends = append(ends, m.Start, m.End)
		}
		if !slices.Equal(ends, test.want) {
			t.Errorf("%s in %q[%d:%d]: %v, want %v", test.expr, test.text, test.from, test.to, ends, test.want)
		}
	}
}
