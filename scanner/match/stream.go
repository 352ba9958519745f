package match

import (
	"context"
	"errors"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// ErrStreamLimit is returned by Stream.Write when the text of one attempt to match is longer than
// the stream may hold: no answer could be right for sure, so none is given.
var ErrStreamLimit = errors.New("a possible match is longer than the stream may hold")

const (
	// nearBytes is how much of the text before a piece is read again with it, at most.
	nearBytes = 1 << 10
	// DefaultStreamLimit is the limit of a Stream that is begun with none, in bytes.
	DefaultStreamLimit = 1 << 20
)

// Streams makes Streams for one Set. It is safe for concurrent use.
type Streams struct {
	set   *Set
	plans []streamPlan
}

// streamPlan is what a stream has to know of one pattern.
type streamPlan struct {
	back []extent // of the whole pattern, from its end
	most int      // bytes of a match, or noLimit
	open bool     // attempts of it stay possible through any prose
	prog func() (*simProgram, error)
}

// NewStreams prepares a Set for text that comes in pieces. The error is a *PatternError.
func NewStreams(s *Set) (*Streams, error) {
	st := &Streams{set: s, plans: make([]streamPlan, len(s.patterns))}
	// A paragraph of no meaning, longer than what is read again.
	sample := []byte(strings.Repeat("It says, of 12 (or 13.5) old things: \"all's well\" - so be it; why/not?\n\tThe End.\n\n", 2*nearBytes/80))
	for i, p := range s.patterns {
		tree, err := syntax.Parse(p.Expr, syntax.Perl)
		if err != nil {
			return nil, &PatternError{Index: i, Err: err}
		}
		root := builder{}.build(tree)
		elements := flattened(nil, root)
		slices.Reverse(elements)
		plan := &st.plans[i]
		plan.back = extents(elements)
		_, plan.most = root.widths()
		plan.prog = sync.OnceValues(func() (*simProgram, error) { return newSimProgram(p.Expr) })
		plan.open = len(sample)-plan.earliest(sample, len(sample)) > nearBytes
	}
	return st, nil
}

// flattened appends the elements of a pattern, one after the other.
func flattened(list []*node, n *node) []*node {
	if n.kind != kindCat {
		return append(list, n)
	}
	for _, s := range n.sub {
		list = flattened(list, s)
	}
	return list
}

// earliest returns a place of text, at or before end, such that no attempt to match that
// begins before it depends on what comes after end.
func (p *streamPlan) earliest(text []byte, end int) int {
	at := reachBack(p.back, text, end)
	if p.most != noLimit {
		at = max(at, end-p.most)
	}
	for at > 0 && at < end && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// Stream finds in text that comes in pieces what Set.Find finds in the whole: the same
// matches with the same offsets, whatever the pieces. One goroutine at a time may use it.
//
// It holds the text from the beginning of the first attempt to match that could still go on, and
// reads at most a KB of it again with a piece. Where it would have to
// hold more than its limit it fails with ErrStreamLimit.
type Stream struct {
	streams *Streams
	limit   int
	buf     []byte // text from base on, whole runes
	base    int
	partial []byte // the beginning of a rune
	states  []streamState
	found   []Match
	err     error
}

// streamState is what a stream knows of one pattern.
type streamState struct {
	// settled is the place up to which all is decided: matches that begin
	// before it have been reported, and the search goes on from it.
	settled int
	sim     *simulation // not nil while the pattern is simulated
}

// Begin begins a stream that holds at most limit bytes of text, or DefaultStreamLimit if
// limit is 0, beside the piece that it is given.
func (st *Streams) Begin(limit int) *Stream {
	if limit <= 0 {
		limit = DefaultStreamLimit
	}
	return &Stream{streams: st, limit: limit, states: make([]streamState, len(st.plans))}
}

// Settled returns the place before which all matches are known: no match that
// is still to be reported begins before it.
func (s *Stream) Settled() int {
	at := s.end()
	for i := range s.states {
		at = min(at, s.states[i].settled)
	}
	return at
}

// Held returns how many bytes of text the stream holds.
func (s *Stream) Held() int { return len(s.buf) + len(s.partial) }

// end is the place after all text but a rune that is not complete.
func (s *Stream) end() int { return s.base + len(s.buf) }

// Write takes the next piece of text and appends to dst the matches that are certain now,
// ordered by pattern and then by place. The error is ErrInvalidUTF8, ErrStreamLimit or
// that of ctx; after one the stream is of no more use and returns it again.
func (s *Stream) Write(ctx context.Context, dst []Match, piece []byte) ([]Match, error) {
	if s.err != nil {
		return dst, s.err
	}
	s.partial = append(s.partial, piece...)
	whole := len(s.partial)
	for back := 1; back < utf8.UTFMax && back <= len(s.partial); back++ {
		if at := len(s.partial) - back; utf8.RuneStart(s.partial[at]) {
			if !utf8.FullRune(s.partial[at:]) {
				whole = at
			}
			break
		}
	}
	if !utf8.Valid(s.partial[:whole]) {
		s.err = ErrInvalidUTF8
		return dst, s.err
	}
	if whole == 0 {
		return dst, nil
	}
	s.buf = append(s.buf, s.partial[:whole]...)
	s.partial = append(s.partial[:0], s.partial[whole:]...)
	dst, s.err = s.advance(ctx, dst, false)
	if s.err == nil {
		s.drop()
		if s.end()-s.Settled() > s.limit {
			s.err = ErrStreamLimit
		}
	}
	return dst, s.err
}

// Close ends the text and appends the matches that are left.
func (s *Stream) Close(ctx context.Context, dst []Match) ([]Match, error) {
	if s.err == nil && len(s.partial) > 0 {
		s.err = ErrInvalidUTF8
	}
	if s.err != nil {
		return dst, s.err
	}
	dst, s.err = s.advance(ctx, dst, true)
	if s.err != nil {
		return dst, s.err
	}
	s.err = errStreamClosed
	return dst, nil
}

var errStreamClosed = errors.New("the stream is closed")

// advance searches up to the end of what is there.
func (s *Stream) advance(ctx context.Context, dst []Match, last bool) ([]Match, error) {
	from := s.end()
	near := false
	for i := range s.states {
		st := &s.states[i]
		if st.sim == nil && s.streams.plans[i].open {
			if err := s.simulate(i); err != nil {
				return dst, err
			}
		}
		if st.sim == nil {
			from, near = min(from, st.settled), true
		}
	}
	// One rune before it stays in view, for \b and ^. A match that begins with that rune is none
	// of this text's, and is not used.
	if at := from - s.base; at > 0 {
		_, before := utf8.DecodeLastRune(s.buf[:at])
		from -= before
	}
	s.found = s.found[:0]
	if near && from < s.end() {
		var err error
		if s.found, err = s.streams.set.Find(ctx, s.found, s.buf[from-s.base:]); err != nil {
			return dst, err
		}
	}
	rest := s.found
	for i := range s.states {
		n := 0
		for n < len(rest) && rest[n].Pattern == i {
			n++
		}
		mine := rest[:n]
		rest = rest[n:]
		var err error
		if s.states[i].sim == nil {
			if dst, err = s.settle(dst, i, mine, from, last); err != nil {
				return dst, err
			}
		}
		if s.states[i].sim != nil {
			if dst, err = s.run(ctx, dst, i, last); err != nil {
				return dst, err
			}
		}
	}
	return dst, nil
}

// settle decides about the matches of a pattern, of which Find read the text from the given place
// on. If they may not be those of the whole text, the pattern is simulated from now on.
func (s *Stream) settle(dst []Match, i int, mine []Match, from int, last bool) ([]Match, error) {
	st := &s.states[i]
	live := s.end()
	if !last {
		live = s.base + s.streams.plans[i].earliest(s.buf, len(s.buf))
	}
	for _, m := range mine {
		m.Start, m.End, m.GroupStart, m.GroupEnd = m.Start+from, m.End+from, m.GroupStart+from, m.GroupEnd+from
		if m.End <= st.settled {
			continue // was reported, or is none where one was reported
		}
		if m.Start < st.settled {
			// It hides what begins inside it, and it is none of the whole text's.
			return dst, s.simulate(i)
		}
		if m.Start >= live {
			break
		}
		dst = append(dst, m)
		st.settled = m.End
	}
	st.settled = max(st.settled, live)
	if s.end()-st.settled > nearBytes {
		return dst, s.simulate(i)
	}
	return dst, nil
}

// simulate lets a pattern be simulated from where it is settled.
func (s *Stream) simulate(i int) error {
	prog, err := s.streams.plans[i].prog()
	if err != nil {
		return &PatternError{Index: i, Err: err}
	}
	s.states[i].sim = newSimulation(prog, s.states[i].settled)
	return nil
}

// run goes on with the simulation of a pattern.
func (s *Stream) run(ctx context.Context, dst []Match, i int, last bool) ([]Match, error) {
	st := &s.states[i]
	had := len(dst)
	dst, err := st.sim.run(ctx, dst, s.buf, s.base, last)
	for k := had; k < len(dst); k++ {
		dst[k].Pattern = i
	}
	st.settled = st.sim.settled()
	if err == nil && !s.streams.plans[i].open && st.sim.idle() {
		st.sim = nil
	}
	return dst, err
}

// drop forgets the text that is no more needed: all before the first place that is not settled,
// but for a rune.
func (s *Stream) drop() {
	at := s.Settled() - s.base
	if at > 0 {
		_, before := utf8.DecodeLastRune(s.buf[:at])
		at -= before
	}
	// Half of it or more, so that no byte is moved often.
	if 2*at >= len(s.buf) {
		s.buf = append(s.buf[:0], s.buf[at:]...)
		s.base += at
	}
}
