package prompt

import (
	"bytes"
	"unicode/utf8"
)

// Parts of a text can be encoded: a base64 word in a sentence, a password with
// \u0040 in it, &#95; in a snippet of HTML. They are scanned a second time,
// decoded. What is decoded is bounded by the text itself: parts do not overlap.
const (
	minFragment  = 24      // letters of base64 or hexadecimal in a row that are tried
	escapeMargin = 200     // bytes around an escape that are decoded with it, at most
	maxFragments = 256     // of a kind; from there on the rest of the text is one
	percentSpan  = 2 << 10 // bytes around a percent-escape, likewise
)

// addFragments adds what parts of a text hold. The strings of a JSON document have
// been read: there only runs of letters inside them are left.
func (w *walker) addFragments(parent int32, text []byte, o outer, document bool) {
	if len(text) < 8 {
		return
	}
	w.addRuns(parent, text, o, document)
	if document {
		return
	}
	w.addEscaped(parent, text, o, codecBackslash, '\\', escapeMargin)
	w.addEscaped(parent, text, o, codecEntity, '&', escapeMargin)
	w.addEscaped(parent, text, o, codecPercent, '%', percentSpan)
}

// isRunByte is true of the letters of base64, which hexadecimal digits are too.
func isRunByte(b byte) bool { c := base64Class[b]; return c >= 1 && c <= 3 }

// addRuns tries every run of letters of base64. It looks at every minFragment-th
// byte, and at the others only where that is such a letter.
func (w *walker) addRuns(parent int32, text []byte, o outer, document bool) {
	low := 0
	for i := minFragment - 1; i < len(text); {
		if !isRunByte(text[i]) {
			i += minFragment
			continue
		}
		start, end := i, i+1
		for start > low && isRunByte(text[start-1]) {
			start--
		}
		for end < len(text) && isRunByte(text[end]) {
			end++
		}
		if end-start >= minFragment && (!document || !wholeString(text, start, end)) {
			end = w.addRun(parent, text, start, end, o)
		}
		low, i = end, end+minFragment
	}
}

// wholeString reports whether a run is all of a string in a JSON document, or the
// payload of a data URI: those have been read.
func wholeString(text []byte, start, end int) bool {
	for end < len(text) && text[end] == '=' {
		end++
	}
	return bytes.HasSuffix(text[:start], []byte(";base64,")) ||
		start > 0 && text[start-1] == '"' && end < len(text) && text[end] == '"'
}

// addRun adds what text[start:end] holds if it is base64 or hexadecimal of text.
// It returns where what was tried ends: lines may go on.
func (w *walker) addRun(parent int32, text []byte, start, end int, o outer) int {
	raw := text[start:end]
	if len(raw) > 2 && raw[0] == '0' && raw[1]|0x20 == 'x' {
		start += 2
		raw = raw[2:]
	}
	if len(raw)%2 == 0 && allHex(raw) {
		if readable(codecHex.decode(nil, raw[:min(len(raw), sampled)])) {
			w.addFragment(record{parent: parent, start: uint32(start), end: uint32(end), codec: codecHex}, raw, o)
			return end
		}
		return end
	}
	whole := end
	for len(raw)%4 == 0 && len(raw) >= 2*minFragment { // lines
		next := lineBreak(text[whole:])
		if next == 0 {
			break
		}
		from := whole + next
		to := from
		for to < len(text) && isRunByte(text[to]) {
			to++
		}
		if to-from < 4 && to < len(text) && text[to] != '=' {
			break
		}
		whole = to
		if (to-from)%4 != 0 {
			break
		}
	}
	for pads := 0; pads < 2 && whole < len(text) && text[whole] == '='; pads++ {
		whole++
	}
	raw = text[start:whole]
	if _, ok := base64FormOf(raw); !ok {
		raw = text[start:end]
		raw, whole = raw[:base64Prefix(raw)], end
		if _, ok := base64FormOf(raw); !ok {
			return end
		}
	}
	if sample(raw, 4) == contentText {
		var buf [sampled]byte
		head, _ := appendBase64Decoded(buf[:0], raw[:min(len(raw), 64)/4*4])
		if readable(head) || bytes.IndexByte(raw[:min(len(raw), 64)], '\n') >= 0 {
			w.addFragment(record{parent: parent, start: uint32(start), end: uint32(start + len(raw)), codec: codecBase64}, raw, o)
		}
	}
	return whole
}

func lineBreak(b []byte) int {
	switch {
	case len(b) > 1 && b[0] == '\n':
		return 1
	case len(b) > 2 && b[0] == '\r' && b[1] == '\n':
		return 2
	}
	return 0
}

// readable is mostlyText of a short sample that nothing else vouches for: words
// and numbers decode to something that hardly ever passes.
func readable(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	for _, c := range b {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' || c == 0x7F {
			return false
		}
	}
	return validButForEnd(b)
}

func allHex(b []byte) bool {
	for _, c := range b {
		if hexDigit(c) < 0 {
			return false
		}
	}
	return true
}

// addFragment adds a decoded part unless it is nested too deep.
func (w *walker) addFragment(r record, raw []byte, o outer) {
	if o.depth > maxNesting {
		w.in.fail(failed(ReasonTooDeep, "more than %d layers of encodings in a string", maxNesting))
		return
	}
	w.addDecoded(r, raw, o)
}

// addEscaped adds the surroundings of escapes that hide a character of a secret:
// a letter, a digit or a sign. Line breaks, tabs and quotation marks hide none.
func (w *walker) addEscaped(parent int32, text []byte, o outer, c codec, mark byte, margin int) {
	done, start, end, count := 0, -1, 0, 0
	add := func() {
		if start >= 0 {
			w.addFragment(record{parent: parent, start: uint32(start), end: uint32(end), codec: c}, text[start:end], o)
			done, count = end, count+1
		}
	}
	for i := 0; i < len(text); {
		n := bytes.IndexByte(text[i:], mark)
		if n < 0 {
			break
		}
		i += n
		size, hides := c.hides(text[i:])
		if !hides {
			i += max(size, 1)
			continue
		}
		if start >= 0 && i < end {
			end = max(end, reach(text, i+size, margin, c))
			i += size
			continue
		}
		if start < 0 || i-margin > end {
			add()
			start = back(text, max(i-margin, done), i, c)
		}
		end = reach(text, i+size, margin, c)
		i += size
		if count >= maxFragments {
			end = len(text)
			break
		}
	}
	add()
}

// back and reach return where the surroundings of an escape begin and end: at
// the line's ends, or for percent-encoding, which has no spaces, at a space.
func back(text []byte, low, i int, c codec) int {
	for i > low && !boundary(text[i-1], c) {
		i--
	}
	return runeStart(text, i)
}

func reach(text []byte, i, margin int, c codec) int {
	high := min(len(text), i+margin)
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
