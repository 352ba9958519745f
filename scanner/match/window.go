package match

import (
	"context"
	"slices"
	"unicode/utf8"
)

// window is a piece of a text that may hold matches of one pattern. They begin no later than at last.
type window struct{ from, last, to int }

// patternState is what one scan knows of one pattern.
type patternState struct {
	windows []window
	work    int  // bytes looked at for this pattern
	whole   bool // the windows are not worth it: read the whole text
	closed  bool // nor is that
}

// scratch is the memory of one scan.
type scratch struct {
	words   [][2]uint64 // by bank, the state of the first step without vectors
	touched []uint64    // patterns with something to do, one bit each
	states  []patternState
	stats   Stats
	vectors vectors
	batch   batch
	pairs   [pairsLen]gramPair
	hits    [batchLen]gramHit
	runEnd  []int // by number of filter.runs: the end of the last run read
	tries   backtrack
	some    []Match // of Any
	free    int64   // stats.Walked up to which walks are not held against their patterns
	directs directs
	asked   int64   // stats.Walked when the context was last looked at
	gate    Gate    // or nil
	closed  []int32 // patterns that it is closed to
	ascii   bool    // the text has no byte beyond ASCII
}

// askWork is after how many bytes read around anchors the context is looked at; about a tenth of
// a millisecond.
const askWork = 32 << 10

// tired reports whether so much was done since the context was last looked at that
// it is time to do so.
func (sc *scratch) tired() bool {
	if done := sc.stats.Walked + 4*sc.stats.Candidates; done-sc.asked < askWork {
		return false
	}
	sc.asked = sc.stats.Walked + 4*sc.stats.Candidates
	return true
}

const (
	// walkCost is what an anchor counts, beside the bytes that its walks read.
	walkCost = 8
	// freeWork is the work for one pattern that is never held against it.
	freeWork = 4 << 10
	// joinGap is how many bytes between two windows cost less than a second call of RE2.
	joinGap = 128
	// wholeGap is the same for a call over the whole text: the bytes that one
	// more window counts.
	wholeGap = 64
	// keepWindows is the number of windows of a pattern whose memory is kept from scan to scan.
	keepWindows = 256
	// cheapExtension is by how many bytes an anchor inside a window may lengthen it
	// unseen.
	cheapExtension = 256
)

func (f *filter) newScratch(patterns int) *scratch {
	sc := &scratch{touched: make([]uint64, len(f.always)), states: make([]patternState, patterns)}
	sc.directs.by, sc.directs.asked = make([]directsOf, patterns), make([]uint64, len(f.always))
	sc.words, sc.runEnd = make([][2]uint64, len(f.banks)), make([]int, len(f.runs))
	for i := range sc.states {
		sc.states[i].whole = f.always[i>>6]>>(i&63)&1 != 0
	}
	return sc
}

// begin prepares for a text of the given size.
func (sc *scratch) begin(f *filter, size int) {
	if f.step.list == nil {
		for i := range sc.words {
			sc.words[i] = [2]uint64{^uint64(0), ^uint64(0)}
		}
	}
	copy(sc.touched, f.always)
	sc.directs.begin(size)
	for _, p := range sc.closed { // also if it has no anchor and its state is never made afresh
		sc.states[p].closed = false
	}
	sc.closed = sc.closed[:0]
	sc.stats = Stats{Bytes: int64(size)}
	sc.asked = 0
	sc.free = freeWork + 2*int64(size)
	if len(sc.runEnd) == 1 { // clear is a call
		sc.runEnd[0] = 0
	} else {
		clear(sc.runEnd)
	}
}

// close leaves some patterns out of this scan.
func (sc *scratch) close(patterns []int32) {
	for _, p := range patterns {
		st := sc.state(p)
		st.whole, st.closed = true, true
	}
	sc.closed = append(sc.closed, patterns...)
}

// state returns the state of a pattern, fresh if this scan has not touched it yet.
func (sc *scratch) state(pattern int32) *patternState {
	st := &sc.states[pattern]
	if w, bit := &sc.touched[pattern>>6], uint64(1)<<(pattern&63); *w&bit == 0 {
		*w |= bit
		if cap(st.windows) > keepWindows {
			st.windows = nil
		}
		st.windows, st.work, st.whole, st.closed = st.windows[:0], 0, false, false
	}
	return st
}

// anchorAt walks from the anchor of entry n at place in both directions and, if the pattern can match
// there, notes the window in which it can.
func (f *filter) anchorAt(n int32, text []byte, place int, sc *scratch) {
	e := &f.entries[n]
	sc.stats.Anchors++
	if e.vague != 0 && !f.stands(n, text, place) {
		return
	}
	p := place + int(e.aheadOf)
	touched := sc.touched[e.pattern>>6]>>(e.pattern&63)&1 != 0
	if !touched && sc.stats.Walked < sc.free {
		if e.around == atOnce && f.direct(n, text, p, sc) {
			return
		}
		// Nearly all anchors end here.
		ok, read := f.walk(e, text, p)
		sc.stats.Walked += int64(read)
		if !ok || e.around == byExact && f.direct(n, text, p, sc) {
			return
		}
		f.window(e, sc.state(e.pattern), text, p, sc)
		return
	}
	st := sc.state(e.pattern)
	if st.whole || st.covers(e, &f.reaches[e.reach], text, p) {
		return
	}
	ok, read := f.walk(e, text, p)
	sc.stats.Walked += int64(read)
	st.work += read
	if ok {
		f.window(e, st, text, p, sc)
	}
	st.limit(len(text))
}

// window notes the window around an anchor.
func (f *filter) window(e *entry, st *patternState, text []byte, p int, sc *scratch) {
	sc.stats.Windows++
	if e.whole {
		st.whole = true
		return
	}
	r := &f.reaches[e.reach]
	w := window{reachBack(r.back, text, p), p, reachAhead(r.ahead, text, p)}
	st.work += w.to - w.from
	sc.stats.Walked += int64(w.to - w.from)
	if sc.gate != nil && !sc.gate.Worth(int(e.pattern), w.from, w.to) {
		return
	}
	if n := len(st.windows); n > 0 && st.windows[n-1].from <= w.from && w.from <= st.windows[n-1].to+joinGap {
		st.windows[n-1].join(w)
	} else {
		st.windows = append(st.windows, w)
	}
}

// limit ends the search for windows once it has cost more than they can
// spare. Hostile text could make every anchor walk far; then one reading of the
// whole text is cheaper.
func (st *patternState) limit(size int) {
	if st.work > freeWork+2*size {
		st.whole = true
	}
}

// covers reports whether the last window already holds every match with this
// anchor, or could be made to at no cost.
func (st *patternState) covers(e *entry, r *reach, text []byte, p int) bool {
	n := len(st.windows)
	if n == 0 || e.whole || r.backMax == noLimit {
		return false
	}
	w := &st.windows[n-1]
	if p > w.to || p-r.backMax < w.from {
		return false
	}
	if w.to == len(text) {
		w.last = max(w.last, p)
		return true
	}
	if r.aheadMax == noLimit || r.aheadMax > cheapExtension {
		return false
	}
	w.last, w.to = max(w.last, p), max(w.to, min(len(text), p+r.aheadMax))
	return true
}

// walk reports whether the pattern can match around an anchor at p, and what it has cost to know.
func (f *filter) walk(e *entry, text []byte, p int) (ok bool, work int) {
	work = walkCost
	if e.head != none && e.headFirst {
		ok, read := f.around[e.head].may(text, p)
		if work += read; !ok {
			return false, work
		}
	}
	if e.tail != none {
		ok, read := f.around[e.tail].may(text, p+int(e.tailAt))
		if work += read; !ok {
			return false, work
		}
	}
	if e.head == none || e.headFirst {
		return true, work
	}
	ok, read := f.around[e.head].may(text, p)
	return ok, work + read
}

// The budget of exact: steps for a window, and for each of its bytes. A step is about
// as dear as a byte of RE2, and a call of RE2 as freeSteps.
const (
	freeSteps = 800
	byteSteps = 6
	// exactTries is how often in one text a pattern's budget may be too small before RE2
	// does all that is left.
	exactTries = 2
	// A pattern of many instructions, as with {0,500}, has more states than RE2 keeps, and then each byte is as dear as
	// its instructions are many. So many of them are worth as many steps again for each byte, up to a limit of both.
	opsPerStep, maxOpsFactor, dearBytes = 128, 8, 2 << 10
)

// budgetFor is the budget of a window of so many bytes.
func (x *exact) budgetFor(bytes int) int {
	return freeSteps + byteSteps*(bytes+min(bytes, dearBytes)*min(len(x.ops)/opsPerStep, maxOpsFactor-1))
}

// confirm appends the matches of one pattern in its windows, by exact or by RE2.
func (sc *scratch) confirm(ctx context.Context, dst []Match, e *expression, pattern int, text []byte) ([]Match, error) {
	st := &sc.states[pattern]
	ws := st.join(len(text))
	if st.whole {
		return sc.confirmWhole(ctx, dst, e, pattern, text)
	}
	had, tries := len(dst), exactTries
	x := e.exact()
	if x == nil || x.named && !sc.ascii {
		tries = 0
	}
	for _, w := range ws {
		if err := ctx.Err(); err != nil {
			return dst, err
		}
		if tries > 0 {
			var ok bool
			if dst, ok = sc.confirmExact(ctx, dst, x, pattern, text, w); ok {
				continue
			}
			if err := ctx.Err(); err != nil {
				return dst, err
			}
			tries--
		}
		from, to := w.cut(text)
		sc.stats.Calls++
		sc.stats.CallBytes += int64(to - from)
		before := len(dst)
		var err error
		if dst, err = e.findIn(ctx, dst, pattern, text, from, to); err != nil {
			return dst, err
		}
		for _, m := range dst[before:] {
			// No match of the whole text goes beyond its window. This one does, so
			// it owes to an assertion that only holds at the cut.
			if m.Start == from && from > 0 || m.End == to && to < len(text) {
				return sc.confirmWhole(ctx, dst[:had], e, pattern, text)
			}
		}
	}
	return dst, nil
}

// confirmExact tries a window without RE2.
func (sc *scratch) confirmExact(ctx context.Context, dst []Match, x *exact, pattern int, text []byte, w window) ([]Match, bool) {
	budget := x.budgetFor(w.to - w.from)
	sc.tries.ctx = ctx
	defer func() { sc.tries.ctx = nil }() // scratch outlives it
	dst, ok := x.findAll(&sc.tries, dst, pattern, text, w.from, min(w.last+1, len(text)), budget)
	sc.stats.Exact++
	sc.stats.ExactSteps += int64(budget - sc.tries.steps)
	return dst, ok
}

// join adds a window that begins in w.
func (w *window) join(other window) {
	w.last, w.to = max(w.last, other.last), max(w.to, other.to)
}

// cut widens the window to whole runes – its ends count bytes and may stand inside
// one – and by one more rune on either side, for \b, ^ and $ to see.
func (w window) cut(text []byte) (from, to int) {
	from, to = w.from, w.to
	for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	_, before := utf8.DecodeLastRune(text[:from])
	_, after := utf8.DecodeRune(text[to:])
	return from - before, to + after
}

func (sc *scratch) confirmWhole(ctx context.Context, dst []Match, e *expression, pattern int, text []byte) ([]Match, error) {
	if err := ctx.Err(); err != nil {
		return dst, err
	}
	if x := e.exact(); x != nil && (!x.named || sc.ascii) {
		if got, ok := sc.confirmExact(ctx, dst, x, pattern, text, window{0, len(text), len(text)}); ok {
			return got, nil
		}
		if err := ctx.Err(); err != nil {
			return dst, err
		}
	}
	sc.stats.Calls++
	sc.stats.WholeTexts++
	sc.stats.CallBytes += int64(len(text))
	return e.findIn(ctx, dst, pattern, text, 0, len(text))
}

// join sorts the windows and makes one of those that overlap, touch or are
// close. If they add up to more than the text, whole is set.
func (st *patternState) join(size int) []window {
	ws := st.windows
	if st.whole || len(ws) == 0 {
		return nil
	}
	slices.SortFunc(ws, func(a, b window) int { return a.from - b.from })
	last := 0
	for _, w := range ws[1:] {
		if w.from <= ws[last].to+joinGap {
			ws[last].join(w)
		} else {
			last++
			ws[last] = w
		}
	}
	ws = ws[:last+1]
	total := 0
	for _, w := range ws {
		total += w.to - w.from + wholeGap
	}
	if total > size+wholeGap {
		st.whole = true
	}
	return ws
}
