package importer

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

// presidioFile is a file of Presidio's recognizers.
type presidioFile struct {
	Recognizers []presidioRecognizer `yaml:"recognizers"`
}

type presidioRecognizer struct {
	Name      string            `yaml:"name"`
	Type      string            `yaml:"type"`
	Enabled   *bool             `yaml:"enabled"`
	Entity    string            `yaml:"supported_entity"`
	Entities  []string          `yaml:"supported_entities"`
	Language  string            `yaml:"supported_language"`
	Languages []presidioContext `yaml:"supported_languages"`
	Patterns  []struct {
		Name  string  `yaml:"name"`
		Regex string  `yaml:"regex"`
		Score float64 `yaml:"score"`
	} `yaml:"patterns"`
	Context       []string `yaml:"context"`
	DenyList      []string `yaml:"deny_list"`
	DenyListScore *float64 `yaml:"deny_list_score"`
}

// presidioContext is a language, alone or with the words of its context.
type presidioContext struct {
	Language string   `yaml:"language"`
	Context  []string `yaml:"context"`
}

// UnmarshalYAML reads both forms.
func (c *presidioContext) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		c.Language = n.Value
		return nil
	}
	type plain presidioContext
	return n.Decode((*plain)(c))
}

// Presidio adds contextBoost to the score of a find with a word of its context
// nearby, and lifts it to contextLeast at least.
const (
	contextBoost = 0.35
	contextLeast = 0.4
)

func readPresidio(data []byte, out *Result) error {
	var f presidioFile
	if err := yaml.Unmarshal(data, &f); err != nil {
		return err
	}
	for i := range f.Recognizers {
		r := &f.Recognizers[i]
		entity := r.Entity
		if entity == "" && len(r.Entities) > 0 {
			entity = r.Entities[0]
		}
		switch {
		case r.Enabled != nil && !*r.Enabled:
			out.leave(r.Name, "it is not enabled")
		case len(r.Patterns) == 0 && len(r.DenyList) == 0:
			out.leave(r.Name, "it names code of Presidio and has no pattern: look for its entity in `sluice rules list`, ids and aliases are alike")
		case entity == "":
			out.leave(r.Name, "it has no supported_entity")
		default:
			r.translate(entity, out)
		}
	}
	return nil
}

func (r *presidioRecognizer) translate(entity string, out *Result) {
	context := r.Context
	for _, l := range r.Languages {
		context = append(context, l.Context...)
	}
	make := func(id string) *Rule {
		return &Rule{ID: out.id(id), Aliases: aliasOf(entity), Kind: "pii", Title: entity + ", " + r.Name, Near: context}
	}
	// Patterns of one score become one rule: each has a confidence of its own.
	byConfidence := map[scanner.Confidence]*Rule{}
	for _, p := range r.Patterns {
		e := expression{text: "(?ms)" + p.Regex}
		expr, err := e.translate()
		if err != nil {
			out.leave(r.Name+", "+p.Name, "%v", err)
			continue
		}
		c := confidenceOf(p.Score)
		rule := byConfidence[c]
		if rule == nil {
			id := entity
			if r.Name != "" && len(byConfidence) > 0 || out.ids[entity] != "" {
				id = fmt.Sprintf("%s %s %s", entity, r.Name, c)
			}
			rule = make(id)
			rule.IgnoreCase, rule.Confidence = true, c
			rule.NearWith = confidenceOf(max(p.Score+contextBoost, contextLeast))
			byConfidence[c] = rule
			out.Rules = append(out.Rules, rule)
		}
		rule.Patterns = append(rule.Patterns, expr)
		rule.Notes = append(rule.Notes, e.notes...)
	}
	if len(r.DenyList) > 0 {
		id := entity
		if out.ids[entity] != "" {
			id = entity + " " + r.Name + " words"
		}
		rule := make(id)
		rule.Near = nil
		rule.Words, rule.Confidence = r.DenyList, scanner.High
		if r.DenyListScore != nil {
			rule.Confidence = confidenceOf(*r.DenyListScore)
		}
		rule.note("words are found whatever their case")
		out.Rules = append(out.Rules, rule)
	}
	if languages := r.languages(); len(languages) > 1 || len(languages) == 1 && languages[0] != "en" {
		out.Notes = append(out.Notes, strings.TrimSpace(r.Name+" is for texts in "+strings.Join(languages, ", "))+" only: here it looks at every text")
	}
}

func (r *presidioRecognizer) languages() (out []string) {
	if r.Language != "" {
		out = append(out, r.Language)
	}
	for _, l := range r.Languages {
		if l.Language != "" {
			out = append(out, l.Language)
		}
	}
	return out
}

// confidenceOf is the confidence that a score stands for. Presidio's own
// recognizers give 0.5 and more to what may be acted on without a word nearby.
func confidenceOf(score float64) scanner.Confidence {
	switch {
	case score < 0.4:
		return scanner.Low
	case score < 0.75:
		return scanner.Medium
	}
	return scanner.High
}
