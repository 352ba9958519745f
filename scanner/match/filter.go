package match

import (
	"context"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
)

const (
	lanes        = 16        // buckets in one word: firstLen lanes of 16 bits
	buckets      = 2 * lanes // of the first step
	checkEntries = 32        // anchors in one table of the second step
)

// filter finds anchors. Its first step is a shift-or over two words: bit b of
// lane k is zero while the last k+1 bytes are possible for bucket b. The
// second step compares all sets of the anchors of a bucket at once.
type filter struct {
	tables  tables // of the first step with vectors
	masks   [256][2]uint64
	atEnd   [2]uint64 // masks of the place after the text
	starts  uint64    // buckets with an anchor whose first place may be the one before the text
	buckets [buckets][]*check
	entries []entry
	runs    []*runs
	always  []uint64 // patterns without an anchor, one bit each
	scratch sync.Pool
}

// check compares up to checkEntries anchors with the text at a place.
type check struct {
	sets    [anchorLen][256]uint32 // bit e: entry e can have this byte at k
	atEnd   [anchorLen]uint32      // bit e: entry e can do without place k
	atStart uint32                 // bit e: entry e can do without place 0 where the text begins
	entries [checkEntries]int32
	n       int
}

// entry is what follows when an anchor was found.
type entry struct {
	pattern    int32
	aheadOf    int32   // how many bytes behind the anchor's place the walks begin
	whole      bool    // read the whole text
	headFirst  bool    // the walk back is the shorter one
	head, tail *walker // walk back from the anchor and ahead from it
	near       *walker // the tail, cut short instead of loosened; nil if it is not loose
	back       []extent
	ahead      []extent
	backMax    int // greatest number of bytes before and after the anchor's place,
	aheadMax   int // or noLimit
}

func newEntry(pattern int, a *anchor) entry {
	reversed := catNode(a.head...).reversed().sub
	e := entry{
		pattern: int32(pattern),
		aheadOf: int32(a.ahead),
		whole:   a.whole,
		tail:    newWalker(a.tail, false, false),
		back:    extents(reversed),
		ahead:   extents(a.tail),
	}
	e.backMax, e.aheadMax = widest(e.back), widest(e.ahead)
	if len(reversed) > 0 {
		e.head = newWalker(reversed, true, false)
	}
	if catNode(a.tail...).states(maxStates) > maxStates {
		e.near = newWalker(a.tail, false, true)
	}
	e.headFirst = e.backMax == 0
	return e
}

// warm builds all automata.
func (f *filter) warm() {
	for i := range f.entries {
		for _, w := range []*walker{f.entries[i].head, f.entries[i].tail, f.entries[i].near} {
			if w != nil {
				w.known()
			}
		}
	}
	for _, r := range f.runs {
		for i := range r.entries {
			r.entries[i].whole()
		}
	}
}

// newFilter builds the filter of the anchors of every pattern.
func newFilter(c *chooser, byPattern [][]anchor) *filter {
	type item struct {
		anchor *anchor
		entry  int32
	}
	f := &filter{always: make([]uint64, (len(byPattern)+63)/64)}
	f.atEnd = [2]uint64{^uint64(0), ^uint64(0)}
	for c := range f.masks {
		f.masks[c] = f.atEnd
	}
	f.scratch.New = func() any { return f.newScratch(len(byPattern)) }
	var items []item
	for pattern := range byPattern {
		if len(byPattern[pattern]) == 0 {
			f.always[pattern>>6] |= 1 << (pattern & 63)
		}
		for i := range byPattern[pattern] {
			a := &byPattern[pattern][i]
			if a.length > 0 {
				f.addRun(pattern, a)
				continue
			}
			items = append(items, item{a, int32(len(f.entries))})
			f.entries = append(f.entries, newEntry(pattern, a))
		}
	}
	// Frequent anchors choose their bucket first.
	slices.SortStableFunc(items, func(a, b item) int {
		switch {
		case a.anchor.first > b.anchor.first:
			return -1
		case a.anchor.first < b.anchor.first:
			return 1
		}
		return 0
	})
	var union [buckets]sequence
	var rate [buckets]float64
	for _, it := range items {
		best, bestRate, bestRise := 0, 0.0, 0.0
		for b := range buckets {
			merged := union[b]
			for k := range vectLen {
				merged[k] = merged[k].union(it.anchor.seq[k])
			}
			r := rate[b]
			if merged != union[b] {
				if firstSteps[0].halves {
					for k := range vectLen {
						merged[k] = merged[k].halves()
					}
				}
				r = c.rate(&merged, vectLen)
			}
			if rise := r - rate[b]; b == 0 || rise < bestRise {
				best, bestRate, bestRise = b, r, rise
			}
		}
		for k := range vectLen {
			union[best][k] = union[best][k].union(it.anchor.seq[k])
		}
		rate[best] = bestRate
		f.add(best, it.anchor, it.entry)
	}
	return f
}

// halves returns the set as tables by the halves of a byte know it: each high half with
// each low half.
func (s byteSet) halves() (t byteSet) {
	var low, high uint16
	for i, w := range s {
		for k := range 4 {
			if part := uint16(w >> (16 * k)); part != 0 {
				low |= part
				high |= 1 << (4*i + k)
			}
		}
	}
	for i := range t {
		for k := range 4 {
			if high>>(4*i+k)&1 != 0 {
				t[i] |= uint64(low) << (16 * k)
			}
		}
	}
	return t
}

// add puts an anchor into a bucket.
func (f *filter) add(bucket int, a *anchor, entry int32) {
	word, bit := bucket/lanes, bucket%lanes
	for k := range vectLen {
		for c := range 256 {
			if a.seq[k].has(byte(c)) {
				f.tables.add(bucket, k, byte(c))
			}
		}
	}
	for k := range firstLen {
		m := uint64(1) << (lanes*k + bit)
		for c := range 256 {
			if a.seq[k].has(byte(c)) {
				f.masks[c][word] &^= m
			}
		}
		if a.end[k] {
			f.atEnd[word] &^= m
		}
	}
	checks := f.buckets[bucket]
	if len(checks) == 0 || checks[len(checks)-1].n == checkEntries {
		checks = append(checks, &check{})
		f.buckets[bucket] = checks
	}
	ch := checks[len(checks)-1]
	for k := range anchorLen {
		for c := range 256 {
			if a.seq[k].has(byte(c)) {
				ch.sets[k][c] |= 1 << ch.n
			}
		}
		if a.end[k] {
			ch.atEnd[k] |= 1 << ch.n
		}
	}
	if a.start {
		ch.atStart |= 1 << ch.n
		f.starts |= 1 << bucket
	}
	ch.entries[ch.n] = entry
	ch.n++
}

// hit is the last lane of a word. A state word below it has a zero there.
const hit = uint64(1<<lanes-1) << (lanes * (firstLen - 1))

// scan is the first step without vectors, for text[from:to]. It must be called with
// pieces in order; when to is the end of the text it is done.
func (f *filter) scan(ctx context.Context, text []byte, from, to int, sc *scratch) error {
	a, b := sc.words[0], sc.words[1]
	i := from
	// Four bytes for one branch.
	for ; i+4 <= to; i += 4 {
		t := text[i : i+4 : i+4]
		m := &f.masks[t[0]]
		a0, b0 := a<<lanes|m[0], b<<lanes|m[1]
		m = &f.masks[t[1]]
		a1, b1 := a0<<lanes|m[0], b0<<lanes|m[1]
		m = &f.masks[t[2]]
		a2, b2 := a1<<lanes|m[0], b1<<lanes|m[1]
		m = &f.masks[t[3]]
		a, b = a2<<lanes|m[0], b2<<lanes|m[1]
		if a0&b0&a1&b1&a2&b2&a&b < hit {
			f.state(text, i-firstLen+1, a0, b0, sc)
			f.state(text, i-firstLen+2, a1, b1, sc)
			f.state(text, i-firstLen+3, a2, b2, sc)
			f.state(text, i-firstLen+4, a, b, sc)
			if sc.tired() {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
		}
	}
	for ; i < to; i++ {
		m := &f.masks[text[i]]
		a, b = a<<lanes|m[0], b<<lanes|m[1]
		f.state(text, i-firstLen+1, a, b, sc)
	}
	if to == len(text) {
		for ; i < to+firstLen-1; i++ {
			a, b = a<<lanes|f.atEnd[0], b<<lanes|f.atEnd[1]
			f.state(text, i-firstLen+1, a, b, sc)
		}
	}
	sc.words = [2]uint64{a, b}
	return nil
}

// state goes on with the buckets that states a and b let through at p.
func (f *filter) state(text []byte, p int, a, b uint64, sc *scratch) {
	const last = lanes * (firstLen - 1)
	found := ^a>>last | ^b>>last<<lanes
	switch {
	case found == 0:
	case p+anchorLen > len(text):
		f.candidateAtEnd(text, p, found, sc)
	default:
		f.candidate(text, p, binary.LittleEndian.Uint64(text[p:]), found, sc)
	}
}

// candidate is the second step, for the buckets that the first lets through at p, where the
// text has the bytes w.
func (f *filter) candidate(text []byte, p int, w, found uint64, sc *scratch) {
	sc.stats.Candidates++
	for ; found != 0; found &= found - 1 {
		for _, ch := range f.buckets[bits.TrailingZeros64(found)&(buckets-1)] {
			v := ch.sets[4][byte(w>>32)] & ch.sets[5][byte(w>>40)] & ch.sets[3][byte(w>>24)] & ch.sets[2][byte(w>>16)]
			if v == 0 {
				continue
			}
			v &= ch.sets[0][byte(w)] & ch.sets[1][byte(w>>8)] & ch.sets[6][byte(w>>48)] & ch.sets[7][byte(w>>56)]
			for ; v != 0; v &= v - 1 {
				sc.anchorAt(&f.entries[ch.entries[bits.TrailingZeros32(v)]], text, p)
			}
		}
	}
}

// candidateAtEnd is candidate where fewer than anchorLen bytes are left.
func (f *filter) candidateAtEnd(text []byte, p int, found uint64, sc *scratch) {
	sc.stats.Candidates++
	for ; found != 0; found &= found - 1 {
		for _, ch := range f.buckets[bits.TrailingZeros64(found)] {
			v := ^uint32(0)
			for k := range anchorLen {
				if p+k < len(text) {
					v &= ch.sets[k][text[p+k]]
				} else {
					v &= ch.atEnd[k]
				}
			}
			for ; v != 0; v &= v - 1 {
				sc.anchorAt(&f.entries[ch.entries[bits.TrailingZeros32(v)]], text, p)
			}
		}
	}
}

// candidateAtStart is candidate for the place before the text.
func (f *filter) candidateAtStart(text []byte, sc *scratch) {
	found := f.starts
	for k := 1; k < firstLen; k++ {
		m := &f.atEnd
		if k <= len(text) {
			m = &f.masks[text[k-1]]
		}
		found &^= m[0]>>(k*lanes)&(1<<lanes-1) | m[1]>>(k*lanes)<<lanes
	}
	for ; found != 0; found &= found - 1 {
		for _, ch := range f.buckets[bits.TrailingZeros64(found)] {
			v := ch.atStart
			for k := 1; k < anchorLen; k++ {
				if k <= len(text) {
					v &= ch.sets[k][text[k-1]]
				} else {
					v &= ch.atEnd[k]
				}
			}
			for ; v != 0; v &= v - 1 {
				sc.anchorAt(&f.entries[ch.entries[bits.TrailingZeros32(v)]], text, -1)
			}
		}
	}
}
