package match

import "slices"

// extent is how far one part of a pattern can go through a text.
type extent struct {
	set   byteSet
	any   bool // set has every byte
	width int  // greatest number of bytes, or noLimit
	runes int  // greatest number of runes, or noLimit
}

// extents turns a list of elements into steps for reachAhead; neighbours
// that need not look at the text become one step.
func extents(list []*node) []extent {
	var room [16]extent // nearly always enough
	out := room[:0]
	for _, n := range list {
		lo, hi := n.widths()
		if hi == 0 {
			continue
		}
		e := extent{width: hi, runes: n.runes(), any: true}
		if lo != hi {
			e.set = n.bytes()
			e.any = e.set == anyByte
		}
		if e.any && e.width == noLimit {
			return []extent{e} // to the end of the text, wherever it begins
		}
		if last := len(out) - 1; e.any && last >= 0 && out[last].any {
			out[last].width += e.width
			out[last].runes = addWidth(out[last].runes, e.runes)
			continue
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil
	}
	return slices.Clone(out)
}

// widest returns the greatest number of bytes of all steps together, or noLimit.
func widest(steps []extent) int {
	w := 0
	for _, e := range steps {
		w = addWidth(w, e.width)
	}
	return w
}

// reachAhead returns a place that no match of the steps beginning at p goes
// beyond. A step that begins anywhere up to q and passes q has all bytes
// from q on in its set, so following the farthest place alone is
// enough.
func reachAhead(steps []extent, text []byte, p int) int {
	for i := range steps {
		e := &steps[i]
		stop := len(text)
		if e.width != noLimit {
			stop = min(stop, p+e.width)
		}
		switch few := e.runes != noLimit && e.runes < stop-p; {
		case few:
			for left := e.runes; p < stop && (e.any || e.set.has(text[p])); p++ {
				if text[p]&0xC0 == 0x80 {
					continue
				}
				if left--; left < 0 {
					break
				}
			}
		case e.any:
			p = stop
		default:
			for p < stop && e.set.has(text[p]) {
				p++
			}
		}
	}
	return p
}

// reachBack is reachAhead towards the beginning of the text, for steps in the
// order in which they are met on the way there.
func reachBack(steps []extent, text []byte, p int) int {
	for i := range steps {
		e := &steps[i]
		stop := 0
		if e.width != noLimit {
			stop = max(0, p-e.width)
		}
		switch few := e.runes != noLimit && e.runes < p-stop; {
		case few:
			for left := e.runes; p > stop && (e.any || e.set.has(text[p-1])); p-- {
				if text[p-1]&0xC0 == 0x80 {
					continue
				}
				if left--; left < 0 {
					break
				}
			}
		case e.any:
			p = stop
		default:
			for p > stop && e.set.has(text[p-1]) {
				p--
			}
		}
	}
	return p
}
