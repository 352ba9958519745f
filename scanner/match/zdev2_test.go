package match

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
)

var devHits func(e *entry, ok bool)

func TestDevHits(t *testing.T) {
	name := env("SETS", "builtin")
	ps := devPatterns(name)
	s, err := Compile(ps)
	if err != nil {
		t.Fatal(err)
	}
	byPattern := make([][]string, len(ps))
	_ = byPattern
	for _, tx := range strings.Split(env("TEXTS", "prose,code,log,base64,chinese"), ",") {
		b, _ := os.ReadFile("/tmp/engine-dev/" + tx + ".text")
		b = b[:512<<10]
		for len(b) > 0 && b[len(b)-1] >= 0x80 {
			b = b[:len(b)-1]
		}
		type row struct {
			pat               int
			anch, walked, win int64
			bucketCand        int
		}
		rows := map[int]*row{}
		f := s.plain
		devHits = func(e *entry, ok bool) {
			r := rows[int(e.pattern)]
			if r == nil {
				r = &row{pat: int(e.pattern)}
				rows[int(e.pattern)] = r
			}
			r.anch++
			if ok {
				r.win++
			}
		}
		ms := map[int]int{}
		for _, p := range devCut(b, 8<<10) {
			dst, err := s.Find(context.Background(), nil, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range dst {
				ms[m.Pattern]++
			}
		}
		devHits = nil
		var list []*row
		tot := int64(0)
		for _, r := range rows {
			list = append(list, r)
			tot += r.anch
		}
		sort.Slice(list, func(i, j int) bool { return list[i].anch > list[j].anch })
		fmt.Printf("== %s: %d anchors, %.1f per KB\n", tx, tot, float64(tot)/512)
		for _, r := range list[:min(28, len(list))] {
			c := s.Cost(r.pat)
			fmt.Printf("  %6.2f/KB win %6.2f match %6.2f rate %.2g  %.60v | %.110s\n", float64(r.anch)/512, float64(r.win)/512, float64(ms[r.pat])/512, c.Rate*1024, c.Anchors, ps[r.pat].Expr)
		}
		_ = f
	}
}
