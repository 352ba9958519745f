package code

import (
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestPassed looks at which lines of a program are passed over, and that they are
// read where prose, a diff or a trace comes after them.
func TestPassed(t *testing.T) {
	const block = "\tfor i, v := range values {\n\t\tif v == nil {\n\t\t\treturn nil, errEmpty\n\t\t}\n\t\ttotal += v.Sum(i)\n\t}\n"
	long := "func sum(values []*value) (int, error) {\n" + strings.Repeat(block, 10) + "\treturn total, nil\n}\n"
	for name, c := range map[string]struct {
		text    string
		atLeast float64  // share of the lines
		want    []string // the end of each finding
	}{
		"long program":  {long, 0.5, []string{"l\n}"}},
		"short program": {long[:strings.Index(long, block)+len(block)], 0, []string{"\n\t}"}},
		"blank lines":   {strings.ReplaceAll(long, "\n", "\n\n"), 0, []string{"\n\n}"}},
		"prose behind it": {
			long + "Can you tell me why this returns nothing?\nI have been at it since the morning, to no avail.\n", 0.4, []string{"l\n}"},
		},
		"prose in its midst": {
			strings.TrimSuffix(long, "\n") + "\nThat was the first one, and it works as it should.\nThe second is what I am unsure about, as\nit was written by somebody who is gone\nand nobody has looked at it since then.\nHere it is, as it stands today.\n" + long, 0.4, []string{"l\n}", "l\n}"},
		},
		"a trace behind it": {
			long + "java.lang.IllegalStateException: closed\n" + strings.Repeat("    at com.example.Ledger.add(Ledger.java:41)\n", 90), 0.1, []string{"41)"},
		},
	} {
		d := New()
		found, err := d.Detect(t.Context(), []scanner.Text{{Bytes: []byte(c.text)}})
		if err != nil {
			t.Fatal(err)
		}
		var ends []string
		for _, f := range found {
			ends = append(ends, c.text[max(f.Span.Start, f.Span.End-len("41)")):f.Span.End])
		}
		if !slices.Equal(ends, c.want) {
			t.Errorf("%s: findings end in %q, want %q", name, ends, c.want)
		}
		r, _ := d.scratch.Get().(*reading)
		if r == nil {
			t.Skip("the working memory was collected")
		}
		passed := 0
		for _, l := range r.lines {
			if l.skimmed && l.emit > 0 {
				passed++
			}
		}
		if share := float64(passed) / float64(len(r.lines)); share < c.atLeast || c.atLeast == 0 && passed > 0 {
			t.Errorf("%s: %d of %d lines are passed over, want at least %.0f %%, or none if that is 0", name, passed, len(r.lines), c.atLeast*100)
		}
	}
}
