package code

import (
	"bytes"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// What a segment needs to be believed, in log-odds. Chosen on the tuning
// sources, like the decoder's costs.
const (
	leastEvidence  = 1.5 // of all lines together, to be reported at all
	mediumEvidence = 6.0
	highEvidence   = 14.0
	// A segment of one or two lines needs more.
	shortLines    = 2
	shortEvidence = 8.0
	// A query of many clauses, or a command of many steps, needs less.
	queryEvidence = 5.0
	// manyStatements makes a program of a single line.
	manyStatements = 4
)

// segment is a run of code lines with what was counted in it.
type segment struct {
	first, last int     // lines, without blank ones at the ends
	solid       int     // lines that are not blank
	evidence    float32 // of all of them
	statements  int
	fenced      bool // by a tag that names a language
	kinds       [lines.Kinds]int
}

// segments appends a finding for each segment of text number index. A fence
// always ends a segment.
func (r *reading) segments(text []byte, index int, found []scanner.Finding) []scanner.Finding {
	for i := 0; i < len(r.lines); {
		l := &r.lines[i]
		if l.kind == lines.Fence {
			if r.fenceTag = nil; l.tag != tagNone {
				_, _, r.fenceTag = splitFence(text[l.start:l.end])
			}
		}
		if !l.code || l.kind == lines.Fence || l.kind == lines.Blank {
			i++
			continue
		}
		if r.lonely(i, 1) {
			i++
			continue
		}
		s := segment{first: i, fenced: l.tag == tagCode}
		for ; i < len(r.lines) && r.lines[i].code && r.lines[i].kind != lines.Fence; i++ {
			l := &r.lines[i]
			s.kinds[l.kind]++
			if l.kind == lines.Blank || i > s.first && r.lonely(i, -1) {
				continue
			}
			s.last = i
			s.solid++
			s.evidence += l.emit
			s.statements += int(l.statements)
		}
		if s.fenced && s.evidence < 2*highEvidence {
			r.settleShort(text, &s)
		}
		confidence, ok := s.confidence()
		if !ok {
			continue
		}
		if s.statements*(restAtMost+1) > s.solid {
			s.statements += r.passedStatements(text, &s)
		}
		span := scanner.Span{Start: r.lines[s.first].start, End: r.lines[s.last].end}
		class, detail, ok := r.classify(text[span.Start:span.End], &s, r.fenceTag)
		if !ok {
			continue
		}
		for k := s.first; k <= s.last; k++ {
			r.lines[k].taken = true
		}
		size := s.size(text[span.Start:span.End])
		if s.solid <= shortLines && s.evidence >= queryEvidence {
			n := 0
			switch class {
			case classSQL:
				n = clauses(text[span.Start:span.End])
			case classShell:
				n = steps(text[span.Start:span.End])
			}
			if n >= leastClauses {
				confidence, size = max(confidence, scanner.Medium), max(size, n)
			}
		}
		found = append(found, scanner.Finding{
			Rule:       ruleIDs[class],
			Kind:       scanner.KindCode,
			Text:       index,
			Span:       span,
			Confidence: confidence,
			Detail:     detail,
			Lines:      size,
		})
	}
	return found
}

// lonelyEvidence is what a line needs to be the first or the last of a segment
// when a blank line parts it from the rest.
const lonelyEvidence = 1.5

// lonely reports whether line i says little and is parted by a blank line from
// what comes next in the given direction, while nothing of its segment comes
// before.
func (r *reading) lonely(i, direction int) bool {
	if l := &r.lines[i]; l.emit >= lonelyEvidence || l.tag == tagCode {
		return false
	}
	in, out := i+direction, i-direction
	if out >= 0 && out < len(r.lines) && r.lines[out].code && r.lines[out].kind != lines.Fence {
		return false
	}
	return in >= 0 && in < len(r.lines) && r.lines[in].kind == lines.Blank
}

// size is the number of lines, or of statements where lines hold several: a
// program that was joined into one line is no smaller for it.
func (s *segment) size(text []byte) int {
	n := s.last - s.first + 1
	if s.statements > 2*n && commands(text) < s.statements/4 {
		return s.statements
	}
	return n
}

// passedStatements counts the statements in the lines that were passed over.
func (r *reading) passedStatements(text []byte, s *segment) (n int) {
	for i := s.first; i <= s.last && r.passed; i++ {
		if l := &r.lines[i]; l.skimmed && l.emit > 0 {
			n += lines.Statements(text[l.start:l.end])
		}
	}
	return n
}

// commands counts what begins a command of TeX, in which braces hold arguments
// and no statements: a backslash before a letter that is no line break or tab.
func commands(text []byte) (n int) {
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			return n
		}
		if c := text[i+1] | 0x20; c >= 'a' && c <= 'z' && c != 'n' && c != 'r' && c != 't' {
			n++
		}
		text = text[i+2:]
	}
}

// confidence says how sure a segment is code; ok is false if it is better
// taken for something else.
func (s *segment) confidence() (c scanner.Confidence, ok bool) {
	diff := s.kinds[lines.DiffHead] + s.kinds[lines.DiffHunk]
	inert := s.kinds[lines.Log] + s.kinds[lines.JSON] + s.kinds[lines.Row] + s.kinds[lines.Item] + s.kinds[lines.Encoded]
	switch {
	case diff*2 >= s.solid && diff >= 3:
		return scanner.High, true
	case s.evidence < leastEvidence:
		return 0, false
	case !s.fenced && inert*5 >= s.solid*4 && s.solid > 1:
		return 0, false
	case s.solid <= shortLines:
		if s.evidence >= shortEvidence || s.solid == 1 && s.statements >= manyStatements {
			return scanner.Medium, true
		}
		return scanner.Low, true
	case s.evidence >= highEvidence:
		return scanner.High, true
	case s.evidence >= mediumEvidence:
		return scanner.Medium, true
	}
	return scanner.Low, true
}
