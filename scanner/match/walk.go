package match

import (
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
)

// walker is an automaton in one direction, determinized as far as texts have asked for.
//
// Its states are sets of the automaton's states, its moves are found when a
// text first takes them. They are kept in a table that is never changed: who finds new moves makes a larger
// one and puts it in the place of the old. So walks of all goroutines share what one has found, without a lock,
// and the table is as small as can be: walks read a byte or two of a lot of tables, so what they
// take is mostly the time until the memory answers. There are at most walkStates states; from then on, unknown moves are
// worked out each time, with the automaton itself.
type walker struct {
	moves atomic.Pointer[moves]
	*walking
}

// walking is what a walker needs to find moves.
type walking struct {
	list []*node // what is walked over, in the order in which it is read
	back bool    // reads towards the beginning of the text

	looks *lookups

	*automaton        // set before moves is
	plain      uint64 // its states that only the one numbered one less follows
	same       uint64 // and those that read the same bytes as that
	lock       sync.Mutex
	states     []walkState // for who holds the lock
}

// walkStates is the number of states of a walker.
const walkStates = 96

const (
	moveUnknown = iota
	moveDead    // the pattern cannot match
	moveMatched // it can
	moveLost    // the automaton must say where it leads
	verdicts    // all others are where a state's row begins in the table
)

// moves are the known moves of a walker, and all else that a walk needs to know.
type moves struct {
	table  []uint16 // one row per state; the first is not used
	skips  []skip   // by state
	starts [len(kinds)]uint16
	limit  int         // that of the automaton
	width  int         // of a row: the number of classes, and at least that of verdicts
	asks   bool        // assertions are made, so that kinds matter
	back   bool        // that of the walker
	class  *[256]uint8 // that of the automaton
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
	w.automaton = newAutomaton(w.list, w.back)
	w.chains()
	m := &moves{asks: len(w.conds) > 0, back: w.back, limit: w.limit, class: &w.class}
	m.width = max(len(w.sample), verdicts)
	m.table = make([]uint16, m.width)
	for k := range m.starts {
		m.starts[k] = w.number(m, walkState{kind: uint8(k), start: true})
		if len(w.conds) == 0 {
			break
		}
	}
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
func (w *walker) move(from walkState, c byte) (to walkState, verdict uint16) {
	kind := uint8(0)
	if len(w.conds) > 0 {
		kind = kindOf(c)
	}
	s, ok := w.leave(from, kind)
	if ok {
		return to, moveMatched
	}
	s &= w.readers(c)
	switch {
	case s == 0:
		return to, moveDead
	case s&w.accept != 0:
		return to, moveMatched
	}
	return walkState{set: s, kind: kind}, moveUnknown
}

// number returns the row of a state in m, which is not yet shared: a new one if need be, or moveLost if there
// are too many. The lock must be held.
func (w *walker) number(m *moves, s walkState) uint16 {
	i := slices.Index(w.states, s)
	if i < 0 {
		if len(w.states) == walkStates {
			return moveLost
		}
		i = len(w.states)
		w.states = append(w.states, s)
		m.table = append(m.table, make([]uint16, m.width)...)
		m.skips = append(m.skips, skip{})
		if !s.start && !w.back {
			k := w.skipOf(m, s)
			m.skips[i] = k
		}
	}
	row := uint16((1 + i) * m.width)
	if m.skips[i].look != nil {
		return row | skipFlag
	}
	return row
}

// learn goes on with a walk in the given state at text[i], up to but without text[end], and keeps the moves that were
// not known. It returns the last state, or one with a skip, or a verdict, and where it was reached.
func (w *walker) learn(state uint16, text []byte, i, end int) (uint16, int) {
	step := 1
	if w.back {
		step = -1
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	old := w.moves.Load()
	m := *old
	m.table = slices.Clone(old.table)
	defer w.moves.Store(&m)
	for ; i != end; i += step {
		class := int(m.class[text[i]])
		next := m.table[int(state)+class]
		if next == moveUnknown {
			to, verdict := w.move(w.states[int(state)/m.width-1], text[i])
			if next = verdict; next == moveUnknown {
				next = w.number(&m, to)
			}
			m.table[int(state)+class] = next
		}
		if next < verdicts || next&skipFlag != 0 {
			return next, i
		}
		state = next
	}
	return state, i
}

// begin returns the row of the state in which a walk from p begins.
func (m *moves) begin(text []byte, p int) uint16 {
	if !m.asks {
		return m.starts[0]
	}
	switch {
	case m.back && p == len(text) || !m.back && p == 0:
		return m.starts[kindEdge]
	case m.back:
		return m.starts[kindOf(text[p])]
	}
	return m.starts[kindOf(text[p-1])]
}

// ends reports whether the pattern has matched in a state in which the text ends.
func (w *walker) ends(state uint16) bool {
	w.lock.Lock()
	from := w.states[int(state)/w.moves.Load().width-1]
	w.lock.Unlock()
	_, ok := w.leave(from, kindEdge)
	return ok
}

// forward reports whether the pattern may match from text[p] on, and how many bytes it read
// to know.
func (w *walker) forward(text []byte, p int) (ok bool, read int) {
	m := w.known()
	end := min(len(text), p+maxWalk)
	state := m.begin(text, p)
	table, class := m.table, m.class
	for from, to := p, ahead(m.limit, p, end); ; from, to = to, further(text, from, to, end) {
		for i := from; i < to; i++ {
			next := table[int(state)+int(class[text[i]])]
			if next < verdicts || next >= skipFlag {
				if next == moveUnknown {
					next, i = w.learn(state, text, i, to)
					m = w.moves.Load()
					table = m.table
				}
				if next >= skipFlag {
					next, i = m.skip(next, text, i, to)
				}
				switch next {
				case moveDead, moveMatched:
					return next == moveMatched, i - p
				case moveLost:
					ok, read = w.automaton.forward(text, p)
					return ok, read + i - p
				}
			}
			state = next
		}
		switch {
		case to == end && end < len(text):
			return true, end - p
		case to == end:
			return w.ends(state), end - p
		case from == to:
			return false, to - p
		}
	}
}

// backward is forward in the other direction: it reads text[p-1] first. The automaton
// is that of the reversed pattern.
func (w *walker) backward(text []byte, p int) (ok bool, read int) {
	m := w.known()
	end := max(0, p-maxWalk)
	state := m.begin(text, p)
	table, class := m.table, m.class
	for from, to := p, behind(m.limit, p, end); ; from, to = to, closer(text, from, to, end) {
		for i := from - 1; i >= to; i-- {
			next := table[int(state)+int(class[text[i]])]
			if next < verdicts {
				if next == moveUnknown {
					next, i = w.learn(state, text, i, to-1)
					table = w.moves.Load().table
				}
				switch next {
				case moveDead, moveMatched:
					return next == moveMatched, p - i
				case moveLost:
					ok, read = w.automaton.backward(text, p)
					return ok, read + p - i
				}
			}
			state = next
		}
		switch {
		case to == end && end > 0:
			return true, p - end
		case to == end:
			return w.ends(state), p - end
		case from == to:
			return false, p - to
		}
	}
}
