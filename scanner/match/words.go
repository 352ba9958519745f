package match

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// wordMasks says which of the 64 bytes of block may belong to a word, one bit
// each: ASCII letters and digits, and all beyond ASCII; which are digits; and
// which are beyond ASCII.
func wordMasks(block *[64 + 8]byte) (word, digit, foreign uint64) {
	const (
		ones = 0x0101010101010101
		high = 0x8080808080808080
	)
	for i := 0; i < 64; i += 8 {
		x := binary.LittleEndian.Uint64(block[i:])
		low := x &^ high
		// The high bit of each byte: set by an addition where the byte is large enough.
		fold := low | 0x20*ones
		letter := (fold + (0x80-'a')*ones) &^ (fold + (0x80-'z'-1)*ones)
		number := (low + (0x80-'0')*ones) &^ (low + (0x80-'9'-1)*ones) & high &^ x
		above := x & high
		word |= gather(letter&high&^x|number|above) << i
		digit |= gather(number) << i
		foreign |= gather(above) << i
	}
	return word, digit, foreign
}

// gather moves the high bits of eight bytes into one byte.
func gather(x uint64) uint64 { return (x >> 7) * 0x0102040810204080 >> 56 }

// reader finds the words of texts, as a Dictionary knows them.
type reader struct {
	table *[spelledLow + 0x100]spelling
	exact bool // spelling counts
}

// next finds the first word at or after text[at:] and appends it to dst as it
// is compared. start is len(text) if there is none.
func (r *reader) next(dst, text []byte, at int) (out []byte, start, end int) {
	start = -1
	for i := at; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if !isASCIIWord(c) {
				if start >= 0 {
					return dst, start, i
				}
				i++
				continue
			}
			if start < 0 {
				start = i
			}
			if !r.exact && c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			dst = append(dst, c)
			i++
			continue
		}
		var decoded rune
		size := 2
		if c < 0xE0 && i+1 < len(text) { // it is valid, or cut at the end
			decoded = rune(c&0x1F)<<6 | rune(text[i+1]&0x3F)
		} else {
			decoded, size = utf8.DecodeRune(text[i:])
		}
		s := spellRune(r.table, decoded)
		switch class := s.class(); {
		case class == runeSeparates, class == runeSingle && start >= 0:
			if start >= 0 {
				return dst, start, i
			}
		case class == runeIgnored && start < 0:
			// It belongs to nothing.
		case class == runeSingle:
			dst, end = r.single(r.add(dst, s, text[i:i+size]), text, i+size)
			return dst, i, end
		default:
			if start < 0 {
				start = i
			}
			dst = r.add(dst, s, text[i:i+size])
		}
		i += size
	}
	if start < 0 {
		return dst, len(text), len(text)
	}
	return dst, start, len(text)
}

// single adds the marks that follow a letter which is a word of its own.
func (r *reader) single(dst, text []byte, at int) (out []byte, end int) {
	for at < len(text) && text[at] >= utf8.RuneSelf && !isHan(text[at]) {
		decoded, size := utf8.DecodeRune(text[at:])
		s := spellRune(r.table, decoded)
		if c := s.class(); c != runeMark && c != runeIgnored {
			break
		}
		dst = r.add(dst, s, text[at:at+size])
		at += size
	}
	return dst, at
}

// isHan reports whether a rune that begins with c is a Chinese character; most
// do.
func isHan(c byte) bool { return c >= 0xE4 && c <= 0xE9 }

func (r *reader) add(dst []byte, s spelling, raw []byte) []byte {
	if r.exact {
		return append(dst, raw...)
	}
	return s.append(dst)
}

// endsWord reports whether a letter behind text would go on with its last word.
func (r *reader) endsWord(text []byte) bool {
	for len(text) > 0 {
		last, size := utf8.DecodeLastRune(text)
		switch spellRune(r.table, last).class() {
		case runeWord:
			return true
		case runeSeparates, runeSingle:
			return false
		}
		text = text[:len(text)-size]
	}
	return false
}

func isASCIIWord(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' }

// wordFunc is called for a word of a text that may begin an entry: passes says
// that the filter of first words lets it through, digits that it has some.
type wordFunc func(start, end int, passes, digits bool)

// eachWord calls yield for every word of text that may begin an entry, from
// left to right. It returns at the first error of check, which it calls now
// and then.
//
// Most words are a few ASCII letters. They are found 64 bytes at a time and
// hashed without being copied.
func (x *index) eachWord(text []byte, check func() error, yield wordFunc) error {
	var pad [64 + 8]byte
	begun, plain := x.key.begin(), x.first[plainWords].filter
	next := blockSize
	for pos := 0; pos < len(text); {
		if pos >= next {
			next = pos + blockSize
			if err := check(); err != nil {
				return err
			}
		}
		block := &pad
		if len(text)-pos >= len(pad) {
			block = (*[64 + 8]byte)(text[pos:])
		} else {
			clear(pad[copy(pad[:], text[pos:]):])
		}
		word, digit, foreign := wordMasks(block)
		step := 64
		if pos+64 < len(text) {
			step -= bits.LeadingZeros64(^word) // a word that goes on is read from its beginning
		}
		if step == 0 { // a word that fills the block
			end := pos + 64
			for end < len(text) && (text[end] >= utf8.RuneSelf || isASCIIWord(text[end])) {
				end++
			}
			if err := x.eachForeign(text, pos, end, check, yield); err != nil {
				return err
			}
			pos = end
			continue
		}
		word &= 1<<step - 1 // all, if step is 64
		starts := word &^ (word << 1)
		if (digit|foreign)&word == 0 {
			// Most blocks of prose. Short words need not even be looked at.
			for long, k := word, 1; k < x.shortest; k++ {
				long = long >> 1 & word
				starts &= long
			}
			for ; starts != 0; starts &= starts - 1 {
				s := bits.TrailingZeros64(starts)
				n := bits.TrailingZeros64(^(word >> s))
				var h uint64
				if n < 8 {
					m := binary.LittleEndian.Uint64(block[s:]) & (1<<(8*n) - 1)
					h = begun.end64(m | m>>1&x.lower | uint64(n)<<56)
				} else {
					h = x.hashASCII(block, s, n)
				}
				if plain.has(h) {
					yield(pos+s, pos+s+n, true, false)
				}
			}
			pos += step
			continue
		}
		for ; starts != 0; starts &= starts - 1 {
			s := bits.TrailingZeros64(starts)
			n := bits.TrailingZeros64(^(word >> s))
			run := uint64(1<<n-1) << s
			if foreign&run != 0 {
				if err := x.eachForeign(text, pos+s, pos+s+n, check, yield); err != nil {
					return err
				}
				continue
			}
			kind := plainWords
			if digit&run != 0 {
				kind = digitWords
			}
			passes := x.first[kind].mayHave(n) && x.first[kind].filter.has(x.hashASCII(block, s, n))
			if passes || kind == digitWords && x.compact != 0 {
				yield(pos+s, pos+s+n, passes, kind == digitWords)
			}
		}
		pos += step
	}
	return nil
}

// lowerBits are set in lower case where the bit above them says that a byte is a
// letter: x | x>>1&lowerBits is x in lower case.
const lowerBits = 0x2020202020202020

// hashASCII is sum64 of the n bytes of block from s on, as they are compared.
func (x *index) hashASCII(block *[64 + 8]byte, s, n int) uint64 {
	length := uint64(n) << 56
	st := x.key.begin()
	for ; n >= 8; n, s = n-8, s+8 {
		m := binary.LittleEndian.Uint64(block[s:])
		m |= m >> 1 & x.lower
		st.v3 ^= m
		st.round()
		st.v0 ^= m
	}
	m := binary.LittleEndian.Uint64(block[s:]) & (1<<(8*n) - 1)
	return st.end64(m | m>>1&x.lower | length)
}

// eachForeign is eachWord for text[from:to], which has letters beyond ASCII or
// is long.
func (x *index) eachForeign(text []byte, from, to int, check func() error, yield wordFunc) error {
	var buf [128]byte
	next := from + blockSize
	for at := from; at < to; {
		if at >= next {
			next = at + blockSize
			if err := check(); err != nil {
				return err
			}
		}
		if isHan(text[at]) && at+2 < to {
			f, m := &x.first[foreignWords], uint64(text[at])|uint64(text[at+1])<<8|uint64(text[at+2])<<16|3<<56
			if !f.mayHave(3) || !f.filter.has(x.key.begin().end64(m)) {
				_, at = x.words.single(buf[:0], text[:to], at+3)
				continue
			}
		}
		folded, start, end := x.words.next(buf[:0], text[:to], at)
		if start == to {
			break
		}
		kind := kindOfWord(folded)
		passes := x.first[kind].mayHave(len(folded)) && x.first[kind].filter.has(x.key.sum64(folded))
		if passes || kind == digitWords && x.compact != 0 {
			yield(start, end, passes, kind == digitWords)
		}
		at = end
	}
	return nil
}

func hasDigit(p []byte) bool {
	for _, c := range p {
		if c >= '0' && c <= '9' {
			return true
		}
	}
	return false
}
