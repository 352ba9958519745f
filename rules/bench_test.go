package rules

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

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
