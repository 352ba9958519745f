package fingerprint

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// The classes of bytes.
const (
	space = iota
	word
	mark
	opener // a mark that may begin a comment
)

var class = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c <= ' ' || c == 0x7f:
			t[c] = space
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= 0x80:
			t[c] = word
		case strings.IndexByte("/#*-;<", byte(c)) >= 0:
			t[c] = opener
		default:
			t[c] = mark
		}
	}
	return t
}()

// edges are the offsets at which runs of word bytes begin and end, by turns.
type edges struct {
	at [passage + 3*64]int32 // four may be written too many
	n  int
}

// find fills edges with those of b[i:stop], which is a passage at most and at
// neither end of which there is a word that began before. It may find some beyond
// stop, and if a word is open there, it finds its end.
func (e *edges) find(b []byte, i, stop int) {
	n, open := 0, uint64(0)
	if whole := min((stop-i+63)/64, (len(b)-i)/64); useAVX2 && whole > 0 {
		var ends bool
		if n, ends = edgesAVX2(&b[i:][:64*whole][0], whole, i, &e.at[0]); ends {
			open = 1
		}
		i += 64 * whole
	}
	for ; i < stop; i += 64 {
		var in uint64
		if i+64 <= len(b) {
			in = wordBits((*[64]byte)(b[i:]))
		} else {
			var rest [64]byte
			copy(rest[:], b[i:])
			in = wordBits(&rest)
		}
		// A bit is set where a byte and the one before are not alike.
		for x := in ^ (in<<1 | open); x != 0; x &= x - 1 {
			e.at[n] = int32(i + bits.TrailingZeros64(x))
			n++
		}
		open = in >> 63
	}
	if open != 0 {
		for i < len(b) && class[b[i]] == word {
			i++
		}
		e.at[n] = int32(i)
		n++
	}
	e.n = n
}

const ones = 0x0101010101010101

// wordBits has one bit for each byte, the lowest for the first, that says
// whether it is part of a word. Eight bytes are looked at in one number: what is added to
// each carries into its high bit, and a multiplication collects these bits.
func wordBits(b *[64]byte) (in uint64) {
	for i := 0; i < 64; i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		ascii := x &^ high
		letter := ascii | 0x20*ones
		w := (letter + (0x80-'a')*ones) &^ (letter + (0x7f-'z')*ones)
		w |= (ascii + (0x80-'0')*ones) &^ (ascii + (0x7f-'9')*ones)
		w |= ^(ascii ^ '_'*ones + 0x7f*ones) // which carries unless it is one
		w |= x
		in |= w & high >> 7 * 0x0102040810204080 >> 56 << i
	}
	return in
}
