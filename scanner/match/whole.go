package match

import (
	"context"
	"slices"
	"unicode/utf8"
)

const (
	// wholePiece is how many bytes RE2 reads in one call where it reads a whole text: about a third of a
	// millisecond.
	wholePiece = 32 << 10
	// wholeReach is the greatest length of a match for which a text can be read in pieces: what is read twice.
	wholeReach = 8 << 10
)

// findIn is findAll, but it looks at its context while it reads.
func (e *expression) findIn(ctx context.Context, dst []Match, pattern int, text []byte, from, to int) ([]Match, error) {
	if to-from <= 2*wholePiece {
		return e.findAll(dst, pattern, text, from, to)
	}
	had := len(dst)
	dst, err := e.findWhole(ctx, dst, pattern, text[from:to])
	for i := had; i < len(dst); i++ {
		m := &dst[i]
		m.Start, m.End, m.GroupStart, m.GroupEnd = m.Start+from, m.End+from, m.GroupStart+from, m.GroupEnd+from
	}
	return dst, err
}

// findWhole appends every match in a long text, as findAll does over all of it, and looks at its context while it reads.
//
// If matches have a greatest length, RE2 is given pieces that overlap by so much, so that a match that begins in the first
// part of a piece is found as in the whole text. Where a cut could have made a match, or a match begins inside the last one, the
// pieces say nothing, and what is left is read at once. A text that must be read at once is copied and read by another goroutine, which ends
// by itself; it is not waited for when the context is done.
func (e *expression) findWhole(ctx context.Context, dst []Match, pattern int, text []byte) ([]Match, error) {
	had, at := len(dst), 0
	for e.most != noLimit && e.most <= wholeReach && at < len(text) {
		if err := ctx.Err(); err != nil {
			return dst, err
		}
		last := min(at+wholePiece, len(text)) // matches that begin before are taken
		from, to := window{from: at, to: min(len(text), last+e.most)}.cut(text)
		before := len(dst)
		var err error
		if dst, err = e.findAll(dst, pattern, text, from, to); err != nil {
			return dst, err
		}
		next := last
		for i := before; i < len(dst); i++ {
			m := &dst[i]
			if m.Start < at || m.Start == from && from > 0 {
				return e.findAtOnce(ctx, dst[:had], pattern, text)
			}
			if m.Start >= last {
				dst = dst[:i]
				break
			}
			next = max(last, m.End)
		}
		// Pieces begin with a rune.
		for next < len(text) && !utf8.RuneStart(text[next]) {
			next++
		}
		at = next
	}
	if at >= len(text) {
		return dst, nil
	}
	return e.findAtOnce(ctx, dst[:had], pattern, text)
}

// findAtOnce reads a text in one call, and comes back when the context is done.
func (e *expression) findAtOnce(ctx context.Context, dst []Match, pattern int, text []byte) ([]Match, error) {
	if ctx.Done() == nil {
		return e.findAll(dst, pattern, text, 0, len(text))
	}
	type result struct {
		matches []Match
		err     error
	}
	text = slices.Clone(text) // the caller's may change when it has the answer
	done := make(chan result, 1)
	go func() {
		matches, err := e.findAll(nil, pattern, text, 0, len(text))
		done <- result{matches, err}
	}()
	select {
	case r := <-done:
		return append(dst, r.matches...), r.err
	case <-ctx.Done():
		return dst, ctx.Err()
	}
}
