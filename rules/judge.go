package rules

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// judge holds all that decides about the matches of one pattern.
type judge struct {
	checks     []check
	counts     uint64 // numbers of letters and digits that pass the checks, a bit each
	rule       *Rule
	highIf     []check
	lowIf      []check
	near       []nearby
	needsNear  bool
	beside     *Beside
	barren     []uint64  // rules that beside excepts, a bit each by their numbers
	number     int32     // of the rule, if beside is set
	required   *wordList // without one of its words nearby nothing is found
	base       scanner.Confidence
	unless     *wordList
	values     map[string]bool
	stopWords  *stopWords
	patterns   *lateSet // in the value
	inMatch    *lateSet
	inLine     *lateSet
	drop, mark bool // what to do about placeholders
	parts      []*part
	pattern    int // of the matcher, or -1
	expr       match.Pattern
	shared     *sharing
	barred     uint64 // the checks of which none may hold of a value, nor then of its parts, by check.bit
	slow       bool   // there are others of that kind
	checkNames string
}

// lowIf is the checks that make a finding low: those of the rule, and for the built-in
// rules of personal data that it is no specimen. Whoever writes a rule has numbers of
// his own, and may mean 123456.
func lowIf(r *Rule) []string {
	if r.Kind != scanner.KindPII || !strings.HasPrefix(r.file, "builtin/") || slices.Contains(r.LowIf, "specimen") {
		return r.LowIf
	}
	return append(slices.Clip(r.LowIf), "specimen")
}

// newJudges returns the judges of a rule: first those of its sources, one for
// each level, then those of its patterns. Those of patterns that are looked for only beside
// other findings are returned if beside is true, and alone.
func newJudges(r *Rule, parts *partMaker, words *lexicon, beside bool) ([]judge, []source, error) {
	proto := judge{rule: r, base: r.Confidence}
	var err error
	if proto.highIf, err = parseChecks(r.HighIf); err != nil {
		return nil, nil, r.fault("high_if", "%v", err)
	}
	if proto.lowIf, err = parseChecks(lowIf(r)); err != nil {
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
			set   **lateSet
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
	var sources []source
	if !beside {
		if sources, err = r.sources(); err != nil {
			return nil, nil, err
		}
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
		if (p.Beside != nil) != beside {
			continue
		}
		j := proto
		if beside {
			j.beside, j.number, j.barren = p.Beside, parts.numbers[r.ID], p.Beside.excepted(parts.files, parts.numbers)
		}
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

// counted reports whether the candidate has as many letters and digits as the
// checks can pass. Most rules that share a pattern end here.
func (j *judge) counted(sc *scratch, c *candidate) bool {
	return j.counts>>min(c.chars, 63)&1 != 0 || sc.trace != nil
}

// finding is the candidate as the rule reports it. The full stop of the
// sentence that a secret stands in is no part of the secret.
func (j *judge) finding(c *candidate, confidence scanner.Confidence) scanner.Finding {
	span := c.cover(j.rule.Covers)
	if j.rule.Kind == scanner.KindSecret && c.end-c.start > 1 && span.End == c.end && c.text[c.end-1] == '.' && stopEnds(c.text[c.end:]) {
		span.End--
	}
	return scanner.Finding{Rule: j.rule.ID, Kind: j.rule.Kind, Span: span, Confidence: confidence}
}

// stopEnds reports whether a full stop before the text ends a sentence: nothing follows on the line, or no small letter, which goes on with
// the command in curl -u jane:secret. https://….
func stopEnds(rest []byte) bool {
	for i, b := range rest {
		if b != ' ' {
			return b < ' ' || i > 0 && classOf[b] != classLower
		}
	}
	return true
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
	wants   []wants // of each, if they are many
}

// wants is what is asked of many judges in turn, side by side: the checks with bits that must hold of a candidate, those that must
// not, judge.barred, and whether a word is required.
type wants struct {
	yes, no, barred uint64
	word            bool
}

// wantsOf returns what is asked of each of the judges, or nil if they are few.
func wantsOf(judges []judge) []wants {
	if len(judges) < manyJudges {
		return nil
	}
	return judges[0].shared.wants
}

// fails reports whether the candidate is known to fail one of the checks. Most of a hundred judges of a number end here.
func (w *wants) fails(c *candidate) bool {
	return c.known&(w.yes&^c.holding|w.no&c.holding) != 0
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
				s.wants = make([]wants, len(judges))
			}
			w := &s.wants[i]
			w.barred, w.word = j.barred, j.required != nil
			for k := range j.checks {
				if c := &j.checks[k]; c.negate {
					w.no |= c.bit
				} else {
					w.yes |= c.bit
				}
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
	if j.values != nil && hasFolded(j.values, c.value()) {
		return 0, true, nil
	}
	stands := (j.drop || j.mark) && (standsIn(c.value()) || elided(c) || printedSample(c))
	runs := (j.drop || j.mark) && !stands && sequence(c.value())
	if j.drop && (stands || runs && !tokenLike(c.value())) {
		return 0, true, nil
	}
	if j.unless != nil && sc.noted.near(j.unless, c) && !j.labelled(sc, c) {
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

// labelled reports whether the words directly before the candidate speak for the rule, or else its own label does, and neither
// against it: they say more than what stands somewhere near.
func (j *judge) labelled(sc *scratch, c *candidate) bool {
	start := clauseBefore(c)
	if sc.noted.within(j.unless, start, c.start) {
		return false
	}
	for i := range j.near {
		if sc.noted.within(j.near[i].words, start, c.start) {
			return true
		}
	}
	if j.unless.labels(sc, c) {
		return false
	}
	for i := range j.near {
		if j.near[i].words.labels(sc, c) {
			return true
		}
	}
	return false
}

// worthless reports whether what the candidate contains, or the line around it,
// is excluded.
func (j *judge) worthless(ctx context.Context, sc *scratch, c *candidate) (bool, error) {
	if j.stopWords != nil && j.stopWords.in(c.value()) != "" {
		return true, nil
	}
	if j.patterns != nil {
		if hit, err := j.patterns.Any(ctx, c.value()); hit || err != nil {
			return true, err
		}
	}
	if j.inMatch != nil {
		if hit, err := j.inMatch.Any(ctx, c.whole()); hit || err != nil {
			return true, err
		}
	}
	if j.inLine != nil {
		return sc.lines.any(ctx, j.inLine, c)
	}
	return false, nil
}

// lineHits are the last answers about lines that some candidates have in common.
type lineHits struct {
	all  [8]lineHit
	next int
}

type lineHit struct {
	set      *lateSet
	from, to int
	hit      bool
}

// any reports whether a pattern of the set matches in the line of the candidate.
func (l *lineHits) any(ctx context.Context, set *lateSet, c *candidate) (bool, error) {
	from, to := c.line()
	for i := range l.all {
		if h := &l.all[i]; h.set == set && h.from == from && h.to == to {
			return h.hit, nil
		}
	}
	hit, err := set.Any(ctx, c.text[from:to])
	if err == nil {
		l.all[l.next] = lineHit{set, from, to, hit}
		l.next = (l.next + 1) % len(l.all)
	}
	return hit, err
}

func anyHolds(checks []check, c *candidate) bool {
	for i := range checks {
		if checks[i].holds(c) {
			return true
		}
	}
	return false
}
