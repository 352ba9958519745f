package match

import (
	"context"
	"errors"
	"math/bits"
	"regexp/syntax"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Set is a compiled list of patterns. It is immutable and safe for
// concurrent use.
type Set struct {
	patterns []Pattern
	exprs    []expression

	// Nearly no text holds U+017F or U+212A, the two runes beyond ASCII that (?i) takes
	// for an s and a k. Texts without them have a filter that knows
	// nothing of them; the filter of the others is built when one comes.
	plain *filter
	full  func() *filter
	step  *firstStep // of both
}

// Compile checks every pattern and builds the set. The error joins a
// *PatternError for each pattern that cannot be used.
func Compile(patterns []Pattern) (*Set, error) { return compile(patterns, &firstSteps[0]) }

// Check returns the error that Compile would, and builds nothing.
func Check(patterns []Pattern) error {
	var errs []error
	for i := range patterns {
		if _, _, err := parse(patterns[i].Expr, new(lookups)); err != nil {
			errs = append(errs, &PatternError{Index: i, Err: err})
		}
	}
	return errors.Join(errs...)
}

// compile is Compile for the given first step.
func compile(patterns []Pattern, step *firstStep) (*Set, error) {
	s := &Set{patterns: slices.Clone(patterns), exprs: make([]expression, len(patterns)), step: step}
	anchors := make([][]anchor, len(patterns))
	var errs []error
	failed, ts := make([]error, len(patterns)), new(lookups)
	inParallel(len(patterns), func(next func() int) {
		c := newChooser()
		for i := next(); i < len(patterns); i = next() {
			var root *node
			if s.exprs[i], root, failed[i] = parse(patterns[i].Expr, ts); failed[i] == nil {
				hint := patterns[i].Hint
				if step.members == nil {
					hint = "" // what is cheapest without vectors is something else
				}
				anchors[i] = c.anchorsOf(root, patterns[i].Literals, hint)
				s.exprs[i].place(anchors[i], root)
			}
		}
	})
	for i, err := range failed {
		if err != nil {
			errs = append(errs, &PatternError{Index: i, Err: err})
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	s.plain = newFilter(anchors, step)
	s.full = sync.OnceValue(s.buildFull)
	return s, nil
}

// inParallel runs do on as many goroutines as there are processors; next gives each of them numbers
// from 0 on that no other has, n or more when there are no more.
func inParallel(n int, do func(next func() int)) {
	var last atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() { do(func() int { return int(last.Add(1)) - 1 }) })
	}
	wg.Wait()
}

func (s *Set) buildFull() *filter {
	anchors := make([][]anchor, len(s.patterns))
	inParallel(len(anchors), func(next func() int) {
		c := newChooser()
		for i := next(); i < len(anchors); i = next() {
			root := builder{}.build(s.tree(i)).measure()
			anchors[i] = c.anchorsOf(root, s.patterns[i].Literals, "") // its tree is another
			s.exprs[i].place(anchors[i], root)
		}
	})
	return newFilter(anchors, s.step)
}

// tree reads an expression that Compile has read.
func (s *Set) tree(i int) *syntax.Regexp {
	tree, err := syntax.Parse(s.patterns[i].Expr, syntax.Perl)
	if err != nil {
		// No match is what Compile would have had to say.
		return &syntax.Regexp{Op: syntax.OpNoMatch}
	}
	return tree
}

// Warm builds now what Find would build when it is first needed: the automata of
// the filter, and of every pattern what finds its matches in windows. A server calls it before it
// takes requests; a program that reads one text need not. What texts seldom ask for still waits
// for the first that does, since it would take as much memory again: the filter for texts with U+017F or U+212A,
// and RE2's program of a pattern that the package's own matcher can do nearly always. The error is that of ctx, or a *PatternError.
func (s *Set) Warm(ctx context.Context) error {
	s.plain.warm()
	for i := range s.exprs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if x := s.exprs[i].exact(); x != nil {
			s.plain.ready[i].Store(x)
			continue
		}
		if _, err := s.exprs[i].re(); err != nil {
			return &PatternError{Index: i, Err: err}
		}
	}
	return ctx.Err()
}

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
	return s.findWith(ctx, dst, text, stats, nil)
}

// Gate tells where the matches of a pattern can matter to the caller.
type Gate interface {
	// Open reports whether a match within text[from:to] can matter that has bytes of the run that begins at the place at. It may
	// begin behind that place, if the run is longer than what the pattern takes.
	Open(pattern, from, at, to int) bool
	// Worth reports whether any match within text[from:to] can matter. It is asked about every place where a
	// pattern may match, so it should cost less than to see whether one does.
	Worth(pattern, from, to int) bool
	// Closed returns the patterns of which no match can matter, wherever it is. They are not looked for.
	Closed() []int32
}

// FindGated is Find, but for matches that the gate is closed to: they may be found or not. The gate is
// asked about patterns that are known by nothing but a long run of letters or digits, of which a text in
// base64 is full; asking must cost less than reading the run. A nil gate is open.
func (s *Set) FindGated(ctx context.Context, dst []Match, text []byte, gate Gate) ([]Match, error) {
	return s.findWith(ctx, dst, text, nil, gate)
}

// findWith is FindStats with the given gate.
func (s *Set) findWith(ctx context.Context, dst []Match, text []byte, stats *Stats, gate Gate) ([]Match, error) {
	f := s.plain
	ok, ascii, mayFold := examine(text)
	if !ok {
		return dst, ErrInvalidUTF8
	}
	if mayFold && folds(text) {
		f = s.full()
	}
	sc := f.scratch.Get().(*scratch)
	sc.begin(f, len(text))
	sc.gate, sc.ascii = gate, ascii
	if gate != nil {
		sc.close(gate.Closed())
	}
	dst, err := s.find(ctx, dst, text, f, sc)
	sc.gate = nil // scratch outlives it
	if stats != nil {
		stats.add(&sc.stats)
	}
	f.scratch.Put(sc) // not after a panic
	return dst, err
}

func (s *Set) find(ctx context.Context, dst []Match, text []byte, f *filter, sc *scratch) ([]Match, error) {
	if err := f.find(ctx, text, sc); err != nil {
		return dst, err
	}
	if f.step.members == nil {
		for _, r := range f.runs {
			if err := f.scanRuns(ctx, r, text, sc); err != nil {
				return dst, err
			}
		}
	}
	for i, asked := range sc.directs.asked {
		for w := sc.touched[i] | asked; w != 0; w &= w - 1 {
			bit := w & -w
			pattern := i<<6 | bits.TrailingZeros64(w)
			if sc.touched[i]&bit == 0 {
				dst = f.chosen(dst, pattern, text, sc)
				continue
			}
			if sc.states[pattern].closed {
				continue
			}
			if asked&bit != 0 {
				f.reopen(pattern, text, sc)
			}
			if f.ready[pattern].Load() == nil {
				if x := s.exprs[pattern].exact(); x != nil {
					f.ready[pattern].Store(x)
				}
			}
			var err error
			if dst, err = sc.confirm(ctx, dst, &s.exprs[pattern], pattern, text); err != nil {
				return dst, err
			}
		}
	}
	return dst, nil
}

// FindWithin appends the matches of one pattern that begin in text[from:to], as they are found
// from there on, without any filter. It suits a few bytes of a text that is known to be
// valid UTF-8. The error is that of ctx, or a *PatternError.
func (s *Set) FindWithin(ctx context.Context, dst []Match, pattern int, text []byte, from, to int) ([]Match, error) {
	e := &s.exprs[pattern]
	if x := e.exact(); x != nil && !x.named {
		sc := s.plain.scratch.Get().(*scratch)
		// What begins in a few bytes may be long.
		sc.tries.ctx = ctx
		got, ok := x.findAll(&sc.tries, dst, pattern, text, from, to, 4*freeSteps+byteSteps*(len(text)-from))
		sc.tries.ctx = nil
		s.plain.scratch.Put(sc)
		if ok {
			return got, nil
		}
		if err := ctx.Err(); err != nil {
			return dst, err
		}
	}
	if from >= to {
		return dst, nil
	}
	had := len(dst)
	_, before := utf8.DecodeLastRune(text[:from])
	dst, err := e.findIn(ctx, dst, pattern, text, from-before, len(text))
	if err == nil && len(dst) > had && dst[had].Start < from {
		// What begins in front may owe to an assertion that holds at the cut only, and hides what it covers.
		dst, err = e.findBehind(ctx, dst[:had], pattern, text, from-before, to)
	}
	if err != nil {
		return dst[:had], err
	}
	for len(dst) > had && dst[len(dst)-1].Start >= to {
		dst = dst[:len(dst)-1]
	}
	return dst, nil
}

const (
	// fewPatterns and shortText are up to where Any asks pattern by pattern: a value is read sooner than the first step is begun.
	fewPatterns = 2
	shortText   = 96
)

// Any reports whether any pattern matches in the text. The error is that of Find.
func (s *Set) Any(ctx context.Context, text []byte) (bool, error) {
	if len(s.exprs) <= fewPatterns && len(text) <= shortText {
		sc := s.plain.scratch.Get().(*scratch)
		hit, sure := s.anyShort(ctx, text, sc)
		s.plain.scratch.Put(sc)
		if sure {
			return hit, nil
		}
	}
	found, err := s.Find(ctx, nil, text)
	return len(found) > 0 && err == nil, err
}

// anyShort is Any without a filter. If sure is false it could not tell.
func (s *Set) anyShort(ctx context.Context, text []byte, sc *scratch) (hit, sure bool) {
	ok, ascii, _ := examine(text)
	if !ok {
		return false, false
	}
	sc.tries.ctx = ctx
	defer func() { sc.tries.ctx = nil }() // scratch outlives it
	for i := range s.exprs {
		x := s.exprs[i].exact()
		if x == nil || x.named && !ascii {
			return false, false
		}
		if sc.some, ok = x.findAll(&sc.tries, sc.some[:0], i, text, 0, len(text), x.budgetFor(len(text))); !ok || len(sc.some) > 0 {
			return ok, ok
		}
	}
	return false, true
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
		var err error
		if dst, err = s.exprs[i].findAll(dst, i, text, 0, len(text)); err != nil {
			return dst, err
		}
	}
	return dst, nil
}
