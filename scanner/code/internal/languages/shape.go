package languages

// letters says which sorts of characters a word has.
type letters uint8

const (
	hasLower letters = 1 << iota
	hasUpper
	hasDigit
	hasUnder
	hasHigh
)

var lettersOf = func() (t [256]letters) {
	for i := range t {
		switch c := byte(i); {
		case c >= 'a' && c <= 'z':
			t[i] = hasLower
		case c >= 'A' && c <= 'Z':
			t[i] = hasUpper
		case c >= '0' && c <= '9':
			t[i] = hasDigit
		case c == '_':
			t[i] = hasUnder
		case c >= 0x80:
			t[i] = hasHigh
		}
	}
	return t
}()

// Bits of a shape beside letters, which are shifted by shapeLetters.
const (
	shapeCapital = 1    // begins with a capital
	shapeType    = 2    // ends in _t
	shapeSingle  = 0x80 // is one character

	shapeLetters = 2
)

// shapeOf says how a word is written, which differs by the customs of a language
// more than by what a program does: some_name, someName, SomeName, SOME_NAME,
// size_t. It is not 0.
func shapeOf(has letters, word []byte) uint32 {
	shape := uint32(has) << shapeLetters
	if lettersOf[word[0]] == hasUpper {
		shape |= shapeCapital
	}
	if n := len(word); n > 2 && word[n-2] == '_' && word[n-1] == 't' {
		shape |= shapeType
	}
	if len(word) == 1 {
		shape |= shapeSingle
	}
	return shape
}
