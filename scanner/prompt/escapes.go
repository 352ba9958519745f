package prompt

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// addEscapes adds what escapes in a text hide.
func (w *walker) addEscapes(parent int32, text []byte, o outer) {
	e := escapes{w: w, parent: parent, text: text, outer: o}
	e.addMixed()
	e.addPercent()
}

// hidesEscapes reports whether a text without backslashes has escapes to read.
func hidesEscapes(text []byte) bool {
	for _, e := range [...]struct {
		codec
		mark byte
	}{{codecPercent, '%'}, {codecEntity, '&'}} {
		for i := indexFrom(text, 0, e.mark); i < len(text); {
			size, hides := e.hides(text[i:])
			if hides {
				return true
			}
			i = indexFrom(text, i+max(size, 1), e.mark)
		}
	}
	return false
}

// escapes adds the surroundings of escapes that hide a character of a secret:
// a letter, a digit or a sign. Line breaks, tabs and quotation marks hide none.
//
// Where escapes of several kinds stand together, one kind is decoded and the
// others in what comes of it. Were each decoded in every order, three kinds would
// make sixteen texts of one.
type escapes struct {
	w      *walker
	parent int32
	text   []byte
	outer  outer
	mixed  []scanner.Span // what addMixed has added
	count  int
}

// add adds text[start:end] as one codec reads it.
func (e *escapes) add(start, end int, c codec) {
	e.count++
	e.w.addFragment(record{parent: e.parent, start: uint32(start), end: uint32(end), codec: c}, e.text[start:end], e.outer)
}

// addMixed adds the lines around backslashes and entities.
func (e *escapes) addMixed() {
	text := e.text
	marks := [...]struct {
		codec
		next int
	}{{codecBackslash, -1}, {codecEntity, -1}}
	start, end, first := -1, 0, codecEntity // of the part at hand
	add := func() {
		if start >= 0 {
			e.mixed = append(e.mixed, scanner.Span{Start: start, End: end})
			e.add(start, end, first)
		}
	}
	for i := 0; ; {
		at, c := len(text), codecPlain
		for k := range marks {
			m := &marks[k]
			if m.next < i {
				m.next = indexFrom(text, i, m.mark())
			}
			if m.next < at {
				at, c = m.next, m.codec
			}
		}
		if at == len(text) {
			break
		}
		size, hides := c.hides(text[at:])
		i = at + max(size, 1)
		// Two layers at once are read where that leaves enough for other escapes.
		if !hides || e.outer.depth > 1 && c == codecBackslash && text[at+1] == '\\' {
			continue
		}
		if start < 0 || at-escapeMargin > end {
			add()
			start, first = back(text, max(at-escapeMargin, end), at, c), c
		}
		first = min(first, c)
		end = reach(text, max(end, i), i+escapeMargin, c)
		if e.count >= maxFragments {
			end = len(text)
			if bytes.IndexByte(text[at:], codecBackslash.mark()) >= 0 {
				first = codecBackslash
			}
			break
		}
	}
	add()
}

// addPercent adds the words around percent-escapes, together with those that
// stand close to each other, but those of which addMixed has seen to all.
func (e *escapes) addPercent() {
	text, before := e.text, e.count
	start, end := -1, 0
	add := func() {
		if start >= 0 {
			e.add(start, end, codecPercent)
		}
	}
	for i := indexFrom(text, 0, '%'); i < len(text); i = indexFrom(text, i, '%') {
		size, hides := codecPercent.hides(text[i:])
		if !hides {
			i += max(size, 1)
			continue
		}
		from, to := wordAt(text, end, i)
		i = to
		if e.mixedOver(from, to) {
			continue
		}
		if start < 0 || from-escapeMargin > end || e.mixedIn(end, from) {
			add()
			start = from
		}
		end = to
		if e.count-before >= maxFragments {
			end = len(text)
			break
		}
	}
	add()
}

// wordAt returns the word around the percent-escape at i, not before low, with
// no more than percentSpan bytes on each side of an escape in it.
func wordAt(text []byte, low, i int) (start, end int) {
	start = back(text, max(i-percentSpan, low), i, codecPercent)
	end = i + 3
	for last := i; ; {
		to := reach(text, end, last+3+percentSpan, codecPercent)
		next := to - 1
		for next >= end && percentAt(text, next) < 0 {
			next--
		}
		if next < end {
			return start, to
		}
		last, end = next, max(to, next+3)
	}
}

// mixedOver reports whether one of the parts that addMixed has added holds all of
// text[start:end].
func (e *escapes) mixedOver(start, end int) bool {
	k := sort.Search(len(e.mixed), func(k int) bool { return e.mixed[k].End >= end })
	return k < len(e.mixed) && e.mixed[k].Start <= start
}

// mixedIn reports whether such a part reaches into text[start:end].
func (e *escapes) mixedIn(start, end int) bool {
	k := sort.Search(len(e.mixed), func(k int) bool { return e.mixed[k].End > start })
	return k < len(e.mixed) && e.mixed[k].Start < end
}

// indexFrom returns where a byte stands in text[i:], or the text's length.
func indexFrom(text []byte, i int, c byte) int {
	if n := bytes.IndexByte(text[i:], c); n >= 0 {
		return i + n
	}
	return len(text)
}

// back and reach return where the surroundings of an escape begin, not before
// low, and end, from i on and not behind high: at the line's ends, or for
// percent-encoding, which has no spaces, at a space.
func back(text []byte, low, i int, c codec) int {
	for i > low && !boundary(text[i-1], c) {
		i--
	}
	return runeStart(text, i)
}

func reach(text []byte, i, high int, c codec) int {
	high = min(len(text), high)
	for i < high && !boundary(text[i], c) {
		i++
	}
	return runeEnd(text, i)
}

func boundary(b byte, c codec) bool { return b == '\n' || c == codecPercent && b <= ' ' }

// hides reads the escape that b begins with, if it does: its length and whether
// it stands for a character that a secret can have.
func (c codec) hides(b []byte) (size int, hides bool) {
	var r rune
	switch c {
	case codecBackslash:
		size, r, _ = backslashAt(b)
		if size == 2 && b[1] == '\\' && hidesBehind(b) || disguises(r) {
			return size, true
		}
	case codecEntity:
		size, r = entityAt(b)
		return size, size > 0 && r > ' ' && r < utf8.RuneSelf
	case codecPercent:
		if v := percentAt(b, 0); v >= 0 {
			size, r = 3, rune(v)
		}
	}
	return size, size > 0 && r > ' ' && r < 0x7F && r != '"' && r != '\'' && r != '\\' && r != '`'
}

// hidesBehind reports whether the two or three backslashes that b begins with
// stand before the number of a character, as where a document was written into a
// string of another. More are not read: each layer takes half of them away.
func hidesBehind(b []byte) bool {
	n := 2
	for n < len(b) && b[n] == '\\' {
		if n++; n > 3 {
			return false
		}
	}
	if n == len(b) || b[n]|0x20 != 'u' && b[n] != 'x' && (b[n] < '0' || b[n] > '3') {
		return false
	}
	_, hides := codecBackslash.hides(b[n-1:]) // one backslash is left: it does not come here again
	return hides
}

// disguises is true of full-width letters and digits, and of characters that are
// not seen between others.
func disguises(r rune) bool {
	switch r {
	case 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF:
		return true
	}
	return r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ'
}

// backslashAt reads an escape of a programming language or a shell: its length,
// the character or byte that it stands for, and whether that is a byte. The
// length is 0 if it is none.
func backslashAt(b []byte) (n int, r rune, raw bool) {
	if len(b) < 2 || b[0] != '\\' {
		return 0, 0, false
	}
	switch x := b[1]; x {
	case 'u':
		if n, r := bracedAt(b); n > 0 {
			return n, r, false
		}
		if hex4(b[2:]) >= 0 {
			n, r, _ = escapeAt(b)
			return n, r, false
		}
	case 'U':
		if len(b) >= 10 {
			if high, low := hex4(b[2:]), hex4(b[6:]); high >= 0 && low >= 0 {
				if r = high<<16 | low; !utf8.ValidRune(r) {
					r = utf8.RuneError
				}
				return 10, r, false
			}
		}
	case 'x':
		if n, r := bracedAt(b); n > 0 {
			return n, r, false
		}
		if len(b) >= 4 && hexDigit(b[2]) >= 0 && hexDigit(b[3]) >= 0 {
			return 4, rune(hexDigit(b[2])<<4 | hexDigit(b[3])), true
		}
	case '0', '1', '2', '3':
		if len(b) >= 4 && isOctal(b[2]) && isOctal(b[3]) {
			return 4, rune(x-'0')<<6 | rune(b[2]-'0')<<3 | rune(b[3]-'0'), true
		}
	case '_', '@', ':', '/', '-', '!', '#', '$', '&', '=', '~', '+':
		return 2, rune(x), false
	default:
		if v := unescaped[x]; v != 0 {
			return 2, rune(v), false
		}
	}
	return 0, 0, false
}

// bracedAt reads \u{40} and \x{40}.
func bracedAt(b []byte) (n int, r rune) {
	if len(b) < 5 || b[2] != '{' {
		return 0, 0
	}
	for i := 3; i < min(len(b), 10); i++ {
		if b[i] == '}' && i > 3 {
			if !utf8.ValidRune(r) {
				r = utf8.RuneError
			}
			return i + 1, r
		}
		d := hexDigit(b[i])
		if d < 0 {
			break
		}
		r = r<<4 | rune(d)
	}
	return 0, 0
}

func isOctal(b byte) bool { return b >= '0' && b <= '7' }

// The named entities of HTML for ASCII characters.
var entities = map[string]rune{
	"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "nbsp": ' ', "commat": '@', "colon": ':', "lowbar": '_', "sol": '/', "period": '.',
	"comma": ',', "equals": '=', "num": '#', "dollar": '$', "excl": '!', "percnt": '%', "plus": '+', "semi": ';', "quest": '?', "ast": '*', "midast": '*',
	"lpar": '(', "rpar": ')', "lsqb": '[', "rsqb": ']', "lbrack": '[', "rbrack": ']', "lcub": '{', "rcub": '}', "lbrace": '{', "rbrace": '}',
	"hyphen": '-', "bsol": '\\', "verbar": '|', "vert": '|', "Hat": '^', "grave": '`', "Tab": '\t', "NewLine": '\n',
}

const maxEntity = 10 // bytes of a named or numeric entity, at most

// entityAt reads an entity of HTML: its length, or 0, and its character.
func entityAt(b []byte) (n int, r rune) {
	end := bytes.IndexByte(b[:min(len(b), maxEntity)], ';')
	if end < 3 || b[0] != '&' {
		return 0, 0
	}
	if b[1] != '#' {
		r, ok := entities[string(b[1:end])]
		if !ok {
			return 0, 0
		}
		return end + 1, r
	}
	digits, base := b[2:end], rune(10)
	if digits[0]|0x20 == 'x' {
		digits, base = digits[1:], 16
	}
	if len(digits) == 0 {
		return 0, 0
	}
	for _, c := range digits {
		d := rune(hexDigit(c))
		if d < 0 || d >= base {
			return 0, 0
		}
		r = r*base + d
	}
	if !utf8.ValidRune(r) || r == 0 {
		r = utf8.RuneError
	}
	return end + 1, r
}

// escaped reads the unit of a text with escapes that raw begins with: its
// length, and its decoded form appended to dst.
func (c codec) escaped(dst, raw []byte) (n int, out []byte) {
	if c == codecEntity {
		if n, r := entityAt(raw); n > 0 {
			return n, utf8.AppendRune(dst, r)
		}
	} else if n, r, isByte := backslashAt(raw); n > 0 {
		if isByte {
			return n, append(dst, byte(r))
		}
		return n, utf8.AppendRune(dst, r)
	}
	return 1, append(dst, raw[0]) // a mark that is no escape
}

// mark is the character that an escape begins with.
func (c codec) mark() byte {
	if c == codecEntity {
		return '&'
	}
	return '\\'
}

func (c codec) appendEscapesRead(dst, raw []byte) []byte {
	for len(raw) > 0 {
		k := bytes.IndexByte(raw, c.mark())
		if k < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:k]...)
		var n int
		n, dst = c.escaped(dst, raw[k:])
		raw = raw[k+n:]
	}
	return dst
}
