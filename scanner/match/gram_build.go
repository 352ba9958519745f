package match

import (
	"math"
	"math/bits"
	"slices"
	"sync"
)

// codesOf returns the codes of the bytes of a set, and of the edge if that may stand there.
func codesOf(set *byteSet, edge bool) (codes []uint8) {
	var seen byteSet
	for w, x := range set {
		for ; x != 0; x &= x - 1 {
			seen.add(gramCodes[w<<6|bits.TrailingZeros64(x)])
		}
	}
	if edge {
		seen.add(edgeOf)
	}
	for w, x := range seen {
		for ; x != 0; x &= x - 1 {
			codes = append(codes, uint8(w<<6|bits.TrailingZeros64(x)))
		}
	}
	return codes
}

// edgeAt reports whether place k of an anchor may be before or behind the text.
func (a *anchor) edgeAt(k int) bool { return k == 0 && a.start || k > 0 && a.end[k] }

// digits returns how many of some sets have most digits.
func digits(sets []byteSet) (n int) {
	for _, set := range sets {
		if bits.OnesCount64(set[0]&kindDigits) > 5 {
			n++
		}
	}
	return n
}

// kindDigits are the digits in the first word of a set.
const kindDigits = (1<<10 - 1) << '0'

// gramChooser finds the grams of anchors. It remembers the codes of their sets, which are few.
type gramChooser struct {
	rater
	sets  setNumbers
	known [][]uint8 // codes, by number of a set
}

func newGramChooser() *gramChooser { return &gramChooser{rater: newRater()} }

// anchorCodes are the codes that can stand at the places of an anchor.
type anchorCodes [anchorLen][]uint8

// codes returns the codes that can stand at the places of an anchor.
func (c *gramChooser) codes(a *anchor) (all anchorCodes) {
	for k := range all {
		n, ok := c.sets.number(&a.seq[k])
		if !ok {
			c.known = append(c.known, codesOf(&a.seq[k], false))
		}
		all[k] = c.known[n-1]
		if a.edgeAt(k) {
			all[k] = codesOf(&a.seq[k], true)
		}
	}
	return all
}

// gramOf returns the place of the rarest gram of an anchor that has such codes, unless all there are have too many.
func (c *gramChooser) gramOf(a *anchor, codes *anchorCodes) (at int, ok bool) {
	var places [anchorLen]int
	n := 0
	for k := range anchorLen - gramLen + 1 {
		if codes.grams(k) <= maxGrams && !a.edgeAt(k) && digits(a.seq[k:k+gramLen]) <= maxDigits {
			places[n] = k
			n++
		}
	}
	if n < 2 {
		return places[0], n > 0
	}
	best := math.Inf(1)
	often, all := oftenGrams()
	for _, k := range places[:n] {
		var seq sequence
		copy(seq[:], a.seq[k:k+gramLen])
		rate := c.rate(&seq, gramLen) + float64(1e-6*float64(codes.grams(k)))
		codes.eachGram(k, func(word, bit uint32) { rate += float64(often[word<<5|bit]) / float64(all) })
		if rate < best {
			at, best = k, rate
		}
	}
	return at, true
}

// grams returns how many grams there are at place at.
func (c *anchorCodes) grams(at int) int {
	return len(c[at]) * len(c[at+1]) * len(c[at+2]) * len(c[at+3])
}

// eachGram calls do with the hashes of an anchor's grams at place at.
func (c *anchorCodes) eachGram(at int, do func(word, bit uint32)) {
	for _, c0 := range c[at] {
		for _, c1 := range c[at+1] {
			for _, c2 := range c[at+2] {
				for _, c3 := range c[at+3] {
					do(gramHash(uint32(c0) | uint32(c1)<<8 | uint32(c2)<<16 | uint32(c3)<<24))
				}
			}
		}
	}
}

// oftenGrams says how often each hash is in the samples, which know what words there are, and how many grams they have.
// It is kept, so it counts no further than it must: what is that frequent is no gram of any anchor.
var oftenGrams = sync.OnceValues(func() (out *[1 << (gramBits + 5)]uint16, n int) {
	out = new([1 << (gramBits + 5)]uint16)
	for _, s := range samples() {
		n += len(s) - gramLen + 1
		for i := range len(s) - gramLen + 1 {
			w := uint32(0)
			for k := range gramLen {
				w |= uint32(gramCodes[s[i+k]]) << (8 * k)
			}
			word, bit := gramHash(w)
			if k := word<<5 | bit; out[k] < math.MaxUint16 {
				out[k]++
			}
		}
	}
	return out, n
})

// newGrams puts those anchors into a table that have grams, and returns the others.
func newGrams(items []item) (g *grams, rest []item) {
	type keyed struct {
		word, bit uint32
		gramRecord
	}
	g = &grams{}
	var all []keyed
	number := 0
	at, codes := make([]int, len(items)), make([]anchorCodes, len(items))
	inParallel(len(items), func(next func() int) {
		c := newGramChooser()
		for i := next(); i < len(items); i = next() {
			var ok bool
			codes[i] = c.codes(items[i].anchor)
			if at[i], ok = c.gramOf(items[i].anchor, &codes[i]); !ok {
				at[i] = none
			}
		}
	})
	for i := range items {
		a := items[i].anchor
		if at[i] == none || number+maxGrams > allGrams {
			rest = append(rest, items[i])
			continue
		}
		record := newGramRecord(a, items[i].entry, at[i])
		from := len(all)
		codes[i].eachGram(at[i], func(word, bit uint32) {
			number += int(^g.table[word] >> bit & 1)
			g.table[word] |= 1 << bit
			all = append(all, keyed{word, bit, record})
		})
		// Two grams of an anchor may have the same hash, which should have it once.
		some := all[from:]
		key := func(a *keyed) int { return int(a.word<<5 | a.bit) }
		slices.SortFunc(some, func(a, b keyed) int { return key(&a) - key(&b) })
		all = all[:from+len(slices.CompactFunc(some, func(a, b keyed) bool { return key(&a) == key(&b) }))]
	}
	for i, w := range g.table[:len(g.table)-1] {
		g.ranks[i+1] = g.ranks[i] + uint16(bits.OnesCount32(w))
	}
	g.starts = make([]uint32, number+1)
	for i := range all {
		g.starts[g.number(all[i].word, all[i].bit)+1]++
	}
	for i := range number {
		g.starts[i+1] += g.starts[i]
	}
	g.records = make([]gramRecord, len(all))
	next := slices.Clone(g.starts)
	for i := range all {
		n := g.number(all[i].word, all[i].bit)
		g.records[next[n]] = all[i].gramRecord
		next[n]++
	}
	return g, rest
}

func newGramRecord(a *anchor, entry int32, at int) gramRecord {
	r := gramRecord{entry: entry, at: uint8(at)}
	for k, set := range a.seq {
		edge := a.edgeAt(k)
		if edge {
			r.edges |= 1 << k
			set.add(edgeOf)
		}
		every, some := byte(0xff), byte(0)
		for w, x := range set {
			for ; x != 0; x &= x - 1 {
				c := byte(w<<6 | bits.TrailingZeros64(x))
				every, some = every&c, some|c
			}
		}
		same := ^(every ^ some)
		r.mask |= uint64(same) << (8 * k)
		r.value |= uint64(every&same) << (8 * k)
		if set.size() != 1<<(8-bits.OnesCount8(same)) || set.has(edgeOf) {
			r.vague |= 1 << k
		}
	}
	return r
}
