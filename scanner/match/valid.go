package match

import "unicode/utf8"

// valid reports whether text is valid UTF-8.
func valid(text []byte) bool {
	ok, _, _ := examine(text)
	return ok
}

// examine reports whether text is valid UTF-8, and then whether it is ASCII and whether it may hold U+017F or U+212A.
//
// With vectors it is the algorithm of Keiser and Lemire, "Validating UTF-8 in less
// than one instruction per byte" (2020). Every fault within two bytes shows in three
// halves of a byte: both of the first byte and the high one of the second. Three
// tables of 16 bytes say which faults each can be part of, one bit per fault, and
// their AND the faults that there are. What remains is whether the third and fourth
// bytes of long runes are there: the two bits for "continuation after continuation"
// must be set exactly where the byte two before begins three bytes or the one
// three before begins four.
func examine(text []byte) (ok, ascii, mayFold bool) {
	const least = 128 // below, the vectors are not worth their preparation
	if validBlocks == nil || len(text) < least {
		if isASCII(text) {
			return true, true, false
		}
		return utf8.Valid(text), false, folds(text)
	}
	// Vectors look three bytes back, so the first runes are read without them.
	from := 3
	for from < 8 && !utf8.RuneStart(text[from]) {
		from++
	}
	beyond, faults, mayFold := validBlocks(&text[from], (len(text)-from)/validLen)
	if (len(text)-from)%validLen != 0 {
		b, f, m := validBlocks(&text[len(text)-validLen], 1) // some of it is read twice
		beyond, faults, mayFold = beyond || b, faults || f, mayFold || m
	}
	head := text[:from]
	if !beyond && isASCII(head) {
		return true, true, false
	}
	// A rune that the text ends in may not be whole.
	end := len(text) - 1
	for back := 0; back < 3 && !utf8.RuneStart(text[end]); back++ {
		end--
	}
	if faults || !utf8.Valid(head) || !utf8.Valid(text[end:]) {
		return false, false, false
	}
	for i, b := range text[:from+1] {
		next := text[i+1]
		mayFold = mayFold || b == longSBytes[0] && next == longSBytes[1] || b == kelvinBytes[0] && next == kelvinBytes[1]
	}
	return true, false, mayFold
}

// validLen is how many bytes validBlocks reads at a time.
const validLen = 32

// The faults.
const (
	tooShort     = 1 << iota // 11______ before 0_______ or 11______
	tooLong                  // 0_______ before 10______
	overlong3                // 11100000 before 100_____
	tooLarge                 // 11110100 before 1001____, and above
	surrogate                // 11101101 before 101_____
	overlong2                // 1100000_ before 10______
	overlong4                // 11110000 before 1000____, and 11110101 and above before 1000____
	continuation             // 10______ before 10______
)

// faultTables are by the high and the low half of a byte, and by the high half of
// the byte after it.
var faultTables = func() (t [3][16]byte) {
	const always = tooShort | tooLong | continuation
	for i := range 16 {
		switch {
		case i < 8:
			t[0][i], t[2][i] = tooLong, tooShort
		case i < 12:
			t[0][i] = continuation
			t[2][i] = tooLong | overlong2 | continuation
		default:
			t[0][i], t[2][i] = tooShort, tooShort
		}
		t[1][i] = always
		if i >= 4 {
			t[1][i] |= tooLarge
		}
		if i >= 5 {
			t[1][i] |= overlong4
		}
	}
	t[0][0xc] |= overlong2
	t[0][0xe] |= overlong3 | surrogate
	t[0][0xf] |= tooLarge | overlong4
	t[1][0] |= overlong3 | overlong2 | overlong4
	t[1][1] |= overlong2
	t[1][0xd] |= surrogate
	t[2][8] |= overlong3 | overlong4
	t[2][9] |= overlong3 | tooLarge
	t[2][0xa] |= surrogate | tooLarge
	t[2][0xb] |= surrogate | tooLarge
	return t
}()
