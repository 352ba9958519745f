package fingerprint

import (
	"bytes"
	"encoding/binary"
	"slices"
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
	edges edges
	gaps  [1 << gapBits]gap
}

// batch is some tokens of a text: kept of the batch before, then new ones.
type batch struct {
	tokens []token
	kept   int
	before int // tokens of the text before the first one
}

// of returns the tokens of a gram that begins in the batch.
func (b *batch) of(g gram, length int) []token { return b.tokens[g.token-b.before:][:length] }

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

// passage reads the tokens that begin in b[i:stop]. Where words begin and end is
// found before any is read, so that words as long as they are and what stands
// between them do not make a processor guess at every other byte.
func (l *lexer) passage(b []byte, i, stop int) int {
	l.edges.find(b, i, stop)
	if l.both {
		return l.twice(b, i, stop)
	}
	tokens := slices.Grow(l.plain, passage)
	at := l.edges.at[:l.edges.n]
	for len(at) >= 2 {
		start, end := int(at[0]), int(at[1])
		at = at[2:]
		if start >= stop {
			break
		}
		i = end
		if n := end - start; n < 8 && start+8 <= len(b) {
			// Most words are shorter than eight bytes and need no loop.
			mask := masks[n]
			if x := binary.LittleEndian.Uint64(b[start:]) & mask; x&high == 0 {
				tokens = append(tokens, token{scramble((x | 0x20*ones&mask) ^ uint64(n)<<56), int32(start)})
				continue
			}
		}
		l.plain = tokens
		l.long(b, start, end)
		tokens = l.plain
	}
	l.plain = tokens
	return max(i, stop)
}

// twice is passage for both streams. What it works with is in variables, since
// Go keeps no fields in registers.
func (l *lexer) twice(b []byte, i, stop int) int {
	plain, abstract := slices.Grow(l.plain, passage), slices.Grow(l.abstract, passage)
	marks, skipTo, count := l.marks, l.skipTo, l.count
	at := l.edges.at[:l.edges.n]
	for len(at) >= 2 {
		start, end := int(at[0]), int(at[1])
		at = at[2:]
		if start >= stop {
			break
		}
		// What between does, where it is what it nearly always is: to call it took a twentieth of the time.
		if n := start - i; n <= gapBytes && i >= skipTo && marks == 0 && i+8 <= len(b) {
			x := binary.LittleEndian.Uint64(b[i:])&masks[n] | uint64(n)<<56
			g := &l.gaps[gapSlot(x)]
			if g.bytes != x {
				*g = gap{x, sum(b[i:start])}
			}
			if marks = g.marks; marks == unknown {
				l.marks, l.skipTo = 0, skipTo
				l.scan(b, i, start)
				marks, skipTo = l.marks, l.skipTo
			}
		} else {
			l.marks, l.skipTo = marks, skipTo
			l.between(b, i, start)
			marks, skipTo = l.marks, l.skipTo
		}
		i = end
		if n := end - start; n < 8 && start+8 <= len(b) {
			mask := masks[n]
			if x := binary.LittleEndian.Uint64(b[start:]) & mask; x&high == 0 {
				h := scramble((x | 0x20*ones&mask) ^ uint64(n)<<56)
				plain = append(plain, token{h, int32(start)})
				if start >= skipTo {
					abstract = append(abstract, token{l.named(h, x*mix1^uint64(n), marks, byte(x), count), int32(start)})
					marks = 0
					count++
				}
				continue
			}
		}
		l.plain, l.abstract, l.marks, l.count = plain, abstract, marks, count
		l.long(b, start, end)
		plain, abstract, marks, count = l.plain, l.abstract, l.marks, l.count
	}
	l.plain, l.abstract, l.marks, l.skipTo, l.count = plain, abstract, marks, skipTo, count
	if i < stop { // where a gap may be cut in two
		l.scan(b, i, stop)
	}
	return max(i, stop)
}
