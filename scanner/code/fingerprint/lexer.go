package fingerprint

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// batchSize is how many tokens are read before they are put to use, so that
// the working memory of a text does not grow with the text.
const batchSize = 2048

// token is one token of a text: the hash of what it says, and where it begins.
type token struct {
	hash uint64
	at   int32
}

// lexer cuts a text into tokens of two streams at once. The verbatim stream
// has every word and punctuation mark, comments too, and no white space. The
// abstract stream has no comments, and in it a number is any number and a name
// says only how many tokens ago it was last used, so that consistent renaming
// changes nothing.
type lexer struct {
	verbatim []token
	abstract []token
	both     bool // the abstract stream is wanted
	skipTo   int  // end of the comment that the text is in
	// seen holds, by hash, where names were last used. The count of tokens goes
	// on from text to text, so that what an earlier text left here is too far
	// away to matter.
	seen  [256]use
	count int32
}

type use struct {
	name uint32
	at   int32
}

// reach is how many tokens back a name is remembered. It is short, so that
// what stands before a pasted snippet changes its first lines only.
const reach = 20

// begin forgets the text before. The abstract stream is filled if both are
// wanted.
func (l *lexer) begin(both bool) {
	l.both = both
	l.verbatim, l.abstract, l.skipTo = l.verbatim[:0], l.abstract[:0], 0
	l.count += reach + 1
	if l.count > 1<<30 {
		l.seen, l.count = [256]use{}, reach+1
	}
}

// The classes of bytes.
const (
	space = iota
	word
	mark
)

var class = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c <= ' ' || c == 0x7f:
			t[c] = space
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= 0x80:
			t[c] = word
		default:
			t[c] = mark
		}
	}
	return t
}()

const (
	mix1 = 0x9e3779b97f4a7c15
	mix2 = 0xd6e8feb86659fd93
	high = 0x8080808080808080
)

// scramble spreads the bits of x.
func scramble(x uint64) uint64 {
	x *= mix1
	x ^= x >> 32
	x *= mix2
	return x ^ x>>29
}

var marks = func() (t [256]uint64) {
	for c := range t {
		t[c] = scramble(uint64(c) + 0x100)
	}
	return t
}()

// What names and numbers are in the abstract stream.
var (
	anyNumber = scramble(0x200)
	names     = func() (t [reach + 1]uint64) {
		for i := range t {
			t[i] = scramble(0x300 + uint64(i))
		}
		return t
	}()
)

// hashWord returns the hash of b[i:j] and all its bytes or-ed together.
func hashWord(b []byte, i, j int) (hash, all uint64) {
	n := j - i
	if n <= 8 && i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:]) & (1<<(uint(n)*8&63) - 1 | -(uint64(n) >> 3))
		return scramble(x ^ uint64(n)<<56), x
	}
	h := uint64(n)
	for ; n > 8 && j-i >= 8; i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		all |= x
		h = scramble(h ^ x)
	}
	var x uint64
	for s := 0; i < j; i, s = i+1, s+8 {
		x |= uint64(b[i]) << s
	}
	if n <= 8 {
		return scramble(x ^ uint64(n)<<56), x
	}
	return scramble(h ^ x ^ 0x5bd1e995<<32), all | x
}

// fill reads tokens from b[i:] until a batch is full and returns where it
// stopped; at len(b) the text is read.
func (l *lexer) fill(b []byte, i int) int {
	l.verbatim, l.abstract = l.verbatim[:0], l.abstract[:0]
	for i < len(b) && len(l.verbatim) < batchSize {
		c := b[i]
		switch class[c] {
		case space:
			i++
		case word:
			j := i + 1
			for j < len(b) && class[b[j]] == word {
				j++
			}
			h, all := hashWord(b, i, j)
			if all&high != 0 {
				l.unicode(b, i, j)
			} else {
				l.verbatim = append(l.verbatim, token{h, int32(i)})
				if l.both && i >= l.skipTo {
					l.name(h, c, i)
				}
			}
			i = j
		default:
			h := marks[c]
			l.verbatim = append(l.verbatim, token{h, int32(i)})
			if l.both && i >= l.skipTo {
				if !commentMark[c] || !l.comment(b, i) {
					l.abstract = append(l.abstract, token{h, int32(i)})
					l.count++
				}
			}
			i++
		}
	}
	return i
}

// name adds a word to the abstract stream.
func (l *lexer) name(h uint64, first byte, at int) {
	out := h
	switch {
	case first >= '0' && first <= '9':
		out = anyNumber
	case keywords[h&(keywordSlots-1)] != h:
		s := &l.seen[h>>56]
		d := int32(0)
		if s.name == uint32(h) {
			if d = l.count - s.at; d > reach {
				d = 0
			}
		}
		s.name, s.at = uint32(h), l.count
		out = names[d]
	}
	l.abstract = append(l.abstract, token{out, int32(at)})
	l.count++
}

// unicode reads the word b[i:j], which is not all ASCII: what chat windows and
// word processors do to code is undone.
func (l *lexer) unicode(b []byte, i, j int) {
	add := func(from, to int) {
		if from < to {
			h, _ := hashWord(b, from, to)
			l.verbatim = append(l.verbatim, token{h, int32(from)})
			if l.both && from >= l.skipTo {
				l.name(h, b[from], from)
			}
		}
	}
	punctuation := func(h uint64, at int) {
		l.verbatim = append(l.verbatim, token{h, int32(at)})
		if l.both && at >= l.skipTo {
			l.abstract = append(l.abstract, token{h, int32(at)})
			l.count++
		}
	}
	from := i
	for i < j {
		r, n := utf8.DecodeRune(b[i:j])
		switch {
		case r < utf8.RuneSelf, unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
			add(from, i)
			from = i + n
		default:
			add(from, i)
			from = i + n
			if plain, ok := typographic[r]; ok {
				r = plain
			}
			if r < utf8.RuneSelf {
				punctuation(marks[r], i)
			} else {
				punctuation(scramble(uint64(r)+0x1000), i)
			}
		}
		i += n
	}
	add(from, j)
}

// typographic maps what programs turn quotation marks and hyphens into.
var typographic = map[rune]rune{
	'“': '"', '”': '"', '„': '"', '‟': '"', '‘': '\'', '’': '\'', '‚': '\'',
	'–': '-', '−': '-', '‐': '-', '‑': '-',
}

var commentMark = [256]bool{'/': true, '#': true, '*': true, '-': true, ';': true, '<': true}

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

const keywordSlots = 4096

// keywords are the words that renaming leaves alone, by the low bits of their
// hashes.
var keywords = func() (t [keywordSlots]uint64) {
	for w := range strings.FieldsSeq(keywordList) {
		h, _ := hashWord([]byte(w), 0, len(w))
		t[h&(keywordSlots-1)] = h
	}
	return t
}()

// keywordList has the reserved words of common languages, and the names of
// types and constants that are as good as reserved.
const keywordList = `abstract and as assert async await auto base begin bool boolean break byte case catch
chan char class const constexpr continue def default defer del delete do done double elif else elseif elsif end endif
ensure enum err error except explicit export extends extern extension false False fi final finally float fn for foreach
from func function get global go goto if impl implements import in include init inline inner instanceof int int32 int64
interface internal into is it join lambda left len let list local long loop map match mod module module mut namespace new
next nil None nonlocal not NULL null Object object of on operator or order override package pass print private protected
pub public raise range readonly ref register repeat require rescue return right sealed select Self self set short signed
sizeof static str string String struct super switch synchronized table template then this throw throws trait True true
try type typedef typename typeof uint uint32 uint64 uint8 union unless unsafe unsigned until update use using val var
virtual void volatile when where while with yield SELECT FROM WHERE JOIN INSERT UPDATE DELETE CREATE TABLE AND OR NOT`
