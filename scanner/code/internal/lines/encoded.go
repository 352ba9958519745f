package lines

import "bytes"

// leastEncoded is from how many bytes on a word is a line of an encoded block,
// if it looks random. Blocks have lines of 60 to 76.
const leastEncoded = 40

// isEncoded reports whether a line belongs to bytes that were written as text: a
// boundary of PEM, or a line of base64 or hexadecimal.
func isEncoded(body []byte) bool {
	if body[0] == '-' {
		return bytes.HasSuffix(body, []byte("-----")) && (bytes.HasPrefix(body, []byte("-----BEGIN ")) || bytes.HasPrefix(body, []byte("-----END ")))
	}
	return len(body) >= leastEncoded && IsCode64(body) && isRandom(body)
}

// IsCode64 reports whether a line is one word in the alphabets of base64 and
// base64url, as the short last line of a block is too.
func IsCode64(body []byte) bool {
	for _, c := range body {
		switch classOf[c] {
		case classLower, classUpper, classDigit, classUnder:
		default:
			if c != '+' && c != '/' && c != '=' && c != '-' {
				return false
			}
		}
	}
	return len(body) > 0
}

// isRandom reports whether a word has too much of a mixture for a name or path: all
// hexadecimal digits, or letters of both cases and digits that change often.
func isRandom(word []byte) bool {
	var seen [classDigit + 1]int
	changes, last, hex := 0, uint8(classSpace), true
	for _, c := range word {
		class := classOf[c]
		seen[class]++
		if class != last {
			changes++
		}
		last = class
		hex = hex && isHex(c)
	}
	if hex {
		return seen[classDigit] > len(word)/4
	}
	return seen[classDigit] > 0 && seen[classLower] > 0 && seen[classUpper] > 0 && changes > len(word)/3
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// isDump reports whether a line is one of xxd, hexdump or od -x: an offset, then
// groups of hexadecimal digits. A disassembly has fewer, for an instruction is short.
func isDump(body []byte) bool {
	if len(body) < leastEncoded || !isHex(body[3]) {
		return false // nearly all
	}
	at := hexRun(body)
	if at < 4 || at > 16 || at == len(body) {
		return false
	}
	if body[at] == ':' {
		at++
	}
	groups, digits := 0, 0
	for at < len(body) && groups < 16 {
		gap := at
		for at < len(body) && body[at] == ' ' {
			at++
		}
		if at == gap || at-gap > 2 {
			break
		}
		n := hexRun(body[at:])
		if n != 2 && n != 4 && n != 8 || at+n < len(body) && body[at+n] != ' ' {
			break
		}
		groups, digits, at = groups+1, digits+n, at+n
	}
	return digits >= 16 && (groups >= 8 || digits >= 4*groups)
}

func hexRun(b []byte) int {
	n := 0
	for n < len(b) && isHex(b[n]) {
		n++
	}
	return n
}
