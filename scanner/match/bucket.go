package match

import (
	"cmp"
	"math/bits"
	"slices"
	"sync/atomic"
)

// item is an anchor on its way into a bucket.
type item struct {
	anchor  *anchor
	pattern int32
	entry   int32
	sets    [anchorLen]uint64 // by class
}

// newFilter builds the filter of the anchors of every pattern for a first step.
func newFilter(byPattern [][]anchor, step *firstStep) *filter {
	f := &filter{step: step, always: make([]uint64, (len(byPattern)+63)/64), walkers: map[walkKey]int32{}, ready: make([]atomic.Pointer[exact], len(byPattern))}
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
			items = append(items, item{anchor: a, pattern: int32(pattern), entry: int32(len(items))})
			anchors = append(anchors, a)
		}
	}
	every, all := anchors, items
	if len(items) > fewAnchors && (step.grams != nil || step.list == nil) {
		f.grams, items = newGrams(items)
		anchors = nil
		for i := range items {
			anchors = append(anchors, items[i].anchor)
		}
	}
	// Classes are chosen one after the other. Meanwhile entries are made.
	chosen := make(chan *classes, 1)
	go func() { chosen <- newClasses(anchors, step.classes-1) }()
	around := make([]sides, len(all))
	inParallel(len(all), func(next func() int) {
		var room []byte
		for i := next(); i < len(all); i = next() {
			around[i] = newSides(all[i].anchor, &room)
		}
	})
	f.entries = make([]entry, len(all))
	for i := range all {
		f.entries[i] = f.newEntry(int(all[i].pattern), all[i].anchor, &around[i])
	}
	f.walkers = nil
	f.numberSets(every)
	cl := <-chosen
	f.class, f.edge, f.coding = cl.of, uint8(cl.n), newCoding(&cl.of)
	f.pairing = newPairing(cl.n + 1)
	for _, r := range f.runs {
		for c := range 256 {
			if r.member[c] {
				r.classes[cl.of[c]] = 1
			}
		}
	}
	known, vague := make([]uint64, len(f.sets)), make([]bool, len(f.sets))
	for i := range items {
		it, e := &items[i], &f.entries[items[i].entry]
		for k := range it.sets {
			n := f.seqs[it.entry][k]
			if known[n] == 0 {
				known[n] = cl.set(&f.sets[n])
				vague[n] = cl.bytes(known[n]) != f.sets[n]
			}
			it.sets[k] = known[n]
			if vague[n] {
				e.vague |= 1 << k
			}
			if it.anchor.edgeAt(k) {
				it.sets[k] |= 1 << f.edge
			}
		}
	}
	f.near = cl.of
	if f.grams != nil {
		f.near = nearClasses
	}
	f.lookAround(every)
	for i := range items {
		if e := &f.entries[items[i].entry]; e.around == byExact && items[i].anchor.rate < rareAnchor {
			e.around = atOnce
		}
	}
	sortItems(items)
	// Those that hold a byte beyond ASCII are apart from the others, unless they are few: most of a text need not be read for them.
	ascii, beyond := items, []item(nil)
	if len(items) > lanesAll {
		ascii, beyond = partition(items, func(it *item) bool { return !it.anchor.beyond() })
	} else if !slices.ContainsFunc(items, func(it item) bool { return !it.anchor.beyond() }) {
		ascii, beyond = nil, items
	}
	f.addBanks(ascii, beyond, cl)
	for _, b := range f.banks {
		b.quiet, b.widest = b.quietClasses(cl.first), nil
	}
	return f
}

// numberSets gives numbers to the sets of all anchors, which share most of them.
func (f *filter) numberSets(anchors []*anchor) {
	var numbers setNumbers
	f.seqs = make([][anchorLen]uint16, len(f.entries))
	for i, a := range anchors {
		for k := range a.seq {
			n, _ := numbers.number(&a.seq[k])
			f.seqs[i][k] = uint16(n - 1)
		}
	}
	f.sets = slices.Clone(numbers.sets)
}

// lookAround tells each entry what can stand around its anchor.
func (f *filter) lookAround(anchors []*anchor) {
	var (
		numbers setNumbers
		known   []uint64
	)
	classesOf := func(set *byteSet) uint64 {
		n, ok := numbers.number(set)
		if !ok {
			known = append(known, f.nearSet(set))
		}
		return known[n-1]
	}
	for i, a := range anchors {
		e := &f.entries[i]
		for k := range a.before {
			e.before[k] = classesOf(&a.before[k])
		}
		for k := range a.after {
			e.after[k] = classesOf(&a.after[k])
		}
	}
}

// nearSet returns the classes of filter.near that have a byte in s.
func (f *filter) nearSet(s *byteSet) (t uint64) {
	if *s == anyByte {
		return ^uint64(0)
	}
	for w, x := range s {
		for ; x != 0; x &= x - 1 {
			t |= 1 << f.near[w<<6|bits.TrailingZeros64(x)]
		}
	}
	return t
}

// nearClasses are classes for the bytes around anchors where those of the banks were chosen for few of them.
var nearClasses = func() (of [256]uint8) {
	n := uint8(0)
	for _, group := range []string{
		"\t", "\n", "\r", " ", "0123456789", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ",
		"a", "c", "d", "e", "g", "h", "i", "l", "m", "n", "o", "p", "r", "s", "t", "u", "y", "bf", "kvw", "jqxz",
	} {
		for i := range group {
			of[group[i]] = n
		}
		n++
	}
	for c := range of {
		switch {
		case c >= 0xc0:
			of[c] = maxClasses - 1
		case c >= 0x80:
			of[c] = maxClasses - 2
		case c == 0x7f || c < ' ' && c != '\t' && c != '\n' && c != '\r':
			of[c] = maxClasses - 3
		case c > ' ' && !wordBytes[c] || c == '_':
			of[c] = n
			n++
		}
	}
	return of
}()

// partition returns the items that are of the first sort, and the others.
func partition(items []item, first func(*item) bool) (yes, no []item) {
	for i := range items {
		if first(&items[i]) {
			yes = append(yes, items[i])
		} else {
			no = append(no, items[i])
		}
	}
	return yes, no
}

// beyond reports whether one of the bytes of the anchor is beyond ASCII, whatever the text.
func (a *anchor) beyond() bool {
	for k, set := range a.seq {
		if set[0]|set[1] == 0 && !a.end[k] && (k > 0 || !a.start) {
			return true
		}
	}
	return false
}

// quietClasses returns the greatest number up to most so that no bucket holds where all classes are below it.
func (b *bank) quietClasses(most int) int {
	for ; most > 0; most-- {
		left := ^uint64(0)
		for k := range classLen {
			some := uint64(0)
			for c := range most {
				some |= b.member[k][c]
			}
			left &= some
		}
		if left == 0 {
			break
		}
	}
	return most
}

const (
	// Anchors of a bank, at most, for the first step over words and those with vectors.
	wordAnchors, vectorAnchors = 300, 600
	// fewAnchors is the number up to which half of the buckets let no more places through than reading the text with
	// the other half would cost.
	fewAnchors = 400
)

// sortItems puts the frequent anchors first, which choose their bucket first.
func sortItems(items []item) {
	slices.SortFunc(items, func(a, b item) int { return cmp.Or(a.byFirst(&b), a.byEntry(&b)) })
}

// The orders of items.
func (it *item) byFirst(other *item) int { return cmp.Compare(other.anchor.first, it.anchor.first) }
func (it *item) byEntry(other *item) int { return cmp.Compare(it.entry, other.entry) }
func (it *item) bySets(other *item) int  { return slices.Compare(it.sets[1:], other.sets[1:]) }

// newBanks makes banks for so many anchors.
func (f *filter) newBanks(anchors int, beyond bool) (banks []*bank) {
	most, buckets := wordAnchors, lanesAll
	if f.step.list != nil {
		most = vectorAnchors
		if anchors > fewAnchors {
			buckets = maxBuckets
		}
	}
	for range (anchors + most - 1) / most {
		b := newBank(buckets, beyond)
		b.vectors = f.step.list != nil
		banks = append(banks, b)
	}
	return banks
}

// newBank makes a bank of so many buckets.
func newBank(buckets int, beyond bool) *bank {
	b := &bank{atEnd: [2]uint64{^uint64(0), ^uint64(0)}, beyond: beyond, widest: new(widestPairs)}
	b.tables.groups = buckets / 8
	for c := range b.masks {
		b.masks[c] = b.atEnd
	}
	return b
}

// bucket is a bucket while it is filled.
type bucket struct {
	sets  [classLen]uint64
	share [classLen]share
	rate  float32
	with  [classLen][]uint64 // samples
	count int                // of samples that it lets through
}

// likely is how many buckets are looked at closely.
const likely = 8

// partBanks is how many banks are filled together.
const partBanks = 2

// part is a few banks and the anchors that they get.
type part struct {
	banks []*bank
	items []item
}

// addBanks makes the banks of some anchors, and those of anchors that need a byte beyond ASCII.
func (f *filter) addBanks(ascii, beyond []item, cl *classes) {
	var parts []part
	for i, items := range [][]item{ascii, beyond} {
		if len(items) == 0 {
			continue
		}
		banks := f.newBanks(len(items), i == 1)
		if len(items) <= 8*banks[0].tables.groups {
			for i := range items {
				banks[0].add(i, &items[i], &f.pairing)
			}
		} else {
			parts = append(parts, alike(banks, items)...)
		}
		f.banks = append(f.banks, banks...)
	}
	inParallel(len(parts), func(next func() int) {
		samples := newSampled(cl)
		for n := next(); n < len(parts); n = next() {
			f.fill(parts[n].banks, parts[n].items, cl, samples)
		}
	})
}

// alike makes parts of a few banks each, and each with anchors that are alike: those of which the second and the next places are.
func alike(banks []*bank, items []item) (parts []part) {
	order := slices.Clone(items)
	slices.SortFunc(order, func(a, b item) int { return cmp.Or(a.bySets(&b), a.byFirst(&b), a.byEntry(&b)) })
	for from := 0; from < len(banks); from += partBanks {
		to := min(from+partBanks, len(banks))
		some := order[from*len(order)/len(banks) : to*len(order)/len(banks)]
		slices.SortFunc(some, func(a, b item) int { return cmp.Or(a.byFirst(&b), a.bySets(&b), a.byEntry(&b)) })
		parts = append(parts, part{banks[from:to], some})
	}
	return parts
}

// fill puts anchors into buckets where they let the least more through. By the shares of bytes it chooses some buckets, and among
// them by samples of text.
func (f *filter) fill(banks []*bank, items []item, cl *classes, samples *sampled) {
	buckets := 8 * banks[0].tables.groups
	all := make([]bucket, buckets*len(banks))
	memory := make([]uint64, len(all)*classLen*samples.words)
	for b := range all {
		for k := range classLen {
			all[b].with[k], memory = memory[:samples.words:samples.words], memory[samples.words:]
		}
	}
	type choice struct {
		bucket int
		rise   float32
	}
	places := classLen
	if f.step.list == nil {
		places = firstLen
	}
	taken := make(map[[classLen]uint64]int, len(items)) // the bucket of anchors with such sets
	for i := range items {
		it := items[i]
		for k := places; k < classLen; k++ {
			it.sets[k] = ^uint64(0)
		}
		if b, ok := taken[[classLen]uint64(it.sets[:])]; ok {
			banks[b/buckets].add(b%buckets, &items[i], &f.pairing) // which lets nothing more through
			continue
		}
		var with [classLen][]uint64
		for k := range with {
			with[k] = samples.with(k, it.sets[k])
		}
		best := make([]choice, 0, likely+1)
		for b := range all {
			rise := all[b].rise(&it, cl)
			if len(best) == likely && rise >= best[likely-1].rise {
				continue
			}
			at := len(best)
			for at > 0 && rise < best[at-1].rise {
				at--
			}
			best = slices.Insert(best, at, choice{b, rise})[:min(likely, len(best)+1)]
		}
		chosen, least := 0, float32(0)
		for n, c := range best {
			more := float32(all[c.bucket].counted(&with)-all[c.bucket].count) / float32(64*samples.words)
			if rise := more + c.rise/16; n == 0 || rise < least {
				chosen, least = c.bucket, rise
			}
		}
		b := &all[chosen]
		b.count = b.counted(&with)
		b.rate += b.rise(&it, cl)
		for k := range with {
			cl.addShare(&b.share[k], it.sets[k]&^b.sets[k])
			b.sets[k] |= it.sets[k]
			for w, x := range with[k] {
				b.with[k][w] |= x
			}
		}
		taken[[classLen]uint64(it.sets[:])] = chosen
		banks[chosen/buckets].add(chosen%buckets, &items[i], &f.pairing)
	}
}

// rise estimates by the shares of bytes how much more the bucket would let through with an anchor more.
func (b *bucket) rise(it *item, cl *classes) float32 {
	after := b.share
	changed := false
	for k := range classLen {
		if x := it.sets[k] &^ b.sets[k]; x != 0 {
			changed = true
			cl.addShare(&after[k], x)
		}
	}
	if !changed {
		return 0
	}
	return product(&after) - b.rate
}

// counted returns how many samples the bucket would let through with an anchor more.
func (b *bucket) counted(with *[classLen][]uint64) (n int) {
	w0 := with[0]
	w1, w2, w3, w4 := with[1][:len(w0)], with[2][:len(w0)], with[3][:len(w0)], with[4][:len(w0)]
	b0, b1, b2, b3, b4 := b.with[0][:len(w0)], b.with[1][:len(w0)], b.with[2][:len(w0)], b.with[3][:len(w0)], b.with[4][:len(w0)]
	for w := range w0 {
		n += bits.OnesCount64((b0[w] | w0[w]) & (b1[w] | w1[w]) & (b2[w] | w2[w]) & (b3[w] | w3[w]) & (b4[w] | w4[w]))
	}
	return n
}

// product estimates how often sets with such shares stand one behind the other.
func product(s *[classLen]share) (rate float32) {
	for m := range models {
		// Rounded at every step, on every machine.
		rate += float32(sorts[m].apart * s[0][m] * s[1][m] * s[2][m] * s[3][m] * s[4][m])
	}
	return rate
}

// addMasks notes an anchor for the first step without vectors.
func (b *bank) addMasks(lane int, a *anchor) {
	word, bit := lane/lanes, lane%lanes
	for k := range firstLen {
		m := uint64(1) << (lanes*k + bit)
		for w, x := range a.seq[k] {
			for ; x != 0; x &= x - 1 {
				b.masks[w<<6|bits.TrailingZeros64(x)][word] &^= m
			}
		}
		if a.end[k] {
			b.atEnd[word] &^= m
		}
	}
}

// add puts an anchor into a bucket.
func (b *bank) add(bucket int, it *item, p *pairing) {
	b.tables.add(bucket, it)
	b.pairs.add(bucket, it, p, b.widest)
	if !b.vectors {
		b.addMasks(bucket%lanesAll, it.anchor)
	}
	ch := b.checks[bucket]
	if ch == nil || ch.n == checkEntries {
		ch = &check{next: ch}
		b.checks[bucket] = ch
	}
	for k := range anchorLen {
		for x := it.sets[k]; x != 0; x &= x - 1 {
			c := bits.TrailingZeros64(x)
			b.member[k][c] |= 1 << bucket
			ch.sets[k][c] |= 1 << ch.n
		}
	}
	ch.entries[ch.n] = it.entry
	ch.n++
}
