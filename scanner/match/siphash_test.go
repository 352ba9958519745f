package match

import "testing"

// TestSipHash compares with vectors that the authors of SipHash publish: the
// key is 00 01 … 0f, and the input as many bytes 00 01 ….
func TestSipHash(t *testing.T) {
	var key [16]byte
	in := make([]byte, 16)
	for i := range key {
		key[i], in[i] = byte(i), byte(i)
	}
	k := newSipKey(&key)
	for n, want := range map[int][2]uint64{
		0: {0xe6a825ba047f81a3, 0x930255c71472f66d},
		1: {0x44af996bd8c187da, 0x45fc229b11597634},
		2: {0xc75da4a48d227781, 0xe4ff0af6de8ba3fc},
	} {
		if lo, hi := k.sum128(in[:n]); lo != want[0] || hi != want[1] {
			t.Errorf("%d bytes: %#x, %#x", n, lo, hi)
		}
	}
	var zero sipKey
	for n, want := range map[int]uint64{0: 0xd1fba762150c532c, 1: 0x68a914128e01e473} {
		if h := zero.sum64(in[:n]); h != want {
			t.Errorf("SipHash-1-3 of %d bytes: %#x", n, h)
		}
	}
}
