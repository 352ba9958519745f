package rules

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

const examplePolicy = `
on_error: report
default: {low: allow, medium: report, high: report}
kinds:
  secret: {low: report, medium: redact, high: block}
  pii: redact
  code: {report_lines: 5}
rules:
  private-key: block
  email-address: {medium: report}
`

func parsePolicy(t *testing.T, text string, known Known) (scanner.Policy, error) {
	t.Helper()
	var config struct {
		Policy PolicyBlock `yaml:"policy"`
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Content) > 0 {
		if err := decodeNode("sluice.yaml", doc.Content[0], &config.Policy, "policy"); err != nil {
			t.Fatal(err)
		}
	}
	return config.Policy.Policy(known)
}

var knownRules = Known{
	Rules: map[string]scanner.Kind{"private-key": "secret", "email-address": "pii", "slack-token": "secret"},
	Kinds: []scanner.Kind{"secret", "pii", "code"},
}

func TestPolicy(t *testing.T) {
	got, err := parsePolicy(t, examplePolicy, knownRules)
	if err != nil {
		t.Fatal(err)
	}
	want := scanner.Policy{
		OnError: scanner.Report,
		Default: scanner.Levels{Low: scanner.Allow, Medium: scanner.Report, High: scanner.Report},
		Kinds: map[scanner.Kind]scanner.Levels{
			"secret": {Low: scanner.Report, Medium: scanner.Redact, High: scanner.Block},
			"pii":    {Low: scanner.Allow, Medium: scanner.Redact, High: scanner.Redact},
			"code":   {Low: scanner.Allow, Medium: scanner.Block, High: scanner.Block, ReportLines: 5, ActLines: 10},

			"private": {Low: scanner.Report, Medium: scanner.Report, High: scanner.Block},
		},
		Rules: map[string]scanner.Levels{
			"private-key":   {Low: scanner.Report, Medium: scanner.Block, High: scanner.Block},
			"email-address": {Low: scanner.Allow, Medium: scanner.Report, High: scanner.Redact},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPolicyAbsent(t *testing.T) {
	got, err := parsePolicy(t, "", Known{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultPolicy(), got); diff != "" {
		t.Error(diff)
	}
}

func TestPolicyErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "onerror: block", `sluice.yaml:1: unknown key "onerror": did you mean "on_error"?`},
		{"unknown action", "kinds:\n  pii: mask", `sluice.yaml:2: policy: pii: unknown action "mask": use allow, report, redact or block`},
		{"later action", "rules:\n  private-key: tokenize", `sluice.yaml:2: policy: private-key: action "tokenize" is not available in this version: use allow, report, redact or block`},
		{"unreadable redacted", "on_error: redact", "sluice.yaml:1: policy: on_error: what could not be read cannot be redacted: use allow, report or block"},
		{"unknown rule", "rules:\n  slack-tokens: block", `sluice.yaml:2: policy: no rule has the id "slack-tokens": did you mean "slack-token"?`},
		{"unknown kind", "kinds:\n  secrets: block", `sluice.yaml:2: policy: no detector finds things of kind "secrets": did you mean "secret"?`},
		{"negative lines", "kinds:\n  code:\n    act_lines: -1", "sluice.yaml:3: policy: code: act_lines is negative: write a number of lines, 0 for no limit"},
		{
			"all of them", "on_error: redact\nrules:\n  privatekey: block\nkinds: [a]",
			"sluice.yaml:4: kinds is a list: write `key: value` lines",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parsePolicy(t, c.text, knownRules)
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}
