package rules

import (
	"bytes"
	"context"
	"slices"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// scratch is the memory of one call of Detect.
type scratch struct {
	matches  []match.Match
	label    []byte // a short text behind its key
	noted    noted  // the words of rules that stand in the text
	folded   folded
	retry    []match.Match
	hope     hope // of the candidate at hand
	findings []scanner.Finding
	decided  []int         // the other judges of it
	found    []match.Match // of parts
	lines    lineHits
	parts    []partState
	keyed    int      // how many bytes of the text are its key
	asked    []int    // judges of a group
	trace    *tracer  // nil but in Explain
	gates    []gate   // of the set
	anchors  []anchor // findings of the text that others may stand beside
	last     struct {
		rule   string
		number int32
	} // of an anchor
	around  surroundings // those, in order
	besides besideGate
	taken   placeSet // by findings

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
		sc.lines = lineHits{}
		sc.keyed = v.label
		ofText := len(found)
		sc.anchors = sc.anchors[:0]
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
			s.place(found[first:], sc, &v, i)
		}
		if len(sc.anchors) > 0 {
			if found, err = s.besides(ctx, found, sc, &v, i); err != nil {
				return nil, err
			}
		}
		if s.repeating != nil && len(found) > ofText {
			found = s.repeats(found, sc, ofText, texts[i].Bytes)
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

// place turns findings in a view into findings in its text.
func (s *Set) place(found []scanner.Finding, sc *scratch, v *view, text int) {
	for i := range found {
		f := &found[i]
		if s.beside != nil {
			sc.anchor(f, s.numbers)
		}
		f.Text, f.Span = text, v.original(f.Span)
	}
}

// consider appends a finding for each judge whose rule the candidate is one of.
// For those whose checks it fails, the pattern is tried again inside it.
func (s *Set) consider(ctx context.Context, found []scanner.Finding, sc *scratch, judges []judge, c *candidate, shift int) ([]scanner.Finding, error) {
	if len(judges) == 0 {
		return found, nil
	}
	sc.decided = sc.decided[:0]
	if c.start >= shift && c.end > c.start {
		var wanted []wants
		if sc.trace == nil {
			wanted = wantsOf(judges)
		}
		for n := 0; ; n++ {
			i, more := sc.nth(judges, c, n)
			if !more {
				break
			}
			if i < 0 || wanted != nil && wanted[i].fails(c) {
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

// hope is what is known of a failed candidate that its judges have in common: whether they can find something inside it.
type hope struct {
	asked bool // holding is known for the checks of sharing.parts
	near  int8 // 1 if lists are those of the words near it, -1 if they are not to be read
	lists listSet
	none  bool // lists are none
}

// hopeful reports whether the judge may find something inside a candidate that it failed: not if
// what the candidate failed its parts fail as well, or if no word that the rule requires stands near it.
// Most rules that look at long numbers end here.
func (sc *scratch) hopeful(j *judge, failed *candidate) bool {
	h := &sc.hope
	if !h.asked {
		h.asked = true
		for _, k := range j.shared.parts {
			k.holds(failed)
		}
	}
	if failed.holding&j.barred != 0 || j.slow && j.hopeless(failed) {
		return false
	}
	if j.required == nil {
		return true
	}
	if h.near == 0 {
		h.near = -1
		// Candidates over several lines and cells can have several heads.
		if sc.trace == nil && sc.noted.worthReading(failed) && !bytes.ContainsAny(failed.whole(), "\n\t|,;") {
			h.near = 1
			n := &sc.noted
			h.lists = n.listsWithin(max(failed.from-j.shared.before, 0), min(failed.to+retryTail+j.shared.after, len(failed.text)))
			h.lists.add(n.listsWithin(0, sc.keyed))
			n.columnHead(failed)
			row := n.rowOf(failed)
			h.lists.add(n.listsWithin(row.headStart, row.headEnd))
			h.none = h.lists == listSet{}
		}
	}
	return h.near < 0 || h.lists.has(j.required)
}

// anyHopeful reports whether one of the judges that the candidate failed may find something inside it.
func (sc *scratch) anyHopeful(judges []judge, failed *candidate) bool {
	decided := sc.decided
	wanted := wantsOf(judges)
	for i := range judges {
		switch {
		case len(decided) > 0 && decided[0] == i:
			decided = decided[1:]
		case wanted != nil && (failed.holding&wanted[i].barred != 0 || wanted[i].word && sc.hope.none):
			// Which hopeful would say as well.
		case sc.hopeful(&judges[i], failed):
			return true
		}
	}
	return false
}

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
	sc.hope = hope{}
	asked := false
	ask := func() bool {
		if !asked {
			asked = true
			return sc.anyHopeful(judges, failed)
		}
		return len(sc.decided) < len(judges)
	}
	for at := first; at < failed.to; at++ {
		if isWord(failed.text[at-1]) || !isWord(failed.text[at]) {
			continue
		}
		if failed.tooShortFrom(at, s.counts[pattern]) && sc.trace == nil {
			break
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
			if found, err = sc.inside(ctx, found, judges, failed, c); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// inside appends a finding for each judge that takes a candidate inside the one that it failed, and adds it to sc.decided.
func (sc *scratch) inside(ctx context.Context, found []scanner.Finding, judges []judge, failed, c *candidate) ([]scanner.Finding, error) {
	for n := 0; ; n++ {
		i, more := sc.nth(judges, c, n)
		if !more {
			return found, nil
		}
		if i < 0 || slices.Contains(sc.decided, i) || !sc.hopeful(&judges[i], failed) {
			continue
		}
		confidence, passed, err := judges[i].decide(ctx, sc, c)
		if err != nil {
			return nil, err
		}
		if passed && confidence > 0 {
			found = append(found, judges[i].finding(c, confidence))
			sc.decided = append(sc.decided, i)
		}
	}
}

// nth returns the number of the nth judge to ask about a candidate, or -1 if it has not as many letters and digits as that one's
// checks can pass. more is false if there is none.
func (sc *scratch) nth(judges []judge, c *candidate, n int) (i int, more bool) {
	// A group asks some of its judges, one at a time.
	if counted := judges[0].shared.counted; counted != nil && len(judges) >= manyJudges && sc.trace == nil {
		list := counted[min(c.chars, 63)]
		if n == len(list) {
			return 0, false
		}
		return int(list[n]), true
	}
	switch {
	case n == len(judges):
		return 0, false
	case !judges[n].counted(sc, c):
		return -1, true
	}
	return n, true
}
