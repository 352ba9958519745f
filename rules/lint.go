package rules

import (
	"errors"
	"fmt"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// Problem is something about a rule that works but should be better.
type Problem struct {
	File string
	Line int
	Rule string
	Msg  string
}

// String is "file:line: rule id: message".
func (p Problem) String() string {
	return fmt.Sprintf("%s:%d: rule %s: %s", p.File, p.Line, p.Rule, p.Msg)
}

// maxRate is how many places per byte of ordinary text a pattern may make the
// search look at more closely.
const maxRate = 0.02

// Lint looks at rules that load for what makes them slow, vague or untested,
// and for ids that two files share. Errors that keep a file from loading are
// Load's.
func Lint(files []*File) []Problem {
	var problems []Problem
	for _, f := range files {
		for _, r := range f.Rules {
			add := func(key, format string, args ...any) {
				e := r.fault(key, format, args...)
				problems = append(problems, Problem{e.File, e.Line, r.ID, fmt.Sprintf(format, args...)})
			}
			lintTexts(r, add)
			lintCost(r, add)
		}
	}
	if joined, ok := errors.AsType[joinedError](duplicates(files)); ok {
		for _, err := range joined.Unwrap() {
			if e, ok := errors.AsType[*FileError](err); ok {
				problems = append(problems, Problem{File: e.File, Line: e.Line, Msg: e.Msg})
			}
		}
	}
	return problems
}

func lintTexts(r *Rule, add func(key, format string, args ...any)) {
	if r.Title == "" {
		add("title", "no title: write what is found in a few words, such as `Acme API key`")
	}
	if len(r.Match) == 0 {
		add("match", "no match example: write texts that the rule must find under `match:`")
	}
	if len(r.NoMatch) == 0 {
		add("nomatch", "no nomatch example: write texts that look alike and must not be found under `nomatch:`")
	}
}

// lintCost reports patterns that cost every text time.
func lintCost(r *Rule, add func(key, format string, args ...any)) {
	for i := range r.Patterns {
		p := &r.Patterns[i]
		set, err := match.Compile([]match.Pattern{{Expr: p.expr(r), Literals: r.Keywords}})
		if err != nil {
			add("pattern", "%v", err)
			continue
		}
		switch c := set.Cost(0); {
		case c.WholeText:
			add("pattern", "every text is read whole for %.40q: put in a fixed part of 3 characters or more, or a run of at least 18 characters of one class", p.Expr)
		case c.Unbounded && !c.Literal:
			add("pattern", "%.40q has neither a fixed part nor a greatest length: write {0,200} in place of * and +", p.Expr)
		case c.Rate > maxRate:
			add("pattern", "%.40q looks closer at %.0f places per 1,000 bytes of ordinary text: ask for a rarer part", p.Expr, c.Rate*1000)
		}
	}
}
