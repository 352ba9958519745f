package rules

import (
	"context"
	"sync"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// lateSet is a set of a few patterns, of parts or of what a value must not be. There are many such sets, and most texts need none
// of them: it is compiled when it is first asked, or by Set.Warm.
type lateSet struct {
	compiled func() (*match.Set, error)
}

// newLateSet makes a set of patterns, which may be known to be sound. The error is what match.Compile would say of them.
func newLateSet(patterns []match.Pattern, sound bool) (*lateSet, error) {
	if !sound {
		if err := match.Check(patterns); err != nil {
			return nil, err
		}
	}
	return &lateSet{sync.OnceValues(func() (*match.Set, error) { return match.Compile(patterns) })}, nil
}

// Find is match.Set.Find.
func (s *lateSet) Find(ctx context.Context, dst []match.Match, text []byte) ([]match.Match, error) {
	set, err := s.compiled()
	if err != nil {
		return dst, err
	}
	return set.Find(ctx, dst, text)
}

// Any is match.Set.Any.
func (s *lateSet) Any(ctx context.Context, text []byte) (bool, error) {
	set, err := s.compiled()
	if err != nil {
		return false, err
	}
	return set.Any(ctx, text)
}
