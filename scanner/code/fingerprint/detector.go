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
	found   []int // tokens of the probes that an index has
	winnow  winnower
	grams   []gram
	hits    []hit
	touched byte // see table.touch
}

// hit is a gram that an index has.
type hit struct {
	gram gram
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
		err := m.reader.probe(ctx, text.Bytes, d.want, func(s stream, probes []gram, b batch) {
			for k, ix := range d.indexes {
				m.match(ix, s, probes, b, &m.chains[k][s], text.Bytes, report)
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
	low        int // different fingerprints for a finding at all
	sure       int // and for one that the rule's confidence belongs to
	gap        int // tokens from the beginning of one to that of the next, at most
	confidence scanner.Confidence
}

var evidences = [streams]evidence{
	words:    {3, 3, 22, scanner.High},
	abstract: {3, 4, 18, scanner.Medium},
}

// near is how many tokens before and after a probe that an index has all of
// its neighbours are looked up.
const near = 40

// match looks up the probes of a batch of tokens, and where one is found all
// grams near it. Elsewhere, which is nearly everywhere, half of the lookups are
// saved. What has shapes.length+probe-1 tokens in a row in common with an index
// is never missed.
func (m *matching) match(ix *Index, s stream, probes []gram, b batch, c *chain, text []byte, report func(scanner.Finding)) {
	t := &ix.tables[s]
	if t.count == 0 {
		return
	}
	look := func(from, to int) {
		m.lookUp(ix, s, b, c, from, to)
		for _, h := range m.hits {
			if c.hits > 0 && h.gram.token-c.latest > evidences[s].gap {
				c.end(ix, s, text, report)
			}
			c.add(&h.gram, h.at, t.document(h.at))
		}
	}
	if c.until > c.done {
		look(c.done, c.until)
	}
	m.hashes, m.found = m.hashes[:0], m.found[:0]
	for i := range probes {
		m.hashes = append(m.hashes, ix.secrets.hash(s, probes[i].hash))
	}
	m.touched += t.touch(m.hashes)
	for i, h := range m.hashes {
		if _, ok := t.find(h); ok {
			m.found = append(m.found, probes[i].token)
		}
	}
	for i := 0; i < len(m.found); {
		from, to := m.found[i]-near, m.found[i]+near
		for i++; i < len(m.found) && m.found[i]-near <= to; i++ {
			to = m.found[i] + near
		}
		c.until = max(c.until, to)
		look(from, to)
	}
}

// lookUp finds the grams of a batch that an index has, from one token of the
// text to another and not again what the chain has seen.
func (m *matching) lookUp(ix *Index, s stream, b batch, c *chain, from, to int) {
	shape := &shapes[s]
	from = max(from, c.done)
	begin := max(from-shape.window, b.before)
	end := min(to+shape.length+shape.window, b.before+len(b.tokens))
	m.hits, m.hashes = m.hits[:0], m.hashes[:0]
	if begin >= end {
		return
	}
	m.winnow.begin(shape.length, shape.window)
	m.grams = m.winnow.add(b.tokens[begin-b.before:end-b.before], m.grams[:0])
	t := &ix.tables[s]
	for i := range m.grams {
		m.grams[i].token += begin
		m.hashes = append(m.hashes, ix.secrets.hash(s, m.grams[i].hash))
	}
	m.touched += t.touch(m.hashes)
	for i, h := range m.hashes {
		if m.grams[i].token < c.done {
			continue
		}
		if at, ok := t.find(h); ok {
			m.hits = append(m.hits, hit{m.grams[i], at})
		}
	}
	if n := len(m.grams); n > 0 {
		c.done = max(c.done, m.grams[n-1].token+1)
	}
}

// What makes up for what is common to much code: a few short words that stand
// everywhere are no evidence, however often they stand in a row.
const (
	manyHits = 8  // different fingerprints that need not stand on several lines
	maxSpans = 32 // hits whose words are counted
	leastSum = 40 // bytes of different words, and fiveEach for each different fingerprint
	fiveEach = 5
)

// What code must have to be said to be copied: what an interface or a framework
// asks for, such as the head of a method, is the same everywhere, and is dense
// and short; so is what lies here and there in code that is not copied. It is
// reported with low confidence. Two fingerprints are enough if they are on many
// lines, since accident does not find such lines.
const (
	fewLines    = 6
	manyTokens  = 32 // between the beginnings of the first and the last hit
	thin        = 4  // tokens for each hit
	sparseLines = 6
)

// manyMarks reports whether what was found in a document is code: sentences have
// fewer of these marks.
func manyMarks(text []byte) bool {
	n := 0
	for _, c := range text {
		switch c {
		case '(', '=', '_', '{', ';', '<', '"', '[':
			n++
		}
	}
	return n*30 >= len(text)
}

// maxOrigins is how many hits of a chain are asked where they come from.
const maxOrigins = 4096

// chain is a run of hits that hang together.
type chain struct {
	done      int // token of the text before which all is looked up that must be
	until     int // and the one up to which it is to be, in the next batch
	earliest  int // token of the first hit
	latest    int // and of the last one
	hits      int
	documents int   // hits that are of documents
	first     int32 // where the first hit begins
	last      int32 // where the last token of the last one begins
	seen      [manyHits]uint64
	unlike    int // different fingerprints, as far as seen reaches
	origins   []int
	spans     [maxSpans]scanner.Span // of the first hits: from their first to their last word
}

// add appends a hit: a line repeated a hundred times is one line.
func (c *chain) add(g *gram, at int, document bool) {
	if c.hits == 0 {
		c.first, c.earliest = g.first, g.token
	}
	c.hits++
	if document {
		c.documents++
	}
	c.latest, c.last = g.token, max(c.last, g.last)
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
	if e := &evidences[s]; (c.unlike >= e.low || c.sparse(s, text)) && c.enough(s, text) {
		span := wholeLines(text, int(c.first), int(c.last))
		if s != abstract { // whose windows are wide, and which only reports
			span = withEdges(text, span, shapes[s].window-1)
		}
		f := scanner.Finding{
			Rule:       c.rule(s),
			Kind:       scanner.KindPrivate,
			Span:       span,
			Confidence: e.confidence,
			Detail:     ix.name,
			Lines:      1 + bytes.Count(text[span.Start:span.End], []byte{'\n'}),
		}
		if c.unlike < e.sure && s == abstract || s == words && (f.Rule == RuleCode || manyMarks(text[span.Start:span.End])) && (f.Lines < fewLines && c.latest-c.earliest < manyTokens || c.hits*thin < c.latest-c.earliest) {
			f.Confidence = scanner.Low
		}
		if name, from, to, ok := ix.origin(s, c.origins); ok {
			f.Detail = fmt.Sprintf("%s %s:%d-%d", ix.name, name, from, to)
		}
		report(f)
	}
	*c = chain{done: c.done, until: c.until, origins: c.origins[:0]}
}

// sparse reports whether two fingerprints are as good as three, since nearly
// every line that they are on is one word: accident does not do that.
func (c *chain) sparse(s stream, text []byte) bool {
	return s == words && c.unlike == 2 && bytes.Count(text[c.first:c.last], []byte{'\n'}) >= sparseLines
}

// rule is what the chain is an instance of.
func (c *chain) rule(s stream) string {
	switch {
	case s == abstract:
		return RuleSimilar
	case 2*c.documents > c.hits:
		return RuleText
	}
	return RuleCode
}

// enough reports whether what was hit says whose it is. Lines count in code
// only: a sentence may be one line.
func (c *chain) enough(s stream, text []byte) bool {
	if c.rule(s) != RuleText && c.unlike < manyHits && bytes.Count(text[c.first:c.last], []byte{'\n'}) < 1 {
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
