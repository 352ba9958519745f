package match

import (
	"math"
	"math/bits"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// byteSet is a set of byte values.
type byteSet [4]uint64

func (s *byteSet) add(b byte)      { s[b>>6] |= 1 << (b & 63) }
func (s *byteSet) has(b byte) bool { return s[b>>6]>>(b&63)&1 != 0 }

func (s *byteSet) addRange(lo, hi byte) {
	for b := int(lo); b <= int(hi); b++ {
		s.add(byte(b))
	}
}

// join adds the bytes of another set.
func (s *byteSet) join(t *byteSet) {
	s[0] |= t[0]
	s[1] |= t[1]
	s[2] |= t[2]
	s[3] |= t[3]
}

func (s byteSet) union(t byteSet) byteSet {
	for i := range s {
		s[i] |= t[i]
	}
	return s
}

// lowest returns the lowest byte of a set that is not empty.
func (s byteSet) lowest() byte {
	for i, w := range s {
		if w != 0 {
			return byte(i<<6 | bits.TrailingZeros64(w))
		}
	}
	return 0
}

func (s byteSet) size() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// The bytes of UTF-8 beyond ASCII.
var (
	anyByte   = byteSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	highBytes = byteSet{0, 0, ^uint64(0), ^uint64(0)}
	leadBytes = byteSet{0, 0, 0, ^uint64(0)} // 0xC0..0xFF
	tailBytes = byteSet{0, 0, ^uint64(0), 0} // 0x80..0xBF
)

type nodeKind uint8

const (
	kindSet    nodeKind = iota // one byte of set; an empty set never matches
	kindCat                    // sub, one after the other; none is the empty string
	kindAlt                    // one of sub
	kindRepeat                 // sub[0], min to max times; max -1 is without end
	kindAssert                 // no bytes; what cond asks of the place
)

// node is a pattern over bytes. It matches at least what the pattern that it was
// built from matches, and where runes beyond ASCII are concerned often more:
// the filter may let too much through, never too little.
type node struct {
	set      byteSet // once it was measured, of other kinds than kindSet what bytes says
	sub      []*node
	min, max int
	most     int // runes of a repeat whose copies are bytes; 0 if they are not

	// What widths and runes say, once it was measured.
	least, greatest, runesOf int32

	kind     nodeKind
	class    bool // the alternatives are the runes of a class, of ASCII and beyond
	cond     syntax.EmptyOp
	measured bool
}

// measure keeps in a node and in all below what they are asked for again and again while a set is built. Sets need not be
// measured, of which some are shared by many patterns.
func (n *node) measure() *node {
	if n.kind == kindSet || n.measured {
		return n
	}
	for _, s := range n.sub {
		s.measure()
	}
	least, greatest := n.widths()
	runes := n.runes()
	if max(least, greatest, runes) > math.MaxInt32 {
		return n
	}
	n.set, n.least, n.greatest, n.runesOf, n.measured = n.bytes(), int32(least), int32(greatest), int32(runes), true
	return n
}

const noLimit = -1

// The runes beyond ASCII that fold to ASCII.
const (
	longS  = '\u017f'
	kelvin = '\u212a'
)

func setNode(s byteSet) *node    { return &node{kind: kindSet, set: s} }
func catNode(sub ...*node) *node { return &node{kind: kindCat, sub: sub} }

func repeatNode(sub *node, lo, hi int) *node {
	return &node{kind: kindRepeat, sub: []*node{sub}, min: lo, max: hi}
}

// builder turns syntax trees into byte patterns.
type builder struct {
	// plain says that the texts hold neither of the two runes beyond ASCII that are
	// letters of ASCII in another case: U+017F is an s and U+212A a k under (?i).
	plain   bool
	matters *bool // set where that makes a difference, unless nil
}

// leavesOut reports whether r is left out of the pattern, because the texts do not hold it.
func (b builder) leavesOut(r rune) bool {
	if !b.plain || r != longS && r != kelvin {
		return false
	}
	if b.matters != nil {
		*b.matters = true
	}
	return true
}

// build turns a syntax tree into a byte pattern.
func (b builder) build(re *syntax.Regexp) *node {
	switch re.Op {
	case syntax.OpNoMatch:
		return setNode(byteSet{})
	case syntax.OpEmptyMatch:
		return catNode()
	case syntax.OpLiteral:
		sub := make([]*node, len(re.Rune))
		for i, r := range re.Rune {
			sub[i] = b.literal(r, re.Flags&syntax.FoldCase != 0)
		}
		return catNode(sub...)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return b.classOf(re).node()
	case syntax.OpCapture:
		return b.build(re.Sub[0])
	case syntax.OpConcat, syntax.OpAlternate:
		n := &node{kind: kindCat, sub: make([]*node, 0, len(re.Sub))}
		if re.Op == syntax.OpAlternate {
			n.kind = kindAlt
		}
		for _, s := range re.Sub {
			n.sub = append(n.sub, b.build(s))
		}
		return n
	case syntax.OpStar:
		return b.repeat(re.Sub[0], 0, noLimit)
	case syntax.OpPlus:
		return b.repeat(re.Sub[0], 1, noLimit)
	case syntax.OpQuest:
		return b.repeat(re.Sub[0], 0, 1)
	case syntax.OpRepeat:
		return b.repeat(re.Sub[0], re.Min, re.Max)
	default:
		return &node{kind: kindAssert, cond: assertion(re.Op)}
	}
}

func assertion(op syntax.Op) syntax.EmptyOp {
	switch op {
	case syntax.OpBeginLine:
		return syntax.EmptyBeginLine
	case syntax.OpEndLine:
		return syntax.EmptyEndLine
	case syntax.OpBeginText:
		return syntax.EmptyBeginText
	case syntax.OpEndText:
		return syntax.EmptyEndText
	case syntax.OpWordBoundary:
		return syntax.EmptyWordBoundary
	case syntax.OpNoWordBoundary:
		return syntax.EmptyNoWordBoundary
	}
	return 0 // asks nothing, so it is never wrong
}

// repeat builds a repeat. A repeated class with many runes beyond ASCII becomes
// a repeat of bytes: it keeps one state where the exact form takes several.
func (b builder) repeat(re *syntax.Regexp, lo, hi int) *node {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	switch re.Op {
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		if c := b.classOf(re); c.anyHigh {
			n := repeatNode(setNode(c.ascii.union(highBytes)), lo, hi)
			if hi > 0 {
				n.max, n.most = hi*utf8.UTFMax, hi
			}
			return n
		}
	}
	return repeatNode(b.build(re), lo, hi)
}

// class is a set of runes: ASCII exactly, and beyond it either a few runes
// or all of them.
type class struct {
	ascii   byteSet
	high    []rune
	anyHigh bool
}

// maxHighRunes is how many runes beyond ASCII a class may have before it is taken to
// have all of them.
const maxHighRunes = 8

func (b builder) classOf(re *syntax.Regexp) class {
	switch re.Op {
	case syntax.OpAnyChar:
		return b.class([]rune{0, unicode.MaxRune})
	case syntax.OpAnyCharNotNL:
		return b.class([]rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune})
	}
	return b.class(re.Rune)
}

// class reads ranges of runes, as pairs.
func (b builder) class(ranges []rune) class {
	var c class
	for i := 0; i+1 < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		if lo < utf8.RuneSelf {
			c.ascii.addRange(byte(lo), byte(min(hi, utf8.RuneSelf-1)))
			lo = utf8.RuneSelf
		}
		if lo > hi || c.anyHigh {
			continue
		}
		if int(hi-lo)+len(c.high) >= maxHighRunes {
			c.anyHigh = true
			continue
		}
		for r := lo; r <= hi; r++ {
			if b.leavesOut(r) {
				continue
			}
			// The two engines may know different versions of Unicode's case tables. Unless they
			// were seen to agree, only these two folds of ASCII letters are relied on.
			if unicode.Version != foldsAgree && unicode.SimpleFold(r) != r && r != longS && r != kelvin {
				c.anyHigh = true
			}
			c.high = append(c.high, r)
		}
	}
	return c
}

func (c class) node() *node {
	var alts []*node
	if c.ascii != (byteSet{}) || (len(c.high) == 0 && !c.anyHigh) {
		alts = append(alts, setNode(c.ascii))
	}
	if c.anyHigh {
		alts = append(alts, catNode(setNode(leadBytes), repeatNode(setNode(tailBytes), 1, utf8.UTFMax-1)))
	} else {
		for _, r := range c.high {
			alts = append(alts, bytesNode(r))
		}
	}
	if len(alts) == 1 {
		return alts[0]
	}
	return &node{kind: kindAlt, sub: alts, class: c.ascii != (byteSet{}) || c.anyHigh}
}

// byteNodes are the nodes of single bytes, and caseNodes those of the letters in either case, which need not
// be made again and again.
var byteNodes, caseNodes = func() (single, either [256]*node) {
	for c := range 256 {
		var s byteSet
		s.add(byte(c))
		single[c] = setNode(s)
		if c|0x20 >= 'a' && c|0x20 <= 'z' {
			s.add(byte(c) ^ 0x20)
			either[c] = setNode(s)
		}
	}
	return single, either
}()

func bytesNode(r rune) *node {
	if r < utf8.RuneSelf {
		return byteNodes[r]
	}
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	sub := make([]*node, n)
	for i, b := range buf[:n] {
		sub[i] = byteNodes[b]
	}
	return catNode(sub...)
}

// literal is one rune of a literal. Under (?i) it is its whole fold
// orbit: k is also U+212A, s also U+017F.
func (b builder) literal(r rune, fold bool) *node {
	switch {
	case fold && r < utf8.RuneSelf && caseNodes[r] == nil:
		return byteNodes[r]
	case fold && r|0x20 == 's' && b.leavesOut(longS), fold && r|0x20 == 'k' && b.leavesOut(kelvin):
		return caseNodes[r]
	case fold && r < utf8.RuneSelf && r|0x20 != 's' && r|0x20 != 'k':
		return caseNodes[r]
	case fold:
	case b.leavesOut(r):
		return setNode(byteSet{})
	default:
		return bytesNode(r)
	}
	ranges := []rune{r, r}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		ranges = append(ranges, f, f)
	}
	return b.class(ranges).node()
}

// widths returns the least and the greatest number of bytes of a match;
// the greatest is noLimit if there is none.
func (n *node) widths() (lo, hi int) {
	if n.measured {
		return int(n.least), int(n.greatest)
	}
	switch n.kind {
	case kindSet:
		return 1, 1
	case kindCat:
		for _, s := range n.sub {
			l, h := s.widths()
			lo += l
			hi = addWidth(hi, h)
		}
		return lo, hi
	case kindAlt:
		for i, s := range n.sub {
			l, h := s.widths()
			if i == 0 {
				lo, hi = l, h
				continue
			}
			lo = min(lo, l)
			if hi == noLimit || h == noLimit {
				hi = noLimit
			} else {
				hi = max(hi, h)
			}
		}
		return lo, hi
	case kindRepeat:
		l, h := n.sub[0].widths()
		lo = l * n.min
		switch {
		case h == 0 || n.max == 0:
			hi = 0
		case h == noLimit || n.max == noLimit:
			hi = noLimit
		default:
			hi = h * n.max
		}
		return lo, hi
	}
	return 0, 0
}

// runes returns the greatest number of runes of a match, or noLimit: that of bytes which do not
// go on with a rune.
func (n *node) runes() (most int) {
	if n.measured {
		return int(n.runesOf)
	}
	switch n.kind {
	case kindSet:
		if n.set == n.set.intersect(tailBytes) {
			return 0
		}
		return 1
	case kindAlt:
		for _, s := range n.sub {
			if r := s.runes(); r == noLimit || r > most {
				if most = r; r == noLimit {
					return r
				}
			}
		}
		return most
	case kindRepeat:
		switch r := n.sub[0].runes(); {
		case r == 0 || n.max == 0:
			return 0
		case r == noLimit || n.max == noLimit:
			return noLimit
		case n.most > 0:
			return n.most
		default:
			return r * n.max
		}
	}
	for _, s := range n.sub {
		most = addWidth(most, s.runes())
	}
	return most
}

// runesToKnow returns after how many runes of list it is known that it matches if it does: of a
// repeat at its end only the required copies count. It is noLimit if that may take any number.
func runesToKnow(list []*node) (most int) {
	for len(list) > 0 {
		n := list[len(list)-1]
		if n.kind != kindRepeat {
			break
		}
		list = list[:len(list)-1]
		if n.min > 0 {
			if most = n.sub[0].runes(); most != noLimit {
				most *= n.min
			}
			break
		}
	}
	for _, n := range list {
		most = addWidth(most, n.runes())
	}
	return most
}

func addWidth(a, b int) int {
	if a == noLimit || b == noLimit {
		return noLimit
	}
	return a + b
}

// bytes returns every byte that can be part of a match.
func (n *node) bytes() byteSet {
	if n.kind == kindSet || n.measured {
		return n.set
	}
	var s byteSet
	for _, x := range n.sub {
		s = s.union(x.bytes())
	}
	return s
}

// reversed returns the pattern of the reversed strings. Assertions are about a place in
// the text and stay as they are.
func (n *node) reversed() *node {
	var sub []*node // of the new node, unless it is the same
	for i, s := range n.sub {
		r := s.reversed()
		if r != s && sub == nil {
			sub = slices.Clone(n.sub)
		}
		if sub != nil {
			sub[i] = r
		}
	}
	if n.kind == kindCat && len(n.sub) > 1 {
		if sub == nil {
			sub = slices.Clone(n.sub)
		}
		slices.Reverse(sub)
	}
	if sub == nil {
		return n
	}
	m := *n
	m.sub = sub
	return &m
}

const (
	unrollEnds = 8   // copies taken out of each end of a counted repeat
	maxList    = 256 // elements after which a list is not unrolled any more
)

// flatten appends the elements of n, one after the other, taking required
// copies out of repeats so that an anchor can begin inside them.
func flatten(n *node, out []*node) []*node {
	switch n.kind {
	case kindCat:
		for _, s := range n.sub {
			out = flatten(s, out)
		}
		return out
	case kindRepeat:
		if n.min == 0 || len(out) > maxList {
			return append(out, n)
		}
		first, last := 1, 0
		if n.sub[0].kind == kindSet {
			first, last = min(n.min, unrollEnds), min(max(n.min-unrollEnds, 0), unrollEnds)
		}
		for range first {
			out = flatten(n.sub[0], out)
		}
		rest := repeatNode(n.sub[0], n.min-first-last, n.max)
		rest.most = n.most // what is taken out may be but the bytes of few runes
		if rest.max != noLimit {
			rest.max -= first + last
		}
		if rest.max != 0 {
			out = append(out, rest.measure())
		}
		for range last {
			out = flatten(n.sub[0], out)
		}
		return out
	}
	return append(out, n)
}
