package fingerprint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/sluice-dlp/sluice/scanner"
)

// The rules that a Detector reports.
const (
	RuleCode    = "private-code"         // code of the index, as it stands there
	RuleSimilar = "private-code-similar" // code with other names, or without its comments
	RuleText    = "private-text"         // sentences of a document of the index
)

// Rules returns the ids of the rules that a Detector reports.
func Rules() []string { return []string{RuleCode, RuleSimilar, RuleText} }

// minText is the length in bytes below which a text is not looked at: it
// cannot hold three fingerprints.
const minText = 40

// maxKept bounds the fingerprints of working memory that a Detector keeps for
// reuse.
const maxKept = 1 << 16

// Detector is a scanner.Detector for what stands in indexes. It is immutable
// and safe for concurrent use.
type Detector struct {
	indexes []*Index
	want    [streams]bool
	scratch sync.Pool // of *matching
}

// New returns a Detector.
func New(indexes ...*Index) *Detector {
	d := &Detector{indexes: indexes}
	for _, ix := range indexes {
		for s := range streams {
			d.want[s] = d.want[s] || ix.tables[s].count > 0
		}
	}
	return d
}

// matching is the working memory of one call.
type matching struct {
	reader reader
	hits   []hit
}

// hit is a gram that an index has.
type hit struct {
	gram int // its index among the text's
	at   int // the table's answer
}

// Detect reports what the indexes have. Span covers whole lines and Lines is
// their number. Detail is the index and, if it keeps them, the file and its
// lines: "acme.idx billing:src/ledger.go:12-40".
func (d *Detector) Detect(ctx context.Context, texts []scanner.Text) (found []scanner.Finding, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(d.indexes) == 0 {
		return nil, nil
	}
	// A mapped file that somebody cut short faults when it is read.
	defer runtime.KeepAlive(d)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			if e, ok := p.(runtime.Error); ok {
				if _, ok := e.(interface{ Addr() uintptr }); ok {
					found, err = nil, errors.New("fingerprint: an index file was cut short while it was in use")
					return
				}
			}
			panic(p)
		}
	}()
	m, _ := d.scratch.Get().(*matching)
	if m == nil {
		m = &matching{}
	}
	for i := range texts {
		text := &texts[i]
		if len(text.Bytes) < minText {
			continue
		}
		switch text.Role {
		case scanner.RoleKey, scanner.RoleNumber, scanner.RoleURL:
			continue
		}
		if err := m.reader.read(ctx, text.Bytes, d.want); err != nil {
			return nil, err
		}
		for s := range streams {
			for _, ix := range d.indexes {
				found = m.match(ix, s, text.Bytes, i, found)
			}
		}
	}
	if cap(m.reader.grams[verbatim]) <= maxKept && cap(m.hits) <= maxKept {
		d.scratch.Put(m)
	}
	return found, nil
}

// evidence is how much it takes to say that a text has something of an index.
type evidence struct {
	rule       string
	low        int // different fingerprints for a finding at all
	sure       int // and for one that the rule's confidence belongs to
	gap        int // fingerprints in a row that may miss between two that do not
	confidence scanner.Confidence
}

var evidences = [streams]evidence{
	verbatim: {RuleCode, 3, 3, 4, scanner.High},
	abstract: {RuleSimilar, 3, 4, 3, scanner.Medium},
	prose:    {RuleText, 3, 3, 4, scanner.High},
}

// match looks up the grams of one stream in one index.
func (m *matching) match(ix *Index, s stream, text []byte, index int, found []scanner.Finding) []scanner.Finding {
	t := &ix.tables[s]
	if t.count == 0 {
		return found
	}
	grams := m.reader.grams[s]
	m.hits = m.hits[:0]
	for i := range grams {
		if at, ok := t.find(ix.secrets.hash(s, grams[i].hash)); ok {
			m.hits = append(m.hits, hit{i, at})
		}
	}
	e := &evidences[s]
	for rest := m.hits; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].gram-rest[n-1].gram <= e.gap+1 {
			n++
		}
		if k := different(grams, rest[:n], e.sure); k >= e.low {
			f := m.finding(ix, s, text, index, rest[:n])
			if k < e.sure {
				f.Confidence = scanner.Low
			}
			found = append(found, f)
		}
		rest = rest[n:]
	}
	return found
}

// different counts the different fingerprints among the hits, up to a limit: a
// line repeated a hundred times is one line.
func different(grams []gram, hits []hit, limit int) int {
	var seen [8]uint64
	n := 0
	for _, h := range hits {
		g := grams[h.gram].hash
		if slices.Contains(seen[:n], g) {
			continue
		}
		seen[n] = g
		if n++; n == limit {
			break
		}
	}
	return n
}

// finding makes a finding of hits that hang together.
func (m *matching) finding(ix *Index, s stream, text []byte, index int, hits []hit) scanner.Finding {
	grams := m.reader.grams[s]
	span := wholeLines(text, int(grams[hits[0].gram].first), int(grams[hits[len(hits)-1].gram].last))
	span = withEdges(text, span, shapes[s].window-1)
	f := scanner.Finding{
		Rule:       evidences[s].rule,
		Kind:       scanner.KindPrivate,
		Text:       index,
		Span:       span,
		Confidence: evidences[s].confidence,
		Detail:     ix.name,
		Lines:      1 + bytes.Count(text[span.Start:span.End], []byte{'\n'}),
	}
	if name, from, to, ok := ix.origin(s, hits); ok {
		f.Detail = fmt.Sprintf("%s %s:%d-%d", ix.name, name, from, to)
	}
	return f
}

// wholeLines widens a range to the lines that it touches.
func wholeLines(text []byte, start, end int) scanner.Span {
	start = bytes.LastIndexByte(text[:start], '\n') + 1
	if n := bytes.IndexByte(text[end:], '\n'); n >= 0 {
		end += n
	} else {
		end = len(text)
	}
	return scanner.Span{Start: start, End: end}
}

// withEdges adds the lines before and after the span that may have been copied
// along: between the edge of what was copied and the first fingerprint in it
// there are fewer tokens than a window has.
func withEdges(text []byte, span scanner.Span, tokens int) scanner.Span {
	for left := tokens; span.Start > 0; {
		line := text[:span.Start-1]
		line = line[bytes.LastIndexByte(line, '\n')+1:]
		n := countTokens(line, left)
		if n > left || isFence(line) {
			break
		}
		left -= n
		span.Start -= len(line) + 1
	}
	for left := tokens; span.End < len(text); {
		next := span.End + bytes.IndexByte(text[span.End:], '\n') + 1
		if next == span.End {
			break // unreachable: a span ends where a line does
		}
		line := text[next:]
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
		}
		n := countTokens(line, left)
		if n > left || isFence(line) {
			break
		}
		left -= n
		span.End = next + len(line)
	}
	return trimBlank(text, span)
}

// trimBlank drops blank lines at both ends of a span, and the carriage return
// at its end.
func trimBlank(text []byte, span scanner.Span) scanner.Span {
	for {
		n := bytes.IndexByte(text[span.Start:span.End], '\n')
		if n < 0 || len(bytes.TrimSpace(text[span.Start:span.Start+n])) > 0 {
			break
		}
		span.Start += n + 1
	}
	for span.End > span.Start && (text[span.End-1] == '\n' || text[span.End-1] == '\r' || text[span.End-1] == ' ' || text[span.End-1] == '\t') {
		span.End--
	}
	return span
}

func isFence(line []byte) bool {
	line = bytes.TrimLeft(line, " \t>")
	return bytes.HasPrefix(line, []byte("```")) || bytes.HasPrefix(line, []byte("~~~"))
}

// countTokens counts the tokens of a line, up to one more than a limit.
func countTokens(line []byte, limit int) int {
	n := 0
	for i := 0; i < len(line) && n <= limit; i++ {
		switch class[line[i]] {
		case mark:
			n++
		case word:
			if i == 0 || class[line[i-1]] != word {
				n++
			}
		}
	}
	return n
}

// origin returns the file that most hits come from, and its first and last line
// among them.
func (ix *Index) origin(s stream, hits []hit) (name string, from, to uint32, ok bool) {
	votes := make(map[uint32]int)
	best := uint32(0)
	for _, h := range hits {
		file, _, ok := ix.place(s, h.at)
		if !ok {
			continue
		}
		votes[file]++
		if votes[file] > votes[best] {
			best = file
		}
	}
	if len(votes) == 0 {
		return "", 0, 0, false
	}
	for _, h := range hits {
		if file, line, ok := ix.place(s, h.at); ok && file == best {
			if from == 0 || line < from {
				from = line
			}
			to = max(to, line)
		}
	}
	return ix.names[best], from, to, true
}
