package scanner_test

import (
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

func TestPolicyAction(t *testing.T) {
	policy := scanner.Policy{
		Rules: map[string]scanner.Levels{
			"private-key": {Low: scanner.Block, Medium: scanner.Block, High: scanner.Block},
			"quiet":       {},
		},
		Kinds: map[scanner.Kind]scanner.Levels{
			scanner.KindSecret: {Low: scanner.Report, Medium: scanner.Redact, High: scanner.Redact},
			scanner.KindCode:   {Low: scanner.Allow, Medium: scanner.Report, High: scanner.Block, ReportLines: 3, ActLines: 10},
		},
		Default: scanner.Levels{Low: scanner.Allow, Medium: scanner.Report, High: scanner.Redact},
	}
	tests := []struct {
		rule  string
		kind  scanner.Kind
		level scanner.Confidence
		lines int
		want  scanner.Action
	}{
		{"x", scanner.KindSecret, scanner.Low, 0, scanner.Report},
		{"x", scanner.KindSecret, scanner.Medium, 0, scanner.Redact},
		{"x", scanner.KindSecret, scanner.High, 0, scanner.Redact},
		{"private-key", scanner.KindSecret, scanner.Low, 0, scanner.Block},
		{"quiet", scanner.KindSecret, scanner.High, 0, scanner.Allow},
		{"x", "unheard-of", scanner.Low, 0, scanner.Allow},
		{"x", "unheard-of", scanner.High, 0, scanner.Redact},
		// A finding without a level, or with a wrong one, is High.
		{"x", "unheard-of", 0, 0, scanner.Redact},
		{"x", "unheard-of", 77, 0, scanner.Redact},
		{"code-go", scanner.KindCode, scanner.High, 2, scanner.Allow},
		{"code-go", scanner.KindCode, scanner.High, 3, scanner.Report},
		{"code-go", scanner.KindCode, scanner.High, 9, scanner.Report},
		{"code-go", scanner.KindCode, scanner.High, 10, scanner.Block},
		{"code-go", scanner.KindCode, scanner.Medium, 10, scanner.Report},
		{"code-go", scanner.KindCode, scanner.Low, 100, scanner.Allow},
		// Thresholds are for segments only.
		{"code-go", scanner.KindCode, scanner.High, 0, scanner.Block},
		{"x", scanner.KindSecret, scanner.High, 1, scanner.Redact},
	}
	for _, tt := range tests {
		f := scanner.Finding{Rule: tt.rule, Kind: tt.kind, Confidence: tt.level, Lines: tt.lines}
		if got := policy.Action(f); got != tt.want {
			t.Errorf("%s, %s, %s, %d lines: %s, want %s", tt.rule, tt.kind, tt.level, tt.lines, got, tt.want)
		}
	}
}

func TestFail(t *testing.T) {
	for _, tt := range []struct{ onError, before, want scanner.Action }{
		{scanner.Block, scanner.Allow, scanner.Block},
		{scanner.Report, scanner.Allow, scanner.Report},
		{scanner.Report, scanner.Redact, scanner.Redact},
		{scanner.Allow, scanner.Report, scanner.Report},
		// What was not read cannot be rewritten: these must not let it pass.
		{scanner.Redact, scanner.Allow, scanner.Block},
		{scanner.Tokenize, scanner.Allow, scanner.Block},
		{scanner.Reroute, scanner.Allow, scanner.Block},
		{200, scanner.Allow, scanner.Block},
	} {
		v := scanner.Verdict{Action: tt.before}
		policy := &scanner.Policy{OnError: tt.onError}
		v.Fail(policy, scanner.ReasonDeadline)
		v.Fail(policy, scanner.ReasonDetector)
		if v.Action != tt.want || v.Reason != scanner.ReasonDeadline {
			t.Errorf("on_error %s after %s: %s, %s; want %s and the first reason", tt.onError, tt.before, v.Action, v.Reason, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	for a := scanner.Allow; a <= scanner.Block; a++ {
		if got, err := scanner.ParseAction(a.String()); err != nil || got != a {
			t.Errorf("ParseAction(%q) = %v, %v", a, got, err)
		}
	}
	for c := scanner.Low; c <= scanner.High; c++ {
		if got, err := scanner.ParseConfidence(c.String()); err != nil || got != c {
			t.Errorf("ParseConfidence(%q) = %v, %v", c, got, err)
		}
	}
	for _, bad := range []string{"", "Allow", "deny"} {
		if _, err := scanner.ParseAction(bad); err == nil {
			t.Errorf("ParseAction(%q) succeeded", bad)
		}
		if _, err := scanner.ParseConfidence(bad); err == nil {
			t.Errorf("ParseConfidence(%q) succeeded", bad)
		}
	}
}
