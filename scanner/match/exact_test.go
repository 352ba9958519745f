package match

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// hardToBacktrack are expressions of which attempts fail late, and often at the same place.
var hardToBacktrack = []string{
	`(?:a|b)*c`,
	`(a*)*b`,
	`(?:a+)+b`,
	`((a|ab)(c|bcd))*(d*)e`,
	`(?:a?){12}a{12}b`,
	`[ab]{0,20}?(?:ab|ba)[abc]{10}d`,
	`(a|b)*?((?:ab)+|c)(?:ba|c)*d`,
	`\b(?:a|ab|abc)+\b`,
	`(?m)^(?:(a)|b|c)+$`,
	`(?:(a)|(b)|(c))*d|(?:a|(b))+`,
	`(?:|a|b)*c`,
	`(?:(?:a|b)?c?)*d`,
	`[ab]{0,5}c{2}d`,
	`[ab]{1,3}?(b+)c`,
	`[abc]*?c(d)`,
	`[^d]+(?:c|b)d`,
	`[a-d]{2,9}?(?:bc|cb)+(d?) `,
	`[\w\n]{0,4}(?:a|b)?c(?:[a-d]*?)d$`,
	`.+?b\b`,
	`[ab]{3,}(c|$)`,
	`(?m)(?:[ab]+|\n)+(?:c$|a$)`,
	`(?m)[a-c]{2,}?(?:$|d\n)`,
}

// TestExactRemembers holds exact to package regexp where it keeps in mind what has failed.
func TestExactRemembers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	for _, expr := range hardToBacktrack {
		t.Run(expr, func(t *testing.T) {
			x, want := newExact(expr, new(lookups)), regexp.MustCompile(expr)
			if x == nil {
				t.Fatal("no exact")
			}
			var b backtrack
			b.ctx = t.Context()
			decided := 0
			for n := range 300 {
				var text []byte
				for range n {
					text = append(text, "aaabbbccd \n"[r.IntN(8+n%4)])
				}
				got, ok := x.findAll(&b, nil, 0, text, 0, len(text), 50_000)
				if !ok {
					continue
				}
				decided++
				var all [][]int
				for _, m := range want.FindAllSubmatchIndex(text, -1) {
					if m[0] == m[1] {
						continue // no pattern of a set matches nothing
					}
					span := []int{m[0], m[1], m[0], m[1]}
					for g := 2; g < len(m); g += 2 {
						if m[g] >= 0 {
							span = []int{m[0], m[1], m[g], m[g+1]}
							break
						}
					}
					all = append(all, span)
				}
				var found [][]int
				for _, m := range got {
					found = append(found, []int{m.Start, m.End, m.GroupStart, m.GroupEnd})
				}
				if !slices.EqualFunc(found, all, slices.Equal) {
					t.Fatalf("%q: %v, want %v", text, found, all)
				}
			}
			if decided < 280 && !x.idles() {
				t.Errorf("only %d of 300 texts were decided", decided)
			}
		})
	}
}

// TestExactIsLinear: the steps for texts on which backtracking alone takes time that grows with the square or faster.
func TestExactIsLinear(t *testing.T) {
	for _, expr := range []string{`(?:a|aa)+b`, `(?i)[\w.-]{0,50}?(?:aa)[ab]{40}c`, `(?:(?:a|aa)(?:a|aaa))+b`} {
		x := newExact(expr, new(lookups))
		var b backtrack
		b.ctx = t.Context()
		var steps [2]int
		for i, n := range []int{500, 1000} {
			const budget = 10_000_000
			if _, ok := x.findAll(&b, nil, 0, []byte(strings.Repeat("a", n)), 0, n, budget); !ok {
				t.Fatalf("%s: more than %d steps for %d bytes", expr, budget, n)
			}
			steps[i] = budget - b.steps
		}
		if steps[1] > 3*steps[0] {
			t.Errorf("%s: %d steps for 500 bytes, %d for 1000", expr, steps[0], steps[1])
		}
	}
}

// TestExactLeads: what is found from behind a lead is what is found from its beginning, in any part of a text.
func TestExactLeads(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	for _, expr := range []string{
		`[ab]{0,3}?(c)d`, `[ab]{0,3}c+(d)`, `[a-c]*c[ad]{2}`, `[a-c]{2,4}?(?:cd|dc)`, `(?i)[\w.-]{0,5}?(?:ka|s)[a-dſ]{3}`, `[^d]+d\b`, `[ſ-ƀé]{0,2}(?:a|é)b`, `.*?(ab|c)d`, `(?i)[\w]+k{2}`,
	} {
		x, plain := newExact(expr, new(lookups)), newExact(`(?:)`+expr, new(lookups))
		if x == nil || plain == nil || x.lead == nil || plain.lead != nil {
			t.Fatalf("%s: not one with a lead and one without", expr)
		}
		var b backtrack
		b.ctx = t.Context()
		found := 0
		for n := range 400 {
			var text []byte
			for range n % 90 {
				text = utf8.AppendRune(text, []rune("abcdabcdabcdkK sS-ſéK\n")[r.IntN(12+n%11)])
			}
			from := r.IntN(len(text) + 1)
			to := from + r.IntN(len(text)+1-from)
			for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) {
				from--
			}
			got, _ := x.findAll(&b, nil, 0, text, from, to, 1<<30)
			want, _ := plain.findAll(&b, nil, 0, text, from, to, 1<<30)
			if found += len(want); !slices.Equal(got, want) {
				t.Fatalf("%s in %q[%d:%d]: %v, want %v", expr, text, from, to, got, want)
			}
		}
		if found < 40 {
			t.Errorf("%s: only %d matches", expr, found)
		}
	}
}
