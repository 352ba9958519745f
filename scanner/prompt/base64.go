package prompt

import (
	"encoding/base64"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
)

// base64Class tells base64's letters apart: 1 for those of both alphabets, 2
// for "+/", 3 for "-_", 4 for "=", 5 for white space, 0 for anything else.
var base64Class = [256]uint8{
	'+': 2, '/': 2, '-': 3, '_': 3, '=': 4, ' ': 5, '\t': 5, '\n': 5, '\r': 5,
	'A': 1, 'B': 1, 'C': 1, 'D': 1, 'E': 1, 'F': 1, 'G': 1, 'H': 1, 'I': 1, 'J': 1, 'K': 1, 'L': 1, 'M': 1,
	'N': 1, 'O': 1, 'P': 1, 'Q': 1, 'R': 1, 'S': 1, 'T': 1, 'U': 1, 'V': 1, 'W': 1, 'X': 1, 'Y': 1, 'Z': 1,
	'a': 1, 'b': 1, 'c': 1, 'd': 1, 'e': 1, 'f': 1, 'g': 1, 'h': 1, 'i': 1, 'j': 1, 'k': 1, 'l': 1, 'm': 1,
	'n': 1, 'o': 1, 'p': 1, 'q': 1, 'r': 1, 's': 1, 't': 1, 'u': 1, 'v': 1, 'w': 1, 'x': 1, 'y': 1, 'z': 1,
	'0': 1, '1': 1, '2': 1, '3': 1, '4': 1, '5': 1, '6': 1, '7': 1, '8': 1, '9': 1,
}

// base64Form is the dialect of a base64 text.
type base64Form struct {
	url, padded, spaced bool
}

// base64FormOf reports whether all of b is base64 in one alphabet, padded at
// most at its end, and in which dialect. White space is accepted only as line
// breaks, since words with single spaces between them are letters as well.
func base64FormOf(b []byte) (form base64Form, ok bool) {
	letters, std, pads := 0, false, 0
	for _, c := range b {
		switch base64Class[c] {
		case 0:
			return form, false
		case 4:
			pads++
			continue
		case 5:
			if c == ' ' || c == '\t' {
				return form, false
			}
			form.spaced = true
			continue
		case 2:
			std = true
		case 3:
			form.url = true
		}
		if pads > 0 {
			return form, false
		}
		letters++
	}
	form.padded = pads > 0
	if std && form.url || letters%4 == 1 || pads > 2 || pads > 0 && (letters+pads)%4 != 0 {
		return form, false
	}
	return form, letters > 0
}

// base64Prefix returns the length of the whole quanta of base64 letters that b
// begins with.
func base64Prefix(b []byte) int {
	letters, whole := 0, 0
	for i, c := range b {
		switch base64Class[c] {
		case 1, 2, 3:
			if letters++; letters%4 == 0 {
				whole = i + 1
			}
		case 5:
			if c == ' ' || c == '\t' {
				return whole
			}
		default:
			return whole
		}
	}
	return whole
}

func (f base64Form) encoding() *base64.Encoding {
	switch {
	case f.url && f.padded:
		return base64.URLEncoding
	case f.url:
		return base64.RawURLEncoding
	case f.padded:
		return base64.StdEncoding
	}
	return base64.RawStdEncoding
}

// appendBase64Decoded decodes base64 of either alphabet.
func appendBase64Decoded(dst, raw []byte) ([]byte, bool) {
	form, ok := base64FormOf(raw)
	if !ok {
		return dst, false
	}
	// Encoding.AppendDecode skips line breaks by itself.
	out, err := form.encoding().AppendDecode(dst, raw)
	return out, err == nil
}

// rewriteBase64 returns raw with edits applied to what it encodes, in the same
// alphabet and padding. Quanta of four letters straddle any edit whose length
// is not a multiple of three, so the whole is encoded anew, without line breaks.
// A text without padding stays so if it can: one that had no need for padding
// before gets it when it needs it now, because most decoders insist.
func rewriteBase64(raw []byte, edits []edit) []byte {
	form, _ := base64FormOf(raw)
	decoded, _ := appendBase64Decoded(nil, raw)
	if len(decoded)%3 == 0 && !form.url {
		form.padded = true
	}
	return form.encoding().AppendEncode(nil, spliceBytes(decoded, edits))
}

// outerBase64 maps spans of decoded bytes to the quanta of letters that write
// them.
func outerBase64(raw []byte, spans []scanner.Span) []scanner.Span {
	out := make([]scanner.Span, len(spans))
	// Each span's two letters, in order, so that one walk over raw finds them all.
	type wanted struct {
		letter int
		offset *int // where the letter's offset in raw goes
		past   int  // what is added to it
	}
	var letters []wanted
	for i, s := range spans {
		letters = append(letters, wanted{s.Start / 3 * 4, &out[i].Start, 0}, wanted{(s.End-1)/3*4 + 3, &out[i].End, 1})
	}
	slices.SortFunc(letters, func(a, b wanted) int { return a.letter - b.letter })
	letter := 0
	for i, c := range raw {
		if base64Class[c] == 5 {
			continue
		}
		for len(letters) > 0 && letters[0].letter == letter {
			*letters[0].offset = i + letters[0].past
			letters = letters[1:]
		}
		letter++
	}
	for _, w := range letters { // the last quantum may be short
		*w.offset = len(raw)
	}
	return out
}
