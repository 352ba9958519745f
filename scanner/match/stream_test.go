package match_test

import (
	"cmp"
	"context"
	"errors"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner/match"
)

func newStreams(t testing.TB, s *match.Set) *match.Streams {
	t.Helper()
	streams, err := match.NewStreams(s)
	if err != nil {
		t.Fatal(err)
	}
	return streams
}

// inPieces gives a text to a stream in the pieces that cut returns the sizes of. After each piece it holds
// the stream to what it says of itself.
func inPieces(t testing.TB, streams *match.Streams, text []byte, cut func() int) []match.Match {
	t.Helper()
	s := streams.Begin(0)
	var got []match.Match
	settled := 0
	for rest := text; len(rest) > 0; {
		n := min(max(cut(), 0), len(rest))
		before := len(got)
		var err error
		if got, err = s.Write(t.Context(), got, rest[:n]); err != nil {
			t.Fatal(err)
		}
		for _, m := range got[before:] {
			if m.Start < settled {
				t.Fatalf("a match at %d comes when all before %d is settled", m.Start, settled)
			}
		}
		if at := s.Settled(); at < settled || at > len(text)-len(rest)+n {
			t.Fatalf("settled up to %d, then %d, of %d", settled, at, len(text)-len(rest)+n)
		} else {
			settled = at
		}
		rest = rest[n:]
	}
	got, err := s.Close(t.Context(), got)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b match.Match) int { return cmp.Or(a.Pattern-b.Pattern, a.Start-b.Start) })
	return got
}

// checkStream holds a stream of some pieces to Find on the whole text.
func (o *oracle) checkStream(t testing.TB, streams *match.Streams, text []byte, cut func() int) int {
	t.Helper()
	want, err := o.set.Find(t.Context(), nil, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := inPieces(t, streams, text, cut); !slices.Equal(got, want) {
		t.Fatalf("a stream differs from Find: %s", o.difference(text, got, want))
	}
	return len(want)
}

// cuts are ways to cut a text into pieces.
func cuts(g *generator) map[string]func() int {
	return map[string]func() int{
		"one":    func() int { return 1 },
		"two":    func() int { return 2 },
		"tokens": func() int { return g.IntN(8) },
		"lines":  func() int { return 20 + g.IntN(100) },
		"blocks": func() int { return 700 + g.IntN(1000) },
		"mixed":  func() int { return []int{0, 1, 3, 50, 4000}[g.IntN(5)] },
	}
}

func TestStreamEqualsFind(t *testing.T) {
	o := newOracle(t, ruleSet()...)
	streams := newStreams(t, o.set)
	found := 0
	for seed := range uint64(6) {
		g := newGenerator(seed)
		text := g.text(o.trees, 40)
		if seed%2 == 0 { // ordinary text between them
			text = slices.Concat(text, shuffled(t, "prose.txt", "\n", 3000), g.text(o.trees, 5), shuffled(t, "code.txt", "\n\n", 3000))
		}
		for _, cut := range cuts(g) {
			found += o.checkStream(t, streams, text, cut)
		}
	}
	if found < 100 {
		t.Errorf("only %d matches in all", found)
	}
}

// Each pattern alone, at every single place to cut a short text.
func TestStreamEqualsFindAtEveryCut(t *testing.T) {
	for i, e := range realistic {
		o := newOracle(t, e)
		streams := newStreams(t, o.set)
		g := newGenerator(uint64(i))
		for range 4 {
			text := g.text(o.trees, 1+g.IntN(3))
			if len(text) > 1200 {
				text = []byte(strings.ToValidUTF8(string(text[:1200]), ""))
			}
			step := 1 + len(text)/150
			for at := 0; at <= len(text); at += step {
				first := true
				o.checkStream(t, streams, text, func() int {
					if first {
						first = false
						return at
					}
					return len(text)
				})
			}
			o.checkStream(t, streams, text, func() int { return 1 })
		}
	}
}

// What comes late decides about what came early.
func TestStreamWaits(t *testing.T) {
	for _, test := range []struct{ expr, text string }{
		{`a(?:.*b)?`, "aaa a a\naxxb aab"},
		{`x.*y|x`, "xxxx\nxxyx\nx"},
		{`(?s)open.*?shut`, "open " + strings.Repeat("so it goes. ", 400) + "shut open open shut"},
		{`(?s)open.*shut`, "open shut " + strings.Repeat("so it goes. ", 400) + "shut open"},
		{`[a-z]+@[a-z]+`, strings.Repeat("a", 5000) + "@" + strings.Repeat("b", 5000) + " c@d"},
		{`[a-z]{1,40}-x`, strings.Repeat("a", 5000) + "-x" + strings.Repeat("b", 5000)},
		{`\bend\b`, "end ending end"},
		{`(?m)^line$`, "line\nline\r\nlines\nline"},
		{`end\z`, "end end"},
		{`\Astart`, "start start"},
		{`(?:ab){2,}`, strings.Repeat("ab", 3000) + "a" + strings.Repeat("ab", 3)},
		{`.{3}`, "日本語é日a本語abcd\nab"},
		{`(k)|(s)+`, "k ss\u212a\u017fks"},
	} {
		o := newOracle(t, test.expr)
		streams := newStreams(t, o.set)
		for _, size := range []int{1, 2, 3, 7, 900, 1100} {
			if o.checkStream(t, streams, []byte(test.text), func() int { return size }) == 0 {
				t.Errorf("%s matches nowhere", test.expr)
			}
		}
	}
}

func TestStreamEqualsFindOnGeneratedExpressions(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and runs in one goroutine")
	}
	for seed := range uint64(*expressions) {
		g := newGenerator(seed + 5000)
		expr := g.expression(1 + g.IntN(5))
		if _, err := match.Compile([]match.Pattern{{Expr: expr}}); err != nil {
			continue
		}
		o := newOracle(t, expr)
		streams := newStreams(t, o.set)
		for range 2 {
			if text := g.text(o.trees, 1+g.IntN(4)); len(text) < 8<<10 {
				o.checkStream(t, streams, text, func() int { return 1 + g.IntN(9) })
				o.checkStream(t, streams, text, func() int { return 1 + g.IntN(2000) })
			}
		}
	}
}

func TestStreamRefusesInvalidUTF8(t *testing.T) {
	streams := newStreams(t, compile(t, `needle\d`))
	for _, pieces := range [][]string{{"needle1\xff"}, {"needle1\xc3", "("}, {"\xe2\x82", "\xe2\x82"}, {"\xed\xa0", "\x80"}} {
		s := streams.Begin(0)
		var err error
		for _, p := range pieces {
			if _, err = s.Write(t.Context(), nil, []byte(p)); err != nil {
				break
			}
		}
		if !errors.Is(err, match.ErrInvalidUTF8) {
			t.Errorf("%q gives %v", pieces, err)
		}
		if _, again := s.Close(t.Context(), nil); !errors.Is(again, match.ErrInvalidUTF8) {
			t.Errorf("%q: Close gives %v after that", pieces, again)
		}
	}
	s := streams.Begin(0)
	if _, err := s.Write(t.Context(), nil, []byte("needle1 \xe2\x82")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Close(t.Context(), nil); !errors.Is(err, match.ErrInvalidUTF8) {
		t.Errorf("a text that ends inside a rune gives %v", err)
	}
}

// A stream holds little of ordinary text, and fails rather than hold more than its limit.
func TestStreamIsBounded(t *testing.T) {
	streams := newStreams(t, compile(t, append(ruleSet(), `(?s)open sesame.*?zzzshut`)...))
	prose := shuffled(t, "prose.txt", "\n", 256<<10)
	s := streams.Begin(0)
	most := 0
	for rest := prose; len(rest) > 0; {
		n := min(97, len(rest))
		if _, err := s.Write(t.Context(), nil, rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
		most = max(most, s.Held())
	}
	if most > 8<<10 {
		t.Errorf("held %d bytes of prose", most)
	}
	s = streams.Begin(64 << 10)
	var err error
	written := 0
	for _, piece := range append([][]byte{[]byte("open sesame ")}, slices.Collect(slices.Chunk(prose, 1000))...) {
		if _, err = s.Write(t.Context(), nil, piece); err != nil {
			break
		}
		written += len(piece)
	}
	if !errors.Is(err, match.ErrStreamLimit) || written < 63<<10 || s.Held() > 70<<10 {
		t.Errorf("%v after %d bytes, %d held", err, written, s.Held())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := streams.Begin(0).Write(ctx, nil, prose); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended gives %v", err)
	}
}

func FuzzStream(f *testing.F) {
	o := newOracle(f, realistic...)
	streams := newStreams(f, o.set)
	for seed := range uint64(8) {
		g := newGenerator(seed + 2000)
		f.Add(g.text(o.trees, 12), []byte{byte(seed), 1, 40, 0, 3})
	}
	f.Add([]byte("pa\u017f\u017fword: 12345678 <<a>>"), []byte{1})
	f.Add([]byte("-----BEGIN PRIVATE KEY-----"+strings.Repeat("abcdefgh\n", 200)+"-----END PRIVATE KEY-----"), []byte{7})
	f.Fuzz(func(t *testing.T, text, sizes []byte) {
		if !utf8.Valid(text) || len(sizes) == 0 || len(text) > 16<<10 || !slices.ContainsFunc(sizes, func(b byte) bool { return b > 0 }) {
			t.Skip("not UTF-8, too long, or no pieces")
		}
		i := 0
		o.checkStream(t, streams, text, func() int {
			i++
			return int(sizes[i%len(sizes)])
		})
	})
}

// Any expression that compiles, against any text in any pieces.
func FuzzStreamExpression(f *testing.F) {
	for i, e := range realistic {
		tree, err := syntax.Parse(e, syntax.Perl)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(e, newGenerator(uint64(i)).text([]*syntax.Regexp{tree}, 3), byte(1+i%11))
	}
	f.Fuzz(func(t *testing.T, expr string, text []byte, size byte) {
		if len(expr) > 100 || len(text) > 2<<10 || !utf8.ValidString(expr) || !utf8.Valid(text) || size == 0 {
			t.Skip("too long, or not UTF-8")
		}
		if _, err := match.Compile([]match.Pattern{{Expr: expr}}); err != nil {
			t.Skip("not a usable expression")
		}
		o := newOracle(t, expr)
		o.checkStream(t, newStreams(t, o.set), text, func() int { return int(size) })
	})
}

func BenchmarkStream(b *testing.B) {
	o := newOracle(b, ruleSet()...)
	streams := newStreams(b, o.set)
	prose := shuffled(b, "prose.txt", "\n", 64<<10)
	for _, bench := range []struct {
		name string
		text []byte
		size int
	}{
		{"prose/4B", prose, 4},
		{"prose/64B", prose, 64},
		{"prose/1KB", prose, 1 << 10},
		{"prose/8KB", prose, 8 << 10},
		{"one-per-2KB/64B", dense(o, prose, 2<<10), 64},
		{"one-per-2KB/1KB", dense(o, prose, 2<<10), 1 << 10},
	} {
		b.Run(bench.name, func(b *testing.B) {
			want, err := o.set.Find(b.Context(), nil, bench.text)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(bench.text)))
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				s := streams.Begin(0)
				var got []match.Match
				for piece := range slices.Chunk(bench.text, bench.size) {
					if got, err = s.Write(b.Context(), got, piece); err != nil {
						b.Fatal(err)
					}
				}
				if got, err = s.Close(b.Context(), got); err != nil || len(got) != len(want) {
					b.Fatalf("%d matches, want %d (%v)", len(got), len(want), err)
				}
			}
			reportCPU(b, len(bench.text), start)
		})
	}
}
