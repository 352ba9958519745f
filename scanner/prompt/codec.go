package prompt

import (
	"bytes"
	"encoding/hex"
	"slices"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// codec is how a text is written in the bytes that hold it.
type codec uint8

const (
	codecPlain     codec = iota // as it is; bytes that are not UTF-8 read as U+FFFD
	codecJSON                   // inside the quotes of a JSON string
	codecNumber                 // a JSON number literal; integers read without point and exponent
	codecPercent                // percent-encoded, as in a URL
	codecForm                   // percent-encoded with "+" for a space
	codecBase64                 // base64 or base64url, padded or not, perhaps with white space
	codecHex                    // two hexadecimal digits for a byte
	codecBackslash              // with the escapes of programming languages and shells
	codecEntity                 // with the entities of HTML
	codecJoin                   // pieces of other texts, put together
)

const replacement = "\uFFFD"

// decode appends the text that raw stands for to dst. The result is valid
// UTF-8, except for encodings that can write any bytes: base64, hexadecimal,
// percent-encoding and escapes.
func (c codec) decode(dst, raw []byte) []byte {
	switch c {
	case codecJSON:
		return appendUnescaped(dst, raw)
	case codecPercent, codecForm:
		return appendUnpercented(dst, raw, c == codecForm)
	case codecBase64:
		dst, _ = appendBase64Decoded(dst, raw)
		return dst
	case codecHex:
		for ; len(raw) >= 2; raw = raw[2:] {
			dst = append(dst, byte(hexDigit(raw[0])<<4|hexDigit(raw[1])))
		}
		return dst
	case codecBackslash, codecEntity:
		return c.appendEscapesRead(dst, raw)
	case codecNumber:
		if n, ok := appendInteger(dst, raw); ok {
			return n
		}
		return append(dst, raw...)
	}
	return appendValid(dst, raw)
}

// encode returns how a replacement is written. It is not for base64, which
// cannot be edited in part (see rewriteBase64).
func (c codec) encode(text []byte) []byte {
	switch c {
	case codecJSON:
		return appendEscaped(nil, text)
	case codecNumber:
		return append(appendEscaped([]byte{'"'}, text), '"')
	case codecPercent, codecForm:
		return appendPercented(nil, text)
	case codecHex:
		return hex.AppendEncode(nil, text)
	}
	return text
}

// step returns how many raw bytes at i, and how many decoded ones, make the
// next unit. A same unit is a run in which raw and decoded offsets run in step.
func (c codec) step(raw []byte, i int) (n, decoded int, same bool) {
	switch c {
	case codecJSON:
		if raw[i] == '\\' {
			n, _, decoded = escapeAt(raw[i:])
			return n, decoded, false
		}
		return plainStep(raw[i:], '\\')
	case codecPercent, codecForm:
		if percentAt(raw, i) >= 0 {
			return 3, 1, false
		}
		k := bytes.IndexByte(raw[i+1:], '%')
		if k < 0 {
			return len(raw) - i, len(raw) - i, true
		}
		return k + 1, k + 1, true
	case codecHex:
		return min(2, len(raw)-i), 1, false
	case codecBackslash, codecEntity:
		if raw[i] == c.mark() {
			var buf [utf8.UTFMax]byte
			n, out := c.escaped(buf[:0], raw[i:])
			return n, len(out), false
		}
		if k := bytes.IndexByte(raw[i:], c.mark()); k >= 0 {
			return k, k, true
		}
		return len(raw) - i, len(raw) - i, true
	case codecPlain:
		return plainStep(raw[i:], noEscape)
	}
	return len(raw) - i, len(raw) - i, true
}

// noEscape is no ASCII character: it ends no run.
const noEscape = 0xFF

// plainStep is step for what is not an escape: a run of valid UTF-8 up to the
// next escape character, or one byte that is not UTF-8. It looks no further
// than it reports, or a text of many such bytes would take quadratic time.
func plainStep(b []byte, escape byte) (n, decoded int, same bool) {
	for n < len(b) && b[n] != escape {
		if b[n] < utf8.RuneSelf {
			n++
			continue
		}
		r, size := utf8.DecodeRune(b[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	if n == 0 {
		return 1, len(replacement), false
	}
	return n, n, true
}

// outer maps spans of the decoded text, sorted by their start, to the ranges
// of raw that write them. Ranges are widened to whole escapes and whole runes.
func (c codec) outer(raw []byte, spans []scanner.Span) []scanner.Span {
	out := make([]scanner.Span, len(spans))
	switch c {
	case codecNumber:
		for i := range spans {
			out[i] = scanner.Span{Start: 0, End: len(raw)}
		}
		return out
	case codecBase64:
		return outerBase64(raw, spans)
	}
	// Starts come sorted, but an inner finding may end before an outer one, so
	// the last bytes need an order of their own.
	byEnd := make([]int, len(spans))
	for i := range spans {
		byEnd[i] = i
	}
	slices.SortFunc(byEnd, func(a, b int) int { return spans[a].End - spans[b].End })
	s, e := 0, 0 // next start, next end
	for i, at := 0, 0; i < len(raw) && e < len(spans); {
		n, decoded, same := c.step(raw, i)
		for ; s < len(spans) && spans[s].Start < at+decoded; s++ {
			out[s].Start = i
			if same {
				out[s].Start = max(i, runeStart(raw, i+spans[s].Start-at))
			}
		}
		for ; e < len(spans) && spans[byEnd[e]].End <= at+decoded; e++ {
			k := byEnd[e]
			out[k].End = i + n
			if same {
				out[k].End = runeEnd(raw[:i+n], i+spans[k].End-at)
			}
		}
		i, at = i+n, at+decoded
	}
	return out
}

func runeStart(b []byte, i int) int {
	for i > 0 && i < len(b) && !utf8.RuneStart(b[i]) {
		i--
	}
	return i
}

func runeEnd(b []byte, i int) int {
	for i < len(b) && !utf8.RuneStart(b[i]) {
		i++
	}
	return i
}

// appendValid appends b with every invalid byte replaced by U+FFFD.
func appendValid(dst, b []byte) []byte {
	for len(b) > 0 {
		n, _, same := plainStep(b, noEscape)
		if same {
			dst = append(dst, b[:n]...)
		} else {
			dst = append(dst, replacement...)
		}
		b = b[n:]
	}
	return dst
}

// appendUnescaped appends the value of a JSON string's inside, which the
// tokenizer has accepted. Lone surrogates read as U+FFFD.
func appendUnescaped(dst, raw []byte) []byte {
	valid := utf8.Valid(raw)
	for len(raw) > 0 {
		k, _ := plainRun(raw)
		if k < len(raw) && raw[k] != '\\' {
			k++ // not in a string, but no reason to stop
		}
		if valid {
			dst = append(dst, raw[:k]...)
		} else {
			dst = appendValid(dst, raw[:k])
		}
		raw = raw[k:]
		for len(raw) >= 2 && raw[0] == '\\' { // escapes often come in a row
			if c := unescaped[raw[1]]; c != 0 {
				dst = append(dst, c)
				raw = raw[2:]
				continue
			}
			n, r, _ := escapeAt(raw)
			dst = utf8.AppendRune(dst, r)
			raw = raw[n:]
		}
		if len(raw) == 1 && raw[0] == '\\' {
			return append(dst, replacement...)
		}
	}
	return dst
}

// unescaped is what the character after a backslash stands for, but for "u".
var unescaped = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escapeAt reads the escape that b begins with: its length, its character and
// that character's length in UTF-8. A surrogate pair is one escape.
func escapeAt(b []byte) (n int, r rune, size int) {
	if len(b) < 2 {
		return len(b), utf8.RuneError, len(replacement)
	}
	if b[1] == 'u' {
		r = hex4(b[2:])
		if r < 0 {
			return 2, utf8.RuneError, len(replacement)
		}
		if 0xD800 <= r && r < 0xDC00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
			if low := hex4(b[8:]); 0xDC00 <= low && low < 0xE000 {
				return 12, (r-0xD800)<<10 | (low - 0xDC00) + 0x10000, 4
			}
		}
		if 0xD800 <= r && r < 0xE000 {
			r = utf8.RuneError
		}
		return 6, r, utf8.RuneLen(r)
	}
	if c := unescaped[b[1]]; c != 0 {
		return 2, rune(c), 1
	}
	return 2, utf8.RuneError, len(replacement)
}

// hex4 reads four hexadecimal digits, or returns -1.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		d := hexDigit(c)
		if d < 0 {
			return -1
		}
		r = r<<4 | rune(d)
	}
	return r
}

// appendEscaped appends text as the inside of a JSON string.
func appendEscaped(dst, text []byte) []byte {
	const digits = "0123456789abcdef"
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// percentAt returns the byte that a percent-escape at i stands for, or -1.
func percentAt(b []byte, i int) int {
	if b[i] != '%' || i+2 >= len(b) {
		return -1
	}
	hi, lo := hexDigit(b[i+1]), hexDigit(b[i+2])
	if hi < 0 || lo < 0 {
		return -1
	}
	return hi<<4 | lo
}

func appendUnpercented(dst, b []byte, plus bool) []byte {
	for i := 0; i < len(b); i++ {
		if c := percentAt(b, i); c >= 0 {
			dst = append(dst, byte(c))
			i += 2
		} else if b[i] == '+' && plus {
			dst = append(dst, ' ')
		} else {
			dst = append(dst, b[i])
		}
	}
	return dst
}

// appendPercented percent-encodes all but RFC 3986's unreserved characters and
// the colon, which is legal in paths and queries alike.
func appendPercented(dst, text []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range text {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '.', c == '_', c == '~', c == ':':
			dst = append(dst, c)
		default:
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}
