package match

import (
	"math"
	"slices"
)

// Of most patterns it is known exactly how far before an anchor a match with it begins: before ghp_ stands nothing, and before the
// word of [\w.-]{0,50}?key nothing but the lead. Where such an anchor stands there is no need of walks and windows
// to know where to look: exact is asked whether the pattern matches from that one place, as soon as the anchor is
// found and while the text is at hand. What it finds is noted, and in the end the matches are chosen from it.
//
// This finds what windows do. Whether a pattern matches from a place, and up to where, does not depend on where the search
// began. Each place from which it does is asked about, because each match has an anchor. And of all of these those are
// taken that a search from the left comes to: always the first that does not begin before the end of the last.

// direct is a match from a place that an anchor has led to. It is none of the text's if it begins in another one.
type direct struct {
	entry                int32 // in filter.entries
	before               int32 // the one of the same pattern that was noted before it, or none
	p                    int   // where the tail of the anchor begins
	start, end           int   // of what is behind the lead, if the pattern has one
	groupStart, groupEnd int   // or none
}

// directs are those of a scan.
type directs struct {
	all       []direct
	by        []directsOf // by pattern
	asked     []uint64    // the patterns of which that is of this scan, one bit each
	ordered   []direct    // of one pattern
	allowance int32       // of steps of one pattern
}

// directsOf is what a scan knows of the directs of one pattern.
type directsOf struct {
	last  int32 // the last one noted, or none
	spent int32 // steps
}

// How matches are looked for where an anchor was found.
const (
	byWalks uint8 = iota // by walks, and then in windows
	byExact              // by walks, and then from the one place where a match can begin
	atOnce               // from that place, without any walk
)

const (
	// directSteps is the budget of one place.
	directSteps = freeSteps
	// Of one pattern so many steps, and one for so many bytes of the text, may lead to nothing before it is left to walks and windows, which
	// see what lies in what.
	directAllowance, directBytes = 2048, 8
	// creditSteps is how many steps each byte of a match is worth.
	creditSteps = 2
	// rareAnchor is the share of places up to which an anchor tells so much that walks would add little to it: where it stands
	// there is likely to be a match.
	rareAnchor = 1e-6
	// keepDirects is the number of them whose memory is kept from scan to scan.
	keepDirects = 4096
)

// leadNode returns the element that is the lead of a pattern, which lead says that it has, or nil.
func (e *expression) leadNode(root *node) *node {
	if e.lead == leadOpen {
		return root.sub[0]
	}
	return nil
}

// place notes of the anchors of a pattern how far before them its matches begin.
func (e *expression) place(anchors []anchor, root *node) {
	if e.lead == leadOther {
		return
	}
	lead := e.leadNode(root)
	for i := range anchors {
		if width, ok := anchors[i].headWidth(lead); ok {
			anchors[i].placed, anchors[i].width = true, width
		}
	}
}

// headWidth returns how many bytes stand before the tail of an anchor, behind the lead if there is one, if that is the same in
// every match.
func (a *anchor) headWidth(lead *node) (width int, ok bool) {
	if a.length > 0 || a.whole {
		return 0, false
	}
	head := a.head
	if lead != nil {
		if len(head) == 0 || head[0] != lead {
			return 0, false
		}
		head = head[1:]
	}
	for _, n := range head {
		least, most := n.widths()
		if least != most || width+most > math.MaxInt16 {
			return 0, false
		}
		width += most
	}
	return width, true
}

// direct asks whether the pattern matches with the anchor of entry n whose tail begins at p. It reports whether it could tell; if not,
// walks must.
func (f *filter) direct(n int32, text []byte, p int, sc *scratch) bool {
	e := &f.entries[n]
	x := f.ready[e.pattern].Load()
	start := p - int(e.begins)
	if x == nil || x.named && !sc.ascii || start >= len(text) {
		return false
	}
	d := &sc.directs
	of := &d.by[e.pattern]
	if w, bit := &d.asked[e.pattern>>6], uint64(1)<<(e.pattern&63); *w&bit == 0 {
		*w |= bit
		*of = directsOf{last: none}
	}
	if of.spent > d.allowance {
		return false
	}
	sc.stats.Walked += walkCost
	if start < 0 || x.begin[text[start]] == 0 && (start > 0 || !x.first.has(text[0])) {
		return true
	}
	b := &sc.tries
	b.steps, b.ask = directSteps, math.MinInt // too few to look at the context
	b.on, b.memoAt = false, directSteps-memoAfter
	b.short = run{}
	end := x.match(b, text, start, start)
	steps := directSteps - b.steps
	sc.stats.ExactSteps += int64(steps)
	sc.stats.Walked += int64(steps)
	if end < 0 {
		of.spent += int32(steps)
		return b.steps >= 0
	}
	sc.stats.Exact++
	before := start
	if of.last != none {
		before = max(start, d.all[of.last].end)
	}
	of.spent += int32(max(0, steps-creditSteps*max(0, end-before)))
	groupStart, groupEnd := x.group(b)
	d.all = append(d.all, direct{n, of.last, p, start, end, groupStart, groupEnd})
	of.last = int32(len(d.all) - 1)
	return true
}

// begin prepares for a text of the given size.
func (d *directs) begin(size int) {
	d.allowance = int32(directAllowance + min(size/directBytes, 1<<24))
	if d.all = d.all[:0]; cap(d.all) > keepDirects {
		d.all = nil
	}
	if cap(d.ordered) > keepDirects {
		d.ordered = nil
	}
	clear(d.asked)
}

// of returns those of a pattern, in the order of the text.
func (d *directs) of(pattern int) []direct {
	some := d.ordered[:0]
	for i := d.by[pattern].last; i != none; i = d.all[i].before {
		some = append(some, d.all[i])
	}
	d.ordered = some
	slices.Reverse(some)
	// Anchors come in this order, but for those of different banks.
	byStart := func(a, b direct) int { return a.start - b.start }
	if !slices.IsSortedFunc(some, byStart) {
		slices.SortFunc(some, byStart)
	}
	return some
}

// chosen appends the matches among those of a pattern.
func (f *filter) chosen(dst []Match, pattern int, text []byte, sc *scratch) []Match {
	if sc.directs.by[pattern].last == none {
		return dst
	}
	lead, end := f.ready[pattern].Load().lead, 0
	for _, m := range sc.directs.of(pattern) {
		if m.start < end {
			continue
		}
		start := m.start
		if lead != nil {
			start, _ = lead.back(text, start, end)
		}
		if end = m.end; sc.gate != nil && !sc.gate.Worth(pattern, start, end) {
			continue
		}
		if m.groupStart == none {
			m.groupStart, m.groupEnd = start, end
		}
		dst = append(dst, Match{pattern, start, end, m.groupStart, m.groupEnd})
	}
	return dst
}

// reopen notes the windows around those of a pattern that has others too, so that all its matches are looked for there.
func (f *filter) reopen(pattern int, text []byte, sc *scratch) {
	st := &sc.states[pattern]
	for _, m := range sc.directs.of(pattern) {
		e := &f.entries[m.entry]
		if st.whole || st.covers(e, &f.reaches[e.reach], text, m.p) {
			continue
		}
		f.window(e, st, text, m.p, sc)
		st.limit(len(text))
	}
}
