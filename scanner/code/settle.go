package code

import "github.com/sluice-dlp/sluice/scanner/code/internal/lines"

// Two sorts of lines need not be read, since nothing that they could say would
// change where code begins and ends: prose beyond doubt far from any code
// (lines.Reader.Skim), and lines in the midst of code. The latter are passed over
// by their place: code has been read for a while, and at most restAtMost lines later
// another one is. Both are read after all where it turns out that it matters.

const (
	// deepEvidence is how much the lines before must have said for code, one
	// after another, before lines are passed over. A fence that names a language says as
	// much.
	deepEvidence = highEvidence
	// restAtMost is how many lines in a row are passed over. So many lines of prose
	// without a blank line next to them are taken for part of the program around
	// them, such as its comments.
	restAtMost = 4
	// asPassed is the evidence of a line that was passed over.
	asPassed = 3.0
	// leastDeep is what a line that is read must say for more to be passed over.
	leastDeep = 1.0
	// asDoubt is what one that says less takes from the evidence.
	asDoubt = 7.0
	// longestPassed is the length in bytes of a line that may hold more than a line
	// does.
	longestPassed = 160
)

// depth follows how deep in code the next line is.
type depth struct {
	evidence float32
	rest     int // how many lines may yet be passed over
}

// step takes a line that was read.
func (d *depth) step(l *line) {
	if l.hasForm() {
		*d = depth{} // the form of what follows counts, line by line
		return
	}
	if l.kind != lines.Plain || l.emit < leastDeep {
		d.evidence, d.rest = max(0, d.evidence-asDoubt), 0
		return
	}
	if d.evidence = min(d.evidence+l.emit, 2*deepEvidence); d.evidence >= deepEvidence {
		d.rest = restAtMost
	}
}

// hasForm reports whether a line is of a kind that seldom stands alone, and that does
// not occur within programs.
func (l *line) hasForm() bool {
	switch l.kind {
	case lines.Plain, lines.Blank, lines.JSON, lines.Row, lines.Item, lines.Directive:
		return false
	}
	return true
}

// mayPass reports whether the line from start to end, after which the next begins,
// looks as nothing special: it is not long, begins with blanks and opens no fence, or,
// if the line before was read, begins with a letter or ends a block; and another line
// follows that is not blank.
func (d *depth) mayPass(text []byte, start, end, after int) bool {
	if end-start > longestPassed || after == len(text) || text[after] == '\n' || text[after] == '\r' {
		return false
	}
	i := start
	for i < end && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	if i == start {
		return d.rest == restAtMost && (isLetter(text[i]) || text[i] == '}') && !lines.IsDiffHead(text[i:end])
	}
	return i < end && text[i] != '`' && text[i] != '~'
}

// farAway is how much lines on one side must say together for what lies beyond
// them to be of no account: more than a change of state and back costs.
const farAway = 2*switchLine + 2

// settle reads the lines that were not, and stand so near to those of the other
// side that it matters how much they say.
func (r *reading) settle(text []byte) {
	if r.passed {
		r.settlePassed(text)
	}
	if r.skimmed {
		r.settleSkimmed(text)
	}
}

// settleSkimmed reads skimmed prose near code.
func (r *reading) settleSkimmed(text []byte) {
	for i := range r.lines {
		if r.lines[i].emit <= 0 {
			continue
		}
		for _, step := range [...]int{-1, 1} {
			against := float32(0)
			for k := i + step; k >= 0 && k < len(r.lines) && against > -farAway; k += step {
				l := &r.lines[k]
				if l.kind == lines.Fence || l.emit > 0 {
					break
				}
				if l.skimmed {
					r.readLate(k, text[l.start:l.end])
				}
				against += l.emit
			}
		}
	}
}

// settlePassed reads lines that were passed over near what is no code. A line that
// proves to be none itself has its neighbours read, too.
func (r *reading) settlePassed(text []byte) {
	for i := range r.lines {
		if l := &r.lines[i]; l.emit >= 0 {
			if l.hasForm() {
				for k := i - 1; k >= 0 && r.lines[k].skimmed && r.lines[k].emit > 0; k-- {
					r.readLate(k, text[r.lines[k].start:r.lines[k].end])
				}
			}
			continue
		}
		for _, step := range [...]int{-1, 1} {
			for code, k := float32(0), i+step; k >= 0 && k < len(r.lines) && code < farAway; k += step {
				l := &r.lines[k]
				late := l.skimmed && l.emit > 0
				if late {
					r.readLate(k, text[l.start:l.end])
				}
				switch {
				case l.kind == lines.Fence || l.emit < 0 && (!late || step > 0):
					code = farAway // it has its turn, or had it
				case l.emit < 0:
					code = 0
				default:
					code += l.emit
				}
			}
		}
	}
}

// settleShort reads the lines of a segment that were passed over, for one so short that
// what they say decides how sure it is.
func (r *reading) settleShort(text []byte, s *segment) {
	for i := s.first; i <= s.last && r.passed; i++ {
		if l := &r.lines[i]; l.skimmed && l.emit > 0 {
			s.evidence -= l.emit
			r.readLate(i, text[l.start:l.end])
			s.evidence += l.emit
			s.statements += int(l.statements)
		}
	}
}

// readLate reads line number i, which was skimmed or passed over and whose bytes are
// body.
func (r *reading) readLate(i int, body []byte) {
	l := &r.lines[i]
	in := l.tag
	r.score(l, body)
	l.tag = in
	l.emit = emission(l, false, r.lines[:i])
}
