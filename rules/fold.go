package rules

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"
)

// folded is a text with look-alikes of ASCII written as ASCII, for patterns
// that know ASCII only: digits of other scripts, full-width and circled
// characters, unusual spaces and hyphens; invisible characters are left out.
type folded struct {
	text []byte
	from []stretch // in order of at; the first has at 0
}

// stretch is a part of a folded text that stands in one piece in the original.
type stretch struct {
	at    int // its first byte in the folded text
	moved int // how much farther it stands in the original
}

// original returns where byte i of the folded text, or its end, stands in the original.
func (f *folded) original(i int) int {
	k, found := slices.BinarySearchFunc(f.from, i, func(s stretch, i int) int { return s.at - i })
	if !found {
		k--
	}
	return i + f.from[k].moved
}

// needsFolding reports whether fold would change the text.
func needsFolding(text []byte) bool {
	at, _, _ := nextFolded(text, 0)
	return at < len(text)
}

// fold makes f the folded text, in memory of f.
func (f *folded) fold(text []byte) {
	// No rune grows: what is folded becomes one byte of ASCII, or nothing.
	f.text, f.from = slices.Grow(f.text[:0], len(text)), append(f.from[:0], stretch{})
	for i := 0; i < len(text); {
		at, r, size := nextFolded(text, i)
		f.text = append(f.text, text[i:at]...)
		if i = at + size; size == 0 {
			break
		}
		if r >= 0 {
			f.text = append(f.text, byte(r))
		}
		f.from = append(f.from, stretch{len(f.text), i - len(f.text)})
		if n := len(f.from); f.from[n-2].at == f.from[n-1].at {
			f.from[n-2] = f.from[n-1] // invisible
			f.from = f.from[:n-1]
		}
	}
}

const highBits = 0x8080808080808080

// nextFolded returns the place of the first rune from i on that is folded, what to and
// how many bytes it has. There is none if at is len(text).
func nextFolded(text []byte, i int) (at int, to rune, size int) {
	for i < len(text) {
		for i+32 <= len(text) {
			b := text[i : i+32]
			if (binary.LittleEndian.Uint64(b)|binary.LittleEndian.Uint64(b[8:])|
				binary.LittleEndian.Uint64(b[16:])|binary.LittleEndian.Uint64(b[24:]))&highBits != 0 {
				break
			}
			i += 32
		}
		if i+8 <= len(text) {
			high := binary.LittleEndian.Uint64(text[i:]) & highBits
			i += bits.TrailingZeros64(high) >> 3
			if high == 0 {
				continue
			}
		} else if i == len(text) {
			break
		}
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		if n := plainRune(text[i:]); n > 0 {
			i += n
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if to := foldRune(r); to != r {
			return i, to, size
		}
		i += size
	}
	return len(text), 0, 0
}

// plainRune returns how many bytes the first rune has if a look at them shows that it is not folded,
// as of letters, quotation marks and dashes; else 0.
func plainRune(b []byte) int {
	const continuation = 0xC0
	if len(b) < 3 || b[1]&continuation != 0x80 {
		return 0
	}
	switch c := b[0]; {
	case c >= 0xC3 && c <= 0xD8: // U+00C0 to U+063F
		return 2
	case b[2]&continuation != 0x80:
	case c >= 0xE4 && c <= 0xE9: // U+4000 to U+9FFF
		return 3
	case c == 0xE3 && (b[1] != 0x80 || b[2] != 0x80): // U+3001 to U+3FFF
		return 3
	case c == 0xE2 && b[1] == 0x80 && (b[2] >= 0x93 && b[2] <= 0xAE || b[2] >= 0xB0): // U+2013 to U+202E, U+2030 to U+203F
		return 3
	}
	return 0
}

// foldRune returns the ASCII look-alike of r, -1 if r is invisible, or r.
func foldRune(r rune) rune {
	switch {
	case r < 0x80, r > 0xAD && r < 0x660, r > 0x3000 && r < 0xA620:
		// Latin, Greek, Cyrillic, Chinese and their like: none is folded.
		return r
	case r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000:
		return ' '
	case r == 0xAD, r >= 0x200B && r <= 0x200D, r == 0x2060, r == 0xFEFF:
		return -1
	case r >= 0x2010 && r <= 0x2012, r == 0x2212:
		return '-'
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFF01 + '!'
	case r >= 0x2460 && r <= 0x2468: // circled digits
		return r - 0x2460 + '1'
	case r == 0x24EA:
		return '0'
	case r >= 0x1D7CE && r <= 0x1D7FF: // mathematical digits
		return (r-0x1D7CE)%10 + '0'
	case unicode.Is(unicode.Nd, r):
		// Digits of a script stand in a row of ten, from zero on.
		zero := r
		for zero > r-9 && unicode.Is(unicode.Nd, zero-1) {
			zero--
		}
		return r - zero + '0'
	}
	return r
}
