package match

import "math/bits"

// skip is what a walk can do at once in a state: read as many bytes of a set as there are and stay there,
// or read a given number of them and go on elsewhere. Of a token most bytes are read so.
type skip struct {
	look *look
	n    int                    // zero if any number
	to   [len(kinds) - 1]uint16 // by the kind of the last byte if assertions are made, where that leads
}

const (
	// skipFlag is set in a move to a state with a skip. Rows begin below it.
	skipFlag = 1 << 15
	// minSkip is the number of bytes for which it pays, and minSkipSet that of a set of which there are likely to be many
	// in a row.
	minSkip, minSkipSet = 8, 26
)

// chains prepares the questions for chains of states.
func (w *walker) chains() {
	w.plain = w.down &^ (w.loop | w.from | w.accept)
	for i := range w.conds {
		c := &w.conds[i]
		w.plain &^= c.loop | c.down | c.from | c.accept
	}
	differ := uint64(0)
	for _, s := range w.sets {
		differ |= s ^ s<<1
	}
	w.same = ^differ
}

// chain returns how many states behind the one numbered k follow one after the other and nothing else does, all of which
// read the same bytes.
func (w *walker) chain(k int) (n int) {
	for k > 0 && w.plain>>k&1 != 0 && (n == 0 || w.same>>k&1 != 0) {
		k--
		n++
	}
	if n > 0 && w.accept>>k&1 != 0 {
		n-- // the verdict is given where it is reached
	}
	return n
}

// skipOf returns the skip of a state, or none. The lock must be held.
func (w *walker) skipOf(m *moves, s walkState) (out skip) {
	if bits.OnesCount64(s.set) == 1 {
		k := bits.TrailingZeros64(s.set)
		if n := w.chain(k); n >= minSkip {
			var set byteSet
			for c, class := range w.class {
				if w.sets[class]>>(k-1)&1 != 0 {
					set.add(byte(c))
				}
			}
			kinds := uint8(1)
			if m.asks {
				kinds = kindsOf(set)
			}
			for ; kinds != 0; kinds &= kinds - 1 {
				kind := uint8(bits.TrailingZeros8(kinds))
				if out.to[kind] = w.number(m, walkState{set: 1 << (k - n), kind: kind}); out.to[kind] == moveLost {
					return skip{}
				}
			}
			out.look, out.n = w.looks.of(set), n
			return out
		}
	}
	var set byteSet
	for class, c := range w.sample {
		if to, verdict := w.move(s, c); verdict == moveUnknown && to == s {
			for b, of := range m.class {
				if int(of) == class {
					set.add(byte(b))
				}
			}
		}
	}
	if set.size() >= minSkipSet {
		out.look = w.looks.of(set)
	}
	return out
}

// skip reads as much of text[i+1:end] as the state that next says can skip, and goes on where that leads. It returns the state or moveDead,
// and the last byte read.
func (m *moves) skip(next uint16, text []byte, i, end int) (state uint16, last int) {
	for next&skipFlag != 0 {
		next &^= skipFlag
		s := &m.skips[int(next)/m.width-1]
		switch {
		case s.n == 0:
			return next, i + s.look.countTo(text[i+1:end], end-i-1)
		case s.n > end-i-1:
			return next, i
		}
		k := s.look.countTo(text[i+1:], s.n)
		if i += k; k < s.n {
			return moveDead, i + 1
		}
		if next = s.to[0]; m.asks {
			next = s.to[kindOf(text[i])]
		}
	}
	return next, i
}
