package match

import "math/bits"

// Two classes that stand side by side say far more than each of them: of the buckets that can have a class at
// one place and another at the next, because of different anchors, few have an anchor with both. So the second
// step asks for pairs: with the built-in rules and AVX2, of 320 places per KB of prose that the first step lets through,
// single classes would leave 300, and pairs leave 150.

const pairPlaces = anchorLen / 2

// pairs are the buckets of a bank by the classes at places 0 and 1, 2 and 3, and so on, which pairing makes a number.
type pairs [pairPlaces][]uint64

// pairing makes numbers of pairs of classes. They are small if there are few classes, so that tables of them stay in the cache.
type pairing struct {
	bits          int
	first, second uint64
	shift         uint8
}

// newPairing is for classes below a number.
func newPairing(classes int) pairing {
	n := bits.Len(uint(classes - 1))
	return pairing{bits: n, first: 1<<n - 1, second: (1<<n - 1) << n, shift: uint8(8 - n)}
}

// number is that of the classes in the two lowest bytes, of which higher bits do not count.
func (p *pairing) number(classes uint64) uint64 {
	return classes&p.first | classes>>(p.shift&7)&p.second
}

// add notes an anchor of a bucket.
func (t *pairs) add(bucket int, it *item, p *pairing) {
	for k := range t {
		if t[k] == nil {
			t[k] = make([]uint64, 1<<(2*p.bits))
		}
		for x := it.sets[2*k]; x != 0; x &= x - 1 {
			for y := it.sets[2*k+1]; y != 0; y &= y - 1 {
				t[k][bits.TrailingZeros64(x)|bits.TrailingZeros64(y)<<p.bits] |= 1 << bucket
			}
		}
	}
}
