package rules

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// Set is the rules of some files, ready to run. It is a scanner.Detector,
// immutable and safe for concurrent use.
type Set struct {
	rules   []*Rule
	judges  [][]judge  // by pattern index of matcher: rules may share a pattern
	counts  []uint64   // by pattern index: numbers of letters and digits that one of its judges can pass, a bit each
	groups  [][]*group // and those that are asked only near a word of theirs
	matcher *match.Set
	sources []source // their judges follow those of the patterns
	find    func(ctx context.Context, dst []match.Match, text []byte, gate match.Gate) ([]match.Match, error)
	gates   []gate         // by pattern
	least   map[string]int // min_count by rule id, where it is more than 1
	lexicon *lexicon       // the words of all rules
	scratch sync.Pool
}

// judge holds all that decides about the matches of one pattern.
type judge struct {
	rule       *Rule
	expr       match.Pattern
	checks     []check
	counts     uint64 // numbers of letters and digits that pass the checks, a bit each
	highIf     []check
	lowIf      []check
	near       []nearby
	needsNear  bool
	required   *wordList // without one of its words nearby nothing is found
	base       scanner.Confidence
	unless     *wordList
	values     map[string]bool
	stopWords  *stopWords
	patterns   *match.Set // in the value
	inMatch    *match.Set
	inLine     *match.Set
	drop, mark bool // what to do about placeholders
	parts      []*part
	pattern    int // of the matcher, or -1
	shared     *sharing
	barred     uint64 // the checks of which none may hold of a value, nor then of its parts, by check.bit
	slow       bool   // there are others of that kind
	checkNames string
}

// Compile makes a Set of the files' rules. Two rules with one id are an error.
func Compile(files []*File) (*Set, error) {
	s := &Set{lexicon: new(lexicon)}
	var (
		patterns []match.Pattern
		shared   = make(map[string]int) // pattern index by expression and hints
		faults   = []error{duplicates(files)}
		parts    = partMaker{files: files}
		listed   [][]judge
	)
	for _, f := range files {
		for _, r := range f.Rules {
			judges, sources, err := newJudges(r, &parts, s.lexicon)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			for i := range judges {
				judges[i].required = judges[i].requiredList()
			}
			s.rules = append(s.rules, r)
			if r.MinCount > 1 {
				if s.least == nil {
					s.least = make(map[string]int)
				}
				s.least[r.ID] = r.MinCount
			}
			for _, src := range sources {
				s.sources = append(s.sources, src)
				for range src.levels {
					listed = append(listed, judges[:1:1])
					judges = judges[1:]
				}
			}
			for _, j := range judges {
				key := j.expr.Expr + "\x00" + strings.Join(j.expr.Literals, "\x00")
				i, ok := shared[key]
				if !ok {
					i = len(patterns)
					shared[key] = i
					patterns = append(patterns, j.expr)
					s.judges = append(s.judges, nil)
				}
				j.pattern = i
				s.judges[i] = append(s.judges[i], j)
			}
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	s.lexicon.seal()
	var err error
	if s.matcher, err = match.Compile(patterns); err != nil {
		return nil, s.patternErrors(err)
	}
	s.groups, s.counts = make([][]*group, len(s.judges)), make([]uint64, len(s.judges))
	var lists [][]check
	for i := range s.judges {
		for k := range s.judges[i] {
			j := &s.judges[i][k]
			s.counts[i] |= j.counts
			lists = append(lists, j.checks, j.highIf, j.lowIf)
		}
		s.judges[i], s.groups[i] = grouped(s.judges[i])
	}
	shareChecks(lists)
	for i := range s.judges {
		share(s.judges[i])
		for _, g := range s.groups[i] {
			share(g.judges)
		}
	}
	s.gates = newGates(s)
	s.find = s.matcher.FindGated
	if len(s.sources) > 0 {
		s.judges = append(s.judges, listed...)
		s.groups = append(s.groups, make([][]*group, len(listed))...)
		for _, judges := range listed {
			share(judges)
			s.counts = append(s.counts, ^uint64(0))
		}
		s.find = s.findAll
	}
	s.scratch.New = func() any { return new(scratch) }
	return s, nil
}

// patternErrors says which rule each bad pattern belongs to.
func (s *Set) patternErrors(err error) error {
	if joined, ok := errors.AsType[joinedError](err); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, s.patternErrors(e))
		}
		return errors.Join(out...)
	}
	if e, ok := errors.AsType[*match.PatternError](err); ok && e.Index >= 0 && e.Index < len(s.judges) {
		return s.anyJudge(e.Index).rule.fault("pattern", "pattern is not valid RE2: %v", e.Err)
	}
	return fmt.Errorf("compile rules: %w", err)
}

// findAll finds the matches of the patterns, and then those of dictionaries and
// the like, with the patterns' numbers going on.
func (s *Set) findAll(ctx context.Context, dst []match.Match, text []byte, gate match.Gate) ([]match.Match, error) {
	dst, err := s.matcher.FindGated(ctx, dst, text, gate)
	number := s.matcher.Len()
	for i := range s.sources {
		if err != nil {
			break
		}
		first := len(dst)
		dst, err = s.sources[i].Find(ctx, dst, text)
		for k := first; k < len(dst); k++ {
			dst[k].Pattern += number
		}
		number += len(s.sources[i].levels)
	}
	return dst, err
}

// newJudges returns the judges of a rule: first those of its sources, one for
// each level, then those of its patterns.
func newJudges(r *Rule, parts *partMaker, words *lexicon) ([]judge, []source, error) {
	proto := judge{rule: r, base: r.Confidence}
	var err error
	if proto.highIf, err = parseChecks(r.HighIf); err != nil {
		return nil, nil, r.fault("high_if", "%v", err)
	}
	if proto.lowIf, err = parseChecks(r.LowIf); err != nil {
		return nil, nil, r.fault("low_if", "%v", err)
	}
	for i := range r.Near {
		proto.near = append(proto.near, newNearby(&r.Near[i], words))
	}
	if proto.parts, err = parts.of(r); err != nil {
		return nil, nil, err
	}
	proto.mark = r.Kind == scanner.KindSecret
	if u := r.Unless; u != nil {
		if len(u.Words) > 0 {
			proto.unless = words.list(u.Words, u.Window, u.After)
		}
		if len(u.Values) > 0 {
			proto.values = make(map[string]bool)
			for _, v := range u.Values {
				proto.values[strings.ToLower(v)] = true
			}
		}
		if len(u.StopWords) > 0 {
			proto.stopWords = newStopWords(u.StopWords)
		}
		for _, list := range []struct {
			set   **match.Set
			exprs []string
		}{{&proto.patterns, u.Patterns}, {&proto.inMatch, u.MatchPatterns}, {&proto.inLine, u.LinePatterns}} {
			if *list.set, err = parts.compile(list.exprs); err != nil {
				return nil, nil, r.fault("unless", "pattern is not valid RE2: %v", err)
			}
		}
		switch u.Placeholders {
		case "drop":
			proto.drop, proto.mark = true, false
		case "keep":
			proto.mark = false
		case "low":
			proto.mark = true
		}
	}
	sources, err := r.sources()
	if err != nil {
		return nil, nil, err
	}
	judges := make([]judge, 0, len(r.Patterns)+len(sources))
	for _, src := range sources {
		for _, level := range src.levels {
			j := proto
			if j.checks, err = parseChecks(r.Checks); err != nil {
				return nil, nil, r.fault("checks", "%v", err)
			}
			j.base, j.counts, j.pattern = cmp.Or(level, j.base), countsOf(j.checks), -1
			judges = append(judges, j)
		}
	}
	for _, p := range r.Patterns {
		j := proto
		j.expr = match.Pattern{Expr: p.expr(r), Literals: r.Keywords}
		j.checkNames = checkNames(r.Checks, p.allChecks(r))
		if j.checks, err = parseChecks(r.Checks, p.allChecks(r)); err != nil {
			return nil, nil, r.fault("checks", "%v", err)
		}
		j.counts = countsOf(j.checks)
		j.needsNear = j.needsNear || p.NeedsNear
		if p.Confidence != 0 {
			j.base = p.Confidence
		}
		judges = append(judges, j)
	}
	return judges, sources, nil
}

// Warm compiles what a Set otherwise compiles when a pattern is first needed,
// so that no request waits for it. It takes about half a second of processor
// time for the built-in rules and may run beside Detect. The error is that of
// ctx, or names a rule whose pattern RE2 refuses after all.
func (s *Set) Warm(ctx context.Context) error {
	if err := s.matcher.Warm(ctx); err != nil {
		return s.patternErrors(err)
	}
	return nil
}

// anyJudge returns one of the judges of a pattern.
func (s *Set) anyJudge(pattern int) *judge {
	if len(s.judges[pattern]) > 0 {
		return &s.judges[pattern][0]
	}
	return &s.groups[pattern][0].judges[0]
}

// Rules returns the rules in the order of their files. They must not be
// changed.
func (s *Set) Rules() []*Rule { return s.rules }

// Rule returns the rule with the id, or nil.
func (s *Set) Rule(id string) *Rule {
	for _, r := range s.rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Known is what a policy may say about the set's rules. Kinds of other
// detectors are to be added by the caller.
func (s *Set) Known() Known {
	var k Known
	for _, r := range s.rules {
		k.Add(r)
	}
	return k
}

// scratch is the memory of one call of Detect.
type scratch struct {
	matches  []match.Match
	label    []byte // a short text behind its key
	noted    noted  // the words of rules that stand in the text
	folded   folded
	retry    []match.Match
	failed   []*judge // of the candidate at hand
	findings []scanner.Finding
	decided  []int         // the other judges of it
	found    []match.Match // of unless and parts
	parts    []partState
	keyed    int     // how many bytes of the text are its key
	asked    []int   // judges of a group
	trace    *tracer // nil but in Explain
	gates    []gate  // of the set

	// The candidate at hand, and one that begins inside it. They stand here since checks are
	// called by pointer, for which each candidate would otherwise need memory of its own.
	candidate, inner candidate
}

// forget drops what the scratch knows of a text, and the text.
func (sc *scratch) forget() {
	sc.candidate, sc.inner = candidate{}, candidate{}
	sc.noted.text = nil
}

// Detect finds the rules' matches in the texts. It implements
// scanner.Detector.
func (s *Set) Detect(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	sc := s.scratch.Get().(*scratch)
	defer s.scratch.Put(sc)
	defer sc.forget()
	return s.detect(ctx, sc, texts)
}

// keepFindings is the number of findings whose memory is kept from request to request.
const keepFindings = 1 << 12

func (s *Set) detect(ctx context.Context, sc *scratch, texts []scanner.Text) ([]scanner.Finding, error) {
	// What is found grows in the scratch's memory, and is copied once.
	found := sc.findings[:0]
	defer func() {
		if sc.findings = found; cap(found) > keepFindings {
			sc.findings = nil
		}
	}()
	for i := range texts {
		v := sc.view(&texts[i])
		if len(v.text) == v.label {
			continue
		}
		sc.resetParts()
		sc.keyed = v.label
		ofText := len(found)
		sc.noted.reset(s.lexicon, v.text)
		var err error
		if sc.matches, err = s.find(ctx, sc.matches[:0], v.text, sc.gateOf(s)); err != nil {
			return nil, err
		}
		for k := range sc.matches {
			if k%256 == 255 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			m := &sc.matches[k]
			c := &sc.candidate
			*c = newCandidate(v.text, m.GroupStart, m.GroupEnd, m.Start, m.End)
			first := len(found)
			if c.tooShort(s.counts[m.Pattern]) && sc.trace == nil {
				continue
			}
			if found, err = s.consider(ctx, found, sc, s.judges[m.Pattern], c, v.label); err != nil {
				return nil, err
			}
			for _, g := range s.groups[m.Pattern] {
				if found, err = s.considerGroup(ctx, found, sc, g, c, v.label); err != nil {
					return nil, err
				}
			}
			for f := first; f < len(found); f++ {
				found[f].Text = i
				found[f].Span = v.original(found[f].Span)
			}
		}
		if s.least != nil && len(found) > ofText {
			s.count(found[ofText:], texts[i].Bytes)
		}
	}
	if len(found) == 0 {
		return nil, ctx.Err()
	}
	return slices.Clone(found), ctx.Err()
}

// consider appends a finding for each judge whose rule the candidate is one of.
// For those whose checks it fails, the pattern is tried again inside it.
func (s *Set) consider(ctx context.Context, found []scanner.Finding, sc *scratch, judges []judge, c *candidate, shift int) ([]scanner.Finding, error) {
	if len(judges) == 0 {
		return found, nil
	}
	sc.decided = sc.decided[:0]
	if c.start >= shift && c.end > c.start {
		counted := judges[0].shared.counted
		if len(judges) < manyJudges || sc.trace != nil {
			counted = nil // a group asks some of its judges, one at a time
		}
		for n, i := 0, 0; ; n++ {
			if i = n; counted != nil {
				list := counted[min(c.chars, 63)]
				if n == len(list) {
					break
				}
				i = int(list[n])
			} else if n == len(judges) {
				break
			} else if !judges[i].counted(sc, c) {
				continue
			}
			confidence, passed, err := judges[i].decide(ctx, sc, c)
			if err != nil {
				return nil, err
			}
			if passed {
				sc.decided = append(sc.decided, i)
				if confidence > 0 {
					found = append(found, judges[i].finding(c, confidence))
				}
			}
		}
	}
	return s.retry(ctx, found, sc, judges, c, shift)
}

// undecided fills sc.failed with the judges that the candidate failed, and of these drops those that
// can find nothing inside it either.
func (sc *scratch) undecided(judges []judge, failed *candidate) {
	sc.failed = sc.failed[:0]
	decided := sc.decided
	for i := range judges {
		if len(decided) > 0 && decided[0] == i {
			decided = decided[1:]
			continue
		}
		sc.failed = append(sc.failed, &judges[i])
	}
	if len(sc.failed) > 0 {
		sc.hopeful(failed)
	}
}

// hopeful drops from sc.failed the judges that can find nothing inside a candidate that they failed:
// what it failed its parts fail as well, or no word that the rule requires stands near it.
// It may keep some of them. Most rules that look at long numbers end here.
func (sc *scratch) hopeful(failed *candidate) {
	first := sc.failed[0] // they share the pattern
	for _, k := range first.shared.parts {
		k.holds(failed)
	}
	sc.failed = slices.DeleteFunc(sc.failed, func(j *judge) bool {
		return failed.holding&j.barred != 0 || j.slow && j.hopeless(failed)
	})
	if len(sc.failed) == 0 || sc.trace != nil || !sc.noted.worthReading(failed) || bytes.ContainsAny(failed.whole(), "\n\t|,;") {
		return // candidates over several lines and cells can have several heads
	}
	n := &sc.noted
	lists := n.listsWithin(max(failed.from-first.shared.before, 0), min(failed.to+retryTail+first.shared.after, len(failed.text)))
	lists.add(n.listsWithin(0, sc.keyed))
	n.columnHead(failed)
	row := n.rowOf(failed)
	lists.add(n.listsWithin(row.headStart, row.headEnd))
	sc.failed = slices.DeleteFunc(sc.failed, func(j *judge) bool { return j.required != nil && !lists.has(j.required) })
}

// counted reports whether the candidate has as many letters and digits as the
// checks can pass. Most rules that share a pattern end here.
func (j *judge) counted(sc *scratch, c *candidate) bool {
	return j.counts>>min(c.chars, 63)&1 != 0 || sc.trace != nil
}

// finding is the candidate as the rule reports it. The full stop of the
// sentence that a secret stands in is no part of the secret.
func (j *judge) finding(c *candidate, confidence scanner.Confidence) scanner.Finding {
	span := scanner.Span{Start: c.start, End: c.end}
	if j.rule.Kind == scanner.KindSecret && c.end-c.start > 1 && c.text[c.end-1] == '.' && (c.end == len(c.text) || c.text[c.end] <= ' ') {
		span.End--
	}
	return scanner.Finding{Rule: j.rule.ID, Kind: j.rule.Kind, Span: span, Confidence: confidence}
}

const (
	maxRetryBytes = 160 // longer candidates hold no second one that matters
	retryTail     = 80  // how far a candidate may reach beyond the failed one
	manyJudges    = 12
)

// retry looks for candidates that begin inside a failed one, for the judges that
// failed it: in "2026 4111 ..." the search resumes at each later word. Each judge
// takes the first one that it finds something in.
func (s *Set) retry(ctx context.Context, found []scanner.Finding, sc *scratch, judges []judge, failed *candidate, shift int) ([]scanner.Finding, error) {
	pattern := judges[0].pattern // they share it
	if len(sc.decided) == len(judges) || pattern < 0 || failed.to-failed.from > maxRetryBytes || failed.unbroken() {
		return found, nil
	}
	first := failed.from + 1
	if failed.start == first {
		first++ // behind one character that only delimits it, the same would be found
	}
	end := min(failed.to+retryTail, len(failed.text))
	for end < len(failed.text) && !utf8.RuneStart(failed.text[end]) {
		end--
	}
	asked := false // who is left to ask
	ask := func() bool {
		if !asked {
			asked = true
			sc.undecided(judges, failed)
		}
		return len(sc.failed) > 0
	}
	for at := first; at < failed.to; at++ {
		if isWord(failed.text[at-1]) || !isWord(failed.text[at]) {
			continue
		}
		// Whether anything begins here is the cheaper question where there are many to ask.
		if len(judges) < manyJudges && !ask() {
			break
		}
		_, before := utf8.DecodeLastRune(failed.text[:at]) // which patterns may want to see
		var err error
		if sc.retry, err = s.matcher.FindWithin(ctx, sc.retry[:0], pattern, failed.text[:end], at-before, failed.to); err != nil {
			return nil, s.patternErrors(err)
		}
		if len(sc.retry) == 0 {
			break // nothing begins at a later word either
		}
		if !ask() {
			break
		}
		at = max(at, sc.retry[0].Start) // what begins at a word before that is the same
		for _, m := range sc.retry {
			c := &sc.inner
			*c = newCandidate(failed.text, m.GroupStart, m.GroupEnd, m.Start, m.End)
			if c.start < shift {
				continue
			}
			open := sc.failed[:0]
			for _, j := range sc.failed {
				if !j.counted(sc, c) {
					open = append(open, j)
					continue
				}
				confidence, passed, err := j.decide(ctx, sc, c)
				if err != nil {
					return nil, err
				}
				if passed && confidence > 0 {
					found = append(found, j.finding(c, confidence))
				} else {
					open = append(open, j)
				}
			}
			sc.failed = open
		}
	}
	return found, nil
}

// countsOf joins the numbers of letters and digits that checks can pass.
func countsOf(checks []check) uint64 {
	counts := ^uint64(0)
	for i := range checks {
		if checks[i].counts != 0 && !checks[i].negate {
			counts &= checks[i].counts
		}
	}
	return counts
}

// sharing is what the judges of one pattern have in common.
type sharing struct {
	parts         []*check // of those that hold of each part of what they hold of, one of each, negated
	before, after int      // the farthest that one of them looks for a word that it requires
	// counted are the indexes of those that pass judge.counted, by candidate.chars; nil if they are few.
	counted *[64][]uint16
}

// share tells the judges of a pattern what they have in common. Checks have their bits already.
func share(judges []judge) {
	s := &sharing{}
	var known uint64
	for i := range judges {
		j := &judges[i]
		j.shared = s
		for k := range j.checks {
			switch c := &j.checks[k]; {
			case !c.negate || !c.parts:
			case c.bit == 0:
				j.slow = true
			default:
				j.barred |= c.bit
				if known&c.bit == 0 {
					known |= c.bit
					s.parts = append(s.parts, c)
				}
			}
		}
		if len(judges) >= manyJudges {
			if s.counted == nil {
				s.counted = new([64][]uint16)
			}
			for n := range s.counted {
				if j.counts>>n&1 != 0 {
					s.counted[n] = append(s.counted[n], uint16(i))
				}
			}
		}
		if l := j.required; l != nil {
			s.before, s.after = max(s.before, l.window, maxLabelGap+maxLabelText), max(s.after, l.after)
		}
	}
}

// hopeless reports whether what a candidate failed, its parts fail as well.
func (j *judge) hopeless(failed *candidate) bool {
	for i := range j.checks {
		if k := &j.checks[i]; k.negate && k.parts && !k.holds(failed) {
			return true
		}
	}
	return false
}

// decide weighs the evidence about a candidate. passed is false if a check
// fails, so that another candidate may hide inside. A passed candidate with
// confidence 0 is dropped for good.
func (j *judge) decide(ctx context.Context, sc *scratch, c *candidate) (confidence scanner.Confidence, passed bool, err error) {
	if sc.trace != nil {
		return sc.trace.decide(ctx, sc, j, c)
	}
	return j.settle(ctx, sc, c)
}

// settle is decide without a trace.
func (j *judge) settle(ctx context.Context, sc *scratch, c *candidate) (confidence scanner.Confidence, passed bool, err error) {
	for i := range j.checks {
		if !j.checks[i].holds(c) {
			return 0, false, nil
		}
	}
	if confidence = j.weigh(sc, c); confidence == 0 {
		return 0, true, nil
	}
	if j.values != nil && j.values[strings.ToLower(string(c.value()))] {
		return 0, true, nil
	}
	stands := (j.drop || j.mark) && (standsIn(c.value()) || elided(c) || printedSample(c))
	runs := (j.drop || j.mark) && !stands && sequence(c.value())
	if j.drop && (stands || runs && !tokenLike(c.value())) {
		return 0, true, nil
	}
	if j.unless != nil && sc.noted.near(j.unless, c) {
		return 0, true, nil
	}
	if worthless, err := j.worthless(ctx, sc, c); worthless || err != nil {
		return 0, err == nil, err
	}
	if len(j.parts) > 0 {
		if confidence, err = j.weighParts(ctx, sc, c, confidence); confidence == 0 || err != nil {
			return 0, err == nil, err
		}
	}
	if anyHolds(j.highIf, c) {
		confidence = scanner.High
	}
	if runs {
		confidence = min(confidence, scanner.Medium)
	}
	if stands || anyHolds(j.lowIf, c) {
		confidence = scanner.Low
	}
	return confidence, true, nil
}

// worthless reports whether what the candidate contains, or the line around it,
// is excluded.
func (j *judge) worthless(ctx context.Context, sc *scratch, c *candidate) (bool, error) {
	if j.stopWords != nil && j.stopWords.in(c.value()) != "" {
		return true, nil
	}
	if j.patterns != nil {
		if hit, err := sc.anyIn(ctx, j.patterns, c.value()); hit || err != nil {
			return true, err
		}
	}
	if j.inMatch != nil {
		if hit, err := sc.anyIn(ctx, j.inMatch, c.whole()); hit || err != nil {
			return true, err
		}
	}
	if j.inLine != nil {
		return sc.anyIn(ctx, j.inLine, c.line())
	}
	return false, nil
}

// anyIn reports whether a pattern of the set matches in the text.
func (sc *scratch) anyIn(ctx context.Context, set *match.Set, text []byte) (hit bool, err error) {
	sc.found, err = set.Find(ctx, sc.found[:0], text)
	return len(sc.found) > 0, err
}

func anyHolds(checks []check, c *candidate) bool {
	for i := range checks {
		if checks[i].holds(c) {
			return true
		}
	}
	return false
}
