package fingerprint

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"
)

const (
	mix1 = 0x9e3779b97f4a7c15
	mix2 = 0xd6e8feb86659fd93
	high = 0x8080808080808080
)

// scramble spreads the bits of x.
func scramble(x uint64) uint64 {
	x *= mix1
	x ^= x >> 32
	x *= mix2
	return x ^ x>>29
}

// hashWord returns the hash of a word that is not empty. Words of up to eight
// bytes are their own bytes in one number; see passage.
func hashWord(w []byte) uint64 {
	n := uint64(len(w))
	h := n << 56
	for ; len(w) > 8; w = w[8:] {
		h = scramble(h ^ binary.LittleEndian.Uint64(w))
	}
	var x uint64
	for i, c := range w {
		x |= uint64(c) << (8 * i)
	}
	return scramble(h ^ x)
}

// longest is how many bytes of a word are one token: what is longer is several,
// since ten long names on ten lines say more than ten short ones.
const longest = 16

// hashASCII is hashWord of the first n bytes of w, up to longest, in lower case.
// Eight bytes must be readable wherever eight of them begin.
func hashASCII(w []byte, n int) uint64 {
	h := uint64(n) << 56
	if n > 8 {
		h = scramble(h ^ (binary.LittleEndian.Uint64(w) | 0x20*ones))
		w, n = w[8:], n-8
	}
	return scramble(h ^ (binary.LittleEndian.Uint64(w)|0x20*ones)&masks[n])
}

// masks have the bytes set that a word of so many bytes has, up to eight.
var masks = func() (t [9]uint64) {
	for n := 1; n <= 8; n++ {
		t[n] = ^uint64(0) >> (64 - 8*n)
	}
	return t
}()

// long reads the word b[i:end], which has eight bytes or more, is not all ASCII, or stands at
// the text's end.
func (l *lexer) long(b []byte, i, end int) {
	switch n := end - i; {
	case !isASCII(b[i:end]):
		l.unicode(b, i, end)
		return
	case i+n&^7+8 > len(b):
		l.lower = l.lower[:0]
		for _, c := range b[i:end] {
			l.lower = append(l.lower, c|0x20)
		}
		l.add(i)
		return
	}
	whole := uint64(0)
	for k := i; k < end; k += longest {
		h := hashASCII(b[k:], min(longest, end-k))
		l.plain = append(l.plain, token{h, int32(k)})
		whole = whole*mix1 ^ h
	}
	if l.both && i >= l.skipTo {
		// Its first and last eight bytes, and in lower case all of it.
		id := (binary.LittleEndian.Uint64(b[i:]) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(b[end-8:]), 17)) * mix1
		l.name(whole, id^whole, b[i]|0x20, i)
	}
}

// isASCII reports whether w has no other bytes.
func isASCII(w []byte) bool {
	all := uint64(0)
	for ; len(w) >= 8; w = w[8:] {
		all |= binary.LittleEndian.Uint64(w)
	}
	for _, c := range w {
		all |= uint64(c)
	}
	return all&high == 0
}

// add adds the word in l.lower, which begins at an offset of the text.
func (l *lexer) add(at int) {
	if len(l.lower) == 0 {
		return
	}
	whole := uint64(0)
	for part := range slices.Chunk(l.lower, longest) {
		h := hashWord(part)
		l.plain = append(l.plain, token{h, int32(at)})
		whole = whole*mix1 ^ h
	}
	if l.both && at >= l.skipTo {
		l.name(whole, whole, l.lower[0], at)
	}
	l.lower = l.lower[:0]
}

// unicode reads the run b[i:j] of letters and of whatever is not ASCII. What
// chat windows, word processors and PDF do to letters and quotation marks is
// undone.
func (l *lexer) unicode(b []byte, i, j int) {
	l.lower = l.lower[:0]
	begin := i
	for i < j {
		r, n := utf8.DecodeRune(b[i:j])
		if len(l.lower) == 0 {
			begin = i
		}
		switch {
		case r == '_' || r < utf8.RuneSelf:
			l.lower = append(l.lower, byte(r)|0x20)
		case unicode.Is(unicode.Cf, r), unicode.IsMark(r): // soft hyphens, joiners, accents written apart
		case r >= 'ﬀ' && r <= 'ﬆ':
			l.lower = append(l.lower, ligatures[r-'ﬀ']...)
		case alone(r):
			l.add(begin)
			l.lower = utf8.AppendRune(l.lower, r)
			l.add(i)
		case unicode.IsLetter(r), unicode.IsDigit(r):
			l.lower = utf8.AppendRune(l.lower, unicode.ToLower(r))
		default:
			l.add(begin)
			if plain, ok := typographic[r]; ok {
				r = plain
			}
			if !unicode.IsSpace(r) && i >= l.skipTo {
				l.marks = (l.marks + uint64(r)) * mix1
			}
		}
		i += n
	}
	l.add(begin)
}

var ligatures = [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}

// alone reports whether a character is a word, or as good as one: the scripts
// that put no spaces between words.
func alone(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// typographic maps what programs turn quotation marks and hyphens into.
var typographic = map[rune]rune{
	'“': '"', '”': '"', '„': '"', '‟': '"', '‘': '\'', '’': '\'', '‚': '\'',
	'–': '-', '−': '-', '‐': '-', '‑': '-',
}
