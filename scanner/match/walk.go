package match

import (
	"regexp/syntax"
	"sync"
	"sync/atomic"
)

// walker is an automaton in one direction, determinized as far as texts have asked for.
//
// Its states are sets of the automaton's states, its moves are found when a
// text first takes them and kept in a table of atomic words. So walks of all goroutines
// share what one has found, without a lock; a lock is only taken to add a
// move. There are at most walkStates states; from then on, unknown moves are
// worked out each time, with the automaton itself.
type walker struct {
	list []*node // what is walked over, in the order in which it is read
	back bool    // reads towards the beginning of the text
	cut  bool    // if it is too big for an automaton it is cut short, not loosened

	moves      atomic.Pointer[moves]
	*automaton // set before moves is
	lock       sync.Mutex
}

// walkStates is the number of states of a walker.
const walkStates = 96

const (
	moveUnknown = iota
	moveDead    // the pattern cannot match
	moveMatched // it can
	verdicts    // all others are where a state's row begins in the table
)

// moves are the known moves of a walker.
type moves struct {
	starts [len(kinds)]atomic.Uint32
	width  int             // of a row: the number of classes, and at least that of verdicts
	table  []atomic.Uint32 // one row per state; the first is not used
	class  [256]uint8      // of bytes that all states treat alike
	sample []byte          // one byte of each class
	states [walkStates]walkState
	n      int // states in use; for who holds the lock
}

// walkState is a set of states of the automaton that have read a byte, and the kind of
// that byte. At the start of a walk nothing has been read, and start is set.
type walkState struct {
	set   uint64
	kind  uint8
	start bool
}

// kinds are the neighbours of a place as assertions know them.
var kinds = [...]struct{ edge, word, line bool }{
	{}, {word: true}, {line: true}, {edge: true},
}

const (
	kindOther = iota
	kindWord
	kindLine
	kindEdge // of the text
)

func kindOf(b byte) uint8 {
	switch {
	case wordBytes[b]:
		return kindWord
	case b == '\n':
		return kindLine
	}
	return kindOther
}

// assertionsBetween is assertionsAt for neighbours of known kinds.
func assertionsBetween(before, after uint8) syntax.EmptyOp {
	var op syntax.EmptyOp
	b, a := kinds[before], kinds[after]
	if b.edge {
		op |= syntax.EmptyBeginText
	}
	if b.edge || b.line {
		op |= syntax.EmptyBeginLine
	}
	if a.edge {
		op |= syntax.EmptyEndText
	}
	if a.edge || a.line {
		op |= syntax.EmptyEndLine
	}
	if b.word != a.word {
		return op | syntax.EmptyWordBoundary
	}
	return op | syntax.EmptyNoWordBoundary
}

func newWalker(list []*node, back, cut bool) *walker {
	return &walker{list: list, back: back, cut: cut}
}

// known returns the moves. When first asked it builds the automaton, and an empty table of
// moves.
func (w *walker) known() *moves {
	if m := w.moves.Load(); m != nil {
		return m
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	if m := w.moves.Load(); m != nil {
		return m
	}
	if w.cut {
		w.automaton = newAutomatonCut(w.list)
	} else {
		w.automaton = newAutomaton(w.list)
	}
	m := &moves{}
	type key struct {
		set  uint64
		kind uint8
	}
	number := map[key]uint8{}
	for c := range 256 {
		k := key{set: w.sets[c]}
		if len(w.conds) > 0 {
			k.kind = kindOf(byte(c))
		}
		id, ok := number[k]
		if !ok {
			id = uint8(len(number))
			number[k] = id
			m.sample = append(m.sample, byte(c))
		}
		m.class[c] = id
	}
	m.width = max(len(m.sample), verdicts)
	m.table = make([]atomic.Uint32, (1+walkStates)*m.width)
	w.moves.Store(m)
	return m
}

// assertions are those at a place that a walk reaches from a byte of one kind and
// leaves over one of another.
func (w *walker) assertions(read, next uint8) syntax.EmptyOp {
	if w.back {
		return assertionsBetween(next, read)
	}
	return assertionsBetween(read, next)
}

// leave returns the automaton's states that can read the next byte, which is of the given
// kind, and whether the pattern has matched before it.
func (w *walker) leave(from walkState, next uint8) (s uint64, ok bool) {
	if from.start {
		s, ok = w.first, w.empty
	} else {
		s, ok = w.step(from.set), from.set&w.accept != 0
	}
	if ok || len(w.conds) == 0 {
		return s, ok
	}
	here := w.assertions(from.kind, next)
	for i := range w.conds {
		c := &w.conds[i]
		switch {
		case c.need&^here != 0:
		case from.start:
			s, ok = s|c.first, ok || c.atStart
		default:
			s, ok = s|c.step(from.set), ok || from.set&c.accept != 0
		}
	}
	return s, ok
}

// move works out where the byte c leads.
func (w *walker) move(from walkState, c byte) (to walkState, verdict uint32) {
	kind := uint8(0)
	if len(w.conds) > 0 {
		kind = kindOf(c)
	}
	s, ok := w.leave(from, kind)
	if ok {
		return to, moveMatched
	}
	s &= w.sets[c]
	switch {
	case s == 0:
		return to, moveDead
	case s&w.accept != 0:
		return to, moveMatched
	}
	return walkState{set: s, kind: kind}, moveUnknown
}

// row returns where the row of state i begins.
func (m *moves) row(i int) uint32 { return uint32((1 + i) * m.width) }

// state returns the state whose row begins at the given place.
func (m *moves) state(row uint32) walkState { return m.states[int(row)/m.width-1] }

// number returns the row of a state, a new one if need be; 0 if there are too many.
// The lock must be held.
func (m *moves) number(s walkState) uint32 {
	for i := range m.n {
		if m.states[i] == s {
			return m.row(i)
		}
	}
	if m.n == walkStates {
		return moveUnknown
	}
	m.states[m.n] = s
	m.n++
	return m.row(m.n - 1)
}

// learn works out a move and adds it to the table. It returns the row of the state
// that it leads to, or moveUnknown if there is no room for one, or a verdict.
func (w *walker) learn(m *moves, from uint32, c byte) uint32 {
	w.lock.Lock()
	defer w.lock.Unlock()
	to, verdict := w.move(m.state(from), c)
	if verdict == moveUnknown {
		verdict = m.number(to)
	}
	if verdict != moveUnknown {
		// Who reads this row has seen the state that it stands for written.
		m.table[int(from)+int(m.class[c])].Store(verdict)
	}
	return verdict
}

// begin returns the row of the state in which a walk from p begins.
func (w *walker) begin(m *moves, text []byte, p int) uint32 {
	kind := uint8(0)
	if len(w.conds) > 0 {
		switch {
		case w.back && p == len(text) || !w.back && p == 0:
			kind = kindEdge
		case w.back:
			kind = kindOf(text[p])
		default:
			kind = kindOf(text[p-1])
		}
	}
	if s := m.starts[kind].Load(); s != 0 {
		return s
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	s := m.number(walkState{kind: kind, start: true})
	m.starts[kind].Store(s)
	return s
}

// forward reports whether the pattern may match from text[p] on, and how many bytes it read
// to know.
func (w *walker) forward(text []byte, p int) (ok bool, read int) {
	m := w.known()
	end := min(len(text), p+maxWalk)
	state := w.begin(m, text, p)
	if state == moveUnknown {
		return w.automaton.forward(text, p)
	}
	table := m.table
	for i := p; i < end; i++ {
		next := table[int(state)+int(m.class[text[i]])].Load()
		if next < verdicts {
			if next == moveUnknown {
				next = w.learn(m, state, text[i])
			}
			switch next {
			case moveUnknown:
				ok, read = w.automaton.forward(text, p)
				return ok, read + i - p
			case moveDead, moveMatched:
				return next == moveMatched, i - p
			}
		}
		state = next
	}
	if end < len(text) {
		return true, end - p
	}
	_, ok = w.leave(m.state(state), kindEdge)
	return ok, end - p
}

// backward is forward in the other direction: it reads text[p-1] first. The automaton
// is that of the reversed pattern.
func (w *walker) backward(text []byte, p int) (ok bool, read int) {
	m := w.known()
	end := max(0, p-maxWalk)
	state := w.begin(m, text, p)
	if state == moveUnknown {
		return w.automaton.backward(text, p)
	}
	table := m.table
	for i := p - 1; i >= end; i-- {
		next := table[int(state)+int(m.class[text[i]])].Load()
		if next < verdicts {
			if next == moveUnknown {
				next = w.learn(m, state, text[i])
			}
			switch next {
			case moveUnknown:
				ok, read = w.automaton.backward(text, p)
				return ok, read + p - i
			case moveDead, moveMatched:
				return next == moveMatched, p - i
			}
		}
		state = next
	}
	if end > 0 {
		return true, p - end
	}
	_, ok = w.leave(m.state(state), kindEdge)
	return ok, p - end
}
