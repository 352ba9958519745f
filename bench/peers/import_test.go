package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/rules/importer"
	"github.com/sluice-dlp/sluice/scanner"
)

// imported is gitleaks' default configuration, translated.
func imported(t *testing.T) (*rules.Set, map[string]string) {
	t.Helper()
	result, err := importer.Import([]byte(config.DefaultConfig), importer.Options{Format: "gitleaks"})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Left) != 1 || result.Left[0].ID != "pkcs12-file" {
		t.Errorf("left out: %v", result.Left)
	}
	data, err := result.YAML()
	if err != nil {
		t.Fatal(err)
	}
	file, err := rules.Parse("gitleaks.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	set, err := rules.Compile([]*rules.File{file})
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]string)
	for _, r := range set.Rules() {
		name := strings.TrimPrefix(r.ID, "gitleaks-")
		if len(r.Aliases) > 0 {
			name = r.Aliases[0]
		}
		names[r.ID] = name
	}
	return set, names
}

// samples are texts with something for each rule to find: made from its
// expression, and, where CORPORA names them, the examples of gitleaks' own tests.
func samples(t *testing.T) (out []string) {
	t.Helper()
	detector, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 5))
	for _, id := range slices.Sorted(maps.Keys(detector.Config.Rules)) {
		rule := detector.Config.Rules[id]
		if rule.Regex == nil {
			continue
		}
		tree, err := syntax.Parse(rule.Regex.String(), syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			b := bench.Described(rng, tree)
			keyword := ""
			if len(rule.Keywords) > 0 {
				keyword = rule.Keywords[rng.IntN(len(rule.Keywords))]
			}
			out = append(out, fmt.Sprintf("# %s\nx = \"%s\" \n", keyword, b))
		}
	}
	path := filepath.Join(os.Getenv("CORPORA"), "secrets-gitleaks.jsonl.gz")
	f, err := os.Open(path)
	if err != nil {
		t.Logf("without gitleaks' own examples: CORPORA is not set")
		return out
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		out = append(out, row.Text)
	}
	return out
}

// TestImportGitleaks wants of the translated rules what gitleaks finds with its
// own: the same rules, the same values. Where gitleaks' generic rule finds what
// another has found on the same line too, it says nothing; so does the test.
func TestImportGitleaks(t *testing.T) {
	logging.Logger = logging.Logger.Level(zerolog.Disabled)
	set, names := imported(t)
	detector, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		t.Fatal(err)
	}
	same, missing, extra := 0, 0, 0
	byRule := make(map[string]bool)
	for _, text := range samples(t) {
		want := make(map[string]bool)
		for _, f := range detector.DetectString(text) {
			want[f.RuleID+" "+trimmed(f.Secret)] = true
		}
		found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]bool)
		for _, f := range found {
			name := names[f.Rule]
			if slices.Contains(ofFiles, name) {
				continue
			}
			covered := name == "generic-api-key" && slices.ContainsFunc(found, func(o scanner.Finding) bool {
				return o.Rule != f.Rule && o.Span.Contains(f.Span)
			})
			got[name+" "+trimmed(text[f.Span.Start:f.Span.End])] = !covered
		}
		for k := range want {
			rule, _, _ := strings.Cut(k, " ")
			if _, ok := got[k]; ok {
				same++
				byRule[rule] = true
			} else {
				missing++
				t.Logf("missing: %s in %q", k, shortened(text))
			}
		}
		for k, wanted := range got {
			if wanted && !want[k] {
				extra++
				t.Logf("extra: %s in %q", k, shortened(text))
			}
		}
	}
	t.Logf("%d findings of %d rules are the same, %d missing, %d more", same, len(byRule), missing, extra)
	if same < 1000 || len(byRule) < 200 {
		t.Errorf("%d findings of %d rules: the test tests little", same, len(byRule))
	}
	if missing > 0 || extra > 0 {
		t.Errorf("%d missing, %d more", missing, extra)
	}
}

// ofFiles are rules that gitleaks applies to files of certain names only. The
// importer says so; here they look at every text.
var ofFiles = []string{"freemius-secret-key", "hashicorp-tf-password", "kubernetes-secret-yaml", "nuget-config-password"}

// trimmed is a value without what one of the two takes off its end: gitleaks line
// breaks, Sluice the full stop of a sentence.
func trimmed(s string) string { return strings.Trim(s, "\n.") }

func shortened(s string) string { return s[:min(len(s), 300)] }
