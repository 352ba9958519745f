package match

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/bits"
)

// The first step with vectors.
//
// For each of six places k (five with AVX-512) and each of the 32 buckets, a table says which bytes can
// stand at k. Eight buckets share a byte, so one lookup with the byte of the text
// as the index gives, as bits, those of eight buckets that can have it. A
// vector of text, looked up in the table of place 0, and the same text from one
// byte, two, three bytes and so on further on, looked up in those of places 1, 2, 3 and so on,
// are combined with AND: what is left in a byte are the buckets for which all
// places hold. Four groups of buckets are combined with OR, and a byte that is not
// zero is one bit of the result.
//
//	text      g  h  p  _  x        lookup 0, place k=0:  bit of bucket 3 at "g"
//	text+1    h  p  _  x  y        lookup 1, place k=1:  bit of bucket 3 at "h"
//	...                            AND: bucket 3 is left at the place of "ghp_x"
//
// AVX-512 VBMI looks 64 bytes up at a time in a table of 128 (VPERMI2B).
// Bytes from 0x7f on are taken for one byte, 0x7f. AVX2 and NEON look up 16-byte tables: one by
// the low and one by the high half of a byte, again combined with AND, so
// they let more through. The result is never less than what the loop over two
// words in filter.go gives, which runs where there are no such instructions.

const (
	groups   = buckets / 8 // of buckets that share a byte
	vectLen  = 6           // places that vectors look at
	classLen = 5           // of these, those that AVX-512 has registers for
	blockLen = 64          // bytes of text for one word of the result

	// vectAhead is how many bytes past a block are read.
	vectAhead = vectLen - 1
	// passBlocks is how many blocks are looked at in one call.
	passBlocks = 128
)

// tables are the first step's sets as vectors need them.
type tables struct {
	classes [groups][classLen][128]byte  // by byte, 0x7f and all above it as one
	halves  [groups][vectLen][2][16]byte // by the low and the high half of a byte
}

// add notes that a bucket can have byte c at place k.
func (t *tables) add(bucket, k int, c byte) {
	g, bit := bucket/8, byte(1)<<(bucket%8)
	if k < classLen {
		t.classes[g][k][min(c, 0x7f)] |= bit
	}
	t.halves[g][k][0][c&15] |= bit
	t.halves[g][k][1][c>>4] |= bit
}

// firstStep is one way to do it. The zero value is the loop of filter.go.
type firstStep struct {
	name string
	// places writes one word for each block of 64 bytes: bit i is set if an anchor may stand at
	// byte i. It reads vectAhead bytes more than the blocks have.
	places func(t *tables, text *byte, blocks int, out *uint64)
	halves bool // by tables.halves; then anchors are put into buckets that suit these
}

// firstSteps are those that this machine can do, the fastest first.
var firstSteps = append(vectorSteps(), firstStep{name: "go"})

// vectors is the memory of the first step with vectors.
type vectors struct {
	places [passBlocks]uint64
	tail   [3 * blockLen]byte
}

// find runs the first step over a text and goes on with what it finds.
func (f *filter) find(ctx context.Context, text []byte, step *firstStep, sc *scratch) error {
	f.candidateAtStart(text, sc)
	if step.places == nil {
		for from := 0; from == 0 || from < len(text); from += blockSize {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f.scan(ctx, text, from, min(len(text), from+blockSize), sc); err != nil {
				return err
			}
		}
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	at := 0
	if len(text) >= blockLen+vectAhead {
		for left := (len(text) - vectAhead) / blockLen; left > 0; {
			n := min(left, passBlocks)
			step.places(&f.tables, &text[at], n, &sc.vectors.places[0])
			if err := f.candidates(ctx, text, at, sc.vectors.places[:n], sc); err != nil {
				return err
			}
			left -= n
			if at += n * blockLen; at%blockSize == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
		}
	}
	// What is left, less than two blocks, goes into memory that is large enough.
	v := &sc.vectors
	n := copy(v.tail[:], text[at:])
	clear(v.tail[n:])
	if n >= vectLen {
		last := n - vectLen // last place with all its bytes
		blocks := last/blockLen + 1
		step.places(&f.tables, &v.tail[0], blocks, &v.places[0])
		v.places[blocks-1] &= ^uint64(0) >> (blockLen - 1 - last%blockLen)
		if err := f.candidates(ctx, text, at, v.places[:blocks], sc); err != nil {
			return err
		}
	}
	for p := max(at, len(text)-vectLen+1); p < len(text); p++ {
		f.candidateNear(text, p, sc)
	}
	return nil
}

// candidates goes on with the places that bits are set for.
func (f *filter) candidates(ctx context.Context, text []byte, at int, places []uint64, sc *scratch) error {
	for i, w := range places {
		if w == 0 {
			continue
		}
		for base := at + i*blockLen; w != 0; w &= w - 1 {
			p := base + bits.TrailingZeros64(w)
			if p+anchorLen > len(text) {
				f.candidateNear(text, p, sc)
				continue
			}
			x := binary.LittleEndian.Uint64(text[p:])
			m0, m1 := &f.masks[byte(x)], &f.masks[byte(x>>8)]
			m2, m3 := &f.masks[byte(x>>16)], &f.masks[byte(x>>24)]
			no := (m0[0] | m1[0]>>lanes | m2[0]>>(2*lanes) | m3[0]>>(3*lanes)) & (1<<lanes - 1)
			no |= (m0[1] | m1[1]>>lanes | m2[1]>>(2*lanes) | m3[1]>>(3*lanes)) << lanes
			if found := ^no & (1<<buckets - 1); found != 0 {
				f.candidate(text, p, x, found, sc)
			}
		}
		if sc.tired() {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// candidateNear is the first step for one place so near the end of the text that some
// of an anchor's places may be behind it.
func (f *filter) candidateNear(text []byte, p int, sc *scratch) {
	no := [2]uint64{}
	for k := range firstLen {
		m := &f.atEnd
		if p+k < len(text) {
			m = &f.masks[text[p+k]]
		}
		no[0] |= m[0] >> (k * lanes)
		no[1] |= m[1] >> (k * lanes)
	}
	if found := ^(no[0]&(1<<lanes-1) | no[1]<<lanes) & (1<<buckets - 1); found != 0 {
		f.candidateAtEnd(text, p, found, sc)
	}
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
