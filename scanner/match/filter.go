package match

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"regexp/syntax"
	"sync"
	"sync/atomic"
)

const (
	lanes        = 16 // of one word of the first step without vectors: firstLen lanes of 16 bits
	lanesAll     = 2 * lanes
	maxBuckets   = 64 // of the second step; buckets b and b+32 share a lane
	checkEntries = 32 // anchors in one table of the third step
)

// filter finds anchors. Every anchor is in one of up to 64 buckets, of one of a few banks. The first step lets a place
// through if in some bucket, at each of the first few places from there, some anchor can have the
// byte that stands there; with vectors (first.go), or as a shift-or over two words: bit b of
// lane k is zero while the last k+1 bytes are possible for bucket b. The second step asks for the pairs of
// bytes at all eight places (pair.go) and says which buckets. The third compares all anchors of a
// bucket at once. All are done for each bank. Many anchors are in no bucket but known by their grams (gram.go).
//
// The second and third step know bytes by their class (class.go), so that their tables are small.
type filter struct {
	step    *firstStep // for which it was built
	class   [256]uint8
	edge    uint8  // the class of what is before and behind the text
	coding  coding // of the same classes
	pairing pairing
	banks   []*bank
	grams   *grams     // of those anchors that have some, or nil
	near    [256]uint8 // the classes that entries know the bytes around anchors by
	entries []entry
	seqs    [][anchorLen]uint16 // of the entries' anchors, as numbers of sets
	sets    []byteSet           // of the anchors
	around  []walker            // that the entries name
	looks   lookups
	reaches []reach           // the same
	walkers map[walkKey]int32 // while the filter is built
	runs    []*runs
	always  []uint64                // patterns without an anchor, one bit each
	ready   []atomic.Pointer[exact] // of patterns that have been asked for it
	scratch sync.Pool
}

// bank is the tables of some of the anchors.
type bank struct {
	tables  tables // of the first step with vectors
	quiet   int    // no anchor stands where there are classLen classes below that
	beyond  bool   // and none where the text is ASCII
	vectors bool   // the first step has vectors, and masks say nothing
	masks   [256][2]uint64
	atEnd   [2]uint64             // masks of the place after the text
	member  [anchorLen][64]uint64 // by place and class, the buckets
	pairs   pairs
	widest  *widestPairs // while the bank is filled
	checks  [maxBuckets]*check
}

// check compares up to checkEntries anchors with the text at a place.
type check struct {
	sets    [anchorLen][64]uint32 // by class; bit e: entry e can have such a byte at k
	entries [checkEntries]int32
	n       int
	next    *check // of the same bucket
}

// entry is what follows when an anchor was found. It is one line of the cache: nearly always
// a look at the bytes around, or a walk of a few, is all.
type entry struct {
	after     [afterLen]uint64  // classes of the bytes behind the anchor's places
	before    [beforeLen]uint64 // and before them
	pattern   int32
	head      int32 // number in filter.around of the walk back from the anchor, and of that ahead from it; none
	tail      int32 // if there is nothing to walk over
	reach     int32 // number in filter.reaches
	begins    int16 // how many bytes before its tail a match begins, unless around is byWalks
	tailAt    uint8 // how many bytes behind aheadOf the walk ahead begins
	aheadOf   uint8 // how many bytes behind the anchor's place its head ends and its tail begins
	vague     uint8 // places of the anchor where its bytes and others are of one class
	whole     bool  // read the whole text
	headFirst bool  // the walk back is the shorter one
	around    uint8 // how matches are looked for around it
}

const none = -1

// shortHead is how many bytes of a head are read at less cost than nearly all tails.
const shortHead = 16

// reach is how far matches can go from an anchor.
type reach struct {
	back     []extent
	ahead    []extent
	backMax  int // greatest number of bytes before and after where the tail begins,
	aheadMax int // or noLimit
}

// sides are what stands before and behind an anchor. They are worked out for many anchors at once.
type sides struct {
	head, tail       []*node // what is walked over, in the order in which it is read
	headKey, tailKey walkKey
	width            int // bytes of the tail that need no walk
	reach            reach
}

// newSides works out the sides of an anchor, with some memory for keys.
func newSides(a *anchor, room *[]byte) (s sides) {
	s.head = catNode(a.head...).reversed().sub
	s.reach = reach{back: extents(s.head), ahead: extents(a.tail)}
	s.reach.backMax, s.reach.aheadMax = widest(s.reach.back), widest(s.reach.ahead)
	skip, width := a.checked()
	s.tail, s.width = a.tail[skip:], width
	s.headKey, s.tailKey = newWalkKey(s.head, true, room), newWalkKey(s.tail, false, room)
	return s
}

// newEntry makes the entry of an anchor with its sides.
func (f *filter) newEntry(pattern int, a *anchor, s *sides) entry {
	e := entry{
		pattern:   int32(pattern),
		head:      none,
		tail:      none,
		reach:     int32(len(f.reaches)),
		aheadOf:   uint8(a.ahead),
		whole:     a.whole,
		tailAt:    uint8(s.width),
		begins:    int16(a.width),
		headFirst: s.reach.backMax != noLimit && s.reach.backMax <= shortHead,
	}
	if a.placed {
		e.around = byExact
	}
	f.reaches = append(f.reaches, s.reach)
	if len(s.head) > 0 {
		e.head = f.walker(s.head, true, s.headKey)
	}
	if len(s.tail) > 0 {
		e.tail = f.walker(s.tail, false, s.tailKey)
	}
	return e
}

// checked returns how many elements of the tail need no walk, because the anchor has said
// all that they ask, and how many bytes they take.
func (a *anchor) checked() (elements, bytes int) {
	for i, n := range a.tail {
		switch {
		case bytes == anchorLen-a.ahead:
			return elements, bytes
		case n.kind == kindSet:
			bytes++
			elements = i + 1
		case i == 0 && a.ahead > 0 && n.kind == kindAssert && n.cond == syntax.EmptyWordBoundary && len(a.tail) > 1 &&
			a.tail[1].kind == kindSet && a.tail[1].set.intersect(kindBytes[kindWord]) == a.tail[1].set:
			// The byte before is none of a word.
		default:
			return elements, bytes
		}
	}
	return elements, bytes
}

// walkKey stands for what is walked over, and the direction.
type walkKey [sha256.Size]byte

func newWalkKey(list []*node, back bool, room *[]byte) walkKey {
	key := (*room)[:0]
	if back {
		key = append(key, 'b')
	}
	for _, n := range list {
		key = n.appendKey(key)
	}
	*room = key
	return sha256.Sum256(key)
}

// walker returns the number of a walker over list. Those of all anchors that have the same to walk over are one.
func (f *filter) walker(list []*node, back bool, key walkKey) int32 {
	n, ok := f.walkers[key]
	if !ok {
		n = int32(len(f.around))
		f.around = append(f.around, walker{walking: &walking{list: list, back: back, looks: &f.looks}})
		f.walkers[key] = n
	}
	return n
}

// appendKey appends what tells n from other patterns.
func (n *node) appendKey(key []byte) []byte {
	switch n.kind {
	case kindSet:
		if n.set.size() == 1 { // as most are
			return append(key, byte(keyByte), n.set.lowest())
		}
		key = append(key, byte(kindSet))
		for _, w := range n.set {
			key = binary.LittleEndian.AppendUint64(key, w)
		}
		return key
	case kindAssert:
		return append(key, byte(kindAssert), byte(n.cond))
	case kindRepeat:
		key = binary.AppendVarint(binary.AppendVarint(append(key, byte(kindRepeat)), int64(n.min)), int64(n.max))
		return n.sub[0].appendKey(binary.AppendVarint(key, int64(n.most)))
	}
	key = binary.AppendUvarint(append(key, byte(n.kind)), uint64(len(n.sub)))
	for _, sub := range n.sub {
		key = sub.appendKey(key)
	}
	return key
}

// keyByte is the kind of a set of one byte in a key.
const keyByte = kindAssert + 1

// warm builds all automata.
func (f *filter) warm() {
	for i := range f.around {
		f.around[i].known()
	}
	for _, r := range f.runs {
		for i := range r.entries {
			r.entries[i].whole()
		}
	}
}

// hit is the last lane of a word. A state word below it has a zero there.
const hit = uint64(1<<lanes-1) << (lanes * (firstLen - 1))

// scan is the first step of a bank without vectors, for text[from:to]. It must be called with
// pieces in order; when to is the end of the text it is done.
func (f *filter) scan(ctx context.Context, bank int, text []byte, from, to int, sc *scratch) error {
	bk := f.banks[bank]
	a, b := sc.words[bank][0], sc.words[bank][1]
	i := from
	// Four bytes for one branch.
	for ; i+4 <= to; i += 4 {
		t := text[i : i+4 : i+4]
		m := &bk.masks[t[0]]
		a0, b0 := a<<lanes|m[0], b<<lanes|m[1]
		m = &bk.masks[t[1]]
		a1, b1 := a0<<lanes|m[0], b0<<lanes|m[1]
		m = &bk.masks[t[2]]
		a2, b2 := a1<<lanes|m[0], b1<<lanes|m[1]
		m = &bk.masks[t[3]]
		a, b = a2<<lanes|m[0], b2<<lanes|m[1]
		if a0&b0&a1&b1&a2&b2&a&b < hit {
			f.state(bk, text, i-firstLen+1, a0, b0, sc)
			f.state(bk, text, i-firstLen+2, a1, b1, sc)
			f.state(bk, text, i-firstLen+3, a2, b2, sc)
			f.state(bk, text, i-firstLen+4, a, b, sc)
			if sc.tired() {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
		}
	}
	for ; i < to; i++ {
		m := &bk.masks[text[i]]
		a, b = a<<lanes|m[0], b<<lanes|m[1]
		f.state(bk, text, i-firstLen+1, a, b, sc)
	}
	if to == len(text) {
		for ; i < to+firstLen-1; i++ {
			a, b = a<<lanes|bk.atEnd[0], b<<lanes|bk.atEnd[1]
			f.state(bk, text, i-firstLen+1, a, b, sc)
		}
	}
	sc.words[bank] = [2]uint64{a, b}
	return nil
}

// state goes on at p if states a and b let it through.
func (f *filter) state(bk *bank, text []byte, p int, a, b uint64, sc *scratch) {
	if a&b >= hit || p < 0 {
		return
	}
	f.candidate(bk, text, p, sc)
}

// classesAt returns the classes of the bytes from p on. Those that are before or behind the text are of class edge.
func (f *filter) classesAt(text []byte, p int) uint64 {
	c := &f.class
	if p < 0 || p+anchorLen > len(text) {
		all := f.edges()
		for k := max(0, -p); k < min(anchorLen, len(text)-p); k++ {
			all ^= uint64(f.edge^c[text[p+k]]) << (8 * k)
		}
		return all
	}
	w := binary.LittleEndian.Uint64(text[p:])
	return uint64(c[byte(w)]) | uint64(c[byte(w>>8)])<<8 | uint64(c[byte(w>>16)])<<16 | uint64(c[byte(w>>24)])<<24 |
		uint64(c[byte(w>>32)])<<32 | uint64(c[byte(w>>40)])<<40 | uint64(c[byte(w>>48)])<<48 | uint64(c[byte(w>>56)])<<56
}

// edges is class edge at all places.
func (f *filter) edges() uint64 { return 0x0101010101010101 * uint64(f.edge) }

// batchLen is how many places are looked at together.
const batchLen = 64

// batch is the memory of filter.batch.
type batch struct {
	places  [batchLen]int32
	classes [batchLen]uint64
	found   [batchLen]uint64
	passed  [batchLen]passed
}

// passed is a place where a check has found anchors.
type passed struct {
	check *check
	found uint32
	place int32
}

// batch is the second and third step for n places of the batch, counted from text[at], and their classes. Each
// step is done for all of them before the next: nothing hangs on the outcome for a single
// place, which no processor could foresee, and most wait for memory at the same time.
func (f *filter) batch(ctx context.Context, bk *bank, text []byte, at, n int, sc *scratch) error {
	b, t, pair := &sc.batch, &bk.pairs, f.pairing
	sc.stats.Candidates += int64(n)
	left := 0
	for i, p := range b.places[:n] {
		w := b.classes[i]
		found := t[0][pair.number(w)] & t[1][pair.number(w>>16)] & t[2][pair.number(w>>32)] & t[3][pair.number(w>>48)]
		to := left & (batchLen - 1)
		b.places[to], b.classes[to], b.found[to] = p, w, found
		left += int((found | -found) >> 63)
	}
	k := 0
	for i := range left {
		i &= batchLen - 1
		w := b.classes[i]
		for found := b.found[i]; found != 0; found &= found - 1 {
			for ch := bk.checks[bits.TrailingZeros64(found)&(maxBuckets-1)]; ch != nil; ch = ch.next {
				v := ch.sets[0][w&63] & ch.sets[1][w>>8&63] & ch.sets[2][w>>16&63] & ch.sets[3][w>>24&63] &
					ch.sets[4][w>>32&63] & ch.sets[5][w>>40&63] & ch.sets[6][w>>48&63] & ch.sets[7][w>>56&63]
				b.passed[k&(batchLen-1)] = passed{ch, v, b.places[i]}
				k += int((v | -v) >> 31)
				if k == batchLen {
					f.anchors(text, at, k, sc)
					k = 0
				}
			}
		}
	}
	f.anchors(text, at, k, sc)
	if sc.tired() {
		return ctx.Err()
	}
	return nil
}

// anchors goes on with the first n places that have passed.
func (f *filter) anchors(text []byte, at, n int, sc *scratch) {
	for i := range sc.batch.passed[:n] {
		s := &sc.batch.passed[i]
		p := at + int(s.place)
		near := f.nearby(text, p)
		for v := s.found; v != 0; v &= v - 1 {
			n := s.check.entries[bits.TrailingZeros32(v)&(checkEntries-1)]
			e := &f.entries[n]
			if near.suits(e) {
				f.anchorAt(n, text, p, sc)
			}
		}
	}
}

// nearby is the classes of the bytes before and after the places of an anchor.
type nearby struct {
	known  bool // all of them are in the text
	before [beforeLen]uint8
	after  [afterLen]uint8
}

func (f *filter) nearby(text []byte, p int) (n nearby) {
	if p < beforeLen || p+anchorLen+afterLen > len(text) {
		return n
	}
	n.known = true
	for k := range n.before {
		n.before[k] = f.near[text[p-1-k]] & (maxClasses - 1)
	}
	for k := range n.after {
		n.after[k] = f.near[text[p+anchorLen+k]] & (maxClasses - 1)
	}
	return n
}

// suits reports whether the bytes around can be those of the entry.
func (n *nearby) suits(e *entry) bool { return n.suited(e) != 0 }

// suited is suits as a number.
func (n *nearby) suited(e *entry) int {
	if !n.known {
		return 1
	}
	return int(e.after[0] >> n.after[0] & (e.after[1] >> n.after[1]) & (e.after[2] >> n.after[2]) &
		(e.before[0] >> n.before[0]) & (e.before[1] >> n.before[1]) & 1)
}

// candidate is batch for one place; p may be -1, and the text may end before all bytes of an anchor.
func (f *filter) candidate(bk *bank, text []byte, p int, sc *scratch) {
	sc.batch.places[0], sc.batch.classes[0] = 0, f.classesAt(text, p)
	_ = f.batch(context.Background(), bk, text, p, 1, sc)
}

// stands reports whether the anchor of entry n is at p, where classes say that it may be. They are nearly
// always right, and most walks fail, so it is asked after them.
func (f *filter) stands(n int32, text []byte, p int) bool {
	seq := &f.seqs[n]
	for v := f.entries[n].vague; v != 0; v &= v - 1 {
		k := bits.TrailingZeros8(v) & (anchorLen - 1)
		if at := p + k; at >= 0 && at < len(text) && !f.sets[seq[k]].has(text[at]) {
			return false
		}
	}
	return true
}
