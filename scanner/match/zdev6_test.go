package match

import (
	"fmt"
	"math/bits"
	"os"
	"sort"
	"strings"
	"testing"
)

type simItem struct {
	sets [8]uint64
	rate float64
}

func simProduct(u *[8]uint64, K int, cl *classes) float32 {
	r := float32(0)
	for m := range models {
		x := sorts[m].weight
		for k := 0; k < K; k++ {
			s := float32(0)
			for y := u[k]; y != 0; y &= y - 1 {
				s += cl.weights[bits.TrailingZeros64(y)][m]
			}
			x *= s
		}
		r += x
	}
	return r
}

func TestDevSim(t *testing.T) {
	ps := devPatterns(env("SETS", "builtin"))
	s, err := Compile(ps)
	if err != nil {
		t.Fatal(err)
	}
	f := s.plain
	cl := &classes{of: f.tables.class}
	for c := range 256 {
		for m := range models {
			cl.weights[cl.of[c]][m] += sorts[m].shares[c]
		}
	}
	var items []simItem
	for i := range f.entries {
		var it simItem
		for k := range it.sets {
			it.sets[k] = cl.set(&f.sets[f.entries[i].seq[k]])
		}
		items = append(items, it)
	}
	texts := map[string][]byte{}
	for _, tx := range strings.Split(env("TEXTS", "prose,code,log,hindi,base64"), ",") {
		b, _ := os.ReadFile("/tmp/engine-dev/" + tx + ".text")
		b = b[:256<<10]
		c := make([]byte, len(b))
		for i := range b {
			c[i] = cl.of[b[i]]
		}
		texts[tx] = c
	}
	count := func(us [][8]uint64, K int) {
		var member [8][64][2]uint64
		for b := range us {
			for k := 0; k < K; k++ {
				for y := us[b][k]; y != 0; y &= y - 1 {
					member[k][bits.TrailingZeros64(y)][b>>6] |= 1 << (b & 63)
				}
			}
		}
		for _, tx := range []string{"prose", "code", "log", "hindi", "base64"} {
			c := texts[tx]
			n := 0
			for p := 0; p+8 < len(c); p++ {
				a, b := ^uint64(0), ^uint64(0)
				for k := 0; k < K; k++ {
					a &= member[k][c[p+k]][0]
					b &= member[k][c[p+k]][1]
				}
				if a|b != 0 {
					n++
				}
			}
			fmt.Printf("  %s %.1f", tx, float64(n)*1024/float64(len(c)))
		}
		fmt.Println()
	}
	assign := func(B, K int, refine int) [][8]uint64 {
		for i := range items {
			items[i].rate = float64(simProduct(&items[i].sets, K, cl))
		}
		sort.SliceStable(items, func(a, b int) bool { return items[a].rate > items[b].rate })
		us := make([][8]uint64, B)
		rates := make([]float32, B)
		where := make([]int, len(items))
		place := func(i int) {
			best, rise, br := 0, float32(0), float32(0)
			for b := range us {
				u := us[b]
				ch := false
				for k := 0; k < K; k++ {
					if items[i].sets[k]&^u[k] != 0 {
						ch = true
						u[k] |= items[i].sets[k]
					}
				}
				r := rates[b]
				if ch {
					r = simProduct(&u, K, cl)
				}
				if b == 0 || r-rates[b] < rise {
					best, rise, br = b, r-rates[b], r
				}
			}
			for k := 0; k < K; k++ {
				us[best][k] |= items[i].sets[k]
			}
			rates[best] = br
			where[i] = best
		}
		for i := range items {
			place(i)
		}
		for range refine {
			for i := range items {
				b := where[i]
				var u [8]uint64
				for j := range items {
					if j != i && where[j] == b {
						for k := 0; k < K; k++ {
							u[k] |= items[j].sets[k]
						}
					}
				}
				us[b] = u
				rates[b] = simProduct(&u, K, cl)
				place(i)
			}
		}
		return us
	}
	for _, v := range [][3]int{{32, 5, 0}, {32, 6, 0}, {32, 8, 0}, {64, 5, 0}, {64, 5, 1}, {64, 5, 4}, {64, 6, 0}, {64, 6, 2}, {96, 5, 0}, {64, 8, 0}, {128, 5, 0}, {128, 4, 0}, {128, 6, 0}, {128, 6, 2}, {128, 8, 0}} {
		us := assign(v[0], v[1], v[2])
		fmt.Printf("%v (%d perms):", v, v[0]*v[1]/8)
		count(us, v[1])
	}
}
