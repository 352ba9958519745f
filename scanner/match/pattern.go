package match

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"

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

	// Hint is what the function Hint once said of this expression, or empty. With it a set is built in less time; the
	// same matches are found whatever it says.
	Hint string
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

// expression is a pattern without its filter. What is dear to build is built when it is
// first needed, or by Warm.
type expression struct {
	groups int
	most   int // greatest length of a match in bytes, or noLimit
	lead   leadKind
	re     func() (*re2.Regexp, error)
	behind func() (*re2.Regexp, error) // the same behind one rune and any text
	exact  func() *exact               // nil if RE2 must do it
}

// parse checks an expression with Go's parser first, whose errors are
// the clearer ones, and then, where RE2 could see it
// differently or find it too large, with RE2. The byte pattern is that of texts without U+017F and U+212A.
func parse(expr string, ts *lookups) (expression, *node, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return expression{}, nil, err
	}
	matters := false
	plain := builder{plain: true, matters: &matters}.build(tree).measure()
	root := plain
	if matters {
		root = builder{}.build(tree).measure()
	}
	least, most := root.widths()
	if least == 0 {
		return expression{}, nil, ErrMatchesEmpty
	}
	e := expression{groups: tree.MaxCap(), most: most, lead: leadKindOf(tree, root)}
	e.re = sync.OnceValues(func() (*re2.Regexp, error) { return compileRE2(expr, e.groups) })
	e.behind = sync.OnceValues(func() (re *re2.Regexp, err error) {
		// A quote that is open to the end must be closed before the group is.
		for _, end := range []string{`)`, `\E)`} {
			if re, err = compileRE2(`\A(?s:.)(?s:.*?)(`+expr+end, e.groups+1); err == nil {
				break
			}
		}
		return re, err
	})
	e.exact = sync.OnceValue(func() *exact { return newExact(expr, ts) })
	if !readAlike(expr, root) {
		if _, err := e.re(); err != nil {
			return expression{}, nil, err
		}
	}
	return e, plain, nil
}

func compileRE2(expr string, groups int) (*re2.Regexp, error) {
	re, err := re2.Compile(expr)
	if err != nil {
		return nil, err
	}
	if groups != re.NumSubexp() {
		return nil, fmt.Errorf("read in two ways, with %d and with %d groups", groups, re.NumSubexp())
	}
	return re, nil
}

// hasOwnForms reports whether an expression has forms of which the syntax of one engine is not that of the other, or could be some day:
// classes by name, quotes, the ends of a text in other letters, and groups with names.
func hasOwnForms(expr string) bool {
	for i := range len(expr) - 1 {
		switch expr[i] {
		case '\\':
			if strings.IndexByte("pPCQEZ", expr[i+1]) >= 0 {
				return true
			}
		case '(':
			if rest := expr[i:]; strings.HasPrefix(rest, "(?<") || strings.HasPrefix(rest, "(?P<") {
				return true
			}
		}
	}
	return false
}

// sharedClasses are general categories and scripts that both engines have had from the beginning.
var sharedClasses = regexp.MustCompile(`\\[pP](?:[LMNPSZ]|\{(?:[LMNPSZ]|L[ul]|Nd|Han|Hiragana|Katakana|Hangul|Latin|Greek|Cyrillic|Arabic|Hebrew|Devanagari|Thai)\})`)

// readAlike reports whether an expression that Go's parser takes is sure to be taken by RE2
// too: it has only forms that both have always read alike, and is far below
// RE2's limit on size, a third of a million instructions.
func readAlike(expr string, root *node) bool {
	const most = 8192 // states; a class of Unicode takes RE2 a few dozen instructions
	return root.states(1<<20) < most && (!hasOwnForms(expr) || !hasOwnForms(sharedClasses.ReplaceAllString(expr, "")))
}

// findAll appends every match in text[from:to], with offsets of text.
func (e *expression) findAll(dst []Match, pattern int, text []byte, from, to int) ([]Match, error) {
	re, err := e.re()
	if err != nil {
		return dst, &PatternError{Index: pattern, Err: err}
	}
	piece := text[from:to]
	if e.groups == 0 {
		for _, loc := range re.FindAllIndex(piece, -1) {
			s, t := from+loc[0], from+loc[1]
			dst = append(dst, Match{pattern, s, t, s, t})
		}
		return dst, nil
	}
	for _, loc := range re.FindAllSubmatchIndex(piece, -1) {
		dst = append(dst, matchAt(pattern, from, loc))
	}
	return dst, nil
}

// findBehind appends the matches that begin behind the rune at from and before to. All of them see that rune,
// and none can begin with it.
func (e *expression) findBehind(ctx context.Context, dst []Match, pattern int, text []byte, from, to int) ([]Match, error) {
	re, err := e.behind()
	if err != nil {
		return dst, &PatternError{Index: pattern, Err: err}
	}
	for {
		if err := ctx.Err(); err != nil {
			return dst, err
		}
		loc := re.FindSubmatchIndex(text[from:])
		if loc == nil || from+loc[2] >= to {
			return dst, nil
		}
		m := matchAt(pattern, from, loc[2:])
		dst = append(dst, m)
		_, last := utf8.DecodeLastRune(text[:m.End])
		from = m.End - last
	}
}

// matchAt is the match at the offsets that an engine gives for text from a place on.
func matchAt(pattern, from int, loc []int) Match {
	m := Match{pattern, from + loc[0], from + loc[1], from + loc[0], from + loc[1]}
	for g := 2; g+1 < len(loc); g += 2 {
		if loc[g] >= 0 {
			m.GroupStart, m.GroupEnd = from+loc[g], from+loc[g+1]
			break
		}
	}
	return m
}
