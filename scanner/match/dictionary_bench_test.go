package match_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// namesOf makes n different names of people: a first name of one in 30,000, some
// of them of two letters, and a last name, as in a customer list.
func namesOf(n int, yield func(name string)) {
	g := rand.New(rand.NewPCG(3, 9))
	syllables := []string{"ka", "ro", "lin", "da", "mar", "tes", "vo", "ni", "sche", "bur", "ga", "lo", "pri", "ul", "en", "tor", "ma", "del", "fi", "hau"}
	word := func(k int) string {
		w := syllables[k%len(syllables)]
		for k /= len(syllables); k > 0; k /= len(syllables) {
			w += syllables[k%len(syllables)]
		}
		return string(w[0]-32) + w[1:]
	}
	for i := range n {
		yield(word(g.IntN(30_000)) + " " + word(400+i))
	}
}

// million is a dictionary of n names.
func million(tb testing.TB, n int) *match.Dictionary {
	tb.Helper()
	b := match.NewDictionaryBuilder(match.DictionaryOptions{})
	namesOf(n, func(name string) {
		if _, err := b.Add([]byte(name)); err != nil {
			tb.Fatal(err)
		}
	})
	for _, name := range []string{"王小明", "李大船", "Müßig Groß", "Анна Ёлкина"} {
		if _, err := b.Add([]byte(name)); err != nil {
			tb.Fatal(err)
		}
	}
	d := b.Build()
	if d.Len() != n+4 {
		tb.Fatalf("%d entries, want %d", d.Len(), n)
	}
	return d
}

// lettersOf is n bytes or a little more of the words in another order; Chinese
// ones without spaces.
func lettersOf(words string, n int) []byte {
	g := rand.New(rand.NewPCG(6, 6))
	list := strings.Fields(words)
	var out []byte
	for len(out) < n {
		out = append(out, list[g.IntN(len(list))]...)
		if list[0] != "这" {
			out = append(out, ' ')
		}
	}
	return out
}

func BenchmarkDictionary(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		d := million(b, n)
		prose := shuffled(b, "prose.txt", "\n", 1<<20)
		code := shuffled(b, "code.txt", "\n\n", 1<<20)
		var every []byte // a name in every 300 bytes
		k := 0
		namesOf(min(n, 1000), func(name string) {
			every = append(append(every, bytes.ToValidUTF8(prose[k*300:k*300+300], nil)...), " "+name+", "...)
			k++
		})
		for _, bench := range []struct {
			name string
			text []byte
			want int
		}{
			{"prose/8KB", prose[:8<<10], 0},
			{"prose/1MB", prose, 0},
			{"code/1MB", code, 0},
			{"one-per-300B", every, min(n, 1000)},
			{"german/256KB", lettersOf("die straße über den fluß war für größere wägen zu schmal und mußte später erneuert werden", 256<<10), 0},
			{"russian/256KB", lettersOf("река была слишком узкой для больших судов и поэтому её пришлось позднее расширить", 256<<10), 0},
			{"chinese/256KB", lettersOf("这 条 河 太 窄 了 大 船 不 能 通 过 因 此 后 来 必 须 把 它 拓 宽", 256<<10), 0},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, bench.name), func(b *testing.B) {
				b.SetBytes(int64(len(bench.text)))
				b.ReportAllocs()
				var dst []match.Match
				var err error
				start := cpuTime()
				for b.Loop() {
					if dst, err = d.Find(b.Context(), dst[:0], bench.text); err != nil || len(dst) != bench.want {
						b.Fatalf("%d matches, want %d; error %v", len(dst), bench.want, err)
					}
				}
				reportCPU(b, len(bench.text), start)
			})
		}
	}
}

func BenchmarkDictionaryBuild(b *testing.B) {
	for b.Loop() {
		d := million(b, 1_000_000)
		b.ReportMetric(float64(d.Size())/float64(d.Len()), "B/entry")
	}
}

// BenchmarkHostile is texts that are made to cost time: repeats of what many
// entries begin with, numbers that could be grouped in every way, values of
// common cells beside those of others. The work stays proportional to the text.
func BenchmarkHostile(b *testing.B) {
	g := rand.New(rand.NewPCG(3, 10))
	entries := match.NewDictionaryBuilder(match.DictionaryOptions{})
	for n := 1; n <= 32; n++ {
		for _, e := range []string{strings.Repeat("ab ", n), strings.Repeat("1 ", min(n+3, 32))} {
			if _, err := entries.Add([]byte(e)); err != nil {
				b.Fatal(err)
			}
		}
	}
	d := entries.Build()
	var rows [][]string
	for i := range 64 * 64 { // every name in 64 rows, every place in 64
		rows = append(rows, []string{fmt.Sprintf("name%c%c", 'a'+i%64/8, 'a'+i%8), fmt.Sprintf("city%c%c", 'a'+i/512, 'a'+i/64%8)})
	}
	f := finder(b, records(b, []string{"name", "city"}, rows...), match.RecordOptions{})
	var cells strings.Builder
	for cells.Len() < 256<<10 {
		cells.WriteString(rows[g.IntN(len(rows))][g.IntN(2)] + " ")
	}
	find := map[string]func(ctx context.Context, dst []match.Match, text []byte) ([]match.Match, error){"dictionary": d.Find, "records": f.Find}
	for _, bench := range []struct{ what, name, text string }{
		{"dictionary", "words", strings.Repeat("ab ", 256<<10/3)},
		{"dictionary", "numbers", strings.Repeat("1 ", 256<<10/2)},
		{"dictionary", "one word", strings.Repeat("ab", 256<<10/2)},
		{"dictionary", "gaps", strings.Repeat("ab        ", 256<<10/10)},
		{"dictionary", "invisible", strings.Repeat("a\u00ad", 256<<10/3)},
		{"dictionary", "marks", strings.Repeat("\u0301", 256<<10/2) + "1"},
		{"records", "cells", cells.String()},
	} {
		b.Run(bench.what+"/"+bench.name, func(b *testing.B) {
			var rate [2]float64
			for i, text := range []string{bench.text[:len(bench.text)/8], bench.text} {
				text = strings.ToValidUTF8(text, "")
				start := cpuTime()
				runs := 0
				for used := time.Duration(0); used < 50*time.Millisecond; used = cpuTime() - start {
					if _, err := find[bench.what](b.Context(), nil, []byte(text)); err != nil {
						b.Fatal(err)
					}
					runs++
				}
				rate[i] = float64(len(text)*runs) / 1e6 / (cpuTime() - start).Seconds()
			}
			for b.Loop() {
			}
			b.ReportMetric(rate[1], "cpu-MB/s")
			b.ReportMetric(rate[0]/rate[1], "slower-when-8x") // 1: linear
		})
	}
}

// TestDictionarySize holds the memory of an entry to what is promised.
func TestDictionarySize(t *testing.T) {
	const n = 400_000
	if d := million(t, n); d.Size() > 12*n {
		t.Errorf("%.1f bytes an entry", float64(d.Size())/n)
	}
}
