package fingerprint

import (
	"math"
	"math/bits"
	"slices"
)

// A gram is a run of tokens that was chosen to stand for its neighbourhood.
type gram struct {
	hash  uint64 // of the tokens, without a key
	token int    // which token of the text the first one is
}

// winnower chooses grams as Schleimer, Wilkerson and Aiken do ("Winnowing:
// local algorithms for document fingerprinting", SIGMOD 2003): of every window
// of so many neighbouring grams the one with the least value. Two texts that
// share length+window-1 tokens in a row share a chosen gram. There is no branch in it that a
// processor cannot foresee: a wide window's least gram changes at one token in five, at
// none that the one before would tell.
type winnower struct {
	length, window int
	values         []uint64 // of the grams at hand
	keys           []int64  // their high bits, and the position from behind in the low ones
	last           int      // token of the gram that was chosen last, or -1
}

// positions is how many grams are chosen from at a time: their number is in the
// low bits of the keys.
const positions = 1 << 12

// begin forgets the text before.
func (w *winnower) begin(length, window int) { w.length, w.window, w.last = length, window, -1 }

// add appends the grams that the new tokens of a batch decide on to out.
func (w *winnower) add(b *batch, out []gram) []gram {
	// The first gram that ends in a new token, and those of its window.
	first := max(b.kept-w.length+1, 0)
	for first+w.length <= len(b.tokens) {
		from := max(first-w.window+1, 0)
		to := min(from+positions-w.window, len(b.tokens)-w.length+1)
		out = w.choose(b, from, first, to, out)
		first = to
	}
	return out
}

// choose chooses of the grams at b.tokens[from:to], of which those before first have
// had their turn as the last one of a window.
func (w *winnower) choose(b *batch, from, first, to int, out []gram) []gram {
	n := to - from
	w.values = slices.Grow(w.values[:0], n)[:n]
	w.keys = slices.Grow(w.keys[:0], n+w.window+slack)[:n+w.window+slack]
	values, keys := w.values, w.keys
	// Before the first gram of a text there are none, which are never chosen.
	lead := w.window - 1 - (first - from)
	for i := range lead {
		keys[i] = math.MaxInt64
	}
	keys = keys[:lead+n]
	// The hash is a cyclic polynomial.
	h := uint64(0)
	for _, t := range b.tokens[from : from+w.length-1] {
		h = bits.RotateLeft64(h, 1) ^ t.hash
	}
	oldest := w.length - 1 // which was rotated so often
	ends, begins, own := b.tokens[from+oldest:][:n], b.tokens[from:][:n], keys[lead:][:n]
	for i := range values {
		h = bits.RotateLeft64(h, 1) ^ ends[i].hash
		v := h * mix2
		values[i] = v
		// Of equals the later one is less.
		own[i] = int64((v^1<<63)&^(positions-1)) | int64(positions-1-i)
		h ^= bits.RotateLeft64(begins[i].hash, oldest)
	}
	// The least of two in a row, of four, and so on, and at last of a window,
	// from each position on.
	width := 1
	for ; 2*width <= w.window; width *= 2 {
		keys = least(keys, width)
	}
	keys = least(keys, w.window-width)
	k := len(out)
	out = slices.Grow(out, len(keys))[:k+len(keys)]
	begin := b.before + from
	last := w.last - begin
	for _, key := range keys {
		i := positions - 1 - int(key&(positions-1))
		out[k] = gram{values[i], begin + i}
		if i != last {
			k++
		}
		last = i
	}
	w.last = begin + last
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

// variety counts the different tokens of a gram by their hashes' high bits: a
// list of zeros has two.
func variety(tokens []token) int {
	var set uint64
	for i := range tokens {
		set |= 1 << (tokens[i].hash >> 58)
	}
	return bits.OnesCount64(set)
}
