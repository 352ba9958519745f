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

// widestPairs are, by bucket and places, the classes of the anchor that brought the most pairs. Many anchors end with any bytes, as others of
// the bucket do, and need not be noted again there.
type widestPairs [maxBuckets][pairPlaces][2]uint64

// add notes an anchor of a bucket. Rows are written one after the other: they lie far apart.
func (t *pairs) add(bucket int, it *item, p *pairing, known *widestPairs) {
	for k := range t {
		if t[k] == nil {
			t[k] = make([]uint64, 1<<(2*p.bits))
		}
		first, second, had := it.sets[2*k], it.sets[2*k+1], &known[bucket][k]
		if first&^had[0]|second&^had[1] == 0 {
			continue
		}
		if bits.OnesCount64(first)*bits.OnesCount64(second) > bits.OnesCount64(had[0])*bits.OnesCount64(had[1]) {
			*had = [2]uint64{first, second}
		}
		for y := second; y != 0; y &= y - 1 {
			row := t[k][bits.TrailingZeros64(y)<<p.bits:][:1<<p.bits]
			for x := first; x != 0; x &= x - 1 {
				row[bits.TrailingZeros64(x)] |= 1 << bucket
			}
		}
	}
}
