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

func (s *sipState) round() {
	v0, v1, v2, v3 := s.v0, s.v1, s.v2, s.v3
	v0 += v1
	v2 += v3
	v1 = bits.RotateLeft64(v1, 13) ^ v0
	v3 = bits.RotateLeft64(v3, 16) ^ v2
	v0 = bits.RotateLeft64(v0, 32)
	v2 += v1
	v0 += v3
	v1 = bits.RotateLeft64(v1, 17) ^ v2
	v3 = bits.RotateLeft64(v3, 21) ^ v0
	v2 = bits.RotateLeft64(v2, 32)
	s.v0, s.v1, s.v2, s.v3 = v0, v1, v2, v3
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

func (s *sipState) end64(m uint64) uint64 {
	s.v3 ^= m
	s.round()
	s.v0 ^= m
	s.v2 ^= 0xff
	s.round()
	s.round()
	s.round()
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3
}

// sum128 is SipHash-2-4 of p with a result of 128 bits.
func (k sipKey) sum128(p []byte) (lo, hi uint64) {
	s, n := k.begin(), len(p)
	s.v1 ^= 0xee
	mix := func(m uint64) {
		s.v3 ^= m
		s.round()
		s.round()
		s.v0 ^= m
	}
	for ; len(p) >= 8; p = p[8:] {
		mix(binary.LittleEndian.Uint64(p))
	}
	mix(lastBlock(p, n))
	s.v2 ^= 0xee
	for range 4 {
		s.round()
	}
	lo = s.v0 ^ s.v1 ^ s.v2 ^ s.v3
	s.v1 ^= 0xdd
	for range 4 {
		s.round()
	}
	return lo, s.v0 ^ s.v1 ^ s.v2 ^ s.v3
}
