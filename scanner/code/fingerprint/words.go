package fingerprint

import (
	"unicode"
	"unicode/utf8"
)

// wordLexer cuts a text into words, in lower case and without punctuation:
// what is left of a sentence when it was copied out of a PDF, wrapped anew and
// had its quotation marks changed. Scripts without spaces between words have
// one token per character.
type wordLexer struct {
	words []token
	lower []byte
}

var wordByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
	}
	return t
}()

// fill reads words from b[i:] until a batch is full and returns where it
// stopped.
func (l *wordLexer) fill(b []byte, i int) int {
	l.words = l.words[:0]
	for i < len(b) && len(l.words) < batchSize {
		if !wordByte[b[i]] {
			i++
			continue
		}
		j, all := i+1, b[i]
		for j < len(b) && wordByte[b[j]] {
			all |= b[j]
			j++
		}
		if all >= utf8.RuneSelf {
			l.unicode(b[i:j], i)
		} else {
			l.words = append(l.words, token{l.hash(b[i:j]), int32(i)})
		}
		i = j
	}
	return i
}

// hash returns the hash of an ASCII word in lower case.
func (l *wordLexer) hash(w []byte) uint64 {
	l.lower = l.lower[:0]
	for _, c := range w {
		if c <= 'Z' && c >= 'A' {
			c |= 0x20
		}
		l.lower = append(l.lower, c)
	}
	h, _ := hashWord(l.lower, 0, len(l.lower))
	return h
}

// unicode reads a run of letters and whatever is not ASCII, which begins at an
// offset of the text.
func (l *wordLexer) unicode(b []byte, at int) {
	l.lower = l.lower[:0]
	begin := 0
	end := func() {
		if len(l.lower) > 0 {
			h, _ := hashWord(l.lower, 0, len(l.lower))
			l.words = append(l.words, token{h, int32(at + begin)})
			l.lower = l.lower[:0]
		}
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if len(l.lower) == 0 {
			begin = i
		}
		switch {
		case unicode.Is(unicode.Cf, r), unicode.IsMark(r): // soft hyphens, joiners, accents written apart
		case r >= 'ﬀ' && r <= 'ﬆ':
			l.lower = append(l.lower, ligatures[r-'ﬀ']...)
		case alone(r):
			end()
			begin = i
			l.lower = utf8.AppendRune(l.lower, r)
			end()
		case unicode.IsLetter(r), unicode.IsDigit(r):
			l.lower = utf8.AppendRune(l.lower, unicode.ToLower(r))
		default:
			end()
		}
		i += n
	}
	end()
}

var ligatures = [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}

// alone reports whether a character is a word, or as good as one: the scripts
// that put no spaces between words.
func alone(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
