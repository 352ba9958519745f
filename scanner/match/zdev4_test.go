package match

import (
	"fmt"
	"testing"
)

func TestDevRuns(t *testing.T) {
	ps := devPatterns(env("SETS", "builtin"))
	s, err := Compile(ps)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.plain.runs {
		fmt.Println("run", r.length, r.set.size())
		for _, e := range r.entries {
			fmt.Printf("   %d %.150s\n", e.length, ps[e.pattern].Expr)
		}
	}
	fmt.Println("always")
	for i := range ps {
		if s.plain.always[i>>6]>>(i&63)&1 != 0 {
			fmt.Println(ps[i].Expr)
		}
	}
}
