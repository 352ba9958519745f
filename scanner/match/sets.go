package match

import (
	"math/bits"
	"regexp/syntax"
	"slices"
)

// setFinder works out which bytes can stand at the first places of what a list of
// elements matches. It keeps its memory from call to call.
type setFinder struct {
	nfa              program
	asserts          bool     // in nfa
	back             bool     // lists are read towards the beginning of the text
	seen             []uint32 // by instruction, and by kind and neighbours if assertions ask: the round in which it was met
	round            uint32
	now, next, stack []strand

	// A list of which all places will be asked about, and what was compiled of it.
	prepared []*node
	base     int
	starts   []int32 // by element, from the one numbered base on
	least    []int   // bytes that it takes at least
	asks     []bool  // it has an assertion
}

// strand is a place in the program, and what is known of the bytes on either
// side of the place in the text.
type strand struct {
	pc   int32
	read uint8 // the kind of the byte before
	may  uint8 // kinds that the next may have, one bit each
}

const anyKind = 1<<len(kinds) - 1

// kindBytes are the bytes of each kind.
var kindBytes = func() (t [len(kinds)]byteSet) {
	for c := range 256 {
		t[kindOf(byte(c))].add(byte(c))
	}
	return t
}()

// bytesOf returns the bytes of several kinds.
func bytesOf(may uint8) (s byteSet) {
	for k := range kindBytes {
		if may>>k&1 != 0 {
			s = s.union(kindBytes[k])
		}
	}
	return s
}

// kindsOf returns the kinds that bytes of a set have, one bit each.
func kindsOf(s byteSet) (kinds uint8) {
	for kind := range uint8(kindEdge) {
		if s.intersect(kindBytes[kind]) != (byteSet{}) {
			kinds |= 1 << kind
		}
	}
	return kinds
}

func (s byteSet) intersect(t byteSet) byteSet {
	for i := range s {
		s[i] &= t[i]
	}
	return s
}

// followers are, for a kind and an assertion, the kinds that may come behind a byte of that
// kind if the assertion holds between them.
var followers = func() (t [len(kinds)][64]uint8) {
	for k := range t {
		for cond := range t[k] {
			for n := range kinds {
				if syntax.EmptyOp(cond)&^assertionsBetween(uint8(k), uint8(n)) == 0 {
					t[k][cond] |= 1 << n
				}
			}
		}
	}
	return t
}()

// leaders are followers towards the beginning of the text.
var leaders = func() (t [len(kinds)][64]uint8) {
	for k := range t {
		for cond := range t[k] {
			for n := range kinds {
				if syntax.EmptyOp(cond)&^assertionsBetween(uint8(n), uint8(k)) == 0 {
					t[k][cond] |= 1 << n
				}
			}
		}
	}
	return t
}()

// first gives, for each of the first places of what list matches, every byte
// that can stand there, and whether the text can end before it.
func (f *setFinder) first(list []*node) (seq sequence, end [anchorLen]bool) {
	return f.after(list, anyKind)
}

// after is first where the byte before is of one of the given kinds.
func (f *setFinder) after(list []*node, kinds uint8) (seq sequence, end [anchorLen]bool) {
	return f.few(list, kinds, anchorLen)
}

// few is after for some places only; at the others is any byte, or the end.
func (f *setFinder) few(list []*node, kinds uint8, places int) (seq sequence, end [anchorLen]bool) {
	f.fill(list, kinds, seq[:places], end[:places])
	for k := places; k < anchorLen; k++ {
		seq[k], end[k] = anyByte, true
	}
	return seq, end
}

// beyond gives the bytes that can stand at the places before and after those of an anchor's sequence.
func (f *setFinder) beyond(a *anchor) (before [beforeLen]byteSet, after [afterLen]byteSet) {
	var seq [anchorLen + max(afterLen, beforeLen)]byteSet
	var end [len(seq)]bool
	n := anchorLen - a.ahead
	f.fill(a.tail, anyKind, seq[:n+afterLen], end[:n+afterLen])
	copy(after[:], seq[n:])
	clear(seq[:])
	f.back = true
	n = a.ahead + beforeLen
	f.fill(backwards(a.head, n), anyKind, seq[:n], end[:n])
	f.back = false
	copy(before[:], seq[a.ahead:])
	return before, after
}

// backwards returns the elements at the end of a list, the last one first and each read backwards, that have the last n bytes.
func backwards(list []*node, n int) (back []*node) {
	for _, e := range slices.Backward(list) {
		back = append(back, e.reversed())
		least, _ := e.widths()
		if n -= least; n <= 0 {
			break
		}
	}
	return back
}

// fill adds to seq what can stand at the first places of what list matches, and to end whether the text
// can end before them.
func (f *setFinder) fill(list []*node, kinds uint8, seq []byteSet, end []bool) {
	// Bytes that are required one after the other need no program.
	n := 0
	for n < len(list) && list[n].kind == kindSet {
		seq[n] = seq[n].union(list[n].set)
		if n++; n == len(seq) {
			return
		}
	}
	if n == len(list) {
		for ; n < len(seq); n++ {
			seq[n], end[n] = anyByte, true
		}
		return
	}
	if n > 0 {
		kinds = kindsOf(seq[n-1])
	}
	start, ok := f.start(list[n:], len(seq)-n)
	if !ok {
		start = f.compile(list[n:], len(seq)-n)
	}
	if !f.asserts || !f.asksAt(start) {
		kinds = 1 // whatever that byte is
	}
	for ; kinds != 0; kinds &= kinds - 1 {
		f.from(start, uint8(bits.TrailingZeros8(kinds)), seq[n:], end[n:])
	}
}

// asksAt reports whether an assertion may come before the first byte.
func (f *setFinder) asksAt(pc int32) bool {
	switch in := &f.nfa[pc]; in.op {
	case opAssert:
		return true
	case opSplit:
		// A loop over nothing is none: no element of a list is.
		return in.out < pc && f.asksAt(in.out) || in.alt < pc && f.asksAt(in.alt) || in.out > pc || in.alt > pc
	}
	return false
}

// behind gives the anchor of list[i:] that begins with the byte before it, of which the first places are worked out. \b and (?:^|[^a])
// say much about that byte. ok is false if any byte can stand there.
func (f *setFinder) behind(list []*node, i, places int) (a anchor, ok bool) {
	before, edge := lastBytes(list[:i])
	first := i
	for first > 0 && list[first-1].kind == kindAssert {
		first--
	}
	a = anchor{head: list[:first], tail: list[first:], ahead: 1}
	if first == i && before == anyByte {
		return a, false
	}
	for kind := range uint8(len(kinds)) {
		allowed, from := before.intersect(kindBytes[kind]), uint8(1)<<kind
		if first == i {
			allowed, from = before, anyKind // nothing asks
		} else if kind == kindEdge && !edge || kind != kindEdge && allowed == (byteSet{}) {
			continue
		}
		seq, end := f.few(list[first:], from, places-1)
		if seq[0] == (byteSet{}) && !end[0] {
			continue // the list cannot match behind such a byte
		}
		a.seq[0] = a.seq[0].union(allowed)
		for k := 1; k < anchorLen; k++ {
			a.seq[k] = a.seq[k].union(seq[k-1])
			a.end[k] = a.end[k] || end[k-1]
		}
		if first == i {
			a.start = edge
			break
		}
		a.start = a.start || kind == kindEdge
	}
	return a, a.seq[0] != anyByte
}

const (
	startElements = 2 * anchorLen // elements of a list after which the rest is taken for anything
	startRoom     = 2 * anchorLen // states of a repeat
)

// compile writes as much of list as the first places can reach, and returns where it starts.
func (f *setFinder) compile(list []*node, places int) int32 {
	// What comes after that many bytes cannot be reached.
	need := 0
	for least := 0; need < min(len(list), startElements) && least < places; need++ {
		lo, _ := list[need].widths()
		least += lo
	}
	f.nfa, f.prepared = f.nfa[:0], nil
	accept := f.nfa.emit(inst{op: opAccept})
	start := f.nfa.compile(&node{kind: kindCat, sub: list[:need]}, accept, startRoom)
	f.asserts = slices.ContainsFunc(f.nfa, func(in inst) bool { return in.op == opAssert })
	return start
}

// prepare compiles list for the questions what can stand at its places from up to to, which are many, and behind the bytes before them.
func (f *setFinder) prepare(list []*node, from, to int) {
	for from > 0 && from < to && list[from-1].kind == kindAssert {
		from--
	}
	f.prepared, f.base = nil, from
	if from >= to {
		return
	}
	end := min(len(list), to+startElements)
	n := end - from
	f.starts, f.least, f.asks = slices.Grow(f.starts[:0], n)[:n], slices.Grow(f.least[:0], n)[:n], slices.Grow(f.asks[:0], n)[:n]
	f.nfa = f.nfa[:0]
	pc := f.nfa.emit(inst{op: opAccept})
	for i, n := range slices.Backward(list[from:end]) {
		had := len(f.nfa)
		pc = f.nfa.compile(n, pc, startRoom)
		f.starts[i] = pc
		f.asks[i] = slices.ContainsFunc(f.nfa[had:], func(in inst) bool { return in.op == opAssert })
		f.least[i], _ = n.widths()
	}
	f.prepared = list
}

// start returns where list starts, if it is what is left of the prepared one.
func (f *setFinder) start(list []*node, places int) (pc int32, ok bool) {
	i := len(f.prepared) - len(list) - f.base
	if i < 0 || i >= len(f.starts) || &list[0] != &f.prepared[i+f.base] {
		return 0, false
	}
	f.asserts = false
	for k, least := i, 0; k < len(f.starts) && least < places && !f.asserts; k++ {
		f.asserts = f.asks[k]
		least += f.least[k]
	}
	return f.starts[i], true
}

// from follows the program from start, where the byte before is of the given kind, and adds to seq and end.
func (f *setFinder) from(start int32, kind uint8, seq []byteSet, end []bool) {
	p, asserts := f.nfa, f.asserts
	n := len(p)
	if asserts {
		n <<= 6
	}
	if len(f.seen) < n {
		f.seen = make([]uint32, 2*n)
	}
	now, next, stack := append(f.now[:0], strand{start, kind, anyKind}), f.next, f.stack
	defer func() { f.now, f.next, f.stack = now, next, stack }()
	follow := &followers
	if f.back {
		follow = &leaders
	}
	for k := range seq {
		f.round++
		stack, next = append(stack[:0], now...), next[:0]
		accepted := false
		for len(stack) > 0 {
			s := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			at := int(s.pc)
			if asserts {
				at = at<<6 | int(s.read)<<4 | int(s.may)
			}
			if seen := &f.seen[at]; *seen == f.round {
				continue
			} else {
				*seen = f.round
			}
			switch in := &p[s.pc]; in.op {
			case opAccept:
				seq[k] = seq[k].union(bytesOf(s.may))
				end[k] = end[k] || s.may>>kindEdge&1 != 0
				accepted = true
			case opSplit:
				stack = append(stack, strand{in.out, s.read, s.may}, strand{in.alt, s.read, s.may})
			case opAssert:
				if may := s.may & follow[s.read][in.cond]; may != 0 {
					stack = append(stack, strand{in.out, s.read, may})
				}
			case opByte:
				if !asserts {
					seq[k].join(&in.set)
					next = append(next, strand{in.out, kindOther, anyKind})
					continue
				}
				if in.kinds == 0 {
					in.kinds = kindsOf(in.set)
				}
				may := in.kinds & s.may
				if may == in.kinds {
					seq[k].join(&in.set)
				} else {
					seq[k] = seq[k].union(in.set.intersect(bytesOf(may)))
				}
				for ; may != 0; may &= may - 1 {
					next = append(next, strand{in.out, uint8(bits.TrailingZeros8(may)), anyKind})
				}
			}
		}
		if accepted {
			for k++; k < len(seq); k++ {
				seq[k], end[k] = anyByte, true
			}
			return
		}
		now, next = next, now
	}
}

// lastBytes returns every byte that can stand before the end of what list matches, and
// whether the text can begin there. What a list says through assertions of the place where
// it ends is left out, but for ^ and \A.
func lastBytes(list []*node) (s byteSet, edge bool) {
	for _, n := range slices.Backward(list) {
		last, begins, through := n.last()
		s, edge = s.union(last), edge || begins
		if !through {
			return s, edge
		}
	}
	return anyByte, true
}

// last returns the bytes that n can end with, whether the text can begin where it ends, and whether n can
// be empty elsewhere.
func (n *node) last() (s byteSet, edge, through bool) {
	switch n.kind {
	case kindSet:
		return n.set, false, false
	case kindAssert:
		if n.cond&syntax.EmptyBeginText != 0 {
			return s, true, false
		}
		if n.cond&syntax.EmptyBeginLine != 0 {
			s.add('\n')
			return s, true, false
		}
		return s, false, true
	case kindRepeat:
		s, edge, through = n.sub[0].last()
		return s, edge, through || n.min == 0
	case kindAlt:
		for _, sub := range n.sub {
			last, begins, empty := sub.last()
			s, edge, through = s.union(last), edge || begins, through || empty
		}
		return s, edge, through
	}
	for _, sub := range slices.Backward(n.sub) {
		last, begins, empty := sub.last()
		s, edge = s.union(last), edge || begins
		if !empty {
			return s, edge, false
		}
	}
	return s, edge, true
}
