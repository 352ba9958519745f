package prompt

import (
	"encoding/binary"
	"math/bits"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// hasByte sets the high bit of (at least) the first byte of x that equals c,
// given c repeated; bytes before that one are zero.
func hasByte(x, repeated uint64) uint64 {
	x ^= repeated
	return (x - ones) &^ x & highs
}

// plainNear is how far plainRun looks before it takes longer steps. Code is full of
// escapes, and there a call costs more than the bytes up to the next.
const plainNear = 32

// plainRun returns the length of the prefix of b that has no quote, backslash
// or control character, and whether any byte of it is outside ASCII.
//
// Eight bytes are looked at in one register, and, behind the first few, 32 where
// the processor can: each is compared with the quote, with the backslash, and, as the
// smaller of itself and 0x1f, with itself.
func plainRun(b []byte) (n int, high bool) {
	if plainBlocks == nil || len(b) < 2*plainNear {
		return plainWords(b)
	}
	if n, high = plainWords(b[:plainNear]); n < plainNear {
		return n, high
	}
	blocks := (len(b) - n) / 32
	more, seen := plainBlocks(&b[n], blocks)
	n, high = n+more, high || seen
	if more < 32*blocks {
		return n, high
	}
	more, seen = plainWords(b[n:])
	return n + more, high || seen
}

// plainWords is plainRun without vectors.
func plainWords(b []byte) (n int, high bool) {
	var seen uint64
	for ; n+8 <= len(b); n += 8 {
		x := binary.LittleEndian.Uint64(b[n:])
		stop := hasByte(x, ones*'"') | hasByte(x, ones*'\\') | (x-ones*0x20)&^x&highs
		if stop != 0 {
			k := bits.TrailingZeros64(stop) / 8
			seen |= x & (1<<(8*uint(k)) - 1)
			return n + k, seen&highs != 0
		}
		seen |= x
	}
	high = seen&highs != 0
	for ; n < len(b); n++ {
		c := b[n]
		if c == '"' || c == '\\' || c < 0x20 {
			break
		}
		high = high || c >= 0x80
	}
	return n, high
}
