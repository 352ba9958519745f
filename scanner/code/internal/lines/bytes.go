package lines

// Byte classes. A word is a run of letters, digits and underscores; every byte
// of a multi-byte UTF-8 sequence counts as a letter.
const (
	classSpace uint8 = iota
	classPunct
	classLower
	classUpper
	classUnder
	classHigh
	classDigit
)

var classOf = byteClasses()

func byteClasses() (t [256]uint8) {
	for i := range t {
		switch c := byte(i); {
		case c >= 'a' && c <= 'z':
			t[i] = classLower
		case c >= 'A' && c <= 'Z':
			t[i] = classUpper
		case c >= '0' && c <= '9':
			t[i] = classDigit
		case c == '_':
			t[i] = classUnder
		case c >= 0x80:
			t[i] = classHigh
		case c <= ' ' || c == 0x7f:
			t[i] = classSpace
		default:
			t[i] = classPunct
		}
	}
	return t
}

// classBit is a bit for each class that words are made of, and 0 for the others.
var classBit = func() (t [256]uint8) {
	for i := range t {
		if k := classOf[i]; k >= classLower {
			t[i] = 1 << k
		}
	}
	return t
}()

// Word shapes.
const (
	shapeStart   = iota // before the first token
	shapeLower          // name
	shapeCapital        // Name
	shapeUpper          // NAME
	shapeCamel          // someName, SomeName
	shapeSnake          // some_name
	shapeConst          // SOME_NAME
	shapeMixed          // x86, utf8
	shapeHigh           // name with letters beyond ASCII
	shapeLetter         // x
	shapeNumber         // 12
	shapePunct          // the last token was no word
)

// shapeOf maps the class of a word's first byte and the set of the classes of
// the others to the word's shape.
var shapeOf = wordShapes()

func wordShapes() (t [8][128]uint8) {
	for first := classLower; first <= classDigit; first++ {
		for rest := range t[first] {
			t[first][rest] = wordShape(first, uint8(rest))
		}
	}
	return t
}

func wordShape(first, rest uint8) uint8 {
	mask := rest | 1<<first
	has := func(c uint8) bool { return mask>>c&1 == 1 }
	switch {
	case mask == 1<<classDigit:
		return shapeNumber
	case has(classHigh):
		return shapeHigh
	case rest == 0:
		return shapeLetter
	case has(classUnder) && has(classUpper) && !has(classLower):
		return shapeConst
	case has(classUnder):
		return shapeSnake
	case has(classDigit):
		return shapeMixed
	case has(classUpper) && !has(classLower):
		return shapeUpper
	case first == classUpper && rest>>classUpper&1 == 0:
		return shapeCapital
	case has(classUpper):
		return shapeCamel
	}
	return shapeLower
}

// markOrClass is punctuation itself, and of other bytes the class.
var markOrClass = func() (t [256]uint8) {
	for i := range t {
		if t[i] = classOf[i]; t[i] == classPunct {
			t[i] = byte(i)
		}
	}
	return t
}()

// The punctuation that is counted in a line; markOther is the rest.
const (
	markOther = iota
	markTab
	markComma
	markBar
	markSemicolon
	markOpen  // {
	markClose // }
	markCall  // (
	markEquals
	markQuote
	markColon
	markBacktick
	markEscape // \
)

// markKinds is a power of two with room for all kinds.
const markKinds = 16

// marks is how many of each kind a line has.
type marks [markKinds]int32

var markOf = [256]uint8{
	'\t': markTab, ',': markComma, '|': markBar, ';': markSemicolon, '{': markOpen, '}': markClose,
	'(': markCall, '=': markEquals, '"': markQuote, ':': markColon, '`': markBacktick, '\\': markEscape,
}
