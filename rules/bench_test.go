package rules

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sluice-dlp/sluice/scanner"
)

// cleanPrompt is n bytes of prose and code without anything to find.
func cleanPrompt(n int) []byte {
	const paragraph = "Please review the following function and tell me why the second test fails on Windows only. We moved " +
		"the parser into its own package last week, and since then the cache is cold after every restart. The plan for the next " +
		"sprint (see issue 4711) is to keep 3 workers per shard and to raise the limit from 250 to 400 requests per second.\n\n" +
		"\tfunc (c *Cache) Get(key string) (Value, bool) {\n\t\tc.mu.Lock()\n\t\tdefer c.mu.Unlock()\n\t\tv, ok := c.items[key]\n\t\treturn v, ok\n\t}\n\n"
	return []byte(strings.Repeat(paragraph, n/len(paragraph)+1)[:n])
}

func BenchmarkDetectClean(b *testing.B) {
	set := builtinSet(b)
	for _, size := range []struct {
		name string
		n    int
	}{{"1KiB", 1 << 10}, {"8KiB", 8 << 10}, {"64KiB", 64 << 10}} {
		b.Run(size.name, func(b *testing.B) {
			texts := []scanner.Text{{Bytes: cleanPrompt(size.n), Where: "/messages/0/content"}}
			b.SetBytes(int64(size.n))
			b.ReportAllocs()
			for b.Loop() {
				found, err := set.Detect(b.Context(), texts)
				if err != nil || len(found) > 0 {
					b.Fatalf("found %v, error %v", found, err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	files, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Compile(files); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		if _, err := Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDetectDense is a log in which every line has numbers, addresses and
// hashes, most of which are nothing to find.
func BenchmarkDetectDense(b *testing.B) {
	set := builtinSet(b)
	var text strings.Builder
	for i := 0; text.Len() < 8<<10; i++ {
		fmt.Fprintf(&text, "2025-11-%02dT08:%02d:44Z pid=%d id=%08x-4b3c-11ef-9a1c-%012x GET /v2/items/%d 200 %dms 10.0.%d.%d sha256:%x\n",
			1+i%28, i%60, 84412+i, i*2654435761, i*40503, 1762214400+i, i%900, i%250, i%199, sha256.Sum256([]byte{byte(i)}))
	}
	texts := []scanner.Text{{Bytes: []byte(text.String())}}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := set.Detect(b.Context(), texts); err != nil {
			b.Fatal(err)
		}
	}
}

// peopleFile is a dictionary of n different names.
func peopleFile(n int) []byte {
	syllables := []string{"ka", "ro", "lin", "da", "mar", "tes", "vo", "ni", "sche", "bur", "ga", "lo", "pri", "ul", "en", "tor", "ma", "del", "fi", "hau"}
	word := func(out []byte, k int) []byte {
		for k += 400; k > 0; k /= len(syllables) {
			out = append(out, syllables[k%len(syllables)]...)
		}
		return out
	}
	var out []byte
	for i := range n {
		out = append(word(append(word(out, i*7919%30_000), ' '), i), '\n')
	}
	return out
}

// BenchmarkDetectBase64 is a file in base64, in lines as MIME and PEM have them, and beside it the
// same in one line: letters of which nothing may be found, however many rules look at them.
func BenchmarkDetectBase64(b *testing.B) {
	set := builtinSet(b)
	raw := make([]byte, 48<<10)
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range raw {
		raw[i] = byte(rng.Uint32())
	}
	line := base64.StdEncoding.EncodeToString(raw)
	var lines strings.Builder
	for rest := line; len(rest) > 0; rest = rest[min(76, len(rest)):] {
		lines.WriteString(rest[:min(76, len(rest))])
		lines.WriteByte('\n')
	}
	for name, text := range map[string]string{"line": line, "lines": lines.String()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if n := len(findMedium(b, set, text)); n != 0 {
					b.Fatalf("%d findings", n)
				}
			}
		})
	}
}

// BenchmarkDictionary reads two million names, and runs them beside the built-in
// rules.
func BenchmarkDictionary(b *testing.B) {
	const n = 2_000_000
	fsys := fstest.MapFS{
		"r.yaml": {Data: []byte("rules: [{id: name, kind: pii, dictionary: {file: l.txt}}]")},
		"l.txt":  {Data: peopleFile(n)},
	}
	var files []*File
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			var err error
			if files, err = Load(fsys, "r.yaml"); err != nil || files[0].Rules[0].Dictionary.Len() != n {
				b.Fatalf("%v, error %v", files, err)
			}
		}
		b.ReportMetric(float64(files[0].Rules[0].Dictionary.loaded.Size())/n, "B/entry")
	})
	builtin, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct {
		name  string
		files []*File
		want  int
	}{{"built-in", builtin, 0}, {"names", files, 1}, {"both", append(builtin, files...), 1}} {
		b.Run(bench.name, func(b *testing.B) {
			set, err := Compile(bench.files)
			if err != nil {
				b.Fatal(err)
			}
			text := cleanPrompt(8 << 10)
			first, _, _ := strings.Cut(string(fsys["l.txt"].Data), "\n")
			copy(text[4000:], " "+first+" ")
			texts := []scanner.Text{{Bytes: text}}
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if found, err := set.Detect(b.Context(), texts); err != nil || len(found) != bench.want {
					b.Fatalf("found %v, error %v", found, err)
				}
			}
		})
	}
}
