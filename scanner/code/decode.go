package code

import "github.com/sluice-dlp/sluice/scanner/code/internal/lines"

// The decoder's costs and the evidence beside the model's, in log-odds; they
// were chosen on the tuning sources (see corpora_test.go).
const (
	clampHigh   = 6.0 // no single line says more than this
	clampLow    = 5.0
	switchLine  = 4.0  // between two adjoining lines
	switchBlank = 1.5  // next to a blank line
	switchFence = 0.0  // next to a fence
	switchApart = 0.25 // next to a line that is set apart, see apart

	inCodeFence  = 2.5  // per line within ```go
	inPlainFence = 0.7  // per line within ```
	inDataFence  = -3.0 // per line within ```json
	asDiff       = 4.0
	asTrace      = 1.5
	asLog        = -4.0
	asData       = -1.0
	asEncoded    = -0.1 // whatever the model makes of its letters; within a program it is the program's
)

// emission is the evidence of a line in its place; before are the lines read
// so far.
func emission(l *line, inDiff bool, before []line) float32 {
	switch l.kind {
	case lines.Blank, lines.Fence:
		return 0
	}
	if inDiff {
		return asDiff
	}
	if l.kind == lines.Encoded {
		return asEncoded
	}
	e := l.emit
	switch l.kind {
	case lines.Trace:
		e += asTrace
	case lines.Log:
		e += asLog
	case lines.JSON:
		e += asData
	case lines.Row:
		e += asData
		if n := len(before); n > 0 && before[n-1].kind == lines.Row && before[n-1].separators == l.separators {
			e += asData
		}
	}
	switch l.tag {
	case tagCode:
		e += inCodeFence
	case tagPlain:
		e += inPlainFence
	case tagData:
		e += inDataFence
	}
	return max(-clampLow, min(clampHigh, e))
}

// setApart marks the lines at which a text is likely to change from what its
// writer says to what he pasted, or back, without a blank line: the first and the
// last, and sentences. They must say something against code themselves.
func (r *reading) setApart(text []byte) {
	first, last := 0, len(r.lines)-1
	for first < last && r.lines[first].kind == lines.Blank {
		first++
	}
	for last > first && r.lines[last].kind == lines.Blank {
		last--
	}
	for i := first; i <= last; i++ {
		l := &r.lines[i]
		if l.emit >= 0 || l.tag != tagNone || (i == first || r.lines[i-1].emit <= 0) && (i == last || r.lines[i+1].emit <= 0) {
			continue // as most lines: there is no code next to it
		}
		body := text[l.start:l.end]
		if c := body[0]; !isLetter(c) && c < 0x80 {
			continue
		}
		l.apart = i == first || i == last || isSentence(body)
	}
}

// decode marks the lines of the most likely course of states (Viterbi). State
// 0 is other, state 1 is code.
func (r *reading) decode() {
	other, code := float32(0), float32(-switchBlank)
	previous := lines.Blank
	for i := range r.lines {
		l := &r.lines[i]
		cost := float32(switchLine)
		switch {
		case l.kind == lines.Fence || previous == lines.Fence:
			cost = switchFence
		case l.apart || i > 0 && r.lines[i-1].apart:
			cost = switchApart
		case l.kind == lines.Blank || previous == lines.Blank:
			cost = switchBlank
		}
		previous = l.kind
		toOther, toCode, from := other, code, byte(0b10)
		if code-cost > other {
			toOther = code - cost
			from |= 0b01
		}
		if other-cost > code {
			toCode = other - cost
			from &^= 0b10
		}
		l.from = from
		other, code = toOther-l.emit/2, toCode+l.emit/2
		// Only the difference matters; a long text must not lose it to rounding.
		if i&1023 == 1023 {
			other, code = other-code, 0
		}
	}
	state := byte(0)
	if code > other {
		state = 1
	}
	for i := len(r.lines) - 1; i >= 0; i-- {
		l := &r.lines[i]
		l.code = state == 1
		state = l.from >> state & 1
	}
}
