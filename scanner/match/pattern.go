package match

import (
	"errors"
	"fmt"
	"regexp/syntax"

	"github.com/wasilibs/go-re2"
)

// Pattern is one expression to look for.
type Pattern struct {
	// Expr is in RE2 syntax, flags inside ((?i), (?m), (?s), (?U)). It works
	// on UTF-8 text and may not match the empty string.
	Expr string

	// Literals is an optional promise about Expr: every match contains at
	// least one of these, compared without regard to ASCII case. It is only
	// used where the expression itself offers nothing better, and it is
	// normally left empty. A false promise loses matches.
	Literals []string
}

// Match is one place where a pattern matched; all offsets are bytes of the
// text given to Find.
type Match struct {
	Pattern              int // index into the patterns given to Compile
	Start, End           int // the whole match
	GroupStart, GroupEnd int // the first capture group that took part, else the whole match
}

// ErrInvalidUTF8 is returned by Find, FindAll and FindStats for text that is not valid
// UTF-8. RE2 would stop at the first bad byte and leave the rest unread.
var ErrInvalidUTF8 = errors.New("text is not valid UTF-8")

// ErrMatchesEmpty is wrapped by a PatternError for an expression that could
// match the empty string: it would match everywhere and mark nothing.
var ErrMatchesEmpty = errors.New("expression can match the empty string")

// PatternError says which pattern could not be used, and why. Compile joins
// one for every bad pattern (errors.Join).
type PatternError struct {
	Index int // of the pattern
	Err   error
}

// Error names the pattern by its index.
func (e *PatternError) Error() string { return fmt.Sprintf("pattern %d: %v", e.Index, e.Err) }

// Unwrap returns the reason.
func (e *PatternError) Unwrap() error { return e.Err }

// expression is a compiled pattern without its filter.
type expression struct {
	re     *re2.Regexp
	groups int
}

// parse checks an expression with Go's parser first, whose errors are
// the clearer ones and whose tree the filter is built from, and then with
// RE2, which has limits of its own.
func parse(expr string) (expression, *syntax.Regexp, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return expression{}, nil, err
	}
	if least, _ := (builder{}).build(tree).widths(); least == 0 {
		return expression{}, nil, ErrMatchesEmpty
	}
	re, err := re2.Compile(expr)
	if err != nil {
		return expression{}, nil, err
	}
	if n := tree.MaxCap(); n != re.NumSubexp() {
		return expression{}, nil, fmt.Errorf("read in two ways, with %d and with %d groups", n, re.NumSubexp())
	}
	return expression{re: re, groups: tree.MaxCap()}, tree, nil
}

// findAll appends every match in text[from:to], with offsets of text.
func (e *expression) findAll(dst []Match, pattern int, text []byte, from, to int) []Match {
	piece := text[from:to]
	if e.groups == 0 {
		for _, loc := range e.re.FindAllIndex(piece, -1) {
			s, t := from+loc[0], from+loc[1]
			dst = append(dst, Match{pattern, s, t, s, t})
		}
		return dst
	}
	for _, loc := range e.re.FindAllSubmatchIndex(piece, -1) {
		m := Match{pattern, from + loc[0], from + loc[1], from + loc[0], from + loc[1]}
		for g := 2; g+1 < len(loc); g += 2 {
			if loc[g] >= 0 {
				m.GroupStart, m.GroupEnd = from+loc[g], from+loc[g+1]
				break
			}
		}
		dst = append(dst, m)
	}
	return dst
}
