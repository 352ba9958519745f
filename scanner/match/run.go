package match

import (
	"context"
	"math/bits"
	"sync"
)

// runs finds long runs of bytes of one set. Patterns of digits or of random
// letters with nothing rarer in them are looked for by the run that they
// require. A run of n bytes covers every n-th place, so most of a text
// is never looked at.
type runs struct {
	member  [256]bool
	classes [maxClasses]byte // not zero where a class has a member
	set     byteSet
	length  int // of the shortest run that any entry requires
	entries []runEntry
}

// runEntry is what follows when a run was found.
type runEntry struct {
	pattern     int32
	length      int
	whole       func() *automaton // of the whole pattern
	back, ahead []extent          // what can stand before and after the run

	// If the pattern takes nothing but bytes of the set there, and none before and after, all of a run is its, or nothing. Then
	// a run of more than most bytes is none, unless that is noLimit, and the pattern is walked over from its ends.
	all        bool
	most       int
	head, tail int32 // numbers in filter.around, or none
}

// runSearch is after how many bytes the search around a run gives up and lets it
// through.
const runSearch = 1 << 10

// addRun notes an anchor that is a run.
func (f *filter) addRun(pattern int, a *anchor) {
	e := runEntry{
		pattern: int32(pattern),
		length:  a.length,
		whole:   sync.OnceValue(func() *automaton { return newAutomaton(a.list(), false) }),
		back:    extents(catNode(a.head...).reversed().sub),
		ahead:   extents(a.tail),
	}
	e.most, e.all = new(setFinder).alone(a)
	if e.head, e.tail = none, none; e.all {
		if len(a.head) > 0 {
			head := catNode(a.head...).reversed().sub
			e.head = f.walker(head, true, newWalkKey(head, true, new([]byte)))
		}
		if len(a.tail) > 0 {
			e.tail = f.walker(a.tail, false, newWalkKey(a.tail, false, new([]byte)))
		}
	}
	for _, r := range f.runs {
		if r.set == a.set {
			r.length = min(r.length, a.length)
			r.entries = append(r.entries, e)
			return
		}
	}
	r := &runs{set: a.set, length: a.length, entries: []runEntry{e}}
	for c := range r.member {
		r.member[c] = a.set.has(byte(c))
	}
	f.runs = append(f.runs, r)
}

// alone reports whether a match with a run has a byte of its set neither before nor after it, nor another in it, and the
// greatest length of such a run, or noLimit.
func (f *setFinder) alone(a *anchor) (most int, ok bool) {
	for _, n := range a.run {
		if n.bytes() != a.set || n.kind == kindRepeat && n.sub[0].kind != kindSet {
			return 0, false
		}
		_, hi := n.widths()
		most = addWidth(most, hi)
	}
	kinds := kindsOf(a.set)
	after, _ := f.after(a.tail, kinds)
	f.back = true
	before, _ := f.after(catNode(a.head...).reversed().sub, kinds)
	f.back = false
	none := byteSet{}
	return most, after[0].intersect(a.set) == none && before[0].intersect(a.set) == none
}

// A run of 2n-1 bytes or more holds n of them that begin at a multiple of n. lane is the greatest such n up to 16 for
// the length of a run, as the lowest bit of every n.
func lane(length int) (low uint64, n int) {
	switch {
	case length >= 31:
		return 0x0001000100010001, 16
	case length >= 15:
		return 0x0101010101010101, 8
	}
	return 0x1111111111111111, 4
}

// runsIn finds the runs that have a whole lane in text[from:to], whose classes are known, with vectors. It must be
// called with pieces in order. Classes say of some bytes more that they are members, and never less.
func (f *filter) runsIn(ctx context.Context, text []byte, from, to int, sc *scratch) error {
	v := &sc.vectors
	blocks := (to - from + blockLen - 1) / blockLen
	for k, r := range f.runs {
		low, n := lane(r.length)
		high := low << (n - 1)
		words := f.step.members(&r.classes, &v.codes.code[0], blocks, low, high, &v.places[0], &v.words[0])
		if n := (to - from) % blockLen; n > 0 {
			v.places[blocks-1] &= 1<<n - 1
		}
		for _, i := range v.words[:words] {
			// Lanes with all bits set: the lowest is one; those above it may be none. Runs are read to their end at once.
			w := v.places[i]
			full := (^w - low) & w & high
			for at := from + int(i)*blockLen; full != 0; full &= full - 1 {
				p := at + bits.TrailingZeros64(full)
				if p < sc.runEnd[k] {
					continue
				}
				// Nearly all are too short, even as far as classes can tell.
				if length, end := runIn(v.places[:blocks], p-from, r.length); length < r.length && end < to-from {
					sc.runEnd[k] = from + end
					continue
				}
				start, end := p, p
				for start > sc.runEnd[k] && r.member[text[start-1]] {
					start--
				}
				for end < len(text) && r.member[text[end]] {
					end++
				}
				sc.runEnd[k] = end
				if end-start >= r.length {
					f.found(r, text, start, end, sc)
				}
			}
			if sc.tired() {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// runIn returns the length of the run of bits that are set around bit i, and where it ends. A
// run that has no end there, or goes on for enough bits to one side, is only said to be long.
func runIn(places []uint64, i, enough int) (length, end int) {
	start := 0
	for k, w := i>>6, ^places[i>>6]<<(63-i&63); ; w = ^places[k] {
		if w != 0 {
			if k == i>>6 {
				start = i + 1 - bits.LeadingZeros64(w)
			} else {
				start = k<<6 + 64 - bits.LeadingZeros64(w)
			}
			break
		}
		if k--; k < 0 || i-k<<6-63 >= enough {
			return 1 << 30, len(places) << 6 // it may begin before
		}
	}
	for k, w := i>>6, ^places[i>>6]>>(i&63); ; w = ^places[k] {
		if w != 0 {
			if k == i>>6 {
				end = i + bits.TrailingZeros64(w)
			} else {
				end = k<<6 + bits.TrailingZeros64(w)
			}
			return end - start, end
		}
		if k++; k == len(places) || k<<6-i >= enough {
			return 1 << 30, len(places) << 6
		}
	}
}

// found goes on with a run.
func (f *filter) found(r *runs, text []byte, start, end int, sc *scratch) {
	sc.stats.Anchors++
	for k := range r.entries {
		if e := &r.entries[k]; end-start >= e.length {
			f.runAt(e, text, start, end, sc)
		}
	}
}

// scanRuns finds the runs of text. It reads no byte twice: all bytes from start up
// to known are members.
func (f *filter) scanRuns(ctx context.Context, r *runs, text []byte, sc *scratch) error {
	start, known, check := 0, 0, blockSize
	for {
		probe := start + r.length - 1
		if probe >= len(text) {
			return nil
		}
		if probe >= check {
			check = probe + blockSize
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		i := probe
		for i >= known && r.member[text[i]] {
			i--
		}
		if i >= known {
			start, known = i+1, probe+1
			continue
		}
		end := probe + 1
		for end < len(text) && r.member[text[end]] {
			end++
		}
		f.found(r, text, start, end, sc)
		if sc.tired() {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		start, known = end+1, end+1
	}
}

// runAt notes the window around a run if the pattern can match in it.
func (f *filter) runAt(e *runEntry, text []byte, start, end int, sc *scratch) {
	st := sc.state(e.pattern)
	if st.whole {
		return
	}
	if e.all && e.most != noLimit && end-start > e.most {
		return
	}
	if e.all {
		ok, read := f.runStands(e, text, start, end)
		work := walkCost + read
		sc.stats.Walked += int64(work)
		if st.work += work; !ok {
			st.limit(len(text))
			return
		}
	}
	w := window{reachBack(e.back, text, start), end, reachAhead(e.ahead, text, end)}
	if sc.gate != nil && !sc.gate.Open(int(e.pattern), w.from, start, w.to) {
		return
	}
	work := walkCost + w.to - w.from
	st.work += work
	sc.stats.Walked += int64(work)
	if e.all || w.to-w.from > runSearch || e.whole().search(text, w.from, w.to) {
		sc.stats.Windows++
		st.windows = append(st.windows, w)
	}
	st.limit(len(text))
}

// runStands reports whether the pattern can match before and after a run that is all its, and how many bytes that took
// to know.
func (f *filter) runStands(e *runEntry, text []byte, start, end int) (ok bool, read int) {
	if e.head != none {
		if ok, read = f.around[e.head].may(text, start); !ok {
			return false, read
		}
	}
	if e.tail == none {
		return true, read
	}
	ok, more := f.around[e.tail].may(text, end)
	return ok, read + more
}
