package rules

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

func TestBuiltinExamples(t *testing.T) {
	skipIfShort(t)
	files, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	report, err := Test(files)
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() {
		t.Errorf("\n%v", report)
	}
	t.Log(strings.TrimSpace(report.String()))
}

// TestBuiltinSound looks at what Builtin takes for granted.
func TestBuiltinSound(t *testing.T) {
	files, err := Load(builtin, "builtin")
	if err != nil {
		t.Fatal(err)
	}
	// Of these files nothing is taken for granted here either.
	if _, err := Compile(files); err != nil {
		t.Error(err)
	}
	known, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range known {
		f.sound = false
		if !reflect.DeepEqual(f, files[i]) {
			t.Errorf("%s is read in two ways", f.Name)
		}
	}
}

func TestBuiltinLint(t *testing.T) {
	skipIfShort(t)
	files, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Lint(files) {
		t.Error(p)
	}
}

func TestBuiltinCounts(t *testing.T) {
	counts := map[scanner.Kind]int{}
	for _, r := range builtinSet(t).Rules() {
		counts[r.Kind]++
	}
	t.Logf("%v", counts)
	if counts[scanner.KindSecret] < 800 || counts[scanner.KindPII] < 60 || counts["ownership"] < 3 || len(counts) != 3 {
		t.Errorf("got %v", counts)
	}
}

// TestBuiltinNoLiveTokens keeps values that scanners of repositories would
// report out of the rule files: examples are made when they run.
func TestBuiltinNoLiveTokens(t *testing.T) {
	files, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	set := builtinSet(t)
	// Fixed examples of these are fictional or published samples.
	fixed := []string{"seed-phrase", "onepassword-token"}
	for _, f := range files {
		for _, r := range f.Rules {
			for _, example := range r.Match {
				for _, found := range findMedium(t, set, strings.NewReplacer(markOpen, "", markClose, "").Replace(example)) {
					rule := set.Rule(found.Rule)
					value := example[min(found.Span.Start, len(example)):]
					if rule.Kind == scanner.KindSecret && !slices.Contains(r.Tags, "password") && !slices.Contains(rule.Tags, "password") && !slices.Contains(fixed, rule.ID) && !strings.Contains(value, "${") {
						t.Errorf("%s: an example holds a value that %s finds: write a placeholder", r.ID, rule.ID)
					}
				}
			}
		}
	}
}
