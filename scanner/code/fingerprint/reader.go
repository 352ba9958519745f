package fingerprint

import (
	"bytes"
	"context"
)

// stream is one way to look at a text.
type stream int

const (
	words    stream = iota // of programs and documents
	abstract               // programs without comments and names
	streams
)

// shapes has, all in tokens, the length of each stream's grams, the width of the
// window of which one is chosen for an index, which belong to the format's
// version, and the width of that for probes: the least of a wide window is also
// the least of every narrow one in it that it stands in, so that probes are some
// of what an index has.
var shapes = [streams]struct{ length, window, probe int }{
	words:    {8, 3, 9},
	abstract: {11, 8, 24},
}

// carry is how many tokens of the batch before stay at hand.
const carry = 96

// reader finds the grams of texts. It is for one goroutine at a time.
type reader struct {
	lexer lexer
	wins  [streams]winnower
	grams []gram
}

// checkEvery is how many bytes are read between two looks at the context.
const checkEvery = 1 << 16

// probe is read with the windows of probes.
func (r *reader) probe(ctx context.Context, text []byte, want [streams]bool, take func(stream, []gram, *batch)) error {
	for s := range streams {
		r.wins[s].begin(shapes[s].length, shapes[s].probe)
	}
	return r.each(ctx, text, want, take)
}

// read calls take for the streams that are wanted, with a batch of tokens at a time and
// the grams that they decide on, in order, so that little of a long text is held.
func (r *reader) read(ctx context.Context, text []byte, want [streams]bool, take func(stream, []gram, *batch)) error {
	for s := range streams {
		r.wins[s].begin(shapes[s].length, shapes[s].window)
	}
	return r.each(ctx, text, want, take)
}

// each is read with windows that have begun.
func (r *reader) each(ctx context.Context, text []byte, want [streams]bool, take func(stream, []gram, *batch)) error {
	r.lexer.begin(want[abstract])
	checked := 0
	for i := 0; i < len(text); {
		i = r.lexer.fill(text, i)
		for s := range streams {
			if want[s] {
				b := &r.lexer.batches[s]
				r.grams = r.wins[s].add(b, r.grams[:0])
				take(s, r.grams, b)
			}
		}
		if i-checked >= checkEvery {
			checked = i
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// lineCounter counts lines on the way through a text, for offsets that grow.
type lineCounter struct {
	text []byte
	at   int
	line uint32
}

// of returns the line, from 1, that an offset is on.
func (c *lineCounter) of(offset int) uint32 {
	if offset < c.at {
		c.at, c.line = 0, 0
	}
	c.line += uint32(bytes.Count(c.text[c.at:offset], []byte{'\n'}))
	c.at = offset
	return c.line + 1
}
