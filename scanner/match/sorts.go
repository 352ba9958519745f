package match

import "math/bits"

// The pairs of frequency.go were counted over English and Go. Other sorts of text are guessed at by the
// shares of their bytes alone: random base64, numbers and records, and scripts beyond ASCII.
const (
	sortEnglish = iota // by single bytes
	sortBase64
	sortNumbers
	sortScripts
	models
)

// textSort is a kind of text that an anchor should be rare in: how much it counts, and its bytes.
type textSort struct {
	weight float32 // its part of ordinary text
	choice float32 // what it counts where an anchor is chosen
	apart  float32 // and where it is asked which bytes share a class or a bucket
	shares [256]float32
}

// sorts are those kinds.
var sorts = newSorts()

func newSorts() (sorts [models]textSort) {
	for m, w := range [models]float32{1, .04, .06, .08} {
		sorts[m].weight, sorts[m].choice, sorts[m].apart = w, w, w
	}
	// Scripts count more than there is text in them. A letter beyond ASCII is rare in English, and so looks like a
	// good anchor, but is every second rune of other languages; and the few bytes that nearly all of those are made of share
	// classes else, so that every anchor with such a letter is found at every rune.
	sorts[sortScripts].choice, sorts[sortScripts].apart = 1, 4
	spread := func(m int, share float32, set string) {
		for i := range len(set) {
			sorts[m].shares[set[i]] += share / float32(len(set))
		}
	}
	between := func(lo, hi byte) string {
		var b []byte
		for c := int(lo); c <= int(hi); c++ {
			b = append(b, byte(c))
		}
		return string(b)
	}
	lower, upper, digits := between('a', 'z'), between('A', 'Z'), between('0', '9')
	f := pairFrequencies()
	for c := range 256 {
		share := f.single[groupOf[c]]
		if g := int(groupOf[c]); g < len(groupSizes) {
			share /= groupSizes[g]
		}
		sorts[sortEnglish].shares[c] = share
	}
	spread(sortBase64, 1, lower+upper+digits+"+/")
	spread(sortNumbers, .45, digits)
	spread(sortNumbers, .30, ` ,.:-/"`)
	spread(sortNumbers, .20, lower)
	spread(sortNumbers, .05, upper+"\n_={}")
	spread(sortScripts, .62, between(0x80, 0xbf))
	spread(sortScripts, .20, between(0xe0, 0xe9))
	spread(sortScripts, .08, between(0xc3, 0xd8))
	spread(sortScripts, .05, " \n.,")
	spread(sortScripts, .03, lower)
	spread(sortScripts, .02, digits)
	return sorts
}

// share is the share of a set in each sort of text.
type share [models]float32

func shareOf(s byteSet) (x share) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			c := i<<6 | bits.TrailingZeros64(w)
			for m := range x {
				x[m] += sorts[m].shares[c]
			}
		}
	}
	return x
}
