package importer

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

// yamlRules is a rule file of Nosey Parker, of Titus, which took its format, or
// of Kingfisher (version 1), which has more fields. Keys that say nothing of what
// is found are not read: references, validation, revocation, scores.
type yamlRules struct {
	Rules []yamlRule `yaml:"rules"`
}

type yamlRule struct {
	Name         string   `yaml:"name"`
	ID           string   `yaml:"id"`
	Pattern      string   `yaml:"pattern"`
	Description  string   `yaml:"description"`
	Examples     []string `yaml:"examples"`
	Negatives    []string `yaml:"negative_examples"`
	Categories   []string `yaml:"categories"`
	MinEntropy   float64  `yaml:"min_entropy"`
	Confidence   string   `yaml:"confidence"`
	Visible      *bool    `yaml:"visible"`
	Keywords     []string `yaml:"keywords"`
	Requirements struct {
		MinDigits        int      `yaml:"min_digits"`
		MinUppercase     int      `yaml:"min_uppercase"`
		MinLowercase     int      `yaml:"min_lowercase"`
		MinSpecial       int      `yaml:"min_special_chars"`
		SpecialChars     string   `yaml:"special_chars"`
		IgnoreIfContains []string `yaml:"ignore_if_contains"`
		Checksum         any      `yaml:"checksum"`
	} `yaml:"pattern_requirements"`
}

// secretGroups are the names that these tools give to the group of the secret.
var secretGroups = []string{"token", "secret", "secret_key", "client_secret", "account_key", "api_key", "apikey", "private_key", "password", "passwd", "pass", "key", "credential"}

func readYAMLRules(data []byte, out *Result) error {
	var f yamlRules
	if err := yaml.Unmarshal(data, &f); err != nil {
		return err
	}
	for i := range f.Rules {
		out.id(f.Rules[i].name())
	}
	for i := range f.Rules {
		r := &f.Rules[i]
		if r.Visible != nil && !*r.Visible {
			out.leave(r.name(), "it finds no secret (visible: false)")
			continue
		}
		rule, err := r.translate(out)
		if err != nil {
			out.leave(r.name(), "%v", err)
			continue
		}
		out.Rules = append(out.Rules, rule)
	}
	return nil
}

func (r *yamlRule) name() string {
	if r.ID != "" {
		return r.ID
	}
	return r.Name
}

func (r *yamlRule) translate(out *Result) (*Rule, error) {
	if strings.TrimSpace(r.Pattern) == "" {
		return nil, fmt.Errorf("it has no pattern")
	}
	e := expression{text: strings.TrimSpace(r.Pattern), secret: secretGroups}
	expr, err := e.translate()
	if err != nil {
		return nil, err
	}
	rule := &Rule{
		ID: out.id(r.name()), Aliases: aliasOf(r.ID), Kind: "secret", Title: r.Name,
		Description: strings.Join(strings.Fields(r.Description), " "), Patterns: []string{expr}, Notes: e.notes,
		Confidence: scanner.Medium, Match: trimmed(r.Examples), NoMatch: trimmed(r.Negatives),
	}
	if c, err := scanner.ParseConfidence(strings.ToLower(r.Confidence)); err == nil {
		rule.Confidence = c
	}
	if rule.Confidence == scanner.Low {
		rule.Match = nil // examples must be found with more
	}
	rule.entropyAbove(r.MinEntropy)
	rule.keywords(expr, r.Keywords)
	q := &r.Requirements
	for _, c := range []struct {
		check string
		n     int
	}{{"digits", q.MinDigits}, {"upper", q.MinUppercase}, {"lower", q.MinLowercase}, {"symbols", q.MinSpecial}} {
		if c.n > 0 {
			rule.Checks = append(rule.Checks, fmt.Sprintf("%s>=%d", c.check, c.n))
		}
	}
	if q.MinSpecial > 0 && q.SpecialChars != "" {
		rule.note("only some characters counted as special: here all but letters, digits and spaces do")
	}
	rule.Unless.StopWords = q.IgnoreIfContains
	if q.Checksum != nil {
		rule.note("a checksum is not looked at: name one of the checks of rules/README.md if it is there")
	}
	for _, c := range r.Categories {
		if tag := slugOf(c); tag != "" {
			rule.Tags = append(rule.Tags, tag)
		}
	}
	return rule, nil
}

func trimmed(texts []string) (out []string) {
	for _, t := range texts {
		if t = strings.TrimRight(t, "\n"); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// patternsDB is a file of secrets-patterns-db.
type patternsDB struct {
	Patterns []struct {
		Pattern struct {
			Name       string `yaml:"name"`
			Regex      string `yaml:"regex"`
			Confidence string `yaml:"confidence"`
		} `yaml:"pattern"`
	} `yaml:"patterns"`
}

func readPatternsDB(data []byte, out *Result) error {
	var f patternsDB
	if err := yaml.Unmarshal(data, &f); err != nil {
		return err
	}
	names := make(map[string]int)
	for i := range f.Patterns {
		p := &f.Patterns[i].Pattern
		old := p.Name
		if names[p.Name]++; names[p.Name] > 1 {
			old = fmt.Sprintf("%s %d", p.Name, names[p.Name])
		}
		e := expression{text: p.Regex, secret: secretGroups}
		expr, err := e.translate()
		if err != nil {
			out.leave(old, "%v", err)
			continue
		}
		rule := &Rule{ID: out.id(old), Kind: "secret", Title: p.Name, Patterns: []string{expr}, Notes: e.notes, Confidence: scanner.Medium}
		if c, err := scanner.ParseConfidence(strings.ToLower(p.Confidence)); err == nil {
			rule.Confidence = c
		}
		out.Rules = append(out.Rules, rule)
	}
	return nil
}
