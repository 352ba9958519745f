package match

// required is a run of bytes that an automaton knows to be shorter than the pattern asks for, because it was too
// big: names of secrets are often followed by something, and seldom by as many characters as a secret has.
type required struct {
	set   byteSet
	least int // length of the run
	reach int // the run ends at most so far from where a walk begins
}

// leastRequired is the shortest run that is looked for: one that is a few bytes longer than what the automaton
// has asked for tells little.
const leastRequired = 12

// requiredRun returns the longest run of bytes of one set that the list asks for within a walk, of those of which the
// automaton knows less: exact says how many repeats of an element it counts. It returns nil if there is none.
func requiredRun(list []*node, exact func(i int) int) (best *required) {
	before := 0 // of the element
	for i := 0; i < len(list); {
		set, least, loose, width := list[i].bytes(), 0, false, 0
		j := i
		for ; j < len(list); j++ {
			n := list[j]
			one, times := n, 1
			if n.kind == kindRepeat {
				one, times = n.sub[0], n.min
			}
			if one.kind != kindSet || one.set != set {
				break
			}
			least, loose = least+times, loose || times > exact(j)
			_, most := n.widths()
			width = addWidth(width, most)
		}
		if j == i {
			j++
			_, width = list[i].widths()
		}
		if loose && least >= leastRequired && before+least <= maxWalk && (best == nil || least > best.least) {
			best = &required{set: set, least: least, reach: before + least}
		}
		if before = addWidth(before, width); before == noLimit {
			break
		}
		i = j
	}
	return best
}

// ahead reports whether the run stands behind p, and how many bytes it read to know.
func (r *required) ahead(text []byte, p int) (ok bool, read int) {
	end := min(len(text), p+r.reach)
	for from := p; from+r.least <= end; {
		// From its last byte back: the next can only begin behind a byte that is none of it.
		i := from + r.least - 1
		for i >= from && r.set.has(text[i]) {
			i--
		}
		if read += from + r.least - i; i < from {
			return true, read
		}
		from = i + 1
	}
	return false, read
}

// behind is ahead in the other direction: the run stands before p.
func (r *required) behind(text []byte, p int) (ok bool, read int) {
	end := max(0, p-r.reach)
	for to := p; to-r.least >= end; {
		i := to - r.least
		for i < to && r.set.has(text[i]) {
			i++
		}
		if read += i - (to - r.least) + 1; i == to {
			return true, read
		}
		to = i
	}
	return false, read
}

// may is forward or backward, and the run that the automaton knows too little of.
func (w *walker) may(text []byte, p int) (ok bool, read int) {
	if w.back {
		ok, read = w.backward(text, p)
	} else {
		ok, read = w.forward(text, p)
	}
	if !ok || w.run == nil {
		return ok, read
	}
	more := 0
	if w.back {
		ok, more = w.run.behind(text, p)
	} else {
		ok, more = w.run.ahead(text, p)
	}
	return ok, read + more
}
