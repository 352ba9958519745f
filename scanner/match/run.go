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
}

// runSearch is after how many bytes the search around a run gives up and lets it
// through.
const runSearch = 1 << 10

// addRun notes an anchor that is a run.
func (f *filter) addRun(pattern int, a *anchor) {
	e := runEntry{
		pattern: int32(pattern),
		length:  a.length,
		whole:   sync.OnceValue(func() *automaton { return newAutomaton(a.list()) }),
		back:    extents(catNode(a.head...).reversed().sub),
		ahead:   extents(a.tail),
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

// runsIn finds the runs of text[from:to], whose classes are known, with vectors. It must be called with pieces in order. Runs of
// members by class are at least as long as those by byte.
func (f *filter) runsIn(ctx context.Context, text []byte, from, to int, step *firstStep, sc *scratch) error {
	v := &sc.vectors
	blocks := (to - from + blockLen - 1) / blockLen
	for k, r := range f.runs {
		step.members(&r.classes, &v.classes[0], blocks, &v.places[0])
		if n := (to - from) % blockLen; n > 0 {
			v.places[blocks-1] &= 1<<n - 1
		}
		start := sc.runStart[k] // of the run that the last piece ends in, or -1
		for i, w := range v.places[:blocks] {
			at := from + i*blockLen
			before := bits.TrailingZeros64(^w)
			if start >= 0 {
				if before == blockLen {
					continue
				}
				if at+before-start >= r.length {
					if err := r.scan(ctx, text, start, at+before, sc); err != nil {
						return err
					}
				}
			}
			if start < 0 {
				before = 0
			}
			start = -1
			after := bits.LeadingZeros64(^w)
			if after > 0 {
				start = at + blockLen - after
			}
			if r.length < blockLen && after < blockLen {
				// Runs inside the block.
				x := w
				for have := 1; have < r.length; {
					shift := min(have, r.length-have)
					x &= x >> shift
					have += shift
				}
				if x != 0 {
					if err := r.scan(ctx, text, at+before, min(to, at+blockLen-after), sc); err != nil {
						return err
					}
				}
			}
		}
		if start >= 0 && to == len(text) {
			if to-start >= r.length {
				if err := r.scan(ctx, text, start, to, sc); err != nil {
					return err
				}
			}
			start = -1
		}
		sc.runStart[k] = start
	}
	return nil
}

// scan finds the runs of text[from:to], as if nothing were around. It reads no byte twice: all bytes from start up
// to known are members.
func (r *runs) scan(ctx context.Context, text []byte, from, to int, sc *scratch) error {
	start, known, check := from, from, from+blockSize
	for {
		probe := start + r.length - 1
		if probe >= to {
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
		for end < to && r.member[text[end]] {
			end++
		}
		sc.stats.Anchors++
		for k := range r.entries {
			if e := &r.entries[k]; end-start >= e.length {
				sc.runAt(e, text, start, end)
			}
		}
		if sc.tired() {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		start, known = end+1, end+1
	}
}

// runAt notes the window around a run if the pattern can match in it.
func (sc *scratch) runAt(e *runEntry, text []byte, start, end int) {
	st := sc.state(e.pattern)
	if st.whole {
		return
	}
	w := window{reachBack(e.back, text, start), reachAhead(e.ahead, text, end)}
	st.work += walkCost + w.to - w.from
	sc.stats.Walked += int64(walkCost + w.to - w.from)
	if w.to-w.from > runSearch || e.whole().search(text, w.from, w.to) {
		sc.stats.Windows++
		st.windows = append(st.windows, w)
	}
	st.limit(len(text))
}
