package match

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
)

func TestDevCand(t *testing.T) {
	ps := devPatterns(env("SETS", "builtin"))
	s, err := Compile(ps)
	if err != nil {
		t.Fatal(err)
	}
	f := s.plain
	type en struct {
		e   *entry
		str string
	}
	for _, tx := range strings.Split(env("TEXTS", "prose,code,log,hindi"), ",") {
		b, _ := os.ReadFile("/tmp/engine-dev/" + tx + ".text")
		b = b[:128<<10]
		counts := map[int]int{}
		ideal5, ideal8, vec, mem := 0, 0, 0, 0
		// first sets
		for p := 0; p+8 <= len(b); p++ {
			a5, a8 := false, false
			for i := range f.entries {
				e := &f.entries[i]
				ok := true
				for k := 0; k < 5; k++ {
					if !f.sets[e.seq[k]].has(b[p+k]) {
						ok = false
						break
					}
				}
				if !ok {
					continue
				}
				a5 = true
				counts[i]++
				for k := 5; k < 8; k++ {
					if !f.sets[e.seq[k]].has(b[p+k]) {
						ok = false
						break
					}
				}
				a8 = a8 || ok
			}
			if a5 {
				ideal5++
			}
			if a8 {
				ideal8++
			}
			m := ^uint64(0)
			for k := 0; k < 8; k++ {
				m &= f.member[k][f.tables.class[b[p+k]]]
				if k == 4 && m != 0 {
					vec++
				}
			}
			if m != 0 {
				mem++
			}
		}
		kb := float64(len(b)) / 1024
		fmt.Printf("== %s ideal5 %.1f vec %.1f member %.1f ideal8 %.1f per KB\n", tx, float64(ideal5)/kb, float64(vec)/kb, float64(mem)/kb, float64(ideal8)/kb)
		var idx []int
		for i := range counts {
			idx = append(idx, i)
		}
		sort.Slice(idx, func(a, b int) bool { return counts[idx[a]] > counts[idx[b]] })
		for _, i := range idx[:min(12, len(idx))] {
			var q sequence
			for k := range q {
				q[k] = f.sets[f.entries[i].seq[k]]
			}
			fmt.Printf("   %6.2f %s  %.70s\n", float64(counts[i])/kb, q.String(), ps[f.entries[i].pattern].Expr)
		}
	}
}
