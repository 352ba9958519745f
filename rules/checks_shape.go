package rules

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
)

// shapeChecks are about what a value is made of.
var shapeChecks = map[string]checkDef{
	"randomness":  {doc: "the entropy of the value is at least N of the most that its length and alphabet allow, from 0 to 1", measure: randomness},
	"json":        {doc: "the value is a JSON object or array", value: isJSON},
	"base64-json": {doc: "the value is base64 of a JSON object or array", value: isBase64JSON},
	"der":         {doc: "the value is base64, perhaps between PEM lines, of one ASN.1 sequence in DER: a key or a certificate", value: isDER},
	"path":        {doc: "the value is a path: slashes join its parts, none of which is random", value: pathLike},
	"mod97":       {doc: "the value passes ISO 7064 MOD 97-10, letters counting from A = 10, as a LEI and an ISO 11649 reference turned round do", value: passesMod97},
}

// withChecks adds tables of checks to another. A file of checks that has a
// table of its own is all that a new check touches.
func withChecks(table map[string]checkDef, more ...map[string]checkDef) map[string]checkDef {
	for _, list := range more {
		maps.Copy(table, list)
	}
	return table
}

// randomness is the entropy of the value as a share of what random characters of
// the same alphabet would have: a value of n characters has at most log2(n) bits in
// a character, and one that is all digits at most log2(10).
func randomness(v []byte) float64 {
	if len(v) < 2 {
		return 0
	}
	var digits, lower, upper, others bool
	beyondHex := false
	for _, b := range v {
		switch {
		case isDigit(b):
			digits = true
		case b >= 'a' && b <= 'z':
			lower = true
			beyondHex = beyondHex || b > 'f'
		case b >= 'A' && b <= 'Z':
			upper = true
			beyondHex = beyondHex || b > 'F'
		default:
			others = true
		}
	}
	letters := 26.0
	if digits && !beyondHex && lower != upper {
		letters = 6
	}
	size := 0.0
	for _, part := range []struct {
		present bool
		size    float64
	}{{digits, 10}, {lower, letters}, {upper, letters}, {others, 32}} {
		if part.present {
			size += part.size
		}
	}
	return entropy(v) / min(math.Log2(float64(len(v))), math.Log2(size))
}

func isJSON(v []byte) bool {
	v = bytes.TrimSpace(v)
	return len(v) > 1 && (v[0] == '{' || v[0] == '[') && json.Valid(v)
}

func isBase64JSON(v []byte) bool {
	out, ok := decodeBase64(v)
	return ok && isJSON(out)
}

// isDER wants a SEQUENCE (tag 0x30) whose length, in the definite form that DER
// demands (ITU-T X.690, 8.1.3 and 10.1), is that of all that follows.
func isDER(v []byte) bool {
	if begin := bytes.Index(v, []byte("-----BEGIN ")); begin >= 0 {
		v = v[begin+len("-----BEGIN "):]
		at := bytes.Index(v, []byte("-----"))
		if at < 0 {
			return false
		}
		v = v[at+len("-----"):]
		if end := bytes.Index(v, []byte("-----END")); end >= 0 {
			v = v[:end]
		}
	}
	v = bytes.ReplaceAll(bytes.ReplaceAll(v, []byte(`\r`), nil), []byte(`\n`), nil)
	der, ok := decodeBase64(bytes.Join(bytes.Fields(v), nil))
	if !ok || len(der) < 2 || der[0] != 0x30 {
		return false
	}
	length, rest := int(der[1]), der[2:]
	if length >= 0x80 {
		n := length & 0x7f
		if n == 0 || n > 4 || n > len(rest) {
			return false
		}
		length = 0
		for _, b := range rest[:n] {
			length = length<<8 | int(b)
		}
		rest = rest[n:]
		if length < 0x80 { // the short form would have done
			return false
		}
	}
	return length == len(rest)
}

// passesMod97 skips spaces, hyphens and dots.
func passesMod97(v []byte) bool {
	n, rest := 0, 0
	for _, b := range v {
		switch {
		case b == ' ' || b == '-' || b == '.':
			continue
		case isDigit(b):
			rest = (rest*10 + int(b-'0')) % 97
		case isLetter(b):
			rest = (rest*100 + int(b|0x20-'a') + 10) % 97
		default:
			return false
		}
		n++
	}
	return n > 4 && rest == 1
}

// minRandomPart is the length from which a part of a path can be told from a random one.
const minRandomPart = 14

// pathLike tells a path from base64 that happens to hold a slash: a part of the latter is long, mixes
// upper case, lower case and digits, and reads like no word.
func pathLike(v []byte) bool {
	if bytes.IndexByte(v, '/') < 0 || bytes.ContainsAny(v, "+= ") {
		return false
	}
	for part := range bytes.SplitSeq(v, []byte("/")) {
		if len(part) >= minRandomPart && classes(part) >= 3 && countDigits(part) >= 2 && mixedCase(part) && !wordLike(part) && bytes.IndexByte(part, '.') < 0 {
			return false
		}
	}
	return true
}
