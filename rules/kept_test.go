package rules

import (
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestKept holds the built-in rules to texts that a version before had read wrongly, for texts that are found keep rules from growing blind, and
// clean ones from growing loud: see testdata/kept.txt.
func TestKept(t *testing.T) {
	set := builtinSet(t)
	data, err := os.ReadFile("testdata/kept.txt")
	if err != nil {
		t.Fatal(err)
	}
	escapes := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")
	marked, clean := 0, 0
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		h := fnv.New64a()
		h.Write([]byte(line))
		text, err := expandExample(escapes.Replace(line), h.Sum64())
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		text, marks := unmarkAll(t, text)
		if len(marks) == 0 {
			clean++
		}
		found := findMedium(t, set, text)
		for _, m := range marks {
			marked++
			if !holds(found, m) {
				t.Errorf("line %d: not found: %s", i+1, text[m.Start:m.End])
			}
		}
		for _, f := range found {
			if !slices.ContainsFunc(marks, f.Span.Overlaps) {
				t.Errorf("line %d: %s found %q", i+1, f.Rule, text[f.Span.Start:f.Span.End])
			}
		}
	}
	if marked < 200 || clean < 60 {
		t.Errorf("only %d values and %d clean texts", marked, clean)
	}
}
