package match

import (
	"fmt"
	"math/bits"
	"math/rand"
	"os"
	"sort"
	"testing"
	"time"
)

func TestDevSim2(t *testing.T) {
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
		it.rate = float64(simProduct(&it.sets, 5, cl))
		items = append(items, it)
	}
	sort.SliceStable(items, func(a, b int) bool { return items[a].rate > items[b].rate })
	r := rand.New(rand.NewSource(1))
	texts := map[string][]byte{}
	nsamp := map[string]int{"prose": 3072, "code": 3072, "log": 0, "hindi": 0, "base64": 0}
	var samples [][8]byte
	for _, tx := range []string{"prose", "code", "log", "hindi", "base64"} {
		b, _ := os.ReadFile("/tmp/engine-dev/" + tx + ".text")
		c := make([]byte, len(b))
		for i := range b {
			c[i] = cl.of[b[i]]
		}
		texts[tx] = c[:256<<10]
		for range nsamp[tx] {
			p := 1<<20 + r.Intn(len(c)-1<<20-8)
			samples = append(samples, [8]byte(c[p:]))
		}
	}
	for _, m := range []int{1, 2, 3} {
		var cum [256]float32
		x := float32(0)
		for c := range cum {
			x += sorts[m].shares[c]
			cum[c] = x
		}
		for range 512 {
			var q [8]byte
			for k := range q {
				y := r.Float32() * x
				c := sort.Search(255, func(i int) bool { return cum[i] > y })
				q[k] = cl.of[c]
			}
			samples = append(samples, q)
		}
	}
	W := (len(samples) + 63) / 64
	var at [8][64][]uint64
	for k := range at {
		for c := range at[k] {
			at[k][c] = make([]uint64, W)
		}
		for i, q := range samples {
			at[k][q[k]][i>>6] |= 1 << (i & 63)
		}
	}
	bitsOf := func(k int, set uint64) []uint64 {
		out := make([]uint64, W)
		for ; set != 0; set &= set - 1 {
			for w, x := range at[k][bits.TrailingZeros64(set)] {
				out[w] |= x
			}
		}
		return out
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
	for _, v := range [][3]int{{32, 5}, {32, 6}, {64, 5}, {64, 6}, {64, 8}, {96, 5}, {128, 5}} {
		t0 := time.Now()
		B, K := v[0], v[1]
		us := make([][8]uint64, B)
		ub := make([][8][]uint64, B)
		pop := make([]int, B)
		rates := make([]float32, B)
		for b := range ub {
			for k := range ub[b] {
				ub[b][k] = make([]uint64, W)
			}
		}
		for i := range items {
			var ib [8][]uint64
			for k := 0; k < K; k++ {
				ib[k] = bitsOf(k, items[i].sets[k])
			}
			best, bestRise := 0, float32(0)
			for b := range us {
				u := us[b]
				ch := false
				for k := 0; k < K; k++ {
					if items[i].sets[k]&^u[k] != 0 {
						ch = true
						u[k] |= items[i].sets[k]
					}
				}
				rise := float32(0)
				if ch {
					n := 0
					for w := 0; w < W; w++ {
						x := ub[b][0][w] | ib[0][w]
						for k := 1; k < K; k++ {
							x &= ub[b][k][w] | ib[k][w]
						}
						n += bits.OnesCount64(x)
					}
					rise = float32(n-pop[b])/float32(len(samples)) + .05*(simProduct(&u, K, cl)-rates[b])
				}
				if b == 0 || rise < bestRise {
					best, bestRise = b, rise
				}
			}
			n := 0
			for w := 0; w < W; w++ {
				for k := 0; k < K; k++ {
					ub[best][k][w] |= ib[k][w]
				}
				x := ub[best][0][w]
				for k := 1; k < K; k++ {
					x &= ub[best][k][w]
				}
				n += bits.OnesCount64(x)
			}
			pop[best] = n
			for k := 0; k < K; k++ {
				us[best][k] |= items[i].sets[k]
			}
			rates[best] = simProduct(&us[best], K, cl)
		}
		fmt.Printf("%v (%d perms) %v:", v, B*K/8, time.Since(t0))
		count(us, K)
	}
}
