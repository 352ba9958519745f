package fingerprint

import "math/bits"

// A gram is a run of tokens that was chosen to stand for its neighbourhood.
type gram struct {
	hash  uint64 // of the tokens, without a key
	first int32  // where the first token begins
	last  int32  // where the last one does
	token int    // which token of the text the first one is
	// variety is how many different tokens the gram has, roughly; zero where
	// nobody asked.
	variety uint8
}

// ring is a power of two above the longest gram and the widest window.
const ring = 64

// winnower chooses grams as Schleimer, Wilkerson and Aiken do ("Winnowing:
// local algorithms for document fingerprinting", SIGMOD 2003): of every window
// of so many neighbouring grams the one with the least value. Two texts that
// share length+window-1 tokens in a row share a chosen gram.
type winnower struct {
	length, window int
	vary           bool // fill in variety
	tokens         [ring]token
	values         [ring]uint64
	hash           uint64 // of the last length tokens
	n              int    // tokens read
	least          uint64
	leastAt        int
}

// begin forgets the text before.
func (w *winnower) begin(length, window int) {
	w.length, w.window = length, window
	for i := range w.length {
		w.tokens[-(i+1)&(ring-1)] = token{} // which leave the hash first
	}
	w.hash, w.n, w.least, w.leastAt = 0, 0, ^uint64(0), 0
}

// add reads tokens and appends the grams that they decide on to out.
func (w *winnower) add(tokens []token, out []gram) []gram {
	length, window := w.length, w.window
	h, n := w.hash, w.n
	least, leastAt := w.least, w.leastAt
	for _, t := range tokens {
		// The oldest token leaves the hash, which is a cyclic polynomial.
		old := w.tokens[(n-length)&(ring-1)].hash
		h = bits.RotateLeft64(h, 1) ^ t.hash ^ bits.RotateLeft64(old, length)
		w.tokens[n&(ring-1)] = t
		n++
		at := n - length // of the gram among grams
		if at < 0 {
			continue
		}
		v := h * mix2
		w.values[at&(ring-1)] = v
		if v <= least {
			least, leastAt = v, at
		} else if at-leastAt < window {
			continue
		} else {
			// The least one has left the window.
			least, leastAt = v, at
			for i := at - 1; i > at-window; i-- {
				if x := w.values[i&(ring-1)]; x < least {
					least, leastAt = x, i
				}
			}
		}
		g := gram{
			hash:  least, // which a multiplication made of its hash
			first: w.tokens[leastAt&(ring-1)].at,
			last:  w.tokens[(leastAt+length-1)&(ring-1)].at,
			token: leastAt,
		}
		if w.vary {
			g.variety = w.variety(leastAt)
		}
		out = append(out, g)
	}
	w.hash, w.n, w.least, w.leastAt = h, n, least, leastAt
	return out
}

// variety counts the different tokens of the gram that begins at a token, by
// their hashes' high bits: a list of zeros has two.
func (w *winnower) variety(at int) uint8 {
	var set uint64
	for i := range w.length {
		set |= 1 << (w.tokens[(at+i)&(ring-1)].hash >> 58)
	}
	return uint8(bits.OnesCount64(set))
}
