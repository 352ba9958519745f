package rules

import (
	"context"
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// Explanation says step by step what a Set makes of one text. It holds no text:
// only names and words of rules, and places.
type Explanation struct {
	// Rules are those that were asked for, or those that had a candidate.
	Rules []RuleTrace `json:"rules"`
	// Findings are what Detect returns.
	Findings []scanner.Finding `json:"-"`
}

// RuleTrace is what one rule made of a text.
type RuleTrace struct {
	Rule *Rule  `json:"-"`
	ID   string `json:"id"`
	// Patterns are all of a rule that was asked for, else those that matched.
	Patterns   []PatternTrace   `json:"patterns"`
	Candidates []CandidateTrace `json:"candidates"`
	// MinCount is how many different values the text must hold, and Values how
	// many it does; both are 0 for a rule without min_count.
	MinCount int `json:"min_count,omitempty"`
	Values   int `json:"values,omitempty"`
}

// PatternTrace is what one pattern of a rule found.
type PatternTrace struct {
	Pattern string `json:"pattern"`
	// Filter is what is looked for before the pattern is tried, see
	// match.Cost.Anchors, and Places how often it is in the text.
	Filter  []string `json:"filter"`
	Places  int64    `json:"places"`
	Matches int      `json:"matches"`
	// Beginning is how much of the pattern matches where the pattern as a whole
	// does not, At the last place where it does, and Then what had to follow.
	Beginning string        `json:"beginning,omitempty"`
	At        *scanner.Span `json:"at,omitempty"`
	Then      string        `json:"then,omitempty"`
}

// CandidateTrace is a match of a pattern and what became of it.
type CandidateTrace struct {
	Match scanner.Span `json:"match"`
	Value scanner.Span `json:"value"`
	Steps []Step       `json:"steps"`
	// Outcome is low, medium, high, dropped, or failed if a check failed and a
	// smaller match is looked for inside.
	Outcome string `json:"outcome"`
}

// Step is one piece of evidence about a candidate.
type Step struct {
	Field string `json:"field"` // of the rule
	What  string `json:"what"`  // a check, a word, …
	Holds bool   `json:"holds"`
	Then  string `json:"then,omitempty"` // what follows from it
}

// tracer notes what is decided about candidates.
type tracer struct {
	ids        []string // rules that are asked about even where nothing speaks for them
	rules      []*Rule  // by candidate
	candidates []CandidateTrace
}

// Explain runs the rules over a text, like Detect, and says why each candidate
// became a finding or did not. Rules named by their ids are explained even if
// their patterns match nothing; without ids all rules with a candidate are.
func (s *Set) Explain(ctx context.Context, text scanner.Text, ids ...string) (*Explanation, error) {
	t, v, found, err := s.trace(ctx, text, ids...)
	if err != nil {
		return nil, err
	}
	out := &Explanation{Findings: found}
	for _, r := range s.rules {
		trace := RuleTrace{Rule: r, ID: r.ID, MinCount: s.least[r.ID]}
		for i, owner := range t.rules {
			if owner == r {
				trace.Candidates = append(trace.Candidates, t.candidates[i])
			}
		}
		asked := slices.Contains(ids, r.ID)
		if !asked && (len(ids) > 0 || len(trace.Candidates) == 0) {
			continue
		}
		if trace.MinCount > 0 {
			values := make(map[string]bool)
			for _, f := range found {
				if f.Rule == r.ID {
					values[strings.ToLower(string(text.Bytes[f.Span.Start:f.Span.End]))] = true
				}
			}
			trace.Values = len(values)
		}
		for i := range r.Patterns {
			p, err := tracePattern(ctx, r, &r.Patterns[i], &v)
			if err != nil {
				return nil, r.fault("pattern", "%v", err)
			}
			if asked || p.Matches > 0 {
				trace.Patterns = append(trace.Patterns, p)
			}
		}
		out.Rules = append(out.Rules, trace)
	}
	return out, nil
}

// trace is Detect for one text, with what became of each candidate. The view is
// how the text was searched.
func (s *Set) trace(ctx context.Context, text scanner.Text, ids ...string) (*tracer, view, []scanner.Finding, error) {
	t := &tracer{ids: ids}
	sc := &scratch{trace: t}
	found, err := s.detect(ctx, sc, []scanner.Text{text})
	if err != nil {
		return nil, view{}, nil, err
	}
	v := sc.view(&text)
	for i := range t.candidates {
		c := &t.candidates[i]
		c.Match, c.Value = v.original(c.Match), v.original(c.Value)
	}
	return t, v, found, nil
}

func tracePattern(ctx context.Context, r *Rule, p *Pattern, v *view) (PatternTrace, error) {
	expr := p.expr(r)
	out := PatternTrace{Pattern: expr}
	set, err := match.Compile([]match.Pattern{{Expr: expr, Literals: r.Keywords}})
	if err != nil {
		return out, err
	}
	var stats match.Stats
	found, err := set.FindStats(ctx, nil, v.text, &stats)
	if err != nil {
		return out, err
	}
	out.Filter, out.Places, out.Matches = set.Cost(0).Anchors, stats.Anchors, len(found)
	if len(found) > 0 {
		return out, nil
	}
	beginnings, rest := beginningsOf(expr)
	for i, b := range beginnings {
		set, err := match.Compile([]match.Pattern{{Expr: b}})
		if err != nil {
			continue // it matches the empty text
		}
		// FindAll knows no context: a text given to Explain is one that a person looks at.
		found, err := set.FindAll(ctx, nil, v.text)
		if err != nil {
			return out, err
		}
		for n := len(found); n > 0; n-- {
			if m := found[n-1]; m.Start >= v.label {
				at := v.original(scanner.Span{Start: m.Start, End: m.End})
				out.Beginning, out.At, out.Then = b, &at, rest[i]
				return out, nil
			}
		}
	}
	return out, nil
}

// beginningsOf returns shorter and shorter beginnings of an expression, and what
// follows each.
func beginningsOf(expr string) (beginnings, rest []string) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, nil
	}
	parts := sequenceOf(tree)
	for n := len(parts) - 1; n > 0; n-- {
		beginnings = append(beginnings, joinSyntax(parts[:n]))
		rest = append(rest, parts[n].String())
	}
	return beginnings, rest
}

// sequenceOf takes an expression apart at its top level, groups too.
func sequenceOf(re *syntax.Regexp) []*syntax.Regexp {
	switch re.Op {
	case syntax.OpCapture:
		return sequenceOf(re.Sub[0])
	case syntax.OpConcat:
		var out []*syntax.Regexp
		for _, sub := range re.Sub {
			out = append(out, sequenceOf(sub)...)
		}
		return out
	case syntax.OpLiteral:
		var out []*syntax.Regexp
		for i := range re.Rune {
			one := *re
			one.Rune = re.Rune[i : i+1]
			out = append(out, &one)
		}
		return out
	}
	return []*syntax.Regexp{re}
}

func joinSyntax(parts []*syntax.Regexp) string {
	return (&syntax.Regexp{Op: syntax.OpConcat, Flags: syntax.Perl, Sub: parts}).String()
}

// decide is judge.decide, noting the evidence on the way.
func (t *tracer) decide(ctx context.Context, sc *scratch, j *judge, c *candidate) (scanner.Confidence, bool, error) {
	out := CandidateTrace{Match: scanner.Span{Start: c.from, End: c.to}, Value: scanner.Span{Start: c.start, End: c.end}}
	steps, err := j.evidence(ctx, sc, c)
	if err != nil {
		return 0, false, err
	}
	out.Steps = steps
	confidence, passed, err := j.settle(ctx, sc, c)
	switch {
	case !passed:
		out.Outcome = "failed"
	case confidence == 0:
		out.Outcome = "dropped"
	default:
		out.Outcome = confidence.String()
	}
	t.rules, t.candidates = append(t.rules, j.rule), append(t.candidates, out)
	return confidence, passed, err
}

// evidence lists all that settle weighs, in its order, whether or not it gets
// that far.
func (j *judge) evidence(ctx context.Context, sc *scratch, c *candidate) (steps []Step, err error) {
	add := func(field, what string, holds bool, then string) {
		steps = append(steps, Step{Field: field, What: what, Holds: holds, Then: then})
	}
	then := func(holds bool, yes, no string) string {
		if holds {
			return yes
		}
		return no
	}
	for i := range j.checks {
		k := &j.checks[i]
		holds := k.holds(c)
		add("checks", k.text, holds, then(holds, "", "failed"))
	}
	add("confidence", j.base.String(), true, "")
	for i := range j.near {
		n := &j.near[i]
		with := n.find(sc, c)
		if with != 0 {
			add("near", n.words.which(sc, c), true, with.String())
			continue
		}
		missing := ""
		if n.required || j.needsNear {
			missing = "dropped"
		} else if n.without != 0 {
			missing = n.without.String()
		}
		where := "nearby"
		if n.labelOnly {
			where = "in the label"
		}
		add("near", fmt.Sprintf("none of %d words %s", n.words.size, where), false, missing)
	}
	if j.values != nil {
		holds := j.values[strings.ToLower(string(c.value()))]
		add("unless.values", "the value", holds, then(holds, "dropped", ""))
	}
	if j.drop || j.mark {
		switch v := c.value(); {
		case standsIn(v), elided(c), printedSample(c):
			add("unless.placeholders", "a placeholder", true, then(j.drop, "dropped", "low"))
		case sequence(v):
			add("unless.placeholders", "a running sequence", true, then(j.drop && !tokenLike(v), "dropped", "medium at most"))
		default:
			add("unless.placeholders", "a placeholder", false, "")
		}
	}
	if j.unless != nil {
		if sc.noted.near(j.unless, c) {
			add("unless.words", j.unless.which(sc, c), true, then(j.labelled(sc, c), "outweighed by the value's label", "dropped"))
		} else {
			add("unless.words", fmt.Sprintf("none of %d words nearby", j.unless.size), false, "")
		}
	}
	if j.stopWords != nil {
		w := j.stopWords.in(c.value())
		add("unless.stop_words", then(w != "", w, "none in the value"), w != "", then(w != "", "dropped", ""))
	}
	from, to := c.line()
	for _, list := range []struct {
		field string
		exprs []string
		set   *lateSet
		text  []byte
	}{
		{"unless.patterns", j.rule.unless().Patterns, j.patterns, c.value()},
		{"unless.match_patterns", j.rule.unless().MatchPatterns, j.inMatch, c.whole()},
		{"unless.line_patterns", j.rule.unless().LinePatterns, j.inLine, c.text[from:to]},
	} {
		if list.set == nil {
			continue
		}
		var err error
		if sc.found, err = list.set.Find(ctx, sc.found[:0], list.text); err != nil {
			return nil, err
		}
		what, hit := "none of them", len(sc.found) > 0
		if hit {
			what = list.exprs[sc.found[0].Pattern]
		}
		add(list.field, what, hit, then(hit, "dropped", ""))
	}
	for i, p := range j.parts {
		there, err := p.beside(ctx, sc, c)
		if err != nil {
			return nil, err
		}
		effect := ""
		switch {
		case there && p.with != 0:
			effect = p.with.String()
		case !there && p.without == 0:
			effect = "dropped"
		case !there:
			effect = p.without.String()
		}
		written := &j.rule.Parts[i]
		add("parts", written.Rule+written.Pattern, there, effect)
	}
	for i := range j.highIf {
		holds := j.highIf[i].holds(c)
		add("high_if", j.highIf[i].text, holds, then(holds, "high", ""))
	}
	for i := range j.lowIf {
		holds := j.lowIf[i].holds(c)
		add("low_if", j.lowIf[i].text, holds, then(holds, "low", ""))
	}
	return steps, nil
}

// unless returns the rule's exclusions, empty ones if it has none.
func (r *Rule) unless() *Unless {
	if r.Unless == nil {
		return &Unless{}
	}
	return r.Unless
}

// which says which word of the list is near the candidate, and where.
func (l *wordList) which(sc *scratch, c *candidate) string {
	n := &sc.noted
	labels := sc.labelsOf(c)
	for _, place := range []struct {
		from, to int
		name     string
	}{
		{labels[0].Start, labels[0].End, "in the label"},
		{labels[1].Start, labels[1].End, "in the label"},
		{labels[2].Start, labels[2].End, "in the label"},
		{max(c.from-l.window, 0), c.start, "before it"},
		{c.end, min(c.to+l.after, len(c.text)), "after it"},
	} {
		if word := n.first(l, place.from, place.to); word != "" {
			return word + ", " + place.name
		}
	}
	return "a word"
}

// first returns the first word of the list between two places, or "".
func (n *noted) first(l *wordList, from, to int) string {
	for at := from; at < to; at++ {
		for _, o := range n.lexicon.occurrences(nil, n.text, at, at+1) {
			if w := &n.lexicon.words[o.word]; w.inList(l.id) && int(o.end) <= to {
				if w.prefix {
					return string(w.text) + "*"
				}
				return string(w.text)
			}
		}
	}
	return ""
}

// PatternCost is a pattern as it is searched for, and what the filter looks for.
type PatternCost struct {
	Pattern string
	Filter  []string // see match.Cost.Anchors; none if every text is read whole
}

// PatternCosts returns the costs of a rule's patterns, in order. A pattern that
// RE2 refuses has no filter.
func PatternCosts(r *Rule) []PatternCost {
	var out []PatternCost
	for i := range r.Patterns {
		c := PatternCost{Pattern: r.Patterns[i].expr(r)}
		if set, err := match.Compile([]match.Pattern{{Expr: c.Pattern, Literals: r.Keywords}}); err == nil {
			c.Filter = set.Cost(0).Anchors
		}
		out = append(out, c)
	}
	return out
}
