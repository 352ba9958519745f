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

// shapeOfMask maps the set of byte classes in a word to its shape. A word of
// upper and lower case maps to shapeCamel; only the reader can tell a Name.
var shapeOfMask = maskShapes()

func maskShapes() (t [128]uint8) {
	for m := range t {
		has := func(c uint8) bool { return m>>c&1 == 1 }
		switch {
		case has(classHigh):
			t[m] = shapeHigh
		case has(classUnder) && has(classUpper) && !has(classLower):
			t[m] = shapeConst
		case has(classUnder):
			t[m] = shapeSnake
		case has(classDigit):
			t[m] = shapeMixed
		case has(classUpper) && !has(classLower):
			t[m] = shapeUpper
		case has(classUpper):
			t[m] = shapeCamel
		default:
			t[m] = shapeLower
		}
	}
	return t
}

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
