package rules

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
)

func explain(t *testing.T, set *Set, text string, ids ...string) *Explanation {
	t.Helper()
	e, err := set.Explain(t.Context(), scanner.Text{Bytes: []byte(text)}, ids...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// steps lists a candidate's evidence as "field what holds then".
func steps(c CandidateTrace) []string {
	var out []string
	for _, s := range c.Steps {
		mark := "no"
		if s.Holds {
			mark = "yes"
		}
		out = append(out, strings.TrimSpace(strings.Join([]string{s.Field, s.What, mark, s.Then}, "|")))
	}
	return append(out, c.Outcome)
}

func TestExplain(t *testing.T) {
	set := mustCompile(t, fieldRules)
	e := explain(t, set, "your pin is 4821")
	if len(e.Rules) != 1 || len(e.Rules[0].Candidates) != 1 {
		t.Fatalf("got %+v", e.Rules)
	}
	c := e.Rules[0].Candidates[0]
	if want := (scanner.Span{Start: 12, End: 16}); c.Value != want {
		t.Errorf("value at %v, want %v", c.Value, want)
	}
	want := []string{"confidence|low|yes|", "near|none of 1 words nearby|no|", "near|pin, before it|yes|medium", "medium"}
	if diff := cmp.Diff(want, steps(c)); diff != "" {
		t.Error(diff)
	}

	e = explain(t, set, "id4711 sk3x9q2m7w1 R000019", "secret-of-id")
	want = []string{`confidence|high|yes|`, `parts|\bid\d{4}\b|yes|`, `parts|room-number|no|low`, "low"}
	if diff := cmp.Diff(want, steps(e.Rules[0].Candidates[0])); diff != "" {
		t.Error(diff)
	}

	e = explain(t, set, "key=k3x9-samplex")
	want = []string{
		"confidence|high|yes|", "unless.placeholders|a placeholder|yes|low", "unless.words|none of 1 words nearby|no|",
		"unless.stop_words|sample|yes|dropped", "unless.match_patterns|none of them|no|", "unless.line_patterns|none of them|no|", "dropped",
	}
	if diff := cmp.Diff(want, steps(e.Rules[0].Candidates[0])); diff != "" {
		t.Error(diff)
	}

	e = explain(t, set, "cust-1 cust-2")
	if r := e.Rules[0]; r.MinCount != 3 || r.Values != 2 || e.Findings[0].Confidence != scanner.Low {
		t.Errorf("min_count %d, values %d, findings %v", r.MinCount, r.Values, e.Findings)
	}
}

func TestExplainNoMatch(t *testing.T) {
	set := mustCompile(t, `rules: [{id: acme, kind: secret, pattern: '\bacme_live_([a-z0-9]{8})\b'}]`)
	p := explain(t, set, "an acme_live_k3x9q2 here", "acme").Rules[0].Patterns[0]
	at := scanner.Span{Start: 3, End: 13}
	want := PatternTrace{Pattern: p.Pattern, Filter: p.Filter, Places: p.Places, Beginning: `\bacme_live_`, At: &at, Then: `[0-9a-z]{8}`}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	if len(p.Filter) != 1 || !strings.Contains("acme_live_", p.Filter[0]) {
		t.Errorf("filter %q", p.Filter)
	}
	if p = explain(t, set, "nothing", "acme").Rules[0].Patterns[0]; p.Places != 0 || p.Beginning != "" {
		t.Errorf("got %+v", p)
	}
	if e := explain(t, set, "nothing"); len(e.Rules) != 0 {
		t.Errorf("a rule without candidates is explained: %+v", e.Rules)
	}
}

// TestExplainAgrees wants the findings of Explain to be those of Detect, each of
// them explained, for examples of built-in rules, and no text in what it
// says.
func TestExplainAgrees(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	for i, r := range set.Rules() {
		if i%5 > 0 {
			continue // a fifth of them is many
		}
		for _, example := range slices.Concat(r.Match, r.NoMatch) {
			expanded, err := expandExample(example, 7)
			if err != nil {
				t.Fatal(err)
			}
			plain, _, _, err := unmark(expanded)
			if err != nil {
				t.Fatal(err)
			}
			text := scanner.Text{Bytes: []byte(plain)}
			want, err := set.Detect(t.Context(), []scanner.Text{text})
			if err != nil {
				t.Fatal(err)
			}
			trace, _, found, err := set.trace(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, found); diff != "" {
				t.Fatalf("%s: %s", r.ID, diff)
			}
			said, err := json.Marshal(trace.candidates)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range want {
				explained := false
				for i, c := range trace.candidates {
					explained = explained || trace.rules[i].ID == f.Rule && f.Span.Start <= c.Value.Start && c.Value.Start < f.Span.End &&
						(c.Outcome == f.Confidence.String() || trace.rules[i].MinCount > 1)
				}
				if !explained {
					t.Errorf("%s: a finding of %s is not explained", r.ID, f.Rule)
				}
				value := plain[f.Span.Start:f.Span.End]
				if len(value) > 12 && !strings.Contains(example, value) && strings.Contains(string(said), value) {
					t.Errorf("%s: the explanation quotes the text", r.ID)
				}
			}
		}
	}
}
