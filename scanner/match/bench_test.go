package match_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// shuffled joins paragraphs of a file of testdata, in an order that the seed
// decides, to n bytes or a little more.
func shuffled(t testing.TB, file, separator string, n int) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(strings.TrimSpace(string(b)), separator)
	g := newGenerator(11)
	var out []byte
	for len(out) < n {
		out = append(append(out, parts[g.IntN(len(parts))]...), separator...)
	}
	return out
}

// dense puts a string of one of the patterns about every gap bytes into text. It
// leaves out the two rare letters that call for the second filter.
func dense(o *oracle, text []byte, gap int) []byte {
	g := newGenerator(12)
	var out []byte
	for len(text) > 0 {
		n := min(gap, len(text))
		if end := bytes.IndexByte(text[n:], '\n'); end >= 0 {
			n += end + 1
		}
		out, text = append(out, text[:n]...), text[n:]
		out = append(g.write(out, o.trees[g.IntN(len(o.trees))]), '\n')
	}
	out = bytes.ReplaceAll(out, []byte("\u212a"), []byte("k"))
	return bytes.ReplaceAll(out, []byte("\u017f"), []byte("s"))
}

func BenchmarkFind(b *testing.B) {
	o := newOracle(b, ruleSet()...)
	prose := shuffled(b, "prose.txt", "\n", 1<<20)
	code := shuffled(b, "code.txt", "\n\n", 1<<20)
	for _, bench := range []struct {
		name string
		text []byte
		want int // matches
	}{
		{"prose/1KB", prose[:bytes.LastIndexByte(prose[:1<<10], '\n')], 0},
		{"prose/8KB", prose[:bytes.LastIndexByte(prose[:8<<10], '\n')], 0},
		{"prose/1MB", prose, 0},
		{"code/8KB", code[:bytes.LastIndexByte(code[:8<<10], '\n')], 0},
		{"code/1MB", code, 0},
		{"one-per-2KB/8KB", dense(o, prose[:bytes.LastIndexByte(prose[:8<<10], '\n')], 2<<10), -1},
		{"one-per-300B/8KB", dense(o, prose[:bytes.LastIndexByte(prose[:8<<10], '\n')], 300), -1},
		{"one-per-300B/128KB", dense(o, prose[:bytes.LastIndexByte(prose[:128<<10], '\n')], 300), -1},
	} {
		b.Run(bench.name, func(b *testing.B) {
			want, err := o.set.FindAll(b.Context(), nil, bench.text)
			if err != nil {
				b.Fatal(err)
			}
			if bench.want >= 0 && len(want) != bench.want {
				b.Fatalf("%d matches, want %d", len(want), bench.want)
			}
			b.SetBytes(int64(len(bench.text)))
			b.ReportAllocs()
			var dst []match.Match
			start := cpuTime()
			for b.Loop() {
				if dst, err = o.set.Find(b.Context(), dst[:0], bench.text); err != nil {
					b.Fatal(err)
				}
				if len(dst) != len(want) {
					b.Fatalf("%d matches, want %d", len(dst), len(want))
				}
			}
			reportCPU(b, len(bench.text), start)
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	rules := ruleSet()
	services := rules[len(credentials)+len(personal):]
	thousand := slices.Clone(rules)
	for i := 0; len(thousand) < 1000; i++ {
		e := services[i%len(services)]
		thousand = append(thousand, strings.Replace(e, "?:", fmt.Sprintf("?:%c%c", 'a'+i%26, 'a'+i/26%26), 1))
	}
	b.Run("built-in", func(b *testing.B) { compileAgain(b, rules) })
	b.Run("1000", func(b *testing.B) { compileAgain(b, thousand) })
}

func compileAgain(b *testing.B, rules []string) {
	b.ReportAllocs()
	start := cpuTime()
	for b.Loop() {
		if s := compile(b, rules...); s.Len() != len(rules) {
			b.Fatal("patterns are missing")
		}
	}
	b.ReportMetric(float64((cpuTime()-start).Milliseconds())/float64(b.N), "cpu-ms/op")
}
