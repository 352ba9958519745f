package match

import (
	"slices"
	"strconv"
	"strings"
)

// A hint says which anchors a pattern was found to be cheapest with, by their places in its syntax tree, so that they
// need not be looked for again: looking for them is most of what building a set costs. It is a list of words, each a
// letter and numbers:
//
//	p3     the sequence that begins with the element numbered 3 of the list that the pattern is
//	b3     the one that begins with the byte before it
//	r3.7   the run of the elements 3 to 7
//	a3     one for each alternative of element 3, whose words follow, in their order
//	n      none
//
// What may stand at a place is worked out anew from the tree. So each anchor is one that every match has, whatever the hint
// says: one that is out of date costs time, and no match.

// Hint returns what Compile finds out about the anchors of a pattern, to be given to it another time as the
// pattern's Hint. It says what is cheapest with vectors, whether this machine has them or not. On arm64
// it has been seen to say something else of two expressions than on amd64. The error is that of an expression that cannot be used.
func Hint(p Pattern) (string, error) {
	_, root, err := parse(p.Expr, new(lookups))
	if err != nil {
		return "", err
	}
	c := newChooser()
	c.says, c.vectors = true, true
	c.anchorsOf(root, p.Literals, "")
	return c.said, nil
}

// hinted returns the anchors that a hint names. ok is false if they are not all in list.
func (c *chooser) hinted(list []*node, hint string) (best []anchor, ok bool) {
	best = make([]anchor, 0, strings.Count(hint, "p")+strings.Count(hint, "b")+strings.Count(hint, "r")) // they are large
	rest, ok := c.follow(&best, list, hint, maxNesting)
	return best, ok && rest == ""
}

// follow appends the anchors that the words at the beginning of a hint name, and returns the words behind.
func (c *chooser) follow(to *[]anchor, list []*node, hint string, nesting int) (rest string, ok bool) {
	if hint == "" {
		return "", false
	}
	op := hint[0]
	at, hint := cutNumber(hint[1:])
	if op == 'n' {
		return hint, nesting == maxNesting
	}
	if at < 0 || at >= len(list) {
		return "", false
	}
	a := anchor{head: list[:at:at], tail: list[at:]}
	switch op {
	case 'p':
		if list[at].kind == kindAssert {
			return "", false
		}
		c.prepare(list, at)
		if a.seq, a.end = c.sets.first(list[at:]); a.end[0] {
			return "", false // nobody looks for it where the text ends
		}
	case 'b':
		c.prepare(list, at)
		if a, ok = c.sets.behind(list, at, anchorLen); !ok {
			return "", false
		}
	case 'r':
		if hint == "" {
			return "", false
		}
		var last int
		if last, hint = cutNumber(hint[1:]); last < at || last >= len(list) {
			return "", false
		}
		if a, ok = runOf(list, at, last); !ok {
			return "", false
		}
		c.rateRun(&a)
		*to = append(*to, a)
		return hint, true
	case 'a':
		n := list[at]
		if nesting == 0 || n.kind != kindAlt {
			return "", false
		}
		for _, sub := range n.sub {
			branch := append(flatten(sub, slices.Clone(list[:at])), list[at+1:]...)
			if hint, ok = c.follow(to, branch, hint, nesting-1); !ok {
				return "", false
			}
		}
		return hint, true
	default:
		return "", false
	}
	// What stands nearly everywhere is no anchor of a pattern that the hint is of.
	key := c.key(&a.seq, firstLen)
	if english, others := c.byBytes(&key); costFirst*(english+others) > costWhole {
		return "", false
	}
	a.first, a.rate = c.rate(&a.seq, firstLen), c.rate(&a.seq, anchorLen)
	*to = append(*to, a)
	return hint, true
}

// prepare is for the one question what can stand at a place of list; choose asks about all places.
func (c *chooser) prepare(list []*node, at int) {
	c.sets.prepare(list, at, min(len(list), at+startElements))
}

// runOf returns the anchor that the elements of list from i up to j are as a run, of which no rate is known; ok is
// false if it is none.
func runOf(list []*node, i, j int) (a anchor, ok bool) {
	a = anchor{head: list[:i:i], run: list[i : j+1], tail: list[j+1:]}
	for _, n := range a.run {
		lo, _ := n.widths()
		a.set = a.set.union(n.bytes())
		a.length += lo
	}
	return a, a.length >= minRun
}

// cutNumber returns the number at the beginning of a hint, -1 if there is none, and what is behind.
func cutNumber(hint string) (n int, rest string) {
	end := 0
	for end < len(hint) && hint[end]-'0' <= 9 {
		end++
	}
	n, err := strconv.Atoi(hint[:end])
	if err != nil {
		n = -1
	}
	return n, hint[end:]
}

// word is a word of a hint.
func word(op byte, at ...int) string {
	var b strings.Builder
	b.WriteByte(op)
	for i, n := range at {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}
