package rules

import (
	"math/bits"
	"slices"
	"unicode/utf8"
)

// noted is what is known of one text: which words of the lexicon stand where,
// in the blocks that were asked about, and the tables that candidates stood in.
type noted struct {
	lexicon *lexicon
	text    []byte
	found   []occurrence
	blocks  []noteBlock
	rows    []tableRow                         // by where a candidate stands; candidates come in the order of patterns
	head    struct{ from, to, start, end int } // the column's, for the candidate at [from, to)
}

type noteBlock struct {
	first, last int32   // of found, moved by one: 0 is not read
	lists       listSet // that a word of the block is in
	spare       uint8   // how often its words could have spared a rule some work
	asked       uint8   // how often a few bytes of it were read instead
}

// spareAfter is from when on it pays to read a block: a card number is tried again by fifty rules,
// most others by a few, at a tenth of the cost of reading a block.
const spareAfter = 8

// Of a block that is not read, this many bytes are read alone, so often.
const shortSpan, shortAsks = 32, 8

// worthReading reports whether the words around the candidate are read already, or should be.
func (n *noted) worthReading(c *candidate) bool {
	k := &n.allBlocks()[c.start>>blockBits]
	if k.first == 0 && k.spare < spareAfter {
		k.spare++
		return false
	}
	return true
}

// listSet is a set of lists. Lists share bits: it may have more than were added.
type listSet [8]uint64

func (s *listSet) has(l *wordList) bool { return s[l.id>>6&7]>>(l.id&63)&1 != 0 }

func (s *listSet) add(o listSet) {
	for i, set := range o {
		s[i] |= set
	}
}

const (
	blockBits = 6 // of the size of a block: most windows lie in one or two
	rowBits   = 6 // candidates so close stand in one row, mostly
	rowSlots  = 1024
)

// reset begins a text.
func (n *noted) reset(x *lexicon, text []byte) {
	n.lexicon, n.text = x, text
	n.found, n.blocks = n.found[:0], n.blocks[:0]
	n.head.from, n.head.to = -1, -1
	n.rows = n.rows[:0]
}

// near reports whether a word of the list stands close to the candidate, or in
// the head of its table column.
func (n *noted) near(l *wordList, c *candidate) bool {
	if n.within(l, max(c.from-l.window, 0), c.start) || n.within(l, c.end, min(c.to+l.after, len(c.text))) {
		return true
	}
	start, end := n.columnHead(c)
	return n.within(l, start, end)
}

// columnHead returns where the head of the candidate's table column stands; it
// is empty if there is none.
func (n *noted) columnHead(c *candidate) (start, end int) {
	if n.head.from != c.start || n.head.to != c.end {
		n.head.from, n.head.to = c.start, c.end
		row := n.rowOf(c)
		if c.start < row.start || c.end > row.end {
			*row = rowAround(c)
			// The other places that lie in the row, too.
			for at := row.start>>rowBits + 1; at < row.end>>rowBits && at < row.start>>rowBits+len(n.rows); at++ {
				n.rows[at%len(n.rows)] = *row
			}
		}
		n.head.start, n.head.end = row.headOf(c)
	}
	return n.head.start, n.head.end
}

// rowOf is the place for the row that the candidate stands in, which columnHead fills.
func (n *noted) rowOf(c *candidate) *tableRow {
	if len(n.rows) == 0 {
		rows := min(len(n.text)>>rowBits+1, rowSlots)
		n.rows = slices.Grow(n.rows, rows)[:rows]
		clear(n.rows)
	}
	return &n.rows[c.start>>rowBits%len(n.rows)]
}

// listsWithin returns the lists that have a word between two places, or near them: it has all
// for which within would say yes.
func (n *noted) listsWithin(from, to int) (lists listSet) {
	if from >= to {
		return lists
	}
	for b := from >> blockBits; b <= (to-1)>>blockBits; b++ {
		lists.add(n.block(b).lists)
	}
	return lists
}

// wordsWithin returns, in the memory of dst, the words of the lexicon that stand between two places or in the text's key, or near
// them, a bit each.
func (n *noted) wordsWithin(dst []uint64, from, to, keyed int) []uint64 {
	size := (len(n.lexicon.words) + 63) / 64
	dst = slices.Grow(dst[:0], size)[:size]
	clear(dst)
	for _, span := range [2][2]int{{0, min(keyed, from)}, {from, to}} {
		for at := span[0]; at < span[1]; at = (at>>blockBits + 1) << blockBits {
			for _, o := range n.words(n.block(at >> blockBits)) {
				dst[o.word>>6] |= 1 << (o.word & 63)
			}
		}
	}
	return dst
}

// within reports whether a word of the list stands between two places.
func (n *noted) within(l *wordList, from, to int) bool {
	if from >= to {
		return false
	}
	if to-from <= shortSpan {
		if k := &n.allBlocks()[from>>blockBits]; k.first == 0 && k.asked < shortAsks {
			k.asked++
			return n.withinShort(l, from, to)
		}
	}
	for b := from >> blockBits; b <= (to-1)>>blockBits; b++ {
		k := n.block(b)
		if !k.lists.has(l) {
			continue
		}
		for _, o := range n.words(k) {
			if int(o.start) >= from && int(o.end) <= to && n.lexicon.words[o.word].inList(l.id) {
				return true
			}
		}
	}
	return false
}

// withinShort is within for a few bytes, which are read alone: the label of a value is a word or two, a block ten.
func (n *noted) withinShort(l *wordList, from, to int) bool {
	had := len(n.found)
	n.found = n.lexicon.occurrences(n.found, n.text, from, to)
	hit := slices.ContainsFunc(n.found[had:], func(o occurrence) bool { return int(o.end) <= to && n.lexicon.words[o.word].inList(l.id) })
	n.found = n.found[:had]
	return hit
}

// words are the occurrences of a block.
func (n *noted) words(k *noteBlock) []occurrence { return n.found[k.first-1 : k.last-1] }

// allBlocks returns the blocks of the text, whether or not they were read.
func (n *noted) allBlocks() []noteBlock {
	if len(n.blocks) == 0 {
		blocks := (len(n.text)-1)>>blockBits + 1
		if cap(n.blocks) < blocks {
			n.blocks = make([]noteBlock, 1<<bits.Len(uint(blocks)))
		}
		n.blocks = n.blocks[:blocks]
		clear(n.blocks)
	}
	return n.blocks
}

// block reads a block if that was not done yet.
func (n *noted) block(b int) *noteBlock {
	k := &n.allBlocks()[b]
	if k.first == 0 {
		k.first = int32(len(n.found)) + 1
		n.found = n.lexicon.occurrences(n.found, n.text, runeStart(n.text, b<<blockBits), runeStart(n.text, min((b+1)<<blockBits, len(n.text))))
		k.last = int32(len(n.found)) + 1
		for _, o := range n.words(k) {
			for i, set := range n.lexicon.words[o.word].lists {
				k.lists[i&7] |= set
			}
		}
	}
	return k
}

// runeStart moves to where the character at text[i] begins.
func runeStart(text []byte, i int) int {
	for i < len(text) && i > 0 && !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}
