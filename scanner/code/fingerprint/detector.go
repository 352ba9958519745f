package fingerprint

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
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
	reader reader
	chains [][streams]chain // by index
	hashes []uint64
	likely []int32 // of hashes, see table.likely
	found  []int   // tokens of the probes that an index has
	winnow winnower
	grams  []gram
	hits   []hit
}

// hit is a gram that an index has.
type hit struct {
	gram
	first int32 // where its first token begins
	last  int32 // where its last one does
	at    int   // the table's answer
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
		err := m.reader.probe(ctx, text.Bytes, d.want, func(s stream, probes []gram, b *batch) {
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
func (m *matching) match(ix *Index, s stream, probes []gram, b *batch, c *chain, text []byte, report func(scanner.Finding)) {
	t := &ix.tables[s]
	if t.count == 0 {
		return
	}
	look := func(from, to int) {
		m.lookUp(ix, s, b, c, from, to)
		for _, h := range m.hits {
			if c.hits > 0 && h.token-c.latest > evidences[s].gap {
				c.end(ix, s, text, report)
			}
			c.add(&h, t.document(h.at))
		}
	}
	if c.until > c.done {
		look(c.done, c.until)
	}
	m.hashes, m.found = m.hashes[:0], m.found[:0]
	for i := range probes {
		m.hashes = append(m.hashes, probes[i].hash)
	}
	ix.secrets.hashAll(s, m.hashes)
	m.likely = t.likely(m.hashes, m.likely[:0])
	for _, i := range m.likely {
		if _, ok := t.find(m.hashes[i]); ok {
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
func (m *matching) lookUp(ix *Index, s stream, b *batch, c *chain, from, to int) {
	shape := &shapes[s]
	from = max(from, c.done)
	begin := max(from-shape.window, b.before)
	end := min(to+shape.length+shape.window, b.before+len(b.tokens))
	m.hits, m.hashes = m.hits[:0], m.hashes[:0]
	if begin >= end {
		return
	}
	m.winnow.begin(shape.length, shape.window)
	m.grams = m.winnow.add(&batch{tokens: b.tokens[begin-b.before : end-b.before], before: begin}, m.grams[:0])
	t := &ix.tables[s]
	for i := range m.grams {
		m.hashes = append(m.hashes, m.grams[i].hash)
	}
	ix.secrets.hashAll(s, m.hashes)
	m.likely = t.likely(m.hashes, m.likely[:0])
	for _, i := range m.likely {
		g := m.grams[i]
		if g.token < c.done {
			continue
		}
		if at, ok := t.find(m.hashes[i]); ok {
			tokens := b.of(g, shape.length)
			m.hits = append(m.hits, hit{g, tokens[0].at, tokens[len(tokens)-1].at, at})
		}
	}
	if n := len(m.grams); n > 0 {
		c.done = max(c.done, m.grams[n-1].token+1)
	}
}
