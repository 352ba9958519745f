package match

import (
	"context"
	"encoding/binary"
	"math/bits"
)

// The first step for many anchors, without VBMI.
//
// Thousands of anchors in a hundred buckets let every third place of any text through, since each bucket takes all that its
// anchors have at one place for any of them. So of an anchor that is nearly a word, four bytes in a row – its gram – are looked for, in a
// table of bits that are addressed by a hash of them. Of its grams an anchor gives the rarest. Bytes are known there by a code
// (gramCodes) that is the same for both cases of a letter and for all digits, so that few anchors have more than one gram;
// the few that have thousands, because they are any letters or any digits, are in buckets as before.
//
// Vectors make the hashes, 32 at a time, but look up nothing: each bit takes five simple instructions, which is less than the
// buckets of three banks took. What is found is compared with all eight bytes of the anchors that have a gram of the same
// hash, so that nearly no place is left but those where the anchor stands.

const (
	gramLen  = 4
	gramBits = 14        // of a word's number
	maxGrams = 256       // that an anchor may have
	allGrams = 1<<16 - 1 // that all anchors may have; with more, too many bits would be set
	// maxDigits is how many of a gram's places may hold most digits. They have one code, so that such a gram stands in every number.
	maxDigits = 2

	// Multipliers of codes, which are unsigned, and of what is made of two of them. The vectors' products have 16 bits, and
	// sums of two products of bytes must not have the 16th.
	gramSecond                 = 127
	gramA, gramB, gramC, gramD = 0x9e37, 0x6a8d, 0xc2b3, 0x85eb

	edgeOf = 0xff // the code of what is before and behind the text, and of no byte in any
)

// gramTable says which grams there are. The assembly knows its layout.
type gramTable [1 << gramBits]uint32

// grams are the anchors that are found by their grams.
type grams struct {
	table   gramTable
	ranks   [1 << gramBits]uint16 // how many grams there are in the words before
	starts  []uint32              // where the records of a gram begin, by its number, and of those that share its hash
	records []gramRecord
}

// gramRecord is an anchor with a gram.
type gramRecord struct {
	value, mask uint64 // which of the bits at the anchor's places are known
	entry       int32
	at          uint8 // the gram's place in the anchor
	vague       uint8 // places of which the known bits do not say all
	edges       uint8 // places that may lie before or behind the text
}

// gramCodes are the codes of bytes.
var gramCodes = func() (codes [256]uint8) {
	for c := range codes {
		codes[c] = uint8(c)
	}
	for c := 'A'; c <= 'Z'; c++ {
		codes[c] = uint8(c | 0x20)
	}
	for c := '0'; c <= '9'; c++ {
		codes[c] = '0'
	}
	for _, c := range "\t\n\v\f\r" {
		codes[c] = ' '
	}
	codes['\''], codes['`'] = '"', '"'
	for c := 0x80; c < 0xc0; c++ {
		codes[c] &= 0x8f
	}
	return codes
}()

// gramCoding is gramCodes for vectors.
var gramCoding = plainCoding(&gramCodes)

// gramHash is the hash of the four codes in w: the number of a word of the table, and of a bit in it.
func gramHash(w uint32) (word, bit uint32) {
	t := w&0xff + w>>8&0xff*gramSecond
	u := w>>16&0xff + w>>24*gramSecond
	return (t*gramA + u*gramB) & 0xffff >> (16 - gramBits), (t*gramC + u*gramD) & 0xffff >> 11
}

// number returns the number of a gram that is in the table.
func (g *grams) number(word, bit uint32) int {
	return int(g.ranks[word&(1<<gramBits-1)]) + bits.OnesCount32(g.table[word&(1<<gramBits-1)]&(1<<(bit&31)-1))
}

// gramsGo is the function grams of firstStep without vectors.
func gramsGo(t *gramTable, code []byte, blocks int, out []uint16) int {
	n := 0
	w := uint32(0)
	for k := range gramLen - 1 {
		w = w>>8 | uint32(code[k])<<24
	}
	for i, c := range code[gramLen-1:][:blocks*blockLen] {
		w = w>>8 | uint32(c)<<24
		word, bit := gramHash(w)
		out[n] = uint16(i)
		n += int(t[word] >> bit & 1)
	}
	return n
}

// eightAt returns the bytes from p on; those that are not in the text are edgeOf.
func eightAt(text []byte, p int) uint64 {
	if p >= 0 && p+anchorLen <= len(text) {
		return binary.LittleEndian.Uint64(text[p:])
	}
	return eightAtEdge(text, p)
}

//go:noinline
func eightAtEdge(text []byte, p int) uint64 {
	var b [anchorLen]byte
	for k := range b {
		b[k] = edgeOf
		if p+k >= 0 && p+k < len(text) {
			b[k] = text[p+k]
		}
	}
	return binary.LittleEndian.Uint64(b[:])
}

// gramHit is a place where the known bits of an anchor stand.
type gramHit struct {
	place  int
	record uint32
}

// gramsIn finds the anchors with a gram that begins in text[from:to].
func (f *filter) gramsIn(ctx context.Context, text []byte, from, to int, sc *scratch) error {
	v, g := &sc.vectors, f.grams
	blocks := (to - from + blockLen - 1) / blockLen
	f.code(&gramCoding, 0x0101010101010101*edgeOf, text, from, min(len(text), to+gramLen-1), &v.grams, &v.tail)
	var n int
	if f.step.grams != nil {
		n = f.step.grams(&g.table, &v.grams.code[0], blocks, &v.list[0])
	} else {
		n = gramsGo(&g.table, v.grams.code[:], blocks, v.list[:])
	}
	for n > 0 && from+int(v.list[n-1]) >= to {
		n--
	}
	sc.stats.Candidates += int64(n)
	for places := v.list[:n]; len(places) > 0; {
		n := min(len(places), batchLen)
		f.gramsAt(text, from, places[:n], sc)
		places = places[n:]
	}
	if sc.tired() {
		return ctx.Err()
	}
	return nil
}

const pairsLen = 2 * batchLen

// gramPair is a place and one of the records of its gram.
type gramPair struct {
	record uint32
	place  uint16
}

// gramsAt goes on with places, counted from text[at], where a gram has the hash of one of an anchor. Each step is done for all of
// them before the next, as in batch.
func (f *filter) gramsAt(text []byte, at int, places []uint16, sc *scratch) {
	v, g := &sc.vectors, f.grams
	var from, to [batchLen]uint32
	for i, p := range places {
		n := g.number(gramHash(binary.LittleEndian.Uint32(v.grams.code[p:])))
		from[i&(batchLen-1)], to[i&(batchLen-1)] = g.starts[n], g.starts[n+1]
	}
	n := 0
	for i, p := range places {
		// Most have one or two, so that many are written whether there are any or not.
		first, last := from[i&(batchLen-1)], to[i&(batchLen-1)]
		sc.pairs[n&(pairsLen-1)], sc.pairs[(n+1)&(pairsLen-1)] = gramPair{first, p}, gramPair{first + 1, p}
		n += int(min(2, last-first))
		for r := first + 2; r < last; r++ {
			sc.pairs[n&(pairsLen-1)] = gramPair{r, p}
			if n++; n > batchLen {
				f.pairs(text, at, n, sc)
				n = 0
			}
		}
		if n > batchLen {
			f.pairs(text, at, n, sc)
			n = 0
		}
	}
	f.pairs(text, at, n, sc)
}

// pairs goes on with the first n pairs.
func (f *filter) pairs(text []byte, at, n int, sc *scratch) {
	k := 0
	for i := range sc.pairs[:n] {
		pair := &sc.pairs[i]
		r := &f.grams.records[pair.record]
		place := at + int(pair.place) - int(r.at)
		w := eightAt(text, place)&r.mask ^ r.value
		sc.hits[k&(batchLen-1)] = gramHit{place, pair.record}
		if k += int(^(w | -w) >> 63); k == batchLen {
			f.hits(text, k, sc)
			k = 0
		}
	}
	f.hits(text, k, sc)
}

// hits goes on with the first n hits.
func (f *filter) hits(text []byte, n int, sc *scratch) {
	left := 0
	for i := range sc.hits[:n] {
		h := sc.hits[i]
		near := f.nearby(text, h.place)
		sc.hits[left&(batchLen-1)] = h
		left += near.suited(&f.entries[f.grams.records[h.record].entry])
	}
	for i := range sc.hits[:left] {
		h := &sc.hits[i]
		if r := &f.grams.records[h.record]; f.standsAt(r, text, h.place) {
			f.anchorAt(r.entry, text, h.place, sc)
		}
	}
}

// standsAt reports whether all of the anchor stands at p.
func (f *filter) standsAt(r *gramRecord, text []byte, p int) bool {
	seq := &f.seqs[r.entry]
	for v := r.vague; v != 0; v &= v - 1 {
		k := bits.TrailingZeros8(v) & (anchorLen - 1)
		if at := p + k; at < 0 || at >= len(text) {
			if r.edges>>k&1 == 0 {
				return false
			}
		} else if !f.sets[seq[k]].has(text[at]) {
			return false
		}
	}
	return true
}
