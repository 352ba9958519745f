package prompt

import (
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
)

// Result is what to do with a request, and what to send if it may leave.
// Places, Pointers and Spans run parallel to Verdict.Decisions.
type Result struct {
	Verdict scanner.Verdict
	// Places says where each decision's finding is, fit to be logged and
	// shown: a JSON Pointer in which every key that no provider's shape knows
	// is "*" (see SafePlace), or "path", "query/…" or "form/…".
	Places []string
	// Pointers are the same places with the real keys, except that a key which
	// itself holds a finding, or is very long, is "*". A client's own names
	// are in them: they are for the person who gave the body, not for a log.
	Pointers []string
	// Spans are the byte ranges of the decoded body that each finding covers;
	// more than one if a value was split over several strings. Ranges
	// of findings in the path or query are ranges of Request.Path.
	Spans [][]scanner.Span
	// Body is what to send: the very chunks that were written if nothing was
	// edited, else slices of them with the replacements between. (Of a body
	// in a great many tiny chunks, some are gathered; the bytes are the same.)
	Body [][]byte
	// Length is the sum of the lengths in Body, in bytes.
	Length int64
	// Edited reports whether Body differs from what came.
	Edited bool
	// DropContentEncoding is set if the edited body leaves uncompressed and
	// the content-encoding header must go.
	DropContentEncoding bool
	// Path is the new path and query if they were edited, else "".
	Path string
	// Texts and Bytes count what the detectors were given.
	Texts int
	Bytes int64
}

// result turns a verdict into edits and places.
func (in *Inspection) result(v scanner.Verdict) Result {
	m := in.mapDecisions(v.Decisions)
	edits := mergeEdits(m.edits[atBody])
	r := Result{Body: in.wire.chunks, Length: int64(in.wire.size), Texts: len(in.texts.owners), Bytes: in.texts.total}
	if len(edits) > 0 {
		if in.body == &in.wire || in.bodyWhole {
			r.Body = in.body.splice(edits)
			r.Edited = true
			r.DropContentEncoding = in.body != &in.wire
			r.Length = 0
			for _, c := range r.Body {
				r.Length += int64(len(c))
			}
		} else {
			// Only the beginning could be decompressed: what was found there
			// cannot be taken out, so it must not leave, whatever OnError says.
			v.Action = scanner.Block
		}
	}
	if edits := mergeEdits(m.edits[atPath]); len(edits) > 0 {
		r.Path = string(spliceBytes(in.path.bytes(0, in.path.size), edits))
	}
	blocked := v.Action == scanner.Block && (len(edits) > 0 && !r.Edited || v.Reason == scanner.ReasonTooManyFindings)
	kept := m.settle(v.Decisions)
	r.Verdict = scanner.Verdict{Reason: v.Reason}
	for _, i := range kept {
		d := v.Decisions[i]
		r.Verdict.Decisions = append(r.Verdict.Decisions, d)
		r.Verdict.Action = max(r.Verdict.Action, d.Action)
		pointer := m.pointer(m.owner[i])
		r.Pointers = append(r.Pointers, pointer)
		r.Places = append(r.Places, SafePlace(pointer))
		r.Spans = append(r.Spans, m.spans[i])
	}
	if v.Reason != "" {
		r.Verdict.Fail(in.policy, v.Reason)
	}
	if blocked {
		r.Verdict.Action = scanner.Block
	}
	return r
}

// mapping carries findings from the texts they were found in to the body.
type mapping struct {
	in     *Inspection
	own    map[int32][]edit // of what was found in a record's text itself, by record
	edits  map[int32][]edit // of what was found in texts nested in it, by record, or atBody and atPath
	marks  map[int32][]mark // likewise, of both
	levels [][]int32        // records with edits or marks, by how deep they are nested
	texts  map[int32][]byte // decoded texts of records, as far as they were needed

	spans   [][]scanner.Span // of each decision, in the body or path
	owner   []int32          // the record that names each decision's place
	derived []bool           // the decision was found in a derived text
	doubted []bool           // the decision is an artefact of a cut
	keys    map[name]bool    // keys and parameters' names that hold a finding

	pointers   int                      // bytes of pointers made
	containers map[int32]string         // pointers of nodes
	segments   map[int32][]scanner.Span // segments found in the texts themselves, by record
}

// name is an object's key or a parameter's name, by what holds it and where.
type name struct {
	parent int32
	at     uint32
}

// mark is a range that a decision covers.
type mark struct {
	scanner.Span
	decision int
}

func (in *Inspection) mapDecisions(decisions []scanner.Decision) *mapping {
	n := len(decisions)
	if n == 0 {
		return &mapping{in: in} // as for nearly every request: its maps are only read
	}
	m := &mapping{
		in: in, own: map[int32][]edit{}, edits: map[int32][]edit{}, marks: map[int32][]mark{}, texts: map[int32][]byte{},
		spans: make([][]scanner.Span, n), owner: make([]int32, n), derived: make([]bool, n), doubted: make([]bool, n),
		keys: map[name]bool{}, containers: map[int32]string{}, segments: map[int32][]scanner.Span{},
	}
	for _, d := range decisions {
		if index := in.texts.owners[d.Text]; isCode(d) && in.texts.records[index].codec != codecJoin {
			m.segments[index] = append(m.segments[index], d.Span)
		}
	}
	for i, d := range decisions {
		index := in.texts.owners[d.Text]
		r := in.texts.records[index]
		m.owner[i], m.derived[i] = index, r.derived
		if r.codec != codecJoin {
			if root := m.root(index); root.isName() {
				m.keys[name{root.parent, root.key}] = true
			}
			m.add(index, i, d, d.Span, placeholder(d))
			continue
		}
		j := &in.texts.joins[r.start]
		pieces := j.pieceSpans(d.Span, j.length())
		if isCode(d) && m.anySegment(pieces) {
			pieces = nil // the text's own segment has been decided about
		}
		m.doubted[i] = len(pieces) == 0
		for k, p := range pieces {
			with := placeholder(d)
			if k == 0 {
				m.owner[i] = p.record
			} else {
				with = "" // one placeholder stands for all pieces
			}
			m.add(p.record, i, d, p.span, with)
		}
	}
	for _, level := range slices.Backward(m.levels) { // lift adds to the level before
		for _, index := range level {
			m.lift(index)
		}
	}
	for _, marks := range [][]mark{m.marks[atBody], m.marks[atPath]} {
		slices.SortFunc(marks, byStart)
		for _, k := range marks {
			spans := &m.spans[k.decision]
			if last := len(*spans) - 1; last >= 0 && (*spans)[last].End >= k.Start {
				(*spans)[last].End = max((*spans)[last].End, k.End)
			} else {
				*spans = append(*spans, k.Span)
			}
		}
	}
	return m
}

// isCode reports whether a finding is a segment that looks like something, and
// not one that is known.
func isCode(d scanner.Decision) bool { return d.Lines > 0 && d.Kind != scanner.KindPrivate }

// anySegment reports whether a segment was found in any of the pieces by itself.
func (m *mapping) anySegment(pieces []pieceSpan) bool {
	for _, p := range pieces {
		for _, s := range m.segments[p.record] {
			if s.Overlaps(p.span) {
				return true
			}
		}
	}
	return false
}

func byStart(a, b mark) int { return a.Start - b.Start }

// add notes a finding's range in a record's text, and its edit if it has one.
func (m *mapping) add(index int32, decision int, d scanner.Decision, s scanner.Span, with string) {
	m.touch(index)
	m.marks[index] = append(m.marks[index], mark{s, decision})
	if d.Action < scanner.Tokenize {
		return
	}
	if d.Lines > 0 {
		// A segment's last line break stays, so that the placeholder is a line.
		text := m.text(index)
		for s.Len() > 1 && (text[s.End-1] == '\n' || text[s.End-1] == '\r') {
			s.End--
		}
	}
	e := edit{Span: s, rank: int(d.Action)}
	if with != "" {
		e.with = []byte(with)
	} else {
		e.rank = 0
	}
	m.own[index] = append(m.own[index], e)
}

// touch enters a record in its level.
func (m *mapping) touch(index int32) {
	if index < 0 || len(m.marks[index]) > 0 {
		return
	}
	level := 0
	for p := m.in.texts.records[index].parent; p >= 0; p = m.in.texts.records[p].parent {
		level++
	}
	for len(m.levels) <= level {
		m.levels = append(m.levels, nil)
	}
	m.levels[level] = append(m.levels[level], index)
}

// lift carries a record's marks and edits to its parent.
func (m *mapping) lift(index int32) {
	r := m.in.texts.records[index]
	raw := m.raw(r)
	marks, edits := m.marks[index], m.edits[index]
	if own := mergeEdits(m.own[index]); len(own) > 0 {
		edits = append(edits, fit(m.text(index), own)...)
	}
	edits = mergeEdits(edits)
	m.touch(r.parent)
	slices.SortFunc(marks, byStart)
	spans := make([]scanner.Span, len(marks))
	for i, k := range marks {
		spans[i] = k.Span
	}
	base := int(r.start)
	for i, s := range r.codec.outer(raw, spans) {
		m.marks[r.parent] = append(m.marks[r.parent],
			mark{scanner.Span{Start: base + s.Start, End: base + s.End}, marks[i].decision})
	}
	if len(edits) == 0 {
		return
	}
	if r.codec == codecBase64 {
		// The lowest rank: should a finding overlap the letters themselves,
		// its placeholder stays and not the rest of the file.
		m.edits[r.parent] = append(m.edits[r.parent], edit{
			Span: scanner.Span{Start: base, End: int(r.end)}, with: rewriteBase64(raw, edits), rank: -1,
		})
		return
	}
	spans = spans[:0]
	for _, e := range edits {
		spans = append(spans, e.Span)
	}
	for i, s := range r.codec.outer(raw, spans) {
		e := edits[i]
		e.Span = scanner.Span{Start: base + s.Start, End: base + s.End}
		if len(e.with) > 0 || r.codec == codecNumber {
			e.with = r.codec.encode(e.with)
		}
		m.edits[r.parent] = append(m.edits[r.parent], e)
	}
}

// raw returns the bytes that write a record's text.
func (m *mapping) raw(r record) []byte {
	switch r.parent {
	case atBody:
		return m.in.body.bytes(int(r.start), int(r.end))
	case atPath:
		return m.in.path.bytes(int(r.start), int(r.end))
	}
	return m.text(r.parent)[r.start:r.end]
}

// text returns a record's decoded text.
func (m *mapping) text(index int32) []byte {
	if text, ok := m.texts[index]; ok {
		return text
	}
	r := m.in.texts.records[index]
	text := r.codec.decode(nil, m.raw(r))
	m.texts[index] = text
	return text
}

// placeholder is what stands for a finding that was taken out. Identifiers of
// plugins' making are reduced to harmless characters.
func placeholder(d scanner.Decision) string {
	if d.Lines == 0 || d.Kind == scanner.KindPrivate { // whose detail names files
		return "[REDACTED:" + plainWord(d.Rule) + "]"
	}
	return segmentPlaceholder(d.Finding)
}

// settle drops the decisions that only repeat others: found again where texts
// were joined or decoded in another way. Of two findings of a rule, one inside
// the other, the wider stays, with the stricter action. It returns the indices
// of those that stay, in order.
func (m *mapping) settle(decisions []scanner.Decision) []int {
	type layer struct {
		rule    string
		segment bool
	}
	byLayer := map[layer][]int{}
	anyDerived := false
	for i, d := range decisions {
		if m.doubted[i] {
			continue
		}
		anyDerived = anyDerived || m.derived[i]
		l := layer{d.Rule, d.Lines > 0}
		byLayer[l] = append(byLayer[l], i)
	}
	drop := make([]bool, len(decisions))
	if anyDerived {
		for l, indices := range byLayer {
			m.dropRepeats(decisions, indices, l.segment, drop)
		}
	}
	var kept []int
	for i := range decisions {
		if !drop[i] && !m.doubted[i] {
			kept = append(kept, i)
		}
	}
	return kept
}

// dropRepeats settles the decisions of one rule.
func (m *mapping) dropRepeats(decisions []scanner.Decision, indices []int, segment bool, drop []bool) {
	start := func(i int) int { return m.spans[i][0].Start }
	end := func(i int) int { return m.spans[i][len(m.spans[i])-1].End }
	// In order of place, a derived finding after the one that it may repeat.
	slices.SortStableFunc(indices, func(a, b int) int {
		if start(a) != start(b) {
			return start(a) - start(b)
		}
		if end(a) != end(b) {
			return end(b) - end(a)
		}
		if m.derived[a] != m.derived[b] && m.derived[b] {
			return -1
		}
		return 0
	})
	last := -1 // of those that stay, the one that reaches furthest
	for _, i := range indices {
		if last >= 0 && start(i) < end(last) && m.samePlace(i, last) && (m.derived[i] || m.derived[last]) {
			inside := end(i) <= end(last)
			switch {
			case inside && m.derived[i] || inside && !segment, segment && m.derived[i]:
				drop[i] = true
				m.raise(decisions, last, i)
				continue
			case segment && m.derived[last]:
				drop[last] = true
				m.raise(decisions, i, last)
			}
		}
		if last < 0 || drop[last] || end(i) > end(last) {
			last = i
		}
	}
}

// samePlace reports whether both findings are in the body, or both in the path.
func (m *mapping) samePlace(a, b int) bool {
	return (m.root(m.owner[a]).parent == atPath) == (m.root(m.owner[b]).parent == atPath)
}

// raise lets the decision that stays take over a stricter action.
func (m *mapping) raise(decisions []scanner.Decision, stays, goes int) {
	if decisions[goes].Action > decisions[stays].Action {
		decisions[stays].Action = decisions[goes].Action
		decisions[stays].Confidence = decisions[goes].Confidence
	}
}

// root returns the record that a record is nested in, or itself.
func (m *mapping) root(index int32) record {
	r := m.in.texts.records[index]
	for r.parent >= 0 {
		r = m.in.texts.records[r.parent]
	}
	return r
}
