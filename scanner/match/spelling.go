package match

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a rune is to the words of a dictionary.
const (
	runeSeparates = iota
	runeWord      // a letter or digit; a run of them is one word
	runeSingle    // a letter of a script that puts no spaces between words: a word of its own
	runeMark      // part of the letter before it
	runeIgnored   // part of the word around it, and not compared: accents, soft hyphens
)

// spelling is one rune as it is compared: up to seven bytes, their number in
// the low four bits, and its class in the four above.
type spelling uint64

func (s spelling) class() int { return int(s>>4) & 15 }

func newSpelling(class int, text []byte) spelling {
	s := spelling(len(text) | class<<4)
	for i, b := range text {
		s |= spelling(b) << (8 * (i + 1))
	}
	return s
}

func (s spelling) append(dst []byte) []byte {
	switch s & 15 {
	case 1:
		return append(dst, byte(s>>8))
	case 2:
		return append(dst, byte(s>>8), byte(s>>16))
	}
	for n := s & 15; n > 0; n-- {
		s >>= 8
		dst = append(dst, byte(s))
	}
	return dst
}

// Runes below spelledLow and from spelledHigh to U+FFFF have their spelling in a table.
const (
	spelledLow  = 0x3100
	spelledHigh = 0xFF00
)

var spellings = sync.OnceValue(func() *[spelledLow + 0x100]spelling {
	t := new([spelledLow + 0x100]spelling)
	for r := range rune(spelledLow) {
		t[r] = spell(r)
	}
	for r := rune(spelledHigh); r <= 0xFFFF; r++ {
		t[spelledLow+r-spelledHigh] = spell(r)
	}
	return t
})

// spellRune is spell with the help of the table.
func spellRune(t *[spelledLow + 0x100]spelling, r rune) spelling {
	switch {
	case r < spelledLow:
		return t[r]
	case r >= 0x3400 && r < 0xA000, r >= 0xAC00 && r < 0xD7A4:
		return newSpelling(runeSingle, []byte{0xE0 | byte(r>>12), 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
	case r >= spelledHigh && r <= 0xFFFF:
		return t[spelledLow+r-spelledHigh]
	}
	return spell(r)
}

// unbroken are the scripts that put no spaces between words, and Korean, whose
// particles follow a name without one.
var unbroken = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// unlike are letters that no decomposition makes plain.
var unlike = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th",
	'ħ': "h", 'ı': "i", 'ĸ': "k", 'ŧ': "t", 'ŋ': "n",
}

// spell says how a rune is compared: in lower case, without its accents,
// look-alikes for compatibility (full-width, circled, ligatures) as the plain
// letters.
func spell(r rune) spelling {
	switch {
	case r == 0xAD, r >= 0x200B && r <= 0x200D, r == 0x2060, r == 0xFEFF, isAccent(r):
		return newSpelling(runeIgnored, nil)
	case unicode.Is(unicode.M, r):
		return newSpelling(runeMark, utf8.AppendRune(nil, r))
	case !isWordRune(r) && !isCircled(r):
		return newSpelling(runeSeparates, nil)
	}
	class := runeWord
	if unicode.In(r, unbroken...) {
		class = runeSingle
	}
	var out []byte
	decomposed := []rune{r}
	if !unicode.Is(unicode.Hangul, r) {
		decomposed = []rune(norm.NFKD.String(string(r)))
	}
	for _, d := range decomposed {
		if isAccent(d) {
			continue
		}
		d = unicode.ToLower(unicode.ToUpper(d))
		if plain, ok := unlike[d]; ok {
			out = append(out, plain...)
			continue
		}
		if !isWordRune(d) && !unicode.Is(unicode.M, d) {
			continue
		}
		out = utf8.AppendRune(out, d)
	}
	if len(out) == 0 || len(out) > 7 {
		out = utf8.AppendRune(nil, r)
	}
	return newSpelling(class, out)
}

// isWordRune is true of letters and of the digits of every script.
func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Nd, r) }

// isCircled is true of circled digits and letters, which stand for themselves.
// Raised ones are footnotes.
func isCircled(r rune) bool { return r >= 0x2460 && r <= 0x2468 || r >= 0x24B6 && r <= 0x24EA }

// isAccent is true of the marks that people leave out: accents of European
// letters, the points of Hebrew and the vowel signs of Arabic.
func isAccent(r rune) bool {
	return r >= 0x300 && r <= 0x36F || r >= 0x591 && r <= 0x5C7 && unicode.Is(unicode.M, r) || r >= 0x64B && r <= 0x652 || r == 0x670
}
