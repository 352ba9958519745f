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
	grams [streams][]gram
}

// checkEvery is how many bytes are read between two looks at the context.
const checkEvery = 1 << 16

// read fills grams for the streams that are wanted.
func (r *reader) read(ctx context.Context, text []byte, want [streams]bool) error {
	for s := range streams {
		r.grams[s] = r.grams[s][:0]
		r.wins[s].begin(shapes[s].length, shapes[s].window)
	}
	if want[verbatim] || want[abstract] {
		r.lexer.begin()
		r.lexer.both = want[abstract]
		next := checkEvery
		for i := 0; i < len(text); {
			i = r.lexer.fill(text, i)
			if want[verbatim] {
				r.grams[verbatim] = r.wins[verbatim].add(r.lexer.verbatim, r.grams[verbatim])
			}
			r.grams[abstract] = r.wins[abstract].add(r.lexer.abstract, r.grams[abstract])
			if i >= next {
				if err := ctx.Err(); err != nil {
					return err
				}
				next = i + checkEvery
			}
		}
	}
	if want[prose] {
		next := checkEvery
		for i := 0; i < len(text); {
			i = r.words.fill(text, i)
			r.grams[prose] = r.wins[prose].add(r.words.words, r.grams[prose])
			if i >= next {
				if err := ctx.Err(); err != nil {
					return err
				}
				next = i + checkEvery
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
