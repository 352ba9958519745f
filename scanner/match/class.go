package match

import (
	"cmp"
	"math/bits"
	"slices"
)

const maxClasses = 64 // of any first step; one of them is for what is before and behind the text

// classes are bytes that the filter does not tell apart. Bytes that are in the same sets of all anchors
// are one class. If that makes more than there can be, those are joined whose difference matters least: rare bytes, in the
// sets of common anchors. A set then has all bytes of a class or none, so it can only grow.
type classes struct {
	of      [256]uint8
	members [maxClasses]byteSet
	weights [maxClasses]share          // of each class in texts of several sorts
	shares  [maxClasses / 8][256]share // of sets of those numbered from 0, 8, 16 and so on
	n       int
	first   int // how many of them have bytes of frequentBeyond
}

// frequentBeyond are bytes of which there are many in texts beyond ASCII: one of a rune, and what stands between words.
const frequentBeyond = "\xff \n,."

// classGroup is a class while classes are chosen.
type classGroup struct {
	in    []uint64 // the sets that it is in, one bit each
	bytes byteSet
	share share
	best  *classGroup // the one that it would be joined with at the least cost
	cost  float32
	costs []float32 // of joining it with each of the others, by their numbers
	adds  []float32 // by set, what its bytes would cost there
	id    int
}

// newClasses chooses the classes for some anchors, most at most. Those of bytes that are frequent beyond ASCII come first.
func newClasses(anchors []*anchor, most int) *classes {
	// The sets of all anchors, and what a byte more in each of them costs: how much oftener its anchors are found, per
	// share of the byte in each sort of text.
	type use struct {
		set     byteSet
		share   share
		weights share
	}
	var sets []use
	var numbers setNumbers
	number := func(set *byteSet) int {
		n, ok := numbers.number(set)
		if !ok {
			sets = append(sets, use{set: *set, share: shareOf(*set)})
		}
		return int(n) - 1
	}
	for _, a := range anchors {
		var n [classLen]int
		for k := range n {
			n[k] = number(&a.seq[k])
		}
		for m := range models {
			rate := sorts[m].apart
			for _, i := range n {
				rate *= sets[i].share[m]
			}
			for _, i := range n {
				sets[i].weights[m] += (rate + 1e-7) / (sets[i].share[m] + 1e-3)
			}
		}
	}
	// Those of other places cost nothing.
	costly := len(sets)
	priced := (costly + 63) / 64
	for _, a := range anchors {
		for k := classLen; k < anchorLen; k++ {
			number(&a.seq[k])
		}
	}
	words := (len(sets) + 63) / 64
	member := make([]uint64, 256*words)
	for i := range sets {
		for w, s := range sets[i].set {
			for ; s != 0; s &= s - 1 {
				c := w<<6 | bits.TrailingZeros64(s)
				member[c*words+i>>6] |= 1 << (i & 63)
			}
		}
	}
	// Bytes with the same sets are one class.
	var all []*classGroup
	for c := range 256 {
		in := member[c*words:][:words]
		g := (*classGroup)(nil)
		for _, other := range all {
			if slices.Equal(other.in, in) {
				g = other
				break
			}
		}
		if g == nil {
			g = &classGroup{in: in, id: len(all)}
			all = append(all, g)
		}
		g.bytes.add(byte(c))
		for m := range models {
			g.share[m] += sorts[m].shares[c]
		}
	}
	all = joinBeyond(all)
	// What a group would cost in each of the sets.
	rated := func(g *classGroup) {
		for i := range sets[:costly] {
			g.adds[i] = 0
			for m, w := range sets[i].weights {
				g.adds[i] += w * g.share[m]
			}
		}
	}
	// Joining two adds each to the sets that only the other is in.
	cost := func(a, b *classGroup) (c float32) {
		for w, in := range a.in[:priced] {
			x := b.in[w]
			for y := x &^ in; y != 0; y &= y - 1 {
				c += a.adds[w<<6|bits.TrailingZeros64(y)]
			}
			for y := in &^ x; y != 0; y &= y - 1 {
				c += b.adds[w<<6|bits.TrailingZeros64(y)]
			}
		}
		return c
	}
	choose := func(g *classGroup) {
		g.best = nil
		for _, other := range all {
			if other == g {
				continue
			}
			if c := g.costs[other.id]; g.best == nil || c < g.cost {
				g.best, g.cost = other, c
			}
		}
	}
	if len(all) > most {
		for _, g := range all {
			g.costs, g.adds = make([]float32, len(all)), make([]float32, 64*priced)
			rated(g)
		}
		inParallel(len(all), func(next func() int) {
			for i := next(); i < len(all); i = next() {
				g := all[i]
				for _, other := range all[:i] {
					c := cost(g, other)
					g.costs[other.id], other.costs[g.id] = c, c
				}
			}
		})
		for _, g := range all {
			choose(g)
		}
	}
	for len(all) > most {
		from := slices.MinFunc(all, func(a, b *classGroup) int { return cmp.Compare(a.cost, b.cost) })
		to := from.best
		all = slices.DeleteFunc(all, func(g *classGroup) bool { return g == from })
		to.join(from)
		rated(to)
		for _, g := range all {
			if g != to {
				c := cost(g, to)
				g.costs[to.id], to.costs[g.id] = c, c
			}
		}
		for _, g := range all {
			if g == to || g.best == from || g.best == to {
				choose(g)
			} else if c := g.costs[to.id]; c < g.cost {
				g.best, g.cost = to, c
			}
		}
	}
	cl := &classes{n: len(all)}
	for i := range frequentBeyond {
		g := slices.IndexFunc(all, func(g *classGroup) bool { return g.bytes.has(frequentBeyond[i]) })
		if g >= cl.first {
			all[cl.first], all[g] = all[g], all[cl.first]
			cl.first++
		}
	}
	for i, g := range all {
		cl.members[i] = g.bytes
		for w, s := range g.bytes {
			for ; s != 0; s &= s - 1 {
				c := w<<6 | bits.TrailingZeros64(s)
				cl.of[c] = uint8(i)
				for m := range models {
					cl.weights[i][m] += sorts[m].shares[c]
				}
			}
		}
	}
	for c := range cl.shares {
		for v := 1; v < len(cl.shares[c]); v++ {
			low := bits.TrailingZeros(uint(v))
			cl.shares[c][v] = cl.shares[c][v&(v-1)]
			for m, w := range cl.weights[8*c+low] {
				cl.shares[c][v][m] += w
			}
		}
	}
	return cl
}

// addShare adds the share of a set of classes.
func (cl *classes) addShare(to *share, set uint64) {
	for set != 0 {
		low := bits.TrailingZeros64(set) &^ 7
		s := &cl.shares[low>>3&7][set>>(low&63)&255]
		to[0] += s[0]
		to[1] += s[1]
		to[2] += s[2]
		to[3] += s[3]
		set &^= 255 << (low & 63)
	}
}

// join adds what another group has.
func (g *classGroup) join(other *classGroup) {
	for w := range g.in {
		g.in[w] |= other.in[w]
	}
	g.bytes = g.bytes.union(other.bytes)
	for m := range g.share {
		g.share[m] += other.share[m]
	}
}

// joinBeyond makes one group of those with only bytes beyond ASCII if there are no more than two: what begins a rune and what goes on with
// it. That difference tells of no text anything, and without it AVX2 finds classes in half the time.
func joinBeyond(all []*classGroup) []*classGroup {
	var beyond []*classGroup
	for _, g := range all {
		if g.bytes[0]|g.bytes[1] == 0 {
			beyond = append(beyond, g)
		}
	}
	if len(beyond) != 2 {
		return all
	}
	to, from := beyond[0], beyond[1]
	to.join(from)
	all = slices.DeleteFunc(all, func(g *classGroup) bool { return g == from })
	for i, g := range all {
		g.id = i
	}
	return all
}

// set returns the classes that have a byte in s.
func (cl *classes) set(s *byteSet) (t uint64) {
	if *s == anyByte {
		return 1<<cl.n - 1
	}
	for w, x := range s {
		for ; x != 0; x &= x - 1 {
			t |= 1 << cl.of[w<<6|bits.TrailingZeros64(x)]
		}
	}
	return t
}

// bytes returns all bytes of some classes.
func (cl *classes) bytes(set uint64) (s byteSet) {
	for ; set != 0; set &= set - 1 {
		s = s.union(cl.members[bits.TrailingZeros64(set)])
	}
	return s
}
