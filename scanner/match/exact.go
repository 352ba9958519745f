package match

import (
	"bytes"
	"context"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// exact finds the matches of one pattern in small windows without RE2, whose call costs a microsecond
// or several however few bytes it is for.
//
// It backtracks: it tries the first of two ways first and remembers
// the second, as leftmost-first asks, so the first match it comes to is the
// one that RE2 would give, with the same groups. For every fork it knows which
// bytes can come next on either way; with nearly all patterns that leaves one way and nothing
// to remember. Backtracking can take exponential time, so after some steps it keeps in mind from which
// places it has gone on behind the instructions that several lead to, and does not do so again: what has failed
// there fails wherever the match begins. And it has a budget of steps; when that
// is used up, RE2 reads the window after all. What it finds until
// then is not used.
//
// It sees the whole text, so assertions at the edges of a window need no care. Where
// Go and RE2 could know different versions of Unicode a pattern has no exact: letters beyond
// ASCII under (?i), unless a test has seen that they agree, and classes by name, unless the text is in
// ASCII, where all versions are one. Nor has a very long one.
type exact struct {
	ops    []exactOp
	sets   []byteSet // while it is built
	row    [256]uint8
	bits   []uint64 // of the sets; see has
	ranges [][]rune // of runes beyond ASCII
	start  uint32
	first  byteSet // bytes that a match can begin with
	later  byteSet // the same elsewhere than where the text begins
	lone   int     // the only such byte, or -1
	slots  int     // of captures; 2 per group, from the second pair on
	joints int     // how many of them there are
	bound  bool    // a match begins with \b
	named  bool    // it has classes by name: it is for texts in ASCII only
	begin  *look   // of later
	tables []*look // where many bytes are looked up
	words  []letters
	lead   *lead // what comes before all that, or nil
}

type exactKind uint8

const (
	exactByte    exactKind = iota // a rune: a byte of set, or one beyond ASCII as high says
	exactBytes                    // arg of them, of the table of altSet; alt is one, and then the others, if high says that not all need be in ASCII
	exactLetters                  // words[arg]; alt is the same byte by byte
	exactFork                     // first out, then alt; set and altSet are the next bytes of both
	exactSlot                     // notes the place in slot arg
	exactAssert                   // asks for the assertions of arg
	exactMatch
	exactFail
)

// hasAlt reports whether the instruction can lead to its alt.
func (op *exactOp) hasAlt() bool {
	return op.kind == exactFork || op.kind == exactLetters || op.kind == exactBytes && op.high != 0
}

type exactOp struct {
	kind        exactKind
	high        uint8 // runes beyond ASCII that it takes
	set, altSet uint16
	arg         uint16
	joint       uint16 // its number as a joint, to which several instructions lead, counted from 1 on; or 0

	// Of a fork with a chain: the table of the bytes that only the class takes, which is empty if there is none, and the fork behind the first byte. The others
	// follow two instructions apart, unless it is this one; arg says how many there are.
	class    uint16
	next     uint32
	out, alt uint32
}

// Of a fork, in high: its way takes one byte of the set that it has asked about, so that a byte in ASCII need not be
// looked up again.
const (
	forkOut = 1 << iota
	forkAlt
)

// What an exactByte takes beyond ASCII, as bits.
const (
	highAll    = 1 << iota
	highLongS  // U+017F
	highKelvin // U+212A
	highRanges // the runes of ranges[arg]
)

const (
	maxExactOps    = 1 << 14
	maxExactGroups = 48
)

const maxChain = 1<<16 - 1

// What depends on the version of Unicode.
var (
	named  = regexp.MustCompile(`\\[pP]`)
	folded = regexp.MustCompile(`\(\?[a-zA-Z-]*i`)
)

// foldsAgree is the version of Unicode with which Go knows the same letters in other cases as RE2
// does. TestFoldsAgree asks both about each.
const foldsAgree = "15.0.0"

// takes reports whether an exactByte takes a rune beyond ASCII.
func (x *exact) takes(op *exactOp, r rune) bool {
	if op.high == highRanges {
		return takesHigh(op.high, x.ranges[op.arg], r)
	}
	return takesHigh(op.high, nil, r)
}

func takesHigh(high uint8, ranges []rune, r rune) bool {
	switch {
	case high == highRanges:
		if len(ranges) == 1 {
			return r == ranges[0]
		}
		lo, hi := 0, len(ranges)/2 // the first range that does not end before r
		for lo < hi {
			if mid := (lo + hi) / 2; ranges[2*mid+1] < r {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		return 2*lo < len(ranges) && ranges[2*lo] <= r
	case high&highAll != 0:
		return true
	}
	return r == longS && high&highLongS != 0 || r == kelvin && high&highKelvin != 0
}

// way is what is still to be tried, or a slot to be set back.
type way struct {
	pc  uint32
	pos int // or the former value of slot pc&^wayBack
}

const wayBack = 1 << 31

// backtrack is the memory of exact.
type backtrack struct {
	ctx   context.Context // of this call of findAll
	ways  []way
	slots [2*maxExactGroups + 2]int
	steps int // that are left
	ask   int // the number of steps left at which the context is looked at next

	// By joint and place from base on, a bit if it was there, while on; it is from when memoAt steps are left.
	memo         []uint64
	on           bool
	base, memoAt int

	short run
}

const (
	// askSteps is after how many steps, or bytes skipped, the context is looked at.
	askSteps = 1 << 15
	// stepBytes is how many bytes read in a row take as long as a step.
	stepBytes = 4
)

// findAll appends the matches that begin in text[from:to]. If ok is false, the
// budget was too small, or the context of b is done.
func (x *exact) findAll(b *backtrack, dst []Match, pattern int, text []byte, from, to, budget int) (_ []Match, ok bool) {
	b.steps, b.ask = budget, budget-askSteps
	b.on, b.memoAt = false, budget-memoAfter
	b.short = run{}
	if x.lead != nil {
		return x.findLed(b, dst, pattern, text, from, to)
	}
	had := len(dst)
	for p, check := from, from+askSteps; p < to; {
		if p >= check {
			if check = p + askSteps; b.ctx.Err() != nil {
				return dst[:had], false
			}
		}
		if x.lone >= 0 {
			n := bytes.IndexByte(text[p:min(to, check)], byte(x.lone))
			if n < 0 {
				p = check
				continue
			}
			p += n
		} else if x.begin[text[p]] == 0 && (p > 0 || !x.first.has(text[p])) {
			p++
			p += x.begin.skip(text[p:max(p, min(to, check))])
			continue
		}
		if x.bound && p > 0 && wordBytes[text[p]] && wordBytes[text[p-1]] {
			for p++; p < min(to, check) && wordBytes[text[p]]; p++ {
			}
			continue
		}
		b.on = b.on && p-b.base < memoWidth/2
		end := x.match(b, text, p, p)
		if b.steps < 0 {
			return dst[:had], false
		}
		if end < 0 {
			p++
			continue
		}
		dst = append(dst, x.matched(b, pattern, p, end))
		p = end
		// What led to the match has not failed.
		b.on, b.memoAt = false, b.steps-memoAfter
	}
	return dst, true
}

// matched returns the match that was found last, from start to end.
func (x *exact) matched(b *backtrack, pattern, start, end int) Match {
	m := Match{pattern, start, end, start, end}
	if from, to := x.group(b); from != none {
		m.GroupStart, m.GroupEnd = from, to
	}
	return m
}

// group returns the first group that took part in the match that was found last, or none.
func (x *exact) group(b *backtrack) (from, to int) {
	for g := 2; g < x.slots+2; g += 2 {
		if b.slots[g] >= 0 && b.slots[g+1] >= 0 {
			return b.slots[g], b.slots[g+1]
		}
	}
	return none, none
}

// match returns the end of the match that begins at start, or -1. As long as it keeps failures in mind, what is tried next
// begins no earlier than at least.
func (x *exact) match(b *backtrack, text []byte, start, least int) int {
	for i := range x.slots {
		b.slots[2+i] = -1
	}
	b.ways = b.ways[:0]
	pc, p, steps := x.start, start, b.steps
	quiet := max(0, b.ask, b.memoAt) // while so many steps are left, there is nothing to do but them
	for {
		op := &x.ops[pc]
		kind := op.kind
		if steps--; steps < quiet {
			if steps < b.ask {
				b.ask = steps - askSteps
				if b.ctx.Err() != nil {
					steps = -1
				}
			}
			if steps < 0 {
				b.steps = -1
				return -1
			}
			if steps < b.memoAt && op.joint > 0 && b.again(x, op.joint-1, text, least, p) {
				kind = exactFail
			}
		}
		switch kind {
		case exactByte:
			if p < len(text) {
				c := text[p]
				if c < utf8.RuneSelf {
					if x.has(op.set, c) {
						p, pc = p+1, op.out
						continue
					}
				} else if op.high != 0 {
					if r, n := utf8.DecodeRune(text[p:]); x.takes(op, r) {
						p, pc = p+n, op.out
						continue
					}
				}
			}
		case exactBytes:
			if n := int(op.arg); n <= len(text)-p {
				k := b.count(x.tables[op.altSet], text, p, n)
				steps -= k / stepBytes
				if k == n {
					p, pc = p+n, op.out
					continue
				}
				if op.high != 0 && text[p+k] >= utf8.RuneSelf {
					p, pc = p+k, x.along(pc, k)
					if op = &x.ops[pc]; op.kind == exactBytes {
						pc = op.alt
					}
					continue
				}
			}
		case exactLetters:
			w := &x.words[op.arg]
			ok, unsure := w.stands(text[p:])
			if ok {
				p, pc = p+w.n, op.out
				continue
			}
			if unsure {
				pc = op.alt
				continue
			}
		case exactFork:
			if p == len(text) {
				b.ways = append(b.ways, way{op.alt, p})
				pc = op.out
				continue
			}
			c := text[p]
			if t := x.tables[op.class]; t[c] != 0 {
				n := t.countTo(text[p:], int(op.arg))
				p += n
				steps -= n / stepBytes
				if op.next != pc {
					pc = op.next + 2*uint32(n-1)
				}
				continue
			}
			if !x.has(op.set, c) {
				if x.has(op.altSet, c) {
					if pc = op.alt; op.high&forkAlt != 0 && c < utf8.RuneSelf {
						p, pc = p+1, x.ops[pc].out
					}
					continue
				}
				break
			}
			if x.has(op.altSet, c) {
				b.ways = append(b.ways, way{op.alt, p})
			}
			if pc = op.out; op.high&forkOut != 0 && c < utf8.RuneSelf {
				p, pc = p+1, x.ops[pc].out
			}
			continue
		case exactSlot:
			if len(b.ways) > 0 { // else nothing is left to try for which it would be set back
				b.ways = append(b.ways, way{uint32(op.arg) | wayBack, b.slots[op.arg]})
			}
			b.slots[op.arg] = p
			pc = op.out
			continue
		case exactAssert:
			if syntax.EmptyOp(op.arg)&^assertionsAt(text, p) == 0 {
				pc = op.out
				continue
			}
		case exactMatch:
			b.steps = steps
			return p
		}
		// This way has failed: back to the last one left.
		for {
			n := len(b.ways) - 1
			if n < 0 {
				b.steps = steps
				return -1
			}
			w := b.ways[n]
			b.ways = b.ways[:n]
			if w.pc&wayBack == 0 {
				pc, p = w.pc, w.pos
				break
			}
			b.slots[w.pc&^wayBack] = w.pos
		}
	}
}
