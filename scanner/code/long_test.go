package code_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
)

// TestLongTexts finds all of a program that is too long to be read at once, and
// knows at its end what the fence at its beginning says.
func TestLongTexts(t *testing.T) {
	const functions = 30000
	text := []byte("Why is this slow?\n\n```kotlin\n" + strings.Repeat("x = f(x, 1)\ny = g(y)\nz[x] = y + 2\n", functions) + "```\n\nThank you for your patience.\n")
	found, err := code.New().Detect(t.Context(), []scanner.Text{{Bytes: text}})
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(text, []byte("x = f"))
	lines := 0
	for _, f := range found {
		if f.Span.Start != at || f.Detail != "code kotlin" || f.Confidence != scanner.High {
			t.Errorf("found %+v, want what begins at %d", f, at)
		}
		at = f.Span.End + 1
		lines += f.Lines
	}
	if want := bytes.LastIndex(text, []byte("```")); at != want || lines != 3*functions || len(found) > 4 {
		t.Errorf("%d findings with %d lines up to %d, want %d lines up to %d", len(found), lines, at, 3*functions, want)
	}
}

// BenchmarkShortLines are texts of which each line costs more than its bytes.
func BenchmarkShortLines(b *testing.B) {
	for name, line := range map[string]string{"empty": "\n", "letter": "a\n", "brace": "{\n", "fence": "```\n", "diff": "diff --git a b\n"} {
		b.Run(name, func(b *testing.B) {
			d := code.New()
			texts := []scanner.Text{{Bytes: []byte(strings.Repeat(line, (1<<20)/len(line)))}}
			b.SetBytes(int64(len(texts[0].Bytes)))
			b.ReportAllocs()
			for b.Loop() {
				found, err := d.Detect(b.Context(), texts)
				if err != nil {
					b.Fatal(err)
				}
				if (len(found) > 0) != (name == "diff") {
					b.Fatalf("%d findings", len(found))
				}
			}
		})
	}
}
