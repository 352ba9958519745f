package rules

import (
	"context"
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// Problem is something about a rule that works but should be better.
type Problem struct {
	File string
	Line int // 0 if it is part of File
	Rule string
	Msg  string
}

// String is "file:line: rule id: message".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Msg
	}
	return fmt.Sprintf("%s:%d: rule %s: %s", p.File, p.Line, p.Rule, p.Msg)
}

// maxRate is how many places per byte of ordinary text a pattern may make the
// search look at more closely.
const maxRate = 0.02

// Lint looks at rules that load for what makes them slow, vague or untested,
// and for ids that two files share. Others are rules that will run beside them:
// if there are any, rules of which another takes every example are reported. Errors that keep a file
// from loading are Load's.
func Lint(files []*File, others ...*File) []Problem {
	var problems []Problem
	for _, f := range files {
		for _, r := range f.Rules {
			add := func(key, format string, args ...any) {
				e := r.fault(key, format, args...)
				problems = append(problems, Problem{e.File, e.Line, r.ID, fmt.Sprintf(format, args...)})
			}
			lintTexts(r, add)
			lintCost(r, add)
			if d := r.Dictionary; d != nil && d.short > 0 {
				add("dictionary", "%d entries of %s are shorter than min_length and are not looked for: remove them, or lower it", d.short, d.File)
			}
		}
	}
	if len(others) > 0 {
		problems = append(problems, lintOverlaps(files, others)...)
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
		case repeatsAnything(p.Expr):
			add("pattern", "%.40q repeats any character without end: write {0,200} in place of * and +, or a class without what ends it", p.Expr)
		case c.Rate > maxRate:
			add("pattern", "%.40q looks closer at %.0f places per 1,000 bytes of ordinary text: ask for a rarer part", p.Expr, c.Rate*1000)
		}
	}
}

// repeatsAnything reports whether an expression has .* or its like.
func repeatsAnything(expr string) bool {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return false
	}
	var walk func(re *syntax.Regexp) bool
	walk = func(re *syntax.Regexp) bool {
		endless := re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max < 0
		if endless && (re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL) {
			return true
		}
		return slices.ContainsFunc(re.Sub, walk)
	}
	return walk(tree)
}

// lintOverlaps reports rules that never win: where their examples match, so does
// another rule, which is the surer, the longer or the earlier one.
func lintOverlaps(files, others []*File) (problems []Problem) {
	own := make(map[string]bool)
	for _, f := range files {
		for _, r := range f.Rules {
			own[r.ID] = true
		}
	}
	all := slices.Clone(files)
	for _, f := range others {
		kept := &File{Name: f.Name, Rules: slices.DeleteFunc(slices.Clone(f.Rules), func(r *Rule) bool { return own[r.ID] })}
		all = append(all, kept)
	}
	set, err := Compile(all)
	if err != nil {
		return nil // Compile's caller hears of it
	}
	for _, f := range files {
		for _, r := range f.Rules {
			if winner := takenBy(set, r); winner != "" {
				e := r.fault("match", "")
				problems = append(problems, Problem{e.File, e.Line, r.ID, fmt.Sprintf(
					"rule %s takes all of its match examples: where both match, the surer, then the longer match wins. Narrow one, raise the confidence of the other, or join them", winner)})
			}
		}
	}
	return problems
}

// takenBy returns the rule that takes every match example of r, or "".
func takenBy(set *Set, r *Rule) (winner string) {
	for _, example := range r.Match {
		expanded, err := expandExample(example, 1)
		if err != nil {
			return ""
		}
		text, _, _, err := unmark(expanded)
		if err != nil {
			return ""
		}
		found, err := set.Detect(context.Background(), []scanner.Text{{Bytes: []byte(text)}})
		if err != nil {
			return ""
		}
		var own []scanner.Finding
		for _, f := range found {
			if f.Rule == r.ID {
				own = append(own, f)
			}
		}
		lost := ""
		for _, f := range scanner.Resolve(found) {
			if f.Rule == r.ID {
				return ""
			}
			if slices.ContainsFunc(own, func(o scanner.Finding) bool { return o.Span == f.Span || o.Kind != f.Kind && o.Span.Overlaps(f.Span) }) {
				lost = f.Rule
			}
		}
		if lost == "" {
			return "" // it is not found at all, which is Test's to say
		}
		winner = lost
	}
	return winner
}
