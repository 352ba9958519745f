package match

import (
	"encoding/binary"
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

// count returns how many bytes in a row, from the first of text on, are in the set.
func (t *look) count(text []byte) int {
	n := 0
	for len(text) >= 8 {
		w := text[:8:8]
		if t[w[0]]&t[w[1]]&t[w[2]]&t[w[3]]&t[w[4]]&t[w[5]]&t[w[6]]&t[w[7]] == 0 {
			break
		}
		text, n = text[8:], n+8
	}
	for _, c := range text {
		if t[c] == 0 {
			break
		}
		n++
	}
	return n
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

// count is look.count of text[p:p+n], remembering what was too short.
func (b *backtrack) count(t *look, text []byte, p, n int) int {
	if b.short.table == t && b.short.from <= p && p <= b.short.to {
		return min(n, b.short.to-p)
	}
	k := t.count(text[p : p+n])
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
		switch op := &x.ops[pc]; op.kind {
		case exactBytes:
			pc = op.alt
		case exactJoint:
			pc = op.out
		default:
			pc = op.out
			k--
		}
	}
	return pc
}

// looks makes the tables that the instructions need.
func (x *exact) looks(ts *lookups) {
	x.tables = make([]*look, len(x.sets))
	for i := range x.ops {
		switch op := &x.ops[i]; {
		case op.kind == exactBytes:
			x.tables[op.set] = ts.of(x.sets[op.set])
		case op.kind == exactFork && op.arg > 0:
			x.tables[op.class] = ts.of(x.sets[op.class])
		}
	}
	x.begin = ts.of(x.later)
}
