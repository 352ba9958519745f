package match

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestExactManyBytes holds to package regexp what exact reads many bytes at a time of, with runes beyond ASCII among
// them, and where the text ends.
func TestExactManyBytes(t *testing.T) {
	pieces := strings.Split("a a s t k i task ask kiss is ta kkk T A S K I @ ` ſ \u212a é \n", " ")
	r := rand.New(rand.NewPCG(4, 4))
	for _, expr := range []string{
		`(?i)ask`, `(?i)(?:task|kiss)s`, `(?i)taskiskta`, `(?i)a[a-k]{3}s`, `(?i)[a-z]{9}`, `(?i)[a-z]{2,12}t\b`, `[as]{4}k`, `(?i)k{5}(a|s)`,
		`[@\x60]sk`, `ask(?:is|ta)+`, `(?i)[^k]{4}s`, `.{11}a`, `[^a]{3}[aé]{2}`, `(?i)is[t-z]{0,3}?(?:task|ka)`,
	} {
		x, want := newExact(expr, new(lookups)), regexp.MustCompile(expr)
		if x == nil {
			t.Fatalf("%s: no exact", expr)
		}
		var b backtrack
		b.ctx = t.Context()
		found := 0
		for n := range 2000 {
			var text []byte
			for range n % 40 {
				text = append(text, pieces[r.IntN(len(pieces)-n%7)]...)
			}
			got, ok := x.findAll(&b, nil, 0, text, 0, len(text), 1<<20)
			if !ok {
				t.Fatalf("%s in %q: not decided", expr, text)
			}
			all := want.FindAllIndex(text, -1)
			found += len(all)
			if !slices.EqualFunc(got, all, func(m Match, span []int) bool { return m.Start == span[0] && m.End == span[1] }) {
				t.Fatalf("%s in %q: %v, want %v", expr, text, got, all)
			}
		}
		if found < 5 {
			t.Errorf("%s: only %d matches", expr, found)
		}
	}
}
