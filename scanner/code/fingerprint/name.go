package fingerprint

import (
	"bytes"
	"encoding/binary"
	"strings"
)

type use struct {
	name uint32
	at   int32
}

// reach is how many tokens back a name is remembered. It is short, so that
// what stands before a pasted snippet changes its first lines only.
const reach = 10

// What names and numbers are in the abstract stream.
var (
	anyNumber = scramble(0x200)
	names     = func() (t [16]uint64) {
		for i := range t {
			t[i] = scramble(0x300)
			if i <= reach {
				t[i] = scramble(0x300 + uint64(i))
			}
		}
		return t
	}()
)

// gap is what the marks between two words were worth the last time.
type gap struct{ bytes, marks uint64 }

const (
	gapBits  = 9
	gapBytes = 7
	// unknown is the worth of marks that may begin a comment.
	unknown = ^uint64(0)
)

// gapSlot is where a gap is known, of which x is the bytes and the length.
func gapSlot(x uint64) uint64 { return x * mix1 >> (64 - gapBits) }

// between reads the bytes b[i:end] between two words. Nearly all are what was
// read before: a few marks and what blanks begin the next line.
func (l *lexer) between(b []byte, i, end int) {
	n := end - i
	if i+8 > len(b) || i < l.skipTo || l.marks != 0 || n > gapBytes && !blank(b[i+gapBytes:], n-gapBytes) {
		l.scan(b, i, end)
		return
	}
	// How many there are, or gapBytes+1 if blanks follow.
	known := min(n, gapBytes)
	x := binary.LittleEndian.Uint64(b[i:])&masks[known] | uint64(min(n, gapBytes+1))<<56
	g := &l.gaps[gapSlot(x)]
	if g.bytes != x {
		*g = gap{x, sum(b[i:min(end, i+gapBytes+1)])}
	}
	if l.marks = g.marks; l.marks == unknown {
		l.marks = 0
		l.scan(b, i, end)
	}
}

// blank reports whether the first n bytes of b are blanks and control characters, of which
// eight must be readable wherever eight of them begin.
func blank(b []byte, n int) bool {
	all := uint64(0)
	for ; n > 0; b, n = b[8:], n-8 {
		if len(b) < 8 {
			return false
		}
		x := binary.LittleEndian.Uint64(b) & (^uint64(0) >> (64 - 8*min(n, 8)))
		all |= x | (x + (0x7f-' ')*ones)
	}
	return all&high == 0
}

// sum is the hash of the marks in a gap, or unknown if it depends on what stands
// around it.
func sum(gap []byte) (marks uint64) {
	for i, c := range gap {
		switch class[c] {
		case opener:
			if mayOpen(gap[i:]) {
				return unknown
			}
			fallthrough
		case mark:
			marks = (marks + uint64(c)) * mix1
		}
	}
	return marks
}

// mayOpen reports whether comment might say that the mark at gap[0] begins a
// comment.
func mayOpen(gap []byte) bool {
	next := byte('a')
	if len(gap) > 1 {
		next = gap[1]
	}
	switch gap[0] {
	case '/':
		return next == '/' || next == '*'
	case '#', '*':
		return next <= ' ' || next == '!' || next == '#' || next == '/'
	case '<':
		return next == '!'
	}
	return next == gap[0]
}

// scan is between byte by byte.
func (l *lexer) scan(b []byte, i, end int) {
	for i = max(i, l.skipTo); i < end; i++ {
		c := b[i]
		if k := class[c]; k >= mark && i >= l.skipTo && (k == mark || !l.comment(b, i)) {
			l.marks = (l.marks + uint64(c)) * mix1
		}
	}
}

// name adds a word to the abstract stream: h is its hash, id says which name it
// is, which capitals make another one of.
func (l *lexer) name(h, id uint64, first byte, at int) {
	l.abstract = append(l.abstract, token{l.named(h, id, l.marks, first, l.count), int32(at)})
	l.marks = 0
	l.count++
}

// named is the hash of a word and the marks before it in the abstract stream, in
// which it is the one with a number. Whether it is a number, a keyword or a name
// that was used before no processor foresees: all is worked out, and one is chosen.
func (l *lexer) named(h, id, marks uint64, first byte, count int32) uint64 {
	s := &l.seen[id>>56]
	tag, now := uint32(id>>24), count
	d := min(uint32(now-s.at), reach+1)
	other := s.name ^ tag
	d |= uint32(int32(other|-other)>>31) & 0xf // some bit is set
	out := names[d&0xf]
	if keywords[h&(keywordSlots-1)] == uint32(h>>32) {
		out, tag, now = h, s.name, s.at
	}
	if first-'0' <= 9 {
		out, tag, now = anyNumber, s.name, s.at
	}
	s.name, s.at = tag, now
	return scramble(out ^ marks)
}

// comment reports whether the mark at b[i] begins a comment and if so, sets
// skipTo. It looks at one line only: what a comment opens on one line and
// closes on another could swallow a text that merely says so, and the lines of
// such a comment are recognised one by one.
func (l *lexer) comment(b []byte, i int) bool {
	rest := b[i:]
	next := byte('\n')
	if len(rest) > 1 {
		next = rest[1]
	}
	blank := next <= ' '
	line := false // the rest of the line is a comment
	switch b[i] {
	case '/':
		switch next {
		case '/':
			line = i == 0 || b[i-1] != ':'
		case '*':
			end := len(rest)
			if n := bytes.IndexByte(rest, '\n'); n >= 0 {
				end = n
			}
			if n := bytes.Index(rest[:end], []byte("*/")); n >= 0 {
				l.skipTo = i + n + 2
				return true
			}
			line = startsLine(b, i)
		}
	case '#':
		line = (blank || next == '!' || next == '#') && (i == 0 || b[i-1] <= ' ')
	case '*':
		line = (blank || next == '/') && startsLine(b, i)
	case '-':
		line = next == '-' && startsLine(b, i)
	case ';':
		line = next == ';' && startsLine(b, i)
	case '<':
		line = bytes.HasPrefix(rest, []byte("<!--"))
	}
	if line {
		l.skipTo = len(b)
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			l.skipTo = i + n
		}
	}
	return line
}

// startsLine reports whether only blanks stand before b[i] on its line.
func startsLine(b []byte, i int) bool {
	for i > 0 && (b[i-1] == ' ' || b[i-1] == '\t') {
		i--
	}
	return i == 0 || b[i-1] == '\n'
}

const keywordSlots = 2048

// keywords are the words that renaming leaves alone, by the low bits of their
// hashes.
var keywords = func() (t [keywordSlots]uint32) {
	for w := range strings.FieldsSeq(keywordList) {
		h := hashWord([]byte(strings.ToLower(w)))
		t[h&(keywordSlots-1)] = uint32(h >> 32)
	}
	return t
}()

// keywordList has the reserved words of common languages, but for those that are
// names in others, and the names of types and constants that are as good as
// reserved.
const keywordList = `abstract and assert async await auto begin bool boolean break byte case catch chan char class const constexpr
continue def default defer del do double elif else elseif elsif endif enum error except explicit export
extends extern extension false False fi final finally float fn for foreach from func function global go goto
if impl implements import in include inline instanceof int int32 int64 interface internal into is lambda len
let long mut namespace new next nil None nonlocal not NULL null operator or override package pass print
private protected pub public raise range readonly ref register rescue return sealed select Self self sizeof
static str string String struct super switch synchronized then this throw throws trait True true try type
typedef typename typeof uint uint32 uint64 uint8 union unless unsafe unsigned until var virtual void volatile
when where while with yield SELECT FROM WHERE JOIN AND OR NOT`
