package rules

import (
	"context"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// Work is what the patterns of a Set had to do.
type Work struct {
	match.Stats
	Matches int64 // of patterns, before checks and the words nearby decide
}

// Patterns are what a Set looks for in one pass over a text, each once, for
// measurements of the same patterns in other engines. What it looks for beside
// findings is not among them, nor what is read by code. The slice is the Set's own.
func (s *Set) Patterns() []match.Pattern { return s.patterns }

// CompileCounting is Compile for measurements: the Set adds what it does to
// work, and only one goroutine at a time may use it.
func CompileCounting(files []*File, work *Work) (*Set, error) {
	s, err := Compile(files)
	if err != nil {
		return nil, err
	}
	sets := []*Set{s}
	if s.beside != nil {
		beside, err := s.beside()
		if err != nil {
			return nil, err
		}
		sets = append(sets, beside)
	}
	for _, set := range sets {
		matcher := set.matcher
		set.find = func(ctx context.Context, dst []match.Match, text []byte, _ match.Gate) ([]match.Match, error) {
			had := len(dst)
			dst, err := matcher.FindStats(ctx, dst, text, &work.Stats)
			work.Matches += int64(len(dst) - had)
			return dst, err
		}
	}
	return s, nil
}
