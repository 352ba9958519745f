package fingerprint

import (
	"bytes"
	"context"
)

// stream is one way to look at a text.
type stream int

const (
	verbatim stream = iota // every token of a program
	abstract               // a program without comments and names
	prose                  // the words of a document
	streams
)

// shapes has the length of each stream's grams and the width of the window of
// which one is chosen, both in tokens. They belong to the format's version.
var shapes = [streams]struct{ length, window int }{
	verbatim: {16, 12},
	abstract: {28, 15},
	prose:    {8, 8},
}

// reader finds the grams of texts. It is for one goroutine at a time.
type reader struct {
	lexer lexer
	words wordLexer
	wins  [streams]winnower
	grams []gram
}

// checkEvery is how many bytes are read between two looks at the context.
const checkEvery = 1 << 16

// read calls take for the streams that are wanted, with some grams at a time
// and in order, so that little of a long text is held.
func (r *reader) read(ctx context.Context, text []byte, want [streams]bool, take func(stream, []gram)) error {
	for s := range streams {
		r.wins[s].begin(shapes[s].length, shapes[s].window)
	}
	choose := func(s stream, tokens []token) {
		if r.grams = r.wins[s].add(tokens, r.grams[:0]); len(r.grams) > 0 {
			take(s, r.grams)
		}
	}
	checked := 0
	check := func(i int) error {
		if i-checked < checkEvery {
			return nil
		}
		checked = i
		return ctx.Err()
	}
	if want[verbatim] || want[abstract] {
		r.lexer.begin(want[abstract])
		for i := 0; i < len(text); {
			i = r.lexer.fill(text, i)
			if want[verbatim] {
				choose(verbatim, r.lexer.verbatim)
			}
			choose(abstract, r.lexer.abstract)
			if err := check(i); err != nil {
				return err
			}
		}
	}
	if want[prose] {
		checked = 0
		for i := 0; i < len(text); {
			i = r.words.fill(text, i)
			choose(prose, r.words.words)
			if err := check(i); err != nil {
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
