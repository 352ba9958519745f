package fingerprint

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
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

// lexer cuts a text into tokens of two streams at once. The plain stream has
// every word, in lower case, comments included, and nothing else: what is left
// of a program that was indented anew and of a sentence that was copied out of
// a PDF. Scripts without spaces between words have one token per character. The
// abstract stream has no comments, in it a number is any number, a name says
// only how many words ago it was last used, so that consistent renaming changes
// nothing, and the marks before a word are part of it.
type lexer struct {
	batches  [streams]batch
	plain    []token // of batches[words], while it is filled
	abstract []token
	both     bool   // the abstract stream is wanted
	all      bool   // in what does not look like code, too
	skipTo   int    // end of the comment that the text is in
	marks    uint64 // hash of the marks since the last word
	lower    []byte
	// seen holds, by hash, where names were last used. The count of words goes
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
const reach = 10

// batch is some tokens of a text: kept of the batch before, then new ones.
type batch struct {
	tokens []token
	kept   int
	before int // tokens of the text before the first one
}

// next drops all but the last tokens.
func (b *batch) next() {
	n := len(b.tokens)
	b.kept = min(n, carry)
	b.before += n - b.kept
	b.tokens = append(b.tokens[:0], b.tokens[n-b.kept:]...)
}

// begin forgets the text before. The abstract stream is filled if both are
// wanted.
func (l *lexer) begin(both bool) {
	l.both = both
	l.skipTo, l.marks = 0, 0
	for s := range l.batches {
		l.batches[s] = batch{tokens: l.batches[s].tokens[:0]}
	}
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
	opener // a mark that may begin a comment
)

var class = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c <= ' ' || c == 0x7f:
			t[c] = space
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= 0x80:
			t[c] = word
		case strings.IndexByte("/#*-;<", byte(c)) >= 0:
			t[c] = opener
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

// hashWord returns the hash of a word that is not empty. Words of up to eight
// bytes are their own bytes in one number; see fill.
func hashWord(w []byte) uint64 {
	n := uint64(len(w))
	h := n << 56
	for ; len(w) > 8; w = w[8:] {
		h = scramble(h ^ binary.LittleEndian.Uint64(w))
	}
	var x uint64
	for i, c := range w {
		x |= uint64(c) << (8 * i)
	}
	return scramble(h ^ x)
}

// longest is how many bytes of a word are one token: what is longer is several,
// since ten long names on ten lines say more than ten short ones.
const longest = 16

// hashASCII is hashWord of the first n bytes of w, up to longest, in lower case.
// Eight bytes must be readable wherever eight of them begin.
func hashASCII(w []byte, n int) uint64 {
	h := uint64(n) << 56
	if n > 8 {
		h = scramble(h ^ (binary.LittleEndian.Uint64(w) | 0x20*ones))
		w, n = w[8:], n-8
	}
	mask := ^uint64(0) >> (64 - 8*n)
	return scramble(h ^ (binary.LittleEndian.Uint64(w)|0x20*ones)&mask)
}

// fill reads tokens from b[i:] until a batch is full and returns where it
// stopped; at len(b) the text is read.
func (l *lexer) fill(b []byte, i int) int {
	for s := range l.batches {
		l.batches[s].next()
	}
	l.plain, l.abstract = l.batches[words].tokens, l.batches[abstract].tokens
	wanted := l.both
	for i < len(b) && len(l.plain) < batchSize {
		stop := min(i+passage, len(b))
		l.both = wanted && (l.all || codeLike(b[i:stop]))
		i = l.passage(b, i, stop)
	}
	l.both = wanted
	l.batches[words].tokens, l.batches[abstract].tokens = l.plain, l.abstract
	return i
}

// passage is the length in bytes of what is looked at to say whether it may be
// code, to the end of a word.
const passage = 1 << 10

// codeLike reports whether a passage has as many of the marks of programs as
// one that is code in part. In others there are no abstract tokens: they would
// cost time and find nothing.
func codeLike(b []byte) bool {
	n := 0
	for _, mark := range []string{"(", "=", "_", "{", ";", "<"} {
		if n += bytes.Count(b, []byte(mark)); n*100 >= len(b) {
			return true
		}
	}
	return false
}

// passage reads the tokens that begin in b[i:stop].
func (l *lexer) passage(b []byte, i, stop int) int {
	both := l.both
	for i < stop {
		c := b[i]
		if k := class[c]; k != word {
			if both && k >= mark && i >= l.skipTo && (k == mark || !l.comment(b, i)) {
				l.marks = (l.marks + uint64(c)) * mix1
			}
			i++
			continue
		}
		if i+8 <= len(b) {
			// Most words are shorter than eight bytes and need no loop.
			x := binary.LittleEndian.Uint64(b[i:])
			if end := notWord(x); end != 0 {
				n := uint(bits.TrailingZeros64(end)) >> 3
				mask := uint64(1)<<(8*n) - 1
				if x &= mask; x&high == 0 {
					h := scramble((x | 0x20*ones&mask) ^ uint64(n)<<56)
					l.plain = append(l.plain, token{h, int32(i)})
					if both && i >= l.skipTo {
						l.name(h, x*mix1^uint64(n), c, i)
					}
					i += int(n)
					continue
				}
			}
		}
		i = l.long(b, i)
	}
	return i
}

// long reads the word at b[i], which is long, not all ASCII, or the text's
// last, and returns its end.
func (l *lexer) long(b []byte, i int) int {
	for j, all := i, uint64(0); j+8 <= len(b); j += 8 {
		x := binary.LittleEndian.Uint64(b[j:])
		end := notWord(x)
		if end == 0 {
			all |= x
			continue
		}
		n := bits.TrailingZeros64(end) >> 3
		if (all|x&(1<<(8*n)-1))&high != 0 {
			break
		}
		whole := uint64(0)
		for k := i; k < j+n; k += longest {
			h := hashASCII(b[k:], min(longest, j+n-k))
			l.plain = append(l.plain, token{h, int32(k)})
			whole = whole*mix1 ^ h
		}
		if l.both && i >= l.skipTo {
			// Its first and last eight bytes, and in lower case all of it.
			id := (binary.LittleEndian.Uint64(b[i:]) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(b[max(i, j+n-8):]), 17)) * mix1
			l.name(whole, id^whole, b[i]|0x20, i)
		}
		return j + n
	}
	j, all := i, byte(0)
	for j < len(b) && class[b[j]] == word {
		all |= b[j]
		j++
	}
	if all >= utf8.RuneSelf {
		l.unicode(b, i, j)
		return j
	}
	l.lower = l.lower[:0]
	for _, c := range b[i:j] {
		l.lower = append(l.lower, c|0x20)
	}
	l.add(i)
	return j
}

// add adds the word in l.lower, which begins at an offset of the text.
func (l *lexer) add(at int) {
	if len(l.lower) == 0 {
		return
	}
	whole := uint64(0)
	for part := range slices.Chunk(l.lower, longest) {
		h := hashWord(part)
		l.plain = append(l.plain, token{h, int32(at)})
		whole = whole*mix1 ^ h
	}
	if l.both && at >= l.skipTo {
		l.name(whole, whole, l.lower[0], at)
	}
	l.lower = l.lower[:0]
}

// between has the high bit of each byte of x set that is ASCII and lies
// strictly between lo and hi, which are.
func between(x, lo, hi uint64) uint64 {
	low := x &^ high
	return (ones*(127+hi) - low) & (low + ones*(127-lo)) &^ x & high
}

const ones = 0x0101010101010101

// notWord has the high bit of each byte set that ends a word.
func notWord(x uint64) uint64 {
	return ^(between(x|0x20*ones, 'a'-1, 'z'+1) | between(x, '0'-1, '9'+1) | between(x, '_'-1, '_'+1) | x) & high
}

// name adds a word to the abstract stream: h is its hash, id says which name it
// is, which capitals make another one of.
func (l *lexer) name(h, id uint64, first byte, at int) {
	out := h
	switch {
	case first >= '0' && first <= '9':
		out = anyNumber
	case keywords[h&(keywordSlots-1)] != uint32(h>>32):
		s := &l.seen[id>>56]
		d := int32(0)
		if s.name == uint32(id>>24) {
			if d = l.count - s.at; d > reach {
				d = 0
			}
		}
		s.name, s.at = uint32(id>>24), l.count
		out = names[d]
	}
	l.abstract = append(l.abstract, token{scramble(out ^ l.marks), int32(at)})
	l.marks = 0
	l.count++
}

// unicode reads the run b[i:j] of letters and of whatever is not ASCII. What
// chat windows, word processors and PDF do to letters and quotation marks is
// undone.
func (l *lexer) unicode(b []byte, i, j int) {
	l.lower = l.lower[:0]
	begin := i
	for i < j {
		r, n := utf8.DecodeRune(b[i:j])
		if len(l.lower) == 0 {
			begin = i
		}
		switch {
		case r == '_' || r < utf8.RuneSelf:
			l.lower = append(l.lower, byte(r)|0x20)
		case unicode.Is(unicode.Cf, r), unicode.IsMark(r): // soft hyphens, joiners, accents written apart
		case r >= 'ﬀ' && r <= 'ﬆ':
			l.lower = append(l.lower, ligatures[r-'ﬀ']...)
		case alone(r):
			l.add(begin)
			l.lower = utf8.AppendRune(l.lower, r)
			l.add(i)
		case unicode.IsLetter(r), unicode.IsDigit(r):
			l.lower = utf8.AppendRune(l.lower, unicode.ToLower(r))
		default:
			l.add(begin)
			if plain, ok := typographic[r]; ok {
				r = plain
			}
			if !unicode.IsSpace(r) && i >= l.skipTo {
				l.marks = (l.marks + uint64(r)) * mix1
			}
		}
		i += n
	}
	l.add(begin)
}

var ligatures = [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}

// alone reports whether a character is a word, or as good as one: the scripts
// that put no spaces between words.
func alone(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// typographic maps what programs turn quotation marks and hyphens into.
var typographic = map[rune]rune{
	'“': '"', '”': '"', '„': '"', '‟': '"', '‘': '\'', '’': '\'', '‚': '\'',
	'–': '-', '−': '-', '‐': '-', '‑': '-',
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
