package match

import (
	"fmt"
	"strconv"
)

// Cost says what a pattern asks of a scan, for people who write patterns.
type Cost struct {
	Anchors   []string // what the filter looks for, one class of bytes after the other; none if it has nothing to look for
	Literal   bool     // every anchor begins with at least three bytes that are known but for their case
	WholeText bool     // no anchor: RE2 reads every text
	Unbounded bool     // a match has no greatest length
	MaxBytes  int      // greatest length of a match in bytes; -1 if it has none
	Rate      float64  // estimated anchors per byte of ordinary text
}

// Cost returns what pattern i costs. It is worked out anew each time: nobody who scans texts asks.
func (s *Set) Cost(i int) Cost {
	root := builder{plain: true}.build(s.tree(i))
	return newCost(root, newChooser().anchorsOf(root, s.patterns[i].Literals, ""))
}

func newCost(root *node, anchors []anchor) Cost {
	_, widest := root.widths()
	c := Cost{
		Literal:   len(anchors) > 0,
		WholeText: len(anchors) == 0,
		Unbounded: widest == noLimit,
		MaxBytes:  widest,
	}
	r := newOrdinaryRater()
	for i := range anchors {
		a := &anchors[i]
		if a.length > 0 {
			c.Rate += a.rate
		} else {
			c.Rate += r.rate(&a.seq, anchorLen)
		}
		c.Literal = c.Literal && a.literal()
		c.Anchors = append(c.Anchors, a.String())
	}
	return c
}

// literal reports whether the first bytes are known, but for case and its folds
// beyond ASCII.
func (a *anchor) literal() bool {
	if a.length > 0 {
		return false
	}
	for k := range 3 {
		s := a.seq[a.ahead+k]
		s[2], s[3] = 0, 0
		if s.size() > 2 {
			return false
		}
	}
	return true
}

// String shows an anchor; a run by the size of its set and its length.
func (a *anchor) String() string {
	if a.length > 0 {
		return fmt.Sprintf("{%d}x%d", a.set.size(), a.length)
	}
	return a.seq.String()
}

// String shows a sequence: single bytes as they are, small sets in
// brackets, others by their size, any byte as a dot.
func (s *sequence) String() string {
	var out []byte
	end := len(s)
	for end > 0 && s[end-1] == anyByte {
		end--
	}
	for _, set := range s[:end] {
		n := set.size()
		switch {
		case n == 256:
			out = append(out, '.')
			continue
		case n > 4:
			out = fmt.Appendf(out, "{%d}", n)
			continue
		case n > 1:
			out = append(out, '[')
		}
		for b := range 256 {
			if set.has(byte(b)) {
				out = append(out, printable(byte(b))...)
			}
		}
		if n > 1 {
			out = append(out, ']')
		}
	}
	return string(out)
}

func printable(b byte) string {
	if b < 0x80 && strconv.IsPrint(rune(b)) {
		return string(rune(b))
	}
	return fmt.Sprintf("\\x%02x", b)
}

// Stats counts the work of FindStats.
type Stats struct {
	Bytes      int64 // text read
	Candidates int64 // places that the first step let through
	Anchors    int64 // anchors found
	Walked     int64 // bytes read around anchors, for all patterns together
	Windows    int64 // anchors around which the pattern could match
	Exact      int64 // windows looked at without RE2, and matches found without any window
	ExactSteps int64 // steps of that
	Calls      int64 // calls of RE2
	CallBytes  int64 // bytes given to RE2
	WholeTexts int64 // of Calls, those over a whole text
}

func (s *Stats) add(t *Stats) {
	s.Bytes += t.Bytes
	s.Candidates += t.Candidates
	s.Anchors += t.Anchors
	s.Walked += t.Walked
	s.Windows += t.Windows
	s.Exact += t.Exact
	s.ExactSteps += t.ExactSteps
	s.Calls += t.Calls
	s.CallBytes += t.CallBytes
	s.WholeTexts += t.WholeTexts
}
