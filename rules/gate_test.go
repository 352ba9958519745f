package rules

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestGatesHideNothing looks with gates for all that is found without, in texts made of the examples of all
// rules, whole, cut and side by side, as tables and on one line. More may be found: what the gates leave out
// stands in nothing's way.
func TestGatesHideNothing(t *testing.T) {
	skipIfShort(t)
	set := ownBuiltin(t)
	gates, open := set.gates, make([]gate, len(set.gates))
	var examples []string
	for _, r := range set.Rules() {
		for _, list := range [][]string{r.Match, r.NoMatch} {
			for i, e := range list {
				made, err := expandExample(e, uint64(i))
				if err != nil {
					t.Fatal(err)
				}
				examples = append(examples, strings.NewReplacer("«", "", "»", "").Replace(made))
			}
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range 4000 {
		var b strings.Builder
		for range 1 + random.IntN(5) {
			e := examples[random.IntN(len(examples))]
			if random.IntN(4) == 0 {
				e = e[random.IntN(len(e)):]
			}
			b.WriteString(strings.ToValidUTF8(e, "?"))
			b.WriteString([]string{" ", "\n", ", ", "\t", "|", ". ", " born 3 May 1971 ", "\nid,passport,name,dob\n"}[random.IntN(8)])
		}
		texts := []scanner.Text{{Bytes: []byte(b.String())}}
		set.gates = gates
		got, err := set.Detect(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		set.gates = open
		want, err := set.Detect(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		found += len(want)
		for _, f := range want {
			if !slices.Contains(got, f) {
				t.Fatalf("%q: %v, without gates %v", b.String(), got, f)
			}
		}
	}
	if found < 4000 {
		t.Errorf("%d found: the test tests nothing", found)
	}
}

// ownBuiltin is the built-in rules in a set of the test's own.
func ownBuiltin(tb testing.TB) *Set {
	tb.Helper()
	files, err := Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	set, err := Compile(files)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}
