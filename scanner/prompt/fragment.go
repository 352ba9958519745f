package prompt

import (
	"bytes"
	"encoding/binary"
)

// Parts of a text can be encoded: a base64 word in a sentence, a password with
// \u0040 in it, &#95; in a snippet of HTML. They are scanned a second time,
// decoded. What is decoded is bounded by the text itself: parts do not overlap.
const (
	minFragment  = 24      // letters of base64 or hexadecimal in a row that are tried
	escapeMargin = 200     // bytes around an escape that are decoded with it, at most
	percentSpan  = 2 << 10 // bytes around a percent-escape, likewise
	maxFragments = 256     // of escapes; from there on the rest of the text is one
)

// addFragments adds what parts of a text hold.
func (w *walker) addFragments(parent int32, text []byte, o outer) {
	if len(text) < 8 {
		return
	}
	w.addRuns(parent, text, o, false)
	w.addEscapes(parent, text, o)
}

// isRunByte is true of the letters of base64, which hexadecimal digits are too.
func isRunByte(b byte) bool { c := base64Class[b]; return c >= 1 && c <= 3 }

// addRuns tries every run of letters of base64. It looks at every minFragment-th
// byte, and at the others only where that is such a letter. Whole strings of a
// document have been read.
func (w *walker) addRuns(parent int32, text []byte, o outer, document bool) {
	low := 0
	for i := minFragment - 1; i < len(text); {
		if !isRunByte(text[i]) || betweenSpaces(text, i) {
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
		low, i = end, end+minFragment-1
	}
}

// betweenSpaces reports whether a byte below the letters of base64, such as a space, stands among the seven
// before text[i] and another among the seven behind it. A run of minFragment bytes around text[i] has all
// of one side or the other.
func betweenSpaces(text []byte, i int) bool {
	if i < 7 || i+8 > len(text) {
		return false
	}
	before, behind := binary.LittleEndian.Uint64(text[i-7:]), binary.LittleEndian.Uint64(text[i:])
	return (before-ones*'+')&^before&highs != 0 && (behind-ones*'+')&^behind&highs != 0
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
