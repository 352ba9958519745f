package match

import (
	"math/bits"
	"slices"
)

// item is an anchor on its way into a bucket.
type item struct {
	anchor *anchor
	entry  int32
	sets   [anchorLen]uint64 // by class
}

// newFilter builds the filter of the anchors of every pattern.
func newFilter(byPattern [][]anchor) *filter {
	f := &filter{always: make([]uint64, (len(byPattern)+63)/64), walkers: map[string]*walker{}}
	f.atEnd = [2]uint64{^uint64(0), ^uint64(0)}
	for c := range f.masks {
		f.masks[c] = f.atEnd
	}
	f.scratch.New = func() any { return f.newScratch(len(byPattern)) }
	var items []item
	var anchors []*anchor
	for pattern := range byPattern {
		if len(byPattern[pattern]) == 0 {
			f.always[pattern>>6] |= 1 << (pattern & 63)
		}
		for i := range byPattern[pattern] {
			a := &byPattern[pattern][i]
			if a.length > 0 {
				f.addRun(pattern, a)
				continue
			}
			items = append(items, item{anchor: a, entry: int32(len(f.entries))})
			anchors = append(anchors, a)
			f.entries = append(f.entries, f.newEntry(pattern, a))
		}
	}
	f.walkers = nil
	cl := newClasses(anchors)
	f.tables.class = cl.of
	for _, r := range f.runs {
		for c := range 256 {
			if r.member[c] {
				r.classes[cl.of[c]] = 1
			}
		}
	}
	numbers := map[byteSet]uint16{}
	for i := range items {
		it, e := &items[i], &f.entries[items[i].entry]
		e.exact = true
		for k := range it.sets {
			set := it.anchor.seq[k]
			it.sets[k] = cl.set(&set)
			e.exact = e.exact && cl.bytes(it.sets[k]) == set
			n, ok := numbers[set]
			if !ok {
				n = uint16(len(f.sets))
				numbers[set] = n
				f.sets = append(f.sets, set)
			}
			e.seq[k] = n
		}
	}
	// Frequent anchors choose their bucket first.
	slices.SortStableFunc(items, func(a, b item) int {
		switch {
		case a.anchor.first > b.anchor.first:
			return -1
		case a.anchor.first < b.anchor.first:
			return 1
		}
		return 0
	})
	if firstSteps[0].halves || firstSteps[0].places == nil {
		f.fillHalves(items)
	} else {
		f.fill(items, cl)
	}
	return f
}

// fill puts anchors into buckets where they let the least more through.
func (f *filter) fill(items []item, cl *classes) {
	var union [maxBuckets][classLen]uint64
	var shares [maxBuckets][classLen]share
	var rates [maxBuckets]float32
	for i := range items {
		it := &items[i]
		best, bestRise := 0, float32(0)
		for b := range maxBuckets {
			after := [classLen]share{}
			changed := false
			for k := range classLen {
				after[k] = shares[b][k]
				for x := it.sets[k] &^ union[b][k]; x != 0; x &= x - 1 {
					w := &cl.weights[bits.TrailingZeros64(x)]
					for m := range w {
						after[k][m] += w[m]
					}
					changed = true
				}
			}
			rise := float32(0)
			if changed {
				rise = product(after[:]) - rates[b]
			}
			if b == 0 || rise < bestRise {
				best, bestRise = b, rise
				if rise <= 0 {
					break
				}
			}
		}
		for k := range classLen {
			for x := it.sets[k] &^ union[best][k]; x != 0; x &= x - 1 {
				w := &cl.weights[bits.TrailingZeros64(x)]
				for m := range w {
					shares[best][k][m] += w[m]
				}
			}
			union[best][k] |= it.sets[k]
		}
		rates[best] += bestRise
		f.add(best, it)
	}
}

// product estimates how often sets with such shares stand one behind the other.
func product(shares []share) (rate float32) {
	for m := range models {
		r := sorts[m].weight
		for k := range shares {
			r *= shares[k][m]
		}
		rate += r
	}
	return rate
}

// fillHalves is fill for the first steps that have 32 buckets, and for tables by the halves of a byte.
func (f *filter) fillHalves(items []item) {
	var union [lanesAll][vectLen]byteSet
	var shares [lanesAll][vectLen]share
	var rates [lanesAll]float32
	for i := range items {
		it := &items[i]
		best, bestRise := 0, float32(0)
		var bestShares [vectLen]share
		for b := range lanesAll {
			after := shares[b]
			changed := false
			for k := range vectLen {
				merged := union[b][k].union(it.anchor.seq[k])
				if merged == union[b][k] {
					continue
				}
				changed = true
				if firstSteps[0].halves {
					merged = merged.halves()
				}
				after[k] = shareOf(merged)
			}
			rise := float32(0)
			if changed {
				rise = product(after[:]) - rates[b]
			}
			if b == 0 || rise < bestRise {
				best, bestRise, bestShares = b, rise, after
				if !changed {
					break
				}
			}
		}
		for k := range vectLen {
			union[best][k] = union[best][k].union(it.anchor.seq[k])
		}
		shares[best] = bestShares
		rates[best] += bestRise
		f.add(best, it)
	}
}

// halves returns the set as tables by the halves of a byte know it: each high half with
// each low half.
func (s byteSet) halves() (t byteSet) {
	var low, high uint16
	for i, w := range s {
		for k := range 4 {
			if part := uint16(w >> (16 * k)); part != 0 {
				low |= part
				high |= 1 << (4*i + k)
			}
		}
	}
	for i := range t {
		for k := range 4 {
			if high>>(4*i+k)&1 != 0 {
				t[i] |= uint64(low) << (16 * k)
			}
		}
	}
	return t
}

// add puts an anchor into a bucket.
func (f *filter) add(bucket int, it *item) {
	a, lane := it.anchor, bucket%lanesAll
	f.tables.add(bucket, it)
	word, bit := lane/lanes, lane%lanes
	for k := range firstLen {
		m := uint64(1) << (lanes*k + bit)
		for w, x := range a.seq[k] {
			for ; x != 0; x &= x - 1 {
				f.masks[w<<6|bits.TrailingZeros64(x)][word] &^= m
			}
		}
		if a.end[k] {
			f.atEnd[word] &^= m
		}
	}
	ch := f.checks[bucket]
	if ch == nil || ch.n == checkEntries {
		ch = &check{next: ch}
		f.checks[bucket] = ch
	}
	for k := range anchorLen {
		for x := it.sets[k]; x != 0; x &= x - 1 {
			c := bits.TrailingZeros64(x)
			f.member[k][c] |= 1 << bucket
			ch.sets[k][c] |= 1 << ch.n
		}
		if a.end[k] {
			f.ends[k] |= 1 << bucket
			ch.atEnd[k] |= 1 << ch.n
		}
	}
	if a.start {
		f.starts |= 1 << bucket
		ch.atStart |= 1 << ch.n
	}
	ch.entries[ch.n] = it.entry
	ch.n++
}
