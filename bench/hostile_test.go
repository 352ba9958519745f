package bench

import (
	"testing"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
)

// TestHostileTextsAreBounded counts the work of the built-in rules on texts that are made from each of
// their patterns to be slow. What it counts takes some nanoseconds each, so that no 8 KB take
// longer than a few milliseconds.
func TestHostileTextsAreBounded(t *testing.T) {
	files, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var patterns []Named
	for _, f := range files {
		for _, r := range f.Rules {
			for _, p := range r.Patterns {
				patterns = append(patterns, Named{r.ID, p.Expr})
			}
		}
	}
	const (
		size = 8 << 10
		// per byte of text
		mostWork  = 1000 // bytes walked and steps
		mostBytes = 8    // given to RE2, which may take a hundred times as long for each
	)
	hostile, err := Hostile(7, patterns, size)
	if err != nil {
		t.Fatal(err)
	}
	if len(hostile.Texts) < 2*len(patterns) {
		t.Fatalf("%d texts from %d patterns", len(hostile.Texts), len(patterns))
	}
	var work rules.Work
	set, err := rules.CompileCounting(files, &work)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	step := 1
	if testing.Short() {
		step = 11
	}
	for i := 0; i < len(hostile.Texts); i += step {
		text := hostile.Texts[i]
		work = rules.Work{}
		findings, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		found += len(findings)
		n := int64(len(text))
		if done := work.Walked + work.ExactSteps; done > mostWork*n {
			t.Errorf("%s: %d bytes walked and %d steps for %d bytes", hostile.Labels[i], work.Walked, work.ExactSteps, n)
		}
		if work.CallBytes > mostBytes*n {
			t.Errorf("%s: %d bytes given to RE2 for %d", hostile.Labels[i], work.CallBytes, n)
		}
	}
	if found < len(hostile.Texts)/step {
		t.Errorf("only %d findings in %d texts", found, len(hostile.Texts))
	}
}
