package code

import (
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// Kinds of text that look like code and are none. A Detector reports them only
// if it is asked for them.
const (
	KindLog     scanner.Kind = "log"     // lines of a log: a time, a level or a place in a file, then a message
	KindData    scanner.Kind = "data"    // JSON, CSV, tables, rows of numbers, bytes written as text
	KindLicence scanner.Kind = "licence" // licence texts and notices
)

// Kinds returns the kinds that a Detector can find.
func Kinds() []scanner.Kind {
	return []scanner.Kind{scanner.KindCode, KindLog, KindData, KindLicence}
}

// other is a kind beside code.
type other struct {
	kind scanner.Kind
	rule string
	// gap is how many lines in a row may be of no kind within a segment: the
	// rest of a log's message, a line of a licence without a word of law.
	gap int
	// least is how many lines of the kind a segment needs, sure how many make
	// it certain.
	least, sure int
}

var others = [...]other{
	{KindLog, "log-lines", 3, 2, 3},
	{KindData, "data-lines", 1, 3, 6},
	{KindLicence, "licence-text", 4, 3, 8},
}

// longRecord is the length in bytes of a line of JSON that is data by itself.
const longRecord = 60

// others appends a finding for each segment of a wanted kind, in lines that are
// not part of one of code.
func (r *reading) others(text []byte, index int, wanted []scanner.Kind, found []scanner.Finding) []scanner.Finding {
	for k := range others {
		o := &others[k]
		if !slices.Contains(wanted, o.kind) {
			continue
		}
		for i := 0; i < len(r.lines); i++ {
			if r.lines[i].taken || !r.is(o, text, i) {
				continue
			}
			first, last, of := i, i, 1
			for j := i + 1; j < len(r.lines) && !r.lines[j].taken && j-last <= o.gap+1; j++ {
				switch {
				case r.is(o, text, j):
					last = j
					of++
				case r.lines[j].kind == lines.Fence:
					j = len(r.lines)
				}
			}
			i = last
			long := o.kind == KindData && r.lines[first].kind == lines.JSON && r.lines[first].end-r.lines[first].start >= longRecord
			if of < o.least && !long {
				continue
			}
			confidence := scanner.Medium
			if of >= o.sure {
				confidence = scanner.High
			}
			for j := first; j <= last; j++ {
				r.lines[j].taken = true
			}
			found = append(found, scanner.Finding{
				Rule:       o.rule,
				Kind:       o.kind,
				Text:       index,
				Span:       scanner.Span{Start: r.lines[first].start, End: r.lines[last].end},
				Confidence: confidence,
				Detail:     string(o.kind),
				Lines:      last - first + 1,
			})
		}
	}
	return found
}

// is reports whether line i is of a kind by itself.
func (r *reading) is(o *other, text []byte, i int) bool {
	l := &r.lines[i]
	switch o.kind {
	case KindLog:
		return l.kind == lines.Log
	case KindData:
		return l.kind == lines.JSON || l.kind == lines.Row || l.kind == lines.Encoded
	case KindLicence:
		return l.kind != lines.Blank && countLegal(text[l.start:l.end]) > 0
	}
	return false
}
