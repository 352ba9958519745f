package rules

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// maxWindow bounds what one candidate may make a Set look at, in bytes.
const maxWindow = 400

// maxCount bounds min_count.
const maxCount = 10_000

const aliasBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:"

var (
	severities = []string{"low", "medium", "high", "critical"}
	sides      = []string{"before", "after", "anywhere"}
	treatments = []string{"low", "drop", "keep"}
)

// validate returns the faults of a rule that show without running it, and
// fills in defaults. valid holds the expressions that are known to be sound;
// it adds the rule's. If it is nil all are, and all examples too.
func (r *Rule) validate(valid map[string]bool) (faults []error) {
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
	if len(r.Patterns) == 0 && len(r.Words) == 0 && r.Dictionary == nil && r.EDM == nil {
		add(r.fault("pattern", "pattern is missing: write a regular expression in RE2 syntax, words to find, or a dictionary"))
	}
	faults = append(faults, r.validateWords()...)
	if r.Dictionary != nil {
		faults = append(faults, r.Dictionary.validate(r)...)
	}
	if r.EDM != nil {
		faults = append(faults, r.EDM.validate(r)...)
		if r.Confidence == 0 {
			r.Confidence = scanner.Medium // of a value alone
		}
	}
	for i := range r.Patterns {
		faults = append(faults, r.validatePattern(&r.Patterns[i], valid)...)
	}
	for _, k := range r.Keywords {
		if len(k) < 2 || strings.TrimSpace(k) != k {
			add(r.fault("keywords", "keyword %q: write 2 characters or more that every match contains, without spaces around", k))
		}
	}
	faults = append(faults, r.validateChecks("checks", r.Checks)...)
	faults = append(faults, r.validateChecks("high_if", r.HighIf)...)
	faults = append(faults, r.validateChecks("low_if", r.LowIf)...)
	faults = append(faults, r.validateEvidence(valid == nil)...)
	if r.Confidence == 0 {
		r.Confidence = scanner.High
	}
	if r.Covers != "" && !slices.Contains(coverings, r.Covers) {
		add(r.fault("covers", "covers %q: use one of %s", r.Covers, strings.Join(coverings, ", ")))
	}
	if r.Severity != "" && !slices.Contains(severities, r.Severity) {
		add(r.fault("severity", "severity %q: use one of %s", r.Severity, strings.Join(severities, ", ")))
	}
	for _, t := range r.Tags {
		if !isID(t) {
			add(r.fault("tags", "tag %q: write lower-case words joined by dashes", t))
		}
	}
	faults = append(faults, r.validateNames()...)
	for _, list := range []struct {
		key   string
		texts []string
	}{{"match", r.Match}, {"nomatch", r.NoMatch}} {
		if valid == nil {
			break
		}
		for _, text := range list.texts {
			if err := checkExample(text); err != nil {
				add(r.fault(list.key, "%v", err))
			}
		}
	}
	return faults
}

func (r *Rule) validatePattern(p *Pattern, valid map[string]bool) (faults []error) {
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
	if valid != nil && !valid[p.Expr] { // hundreds of rules share their patterns
		tree, err := syntax.Parse(p.Expr, syntax.Perl)
		if err != nil {
			fault("pattern is not valid RE2: %s", explainSyntax(err))
			return faults
		}
		if matchesEmpty(tree) {
			fault("pattern matches the empty text: ask for at least one character")
		} else {
			valid[p.Expr] = true
		}
	}
	if p.NeedsNear && len(r.Near) == 0 {
		fault("needs_near without near: add `near: {words: [...]}` to the rule")
	}
	if b := p.Beside; b != nil && (b.Within < 0 || b.Within > maxBeside) {
		fault("beside: within: %d: write how many bytes may lie between, 1 to %d", b.Within, maxBeside)
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

// validateEvidence looks at what must or must not stand around a value. The expressions may be known to be sound.
func (r *Rule) validateEvidence(sound bool) (faults []error) {
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
	for i := range r.Near {
		n := &r.Near[i]
		if len(n.Words) == 0 {
			add(r.fault("near", "near has no words: write `words: [...]`"))
		}
		words("near", n.Words)
		window("near", n.Window)
		window("near", n.After)
		if n.Required && n.Without != 0 {
			add(r.fault("near", "near has both required and without: a candidate without a word is dropped, so remove one of the two"))
		}
		if n.In != "" && n.In != "text" && n.In != "label" {
			add(r.fault("near", "in %q: use text or label", n.In))
		}
	}
	if r.MinCount < 0 || r.MinCount > maxCount {
		add(r.fault("min_count", "min_count %d: write a number of different values from 1 to %d", r.MinCount, maxCount))
	}
	faults = append(faults, r.validateParts(sound)...)
	if u := r.Unless; u != nil {
		words("unless", u.Words)
		window("unless", u.Window)
		window("unless", u.After)
		for _, w := range u.StopWords {
			if w == "" {
				add(r.fault("unless", "a stop word is empty and would drop every value: remove it"))
			}
		}
		for _, expr := range slices.Concat(u.Patterns, u.MatchPatterns, u.LinePatterns) {
			if sound {
				break
			}
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

func (r *Rule) validateWords() (faults []error) {
	if len(r.Words) > maxWords {
		faults = append(faults, r.fault("words", "%d words: write %d at most in a rule, or several rules", len(r.Words), maxWords))
	}
	for _, w := range r.Words {
		switch letters := normalWord(w); {
		case len(letters) == 0:
			faults = append(faults, r.fault("words", "word %q has no letter or digit", w))
		case utf8.RuneCount(letters) < 2:
			faults = append(faults, r.fault("words", "word %q would be found everywhere: write 2 characters or more", w))
		}
	}
	return faults
}

func (r *Rule) validateParts(sound bool) (faults []error) {
	for i := range r.Parts {
		p := &r.Parts[i]
		fault := func(format string, args ...any) {
			err := r.fault("parts", format, args...)
			err.Line = cmp.Or(p.line, err.Line)
			faults = append(faults, err)
		}
		switch {
		case p.Pattern == "" && p.Rule == "":
			fault("a part has neither pattern nor rule: write one of them")
		case p.Pattern != "" && p.Rule != "":
			fault("a part has both pattern and rule: remove one of them, or write two parts")
		case p.Rule == r.ID:
			fault("a part names the rule that it belongs to: name another")
		}
		if p.Pattern != "" && !sound {
			if tree, err := syntax.Parse(p.Pattern, syntax.Perl); err != nil {
				fault("pattern is not valid RE2: %s", explainSyntax(err))
			} else if matchesEmpty(tree) {
				fault("pattern matches the empty text: ask for at least one character")
			}
		}
		for _, text := range p.Checks {
			if _, err := parseCheck(text); err != nil {
				fault("%v", err)
			}
		}
		if p.Within < 0 || p.Within > maxWithin {
			fault("within %d: write a number of bytes from 1 to %d", p.Within, maxWithin)
		}
		if p.Side != "" && !slices.Contains(sides, p.Side) {
			fault("side %q: use %s, or leave it out", p.Side, strings.Join(sides, ", "))
		}
	}
	return faults
}

// validateNames looks at the names that others know the rule or its find by.
func (r *Rule) validateNames() (faults []error) {
	for _, a := range r.Aliases {
		if a == "" || strings.Trim(a, aliasBytes) != "" {
			faults = append(faults, r.fault("aliases", "alias %q: write letters, digits, dashes, underscores, dots and colons", a))
		}
	}
	for _, f := range r.Frameworks {
		name, clause, cut := strings.Cut(f, ":")
		if !slices.Contains(frameworks, name) {
			faults = append(faults, r.fault("frameworks", "no framework is called %q%s", name, suggest(name, frameworks)))
		} else if cut && strings.TrimSpace(clause) == "" {
			faults = append(faults, r.fault("frameworks", "framework %q: write a clause after the colon, such as gdpr:4(1), or leave the colon out", f))
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
