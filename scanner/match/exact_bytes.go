package match

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
)

// look is a set of bytes that many bytes in a row are looked up in: one for each that it has, else zero.
type look [256]uint8

// lookups are those of all patterns of a set, each once. They are safe for concurrent use.
type lookups struct {
	lock sync.Mutex
	all  map[byteSet]*look
}

func (ts *lookups) of(s byteSet) *look {
	ts.lock.Lock()
	defer ts.lock.Unlock()
	t := ts.all[s]
	if t == nil {
		t = new(look)
		for c := range t {
			if s.has(byte(c)) {
				t[c] = 1
			}
		}
		if ts.all == nil {
			ts.all = map[byteSet]*look{}
		}
		ts.all[s] = t
	}
	return t
}

// countTo returns how many bytes in a row, from the first of text on and up to n, are in the set.
func (t *look) countTo(text []byte, n int) int {
	k := 0
	for k < n && len(text) >= 8 {
		// Where a run ends nobody foresees: it is not asked byte by byte.
		w := text[:8:8]
		in := t[w[0]] | t[w[1]]<<1 | t[w[2]]<<2 | t[w[3]]<<3 | t[w[4]]<<4 | t[w[5]]<<5 | t[w[6]]<<6 | t[w[7]]<<7
		if in != 0xff {
			return min(n, k+bits.TrailingZeros8(^in))
		}
		text, k = text[8:], k+8
	}
	for _, c := range text {
		if k >= n || t[c] == 0 {
			break
		}
		k++
	}
	return min(n, k)
}

// skip returns how many bytes in a row, from the first of text on, are not in the set.
func (t *look) skip(text []byte) int {
	n := 0
	for len(text) >= 8 {
		w := text[:8:8]
		if t[w[0]]|t[w[1]]|t[w[2]]|t[w[3]]|t[w[4]]|t[w[5]]|t[w[6]]|t[w[7]] != 0 {
			break
		}
		text, n = text[8:], n+8
	}
	for _, c := range text {
		if t[c] != 0 {
			break
		}
		n++
	}
	return n
}

// letters are up to eight bytes in ASCII, letters in either case among them, that are compared at once.
type letters struct {
	value, fold, care uint64 // of care, the bits of the text, with those of fold set, are value
	n                 int
}

// add appends the byte of a set to the word, if it is one, or a letter in either case.
func (w *letters) add(s byteSet) bool {
	c, fold := byte(0), byte(0)
	switch s.size() {
	case 1:
		c = s.lowest()
	case 2:
		low := s.lowest()
		if c, fold = low|0x20, 0x20; c == low || !s.has(c) {
			return false
		}
	default:
		return false
	}
	if w.n == 8 || c >= 0x80 {
		return false
	}
	at := 8 * w.n
	w.value |= uint64(c) << at
	w.fold |= uint64(fold) << at
	w.care |= 0xff << at
	w.n++
	return true
}

// stands reports whether the word is at the beginning of text, and if it is not, whether a rune beyond ASCII may be
// the reason, or the end of the text is so near that it was not asked.
func (w *letters) stands(text []byte) (ok, unsure bool) {
	if len(text) < 8 {
		return false, true
	}
	t := binary.LittleEndian.Uint64(text)
	return (t|w.fold)&w.care == w.value, t&w.care&0x8080808080808080 != 0
}

// run is a run of bytes of a set that an instruction has found too short: nothing of text[from:to] needs to be read again.
type run struct {
	table    *look
	from, to int
}

// count is look.countTo of text[p:] up to n, remembering what was too short.
func (b *backtrack) count(t *look, text []byte, p, n int) int {
	if b.short.table == t && b.short.from <= p && p <= b.short.to {
		return min(n, b.short.to-p)
	}
	k := t.countTo(text[p:], n)
	if k < n {
		b.short = run{t, p, p + k}
	}
	return k
}

// pack makes one instruction of the same byte several times in a row, as [a-z]{32}, and one of several letters. Where runes
// beyond ASCII are taken too, there is the old way beside it.
func (x *exact) pack() {
	inside := make([]bool, len(x.ops))
	for pc := range inside {
		if x.ops[pc].kind != exactByte {
			continue
		}
		if last, n := x.sames(uint32(pc)); n > 1 {
			x.beside(pc)
			op := &x.ops[pc]
			op.kind, op.arg, op.out = exactBytes, uint16(n), last
			continue
		}
		if !inside[pc] {
			x.packWord(pc, inside)
		}
	}
}

// sames returns how often the byte of an instruction follows in a row, and where that leads.
func (x *exact) sames(pc uint32) (last uint32, n int) {
	op := &x.ops[pc]
	last = op.out
	for n = 1; n < 1<<14; n++ {
		next := &x.ops[last]
		if next.kind == exactBytes && next.set == op.set && next.high == op.high && x.ops[next.alt].arg == op.arg {
			return next.out, n + int(next.arg)
		}
		if next.kind != exactByte || next.high != op.high || next.set != op.set || next.arg != op.arg || last == pc {
			break
		}
		last = next.out
	}
	return last, n
}

// beside copies an instruction to be the alt of what replaces it.
func (x *exact) beside(pc int) {
	x.ops = append(x.ops, x.ops[pc])
	x.ops[pc].alt = uint32(len(x.ops) - 1)
}

// packWord makes one instruction of the letters from pc on, if they are a few.
func (x *exact) packWord(pc int, inside []bool) {
	var w letters
	at := uint32(pc)
	var high uint8
	for int(at) < len(inside) && x.ops[at].kind == exactByte && x.ops[at].high&(highAll|highRanges) == 0 && w.add(x.sets[x.ops[at].set]) {
		high |= x.ops[at].high
		if w.n > 1 {
			inside[at] = true
		}
		at = x.ops[at].out
	}
	if w.n < 2 {
		return
	}
	x.beside(pc)
	op := &x.ops[pc]
	op.kind, op.high, op.arg, op.out = exactLetters, high, uint16(len(x.words)), at
	x.words = append(x.words, w)
}

// along returns the instruction that goes on behind k bytes of that at pc, which is exactBytes.
func (x *exact) along(pc uint32, k int) uint32 {
	for k > 0 {
		op := &x.ops[pc]
		if op.kind == exactBytes {
			pc = op.alt
			continue
		}
		pc = op.out
		k--
	}
	return pc
}

// looks makes the tables that the instructions need.
func (x *exact) looks(ts *lookups) {
	x.tables = []*look{ts.of(byteSet{})}
	numbers := make([]uint16, len(x.sets))
	table := func(set uint16) uint16 {
		if numbers[set] == 0 {
			numbers[set] = uint16(len(x.tables))
			x.tables = append(x.tables, ts.of(x.sets[set]))
		}
		return numbers[set]
	}
	for i := range x.ops {
		switch op := &x.ops[i]; {
		case op.kind == exactBytes:
			op.altSet = table(op.set)
		case op.kind == exactFork && op.arg > 0: // the others have table 0
			op.class = table(op.class)
		}
	}
	x.begin = ts.of(x.later)
}

// has reports whether a byte is in the set that an instruction names: a bit of a word of its row, the others of which say whether
// it is in the other sets.
func (x *exact) has(set uint16, c byte) bool { return x.bits[uint16(x.row[c])+set>>6]>>(set&63)&1 != 0 }

// spread makes the rows of all sets, so that what is asked about a byte lies together. It reports whether instructions can name
// them all.
func (x *exact) spread() bool {
	words := (len(x.sets) + 63) / 64
	all := make([]uint64, 256*words) // the row of each byte
	for n := range x.sets {
		for i, w := range x.sets[n] {
			for ; w != 0; w &= w - 1 {
				all[(i<<6|bits.TrailingZeros64(w))*words+n>>6] |= 1 << (n & 63)
			}
		}
	}
	var list [][]uint64 // those that differ
	for c := range x.row {
		own := all[c*words : (c+1)*words]
		row := len(list) - 1 // nearly always that of the byte before
		for row >= 0 && !slices.Equal(list[row], own) {
			row--
		}
		if row < 0 {
			row = len(list)
			list = append(list, own)
		}
		x.row[c] = uint8(row)
	}
	if words*len(list) > 1<<10 {
		return false
	}
	x.bits = make([]uint64, words*len(list))
	for row, own := range list {
		for w := range own {
			x.bits[w*len(list)+row] = own[w]
		}
	}
	name := func(set uint16) uint16 { return (set>>6*uint16(len(list)))<<6 | set&63 }
	for i := range x.ops {
		switch op := &x.ops[i]; op.kind {
		case exactByte:
			op.set = name(op.set)
		case exactFork:
			op.set, op.altSet = name(op.set), name(op.altSet)
		}
	}
	x.sets = nil
	return true
}
