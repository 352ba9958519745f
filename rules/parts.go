package rules

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// Part is something that must stand in the same text as a rule's value, not far
// from it, such as the id that belongs to a key. It is a pattern or the name of
// another rule.
type Part struct {
	Pattern string `yaml:"pattern"`
	// Rule is the id of a rule whose patterns and checks say what is looked for.
	Rule string `yaml:"rule"`
	// Checks must all hold for what the pattern finds.
	Checks []string `yaml:"checks"`
	// Within is how many bytes may lie between the part and the value, 200 if it
	// is left out.
	Within int `yaml:"within"`
	// Side is before or after, if the part may stand on one side only, or anywhere,
	// if it may be a piece of the value too.
	Side string `yaml:"side"`
	// With is the confidence if the part is there; what it was if left out.
	// Without is the confidence if it is not; left out, the candidate is dropped.
	With    scanner.Confidence `yaml:"with"`
	Without scanner.Confidence `yaml:"without"`

	place
}

const (
	defaultWithin = 200
	maxWithin     = 2000
	maxPart       = 256 // how far a part may reach beyond what is looked at, in bytes
	partWindows   = 32  // candidates after which a part is looked for in the whole text
)

// part is a Part as it is run.
type part struct {
	index         int // of its state in a scratch
	set           *lateSet
	checks        [][]check // by pattern of set
	within        int
	before, after bool
	inside        bool
	with, without scanner.Confidence
}

// partState is what a scratch knows about one part in one text.
type partState struct {
	asked int
	all   bool           // spans is every place of the text
	spans []scanner.Span // in order of their starts
}

// partMaker makes the parts of rules, and what they have in common.
type partMaker struct {
	files   []*File
	sound   bool             // the rules at hand are known to be sound
	numbers map[string]int32 // of the rules
	count   int
	sets    map[string]*lateSet // of lists of expressions, which rules may share
	late    []*lateSet          // all of them, and those of parts
}

// compile makes a set of the expressions, nil if there are none.
func (m *partMaker) compile(exprs []string) (*lateSet, error) {
	if len(exprs) == 0 {
		return nil, nil
	}
	key := strings.Join(exprs, "\x00")
	if set, ok := m.sets[key]; ok {
		return set, nil
	}
	list := make([]match.Pattern, len(exprs))
	for i, expr := range exprs {
		list[i].Expr = expr
	}
	set, err := newLateSet(list, m.sound)
	if err != nil {
		return nil, err
	}
	if m.sets == nil {
		m.sets = make(map[string]*lateSet)
	}
	m.sets[key] = set
	m.late = append(m.late, set)
	return set, nil
}

// rule finds a rule by its id: among those in use, or else among the built-in
// ones, since a rule may be a part although nothing is to be done about it.
func (m *partMaker) rule(id string) *Rule {
	find := func(files []*File) *Rule {
		for _, f := range files {
			for _, r := range f.Rules {
				if r.ID == id {
					return r
				}
			}
		}
		return nil
	}
	if r := find(m.files); r != nil {
		return r
	}
	files, err := loadBuiltin()
	if err != nil {
		return nil
	}
	return find(files)
}

func (m *partMaker) of(r *Rule) ([]*part, error) {
	var out []*part
	for i := range r.Parts {
		p, err := newPart(r, &r.Parts[i], m)
		if err != nil {
			return nil, err
		}
		m.count++
		m.late = append(m.late, p.set)
		out = append(out, p)
	}
	return out, nil
}

// newPart makes a Part ready.
func newPart(r *Rule, p *Part, m *partMaker) (*part, error) {
	fault := func(format string, args ...any) error {
		err := r.fault("parts", format, args...)
		err.Line = cmp.Or(p.line, err.Line)
		return err
	}
	out := &part{
		index: m.count, within: cmp.Or(p.Within, defaultWithin),
		before: p.Side != "after", after: p.Side != "before", inside: p.Side == "anywhere",
		with: p.With, without: p.Without,
	}
	owner, patterns, common := &Rule{}, []Pattern{{Expr: p.Pattern}}, []string(nil)
	if p.Rule != "" {
		other := m.rule(p.Rule)
		if other == nil {
			return nil, fault("part %q is no rule in use: write the id of one, or a pattern", p.Rule)
		}
		if len(other.Patterns) == 0 {
			return nil, fault("part %q has no pattern, it is a dictionary: write a rule with one, or a pattern", p.Rule)
		}
		owner, patterns, common = other, other.Patterns, other.Checks
	}
	var exprs []match.Pattern
	for _, pattern := range patterns {
		exprs = append(exprs, match.Pattern{Expr: pattern.expr(owner)})
		checks, err := parseChecks(common, pattern.allChecks(owner), p.Checks)
		if err != nil {
			return nil, fault("%v", err)
		}
		out.checks = append(out.checks, checks)
	}
	var err error
	if out.set, err = newLateSet(exprs, m.sound && p.Rule == ""); err != nil {
		return nil, fault("pattern is not valid RE2: %v", err)
	}
	return out, nil
}

// weighParts returns what the confidence becomes by the rule's parts, 0 if one
// is missing that must not be.
func (j *judge) weighParts(ctx context.Context, sc *scratch, c *candidate, confidence scanner.Confidence) (scanner.Confidence, error) {
	for _, p := range j.parts {
		there, err := p.beside(ctx, sc, c)
		if err != nil {
			return 0, err
		}
		if !there {
			if p.without == 0 {
				return 0, nil
			}
			confidence = p.without
		} else if p.with != 0 {
			confidence = p.with
		}
	}
	return confidence, nil
}

// beside reports whether the part stands near the candidate. The first
// candidates of a text have their surroundings searched; if there are many, the
// whole text is, once.
func (p *part) beside(ctx context.Context, sc *scratch, c *candidate) (bool, error) {
	for len(sc.parts) <= p.index {
		sc.parts = append(sc.parts, partState{})
	}
	state := &sc.parts[p.index]
	least, most := c.start-p.within, c.end+p.within
	if !state.all {
		from, to := max(0, least-maxPart), min(len(c.text), most+maxPart)
		if state.asked++; state.asked > partWindows {
			from, to, state.all = 0, len(c.text), true
		}
		if err := p.search(ctx, sc, state, c.text, from, to); err != nil {
			return false, err
		}
	}
	first, _ := slices.BinarySearchFunc(state.spans, least, func(s scanner.Span, least int) int { return cmp.Compare(s.Start, least) })
	for _, s := range state.spans[first:] {
		if s.Start >= most {
			break
		}
		if s.End <= most && (p.inside || s.End <= c.start && p.before || s.Start >= c.end && p.after) {
			return true, nil
		}
	}
	return false, nil
}

// search fills the state with the part's places in text[from:to].
func (p *part) search(ctx context.Context, sc *scratch, state *partState, text []byte, from, to int) (err error) {
	for from > 0 && text[from]&0xC0 == 0x80 {
		from--
	}
	for to < len(text) && text[to]&0xC0 == 0x80 {
		to++
	}
	if sc.found, err = p.set.Find(ctx, sc.found[:0], text[from:to]); err != nil {
		return err
	}
	state.spans = state.spans[:0]
	for _, m := range sc.found {
		c := newCandidate(text, m.GroupStart+from, m.GroupEnd+from, m.Start+from, m.End+from)
		if !slices.ContainsFunc(p.checks[m.Pattern], func(k check) bool { return !k.holds(&c) }) {
			state.spans = append(state.spans, scanner.Span{Start: c.start, End: c.end})
		}
	}
	slices.SortFunc(state.spans, func(a, b scanner.Span) int { return cmp.Compare(a.Start, b.Start) })
	return nil
}

// resetParts forgets a text.
func (sc *scratch) resetParts() {
	for i := range sc.parts {
		sc.parts[i].asked, sc.parts[i].all = 0, false
	}
}

// count lowers the confidence of findings of which a text holds too few
// different values.
func (s *Set) count(found []scanner.Finding, text []byte) {
	values := make(map[string]map[string]bool)
	for _, f := range found {
		if s.least[f.Rule] == 0 || f.Confidence == scanner.Low {
			continue
		}
		if values[f.Rule] == nil {
			values[f.Rule] = make(map[string]bool)
		}
		values[f.Rule][strings.ToLower(string(text[f.Span.Start:f.Span.End]))] = true
	}
	for i := range found {
		if found[i].Confidence != scanner.Low && len(values[found[i].Rule]) < s.least[found[i].Rule] {
			found[i].Confidence = scanner.Low
		}
	}
}
