package match

import (
	"context"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// index holds hashes of values – words, phrases, numbers – and finds the values
// in texts. It holds none of them itself.
type index struct {
	key     sipKey
	words   reader
	first   [wordKinds]firstWords // compact values are with the words with digits
	compact uint64                // lengths of compact values; bit 63 is for 64
	table   table

	shortest int    // of the plain first words, in bytes
	lower    uint64 // lowerBits, unless spelling counts
}

// setFirst sets the first words of a kind.
func (x *index) setFirst(kind int, f firstWords) {
	x.first[kind] = f
	if !x.words.exact {
		x.lower = lowerBits
	}
	x.shortest = bits.TrailingZeros64(x.first[plainWords].lengths)
}

// Kinds of first words. Those with digits are kept apart since numbers are many and nearly
// all different: their filter is too large for the cache that the words of
// prose need. Those with letters beyond ASCII are, since words in one letter of Chinese would
// have every short English word looked up.
const (
	plainWords = iota // ASCII letters
	digitWords
	foreignWords
	wordKinds
)

// firstWords are the words that values begin with.
type firstWords struct {
	filter  bloom
	lengths uint64 // in bytes; bit 63 is for 63 and more
}

// mayHave reports whether a word of n bytes can be one of them, by its length.
func (f *firstWords) mayHave(n int) bool { return f.lengths>>min(n, 63)&1 != 0 }

// kindOfWord is where in index.first a word is.
func kindOfWord(word []byte) int {
	kind := plainWords
	for _, c := range word {
		if c >= '0' && c <= '9' {
			return digitWords
		}
		if c >= utf8.RuneSelf {
			kind = foreignWords
		}
	}
	return kind
}

// What a node of the table is. Every value has one, and every run of words
// that a value begins with.
const (
	nodeValue = 1 << iota // a value ends here
	nodeMail              // a value that holds an @ ends here: what stands beside it is looked at
	nodeMore              // a value goes on from here
	nodeAlone             // for Records: the value says enough without others
	nodeBits  = iota
)

// Bounds of a value.
const (
	maxValueBytes = 256 // as it is compared
	maxValueWords = 32
	maxGap        = 8 // bytes between two words of a value

	minCompact      = 4 // letters and digits of a compact value
	maxCompact      = 64
	maxCompactWords = 16
	maxCompactGap   = 3 // bytes between two groups
	maxPrefixLetter = 4 // letters of a group without digits
	maxPrefixes     = 3 // groups before the first that has digits
)

// compactMark stands before compact values, so that they differ from words.
const compactMark = 1

// hitFunc is called for a value that stands in text[start:end].
type hitFunc func(node, start, end int)

// find calls hit for every value that stands in text. Of values that begin at one
// word it calls it for all.
func (x *index) find(ctx context.Context, text []byte, hit hitFunc) error {
	if !valid(text) {
		return ErrInvalidUTF8
	}
	buf := make([]byte, 0, maxValueBytes+64)
	check := func() error { return ctx.Err() }
	if err := check(); err != nil {
		return err
	}
	return x.eachWord(text, check, func(start, end int, passes, digits bool) {
		if passes {
			x.phrasesAt(buf, text, start, hit)
		}
		if digits && x.compact != 0 {
			x.compactAround(buf, text, start, hit)
		}
	})
}

// phrasesAt finds the values that begin with the word at start.
func (x *index) phrasesAt(buf, text []byte, start int, hit hitFunc) {
	folded, _, to := x.words.next(buf[:0], text, start)
	for range maxValueWords {
		key := folded
		if x.words.exact {
			key = text[start:to]
		}
		n, flags := x.table.lookup(x.key.sum128(key))
		if n < 0 {
			return
		}
		if flags&nodeValue != 0 || flags&nodeMail != 0 && isWholeMail(text, start, to) {
			hit(n, start, to)
		}
		if flags&nodeMore == 0 {
			return
		}
		near := text[:min(len(text), to+maxGap+maxValueBytes)]
		next, from, after := x.words.next(append(folded, ' '), near, to)
		if from == len(near) || from-to > maxGap {
			return
		}
		folded, to = next, after
	}
}

// isWholeMail reports whether text[start:end] is all of an address.
func isWholeMail(text []byte, start, end int) bool {
	if start > 0 {
		switch text[start-1] {
		case '.', '+', '-', '_', '%':
			if start > 1 && isASCIIWord(text[start-2]) {
				return false
			}
		}
	}
	if end+1 < len(text) && (text[end] == '.' || text[end] == '-') && isASCIIWord(text[end+1]) {
		return false
	}
	return slices.Contains(text[start:end], '@')
}

// compactAround finds the compact values whose first group with digits is the
// word at start. Up to maxPrefixes short groups of letters may stand before it.
func (x *index) compactAround(buf, text []byte, start int, hit hitFunc) {
	for n := 0; ; n++ {
		x.compactAt(buf, text, start, hit)
		if n == maxPrefixes {
			return
		}
		to := start
		for to > 0 && start-to <= maxCompactGap && isCompactGap(text[to-1]) {
			to--
		}
		from := to
		for from > 0 && to-from <= maxPrefixLetter && text[from-1]|0x20 >= 'a' && text[from-1]|0x20 <= 'z' {
			from--
		}
		if start-to == 0 || start-to > maxCompactGap || from == to || to-from > maxPrefixLetter ||
			x.words.endsWord(text[:from]) {
			return
		}
		start = from
	}
}

// compactAt finds the compact values that begin at start.
func (x *index) compactAt(buf, text []byte, start int, hit hitFunc) {
	folded, digits := append(buf[:0], compactMark), false
	for at, n := start, 0; n < maxCompactWords; n++ {
		before := len(folded)
		near := text[:min(len(text), at+maxCompactGap+2*maxCompact)]
		next, from, to := x.words.next(folded, near, at)
		if from == len(near) || n > 0 && !isCompactGapText(text[at:from]) || len(next)-1 > maxCompact {
			return
		}
		folded, at = next, to
		switch {
		case hasDigit(folded[before:]):
			digits = true
		case len(folded)-before > maxPrefixLetter:
			return
		}
		if size := len(folded) - 1; !digits || x.compact>>(size-1)&1 == 0 {
			continue
		}
		lo, hi := x.key.sum128(folded)
		if !x.first[digitWords].filter.has(lo) {
			continue
		}
		if node, flags := x.table.lookup(lo, hi); node >= 0 && flags&nodeValue != 0 {
			hit(node, start, to)
		}
	}
}

// isCompactGap is true of what people put between the groups of a number.
func isCompactGap(c byte) bool {
	switch c {
	case ' ', '-', '.', '/', '_', ':', '(', ')', '#', '+':
		return true
	}
	return false
}

func isCompactGapText(gap []byte) bool {
	for _, c := range gap {
		if !isCompactGap(c) {
			return false
		}
	}
	return len(gap) > 0 && len(gap) <= maxCompactGap
}

// bytes is the memory that the index holds.
func (x *index) bytes() int {
	n := x.table.bytes()
	for _, f := range x.first {
		n += 8 * len(f.filter)
	}
	return n
}

// bloom is a set of hashes that may hold more than was added (Bloom, 1970).
// All bits of one hash are in one word, so that asking reads memory once.
type bloom []uint64

// newBloom makes a filter for n hashes. Small ones have 16 bits for each, and let
// through one in two hundred of those that were not added; large ones 12, for
// the sake of memory and cache, and one in fifty.
func newBloom(n int) bloom {
	bits := 16
	if n > 1<<17 {
		bits = 12
	}
	return make(bloom, max(1, (n*bits+63)/64))
}

func (b bloom) place(h uint64) (word, mask uint64) {
	word, _ = bits.Mul64(h, uint64(len(b)))
	return word, 1<<(h&63) | 1<<(h>>6&63) | 1<<(h>>12&63) | 1<<(h>>18&63)
}

func (b bloom) add(h uint64) {
	word, mask := b.place(h)
	b[word] |= mask
}

func (b bloom) has(h uint64) bool {
	word, mask := b.place(h)
	return b[word]&mask == mask
}

// table is a set of hashes of 128 bits with a few flags for each. 76 bits of
// each hash are kept, and its place says about as many more as there are bits
// in the number of buckets.
type table struct {
	starts []uint32 // of each bucket; one more for the end
	hashes []uint64
	extra  []uint16 // twelve more bits of the hash, and the flags
}

// bucketSize is how many nodes a bucket has on average.
const bucketSize = 8

func (t *table) bucket(lo uint64) uint64 {
	return (lo >> 32) * uint64(len(t.starts)-1) >> 32
}

// lookup returns the node with the hash and its flags, or -1.
func (t *table) lookup(lo, hi uint64) (node int, flags uint16) {
	b := t.bucket(lo)
	from, to := t.starts[b], t.starts[b+1]
	for i, h := range t.hashes[from:to] {
		if h == hi {
			n := int(from) + i
			if extra := t.extra[n]; (extra^uint16(lo<<nodeBits))>>nodeBits == 0 {
				return n, extra & (1<<nodeBits - 1)
			}
		}
	}
	return -1, 0
}

func (t *table) bytes() int { return 4*len(t.starts) + 8*len(t.hashes) + 2*len(t.extra) }
