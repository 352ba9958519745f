package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
)

// explainer prints what rules make of one text.
type explainer struct {
	w       io.Writer
	text    string
	show    bool
	policy  *scanner.Policy
	verdict *scanner.Verdict
	err     error
}

func (e *explainer) printf(format string, args ...any) {
	if e.err == nil {
		_, e.err = fmt.Fprintf(e.w, format, args...)
	}
}

// at is a span, with what stands there if that is to be shown.
func (e *explainer) at(s scanner.Span) string {
	out := fmt.Sprintf("%d–%d", s.Start, s.End)
	if e.show {
		out += fmt.Sprintf(" %q", e.text[s.Start:s.End])
	}
	return out
}

func (e *explainer) all(x *rules.Explanation) {
	if len(x.Rules) == 0 {
		e.printf("no rule has a candidate: name a rule to see how far its patterns get\n")
	}
	for i := range x.Rules {
		e.rule(&x.Rules[i])
	}
	if len(x.Findings) == 0 {
		return
	}
	e.printf("findings\n")
	for _, f := range x.Findings {
		e.printf("  %s %s, bytes %s: %s\n", f.Rule, f.Confidence, e.at(f.Span), e.outcome(f))
	}
}

// decision is what the policy decided about a finding, or the winner that it
// lost to.
func (e *explainer) decision(f scanner.Finding) (d scanner.Decision, won bool) {
	for _, d := range e.verdict.Decisions {
		if d.Rule == f.Rule && d.Span.Contains(f.Span) {
			return d, true
		}
	}
	for _, d := range e.verdict.Decisions {
		if d.Span.Overlaps(f.Span) {
			return d, false
		}
	}
	return scanner.Decision{Finding: f, Action: e.policy.Action(f)}, true
}

func (e *explainer) outcome(f scanner.Finding) string {
	d, won := e.decision(f)
	if !won {
		return "overlaps " + d.Rule + ", which wins"
	}
	if d.Exception != "" {
		return d.Action.String() + ", by the exception at " + d.Exception
	}
	return d.Action.String()
}

func (e *explainer) rule(r *rules.RuleTrace) {
	file, line := r.Rule.Place()
	e.printf("%s: %s (%s:%d)\n", r.ID, r.Rule.Title, file, line)
	for i := range r.Patterns {
		e.pattern(&r.Patterns[i])
	}
	for i := range r.Candidates {
		c := &r.Candidates[i]
		e.printf("  candidate at bytes %s\n", e.at(c.Value))
		for _, s := range c.Steps {
			e.step(s)
		}
		switch c.Outcome {
		case "failed":
			e.printf("    = failed a check; a smaller match is looked for inside\n")
		default:
			e.printf("    = %s\n", c.Outcome)
		}
	}
	if r.MinCount > 0 {
		e.printf("  min_count: %d different values, %d wanted\n", r.Values, r.MinCount)
	}
}

func (e *explainer) pattern(p *rules.PatternTrace) {
	e.printf("  pattern %s\n", p.Pattern)
	switch {
	case len(p.Filter) == 0:
		e.printf("    filter: none, every text is read whole\n")
	case p.Places == 0:
		e.printf("    filter: the text has none of %s, so the pattern is not tried\n", strings.Join(p.Filter, " "))
	default:
		e.printf("    filter: %d places with %s\n", p.Places, strings.Join(p.Filter, " or "))
	}
	switch {
	case p.Matches > 0:
		e.printf("    matches: %d\n", p.Matches)
	case p.At != nil:
		e.printf("    no match: %s matches at bytes %s, then %s is wanted\n", p.Beginning, e.at(*p.At), p.Then)
	default:
		e.printf("    no match\n")
	}
}

func (e *explainer) step(s rules.Step) {
	mark := "no "
	if s.Holds {
		mark = "yes"
	}
	e.printf("    %s %s: %s", mark, s.Field, s.What)
	if s.Then != "" {
		e.printf(" → %s", s.Then)
	}
	e.printf("\n")
}

// json writes the explanation, each rule's and then the findings, as one
// object.
func (e *explainer) json(x *rules.Explanation) error {
	type finding struct {
		Rule       string       `json:"rule"`
		Kind       scanner.Kind `json:"kind"`
		Start      int          `json:"start"`
		End        int          `json:"end"`
		Text       string       `json:"text,omitempty"`
		Confidence string       `json:"confidence"`
		Action     string       `json:"action,omitempty"`
		LostTo     string       `json:"lost_to,omitempty"`
		Exception  string       `json:"exception,omitempty"`
	}
	out := struct {
		*rules.Explanation
		Found []finding `json:"findings"`
	}{Explanation: x, Found: []finding{}}
	for _, f := range x.Findings {
		line := finding{Rule: f.Rule, Kind: f.Kind, Start: f.Span.Start, End: f.Span.End, Confidence: f.Confidence.String()}
		if e.show {
			line.Text = e.text[f.Span.Start:f.Span.End]
		}
		if d, won := e.decision(f); won {
			line.Action, line.Exception = d.Action.String(), d.Exception
		} else {
			line.LostTo = d.Rule
		}
		out.Found = append(out.Found, line)
	}
	return newEncoder(e.w).Encode(out)
}
