package match_test

import (
	"testing"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// closedTo is a gate that is closed to some patterns.
type closedTo []int32

func (c closedTo) Open(_, _, _, _ int) bool { return true }
func (c closedTo) Worth(_, _, _ int) bool   { return true }
func (c closedTo) Closed() []int32          { return c }

// A pattern that a gate is closed to is not looked for in that text, whatever it is known by, and is in the next.
func TestClosed(t *testing.T) {
	set, err := match.Compile([]match.Pattern{{Expr: `tok_\d{4}`}, {Expr: `[0-9a-f]{32}`}, {Expr: `.{4}$`}, {Expr: `end|stop`}})
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("tok_1234 0123456789abcdef0123456789abcdef tok_5678 the end")
	for range 2 {
		for closed := range int32(set.Len()) {
			for _, gate := range []match.Gate{closedTo{closed}, nil} {
				got, err := set.FindGated(t.Context(), nil, text, gate)
				if err != nil {
					t.Fatal(err)
				}
				count := make([]int, set.Len())
				for _, m := range got {
					count[m.Pattern]++
				}
				for i, n := range count {
					if shut := gate != nil && int32(i) == closed; shut != (n == 0) {
						t.Errorf("pattern %d is found %d times while %v is closed", i, n, gate)
					}
				}
			}
		}
	}
}
