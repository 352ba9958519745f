package rules

import "math/bits"

// candidate is a match of a pattern, in the text in which it was found. All
// offsets are in bytes of that text.
type candidate struct {
	text       []byte
	start, end int // the value: capture group 1, else the whole match
	from, to   int // the whole match
	chars      int // letters and digits of the value

	// known and holding are what shared checks have said of the candidate, by check.bit.
	known, holding uint64
}

// newCandidate is the candidate whose value is text[start:end], found as
// text[from:to].
func newCandidate(text []byte, start, end, from, to int) candidate {
	c := candidate{text: text, start: start, end: end, from: from, to: to}
	c.count()
	return c
}

// count fills in chars.
func (c *candidate) count() {
	c.chars = countAlnum(c.text[c.start:c.end])
}

// alnum is one for letters and digits of ASCII.
var alnum = func() (table [256]uint8) {
	for b := range table {
		if isAlnum(byte(b)) {
			table[b] = 1
		}
	}
	return table
}()

// countAlnum returns how many letters and digits of ASCII a text has.
func countAlnum(text []byte) int {
	n := 0
	for _, b := range text {
		n += int(alnum[b])
	}
	return n
}

// unbroken is true of a match that is one run of letters and digits: there is no
// place inside where another could begin.
func (c *candidate) unbroken() bool { return c.chars == c.to-c.from }

// tooShort reports whether the value has fewer letters and digits than any of
// the counts, and nothing follows that a longer value beginning inside it could
// reach: most groups of digits in prose are prices, dates and ranges.
func (c *candidate) tooShort(counts uint64) bool { return c.tooShortFrom(c.start, counts) }

// tooShortFrom is tooShort for a value that begins inside the candidate's.
func (c *candidate) tooShortFrom(at int, counts uint64) bool {
	if chars := c.chars - countAlnum(c.text[c.start:max(at, c.start)]); chars >= bits.TrailingZeros64(counts) {
		return false
	}
	for _, b := range c.text[c.end:min(len(c.text), c.end+2)] {
		if classOf[b] == classDigit || classOf[b] == classUpper {
			return false
		}
	}
	return true
}

func (c *candidate) value() []byte { return c.text[c.start:c.end] }

// whole is all that the pattern matched.
func (c *candidate) whole() []byte { return c.text[c.from:c.to] }

// before and after return the byte next to the value, or 0 at the text's edge.
func (c *candidate) before(n int) byte {
	if c.start-n < 0 {
		return 0
	}
	return c.text[c.start-n]
}

func (c *candidate) after(n int) byte {
	if c.end+n-1 >= len(c.text) {
		return 0
	}
	return c.text[c.end+n-1]
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isAlnum(b byte) bool { return isDigit(b) || isLetter(b) }

// isWord is true of what \w matches: ASCII letters, digits and the underscore.
func isWord(b byte) bool { return isAlnum(b) || b == '_' }

func isHex(b byte) bool { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' }
