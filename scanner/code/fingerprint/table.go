package fingerprint

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// A table is a set of keyed hashes in blocks of one cache line each: 31 tags of
// 16 bits, those of code first, and one word that counts them. A hash's high bits choose its block,
// its low bits are its tag, so that one look at memory nearly always answers.
// What finds its block full goes to the next one, and the full one says so. A
// hash that is not in the set is taken for a member about once in 2000 times.
const (
	blockBytes = 64
	blockSlots = 31
	blockFill  = 27 // hashes in a block, on average
	overflows  = 1 << 15
	codeShift  = 5 // of the number of a block's slots that are of code
)

// table reads blocks. Any bytes will do: bad ones give wrong answers and
// nothing worse.
type table struct {
	blocks []byte
	count  uint64 // of blocks that hashes choose from; at most all
}

// spread has one bit in each 16-bit lane.
const spread = 0x0001000100010001

// block is where the hash stands if it does.
func (t *table) block(h uint64) uint64 {
	n, _ := bits.Mul64(h, t.count)
	return n
}

// likely appends to out the indexes of the hashes that find may find, which are
// a few more than it does. The blocks are fetched from memory all at the same
// time; what find reads afterwards is at hand.
func (t *table) likely(hashes []uint64, out []int32) []int32 {
	n := len(out)
	out = slices.Grow(out, len(hashes))[:n+len(hashes)]
	if len(hashes) == 0 {
		return out
	}
	if useAVX2 {
		_ = t.blocks[:t.count*blockBytes]
		return out[:n+likelyAVX2(&t.blocks[0], len(t.blocks)&^(blockBytes-1), t.count, &hashes[0], len(hashes), &out[n])]
	}
	sum := byte(0)
	for _, h := range hashes {
		sum += t.blocks[t.block(h)*blockBytes]
	}
	out[n] = int32(sum) // which keeps the reads
	for i, h := range hashes {
		if _, ok := t.find(h); ok {
			out[n] = int32(i)
			n++
		}
	}
	return out[:n]
}

// find returns where the hash stands, as an index of its place.
func (t *table) find(h uint64) (int, bool) {
	at := t.block(h) * blockBytes
	tags := (h & 0xffff) * spread
	for {
		b := (*[blockBytes]byte)(t.blocks[at:])
		// Four tags in a word are compared at once; most of the time none is there.
		var any uint64
		for i := 0; i < blockBytes; i += 16 {
			x := binary.LittleEndian.Uint64(b[i:]) ^ tags
			y := binary.LittleEndian.Uint64(b[i+8:]) ^ tags
			any |= (x-spread)&^x | (y-spread)&^y
		}
		info := binary.LittleEndian.Uint16(b[62:])
		if any&(spread<<15) != 0 && info != 0 { // one of them, or the number behind them
			for i := range blockSlots {
				if binary.LittleEndian.Uint16(b[2*i:]) == uint16(h) {
					return int(at/blockBytes)*blockSlots + i, true
				}
			}
		}
		if at += blockBytes; info&overflows == 0 || at >= uint64(len(t.blocks)) {
			return 0, false
		}
	}
}

// document reports whether an answer of find is of a document.
func (t *table) document(at int) bool {
	info := binary.LittleEndian.Uint16(t.blocks[at/blockSlots*blockBytes+62:])
	return at%blockSlots >= int(info>>codeShift&blockSlots)
}

// blocksFor is the number of blocks for so many hashes.
func blocksFor(hashes int) uint64 { return uint64(hashes/blockFill + 1) }

// entry is a keyed hash and its place: file<<32 | line, and a bit between them
// that says whether the file is a document.
type entry struct{ hash, place uint64 }

const documentPlace = 1 << 31

func (e *entry) document() bool { return e.place&documentPlace != 0 }

// tableWriter makes a table from hashes in ascending order, block by block.
type tableWriter struct {
	count uint64
	block func([]byte, []uint64) error // takes the bytes and places of a block
	next  uint64                       // the block that is being filled
	held  []entry                      // what goes into it, and what it has no room for
}

// add takes the next hash; the caller drops repetitions.
func (w *tableWriter) add(e entry) error {
	n, _ := bits.Mul64(e.hash, w.count)
	for w.next < n {
		if err := w.flush(); err != nil {
			return err
		}
	}
	w.held = append(w.held, e)
	return nil
}

// end writes the blocks that are left.
func (w *tableWriter) end() error {
	for w.next < w.count || len(w.held) > 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	return nil
}

func (w *tableWriter) flush() error {
	var b [blockBytes]byte
	var places [blockSlots]uint64
	now := w.held[:min(len(w.held), blockSlots)]
	slices.SortStableFunc(now, func(x, y entry) int { return cmp.Compare(x.place&documentPlace, y.place&documentPlace) })
	code := 0
	for i := range blockSlots {
		if i < len(now) {
			if places[i] = now[i].place; !now[i].document() {
				code++
			}
			binary.LittleEndian.PutUint16(b[2*i:], uint16(now[i].hash))
		} else if i > 0 {
			// Empty slots repeat the first tag, so that they match nothing else.
			copy(b[2*i:2*i+2], b[:2])
		}
	}
	info := uint16(len(now) | code<<codeShift)
	if len(w.held) > len(now) {
		info |= overflows
	}
	binary.LittleEndian.PutUint16(b[62:], info)
	w.next++
	w.held = append(w.held[:0], w.held[len(now):]...)
	return w.block(b[:], places[:])
}
