package match

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/bits"
)

// The first step with vectors.
//
// For each of some places k and each bucket, a table says which bytes can
// stand at k. Eight buckets share a byte, so one lookup with the byte of the text
// as the index gives, as bits, those of eight buckets that can have it. A
// vector of text, looked up in the table of place 0, and the same text from one
// byte, two, three bytes and so on further on, looked up in those of places 1, 2, 3 and so on,
// are combined with AND: what is left in a byte are the buckets for which all
// places hold. Groups of eight buckets are combined with OR, and a byte that is not
// zero is one bit of the result.
//
//	text      g  h  p  _  x        lookup 0, place k=0:  bit of bucket 3 at "g"
//	text+1    h  p  _  x  y        lookup 1, place k=1:  bit of bucket 3 at "h"
//	...                            AND: bucket 3 is left at the place of "ghp_x"
//
// AVX-512 VBMI first turns the text into classes (class.go), two lookups of 64 bytes in tables of 128
// (VPERMI2B) for every block. Classes are below 64, so that tables of them fit one register and
// 64 bytes are looked up by one instruction (VPERMB): it has 64 buckets and five places. AVX2 and NEON
// look up 16-byte tables, one by the low and one by the high half of a byte, again combined with AND, so
// they let more through; they have six places and 32 buckets, each two of the 64. The result is never less than
// what the loop over two words in filter.go gives, which runs where there are no such instructions.

const (
	vectLen  = 6  // places that AVX2 and NEON look at
	classLen = 5  // places that AVX-512 has time for
	blockLen = 64 // bytes of text for one word of the result

	// vectAhead is how many bytes past a block are read.
	vectAhead = vectLen - 1
	// listAhead is how many numbers firstStep.list may write too many.
	listAhead = 32
	// passBlocks is how many blocks are looked at in one call.
	passBlocks = 128
)

// tables are the first step's sets as vectors need them. The assembly knows this layout.
type tables struct {
	halves  [lanesAll / 8][vectLen][2][16]byte // by the low and the high half of a byte
	members [maxBuckets / 8][classLen][64]byte // by class
	groups  int                                // of eight buckets that members has: 4 or 8
}

// add notes an anchor of a bucket.
func (t *tables) add(bucket int, it *item) {
	bit := byte(1) << (bucket % 8)
	for k := range classLen {
		for x := it.sets[k]; x != 0; x &= x - 1 {
			t.members[bucket/8][k][bits.TrailingZeros64(x)] |= bit
		}
	}
	for k := range vectLen {
		h := &t.halves[bucket%lanesAll/8][k]
		for w, x := range it.anchor.seq[k] {
			for ; x != 0; x &= x - 1 {
				c := w<<6 | bits.TrailingZeros64(x)
				h[0][c&15] |= bit
				h[1][c>>4] |= bit
			}
		}
	}
}

// firstStep is one way to do it. The zero value is the loop of filter.go.
type firstStep struct {
	name string
	// places writes one word for each block of 64 bytes: bit i is set if an anchor may stand at
	// byte i. It reads vectAhead bytes more than the blocks have.
	places func(t *tables, text *byte, blocks int, out *uint64)
	halves bool // by tables.halves; then anchors are put into buckets that suit these
	// list is places where classify is not nil, for classes instead of text; it writes the numbers of the
	// places, in order, and returns how many there are. It writes listAhead more that mean nothing.
	list func(t *tables, classes *byte, blocks int, out *uint16) int
	// classify turns blocks of text into classes.
	classify func(class *[256]byte, text *byte, blocks int, out *byte)
	// members writes one bit for each class: whether it is not zero in the table.
	members func(table *[maxClasses]byte, classes *byte, blocks int, out *uint64)
}

// firstSteps are those that this machine can do, the fastest first.
var firstSteps = append(vectorSteps(), firstStep{name: "go"})

// vectors is the memory of the first step with vectors.
type vectors struct {
	places  [passBlocks + 1]uint64
	list    [passBlocks*blockLen + listAhead]uint16
	tail    [2 * blockLen]byte
	classes [(passBlocks + 1) * blockLen]byte
}

// find runs the first step over a text and goes on with what it finds.
func (f *filter) find(ctx context.Context, text []byte, step *firstStep, sc *scratch) error {
	if len(text) > 0 {
		for _, b := range f.banks {
			if b.starts != 0 {
				f.candidateNear(b, text, -1, sc)
			}
		}
	}
	if step.places == nil && step.list == nil {
		for from := 0; from == 0 || from < len(text); from += blockSize {
			for i := range f.banks {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := f.scan(ctx, i, text, from, min(len(text), from+blockSize), sc); err != nil {
					return err
				}
			}
		}
		return ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	v := &sc.vectors
	last := len(text) - anchorLen // last place with all its bytes
	at := 0
	for ; at <= last; at += passBlocks * blockLen {
		if at > 0 && at%blockSize == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		// The last block may not be full. Of places that have not all their bytes nothing is asked.
		blocks := min((last-at)/blockLen+1, passBlocks)
		most := ^uint64(0)
		if left := last - at - (blocks-1)*blockLen; left < blockLen {
			most >>= blockLen - 1 - left
		}
		full := blocks
		switch {
		case step.classify != nil:
			f.classify(text[at:min(len(text), at+blocks*blockLen+anchorLen-1)], step, v)
		case at+blocks*blockLen+vectAhead > len(text):
			full--
			copyTail(v.tail[:], text[at+full*blockLen:])
		}
		for _, b := range f.banks {
			if step.list != nil {
				n := step.list(&b.tables, &v.classes[0], blocks, &v.list[0])
				for n > 0 && at+int(v.list[n-1]) > last {
					n--
				}
				if err := f.listed(ctx, b, text, at, v.list[:n], sc); err != nil {
					return err
				}
				continue
			}
			step.places(&b.tables, &text[at], full, &v.places[0])
			if full < blocks {
				step.places(&b.tables, &v.tail[0], 1, &v.places[full])
			}
			v.places[blocks-1] &= most
			if err := f.candidates(ctx, b, text, at, v.places[:blocks], sc); err != nil {
				return err
			}
		}
		if step.classify != nil && len(f.runs) > 0 {
			end := min(len(text), at+passBlocks*blockLen)
			if err := f.runsIn(ctx, text, at, end, step, sc); err != nil {
				return err
			}
		}
	}
	for p := max(0, last+1); p < len(text); p++ {
		for _, b := range f.banks {
			f.candidateNear(b, text, p, sc)
		}
	}
	return nil
}

// copyTail copies the end of a text and fills up with zeros.
func copyTail(dst, text []byte) { clear(dst[copy(dst, text):]) }

// classify turns text into classes.
func (f *filter) classify(text []byte, step *firstStep, v *vectors) {
	blocks := len(text) / blockLen
	if blocks > 0 {
		step.classify(&f.class, &text[0], blocks, &v.classes[0])
	}
	if rest := text[blocks*blockLen:]; len(rest) > 0 {
		copyTail(v.tail[:blockLen], rest)
		step.classify(&f.class, &v.tail[0], 1, &v.classes[blocks*blockLen])
	}
}

// candidates goes on with the places that bits are set for.
func (f *filter) candidates(ctx context.Context, bk *bank, text []byte, at int, places []uint64, sc *scratch) error {
	b := &sc.batch
	n := 0
	for i, w := range places {
		for ; w != 0; w &= w - 1 {
			p := i*blockLen + bits.TrailingZeros64(w)
			b.places[n], b.classes[n] = int32(p), f.classesAt(text, at+p)
			if n++; n < batchLen {
				continue
			}
			if err := f.batch(ctx, bk, text, at, n, sc); err != nil {
				return err
			}
			n = 0
		}
	}
	return f.batch(ctx, bk, text, at, n, sc)
}

// listed is candidates for places by number.
func (f *filter) listed(ctx context.Context, bk *bank, text []byte, at int, places []uint16, sc *scratch) error {
	b := &sc.batch
	for len(places) > 0 {
		n := min(len(places), batchLen)
		for i, p := range places[:n] {
			b.places[i], b.classes[i] = int32(p), binary.LittleEndian.Uint64(sc.vectors.classes[p:])
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
