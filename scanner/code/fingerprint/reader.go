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

	probers [streams]prober
	probes  []probe
}

// checkEvery is how many bytes are read between two looks at the context.
const checkEvery = 1 << 16

// probe calls take with a batch of tokens at a time and its probes.
func (r *reader) probe(ctx context.Context, text []byte, want [streams]bool, take func(stream, []probe, *batch)) error {
	for s := range streams {
		r.probers[s].begin()
	}
	return r.each(ctx, text, want, func(s stream, b *batch) {
		r.probes = r.probers[s].add(b, shapes[s].length, shapes[s].probe, r.probes[:0])
		take(s, r.probes, b)
	})
}

// read calls take for the streams that are wanted, with some grams at a time
// and in order, so that little of a long text is held.
func (r *reader) read(ctx context.Context, text []byte, want [streams]bool, take func(stream, []gram)) error {
	for s := range streams {
		r.wins[s].begin(shapes[s].length, shapes[s].window)
	}
	return r.each(ctx, text, want, func(s stream, b *batch) {
		r.grams = r.wins[s].add(b.tokens[b.kept:], r.grams[:0])
		take(s, r.grams)
	})
}

// each calls take for the streams that are wanted with a batch of tokens at a time.
func (r *reader) each(ctx context.Context, text []byte, want [streams]bool, take func(stream, *batch)) error {
	r.lexer.begin(want[abstract])
	checked := 0
	for i := 0; i < len(text); {
		i = r.lexer.fill(text, i)
		for s := range streams {
			if want[s] {
				take(s, &r.lexer.batches[s])
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
