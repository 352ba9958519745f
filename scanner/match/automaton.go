package match

import (
	"math/bits"
	"regexp/syntax"
	"slices"
)

// program is a byte pattern as an NFA (Thompson's construction).
type program []inst

type instOp uint8

const (
	opByte instOp = iota
	opSplit
	opAssert
	opAccept
)

type inst struct {
	op       instOp
	set      byteSet
	cond     syntax.EmptyOp
	out, alt int32
	kinds    uint8 // that bytes of set have, one bit each, where setFinder asks
}

func (p *program) emit(i inst) int32 {
	*p = append(*p, i)
	return int32(len(*p) - 1)
}

// limits returns how often a repeat is written out when one repeat may
// take at most room states: lo copies, then up to hi in all; hi noLimit is a loop.
// Fewer copies than the pattern asks for match more, never less.
func (n *node) limits(room int) (lo, hi int) {
	copies := max(1, room/max(1, n.sub[0].states(room)))
	lo, hi = min(n.min, copies), n.max
	if hi > copies {
		hi = noLimit
	}
	return lo, hi
}

// states counts the byte states that compile writes.
func (n *node) states(room int) int {
	switch n.kind {
	case kindSet:
		return 1
	case kindRepeat:
		lo, hi := n.limits(room)
		if hi == noLimit {
			hi = max(lo, 1)
		}
		return hi * n.sub[0].states(room)
	}
	k := 0
	for _, s := range n.sub {
		k += s.states(room)
	}
	return k
}

// compile writes n so that it goes on at next, and returns where it starts.
func (p *program) compile(n *node, next int32, room int) int32 {
	switch n.kind {
	case kindSet:
		return p.emit(inst{op: opByte, set: n.set, out: next})
	case kindAssert:
		return p.emit(inst{op: opAssert, cond: n.cond, out: next})
	case kindAlt:
		pc := p.compile(n.sub[len(n.sub)-1], next, room)
		for i := len(n.sub) - 2; i >= 0; i-- {
			a := p.compile(n.sub[i], next, room)
			pc = p.emit(inst{op: opSplit, out: a, alt: pc})
		}
		return pc
	case kindRepeat:
		lo, hi := n.limits(room)
		if hi == noLimit {
			loop := p.emit(inst{op: opSplit, alt: next})
			body := p.compile(n.sub[0], loop, room)
			(*p)[loop].out = body
			next = loop
			if lo > 0 {
				next, lo = body, lo-1
			}
		} else {
			end := next
			for range hi - lo {
				a := p.compile(n.sub[0], next, room)
				next = p.emit(inst{op: opSplit, out: a, alt: end})
			}
		}
		for range lo {
			next = p.compile(n.sub[0], next, room)
		}
		return next
	}
	for _, s := range slices.Backward(n.sub) {
		next = p.compile(s, next, room)
	}
	return next
}

// maxStates is the number of byte states that fit a machine word.
const maxStates = 64

// automaton walks over a text from a given place and says whether
// the pattern can match there. It holds all its states in one word and is
// never changed once built. A pattern too big for a word is loosened (counted
// repeats become loops) or cut short: then it accepts more.
type automaton struct {
	edges
	class  [256]uint8 // of bytes that all states treat alike, those that assertions tell apart being of two classes
	sets   []uint64   // states that can read a byte, by its class
	sample []byte     // a byte of each class
	conds  []condition
	empty  bool      // accepts at once, whatever stands there
	run    *required // nil if it knows how long all runs are
	limit  int       // a walk over more runes cannot match any more; noLimit if it always can
}

// edges are the moves that need nothing of the place between two bytes.
type edges struct {
	first  uint64   // states that can read the first byte
	accept uint64   // states after which the pattern has matched
	loop   uint64   // states followed by themselves
	down   uint64   // states followed by the one numbered one less: compile writes backwards
	from   uint64   // states with other followers
	follow []uint64 // those; nil if from is 0
}

// step returns the states that can read the byte after s.
func (e *edges) step(s uint64) uint64 {
	t := s&e.loop | s&e.down>>1
	for x := s & e.from; x != 0; x &= x - 1 {
		t |= e.follow[bits.TrailingZeros64(x)]
	}
	return t
}

// addFollow notes that state to, of as many as are given, can read the byte after that of state from.
func (e *edges) addFollow(from, to, states int) {
	switch to {
	case from:
		e.loop |= 1 << from
	case from - 1:
		e.down |= 1 << from
	default:
		if e.follow == nil {
			e.follow = make([]uint64, states)
		}
		e.from |= 1 << from
		e.follow[from] |= 1 << to
	}
}

// condition is edges that need an assertion to hold.
type condition struct {
	edges
	need    syntax.EmptyOp
	atStart bool // accepts without reading a byte
}

// newAutomaton builds the automaton of list, elements in the order in which
// they are read. One that is too big is loosened: repeats that take the most states first, so that what is
// read before them stays exact; and if that is not enough its end is left out, but for its first bytes. If back
// is set, they are read towards the beginning of the text.
func newAutomaton(list []*node, back bool) *automaton {
	rooms, sizes := make([]int, len(list)), make([]int, len(list))
	total := 0
	for i, n := range list {
		rooms[i] = maxStates
		sizes[i] = n.states(maxStates)
		total += sizes[i]
	}
	full := list
	var cut []*node // what is left out
	for total > maxStates {
		largest := -1
		for i := range list {
			if rooms[i] > 1 && sizes[i] > 1 && (largest < 0 || sizes[i] >= sizes[largest]) {
				largest = i
			}
		}
		if largest < 0 {
			last := len(list) - 1
			total -= sizes[last]
			list, cut = list[:last], list[last:]
			continue
		}
		rooms[largest] -= (rooms[largest] + 3) / 4
		total -= sizes[largest]
		sizes[largest] = list[largest].states(rooms[largest])
		total += sizes[largest]
	}
	kept := len(list)
	run := requiredRun(full, func(i int) int {
		if i >= kept {
			return 0
		}
		return rooms[i]
	})
	if len(cut) > 0 {
		list = append(slices.Clip(list), firstOf(cut, back, min(cutPlaces, maxStates-total))...)
		for len(rooms) < len(list) {
			rooms = append(rooms, 1)
		}
	}
	var p program
	end := p.emit(inst{op: opAccept})
	start := end
	for i, n := range slices.Backward(list) {
		start = p.compile(n, start, rooms[i])
	}

	a := &automaton{limit: runesToKnow(list), run: run}
	number := make([]int, len(p))
	var sets [256]uint64 // by byte
	k := 0
	for pc, in := range p {
		if in.op != opByte {
			continue
		}
		number[pc] = k
		for c := range 256 {
			if in.set.has(byte(c)) {
				sets[c] |= 1 << k
			}
		}
		k++
	}
	p.closure(start, func(pc int32, need syntax.EmptyOp) {
		switch {
		case p[pc].op == opByte:
			a.at(need).first |= 1 << number[pc]
		case need == 0:
			a.empty = true
		default:
			a.at(need)
			a.conditionOf(need).atStart = true
		}
	})
	for from, in := range p {
		if in.op != opByte {
			continue
		}
		f := number[from]
		p.closure(in.out, func(pc int32, need syntax.EmptyOp) {
			e := a.at(need)
			if p[pc].op == opByte {
				e.addFollow(f, number[pc], k)
			} else {
				e.accept |= 1 << f
			}
		})
	}
	a.classify(&sets)
	return a
}

// classify puts bytes into classes. It is called when the edges are known.
func (a *automaton) classify(sets *[256]uint64) {
	type key struct {
		set  uint64
		kind uint8
	}
	number := map[key]uint8{}
	for c, set := range sets {
		k := key{set: set}
		if len(a.conds) > 0 {
			k.kind = kindOf(byte(c))
		}
		id, ok := number[k]
		if !ok {
			id = uint8(len(number))
			number[k] = id
			a.sets, a.sample = append(a.sets, set), append(a.sample, byte(c))
		}
		a.class[c] = id
	}
	a.sets, a.sample = slices.Clone(a.sets), slices.Clone(a.sample)
}

// readers returns the states that can read a byte.
func (a *automaton) readers(c byte) uint64 { return a.sets[a.class[c]] }

// cutPlaces is of how many places an automaton knows what can stand there where it leaves out an end.
const cutPlaces = 3

// firstOf returns what the first bytes of a list must be, for at most the given number of places.
func firstOf(list []*node, back bool, places int) (first []*node) {
	f := setFinder{back: back}
	seq, end := f.first(list)
	for k := range places {
		if end[k] || seq[k] == anyByte {
			break
		}
		first = append(first, setNode(seq[k]))
	}
	return first
}

// at returns the edges that need the given assertions.
func (a *automaton) at(need syntax.EmptyOp) *edges {
	if need == 0 {
		return &a.edges
	}
	if c := a.conditionOf(need); c != nil {
		return &c.edges
	}
	a.conds = append(a.conds, condition{need: need})
	return &a.conds[len(a.conds)-1].edges
}

func (a *automaton) conditionOf(need syntax.EmptyOp) *condition {
	for i := range a.conds {
		if a.conds[i].need == need {
			return &a.conds[i]
		}
	}
	return nil
}

// closure visits every byte state and accepting state that can be reached from pc without
// reading, with the assertions on the way there.
func (p program) closure(pc int32, visit func(pc int32, need syntax.EmptyOp)) {
	type place struct {
		pc   int32
		need syntax.EmptyOp
	}
	seen := map[place]bool{}
	stack := []place{{pc, 0}}
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		switch in := &p[at.pc]; in.op {
		case opSplit:
			stack = append(stack, place{in.alt, at.need}, place{in.out, at.need})
		case opAssert:
			stack = append(stack, place{in.out, at.need | in.cond})
		default:
			visit(at.pc, at.need)
		}
	}
}

// wordBytes are the bytes that \b takes for part of a word.
var wordBytes = func() (t [256]bool) {
	for c := range 256 {
		b := byte(c)
		t[c] = b == '_' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
	}
	return t
}()

// assertionsAt returns the assertions that hold between text[i-1] and text[i].
func assertionsAt(text []byte, i int) syntax.EmptyOp {
	var op syntax.EmptyOp
	before, after := false, false
	if i == 0 {
		op |= syntax.EmptyBeginText | syntax.EmptyBeginLine
	} else {
		before = wordBytes[text[i-1]]
		if text[i-1] == '\n' {
			op |= syntax.EmptyBeginLine
		}
	}
	if i == len(text) {
		op |= syntax.EmptyEndText | syntax.EmptyEndLine
	} else {
		after = wordBytes[text[i]]
		if text[i] == '\n' {
			op |= syntax.EmptyEndLine
		}
	}
	if before != after {
		return op | syntax.EmptyWordBoundary
	}
	return op | syntax.EmptyNoWordBoundary
}
