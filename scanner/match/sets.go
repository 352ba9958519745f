package match

import (
	"regexp/syntax"
	"slices"
)

// setFinder works out which bytes can stand at the first places of what a list of
// elements matches. It keeps its memory from call to call.
type setFinder struct {
	nfa              program
	seen             []uint32 // by instruction, kind and neighbours: the round in which it was met
	round            uint32
	now, next, stack []strand
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

// first gives, for each of the first places of what list matches, every byte
// that can stand there, and whether the text can end before it.
func (f *setFinder) first(list []*node) (seq sequence, end [anchorLen]bool) {
	start := f.compile(list)
	if !f.nfa.asserts() {
		return f.from(start, kindOther)
	}
	seq, end = f.from(start, kindOther)
	for _, kind := range []uint8{kindWord, kindLine, kindEdge} {
		s, e := f.from(start, kind)
		for k := range seq {
			seq[k], end[k] = seq[k].union(s[k]), end[k] || e[k]
		}
	}
	return seq, end
}

// behind gives the anchor of list[i:] that begins with the byte before it. \b and (?:^|[^a])
// say much about that byte. ok is false if any byte can stand there.
func (f *setFinder) behind(list []*node, i int) (a anchor, ok bool) {
	before, edge := lastBytes(list[:i])
	for i > 0 && list[i-1].kind == kindAssert {
		i--
	}
	a = anchor{head: list[:i], tail: list[i:], ahead: 1}
	start := f.compile(list[i:])
	for kind := range uint8(len(kinds)) {
		allowed := before.intersect(kindBytes[kind])
		if kind == kindEdge && !edge || kind != kindEdge && allowed == (byteSet{}) {
			continue
		}
		seq, end := f.from(start, kind)
		if seq[0] == (byteSet{}) && !end[0] {
			continue // the list cannot match behind such a byte
		}
		a.seq[0] = a.seq[0].union(allowed)
		for k := 1; k < anchorLen; k++ {
			a.seq[k] = a.seq[k].union(seq[k-1])
			a.end[k] = a.end[k] || end[k-1]
		}
		a.start = a.start || kind == kindEdge
	}
	return a, a.seq[0] != anyByte
}

// compile writes as much of list as the first places can reach, and returns where it starts.
func (f *setFinder) compile(list []*node) int32 {
	const elements, room = 2 * anchorLen, 2 * anchorLen
	// What comes after anchorLen bytes cannot be reached.
	need := 0
	for least := 0; need < min(len(list), elements) && least < anchorLen; need++ {
		lo, _ := list[need].widths()
		least += lo
	}
	f.nfa = f.nfa[:0]
	accept := f.nfa.emit(inst{op: opAccept})
	return f.nfa.compile(&node{kind: kindCat, sub: list[:need]}, accept, room)
}

func (p program) asserts() bool {
	return slices.ContainsFunc(p, func(in inst) bool { return in.op == opAssert })
}

// from follows the program from start, where the byte before is of the given kind.
func (f *setFinder) from(start int32, kind uint8) (seq sequence, end [anchorLen]bool) {
	p, asserts := f.nfa, f.nfa.asserts()
	if n := len(p) << 6; len(f.seen) < n {
		f.seen = make([]uint32, 2*n)
	}
	now, next, stack := append(f.now[:0], strand{start, kind, anyKind}), f.next, f.stack
	defer func() { f.now, f.next, f.stack = now, next, stack }()
	for k := range anchorLen {
		f.round++
		stack, next = append(stack[:0], now...), next[:0]
		accepted := false
		for len(stack) > 0 {
			s := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen := &f.seen[int(s.pc)<<6|int(s.read)<<4|int(s.may)]; *seen == f.round {
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
				if may := s.may & followers[s.read][in.cond]; may != 0 {
					stack = append(stack, strand{in.out, s.read, may})
				}
			case opByte:
				if !asserts {
					seq[k] = seq[k].union(in.set)
					next = append(next, strand{in.out, kindOther, anyKind})
					continue
				}
				for read := range uint8(kindEdge) {
					if s.may>>read&1 == 0 {
						continue
					}
					if set := in.set.intersect(kindBytes[read]); set != (byteSet{}) {
						seq[k] = seq[k].union(set)
						next = append(next, strand{in.out, read, anyKind})
					}
				}
			}
		}
		if accepted {
			for k++; k < anchorLen; k++ {
				seq[k], end[k] = anyByte, true
			}
			return seq, end
		}
		now, next = next, now
	}
	return seq, end
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
