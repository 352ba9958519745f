package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// Set is the rules of some files, ready to run. It is a scanner.Detector,
// immutable and safe for concurrent use.
type Set struct {
	rules     []*Rule
	judges    [][]judge       // by pattern index of matcher: rules may share a pattern
	counts    []uint64        // by pattern index: numbers of letters and digits that one of its judges can pass, a bit each
	groups    [][]*group      // and those that are asked only near a word of theirs
	patterns  []match.Pattern // of matcher
	matcher   *match.Set
	sources   []source // their judges follow those of the patterns
	find      func(ctx context.Context, dst []match.Match, text []byte, gate match.Gate) ([]match.Match, error)
	gates     []gate               // by pattern
	least     map[string]int       // min_count by rule id, where it is more than 1
	repeating map[string]bool      // ids of rules with repeats
	lexicon   *lexicon             // the words of all rules
	beside    func() (*Set, error) // of patterns that are looked for beside what the others find, made when first needed; nil if there are none
	late      []*lateSet
	numbers   map[string]int32 // of rules, by id
	scratch   sync.Pool
}

// Compile makes a Set of the files' rules. Two rules with one id are an error.
func Compile(files []*File) (*Set, error) {
	s, err := compile(files, nil)
	if err == nil && slices.ContainsFunc(files, (*File).looksBeside) {
		s.beside = sync.OnceValues(func() (*Set, error) { return compile(files, s.lexicon) })
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// compile makes a Set of the patterns that are looked for everywhere, or, with the lexicon of those, of
// the ones that are looked for beside what they find.
func compile(files []*File, words *lexicon) (*Set, error) {
	beside := words != nil
	s := &Set{lexicon: words}
	if !beside {
		s.lexicon = new(lexicon)
	}
	patterns, numbers := listPatterns(files, beside)
	s.patterns, s.judges = patterns, judgeLists(numbers, len(patterns))
	// Meanwhile the judges are made.
	compiled := make(chan error, 1)
	go func() {
		var err error
		s.matcher, err = match.Compile(patterns)
		compiled <- err
	}()
	var (
		faults = []error{duplicates(files)}
		parts  = partMaker{files: files, numbers: ruleNumbers(files)}
		listed [][]judge
	)
	for _, f := range files {
		parts.sound = f.sound
		for _, r := range f.Rules {
			if beside && !r.looksBeside() {
				continue
			}
			judges, sources, err := newJudges(r, &parts, s.lexicon, beside)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			for i := range judges {
				judges[i].required = judges[i].requiredList()
			}
			s.rules = append(s.rules, r)
			if r.Repeats {
				if s.repeating == nil {
					s.repeating = make(map[string]bool)
				}
				s.repeating[r.ID] = true
			}
			if r.MinCount > 1 {
				if s.least == nil {
					s.least = make(map[string]int)
				}
				s.least[r.ID] = r.MinCount
			}
			for _, src := range sources {
				s.sources = append(s.sources, src)
				for range src.levels {
					listed = append(listed, judges[:1:1])
					judges = judges[1:]
				}
			}
			for i := range judges {
				j := &judges[i]
				j.pattern, numbers = numbers[0], numbers[1:] // unless there are faults
				j.expr = patterns[j.pattern]
				s.judges[j.pattern] = append(s.judges[j.pattern], *j)
			}
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	s.late, s.numbers = parts.late, parts.numbers
	if !beside {
		s.lexicon.seal()
	}
	s.groups, s.counts = make([][]*group, len(s.judges)), make([]uint64, len(s.judges))
	var lists [][]check
	for i := range s.judges {
		for k := range s.judges[i] {
			j := &s.judges[i][k]
			s.counts[i] |= j.counts
			lists = append(lists, j.checks, j.highIf, j.lowIf)
		}
		s.judges[i], s.groups[i] = grouped(s.judges[i])
	}
	shareChecks(lists)
	for i := range s.judges {
		share(s.judges[i])
		for _, g := range s.groups[i] {
			share(g.judges)
		}
	}
	s.gates = newGates(s)
	if err := <-compiled; err != nil {
		return nil, s.patternErrors(err)
	}
	s.find = s.matcher.FindGated
	if len(s.sources) > 0 {
		s.judges = append(s.judges, listed...)
		s.groups = append(s.groups, make([][]*group, len(listed))...)
		for _, judges := range listed {
			share(judges)
			s.counts = append(s.counts, ^uint64(0))
		}
		s.find = s.findAll
	}
	s.scratch.New = func() any { return new(scratch) }
	return s, nil
}

// listPatterns returns the patterns of rules, of which those that are the same are one, and for each pattern of each rule which of them
// it is.
func listPatterns(files []*File, beside bool) (patterns []match.Pattern, numbers []int) {
	known := make(map[string]int) // by expression and literals
	for _, f := range files {
		for _, r := range f.Rules {
			more := "\x00" + strings.Join(r.Keywords, "\x00")
			if beside {
				more += "\x00" + r.ID // each is beside other things
			}
			for i := range r.Patterns {
				p := &r.Patterns[i]
				if (p.Beside != nil) != beside {
					continue
				}
				expr := match.Pattern{Expr: p.expr(r), Literals: r.Keywords}
				n, ok := known[expr.Expr+more]
				if !ok {
					n = len(patterns)
					known[expr.Expr+more] = n
					expr.Hint = hintFor(expr)
					patterns = append(patterns, expr)
				}
				numbers = append(numbers, n)
			}
		}
	}
	return patterns, numbers
}

// judgeLists makes room for a judge of each number, by number.
func judgeLists(numbers []int, n int) [][]judge {
	counts := make([]int, n)
	for _, i := range numbers {
		counts[i]++
	}
	lists, room := make([][]judge, n), make([]judge, len(numbers))
	for i, c := range counts {
		lists[i], room = room[:0:c], room[c:]
	}
	return lists
}

// patternErrors says which rule each bad pattern belongs to.
func (s *Set) patternErrors(err error) error {
	if joined, ok := errors.AsType[joinedError](err); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, s.patternErrors(e))
		}
		return errors.Join(out...)
	}
	if e, ok := errors.AsType[*match.PatternError](err); ok && e.Index >= 0 && e.Index < len(s.judges) {
		return s.anyJudge(e.Index).rule.fault("pattern", "pattern is not valid RE2: %v", e.Err)
	}
	return fmt.Errorf("compile rules: %w", err)
}

// findAll finds the matches of the patterns, and then those of dictionaries and
// the like, with the patterns' numbers going on.
func (s *Set) findAll(ctx context.Context, dst []match.Match, text []byte, gate match.Gate) ([]match.Match, error) {
	dst, err := s.matcher.FindGated(ctx, dst, text, gate)
	number := s.matcher.Len()
	for i := range s.sources {
		if err != nil {
			break
		}
		first := len(dst)
		dst, err = s.sources[i].Find(ctx, dst, text)
		for k := first; k < len(dst); k++ {
			dst[k].Pattern += number
		}
		number += len(s.sources[i].levels)
	}
	return dst, err
}

// Warm compiles what a Set otherwise compiles when a pattern is first needed,
// so that no request waits for it. It takes about half a second of processor
// time for the built-in rules and may run beside Detect. The error is that of
// ctx, or names a rule whose pattern RE2 refuses after all.
func (s *Set) Warm(ctx context.Context) error {
	if err := s.matcher.Warm(ctx); err != nil {
		return s.patternErrors(err)
	}
	for _, set := range s.late {
		if _, err := set.compiled(); err != nil {
			return fmt.Errorf("compile rules: %w", err)
		}
	}
	if s.beside == nil {
		return nil
	}
	beside, err := s.beside()
	if err != nil {
		return err
	}
	return beside.Warm(ctx)
}

// anyJudge returns one of the judges of a pattern.
func (s *Set) anyJudge(pattern int) *judge {
	if len(s.judges[pattern]) > 0 {
		return &s.judges[pattern][0]
	}
	return &s.groups[pattern][0].judges[0]
}

// Rules returns the rules in the order of their files. They must not be
// changed.
func (s *Set) Rules() []*Rule { return s.rules }

// Rule returns the rule with the id, or nil.
func (s *Set) Rule(id string) *Rule {
	for _, r := range s.rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Known is what a policy may say about the set's rules. Kinds of other
// detectors are to be added by the caller.
func (s *Set) Known() Known {
	var k Known
	for _, r := range s.rules {
		k.Add(r)
	}
	return k
}

// keepFindings is the number of findings whose memory is kept from request to request.
const keepFindings = 1 << 12

const (
	maxRetryBytes = 160 // longer candidates hold no second one that matters
	retryTail     = 80  // how far a candidate may reach beyond the failed one
	manyJudges    = 12
)
