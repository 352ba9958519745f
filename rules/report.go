package rules

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// Report is the outcome of the rules' own examples.
type Report struct {
	Rules    int // rules tested
	Examples int // examples run
	Failures []Failure
}

// Failure is an example that did not come out as its rule says.
type Failure struct {
	File    string
	Line    int    // of the example's list
	Rule    string // id
	Example string // as it is written, with its placeholders
	Msg     string // what happened, and what to do about it
}

// String is "file:line: rule id: message: example".
func (f Failure) String() string {
	return fmt.Sprintf("%s:%d: rule %s: %s\n\t%s", f.File, f.Line, f.Rule, f.Msg, strings.ReplaceAll(f.Example, "\n", "\n\t"))
}

// OK reports whether all examples came out as written.
func (r *Report) OK() bool { return len(r.Failures) == 0 }

// String lists the failures and ends with a line of totals.
func (r *Report) String() string {
	var b strings.Builder
	for _, f := range r.Failures {
		fmt.Fprintln(&b, f)
	}
	fmt.Fprintf(&b, "%d rules, %d examples, %d failed\n", r.Rules, r.Examples, len(r.Failures))
	return b.String()
}

// exampleSeeds is how many values each placeholder of an example is tried with.
const exampleSeeds = 5

// Test runs every rule's examples, several times with other values for the
// placeholders. A match example passes if the rule finds something of medium
// confidence or more, and exactly the marked span if one is marked. A nomatch
// example passes if the rule finds nothing, or only with low confidence: a
// placeholder is reported as low.
func Test(files []*File) (*Report, error) {
	set, err := Compile(files)
	if err != nil {
		return nil, err
	}
	report := &Report{}
	for _, r := range set.Rules() {
		report.Rules++
		for _, example := range r.Match {
			report.run(set, r, "match", example)
		}
		for _, example := range r.NoMatch {
			report.run(set, r, "nomatch", example)
		}
	}
	return report, nil
}

func (r *Report) run(set *Set, rule *Rule, list, example string) {
	r.Examples++
	for seed := range uint64(exampleSeeds) {
		msg := tryExample(set, rule.ID, list == "match", example, seed)
		if msg == "" {
			continue
		}
		line := rule.keyLine(list)
		if line == 0 {
			line = rule.line
		}
		r.Failures = append(r.Failures, Failure{rule.file, line, rule.ID, example, msg})
		return
	}
}

func tryExample(set *Set, id string, want bool, example string, seed uint64) string {
	expanded, err := expandExample(example, seed)
	if err != nil {
		return err.Error()
	}
	text, start, end, err := unmark(expanded)
	if err != nil {
		return err.Error()
	}
	found, err := set.Detect(context.Background(), []scanner.Text{{Bytes: []byte(text)}})
	if err != nil {
		return err.Error()
	}
	found = slices.DeleteFunc(found, func(f scanner.Finding) bool { return f.Rule != id })
	all := len(found)
	found = slices.DeleteFunc(found, func(f scanner.Finding) bool { return f.Confidence < scanner.Medium })
	if !want {
		if len(found) > 0 {
			return fmt.Sprintf("nomatch example is found with %s confidence: %q", found[0].Confidence, text[found[0].Span.Start:found[0].Span.End])
		}
		return ""
	}
	switch {
	case len(found) == 0 && all > 0:
		return "match example is found with low confidence only: its value looks like a placeholder, or it lacks a word of near"
	case len(found) == 0:
		return "match example is not found: compare it with pattern, checks and unless"
	case start >= 0 && !slices.ContainsFunc(found, func(f scanner.Finding) bool { return f.Span == scanner.Span{Start: start, End: end} }):
		f := found[0].Span
		return fmt.Sprintf("match example is found, but as %q instead of the marked %q", text[f.Start:f.End], text[start:end])
	}
	return ""
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
