package match

import (
	"encoding/binary"
	"math/bits"
)

// sipKey is the key of SipHash (Aumasson and Bernstein, "SipHash: a fast
// short-input PRF", 2012). Without it nobody can tell from a hash what was
// hashed, nor make texts whose words collide.
type sipKey struct{ k0, k1 uint64 }

// newSipKey reads a key of 16 bytes.
func newSipKey(b *[16]byte) sipKey {
	return sipKey{binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])}
}

// sipState is the four words that SipHash mixes.
type sipState struct{ v0, v1, v2, v3 uint64 }

func (k sipKey) begin() sipState {
	return sipState{
		k.k0 ^ 0x736f6d6570736575, k.k1 ^ 0x646f72616e646f6d,
		k.k0 ^ 0x6c7967656e657261, k.k1 ^ 0x7465646279746573,
	}
}

// A round is in two halves, since the compiler inlines functions of that size,
// and keeps their values in registers.
func roundA(v0, v1, v2, v3 uint64) (uint64, uint64, uint64, uint64) {
	v0 += v1
	v2 += v3
	v1 = bits.RotateLeft64(v1, 13) ^ v0
	v3 = bits.RotateLeft64(v3, 16) ^ v2
	return bits.RotateLeft64(v0, 32), v1, v2, v3
}

func roundB(v0, v1, v2, v3 uint64) (uint64, uint64, uint64, uint64) {
	v2 += v1
	v0 += v3
	v1 = bits.RotateLeft64(v1, 17) ^ v2
	v3 = bits.RotateLeft64(v3, 21) ^ v0
	return v0, v1, bits.RotateLeft64(v2, 32), v3
}

func (s *sipState) round() {
	v0, v1, v2, v3 := roundA(s.v0, s.v1, s.v2, s.v3)
	s.v0, s.v1, s.v2, s.v3 = roundB(v0, v1, v2, v3)
}

// lastBlock is what SipHash mixes in last: the bytes that fill no block, and the
// length.
func lastBlock(p []byte, length int) uint64 {
	m := uint64(length) << 56
	for i, b := range p {
		m |= uint64(b) << (8 * i)
	}
	return m
}

// sum64 is SipHash-1-3 of p.
func (k sipKey) sum64(p []byte) uint64 {
	s, n := k.begin(), len(p)
	for ; len(p) >= 8; p = p[8:] {
		m := binary.LittleEndian.Uint64(p)
		s.v3 ^= m
		s.round()
		s.v0 ^= m
	}
	return s.end64(lastBlock(p, n))
}

// end64 mixes in the last block and ends a sum64. Most words of a text are one
// block, so that this is nearly all that is done about them.
func (s sipState) end64(m uint64) uint64 {
	v0, v1, v2, v3 := roundA(s.v0, s.v1, s.v2, s.v3^m)
	v0, v1, v2, v3 = roundB(v0, v1, v2, v3)
	v0, v1, v2, v3 = roundA(v0^m, v1, v2^0xff, v3)
	v0, v1, v2, v3 = roundB(v0, v1, v2, v3)
	v0, v1, v2, v3 = roundA(v0, v1, v2, v3)
	v0, v1, v2, v3 = roundB(v0, v1, v2, v3)
	v0, v1, v2, v3 = roundA(v0, v1, v2, v3)
	v0, v1, v2, v3 = roundB(v0, v1, v2, v3)
	return v0 ^ v1 ^ v2 ^ v3
}

// sum128 is SipHash-2-4 of p with a result of 128 bits.
func (k sipKey) sum128(p []byte) (lo, hi uint64) {
	s, n := k.begin(), len(p)
	v0, v1, v2, v3 := s.v0, s.v1^0xee, s.v2, s.v3
	for more := true; more; {
		m := uint64(0)
		if more = len(p) >= 8; more {
			m, p = binary.LittleEndian.Uint64(p), p[8:]
		} else {
			m = lastBlock(p, n)
		}
		v3 ^= m
		for range 2 {
			v0, v1, v2, v3 = roundA(v0, v1, v2, v3)
			v0, v1, v2, v3 = roundB(v0, v1, v2, v3)
		}
		v0 ^= m
	}
	v2 ^= 0xee
	for range 4 {
		v0, v1, v2, v3 = roundA(v0, v1, v2, v3)
		v0, v1, v2, v3 = roundB(v0, v1, v2, v3)
	}
	lo = v0 ^ v1 ^ v2 ^ v3
	v1 ^= 0xdd
	for range 4 {
		v0, v1, v2, v3 = roundA(v0, v1, v2, v3)
		v0, v1, v2, v3 = roundB(v0, v1, v2, v3)
	}
	return lo, v0 ^ v1 ^ v2 ^ v3
}
