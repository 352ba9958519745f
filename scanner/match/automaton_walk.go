package match

// maxWalk is after how many bytes a walk gives up and lets the
// place through.
const maxWalk = 512

// forward reports whether the pattern may match from text[p] on, and how many bytes it read
// to know.
func (a *automaton) forward(text []byte, p int) (ok bool, read int) {
	s, ok := a.start(text, p)
	if ok {
		return true, 0
	}
	end := min(len(text), p+maxWalk)
	for from, to := p, ahead(a.limit, p, end); ; from, to = to, further(text, from, to, end) {
		for i := from; i < to; i++ {
			if s &= a.readers(text[i]); s == 0 {
				return false, i - p
			}
			if s, ok = a.next(text, s, i+1); ok {
				return true, i - p
			}
		}
		if to == end {
			return end != len(text), end - p
		}
		if from == to {
			return false, to - p
		}
	}
}

// ahead returns where a walk from p to at most end is looked at whether it has read more
// runes than the limit.
func ahead(limit, p, end int) int {
	if limit == noLimit {
		return end
	}
	return min(end, p+limit+1)
}

// further returns up to where a walk that has read text[from:to] without a verdict goes on: as many bytes more
// as were none that a rune begins with.
func further(text []byte, from, to, end int) int {
	return min(to+insideRunes(text[from:to]), end)
}

// insideRunes returns how many bytes are none that a rune begins with.
func insideRunes(text []byte) (n int) {
	for _, c := range text {
		if c&0xC0 == 0x80 {
			n++
		}
	}
	return n
}

// backward is forward in the other direction: it reads text[p-1] first. The
// automaton is that of the reversed pattern.
func (a *automaton) backward(text []byte, p int) (ok bool, read int) {
	s, ok := a.start(text, p)
	if ok {
		return true, 0
	}
	end := max(0, p-maxWalk)
	for from, to := p, behind(a.limit, p, end); ; from, to = to, closer(text, from, to, end) {
		for i := from - 1; i >= to; i-- {
			if s &= a.readers(text[i]); s == 0 {
				return false, p - i
			}
			if s, ok = a.next(text, s, i); ok {
				return true, p - i
			}
		}
		if to == end {
			return end != 0, p - end
		}
		if from == to {
			return false, p - to
		}
	}
}

// behind is ahead for a walk towards the beginning of the text.
func behind(limit, p, end int) int {
	if limit == noLimit {
		return end
	}
	return max(end, p-limit-1)
}

// closer is further for a walk towards the beginning of the text, over text[to:from].
func closer(text []byte, from, to, end int) int {
	return max(end, to-insideRunes(text[to:from]))
}

// search reports whether the pattern may match somewhere in text[from:to], seen
// with the whole text around it.
func (a *automaton) search(text []byte, from, to int) bool {
	var s uint64
	for i := from; i < to; i++ {
		first, ok := a.start(text, i)
		if ok {
			return true
		}
		if s = (s | first) & a.readers(text[i]); s == 0 {
			continue
		}
		if s, ok = a.next(text, s, i+1); ok {
			return true
		}
	}
	return false
}

// start returns the states at place p of text, and whether that is enough.
func (a *automaton) start(text []byte, p int) (s uint64, ok bool) {
	if a.empty {
		return 0, true
	}
	s = a.first
	if len(a.conds) > 0 {
		here := assertionsAt(text, p)
		for i := range a.conds {
			if c := &a.conds[i]; c.need&^here == 0 {
				if c.atStart {
					return 0, true
				}
				s |= c.first
			}
		}
	}
	return s, false
}

// next moves states s, which have read a byte, over place p, and
// reports whether the pattern has matched there.
func (a *automaton) next(text []byte, s uint64, p int) (t uint64, ok bool) {
	if s&a.accept != 0 {
		return 0, true
	}
	t = a.step(s)
	if len(a.conds) > 0 {
		here := assertionsAt(text, p)
		for i := range a.conds {
			c := &a.conds[i]
			if c.need&^here != 0 {
				continue
			}
			if s&c.accept != 0 {
				return 0, true
			}
			t |= c.step(s)
		}
	}
	return t, false
}
