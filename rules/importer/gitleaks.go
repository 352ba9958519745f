package importer

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/sluice-dlp/sluice/scanner"
)

// gitleaksFile is a configuration of gitleaks (version 8) or betterleaks, as far
// as it concerns what is found. Keys are read in any spelling of their case.
type gitleaksFile struct {
	Title       string
	Description string
	Extend      struct {
		Path          string
		URL           string
		UseDefault    bool
		DisabledRules []string
	}
	Rules      []gitleaksRule
	AllowList  *gitleaksAllow
	Allowlists []*gitleaksAllow
	Prefilter  string
	Filter     string
}

type gitleaksRule struct {
	ID          string
	Description string
	Path        string
	Regex       string
	SecretGroup int
	ValueGroup  int // betterleaks' name for it
	Confidence  string
	Entropy     float64
	Keywords    []string
	Tags        []string
	AllowList   *gitleaksAllow
	Allowlists  []*gitleaksAllow
	Required    []struct {
		ID            string
		WithinLines   *int
		WithinColumns *int
	}
	// Components are what betterleaks has in place of Required.
	Components []struct {
		ID       string
		Optional bool
		Within   string // lines and columns, such as 5L,200C
	}
	SkipReport bool
	Prefilter  string
	Filter     string
}

type gitleaksAllow struct {
	TargetRules []string
	Description string
	Condition   string
	Commits     []string
	Paths       []string
	RegexTarget string
	Regexes     []string
	StopWords   []string
	Resources   []string
}

const (
	lineBytes      = 120  // what a line is taken for where a distance is given in lines
	anywhereBytes  = 2000 // how far "in the same text" reaches
	minKeywordText = 2
)

func readGitleaks(data []byte, out *Result) error {
	var f gitleaksFile
	if err := toml.Unmarshal(data, &f); err != nil {
		return err
	}
	if f.Extend.UseDefault || f.Extend.Path != "" || f.Extend.URL != "" {
		out.Notes = append(out.Notes, "it extends another file, which is not read: import that one too")
	}
	for _, id := range f.Extend.DisabledRules {
		out.Notes = append(out.Notes, "it disables the rule "+id+" of the file that it extends: write it under disable in sluice.yaml")
	}
	if f.Prefilter != "" {
		out.Notes = append(out.Notes, "its prefilter, which looks at files, has no counterpart")
	}
	global := &Rule{}
	targeted := make(map[string][]*gitleaksAllow)
	for _, a := range allowlists(f.AllowList, f.Allowlists) {
		if len(a.TargetRules) > 0 {
			for _, id := range a.TargetRules {
				targeted[id] = append(targeted[id], a)
			}
			continue
		}
		global.allow(a)
	}
	if f.Filter != "" {
		global.filter(f.Filter)
	}
	out.Notes = append(out.Notes, global.Notes...)
	u := &global.Unless
	out.shared, out.stop, out.lines = u.Patterns, u.StopWords, [2][]string{u.MatchPatterns, u.LinePatterns}

	byID := make(map[string]*gitleaksRule)
	for i := range f.Rules {
		byID[f.Rules[i].ID] = &f.Rules[i]
		out.id(f.Rules[i].ID)
	}
	for i := range f.Rules {
		r := &f.Rules[i]
		if r.SkipReport {
			if !slices.ContainsFunc(f.Rules, func(o gitleaksRule) bool { return o.requires(r.ID) }) {
				out.leave(r.ID, "it is not reported (skipReport) and no other rule requires it")
			}
			continue // it becomes a part of those that require it
		}
		rule, err := r.translate(out, byID)
		if err != nil {
			out.leave(r.ID, "%v", err)
			continue
		}
		for _, a := range slices.Concat(allowlists(r.AllowList, r.Allowlists), targeted[r.ID]) {
			rule.allow(a)
		}
		out.Rules = append(out.Rules, rule)
	}
	return nil
}

func (r *gitleaksRule) requires(id string) bool {
	for _, q := range r.Required {
		if q.ID == id {
			return true
		}
	}
	for _, c := range r.Components {
		if c.ID == id {
			return true
		}
	}
	return false
}

func allowlists(one *gitleaksAllow, more []*gitleaksAllow) []*gitleaksAllow {
	if one != nil {
		return append([]*gitleaksAllow{one}, more...)
	}
	return more
}

func (r *gitleaksRule) translate(out *Result, byID map[string]*gitleaksRule) (*Rule, error) {
	if r.Regex == "" {
		return nil, fmt.Errorf("it looks at the names of files only")
	}
	rule := &Rule{
		ID: out.id(r.ID), Kind: "secret", Title: titleOf(r.ID), Description: r.Description,
		Confidence: scanner.Medium, global: true,
	}
	if rule.ID != r.ID {
		rule.Aliases = aliasOf(r.ID)
	}
	if c, err := scanner.ParseConfidence(r.Confidence); err == nil {
		rule.Confidence = c
	}
	e := expression{text: r.Regex, group: max(r.SecretGroup, r.ValueGroup), first: true}
	expr, err := e.translate()
	if err != nil {
		return nil, err
	}
	rule.Patterns, rule.Notes = []string{expr}, e.notes
	rule.entropyAbove(r.Entropy)
	rule.keywords(expr, r.Keywords)
	for _, tag := range r.Tags {
		if tag = slugOf(tag); tag != "" {
			rule.Tags = append(rule.Tags, tag)
		}
	}
	if r.Path != "" {
		rule.note("only looked at files whose names match %s: here it looks at every text", r.Path)
	}
	if r.Filter != "" {
		rule.filter(r.Filter)
	}
	for _, q := range r.Required {
		part := Part{Rule: out.id(q.ID), Within: anywhereBytes}
		if q.WithinLines != nil {
			part.Within = min((*q.WithinLines+1)*lineBytes, anywhereBytes)
			rule.note("%s must stand within %d lines: here within %d bytes", q.ID, *q.WithinLines, part.Within)
		} else {
			rule.note("%s may stand anywhere in a file: here within %d bytes", q.ID, part.Within)
		}
		if q.WithinColumns != nil {
			rule.note("the distance in columns to %s is not looked at", q.ID)
		}
		r.beside(rule, part, byID[q.ID], q.ID)
	}
	for _, c := range r.Components {
		part := Part{Rule: out.id(c.ID), Within: anywhereBytes, Without: scanner.Low}
		lines, _, cut := strings.Cut(c.Within, "L")
		if n, err := strconv.Atoi(lines); cut && err == nil {
			part.Within = min((n+1)*lineBytes, anywhereBytes)
		}
		if c.Optional {
			continue // it is for asking the provider
		}
		rule.note("belongs together with %s: without it within %d bytes the confidence is low here", c.ID, part.Within)
		r.beside(rule, part, byID[c.ID], c.ID)
	}
	return rule, nil
}

// beside adds a part, which is another rule or, if that is never reported, its
// pattern.
func (r *gitleaksRule) beside(rule *Rule, part Part, other *gitleaksRule, id string) {
	switch {
	case other == nil:
		rule.note("requires %s, which the file does not have: it counts alone", id)
		return
	case other.SkipReport:
		e := expression{text: other.Regex, group: max(other.SecretGroup, other.ValueGroup), first: true}
		pattern, err := e.translate()
		if err != nil {
			rule.note("requires %s, which cannot be translated (%v): it counts alone", id, err)
			return
		}
		helper := &Rule{}
		helper.entropyAbove(other.Entropy)
		if other.Filter != "" {
			helper.filter(other.Filter)
		}
		part.Rule, part.Pattern, part.Checks = "", pattern, helper.Checks
	}
	rule.Parts = append(rule.Parts, part)
}

// entropyAbove wants more than n bits in a byte.
func (r *Rule) entropyAbove(n float64) {
	if n > 0 {
		r.Checks = append(r.Checks, fmt.Sprintf("entropy>=%g", n))
	}
}

// keywords are texts of which one must stand in the file. Most patterns match
// nothing without them; for others it becomes a part nearby.
func (r *Rule) keywords(expr string, keywords []string) {
	keywords = slices.DeleteFunc(slices.Clone(keywords), func(k string) bool { return len(k) < minKeywordText })
	tree, err := syntax.Parse(expr, syntax.Perl)
	if len(keywords) == 0 || err != nil || contains(tree, keywords) {
		return
	}
	var exprs []string
	for _, k := range keywords {
		exprs = append(exprs, quoteMeta(k))
	}
	r.Parts = append(r.Parts, Part{Pattern: "(?i)" + either(exprs), Within: anywhereBytes, Side: "anywhere"})
	r.note("a keyword may stand anywhere in a file: here within %d bytes of the value", anywhereBytes)
}

// contains reports whether every match of an expression contains one of the
// texts, whatever their case.
func contains(re *syntax.Regexp, texts []string) bool {
	return !slices.ContainsFunc(spellings(re, texts), func(s string) bool { return !holdsOne(s, texts) })
}

const (
	anything     = "\x00" // some text, perhaps none
	maxSpellings = 512
	maxClass     = 8
)

// spellings lists what an expression matches, in lower case, with anything for
// what is too various. It is the larger list wherever it is not sure.
func spellings(re *syntax.Regexp, texts []string) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}
	case syntax.OpCapture:
		return spellings(re.Sub[0], texts)
	case syntax.OpQuest:
		return append(spellings(re.Sub[0], texts), "")
	case syntax.OpCharClass:
		var out []string
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] > maxClass {
				return []string{anything}
			}
			for c := re.Rune[i]; c <= re.Rune[i+1]; c++ {
				if s := strings.ToLower(string(c)); !slices.Contains(out, s) {
					out = append(out, s)
				}
			}
		}
		if len(out) <= maxClass {
			return out
		}
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			out = append(out, spellings(sub, texts)...)
		}
		return fewer(out, texts)
	case syntax.OpConcat:
		out := []string{""}
		for _, sub := range re.Sub {
			var longer []string
			for _, tail := range spellings(sub, texts) {
				for _, head := range out {
					longer = append(longer, head+tail)
				}
			}
			out = fewer(longer, texts)
		}
		return out
	case syntax.OpPlus, syntax.OpRepeat:
		if re.Op == syntax.OpPlus || re.Min > 0 {
			var out []string
			for _, s := range spellings(re.Sub[0], texts) {
				out = append(out, s+anything)
			}
			return out
		}
	}
	return []string{anything}
}

// fewer keeps a list of spellings short: of many, all that matters is whether
// each holds one of the texts.
func fewer(list, texts []string) []string {
	if len(list) <= maxSpellings {
		return list
	}
	out := []string{texts[0]}
	if slices.ContainsFunc(list, func(s string) bool { return !holdsOne(s, texts) }) {
		out = append(out, anything)
	}
	return out
}

func holdsOne(text string, texts []string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(text, strings.ToLower(t)) })
}

func quoteMeta(s string) string {
	var b strings.Builder
	for _, c := range s {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// allow adds an allowlist to what makes a value worthless.
func (r *Rule) allow(a *gitleaksAllow) {
	both := strings.EqualFold(a.Condition, "and") || a.Condition == "&&"
	outside := len(a.Commits)+len(a.Paths)+len(a.Resources) > 0
	switch {
	case both && outside:
		r.note("an allowlist holds only for certain files or commits: it is not applied")
		return
	case both && len(a.Regexes) > 0 && len(a.StopWords) > 0:
		r.note("an allowlist wants a pattern and a stop word at once: it is not applied")
		return
	case outside:
		r.note("an allowlist of files or commits is not applied")
	}
	var exprs []string
	for _, text := range a.Regexes {
		e := expression{text: text}
		plain, err := plainSyntax(e.text)
		if err == nil {
			_, err = syntax.Parse(plain, syntax.Perl)
		}
		if err != nil {
			r.note("a pattern of an allowlist is not valid in RE2: it is not applied")
			continue
		}
		exprs = append(exprs, plain)
	}
	switch a.RegexTarget {
	case "match":
		r.Unless.MatchPatterns = append(r.Unless.MatchPatterns, exprs...)
	case "line":
		r.Unless.LinePatterns = append(r.Unless.LinePatterns, exprs...)
	default:
		r.Unless.Patterns = append(r.Unless.Patterns, exprs...)
	}
	r.Unless.StopWords = append(r.Unless.StopWords, a.StopWords...)
}

// titleOf makes a title of an id.
func titleOf(id string) string {
	words := strings.ReplaceAll(strings.ReplaceAll(id, "-", " "), "_", " ")
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// aliasOf is an old name if a rule file can have it as an alias.
func aliasOf(id string) []string {
	ok := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.:", c)
	}
	if id == "" || strings.ContainsFunc(id, func(c rune) bool { return !ok(c) }) {
		return nil
	}
	return []string{id}
}
