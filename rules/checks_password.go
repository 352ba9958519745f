package rules

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minMachineMade is the length from which characters of all classes are a password, quotation marks or none.
const minMachineMade = 12

// passwordHere is passwordLike, and true of what only a machine writes: brackets that close
// nothing, in no code.
func passwordHere(c *candidate) bool {
	v := c.value()
	if passwordLike(v) || mixedCase(v) && (quoted(c) || compoundWord(v)) && toldPassword(v) {
		return !otherPass(c)
	}
	if !bytes.ContainsAny(v, "()[]{}") || bytes.IndexByte(v, ' ') >= 0 || balanced(v) {
		return false
	}
	return quoted(c) && classes(v) >= 3 && countDigits(v) > 0 || len(v) >= minMachineMade && classes(v) == 4 && countDigits(v) > 1 && !wordLike(v)
}

// balanced reports whether each bracket is closed by its like.
func balanced(v []byte) bool {
	var open []byte
	for _, b := range v {
		switch b {
		case '(', '[', '{':
			open = append(open, b)
		case ')', ']', '}':
			// The closing brackets stand one or two behind the opening ones in ASCII.
			if n := len(open); n == 0 || b-open[n-1] > 2 {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}

// passwordLike wants what people make passwords of, and no prose or markup.
func passwordLike(v []byte) bool {
	var upper, lower, digit, other int
	for _, b := range v {
		switch {
		case isDigit(b):
			digit++
		case b >= 'a' && b <= 'z':
			lower++
		case b >= 'A' && b <= 'Z':
			upper++
		case b >= 0x80:
			lower++
		default:
			other++
		}
	}
	if digit+other == 0 { // letters alone: made up by a machine, or a name or word
		return upper > 1 && lower > 1 && len(v) >= 10 && len(v) <= 64 && !wordLike(v) && !identifierLike(v)
	}
	if upper+lower+digit == 0 {
		return false
	}
	return classes(v) >= 2 && !identifierLike(v) && !bytes.Contains(v, []byte("://"))
}

// compoundWord is true of words that signs join which stand in no name of a program.
func compoundWord(v []byte) bool {
	return countSymbols(v) > 0 && !bytes.ContainsAny(v, "./:\\") && isAlnum(v[0])
}

// What algorithms, protocols and versions are called, before a digit.
var technicalWords = []string{
	"sha", "md", "base", "utf", "aes", "rsa", "des", "pbkdf", "argon", "bcrypt", "oauth", "oidc", "ipv", "http", "tls", "ssl", "x", "pkcs", "iso", "rfc", "win", "windows",
	"python", "java", "es", "fido", "u", "v", "version", "cp", "latin", "level", "type", "step", "option", "rot", "crc", "hs", "rs", "php", "sql", "db", "log4j", "h", "s", "k",
}

// toldHere is passwordHere, and true of what a sentence tells, but of no word at the end of what is set in bold: **the password is required**.
func toldHere(c *candidate) bool {
	return (passwordHere(c) || toldPassword(c.value())) && !endsBold(c) && !otherPass(c)
}

// passWindow is how far before a value the words for another pass are looked for, in bytes.
const passWindow = 48

// Words before the word pass that make it none for a password.
var passWords = wordSet("first second third next each every last single render rendering compiler optimization optimisation shader depth shadow lighting boarding mountain test")

// otherPass is true of what is said of a run through something, of somebody on parole, and of the checksum of a secret: first pass: x,
// checksum/secret: x.
func otherPass(c *candidate) bool {
	before := bytes.TrimRight(c.text[max(0, c.start-passWindow):c.start], " \t:=\"'`")
	word := before[bytes.LastIndexAny(before, " \t\r\n\"'`,;{(")+1:]
	if bytes.HasPrefix(word, []byte("checksum/")) {
		return true
	}
	parole := bytes.EqualFold(word, []byte("parole"))
	if !parole && !bytes.EqualFold(word, []byte("pass")) || len(word) == len(before) || before[len(before)-len(word)-1] != ' ' {
		return false
	}
	before = before[:len(before)-len(word)-1]
	before = before[bytes.LastIndexFunc(before, func(r rune) bool { return !unicode.IsLetter(r) })+1:]
	return parole && bytes.EqualFold(before, []byte("on")) || !parole && hasFolded(passWords, before)
}

// boldWindow is how far before a value the beginning of what is set in bold is looked for, in bytes.
const boldWindow = 400

// endsBold is true of letters alone before two stars that close what two others have opened.
func endsBold(c *candidate) bool {
	word, rest, ok := bytes.Cut(c.value(), []byte("**"))
	if !ok || len(word) == 0 || bytes.ContainsFunc(rest, isLetterRune) || bytes.ContainsFunc(word, func(r rune) bool { return r < utf8.RuneSelf && !isLetter(byte(r)) && r != '-' && r != '_' }) {
		return false
	}
	before := c.text[max(0, c.start-boldWindow):c.start]
	before = before[bytes.LastIndex(before, []byte("\n\n"))+1:]
	return bytes.Count(before, []byte("**"))%2 == 1
}

// toldPassword is passwordLike, and true of what people make of words and a number, as in Cactus-Verde-7:
// code would call a variable so, a sentence calls nothing else so.
func toldPassword(v []byte) bool {
	if passwordLike(v) {
		return true
	}
	if len(v) < 8 || countDigits(v) == 0 || countLetters(v) < 4 || bytes.ContainsAny(v, "()[]{}<>=\\") || bytes.Contains(v, []byte("://")) {
		return false
	}
	if classes(v) < 3 || isDigit(v[0]) || v[0] == '/' || bytes.Count(v, []byte("/")) > 1 || bytes.Contains(v, []byte("::")) || bytes.Contains(v, []byte("->")) {
		return false
	}
	lower := strings.ToLower(string(v))
	for _, w := range technicalWords {
		if rest, ok := strings.CutPrefix(lower, w); ok && strings.TrimLeft(rest, "-_.") != "" && isDigit(strings.TrimLeft(rest, "-_.")[0]) {
			return false
		}
	}
	return true
}

// strongForm is true of words with a sign inside that neither a sentence nor a name has there, or with one behind a number at
// the end: Gr4vel&Lantern, Summer2024!.
func strongForm(v []byte) bool {
	last := len(v) - 1
	for i, b := range v {
		switch b {
		case '!', '#', '$', '%', '*', '^', '~', '&', '?':
			if i > 0 && i < last {
				return true
			}
		case '@':
			if i > 0 && i < last && bytes.IndexByte(v[i:], '.') < 0 {
				return true
			}
		}
	}
	return last > 2 && bytes.IndexByte([]byte("!#$%*&^~?"), v[last]) >= 0 && isDigit(v[last-1]) && isDigit(v[last-2])
}
