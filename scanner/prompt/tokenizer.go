package prompt

// stringInfo says what the tokenizer saw inside a string.
type stringInfo uint8

const (
	infoEscape stringInfo = 1 << iota // it has at least one backslash
	infoHigh                          // it has bytes outside ASCII, not yet checked to be UTF-8
	infoKey                           // it is an object's key
)

// tokenSink is told of tokens in order. Offsets are absolute: they count from
// the first byte ever fed. A string's range excludes its quotes.
type tokenSink interface {
	open(array bool)
	close()
	str(start, end int, info stringInfo)
	// number is told where a number stood and how many digits it has before a
	// point or exponent.
	number(start, end, digits int, form numberForm)
	literal()
}

// state is where the tokenizer is in the grammar between two tokens, or inside
// a token that a chunk may end in.
type state uint8

const (
	wantValue      state = iota
	wantValueOrEnd       // after "["
	wantKeyOrEnd         // after "{"
	wantKey              // after "," in an object
	wantColon
	wantCommaOrEnd
	wantNothing // after the last value
	inString
	inNumber
	inLiteral
)

// tokenizer is a push parser of RFC 8259 JSON. It may be fed any pieces: all
// that it knows of the past is in these fields, never the bytes themselves.
// It is strict, except that it leaves two things to its sink: UTF-8 inside
// strings, and what to do about duplicate keys.
type tokenizer struct {
	maxDepth int
	// multi allows several values, as in JSON lines. Values other than arrays
	// and objects then need a line break between them, so that a phone number
	// in plain text is not taken for three numbers.
	multi bool
	// containers wants every outermost value to be an array or an object.
	containers bool

	state state
	stack []bool // the open containers: true for arrays
	off   int    // absolute offset of the next byte to be fed
	seen  bool   // at least one value began
	lines bool   // a line break followed the last value

	start  int // absolute start of the token at hand
	info   stringInfo
	escape uint8 // in a string: 0, or 1 after a backslash, 2 to 5 while hex digits are due
	num    numberState
	digits int
	form   numberForm
	word   string // in a literal: what is still to come
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// feed takes the next piece. After an error the tokenizer must not be fed any
// more; off is then the offset of the byte that was refused.
func (t *tokenizer) feed(b []byte, sink tokenSink) *failure {
	base := t.off
	i := 0
	for i < len(b) {
		switch t.state {
		case inString:
			n, err := t.inString(b[i:], base+i, sink)
			i += n
			if err != nil {
				t.off = base + i
				return err
			}
			continue
		case inNumber:
			n, err := t.inNumber(b[i:])
			i += n
			if err != nil {
				t.off = base + i
				return err
			}
			if i < len(b) {
				t.endNumber(base+i, sink)
			}
			continue
		case inLiteral:
			if b[i] != t.word[0] {
				t.off = base + i
				return failed(ReasonUnreadableJSON, "offset %d: misspelt literal", t.off)
			}
			if t.word = t.word[1:]; t.word == "" {
				t.endValue()
				sink.literal()
			}
			i++
			continue
		}
		c := b[i]
		if isSpace(c) {
			t.lines = t.lines || c == '\n'
			i++
			continue
		}
		if err := t.punctuation(c, base+i, sink); err != nil {
			t.off = base + i
			return err
		}
		i++
	}
	t.off = base + len(b)
	return nil
}

// punctuation handles one byte between tokens.
func (t *tokenizer) punctuation(c byte, at int, sink tokenSink) *failure {
	switch t.state {
	case wantNothing:
		if !t.multi || !t.lines && c != '{' && c != '[' {
			return failed(ReasonUnreadableJSON, "offset %d: bytes after the end", at)
		}
		return t.beginValue(c, at, sink)
	case wantValue:
		return t.beginValue(c, at, sink)
	case wantValueOrEnd:
		if c == ']' {
			t.pop(sink)
			return nil
		}
		return t.beginValue(c, at, sink)
	case wantKeyOrEnd, wantKey:
		if c == '"' {
			t.state, t.start, t.info = inString, at+1, infoKey
			return nil
		}
		if c == '}' && t.state == wantKeyOrEnd {
			t.pop(sink)
			return nil
		}
	case wantColon:
		if c == ':' {
			t.state = wantValue
			return nil
		}
	case wantCommaOrEnd:
		array := t.stack[len(t.stack)-1]
		switch {
		case c == ',' && array:
			t.state = wantValue
			return nil
		case c == ',':
			t.state = wantKey
			return nil
		case c == ']' && array, c == '}' && !array:
			t.pop(sink)
			return nil
		}
	}
	return failed(ReasonUnreadableJSON, "offset %d: unexpected byte", at)
}

func (t *tokenizer) beginValue(c byte, at int, sink tokenSink) *failure {
	if len(t.stack) == 0 && t.containers && c != '{' && c != '[' {
		return failed(ReasonUnreadableJSON, "offset %d: neither array nor object", at)
	}
	t.seen = true
	switch {
	case c == '"':
		t.state, t.start, t.info = inString, at+1, 0
	case c == '{' || c == '[':
		if len(t.stack) >= t.maxDepth {
			return failed(ReasonTooDeep, "offset %d: more than %d levels", at, t.maxDepth)
		}
		t.stack = append(t.stack, c == '[')
		t.state = wantKeyOrEnd
		if c == '[' {
			t.state = wantValueOrEnd
		}
		sink.open(c == '[')
	case c == '-':
		t.state, t.start, t.num, t.digits, t.form = inNumber, at, afterMinus, 0, numberWhole
	case c == '0':
		t.state, t.start, t.num, t.digits, t.form = inNumber, at, afterZero, 1, numberWhole
	case '1' <= c && c <= '9':
		t.state, t.start, t.num, t.digits, t.form = inNumber, at, inInteger, 1, numberWhole
	case c == 't':
		t.state, t.word = inLiteral, "rue"
	case c == 'f':
		t.state, t.word = inLiteral, "alse"
	case c == 'n':
		t.state, t.word = inLiteral, "ull"
	default:
		return failed(ReasonUnreadableJSON, "offset %d: not a value", at)
	}
	return nil
}

// inString reads on inside a string and returns how many bytes it took.
func (t *tokenizer) inString(b []byte, at int, sink tokenSink) (int, *failure) {
	i := 0
	for i < len(b) {
		if t.escape != 0 {
			c := b[i]
			switch {
			case t.escape == 1 && c == 'u':
				t.escape = 2
			case t.escape == 1 && unescaped[c] != 0:
				t.escape = 0
			case t.escape >= 2 && hexDigit(c) >= 0:
				if t.escape++; t.escape == 6 {
					t.escape = 0
				}
			default:
				return i, failed(ReasonUnreadableJSON, "offset %d: unknown escape", at+i)
			}
			i++
			continue
		}
		n, high := plainRun(b[i:])
		i += n
		if high {
			t.info |= infoHigh
		}
		if i == len(b) {
			break
		}
		switch b[i] {
		case '\\':
			t.info |= infoEscape
			if i+1 < len(b) && unescaped[b[i+1]] != 0 {
				i += 2 // the common case, without the detour through the state
				continue
			}
			t.escape = 1
			i++
		case '"':
			if t.info&infoKey != 0 {
				t.state = wantColon
			} else {
				t.endValue()
			}
			sink.str(t.start, at+i, t.info)
			return i + 1, nil
		default:
			return i, failed(ReasonUnreadableJSON, "offset %d: control character in a string", at+i)
		}
	}
	return i, nil
}

func (t *tokenizer) endNumber(end int, sink tokenSink) {
	t.endValue()
	sink.number(t.start, end, t.digits, t.form)
}

// endValue moves to the state after a value.
func (t *tokenizer) endValue() {
	t.state = wantCommaOrEnd
	if len(t.stack) == 0 {
		t.state, t.lines = wantNothing, false
	}
}

func (t *tokenizer) pop(sink tokenSink) {
	t.stack = t.stack[:len(t.stack)-1]
	t.endValue()
	sink.close()
}

// finish tells the tokenizer that nothing follows. Nothing but space is fine:
// it holds nothing to read.
func (t *tokenizer) finish(sink tokenSink) *failure {
	if t.state == inNumber && t.numberComplete() {
		t.endNumber(t.off, sink)
	}
	if t.state == wantNothing || !t.seen && len(t.stack) == 0 && t.state == wantValue {
		return nil
	}
	return failed(ReasonTruncated, "offset %d: ends too early", t.off)
}

// partial returns the range of a string that was cut off, without a cut escape.
func (t *tokenizer) partial() (start, end int, ok bool) {
	if t.state != inString {
		return 0, 0, false
	}
	end = t.off
	if t.escape > 0 {
		end -= int(t.escape)
	}
	return t.start, end, end > t.start
}

// hexDigit returns the value of a hexadecimal digit, or -1.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
