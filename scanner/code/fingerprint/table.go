package fingerprint

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// A table is a set of keyed hashes in blocks of one cache line each: 31 tags of
// 16 bits and one word that counts them. A hash's high bits choose its block,
// its low bits are its tag, so that one look at memory answers. What finds its
// block full is kept whole in a sorted list behind the blocks. A hash that is
// not in the set is taken for a member about once in 2500 times.
const (
	blockBytes = 64
	blockSlots = 31
	blockFill  = 26 // hashes in a block, on average
	spilled    = 1 << 15
)

// table reads blocks and what spilled from them. Any bytes will do: bad ones
// give wrong answers and nothing worse.
type table struct {
	blocks []byte
	count  uint64 // of blocks
	spill  []byte // sorted hashes of 8 bytes
}

// spread has one bit in each 16-bit lane.
const spread = 0x0001000100010001

// find returns where the hash stands, as an index of its place.
func (t *table) find(h uint64) (int, bool) {
	n, _ := bits.Mul64(h, t.count)
	b := (*[blockBytes]byte)(t.blocks[n*blockBytes:])
	info := binary.LittleEndian.Uint16(b[62:])
	if info == 0 {
		return 0, false
	}
	tags := (h & 0xffff) * spread
	for i := range 8 {
		x := binary.LittleEndian.Uint64(b[8*i:]) ^ tags
		if i == 7 {
			x |= 0xffff << 48 // the count is no tag
		}
		// The lowest lane that is zero is the lowest bit here.
		if z := (x - spread) & ^x & (spread << 15); z != 0 {
			return int(n)*blockSlots + 4*i + bits.TrailingZeros64(z)>>4, true
		}
	}
	if info&spilled == 0 {
		return 0, false
	}
	lo, hi := 0, len(t.spill)/8
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if binary.LittleEndian.Uint64(t.spill[8*mid:]) < h {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(t.spill)/8 && binary.LittleEndian.Uint64(t.spill[8*lo:]) == h {
		return int(t.count)*blockSlots + lo, true
	}
	return 0, false
}

// blocksFor is the number of blocks for so many hashes.
func blocksFor(hashes int) uint64 { return uint64(hashes/blockFill + 1) }

// entry is a keyed hash and its place: file<<32 | line.
type entry struct{ hash, place uint64 }

// tableWriter makes a table from hashes in ascending order, block by block.
type tableWriter struct {
	count  uint64
	block  func([]byte, []uint64) error // takes the bytes and places of a block
	next   uint64                       // the block that is being filled
	held   []entry
	spill  []byte
	places []uint64 // of what spilled
}

// add takes the next hash; the caller drops repetitions.
func (w *tableWriter) add(e entry) error {
	n, _ := bits.Mul64(e.hash, w.count)
	for w.next < n {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if len(w.held) == blockSlots {
		w.spill = binary.LittleEndian.AppendUint64(w.spill, e.hash)
		w.places = append(w.places, e.place)
		return nil
	}
	// A tag that is there already finds the one before it, or its place.
	w.held = append(w.held, e)
	return nil
}

// end writes the blocks that are left.
func (w *tableWriter) end() error {
	for w.next < w.count {
		if err := w.flush(); err != nil {
			return err
		}
	}
	return nil
}

func (w *tableWriter) flush() error {
	var b [blockBytes]byte
	var places [blockSlots]uint64
	info := uint16(len(w.held))
	for i := range blockSlots {
		if i < len(w.held) {
			places[i] = w.held[i].place
			binary.LittleEndian.PutUint16(b[2*i:], uint16(w.held[i].hash))
		} else if i > 0 {
			// Empty slots repeat the first tag, so that they match nothing else.
			copy(b[2*i:2*i+2], b[:2])
		}
	}
	if n := len(w.spill); n > 0 {
		if at, _ := bits.Mul64(binary.LittleEndian.Uint64(w.spill[n-8:]), w.count); at == w.next {
			info |= spilled
		}
	}
	binary.LittleEndian.PutUint16(b[62:], info)
	w.next++
	w.held = w.held[:0]
	return w.block(b[:], places[:])
}

// sortEntries sorts and drops repeated hashes; the least place stays.
func sortEntries(entries []entry) []entry {
	slices.SortFunc(entries, func(a, b entry) int {
		switch {
		case a.hash < b.hash:
			return -1
		case a.hash > b.hash:
			return 1
		case a.place < b.place:
			return -1
		case a.place > b.place:
			return 1
		}
		return 0
	})
	return slices.CompactFunc(entries, func(a, b entry) bool { return a.hash == b.hash })
}

// sortHashes sorts and drops repetitions.
func sortHashes(hashes []uint64) []uint64 {
	slices.Sort(hashes)
	return slices.Compact(hashes)
}
