package main

import (
	"slices"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// Kinds of segments that are off by default are on if kinds or the policy name
// them, and kinds have the last word.
func TestSegmentKinds(t *testing.T) {
	report := scanner.Levels{Medium: scanner.Report, High: scanner.Report}
	policy := scanner.Policy{Default: report, Kinds: map[scanner.Kind]scanner.Levels{"log": report, "data": {}}, Rules: map[string]scanner.Levels{"licence-text": report}}
	for _, c := range []struct {
		source ruleSource
		want   []scanner.Kind
	}{
		{ruleSource{}, []scanner.Kind{"code"}},
		{ruleSource{kinds: []string{"secret"}}, nil},
		{ruleSource{kinds: []string{"secret", "data"}}, []scanner.Kind{"data"}},
		{ruleSource{policy: policy}, []scanner.Kind{"code", "log", "licence"}},
		{ruleSource{policy: policy, kinds: []string{"code"}}, []scanner.Kind{"code"}},
		{ruleSource{policy: scanner.Policy{Default: report}}, []scanner.Kind{"code"}},
	} {
		if got := c.source.segments(); !slices.Equal(got, c.want) {
			t.Errorf("kinds %v, policy %v: looks for %v, want %v", c.source.kinds, c.source.policy.Kinds, got, c.want)
		}
	}
}
