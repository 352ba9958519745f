package rules

import (
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// maxWindow bounds what one candidate may make a Set look at, in bytes.
const maxWindow = 400

var (
	severities = []string{"low", "medium", "high", "critical"}
	treatments = []string{"low", "drop", "keep"}
)

// validate returns the faults of a rule that show without running it, and
// fills in defaults.
func (r *Rule) validate() (faults []error) {
	add := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	switch {
	case r.ID == "":
		add(r.fault("id", "id is missing: write lower-case words joined by dashes, such as acme-api-key"))
	case !isID(r.ID):
		add(r.fault("id", "id %q: write lower-case words joined by dashes, such as acme-api-key", r.ID))
	}
	if r.Kind == "" {
		add(r.fault("kind", "kind is missing: write secret, pii or a kind of your own"))
	} else if !isID(string(r.Kind)) {
		add(r.fault("kind", "kind %q: write lower-case words joined by dashes, such as secret, pii or project-name", r.Kind))
	}
	if len(r.Patterns) == 0 {
		add(r.fault("pattern", "pattern is missing: write a regular expression in RE2 syntax"))
	}
	for i := range r.Patterns {
		faults = append(faults, r.validatePattern(&r.Patterns[i])...)
	}
	for _, k := range r.Keywords {
		if len(k) < 2 || strings.TrimSpace(k) != k {
			add(r.fault("keywords", "keyword %q: write 2 characters or more that every match contains, without spaces around", k))
		}
	}
	faults = append(faults, r.validateChecks("checks", r.Checks)...)
	faults = append(faults, r.validateChecks("high_if", r.HighIf)...)
	faults = append(faults, r.validateChecks("low_if", r.LowIf)...)
	faults = append(faults, r.validateEvidence()...)
	if r.Confidence == 0 {
		r.Confidence = scanner.High
	}
	if r.Severity != "" && !slices.Contains(severities, r.Severity) {
		add(r.fault("severity", "severity %q: use one of %s", r.Severity, strings.Join(severities, ", ")))
	}
	for _, t := range r.Tags {
		if !isID(t) {
			add(r.fault("tags", "tag %q: write lower-case words joined by dashes", t))
		}
	}
	for _, list := range []struct {
		key   string
		texts []string
	}{{"match", r.Match}, {"nomatch", r.NoMatch}} {
		for _, text := range list.texts {
			if err := checkExample(text); err != nil {
				add(r.fault(list.key, "%v", err))
			}
		}
	}
	return faults
}

func (r *Rule) validatePattern(p *Pattern) (faults []error) {
	fault := func(format string, args ...any) {
		err := r.fault("patterns", format, args...)
		if p.line > 0 {
			err.Line = p.line
		}
		faults = append(faults, err)
	}
	if p.Expr == "" {
		fault("a pattern is empty: write a regular expression in RE2 syntax")
		return faults
	}
	tree, err := syntax.Parse(p.Expr, syntax.Perl)
	if err != nil {
		fault("pattern is not valid RE2: %s", explainSyntax(err))
		return faults
	}
	if matchesEmpty(tree.Simplify()) {
		fault("pattern matches the empty text: ask for at least one character")
	}
	if p.NeedsNear && r.Near == nil {
		fault("needs_near without near: add `near: {words: [...]}` to the rule")
	}
	return append(faults, r.validateChecks("patterns", p.Checks)...)
}

// explainSyntax adds a remedy to the errors that other regex dialects cause.
func explainSyntax(err error) string {
	msg := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	switch {
	case strings.Contains(msg, "(?=") || strings.Contains(msg, "(?!") || strings.Contains(msg, "(?<"):
		msg += " (RE2 has no look-around: match the neighbour and put the value in a group, or use a check)"
	case strings.Contains(msg, "invalid repeat count"):
		msg += " (at most 1000)"
	case strings.Contains(msg, "invalid escape sequence"):
		msg += " (RE2 has no back-references)"
	}
	return msg
}

// matchesEmpty reports whether the expression can match no characters at all.
func matchesEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune) == 0
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return matchesEmpty(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || matchesEmpty(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !matchesEmpty(s) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, matchesEmpty)
	}
	return true
}

func (r *Rule) validateChecks(key string, list []string) (faults []error) {
	for _, text := range list {
		if _, err := parseCheck(text); err != nil {
			faults = append(faults, r.fault(key, "%v", err))
		}
	}
	return faults
}

func (r *Rule) validateEvidence() (faults []error) {
	add := func(err error) { faults = append(faults, err) }
	window := func(key string, n int) {
		if n < 0 || n > maxWindow {
			add(r.fault(key, "window %d: write a number of bytes from 1 to %d", n, maxWindow))
		}
	}
	words := func(key string, list []string) {
		for _, w := range list {
			if len(normalWord(w)) == 0 {
				add(r.fault(key, "word %q has no letter or digit", w))
			}
		}
	}
	if n := r.Near; n != nil {
		if len(n.Words) == 0 {
			add(r.fault("near", "near has no words: write `words: [...]`"))
		}
		words("near", n.Words)
		window("near", n.Window)
		window("near", n.After)
		if n.Required && n.Without != 0 {
			add(r.fault("near", "near has both required and without: a candidate without a word is dropped, so remove one of the two"))
		}
	}
	if u := r.Unless; u != nil {
		words("unless", u.Words)
		window("unless", u.Window)
		for _, expr := range u.Patterns {
			if _, err := syntax.Parse(expr, syntax.Perl); err != nil {
				add(r.fault("unless", "pattern is not valid RE2: %s", explainSyntax(err)))
			}
		}
		if u.Placeholders != "" && !slices.Contains(treatments, u.Placeholders) {
			add(r.fault("unless", "placeholders %q: use one of %s", u.Placeholders, strings.Join(treatments, ", ")))
		}
	}
	return faults
}

// checkExamples demands both kinds of examples.
func (r *Rule) checkExamples() error {
	switch {
	case len(r.Match) == 0:
		return r.fault("match", "no match example: write texts that the rule must find under `match:`")
	case len(r.NoMatch) == 0:
		return r.fault("nomatch", "no nomatch example: write texts that look alike and must not be found under `nomatch:`")
	}
	return nil
}
