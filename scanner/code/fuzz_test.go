package code_test

import (
	"bytes"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
)

// FuzzDetect holds findings to what Detect promises: whole lines, inside the
// text, in order, apart from each other, and rightly counted.
func FuzzDetect(f *testing.F) {
	for _, s := range snippets {
		f.Add([]byte(s.text))
		f.Add([]byte("```\n" + s.text))
	}
	for _, text := range negatives {
		f.Add([]byte(text))
	}
	for _, text := range []string{
		"", "\n", "\r\n\r\n", "```", "``` ```` ~~~\n```\n```go\n~~~", "@@ -1,99999999999 +1 @@\n+a\n-b\n", "--- a/x\n+++ b/x\n@@ -0,0 +1 @@",
		"\x00\xff\xfe{\n};\n", "}\n}\n}\n}\n}\n}\n", "#include\n#include\n#include\r\n\r", " B0208020000#\n010\"0%\";|'0('0|", "\tat \n\tat (\n at :\n",
	} {
		f.Add([]byte(text))
	}
	d, all := code.New(), code.New(code.Kinds()...)
	f.Fuzz(func(t *testing.T, text []byte) {
		given := bytes.Clone(text)
		sound(t, d, text)
		for _, f := range sound(t, all, text) {
			if code.Rules()[f.Rule] != f.Kind {
				t.Fatalf("finding %+v: rule and kind do not belong together", f)
			}
		}
		if !bytes.Equal(given, text) {
			t.Fatal("the text was changed")
		}
	})
}

// sound returns the findings in a text, after looking at each.
func sound(t *testing.T, d scanner.Detector, text []byte) []scanner.Finding {
	t.Helper()
	found, err := d.Detect(t.Context(), []scanner.Text{{Bytes: text}})
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for _, f := range found {
		s := f.Span
		if s.Start <= last || s.Len() <= 0 || s.End > len(text) {
			t.Fatalf("span %v after %d in %d bytes", s, last, len(text))
		}
		last = s.End
		if s.Start > 0 && text[s.Start-1] != '\n' {
			t.Fatalf("span %v does not start a line", s)
		}
		if rest := text[s.End:]; len(rest) > 0 && rest[0] != '\n' && !bytes.HasPrefix(rest, []byte("\r\n")) {
			t.Fatalf("span %v does not end a line", s)
		}
		// A line or two may be counted by clauses of SQL or commands of a shell, four at least.
		if n := bytes.Count(text[s.Start:s.End], []byte("\n")) + 1; f.Lines != n && f.Lines <= 2*n && (n > 2 || f.Lines < 4) {
			t.Fatalf("%d lines said, %d counted, and that is not many statements a line", f.Lines, n)
		}
		if f.Text != 0 || f.Rule == "" || f.Confidence < scanner.Low || f.Confidence > scanner.High {
			t.Fatalf("finding %+v", f)
		}
	}
	return found
}
