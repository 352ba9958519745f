package rules

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unicode"
	"unicode/utf8"
)

// lexicon is the words of all near and unless blocks of a set. Some fifty rules
// ask about the neighbourhood of every long number; instead of each looking
// for its own words, the words of all are looked for once, a block of text at a
// time, and each rule asks which were found (noted.near).
type lexicon struct {
	words   []lexiconWord
	lists   int
	index   map[string]uint16         // by text, with a final * for a prefix
	buckets map[uint32][]lexiconEntry // by the first three bytes of the word, until sealed
	entries []lexiconEntry            // bucket by bucket, once sealed
	from    [1<<bucketBits + 1]uint16 // where each bucket begins
	short   [256][]lexiconEntry       // by the first byte, for words that begin with one or two letters
	first   [256]bool                 // bytes that a word begins with
	open    bool                      // a short word is a prefix
	// begun has a bit for the first four letters and digits of each word, or three where there are no more. Most
	// words of a text are none of the lexicon's, and one look here tells.
	begun [1 << (begunBits - 6)]uint64
}

const (
	bucketBits = 12
	begunBits  = 16
)

// begunAt is where the beginning of a word, in lower case, has its bit.
func begunAt(start uint64) (word uint32, bit uint64) {
	h := uint32(start) * 0x9E3779B1 >> (32 - begunBits)
	return h >> 6, 1 << (h & 63)
}

// mayBegin reports whether a word could begin with eight bytes of ASCII.
func (x *lexicon) mayBegin(start uint64) bool {
	word, bit := begunAt(start & 0xFFFFFFFF)
	if x.begun[word]&bit != 0 {
		return true
	}
	word, bit = begunAt(start & 0xFFFFFF)
	return x.begun[word]&bit != 0
}

// lexiconEntry is a word in a bucket. Its first letters and digits, eight at most, tell most
// texts from it by one comparison.
type lexiconEntry struct {
	start, mask uint64
	word        uint16
	whole       uint8 // the length of a word of which nothing else is to be compared, else 0
	prefix      bool  // that of the word
}

func newLexiconEntry(text []byte, word uint16, prefix bool) lexiconEntry {
	e := lexiconEntry{word: word, prefix: prefix}
	for i, b := range text[:min(len(text), 8)] {
		if b == ' ' || b >= utf8.RuneSelf {
			break
		}
		e.start |= uint64(b) << (8 * i)
		e.mask |= 0xFF << (8 * i)
		if i == len(text)-1 {
			e.whole = uint8(len(text))
		}
	}
	return e
}

// lower8 returns eight bytes of ASCII in lower case.
func lower8(x uint64) uint64 {
	const ones = 0x0101010101010101
	upper := (x + ones*(0x80-'A')) &^ (x + ones*(0x80-'Z'-1)) & (ones * 0x80)
	return x | upper>>2
}

// lexiconWord is a word in lower case, its parts joined by one space each.
type lexiconWord struct {
	text   []byte
	prefix bool     // written with a final *
	inside bool     // of a script that puts no spaces between words
	lists  []uint64 // the wordLists that have it, a bit each
}

func bucketOf(a, b, c byte) uint32 {
	h := (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9E3779B1
	return h >> (32 - bucketBits)
}

// list adds a list of words as a rule file has them.
func (x *lexicon) list(words []string, window, after int) *wordList {
	l := &wordList{id: x.lists, window: window, after: after, size: len(words)}
	x.lists++
	if l.window == 0 {
		l.window = defaultWindow
	}
	if l.after == 0 {
		l.after = defaultAfter
	}
	for _, w := range words {
		x.add(w, l.id)
	}
	return l
}

func (x *lexicon) add(word string, list int) {
	text, prefix := normalWord(word), word[len(word)-1] == '*'
	if len(text) == 0 {
		return
	}
	key := string(text)
	if prefix {
		key += "*"
	}
	if x.index == nil {
		x.index = make(map[string]uint16)
	}
	i, ok := x.index[key]
	if !ok {
		i = uint16(len(x.words))
		x.index[key] = i
		x.words = append(x.words, lexiconWord{text: text, prefix: prefix, inside: text[0] >= 0xE0})
		x.first[text[0]] = true
		if len(text) < 3 || text[1] == ' ' || text[2] == ' ' {
			x.short[text[0]] = append(x.short[text[0]], newLexiconEntry(text, i, prefix))
			x.open = x.open || prefix && len(text) < 3
		} else {
			if x.buckets == nil {
				x.buckets = make(map[uint32][]lexiconEntry)
			}
			b := bucketOf(text[0], text[1], text[2])
			e := newLexiconEntry(text, i, prefix)
			x.buckets[b] = append(x.buckets[b], e)
			word, bit := begunAt(e.start & 0xFFFFFFFF)
			if e.mask>>24 == 0 {
				word, bit = begunAt(e.start & 0xFFFFFF)
			}
			x.begun[word] |= bit
		}
	}
	w := &x.words[i]
	for len(w.lists) <= list>>6 {
		w.lists = append(w.lists, 0)
	}
	w.lists[list>>6] |= 1 << (list & 63)
}

// seal puts the words side by side, when the last was added: a look for one takes mostly the time until the memory answers.
func (x *lexicon) seal() {
	x.entries = x.entries[:0]
	for b := range uint32(1 << bucketBits) {
		x.entries = append(x.entries, x.buckets[b]...)
		x.from[b+1] = uint16(len(x.entries))
	}
	x.entries = slices.Clip(x.entries)
}

// bucket returns the words with the first three bytes of a word, and others.
func (x *lexicon) bucket(a, b, c byte) []lexiconEntry {
	n := bucketOf(a, b, c)
	return x.entries[x.from[n]:x.from[n+1]]
}

// inList reports whether the list has the word.
func (w *lexiconWord) inList(list int) bool {
	return list>>6 < len(w.lists) && w.lists[list>>6]>>(list&63)&1 != 0
}

// occurrence is a word of the lexicon in a text.
type occurrence struct {
	start, end int32
	word       uint16
}

// The classes of bytes, for the pass over the text.
const (
	classOther = iota
	classLower
	classUpper
	classDigit
	classWide // a byte of a character beyond ASCII
)

var classOf = func() (table [256]uint8) {
	for b := range table {
		switch c := byte(b); {
		case c >= 'a' && c <= 'z':
			table[b] = classLower
		case c >= 'A' && c <= 'Z':
			table[b] = classUpper
		case isDigit(c):
			table[b] = classDigit
		case c >= utf8.RuneSelf:
			table[b] = classWide
		}
	}
	return table
}()

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// occurrences appends those of text that begin in [from, to), in order. A word
// begins where a run of letters and digits does, and where a new word begins in
// dateOfBirth or IBANCode.
func (x *lexicon) occurrences(dst []occurrence, text []byte, from, to int) []occurrence {
	inside := false // a run of letters and digits
	if from > 0 {
		r, _ := utf8.DecodeLastRune(text[:from])
		inside = isWordRune(r)
	}
	for i := from; i < to; {
		b := text[i]
		switch classOf[b] {
		case classOther:
			inside = false
			i++
		case classLower, classDigit:
			if !inside && x.first[b] {
				dst = x.at(dst, text, i)
			}
			for i++; i < to && classOf[text[i]] == classLower; i++ { // the rest of the word
			}
			inside = true
		case classUpper:
			if x.first[b|0x20] && (!inside || humpAt(text, i)) {
				dst = x.at(dst, text, i)
			}
			inside = true
			i++
		default:
			r, size := utf8.DecodeRune(text[i:])
			word := isWordRune(r)
			if word && (!inside || b >= 0xE0) {
				dst = x.atWide(dst, text, i)
			}
			inside = word
			i += size
		}
	}
	return dst
}

// humpAt reports whether a new word begins at the capital text[i], which
// follows a letter or digit: the B of dateBirth, the C of IBANCode.
func humpAt(text []byte, i int) bool {
	switch classOf[text[i-1]] {
	case classLower:
		return true
	case classUpper:
		return i+1 < len(text) && classOf[text[i+1]] == classLower
	}
	return false
}

// at appends the words that begin at text[i], an ASCII letter or digit.
func (x *lexicon) at(dst []occurrence, text []byte, i int) []occurrence {
	lower := text[i]
	if classOf[lower] == classUpper {
		lower |= 0x20
	}
	var start uint64 // of the text, where it is ASCII
	ascii := i+8 <= len(text)
	if ascii {
		start = binary.LittleEndian.Uint64(text[i:])
		ascii = start&0x8080808080808080 == 0
		start = lower8(start)
	}
	try := func(entries []lexiconEntry) {
		for k := range entries {
			switch e := &entries[k]; {
			case !ascii:
				dst = x.try(dst, text, i, e.word)
			case start&e.mask != e.start:
			case e.whole == 0:
				dst = x.try(dst, text, i, e.word)
			default:
				if end := i + int(e.whole); e.prefix || endsAt(text, end) {
					dst = append(dst, occurrence{int32(i), int32(end), e.word})
				}
			}
		}
	}
	if i+2 >= len(text) {
		try(x.short[lower])
		return dst
	}
	// In a word of three letters or more no short one ends, but for a plural.
	if classOf[text[i+1]] != classLower || classOf[text[i+2]] != classLower || text[i+2] == 's' || x.open {
		try(x.short[lower])
	}
	if ascii && !x.mayBegin(start) {
		return dst
	}
	if b, c := text[i+1], text[i+2]; classOf[b] != classWide && classOf[c] != classWide {
		try(x.bucket(lower, lowerASCII(b), lowerASCII(c)))
		return dst
	}
	return x.atWide(dst, text, i)
}

// atWide is at for any character, and words with others than ASCII's.
func (x *lexicon) atWide(dst []occurrence, text []byte, i int) []occurrence {
	var key [12]byte
	n := 0
	for at := i; n < 3 && at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		n += utf8.EncodeRune(key[n:], unicode.ToLower(r))
		at += size
	}
	if text[i] >= utf8.RuneSelf {
		for _, e := range x.short[key[0]] {
			dst = x.try(dst, text, i, e.word)
		}
	}
	if n >= 3 {
		for _, e := range x.bucket(key[0], key[1], key[2]) {
			dst = x.try(dst, text, i, e.word)
		}
	}
	return dst
}

func lowerASCII(b byte) byte {
	if classOf[b] == classUpper {
		return b | 0x20
	}
	return b
}

func (x *lexicon) try(dst []occurrence, text []byte, i int, word uint16) []occurrence {
	if end := x.words[word].match(text, i); end > 0 {
		dst = append(dst, occurrence{int32(i), int32(end), word})
	}
	return dst
}

// match returns where the word ends if it stands at text[i], else 0. A space in
// the word stands for any run of other characters than letters and digits, or
// for the beginning of a new word in dateOfBirth.
func (w *lexiconWord) match(text []byte, i int) int {
	at := i
	for k := 0; k < len(w.text); {
		b := w.text[k]
		if b == ' ' {
			n := separators(text[at:])
			if n == 0 && (at >= len(text) || classOf[text[at]] != classUpper || !humpAt(text, at)) {
				return 0
			}
			at += n
			k++
			continue
		}
		if at >= len(text) {
			return 0
		}
		if b < utf8.RuneSelf && text[at] < utf8.RuneSelf {
			if lowerASCII(text[at]) != b {
				return 0
			}
			at++
			k++
			continue
		}
		want, n := utf8.DecodeRune(w.text[k:])
		got, size := utf8.DecodeRune(text[at:])
		if unicode.ToLower(got) != want {
			return 0
		}
		k += n
		at += size
	}
	if w.prefix || w.inside && w.text[len(w.text)-1] >= utf8.RuneSelf || endsAt(text, at) {
		return at
	}
	return 0
}

// endsAt wants the end of a word; a plural's s or a number, as in ssn2, may
// follow.
func endsAt(text []byte, at int) bool {
	if at == len(text) {
		return true
	}
	switch b := text[at]; classOf[b] {
	case classOther, classDigit:
		return true
	case classUpper:
		if humpAt(text, at) {
			return true
		}
	case classWide:
		r, _ := utf8.DecodeRune(text[at:])
		return !isWordRune(r)
	}
	if text[at]|0x20 != 's' {
		return false
	}
	if at++; at == len(text) {
		return true
	}
	r, _ := utf8.DecodeRune(text[at:])
	return !isWordRune(r) || r >= 'A' && r <= 'Z' && humpAt(text, at)
}

// separators counts the bytes before the next letter or digit.
func separators(text []byte) int {
	n := 0
	for n < len(text) {
		if c := classOf[text[n]]; c == classOther {
			n++
			continue
		} else if c != classWide {
			return n
		}
		r, size := utf8.DecodeRune(text[n:])
		if isWordRune(r) {
			return n
		}
		n += size
	}
	return n
}

// normalWord is a word of a rule as it is looked for: in lower case, every run
// of other characters than letters and digits as one space.
func normalWord(w string) []byte {
	var out []byte
	for _, r := range w {
		if isWordRune(r) {
			out = utf8.AppendRune(out, unicode.ToLower(r))
		} else if len(out) > 0 && out[len(out)-1] != ' ' {
			out = append(out, ' ')
		}
	}
	return bytes.TrimSpace(out)
}
