package fingerprint

import (
	"math"
	"math/bits"
	"slices"
)

// probe is a gram that is looked up.
type probe struct {
	hash  uint64
	token int // of the text, at which it begins
}

// prober chooses the same grams as a winnower, without a branch that a processor
// cannot foresee: a wide window's least gram changes at one token in five, at
// none that the one before would tell.
type prober struct {
	values []uint64 // of the grams at hand, as a winnower has them
	keys   []int64  // their high bits, and the position from behind in the low ones
	last   int      // token of the gram that was chosen last, or -1
}

// positions is how many grams are chosen from at a time: their number is in the
// low bits of the keys.
const positions = 1 << 12

// begin forgets the text before.
func (p *prober) begin() { p.last = -1 }

// add appends the grams that the new tokens of a batch decide on to out.
func (p *prober) add(b *batch, length, window int, out []probe) []probe {
	tokens := b.tokens
	// The first gram that ends in a new token, and those of its window.
	first := max(b.kept-length+1, 0)
	for first+length <= len(tokens) {
		from := max(first-window+1, 0)
		to := min(from+positions-window, len(tokens)-length+1)
		out = p.choose(tokens, from, first, to, b.before, length, window, out)
		first = to
	}
	return out
}

// choose chooses of the grams tokens[from:to], of which those before first have
// had their turn as the last one of a window.
func (p *prober) choose(tokens []token, from, first, to, before, length, window int, out []probe) []probe {
	n := to - from
	p.values = slices.Grow(p.values[:0], n)[:n]
	p.keys = slices.Grow(p.keys[:0], n+window+slack)[:n+window+slack]
	values, keys := p.values, p.keys
	// Before the first gram of a text there are none, which are never chosen.
	lead := window - 1 - (first - from)
	for i := range lead {
		keys[i] = math.MaxInt64
	}
	keys = keys[:lead+n]
	h := uint64(0)
	for _, t := range tokens[from : from+length-1] {
		h = bits.RotateLeft64(h, 1) ^ t.hash
	}
	ends := tokens[from+length-1:][:n]
	begins := tokens[from:][:n]
	own := keys[lead:][:n]
	for i := range values {
		h = bits.RotateLeft64(h, 1) ^ ends[i].hash
		v := h * mix2
		values[i] = v
		// Of equals the later one is less.
		own[i] = int64((v^1<<63)&^(positions-1)) | int64(positions-1-i)
		h ^= bits.RotateLeft64(begins[i].hash, length-1)
	}
	// The least of two in a row, of four, and so on, and at last of a window,
	// from each position on.
	width := 1
	for ; 2*width <= window; width *= 2 {
		keys = least(keys, width)
	}
	keys = least(keys, window-width)
	k := len(out)
	out = slices.Grow(out, len(keys))[:k+len(keys)]
	last := p.last - before - from
	for _, key := range keys {
		i := positions - 1 - int(key&(positions-1))
		out[k] = probe{values[i], before + from + i}
		if i != last {
			k++
		}
		last = i
	}
	p.last = before + from + last
	return out[:k]
}

// slack is how many keys may be read behind the last one.
const slack = 3

// least makes each key the lesser of itself and the one so many ahead of it, and
// returns those that have one ahead.
func least(keys []int64, ahead int) []int64 {
	n := len(keys) - ahead
	if useAVX2 {
		leastAVX2(&keys[:n+ahead+slack][0], n, ahead)
		return keys[:n]
	}
	for i, k := range keys[ahead:] {
		keys[i] = min(keys[i], k)
	}
	return keys[:n]
}
