package match

import (
	"math"
	"slices"
)

// anchor is something that a match must contain: at some place p of the match, one
// byte of each set of seq, one after the other. A pattern has one anchor or, where
// it has alternatives, a few, of which each match contains at least one.
type anchor struct {
	seq   sequence
	end   [anchorLen]bool // the text may end before place p+k
	ahead int             // how many bytes behind p the tail begins: 1 if seq begins with the byte before it
	start bool            // with ahead, the text may begin at p+1: there is no byte before the tail
	head  []*node         // what stands before p+ahead, in the order of the text
	tail  []*node         // what stands from p+ahead on
	whole bool            // head and tail are not known
	rate  float64         // estimated share of places where all of seq stands
	first float64         // the same for its first firstLen sets

	// placed says that matches begin width bytes before p+ahead, behind the lead of the pattern if it has one.
	placed bool
	width  int

	// What can stand at the places before seq, from the last one on, and after it.
	before [beforeLen]byteSet
	after  [afterLen]byteSet

	// An anchor with length is not a sequence but a run: that many bytes of set in
	// a row, with head before them and tail after.
	length int
	set    byteSet
	run    []*node // what makes the run
}

const (
	firstLen  = 4 // sets that the first step looks at
	anchorLen = 8 // sets of an anchor

	// Where more is known of the bytes around an anchor than that it may stand there, most are
	// done with before any walk.
	beforeLen = 2
	afterLen  = 3
)

type sequence [anchorLen]byteSet

// The costs of a scan that anchors are chosen by, in nanoseconds. Only
// their proportions matter.
const (
	costFirst  = 8    // a place that the first step lets through
	costAnchor = 60   // an anchor: the walk in both directions
	costWhole  = 6.6  // RE2, per byte
	costProbe  = 8    // a byte looked at for a run; it is seldom foreseen what it is
	costVector = 0.03 // a byte of text, where runs are looked for with vectors
	costRun    = 500  // a run: the search around it
)

// cost estimates what an anchor costs per byte of text, with vectors to look for it or without.
func (a *anchor) cost(vectors bool) float64 {
	if a.length > 0 {
		if vectors {
			return costVector + float64(costRun*a.rate)
		}
		return float64(costProbe*a.first) + float64(costRun*a.rate)
	}
	return float64(costFirst*a.first) + float64(costAnchor*a.rate)
}

// list is the whole pattern.
func (a *anchor) list() []*node { return slices.Concat(a.head, a.run, a.tail) }

// ascii reports whether the first n sets have no byte beyond ASCII.
func (s *sequence) ascii(n int) bool {
	for _, set := range s[:n] {
		if set[2]|set[3] != 0 {
			return false
		}
	}
	return true
}

// chooser finds the cheapest anchors of patterns.
type chooser struct {
	rater
	sets    setFinder
	vectors bool    // runs are looked for with vectors
	spare   []*node // memory of a list of which no anchor was kept
	says    bool    // say the hint that leads to the same anchors
	said    string
}

func newChooser() *chooser { return &chooser{rater: newRater(), vectors: firstSteps[0].members != nil} }

// anchorsOf returns the anchors of a pattern; none if everything that it requires is
// too common to be worth looking for.
func (c *chooser) anchorsOf(root *node, literals []string, hint string) []anchor {
	c.forget()
	list := flatten(root, nil)
	best, ok := c.hinted(list, hint)
	if !ok {
		best, _, c.said = c.choose(list, maxNesting, 0, len(list), costWhole)
		best = slices.Clone(best) // they are kept, and large
	}
	if len(best) == 0 {
		best = c.literalAnchors(literals)
	}
	for i := range best {
		if a := &best[i]; a.length == 0 {
			a.before, a.after = c.sets.beyond(a)
		}
	}
	return best
}

const (
	maxStarts       = 128 // places of a pattern where an anchor is tried
	maxAlternatives = 128 // alternatives that are looked into one by one
	maxNesting      = 2   // alternatives within alternatives
)

// choose returns the cheapest anchors for the concatenation of list, of those that begin in list[from:to], if they
// cost less than most. If the chooser says how, it says where they are.
func (c *chooser) choose(list []*node, nesting, from, to int, most float64) (best []anchor, cost float64, how string) {
	to = min(to, len(list), maxStarts)
	c.sets.prepare(list, from, to)
	// The first sets tell of most places that they cost too much, and their bytes alone of nearly all once something
	// cheap is found: what looks rarest is tried first.
	var (
		keys   [maxStarts]rateKey
		least  [maxStarts]float64
		rarest = -1
		guess  = math.Inf(1)
	)
	for i := from; i < to; i++ {
		if list[i].kind == kindAssert {
			continue
		}
		few, _ := c.sets.few(list[i:], anyKind, firstLen)
		keys[i] = c.key(&few, firstLen)
		english, others := c.byBytes(&keys[i])
		least[i] = others
		if g := english + others; g < guess {
			rarest, guess = i, g
		}
	}
	f := finder{chooser: c, list: list, cost: most, found: none}
	if rarest >= 0 {
		f.try(rarest, &keys[rarest])
	}
	for i := from; i < to; i++ {
		if list[i].kind == kindAssert {
			continue
		}
		if i != rarest && least[i] <= f.cost/costFirst {
			f.try(i, &keys[i])
		}
		// The anchor one place before a byte says the same and more.
		if i == 0 || list[i-1].kind != kindSet {
			f.tryBehind(i)
		}
	}
	one, cost := f.one, f.cost
	if c.says {
		how = f.how()
	}
	if cost > enough {
		if a, ok := c.chooseRun(list, from, to); ok && a.cost(c.vectors) < cost {
			one, cost = a, a.cost(c.vectors)
			if c.says {
				how = word('r', len(a.head), len(a.head)+len(a.run)-1)
			}
		}
	}
	if cost < most {
		best = []anchor{one}
	}
	if nesting == 0 || cost < rare && one.seq.ascii(firstLen) {
		return best, cost, how
	}
	for i := from; i < min(to, len(list)); i++ {
		n := list[i]
		// The runes of a class share too much for each to be looked for.
		if n.kind != kindAlt || n.class || len(n.sub) > maxAlternatives {
			continue
		}
		var all []anchor
		// More anchors fill more buckets: take them only for a clear gain.
		sum, most := 0.0, cost*0.8
		var words string
		if c.says {
			words = word('a', i)
		}
		for _, sub := range n.sub {
			branch := append(c.spare[:0], list[:i]...)
			c.spare = nil
			branch = flatten(sub, branch)
			end := len(branch)
			branch = append(branch, list[i+1:]...)
			// What begins so far from the alternative that it does not see it was tried already.
			some, x, more := c.choose(branch, nesting-1, max(from, i-anchorLen), end+1, most-sum)
			if len(some) == 0 {
				c.spare = branch
				sum = most // sum + (most - sum) may be less than most
				break
			}
			if all == nil {
				all = make([]anchor, 0, len(n.sub))
			}
			all, words = append(all, some...), words+more
			if sum += x; sum >= most {
				break
			}
		}
		if sum < most {
			best, cost, how = all, sum, words
		}
	}
	return best, cost, how
}

// finder finds the cheapest anchor of a list, the first of those that cost the same, in whatever order they are tried.
type finder struct {
	*chooser
	list  []*node
	one   anchor
	cost  float64 // of one, or what it must be below
	found int     // twice the place of one, and 1 more if the byte before is part of it; none if there is none
}

// how says where the anchor is that was found.
func (f *finder) how() string {
	switch {
	case f.found == none:
		return "n"
	case f.found&1 != 0:
		return word('b', f.found/2)
	}
	return word('p', f.found/2)
}

// try tries the anchor that begins with list[i], of whose first sets the key is known. One that can stand where the text
// ends, as x?$ can, is none: nobody looks for it there.
func (f *finder) try(i int, key *rateKey) {
	first := f.rateOf(key)
	if first > f.cost/costFirst {
		return
	}
	a := anchor{head: f.list[:i], tail: f.list[i:]}
	if a.seq, a.end = f.sets.first(f.list[i:]); a.end[0] {
		return
	}
	f.take(&a, first, 2*i)
}

// tryBehind tries the anchor that begins with the byte before list[i].
func (f *finder) tryBehind(i int) {
	few, ok := f.sets.behind(f.list, i, firstLen)
	if !ok {
		return
	}
	key := f.key(&few.seq, firstLen)
	if _, others := f.byBytes(&key); others > f.cost/costFirst {
		return
	}
	first := f.rateOf(&key)
	if first > f.cost/costFirst {
		return
	}
	a, _ := f.sets.behind(f.list, i, anchorLen)
	f.take(&a, first, 2*i+1)
}

// take rates an anchor, whose first sets stand at the given share of places, and keeps it if it costs less.
func (f *finder) take(a *anchor, first float64, place int) {
	key := f.key(&a.seq, anchorLen)
	if _, others := f.byBytes(&key); float64(costFirst*first)+float64(costAnchor*others) > f.cost {
		return
	}
	a.first, a.rate = first, f.rateOf(&key)
	if cost := a.cost(f.vectors); cost < f.cost || cost == f.cost && place < f.found {
		f.one, f.cost, f.found = *a, cost, place
	}
}

const (
	// enough is the cost of a sequence below which no run is tried: a set of
	// its own for runs costs more.
	enough = 0.05
	// rare is the cost below which no alternatives are looked into, which takes most of the time of building. Bytes beyond
	// ASCII are rare in English, but what all alternatives in such a script have in common is nearly any letter of it.
	rare = 1e-4
	// minRun is the length of the shortest run worth looking for.
	minRun = 9
)

// chooseRun returns the cheapest run that list requires, of those that begin in list[from:to].
func (c *chooser) chooseRun(list []*node, from, to int) (best anchor, ok bool) {
	for i := from; i < to; i++ {
		if lo, _ := list[i].widths(); lo == 0 {
			continue // the run that begins behind it says more
		}
		var set byteSet
		length := 0
		for j := i; j < len(list); j++ {
			lo, _ := list[j].widths()
			set = set.union(list[j].bytes())
			if length += lo; length < minRun || lo == 0 {
				continue
			}
			a := anchor{head: list[:i], run: list[i : j+1], tail: list[j+1:], set: set, length: length}
			c.rateRun(&a)
			if !ok || a.cost(c.vectors) < best.cost(c.vectors) {
				best, ok = a, true
			}
		}
	}
	return best, ok
}

// rateRun estimates how many bytes are looked at for the run and how often it is found, per
// byte of text, from the first bytes of the run.
func (c *chooser) rateRun(a *anchor) {
	var seq sequence
	for k := range seq {
		seq[k] = a.set
	}
	short, long := c.rate(&seq, anchorLen-1), c.rate(&seq, anchorLen)
	again := min(long/max(short, 1e-12), 0.999)
	a.rate = long * math.Pow(again, float64(a.length-anchorLen))
	a.first = min(1, (1+c.rate(&seq, 1)/(1-again))/float64(a.length))
}

// literalAnchors turns the promised literals of a pattern into anchors: each one
// found means that the whole text must be read.
func (c *chooser) literalAnchors(literals []string) []anchor {
	var all []anchor
	for _, l := range literals {
		if l == "" {
			return nil
		}
		var list []*node
		for i := range len(l) {
			var s byteSet
			s.add(l[i])
			if b := l[i] | 0x20; b >= 'a' && b <= 'z' {
				s.add(b)
				s.add(b &^ 0x20)
			}
			list = append(list, setNode(s))
		}
		// The rarest part of the literal, and the rest of it around.
		best := anchor{first: 2}
		for i := range list {
			a := anchor{head: list[:i], tail: list[i:], whole: true}
			a.seq, a.end = c.sets.first(list[i:])
			a.first, a.rate = c.rate(&a.seq, firstLen), c.rate(&a.seq, anchorLen)
			if best.first == 2 || a.cost(c.vectors) < best.cost(c.vectors) {
				best = a
			}
		}
		all = append(all, best)
	}
	return all
}
