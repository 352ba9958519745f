package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

// Known is what a policy may name. The zero value accepts every name.
type Known struct {
	// Rules maps the ids of the rules in use to their kinds.
	Rules map[string]scanner.Kind
	// Aliases maps other names of rules to their ids.
	Aliases map[string][]string
	// Kinds are the kinds of all detectors in use.
	Kinds []scanner.Kind
}

// Suggest says which id a name that is not known was probably meant to be, as in
// `did you mean "x"?`; it is empty if none is like it and there are many.
func (k *Known) Suggest(name string) string {
	return strings.TrimPrefix(suggest(name, k.names()), ": ")
}

// IDs returns the rules that a name means: the one with that id, or those with
// that alias. There are none if nothing is known by the name.
func (k *Known) IDs(name string) []string {
	if _, ok := k.Rules[name]; ok || len(k.Rules) == 0 {
		return []string{name}
	}
	return k.Aliases[name]
}

// names are the ids.
func (k *Known) names() []string { return slices.Sorted(maps.Keys(k.Rules)) }

// Add makes the rule known.
func (k *Known) Add(r *Rule) {
	if k.Rules == nil {
		k.Rules = make(map[string]scanner.Kind)
	}
	k.Rules[r.ID] = r.Kind
	if !slices.Contains(k.Kinds, r.Kind) {
		k.Kinds = append(k.Kinds, r.Kind)
	}
	for _, a := range r.Aliases {
		if k.Aliases == nil {
			k.Aliases = make(map[string][]string)
		}
		k.Aliases[a] = append(k.Aliases[a], r.ID)
	}
}

// PolicyBlock is the `policy:` block of a configuration file, for structs that
// DecodeYAML fills. It is checked by Policy, once the rules are known.
type PolicyBlock struct {
	place
	node *yaml.Node
}

// UnmarshalYAML keeps the node.
func (b *PolicyBlock) UnmarshalYAML(n *yaml.Node) error {
	b.node = n
	return nil
}

// Policy reads the block; an absent one is DefaultPolicy.
func (b *PolicyBlock) Policy(known Known) (scanner.Policy, error) {
	return ParsePolicy(b.file, b.node, known)
}

// Exceptions reads the block's exceptions. ExceptionsOf makes them ready.
func (b *PolicyBlock) Exceptions() ([]Exception, error) {
	if b.node == nil || b.node.Kind == 0 || isNull(b.node) {
		return nil, nil
	}
	var written policyFile
	if err := decodeNode(b.file, b.node, &written, "policy"); err != nil {
		return nil, err
	}
	d := decoder{file: b.file}
	for i := range written.Exceptions {
		d.faults = append(d.faults, written.Exceptions[i].validate()...)
	}
	return written.Exceptions, d.err()
}

// DefaultPolicy is what holds where a file says nothing: likely secrets and
// personal data are redacted, large pieces of code and what an index knows
// blocked, and what could not be read is blocked.
func DefaultPolicy() scanner.Policy {
	return scanner.Policy{
		OnError: scanner.Block,
		Default: scanner.Levels{Low: scanner.Allow, Medium: scanner.Report, High: scanner.Report},
		Kinds: map[scanner.Kind]scanner.Levels{
			scanner.KindSecret:  {Low: scanner.Report, Medium: scanner.Redact, High: scanner.Redact},
			scanner.KindPII:     {Low: scanner.Allow, Medium: scanner.Redact, High: scanner.Redact},
			scanner.KindCode:    {Low: scanner.Allow, Medium: scanner.Block, High: scanner.Block, ReportLines: 3, ActLines: 10},
			scanner.KindPrivate: {Low: scanner.Report, Medium: scanner.Report, High: scanner.Block},
		},
		Rules: map[string]scanner.Levels{},
	}
}

// policyFile is the block as it is written.
type policyFile struct {
	OnError string                `yaml:"on_error"`
	Default levelsFile            `yaml:"default"`
	Kinds   map[string]levelsFile `yaml:"kinds"`
	Rules   map[string]levelsFile `yaml:"rules"`
	// Exceptions are read by PolicyBlock.Exceptions: they need more than Known.
	Exceptions []Exception `yaml:"exceptions"`
}

// levelsFile is a mapping of levels, or one action for medium and high.
type levelsFile struct {
	Low         string `yaml:"low"`
	Medium      string `yaml:"medium"`
	High        string `yaml:"high"`
	ReportLines *int   `yaml:"report_lines"`
	ActLines    *int   `yaml:"act_lines"`

	place
}

// UnmarshalYAML reads the short form or the mapping.
func (l *levelsFile) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		l.Medium, l.High = n.Value, n.Value
		return nil
	}
	type plain levelsFile
	return decodeNode(l.file, n, (*plain)(l), "levels")
}

// ParsePolicy reads a `policy:` block. Levels that it does not mention stay as
// in DefaultPolicy; those of a rule stay as its kind has them. A nil node
// yields DefaultPolicy. All faults are reported, joined, with file and line.
func ParsePolicy(file string, node *yaml.Node, known Known) (scanner.Policy, error) {
	policy := DefaultPolicy()
	if node == nil || node.Kind == 0 || isNull(node) {
		return policy, nil
	}
	var written policyFile
	if err := decodeNode(file, node, &written, "policy"); err != nil {
		return scanner.Policy{}, err
	}
	p := policyParser{file: file, node: node}
	if written.OnError != "" {
		line := lineOfKey(node, "on_error")
		policy.OnError = p.action(line, "on_error", written.OnError)
		if policy.OnError == scanner.Redact {
			p.fault(line, "on_error: what could not be read cannot be redacted: use allow, report or block")
		}
	}
	policy.Default = p.levels(policy.Default, written.Default, "default")
	kinds := mappingOf(node, "kinds")
	for _, name := range slices.Sorted(maps.Keys(written.Kinds)) {
		kind := scanner.Kind(name)
		if len(known.Kinds) > 0 && !slices.Contains(known.Kinds, kind) {
			p.fault(lineOfKey(kinds, name), "no detector finds things of kind %q%s", name, suggest(name, texts(known.Kinds)))
			continue
		}
		base, ok := policy.Kinds[kind]
		if !ok {
			base = policy.Default
		}
		policy.Kinds[kind] = p.levels(base, written.Kinds[name], name)
	}
	ids := mappingOf(node, "rules")
	for _, name := range slices.Sorted(maps.Keys(written.Rules)) {
		named := known.IDs(name)
		if len(named) == 0 {
			p.fault(lineOfKey(ids, name), "no rule has the id %q%s", name, suggest(name, slices.Sorted(maps.Keys(known.Rules))))
		}
		for _, id := range named {
			if _, twice := written.Rules[id]; twice && id != name {
				continue // what is said of the id itself is meant for it alone
			}
			base, ok := policy.Kinds[known.Rules[id]]
			if !ok {
				base = policy.Default
			}
			policy.Rules[id] = p.levels(base, written.Rules[name], name)
		}
	}
	d := decoder{file: file, faults: p.faults}
	if err := d.err(); err != nil {
		return scanner.Policy{}, err
	}
	return policy, nil
}

type policyParser struct {
	file   string
	node   *yaml.Node
	faults []error
}

func (p *policyParser) fault(line int, format string, args ...any) {
	p.faults = append(p.faults, &FileError{p.file, line, "policy: " + fmt.Sprintf(format, args...)})
}

// errLater is about actions that later versions may have.
var errLater = errors.New("not available in this version")

func (p *policyParser) action(line int, what, name string) scanner.Action {
	a, err := scanner.ParseAction(name)
	if err == nil && (a == scanner.Tokenize || a == scanner.Reroute) {
		err = fmt.Errorf("action %q is %w: use allow, report, redact or block", name, errLater)
	}
	if err != nil {
		p.fault(line, "%s: %v", what, err)
	}
	return a
}

// levels lays what is written over the base.
func (p *policyParser) levels(base scanner.Levels, l levelsFile, what string) scanner.Levels {
	for _, level := range []struct {
		name   string
		action *scanner.Action
	}{{l.Low, &base.Low}, {l.Medium, &base.Medium}, {l.High, &base.High}} {
		if level.name != "" {
			*level.action = p.action(l.line, what, level.name)
		}
		if len(p.faults) > 0 && l.Medium == l.High && level.action == &base.Medium {
			break // the short form: one message is enough
		}
	}
	for _, lines := range []struct {
		name string
		from *int
		to   *int
	}{{"report_lines", l.ReportLines, &base.ReportLines}, {"act_lines", l.ActLines, &base.ActLines}} {
		if lines.from == nil {
			continue
		}
		if *lines.from < 0 {
			p.fault(l.line, "%s: %s is negative: write a number of lines, 0 for no limit", what, lines.name)
		}
		*lines.to = *lines.from
	}
	return base
}

func mappingOf(n *yaml.Node, key string) *yaml.Node {
	if n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

func lineOfKey(n *yaml.Node, key string) int {
	if n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i].Line
			}
		}
	}
	return 0
}

func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.Clone(string(s))
	}
	return out
}
