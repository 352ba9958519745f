package match

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/bits"
)

// The first step with vectors.
//
// Text is first turned into classes (class.go): bytes that no anchor tells apart. For each of some
// places k and each bucket, a table says which classes can stand at k. Eight buckets share a byte, so one lookup with
// a class as the index gives, as bits, those of eight buckets that can have it. A vector of classes, looked up in the
// table of place 0, and the same from one byte, two, three bytes and so on further on, looked up in those of places 1,
// 2, 3 and so on, are combined with AND: what is left in a byte are the buckets for which all
// places hold. Groups of eight buckets are combined with OR, and a byte that is not
// zero is a place to look at.
//
//	text      g  h  p  _  x        lookup 0, place k=0:  bit of bucket 3 at "g"
//	text+1    h  p  _  x  y        lookup 1, place k=1:  bit of bucket 3 at "h"
//	...                            AND: bucket 3 is left at the place of "ghp_x"
//
// AVX-512 VBMI looks up 64 bytes in a table of 64 with one instruction (VPERMB), and in one of 128 with
// another (VPERMI2B), two of which turn text into classes, so it has 64 classes.
//
// AVX2 and NEON have tables of 16 and 32 bytes (VPSHUFB, TBL), and so 32 classes. VPSHUFB gives zero where the highest bit
// of an index is set. A code is a class with its bit 4 also there; with a copy in which that bit is inverted, two lookups
// combined with OR are one in a table of 32. A table of 128 is read in eight rows of 16: the
// byte less 16, 32 and so on is negative in the rows above its own, which then give zero; what the rows below give is
// taken back by XOR, because each has what differs from the one before.
//
// The result is what the loop over two words in filter.go gives, or less; that runs where there are no such instructions.

const (
	classLen = 5  // places that vectors look at
	blockLen = 64 // bytes of text for one turn

	// listAhead is how many numbers firstStep.list may write too many.
	listAhead = 32
	// passBlocks is how many blocks are looked at in one call.
	passBlocks = 128
)

// tables are the first step's sets as vectors need them. The assembly knows this layout.
type tables struct {
	members [maxBuckets / 8][classLen][maxClasses]byte
	groups  int // of eight buckets that there are: 4 or 8
}

// add notes an anchor of a bucket.
func (t *tables) add(bucket int, it *item) {
	for k := range classLen {
		for x := it.sets[k]; x != 0; x &= x - 1 {
			t.members[bucket/8][k][bits.TrailingZeros64(x)] |= 1 << (bucket % 8)
		}
	}
}

// coding says how bytes become codes. The assembly knows this layout.
type coding struct {
	of     [256]uint8 // the class, bit 4 of which is also bit 7, or what else tells bytes apart
	rows   [256]uint8 // the same in rows of 16; all but the first, and the first beyond ASCII, have what differs from the row before
	beyond int        // not zero if some byte beyond ASCII has another code than zero
}

func newCoding(class *[256]uint8) coding {
	var codes [256]uint8
	for b, n := range class {
		codes[b] = n | n&16<<3
	}
	return plainCoding(&codes)
}

// plainCoding is the coding of codes that are used as they are.
func plainCoding(codes *[256]uint8) (c coding) {
	c.of = *codes
	for b := range codes {
		c.rows[b] = c.of[b]
		if b%128 >= 16 {
			c.rows[b] ^= c.of[b-16]
		}
		if b >= 128 {
			c.beyond |= int(c.of[b])
		}
	}
	return c
}

// codes are a piece of a text as codes, and for AVX2 again with the highest bit of each inverted. The assembly knows
// how far apart they are.
type codes struct {
	code, inverted [(passBlocks + 1) * blockLen]byte
}

// firstStep is one way to do it. The zero value is the loop of filter.go.
type firstStep struct {
	name    string
	classes int // how many there can be
	// classify turns blocks of text into codes, written from a place in codes.code on.
	classify func(c *coding, text *byte, blocks int, out *byte)
	// list writes the numbers of the places where an anchor may stand, in order, and returns how many there are. It
	// reads classLen-1 codes more than the blocks have, and writes listAhead numbers more that mean nothing.
	list func(t *tables, code *byte, blocks int, out *uint16) int
	// live and listOf are for texts that have much that is quiet, or nil. live writes where those halves of blocks begin that have a
	// code of quiet or more, or are less than classLen bytes before one; listOf is list for such halves, two for each block.
	live   func(code *byte, quiet, halves int, out *uint16) int
	listOf func(t *tables, code *byte, halves *uint16, blocks int, out *uint16) int
	// members writes one bit for each code: whether its class is not zero in the table. And it writes the numbers of those of its
	// words of which (^w - low) & w & high is not zero, and returns how many there are. It may be nil.
	members func(table *[maxClasses]byte, code *byte, blocks int, low, high uint64, out *uint64, words *uint16) int
	// grams is list for grams (gram.go), where codes are gramCodes. It may be nil.
	grams func(t *gramTable, code *byte, blocks int, out *uint16) int
}

// firstSteps are those that this machine can do, the fastest first.
var firstSteps = append(vectorSteps(), firstStep{name: "go", classes: maxClasses})

// vectors is the memory of the first step with vectors.
type vectors struct {
	codes  codes
	grams  codes
	list   [passBlocks*blockLen + listAhead]uint16
	halves [2*passBlocks + 1]uint16
	places [passBlocks]uint64
	words  [passBlocks]uint16
	tail   [blockLen]byte
}

// find runs the first step over a text and goes on with what it finds.
func (f *filter) find(ctx context.Context, text []byte, sc *scratch) error {
	if len(text) > 0 {
		first, second := f.class[text[0]], f.edge
		if len(text) > 1 {
			second = f.class[text[1]]
		}
		for _, b := range f.banks {
			if b.member[0][f.edge]&b.member[1][first]&b.member[2][second] != 0 {
				f.candidate(b, text, -1, sc)
			}
		}
	}
	if f.step.list == nil {
		for from := 0; from == 0 || from < len(text); from += blockSize {
			for i, b := range f.banks {
				if b.beyond && sc.ascii {
					continue
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := f.scan(ctx, i, text, from, min(len(text), from+blockSize), sc); err != nil {
					return err
				}
			}
		}
		for at := 0; f.grams != nil && at < len(text); at += passBlocks * blockLen {
			if err := f.gramsIn(ctx, text, at, min(len(text), at+passBlocks*blockLen), sc); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	v := &sc.vectors
	for at := 0; at < len(text); at += passBlocks * blockLen {
		if at > 0 && at%blockSize == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		end := min(len(text), at+passBlocks*blockLen)
		blocks := (end - at + blockLen - 1) / blockLen // the last may not be full
		if f.grams != nil {
			if err := f.gramsIn(ctx, text, at, end, sc); err != nil {
				return err
			}
		}
		f.classify(text, at, min(len(text), end+anchorLen-1), v)
		for _, b := range f.banks {
			n := 0
			switch {
			case sc.ascii && b.beyond:
				continue
			case sc.ascii || f.step.live == nil || b.quiet == 0 && !b.beyond:
				n = f.step.list(&b.tables, &v.codes.code[0], blocks, &v.list[0])
			default:
				n = f.listLive(b, f.live(b, text[at:min(len(text), end+anchorLen-1)], blocks, v), v)
			}
			for n > 0 && at+int(v.list[n-1]) >= end {
				n--
			}
			if err := f.listed(ctx, b, text, at, v.list[:n], sc); err != nil {
				return err
			}
		}
		if f.step.members != nil && len(f.runs) > 0 {
			if err := f.runsIn(ctx, text, at, end, sc); err != nil {
				return err
			}
		}
	}
	return nil
}

// live writes to v.halves where those halves of blocks begin in which an anchor of the bank may.
func (f *filter) live(b *bank, text []byte, blocks int, v *vectors) (halves int) {
	if b.quiet > 0 {
		halves = f.step.live(&v.codes.code[0], b.quiet, 2*blocks, &v.halves[0])
	} else {
		for ; halves < 2*blocks; halves++ {
			v.halves[halves] = uint16(halves * blockLen / 2)
		}
	}
	if !b.beyond {
		return halves
	}
	n := 0
	for _, h := range v.halves[:halves] {
		if int(h) >= len(text) {
			break
		}
		v.halves[n] = h
		if !isASCII(text[h:min(len(text), int(h)+blockLen/2+anchorLen-1)]) {
			n++
		}
	}
	return n
}

// listLive is list for some halves of blocks.
func (f *filter) listLive(b *bank, halves int, v *vectors) int {
	if halves == 0 {
		return 0
	}
	v.halves[halves] = v.halves[halves-1] // two for each block
	n := f.step.listOf(&b.tables, &v.codes.code[0], &v.halves[0], (halves+1)/2, &v.list[0])
	for n > 0 && int(v.list[n-1]) >= halves*blockLen/2 {
		n--
	}
	for i, p := range v.list[:n] {
		v.list[i] = v.halves[p/(blockLen/2)] + p%(blockLen/2)
	}
	return n
}

// classify turns text[from:to] into codes of classes.
func (f *filter) classify(text []byte, from, to int, v *vectors) {
	edges := f.edges()
	f.code(&f.coding, edges|edges&0x1010101010101010<<3, text, from, to, &v.codes, &v.tail)
}

// code turns text[from:to] into codes. What is missing of the last block, and of anchors that begin in it, is behind the text,
// where edges are the codes, or is not asked for.
func (f *filter) code(c *coding, edges uint64, text []byte, from, to int, out *codes, tail *[blockLen]byte) {
	whole := (to - from) / blockLen * blockLen
	rest := text[from+whole : to]
	switch classify := f.step.classify; {
	case classify == nil:
		for i, b := range text[from:to] {
			out.code[i] = c.of[b]
		}
	case whole > 0:
		classify(c, &text[from], whole/blockLen, &out.code[0])
		if len(rest) > 0 {
			classify(c, &text[to-blockLen], 1, &out.code[to-from-blockLen])
		}
	case len(rest) > 0:
		clear(tail[copy(tail[:], rest):])
		classify(c, &tail[0], 1, &out.code[0])
	}
	if to == len(text) {
		binary.LittleEndian.PutUint64(out.code[to-from:], edges)
		binary.LittleEndian.PutUint64(out.inverted[to-from:], edges^0x8080808080808080)
	}
}

// listed goes on with the places that a list has the numbers of, counted from text[at].
func (f *filter) listed(ctx context.Context, bk *bank, text []byte, at int, places []uint16, sc *scratch) error {
	b := &sc.batch
	for len(places) > 0 {
		n := min(len(places), batchLen)
		for i, p := range places[:n] {
			b.places[i], b.classes[i] = int32(p), binary.LittleEndian.Uint64(sc.vectors.codes.code[p:])
		}
		if err := f.batch(ctx, bk, text, at, n, sc); err != nil {
			return err
		}
		places = places[n:]
	}
	return nil
}

// isASCII reports whether no byte is beyond ASCII.
func isASCII(text []byte) bool {
	for len(text) >= 32 {
		w := binary.LittleEndian.Uint64(text) | binary.LittleEndian.Uint64(text[8:]) |
			binary.LittleEndian.Uint64(text[16:]) | binary.LittleEndian.Uint64(text[24:])
		if w&0x8080808080808080 != 0 {
			return false
		}
		text = text[32:]
	}
	for len(text) >= 8 {
		if binary.LittleEndian.Uint64(text)&0x8080808080808080 != 0 {
			return false
		}
		text = text[8:]
	}
	var high byte
	for _, c := range text {
		high |= c
	}
	return high < 0x80
}

// folds reports whether a text holds U+017F or U+212A.
func folds(text []byte) bool {
	return bytes.Contains(text, longSBytes) || bytes.Contains(text, kelvinBytes)
}

var longSBytes, kelvinBytes = []byte(string(longS)), []byte(string(kelvin))
