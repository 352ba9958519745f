package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	bobusumisu "github.com/BobuSumisu/aho-corasick"
	petar "github.com/petar-dambovaliev/aho-corasick"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// peopleNames makes n different names of people. Some first names have two
// letters, so that no word of a text is too short to be looked up.
func peopleNames(n int) []string {
	g := rand.New(rand.NewPCG(3, 9))
	syllables := []string{"ka", "ro", "lin", "da", "mar", "tes", "vo", "ni", "sche", "bur", "ga", "lo", "pri", "ul", "en", "tor", "ma", "del", "fi", "hau"}
	word := func(k int) string {
		w := syllables[k%len(syllables)]
		for k /= len(syllables); k > 0; k /= len(syllables) {
			w += syllables[k%len(syllables)]
		}
		return string(w[0]-32) + w[1:]
	}
	names := make([]string, n)
	for i := range names {
		names[i] = word(g.IntN(30_000)) + " " + word(400+i)
	}
	return names
}

// textWithNames is prose of n bytes with a name about every gap bytes, half of
// them in capitals, and the number of names in it.
func textWithNames(tb testing.TB, names []string, n, gap int) (text string, count int) {
	tb.Helper()
	prose, err := os.ReadFile("../../scanner/match/testdata/prose.txt")
	if err != nil {
		tb.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(prose)), "\n")
	g := rand.New(rand.NewPCG(4, 4))
	var b strings.Builder
	for next := gap; b.Len() < n; {
		b.WriteString(lines[g.IntN(len(lines))] + "\n")
		if b.Len() >= next {
			name := names[g.IntN(len(names))]
			if count++; count%2 == 0 {
				name = strings.ToUpper(name)
			}
			b.WriteString(name + ", ")
			next += gap
		}
	}
	return b.String(), count
}

// BenchmarkDictionary finds names of a list in prose: Sluice's dictionary, two
// Aho-Corasick automata, and a map that every word and every pair of words is
// looked up in. All find the same number. It reports CPU time and the memory
// that each holds.
func BenchmarkDictionary(b *testing.B) {
	for _, size := range []int{1_000, 100_000} {
		names := peopleNames(size)
		text, want := textWithNames(b, names, 256<<10, 2<<10)
		for _, e := range []struct {
			name string
			make func() func() int
		}{
			{"sluice", func() func() int { return sluiceDictionary(b, names, text) }},
			{"aho-corasick-petar", func() func() int {
				builder := petar.NewAhoCorasickBuilder(petar.Opts{AsciiCaseInsensitive: true, MatchOnlyWholeWords: true, MatchKind: petar.LeftMostLongestMatch, DFA: size < 10_000})
				ac := builder.Build(names)
				return func() int { return len(ac.FindAll(text)) }
			}},
			{"aho-corasick-bobusumisu", func() func() int {
				lower := make([]string, len(names))
				for i, n := range names {
					lower[i] = strings.ToLower(n)
				}
				trie := bobusumisu.NewTrieBuilder().AddStrings(lower).Build()
				return func() int { return len(trie.MatchString(strings.ToLower(text))) }
			}},
			{"map", func() func() int { return mapOfNames(names, text) }},
		} {
			b.Run(fmt.Sprintf("%d/%s", size, e.name), func(b *testing.B) {
				before := heap()
				find := e.make()
				held := heap() - before
				b.SetBytes(int64(len(text)))
				start := cpu()
				for b.Loop() {
					if got := find(); got != want {
						b.Fatalf("%d names, want %d", got, want)
					}
				}
				b.ReportMetric(float64(len(text))*float64(b.N)/1e6/(cpu()-start), "cpu-MB/s")
				b.ReportMetric(float64(held)/float64(size), "B/entry")
			})
		}
	}
}

func sluiceDictionary(b *testing.B, names []string, text string) func() int {
	builder := match.NewDictionaryBuilder(match.DictionaryOptions{})
	for _, n := range names {
		if _, err := builder.Add([]byte(n)); err != nil {
			b.Fatal(err)
		}
	}
	d, body := builder.Build(), []byte(text)
	var found []match.Match
	return func() int {
		var err error
		if found, err = d.Find(context.Background(), found[:0], body); err != nil {
			b.Fatal(err)
		}
		return len(found)
	}
}

// mapOfNames is what one would write without a library.
func mapOfNames(names []string, text string) func() int {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[strings.ToLower(n)] = true
	}
	isWord := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 0x80 }
	return func() int {
		n := 0
		words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !isWord(r) })
		for i, w := range words {
			if set[w] || i+1 < len(words) && set[w+" "+words[i+1]] {
				n++
			}
		}
		return n
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
