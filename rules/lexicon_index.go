package rules

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"
)

// eight is the first eight bytes of a word and what follows it, all ASCII, as a lexicon writes words: in lower case, and
// with a space for any other character than a letter or digit. The first byte is the lowest.
type eight struct {
	bytes uint64
	odd   uint64 // the high bit of each byte that another such character stands before, or that is a hump
	hump  uint64 // the same for capitals that may begin a word, as in dateOfBirth
	run   int    // letters before anything else or a hump
}

const eachByte = 0x0101010101010101

// between has the high bit of each byte of x that is one of low to high. All are ASCII.
func between(x uint64, low, high byte) uint64 {
	return (x + eachByte*uint64(0x80-low)) &^ (x + eachByte*uint64(0x7F-high)) & highBits
}

// newEight reads eight bytes of ASCII.
func newEight(raw uint64) (e eight) {
	letters, upper := between(raw|eachByte*0x20, 'a', 'z'), between(raw, 'A', 'Z')
	other := highBits &^ (letters | between(raw, '0', '9'))
	lower := letters &^ upper
	e.bytes = (raw|upper>>2)&^(other>>7*0xFF) | other>>2
	// Of two capitals at the end it is not known what follows.
	e.hump = upper & (lower<<8 | (upper<<8)&(lower>>8|0x80<<56))
	e.run = bits.TrailingZeros64(highBits&^letters|e.hump) >> 3
	e.odd = e.hump | other&(other<<8)
	return e
}

// wordIndex finds the words that begin with eight bytes of ASCII. A word of keyLen bytes or more is known by its first ones. Of
// shorter ones, those of which no two letters stand together at the beginning, and prefixes, are known by their first three, and others by their
// letters up to anything else.
type wordIndex struct {
	byKey   map[uint64][]wordEntry // until sealed
	parts   map[uint64]bool        // until sealed: keys of what stands before the first space of a word, as partKey has them
	begun   [1 << (begunBits - 6)]uint64
	from    [1<<bucketBits + 1]uint16 // where each bucket begins
	entries []wordEntry               // bucket by bucket
	open    bool                      // a word of one or two letters is a prefix
}

const (
	bucketBits = 12
	begunBits  = 18 // most words of a text are none of the lexicon's, and a look at a few bits tells
	keyLen     = 6

	longMask  = 1<<(8*keyLen) - 1
	threeMask = 1<<24 - 1
	threeKey  = 1 << 56 // added to a key of three bytes
	partKey   = 2 << 56 // and to a key of what stands before a space
)

// wordEntry is a word in a bucket. Its first bytes, eight at most, tell nearly all texts from it by one comparison.
type wordEntry struct {
	key         uint64
	start, mask uint64
	word        uint16
	whole       uint8 // the length of a word that has no more than these, else 0
	prefix      bool  // that of the word
}

func hashOf(key uint64) uint32 { return uint32(key * 0x9E3779B97F4A7C15 >> 32) }

// lowBytes has all bits of the first n bytes, 8 at most.
func lowBytes(n int) uint64 { return 1<<(8*n) - 1 }

// add notes a word, unless no text that begins with eight bytes of ASCII can begin with it.
func (x *wordIndex) add(text []byte, word uint16, prefix bool) {
	if x.byKey == nil {
		x.byKey, x.parts = make(map[uint64][]wordEntry), make(map[uint64]bool)
	}
	e := wordEntry{word: word, prefix: prefix}
	run, space := 0, false
	for i, b := range text[:min(len(text), 8)] {
		if b >= utf8.RuneSelf {
			return
		}
		e.start |= uint64(b) << (8 * i)
		e.mask |= 0xFF << (8 * i)
		if run == i && isLetter(b) {
			run++
		}
		if b == ' ' && !space && i < keyLen {
			space = true
			x.parts[e.start&lowBytes(run)|partKey] = true
		}
	}
	if len(text) <= 8 {
		e.whole = uint8(len(text))
	}
	key := e.start & lowBytes(run)
	switch {
	case len(text) >= keyLen:
		key = e.start & longMask
	case prefix && len(text) < 3:
		x.open = true
	case prefix, run <= 1 && len(text) >= 3:
		key = e.start&threeMask | threeKey
	}
	e.key = key
	x.byKey[key] = append(x.byKey[key], e)
}

// seal puts the words side by side: a look for one takes mostly the time until the memory answers.
func (x *wordIndex) seal() {
	x.begun, x.entries = [1 << (begunBits - 6)]uint64{}, nil
	for key := range x.parts {
		x.begin(key)
	}
	var buckets [1 << bucketBits][]wordEntry
	for key, entries := range x.byKey {
		x.begin(key)
		b := hashOf(key) >> (32 - bucketBits)
		buckets[b] = append(buckets[b], entries...)
	}
	for b := range buckets {
		slices.SortFunc(buckets[b], func(a, b wordEntry) int { return int(a.word) - int(b.word) })
		x.entries = append(x.entries, buckets[b]...)
		x.from[b+1] = uint16(len(x.entries))
	}
}

func (x *wordIndex) begin(key uint64) {
	h := hashOf(key)
	x.begun[h>>(32-begunBits+6)] |= 1 << (h >> (32 - begunBits) & 63)
}

// has is not 0 in its lowest bit if a word may have the key.
func (x *wordIndex) has(key uint64) uint64 {
	h := hashOf(key)
	return x.begun[h>>(32-begunBits+6)] >> (h >> (32 - begunBits) & 63)
}

// with returns the words with the key, and others.
func (x *wordIndex) with(key uint64) []wordEntry {
	b := hashOf(key) >> (32 - bucketBits)
	return x.entries[x.from[b]:x.from[b+1]]
}

// shortened returns the key of a run of letters, and that of it without the s of a plural.
func (e *eight) shortened() (key, single uint64) {
	key = e.bytes & lowBytes(e.run)
	noS := e.bytes>>(8*(e.run-1)&63)&0xFF ^ 's'
	return key, key & lowBytes(max(e.run-int((noS-1)>>63), 0))
}

// may is not 0 in its lowest bit if one of the words may begin with the eight bytes.
func (x *wordIndex) may(e *eight) uint64 {
	run, single := e.shortened()
	any := x.has(e.bytes&longMask) | x.has(run) | x.has(single) | x.has(e.bytes&threeMask|threeKey)
	if e.odd&longMask != 0 {
		if e.hump&longMask != 0 {
			return 1
		}
		any |= x.has(run | partKey)
	}
	return any
}

// at appends the words that begin at text[i], an ASCII letter or digit.
func (x *lexicon) at(dst []occurrence, text []byte, i int) []occurrence {
	raw := uint64(highBits)
	if i+8 <= len(text) {
		raw = binary.LittleEndian.Uint64(text[i:])
	}
	if raw&highBits != 0 || x.exact.open {
		return x.loosely(dst, text, i)
	}
	e := newEight(raw)
	if e.odd&longMask != 0 {
		return x.loosely(dst, text, i)
	}
	run, single := e.shortened()
	keys := [...]uint64{e.bytes & longMask, e.bytes&threeMask | threeKey, run, single}
	for k, key := range keys {
		if x.exact.has(key)&1 != 0 && !slices.Contains(keys[:k], key) {
			dst = x.among(dst, text, i, &e, key)
		}
	}
	return dst
}

// among appends the words with the key that stand at text[i].
func (x *lexicon) among(dst []occurrence, text []byte, i int, e *eight, key uint64) []occurrence {
	known := bits.TrailingZeros64(e.odd) >> 3
	mask := lowBytes(known)
	entries := x.exact.with(key)
	for k := range entries {
		w := &entries[k]
		if w.key != key || (e.bytes^w.start)&w.mask&mask != 0 {
			continue
		}
		if w.whole == 0 || int(w.whole) > known {
			dst = x.try(dst, text, i, w.word)
		} else if end := i + int(w.whole); w.prefix || endsAt(text, end) {
			dst = append(dst, occurrence{int32(i), int32(end), w.word})
		}
	}
	return dst
}

// looseIndex finds words in any text by their first three bytes.
type looseIndex struct {
	byKey map[uint32][]uint16       // until sealed
	from  [1<<bucketBits + 1]uint16 // where each bucket begins
	words []uint16                  // bucket by bucket
	short [256][]uint16             // by the first byte, of words that begin with one or two letters
	open  bool                      // a word in short is a prefix
}

func looseKey(a, b, c byte) uint32 {
	return hashOf(uint64(a)|uint64(b)<<8|uint64(c)<<16) >> (32 - bucketBits)
}

func (x *looseIndex) add(text []byte, word uint16, prefix bool) {
	if len(text) < 3 || text[1] == ' ' || text[2] == ' ' {
		x.short[text[0]] = append(x.short[text[0]], word)
		x.open = x.open || prefix && len(text) < 3
		return
	}
	if x.byKey == nil {
		x.byKey = make(map[uint32][]uint16)
	}
	k := looseKey(text[0], text[1], text[2])
	x.byKey[k] = append(x.byKey[k], word)
}

func (x *looseIndex) seal() {
	x.words = x.words[:0]
	for k := range uint32(1 << bucketBits) {
		x.words = append(x.words, x.byKey[k]...)
		x.from[k+1] = uint16(len(x.words))
	}
}

func (x *looseIndex) with(a, b, c byte) []uint16 {
	k := looseKey(a, b, c)
	return x.words[x.from[k]:x.from[k+1]]
}

// loosely appends the words that begin at text[i], an ASCII letter or digit.
func (x *lexicon) loosely(dst []occurrence, text []byte, i int) []occurrence {
	first := lowerASCII(text[i])
	if i+2 >= len(text) {
		return x.tryAll(dst, text, i, x.loose.short[first])
	}
	a, b := text[i+1], text[i+2]
	// In a word of three letters or more no short one ends, but for a plural.
	if classOf[a] != classLower || classOf[b] != classLower || b == 's' || x.loose.open {
		dst = x.tryAll(dst, text, i, x.loose.short[first])
	}
	if classOf[a] != classWide && classOf[b] != classWide {
		return x.tryAll(dst, text, i, x.loose.with(first, lowerASCII(a), lowerASCII(b)))
	}
	return x.atWide(dst, text, i)
}

// atWide is loosely for any character, and words with others than ASCII's.
func (x *lexicon) atWide(dst []occurrence, text []byte, i int) []occurrence {
	var key [12]byte
	n := 0
	for at := i; n < 3 && at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		n += utf8.EncodeRune(key[n:], unicode.ToLower(r))
		at += size
	}
	if text[i] >= utf8.RuneSelf {
		dst = x.tryAll(dst, text, i, x.loose.short[key[0]])
	}
	if n >= 3 {
		dst = x.tryAll(dst, text, i, x.loose.with(key[0], key[1], key[2]))
	}
	return dst
}

func (x *lexicon) tryAll(dst []occurrence, text []byte, i int, words []uint16) []occurrence {
	for _, w := range words {
		dst = x.try(dst, text, i, w)
	}
	return dst
}

func (x *lexicon) try(dst []occurrence, text []byte, i int, word uint16) []occurrence {
	if end := x.words[word].match(text, i); end > 0 {
		dst = append(dst, occurrence{int32(i), int32(end), word})
	}
	return dst
}
