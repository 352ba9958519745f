package importer

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

// writer makes the nodes of a rule file. What all rules share is written once,
// with an anchor.
type writer struct {
	anchors map[string]*yaml.Node
}

func (w *writer) rule(r *Rule, all *Result) *yaml.Node {
	n := mapping()
	add(n, "id", plain(r.ID))
	addList(n, "aliases", r.Aliases)
	add(n, "kind", plain(r.Kind))
	if r.Title != "" {
		add(n, "title", quoted(r.Title))
	}
	if r.Description != "" {
		add(n, "description", quoted(r.Description))
	}
	switch len(r.Patterns) {
	case 0:
	case 1:
		add(n, "pattern", quoted(r.Patterns[0]))
	default:
		addList(n, "patterns", r.Patterns)
	}
	addList(n, "words", r.Words)
	if r.IgnoreCase {
		add(n, "ignore_case", plain("true"))
	}
	addList(n, "checks", r.Checks)
	if r.Confidence != 0 {
		add(n, "confidence", plain(r.Confidence.String()))
	}
	if len(r.Near) > 0 {
		near := mapping()
		addList(near, "words", r.Near)
		if r.NearWith != 0 && r.NearWith != scanner.High {
			add(near, "with", plain(r.NearWith.String()))
		}
		add(n, "near", near)
	}
	add(n, "unless", w.unless(r, all))
	if len(r.Parts) > 0 {
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for _, p := range r.Parts {
			part := mapping()
			if p.Rule != "" {
				add(part, "rule", plain(p.Rule))
			} else {
				add(part, "pattern", quoted(p.Pattern))
			}
			addList(part, "checks", p.Checks)
			if p.Within > 0 {
				add(part, "within", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(p.Within)})
			}
			if p.Side != "" {
				add(part, "side", plain(p.Side))
			}
			if p.Without != 0 {
				add(part, "without", plain(p.Without.String()))
			}
			list.Content = append(list.Content, part)
		}
		add(n, "parts", list)
	}
	addList(n, "tags", r.Tags)
	addList(n, "match", r.Match)
	addList(n, "nomatch", r.NoMatch)
	return n
}

// unless is the rule's own exclusions and those that all rules share. The other
// tools report placeholders unless they are told not to.
func (w *writer) unless(r *Rule, all *Result) *yaml.Node {
	n := mapping()
	list := func(key string, shared, own []string) {
		if !r.global {
			shared = nil
		}
		if len(shared)+len(own) == 0 {
			return
		}
		seq := &yaml.Node{Kind: yaml.SequenceNode}
		if len(shared) > 0 {
			seq.Content = append(seq.Content, w.share(key, shared)...)
		}
		for _, text := range own {
			seq.Content = append(seq.Content, quoted(text))
		}
		add(n, key, seq)
	}
	list("stop_words", all.stop, r.Unless.StopWords)
	list("patterns", all.shared, r.Unless.Patterns)
	list("match_patterns", all.lines[0], r.Unless.MatchPatterns)
	list("line_patterns", all.lines[1], r.Unless.LinePatterns)
	add(n, "placeholders", plain("keep"))
	return n
}

// share returns aliases of the texts, or the texts with anchors when they are
// first written. Expressions become one.
func (w *writer) share(key string, texts []string) (out []*yaml.Node) {
	if key != "stop_words" {
		texts = []string{either(texts)}
	}
	if w.anchors == nil {
		w.anchors = make(map[string]*yaml.Node)
	}
	for i, text := range texts {
		name := strings.ReplaceAll(key, "_", "-") + "-of-all"
		if len(texts) > 1 {
			name += "-" + string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		}
		if node, ok := w.anchors[name]; ok {
			out = append(out, &yaml.Node{Kind: yaml.AliasNode, Value: name, Alias: node})
			continue
		}
		node := quoted(text)
		node.Anchor = name
		w.anchors[name] = node
		out = append(out, node)
	}
	return out
}

// either is an expression that matches where one of several does.
func either(exprs []string) string {
	if len(exprs) == 1 {
		return exprs[0]
	}
	return "(?:" + strings.Join(exprs, ")|(?:") + ")"
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

func scalar(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// plain is a text that needs no quotes.
func plain(text string) *yaml.Node {
	n := scalar(text)
	if text == "true" {
		n.Tag = "!!bool"
	}
	return n
}

func quoted(text string) *yaml.Node {
	n := scalar(text)
	n.Style = yaml.SingleQuotedStyle
	if strings.ContainsAny(text, "\n\r\t") || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func add(n *yaml.Node, key string, value *yaml.Node) {
	n.Content = append(n.Content, scalar(key), value)
}

func addList(n *yaml.Node, key string, texts []string) {
	if len(texts) == 0 {
		return
	}
	seq := &yaml.Node{Kind: yaml.SequenceNode}
	size := 0
	for _, text := range texts {
		seq.Content = append(seq.Content, quoted(text))
		size += len(text)
	}
	if len(texts) <= 8 && size <= 80 {
		seq.Style = yaml.FlowStyle
	}
	add(n, key, seq)
}

func comment(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return commentLines(notes)
}

func commentLines(notes []string) string {
	lines := make([]string, len(notes))
	for i, line := range notes {
		lines[i] = "# " + strings.Join(strings.Fields(line), " ")
	}
	return strings.Join(lines, "\n")
}
