package match

import (
	"bytes"
	"context"
	"errors"
	"math/bits"
	"regexp/syntax"
	"slices"
	"sync"
	"unicode/utf8"
)

// Set is a compiled list of patterns. It is immutable and safe for
// concurrent use.
type Set struct {
	patterns []Pattern
	exprs    []expression
	costs    []Cost

	// Nearly no text holds U+017F or U+212A, the two runes beyond ASCII that (?i) takes
	// for an s and a k. Texts without them have a filter that knows
	// nothing of them; the filter of the others is built when one comes.
	plain *filter
	full  func() *filter
}

// Compile checks every pattern and builds the set. The error joins a
// *PatternError for each pattern that cannot be used.
func Compile(patterns []Pattern) (*Set, error) {
	s := &Set{patterns: slices.Clone(patterns), exprs: make([]expression, len(patterns))}
	trees := make([]*syntax.Regexp, len(patterns))
	var errs []error
	for i, p := range patterns {
		var err error
		if s.exprs[i], trees[i], err = parse(p.Expr); err != nil {
			errs = append(errs, &PatternError{Index: i, Err: err})
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	s.plain = s.build(builder{plain: true}, trees, true)
	s.full = sync.OnceValue(s.buildFull)
	return s, nil
}

// build makes the filter of texts as b knows them, and the costs if wanted.
func (s *Set) build(b builder, trees []*syntax.Regexp, costs bool) *filter {
	chooser := newChooser()
	anchors := make([][]anchor, len(trees))
	for i, tree := range trees {
		root := b.build(tree)
		anchors[i] = chooser.anchorsOf(root, s.patterns[i].Literals)
		if costs {
			s.costs = append(s.costs, newCost(root, anchors[i]))
		}
	}
	return newFilter(chooser, anchors)
}

func (s *Set) buildFull() *filter {
	trees := make([]*syntax.Regexp, len(s.patterns))
	for i, p := range s.patterns {
		tree, err := syntax.Parse(p.Expr, syntax.Perl)
		if err != nil {
			// Compile has parsed the same expression; no match is what it would have had to say.
			tree = &syntax.Regexp{Op: syntax.OpNoMatch}
		}
		trees[i] = tree
	}
	return s.build(builder{}, trees, false)
}

// filterFor returns the filter that a text needs.
func (s *Set) filterFor(text []byte) *filter {
	if bytes.Contains(text, longSBytes) || bytes.Contains(text, kelvinBytes) {
		return s.full()
	}
	return s.plain
}

var longSBytes, kelvinBytes = []byte(string(longS)), []byte(string(kelvin))

// Len returns the number of patterns.
func (s *Set) Len() int { return len(s.exprs) }

// blockSize is after how many bytes of text Find looks at its context.
const blockSize = 32 << 10

// Find appends to dst every match of every pattern in text, ordered by
// pattern and then by place. Matches of one pattern are those of
// regexp.FindAllIndex: leftmost-first, not overlapping. The error is
// ErrInvalidUTF8, or that of ctx, and then the matches are not complete.
func (s *Set) Find(ctx context.Context, dst []Match, text []byte) ([]Match, error) {
	return s.FindStats(ctx, dst, text, nil)
}

// FindStats is Find, adding its work to stats if that is not nil. Stats must not be
// shared between goroutines.
func (s *Set) FindStats(ctx context.Context, dst []Match, text []byte, stats *Stats) ([]Match, error) {
	if !utf8.Valid(text) {
		return dst, ErrInvalidUTF8
	}
	f := s.filterFor(text)
	sc := f.scratch.Get().(*scratch)
	defer f.scratch.Put(sc)
	sc.begin(f, len(text))
	dst, err := s.find(ctx, dst, text, f, sc)
	if stats != nil {
		stats.add(&sc.stats)
	}
	return dst, err
}

func (s *Set) find(ctx context.Context, dst []Match, text []byte, f *filter, sc *scratch) ([]Match, error) {
	for from := 0; from == 0 || from < len(text); from += blockSize {
		if err := ctx.Err(); err != nil {
			return dst, err
		}
		f.scan(text, from, min(len(text), from+blockSize), sc)
	}
	for _, r := range f.runs {
		if err := r.scan(ctx, text, sc); err != nil {
			return dst, err
		}
	}
	for i, w := range sc.touched {
		for ; w != 0; w &= w - 1 {
			pattern := i<<6 | bits.TrailingZeros64(w)
			var err error
			if dst, err = sc.confirm(ctx, dst, &s.exprs[pattern], pattern, text); err != nil {
				return dst, err
			}
		}
	}
	return dst, nil
}

// FindAll gives what Find gives, without any filter: each pattern alone goes
// over the whole text. It is the reference that Find is tested against.
func (s *Set) FindAll(ctx context.Context, dst []Match, text []byte) ([]Match, error) {
	if !utf8.Valid(text) {
		return dst, ErrInvalidUTF8
	}
	for i := range s.exprs {
		if err := ctx.Err(); err != nil {
			return dst, err
		}
		dst = s.exprs[i].findAll(dst, i, text, 0, len(text))
	}
	return dst, nil
}
