package rules

import (
	"encoding/binary"
	"slices"
	"unicode"
	"unicode/utf8"
)

// folded is a text with look-alikes of ASCII written as ASCII, for patterns
// that know ASCII only: digits of other scripts, full-width and circled
// characters, unusual spaces and hyphens; invisible characters are left out.
type folded struct {
	text []byte
	at   []int32 // at[i] is where byte i stands in the original text; one more for the end
}

// needsFolding reports whether fold would change the text.
func needsFolding(text []byte) bool {
	i := 0
	for i < len(text) {
		// Most texts are ASCII; eight bytes at a time find out.
		if i+8 <= len(text) && binary.LittleEndian.Uint64(text[i:])&0x8080808080808080 == 0 {
			i += 8
			continue
		}
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if foldRune(r) != r {
			return true
		}
		i += size
	}
	return false
}

// fold returns the folded text, in memory of f.
func (f *folded) fold(text []byte) []byte {
	// No rune grows: what is folded becomes one byte of ASCII, or nothing.
	f.text, f.at = slices.Grow(f.text[:0], len(text))[:len(text)], slices.Grow(f.at[:0], len(text)+1)[:len(text)+1]
	n := 0
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			f.text[n], f.at[n] = text[i], int32(i)
			n++
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		before := n
		if folded := foldRune(r); folded == r {
			n += copy(f.text[n:], text[i:i+size])
		} else if folded >= 0 {
			n += utf8.EncodeRune(f.text[n:], folded)
		}
		for k := before; k < n; k++ {
			f.at[k] = int32(i)
		}
		i += size
	}
	f.text, f.at = f.text[:n], f.at[:n+1]
	f.at[n] = int32(len(text))
	return f.text
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
