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
	reader  reader
	chains  [][streams]chain // by index
	hashes  []uint64
	hits    []hit
	touched byte // see table.touch
}

// hit is a gram that an index has.
type hit struct {
	gram int // its index among those of the batch
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
		m = &matching{chains: make([][streams]chain, len(d.indexes))}
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
		for k := range m.chains {
			m.chains[k] = [streams]chain{}
		}
		report := func(f scanner.Finding) {
			f.Text = i
			found = append(found, f)
		}
		err := m.reader.read(ctx, text.Bytes, d.want, func(s stream, grams []gram) {
			for k, ix := range d.indexes {
				m.match(ix, s, grams, &m.chains[k][s], text.Bytes, report)
			}
		})
		if err != nil {
			return nil, err
		}
		for k, ix := range d.indexes {
			for s := range streams {
				m.chains[k][s].end(ix, s, text.Bytes, report)
			}
		}
	}
	d.scratch.Put(m)
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

// match looks up the next grams of a text.
func (m *matching) match(ix *Index, s stream, grams []gram, c *chain, text []byte, report func(scanner.Finding)) {
	t := &ix.tables[s]
	if t.count == 0 {
		return
	}
	if !c.open(s) && !m.probe(ix, s, grams) {
		c.base += len(grams)
		return
	}
	m.hashes = m.hashes[:0]
	for i := range grams {
		m.hashes = append(m.hashes, ix.secrets.hash(s, grams[i].hash))
	}
	m.touched += t.touch(m.hashes)
	m.hits = m.hits[:0]
	for i, h := range m.hashes {
		if at, ok := t.find(h); ok {
			m.hits = append(m.hits, hit{i, at})
		}
	}
	for _, h := range m.hits {
		n := c.base + h.gram
		if c.hits > 0 && n-c.latest > evidences[s].gap+1 {
			c.end(ix, s, text, report)
		}
		c.add(&grams[h.gram], n, h.at)
	}
	c.base += len(grams)
}

// probeWindow is of how many neighbouring grams one is looked up first.
const probeWindow = 4

// probe reports whether the index has any of the grams that are the least of
// some neighbours: where there is nothing to be found, as nearly everywhere,
// three of five lookups are saved. Four hits in a row are never missed.
func (m *matching) probe(ix *Index, s stream, grams []gram) bool {
	m.hashes = m.hashes[:0]
	last := -1
	for i := probeWindow - 1; i < len(grams); i++ {
		least, v := i, grams[i].hash*mix1
		for k := i - 1; k > i-probeWindow; k-- {
			if x := grams[k].hash * mix1; x < v {
				least, v = k, x
			}
		}
		if least != last {
			last = least
			m.hashes = append(m.hashes, ix.secrets.hash(s, grams[least].hash))
		}
	}
	if len(grams) < probeWindow {
		for i := range grams {
			m.hashes = append(m.hashes, ix.secrets.hash(s, grams[i].hash))
		}
	}
	t := &ix.tables[s]
	m.touched += t.touch(m.hashes)
	for _, h := range m.hashes {
		if _, ok := t.find(h); ok {
			return true
		}
	}
	return false
}

// What makes up for what is common to much code: a few short words that stand
// everywhere are no evidence, however often they stand in a row.
const (
	manyHits = 8  // different fingerprints that need not stand on several lines
	maxSpans = 32 // hits whose words are counted
	leastSum = 40 // bytes of different words, and fiveEach for each different fingerprint
	fiveEach = 5
)

// maxOrigins is how many hits of a chain are asked where they come from.
const maxOrigins = 4096

// chain is a run of hits that hang together.
type chain struct {
	base    int // grams of the text so far
	latest  int // the last hit, counted in grams
	hits    int
	first   int32 // where the first hit begins
	last    int32 // where the last token of the last one begins
	seen    [manyHits]uint64
	unlike  int // different fingerprints, as far as seen reaches
	origins []int
	spans   [maxSpans]scanner.Span // of the first hits: from their first to their last word
}

// open reports whether the next gram may belong to the chain.
func (c *chain) open(s stream) bool {
	return c.hits > 0 && c.base-c.latest <= evidences[s].gap+1
}

// add appends a hit: a line repeated a hundred times is one line.
func (c *chain) add(g *gram, n, at int) {
	if c.hits == 0 {
		c.first = g.first
	}
	c.hits++
	c.latest, c.last = n, max(c.last, g.last)
	if c.unlike < len(c.seen) && !slices.Contains(c.seen[:c.unlike], g.hash) {
		c.seen[c.unlike] = g.hash
		c.unlike++
	}
	if c.hits <= maxSpans {
		c.spans[c.hits-1] = scanner.Span{Start: int(g.first), End: int(g.last)}
	}
	if len(c.origins) < maxOrigins {
		c.origins = append(c.origins, at)
	}
}

// end reports the chain if it is evidence enough, and begins another.
func (c *chain) end(ix *Index, s stream, text []byte, report func(scanner.Finding)) {
	if e := &evidences[s]; c.unlike >= e.low && c.enough(s, text) {
		span := wholeLines(text, int(c.first), int(c.last))
		if s != abstract { // whose windows are wide, and which only reports
			span = withEdges(text, span, shapes[s].window-1)
		}
		f := scanner.Finding{
			Rule:       e.rule,
			Kind:       scanner.KindPrivate,
			Span:       span,
			Confidence: e.confidence,
			Detail:     ix.name,
			Lines:      1 + bytes.Count(text[span.Start:span.End], []byte{'\n'}),
		}
		if c.unlike < e.sure {
			f.Confidence = scanner.Low
		}
		if name, from, to, ok := ix.origin(s, c.origins); ok {
			f.Detail = fmt.Sprintf("%s %s:%d-%d", ix.name, name, from, to)
		}
		report(f)
	}
	*c = chain{base: c.base, origins: c.origins[:0]}
}

// enough reports whether what was hit says whose it is. Lines count in code
// only: a sentence may be one line.
func (c *chain) enough(s stream, text []byte) bool {
	if s != prose && c.unlike < manyHits && bytes.Count(text[c.first:c.last], []byte{'\n'}) < 1 {
		return false
	}
	if s == abstract { // where words do not count
		return true
	}
	sum := fiveEach * c.unlike
	var words [leastSum]uint64 // more than it takes
	n, end := 0, 0
	for _, span := range c.spans[:min(c.hits, maxSpans)] {
		for i := max(end, span.Start); i < len(text) && (i <= span.End || class[text[i]] == word); i++ {
			begin, h := i, uint64(0)
			for ; i < len(text) && class[text[i]] == word; i++ {
				h = (h ^ uint64(text[i]|0x20)) * mix1
			}
			if end = i; i == begin || slices.Contains(words[:n], h) {
				continue
			}
			words[n] = h
			n++
			if sum += i - begin; sum >= leastSum || n == len(words) {
				return true
			}
		}
	}
	return false
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
// there are fewer words than a window has.
func withEdges(text []byte, span scanner.Span, words int) scanner.Span {
	for left := words; span.Start > 0; {
		line := text[:span.Start-1]
		line = line[bytes.LastIndexByte(line, '\n')+1:]
		n := countWords(line, left)
		if n > left || isFence(line) {
			break
		}
		left -= n
		span.Start -= len(line) + 1
	}
	for left := words; span.End < len(text); {
		next := span.End + bytes.IndexByte(text[span.End:], '\n') + 1
		if next == span.End {
			break // unreachable: a span ends where a line does
		}
		line := text[next:]
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
		}
		n := countWords(line, left)
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

// countWords counts the words of a line, up to one more than a limit.
func countWords(line []byte, limit int) int {
	n := 0
	for i := 0; i < len(line) && n <= limit; i++ {
		if class[line[i]] == word && (i == 0 || class[line[i-1]] != word) {
			n++
		}
	}
	return n
}

// origin returns the file that most answers of a table stand for, and its first
// and last line among them.
func (ix *Index) origin(s stream, answers []int) (name string, from, to uint32, ok bool) {
	votes := make(map[uint32]int)
	best := uint32(0)
	for _, at := range answers {
		if file, _, ok := ix.place(s, at); ok {
			if votes[file]++; votes[file] > votes[best] {
				best = file
			}
		}
	}
	if votes[best] == 0 {
		return "", 0, 0, false
	}
	for _, at := range answers {
		if file, line, ok := ix.place(s, at); ok && file == best {
			if from == 0 || line < from {
				from = line
			}
			to = max(to, line)
		}
	}
	return ix.names[best], from, to, true
}
