package rules

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

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
		if i+9 <= len(text) {
			if raw := binary.LittleEndian.Uint64(text[i:]); raw&highBits == 0 {
				var starts uint64
				starts, inside = wordStarts(raw, text, i, inside)
				if i+8 > to {
					starts &= 1<<(8*(to-i)) - 1
				}
				dst = x.atEach(dst, text, i, starts)
				i += 8
				continue
			}
		}
		b := text[i]
		switch classOf[b] {
		case classOther:
			inside = false
			i++
		case classLower, classDigit:
			if !inside && x.first[b] {
				dst = x.at(dst, text, i)
			}
			inside = true
			i++
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

// atEach appends the words that begin where starts has bits, of the eight bytes at text[i].
func (x *lexicon) atEach(dst []occurrence, text []byte, i int, starts uint64) []occurrence {
	var places [8]int
	n := 0
	for ; starts != 0; starts &= starts - 1 {
		at := i + bits.TrailingZeros64(starts)>>3
		may := uint64(1)
		if at+8 <= len(text) {
			if raw := binary.LittleEndian.Uint64(text[at:]); raw&highBits == 0 && !x.exact.open {
				e := newEight(raw)
				may = x.exact.may(&e)
			}
		}
		places[n&7] = at
		n += int(may & 1)
	}
	for _, at := range places[:n] {
		dst = x.at(dst, text, at)
	}
	return dst
}

// wordStarts has the high bit of each byte at which a word begins, of the eight of ASCII at text[i], behind which
// another stands. inside and last tell whether a letter or digit stands before them, and whether the last of them is one.
func wordStarts(raw uint64, text []byte, i int, inside bool) (starts uint64, last bool) {
	letters, upper := between(raw|eachByte*0x20, 'a', 'z'), between(raw, 'A', 'Z')
	word := letters | between(raw, '0', '9')
	before := word << 8
	if inside {
		before |= 0x80
	}
	starts = word &^ before
	if humps := upper & before; humps != 0 {
		lower := letters &^ upper
		beforeLower, beforeUpper, nextLower := lower<<8, upper<<8, lower>>8
		if inside {
			switch classOf[text[i-1]] {
			case classLower:
				beforeLower |= 0x80
			case classUpper:
				beforeUpper |= 0x80
			}
		}
		if classOf[text[i+8]] == classLower {
			nextLower |= 0x80 << 56
		}
		starts |= humps & (beforeLower | beforeUpper&nextLower)
	}
	return starts, word>>63 != 0
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

func lowerASCII(b byte) byte {
	if classOf[b] == classUpper {
		return b | 0x20
	}
	return b
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
