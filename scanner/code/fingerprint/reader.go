package fingerprint

import (
	"bytes"
	"context"
)

// stream is one way to look at a text.
type stream int

const (
	verbatim stream = iota // the words of programs
	abstract               // programs without comments and names
	prose                  // the words of documents
	streams
)

// shapes has the length of each stream's grams and the width of the window of
// which one is chosen, both in tokens. They belong to the format's version.
var shapes = [streams]struct{ length, window int }{
	verbatim: {8, 3},
	abstract: {11, 8},
	prose:    {8, 3}, // as verbatim: they are found in one go
}

// reader finds the grams of texts. It is for one goroutine at a time.
type reader struct {
	lexer lexer
	wins  [streams]winnower
	grams []gram
}

// checkEvery is how many bytes are read between two looks at the context.
const checkEvery = 1 << 16

// read calls take for the streams that are wanted, with some grams at a time
// and in order, so that little of a long text is held.
func (r *reader) read(ctx context.Context, text []byte, want [streams]bool, take func(stream, []gram)) error {
	r.lexer.begin(want[abstract])
	for _, s := range []stream{verbatim, abstract} {
		r.wins[s].begin(shapes[s].length, shapes[s].window)
	}
	checked := 0
	for i := 0; i < len(text); {
		i = r.lexer.fill(text, i)
		r.grams = r.wins[verbatim].add(r.lexer.plain, r.grams[:0])
		for _, s := range []stream{verbatim, prose} {
			if want[s] {
				take(s, r.grams)
			}
		}
		if want[abstract] {
			r.grams = r.wins[abstract].add(r.lexer.abstract, r.grams[:0])
			take(abstract, r.grams)
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
