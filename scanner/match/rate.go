package match

// rater estimates at what share of the places of a text a sequence of sets stands. It remembers what it was asked.
type rater struct {
	freq     *frequencies
	ids      setNumbers
	shares   [][]groupShare // by number
	sorts    []share        // by number
	rates    map[rateKey]float64
	follower follower
	weights  share // of the sorts of text
}

// rateKey is a sequence without what any byte can be at its end: the numbers of its sets.
type rateKey [anchorLen]uint32

// len returns how many sets there are.
func (k *rateKey) len() (n int) {
	for n < len(k) && k[n] != 0 {
		n++
	}
	return n
}

// newRater makes a rater for choosing among anchors.
func newRater() rater {
	r := rater{
		freq:   pairFrequencies(),
		shares: [][]groupShare{nil}, // no set has number 0
		sorts:  make([]share, 1),
		rates:  map[rateKey]float64{},
	}
	for m := range r.weights {
		r.weights[m] = sorts[m].choice
	}
	return r
}

// newOrdinaryRater makes one that tells what to expect of ordinary text.
func newOrdinaryRater() rater {
	r := newRater()
	for m := range r.weights {
		r.weights[m] = sorts[m].weight
	}
	return r
}

// forget makes room where there are more sets than anyone has. Keys from before mean nothing then.
func (r *rater) forget() {
	if len(r.shares) > 1<<16 {
		weights := r.weights
		*r = newRater()
		r.weights = weights
	}
}

// key returns the key of the first n sets.
func (r *rater) key(seq *sequence, n int) (key rateKey) {
	for n > 1 && seq[n-1] == anyByte {
		n--
	}
	for k := range n {
		key[k] = r.number(&seq[k])
	}
	return key
}

// number returns the number of a set, whose shares are known from then on.
func (r *rater) number(s *byteSet) uint32 {
	id, known := r.ids.number(s)
	if !known {
		r.shares = append(r.shares, groupShares(*s))
		r.sorts = append(r.sorts, shareOf(*s))
	}
	return id
}

// rate estimates at what share of places the first n sets stand.
func (r *rater) rate(seq *sequence, n int) float64 {
	key := r.key(seq, n)
	return r.rateOf(&key)
}

// rateOf is rate of the sets of a key.
func (r *rater) rateOf(key *rateKey) float64 {
	if rate, ok := r.rates[*key]; ok {
		return rate
	}
	_, others := r.byBytes(key)
	rate := r.follower.follow(r.freq, key, r.shares) + others
	r.rates[*key] = rate
	return rate
}

// byBytes estimates at what share of places the sets of a key stand by the shares of bytes alone: in English, which
// is a guess at what the pairs say, and in the sorts of text of which no pairs are known. The rate is never less than the latter.
func (r *rater) byBytes(key *rateKey) (english, others float64) {
	shares := r.weights
	for _, id := range key[:key.len()] {
		s := &r.sorts[id]
		for m := range shares {
			shares[m] *= s[m]
		}
	}
	for _, x := range shares[sortBase64:] {
		others += float64(x)
	}
	return float64(shares[sortEnglish]), others
}

// setNumbers numbers sets from 1 on, in the order in which they are met.
type setNumbers struct {
	sets  []byteSet
	table []uint32 // by hash and what follows; 0 is free. At most half of it is taken.
}

// number returns the number of a set, and whether it was known.
func (n *setNumbers) number(s *byteSet) (id uint32, known bool) {
	if 2*len(n.sets) >= len(n.table) {
		n.grow()
	}
	at := n.place(s)
	if id := n.table[at]; id != 0 {
		return id, true
	}
	n.sets = append(n.sets, *s)
	n.table[at] = uint32(len(n.sets))
	return n.table[at], false
}

// place returns where a set is in the table, or would be.
func (n *setNumbers) place(s *byteSet) uint64 {
	const odd = 0x9E3779B97F4A7C15
	h := s[0]
	for _, w := range s[1:] {
		h = (h ^ h>>29) * odd
		h ^= w
	}
	h *= odd
	mask := uint64(len(n.table) - 1)
	for at := h >> 32 & mask; ; at = (at + 1) & mask {
		if id := n.table[at]; id == 0 || n.sets[id-1] == *s {
			return at
		}
	}
}

func (n *setNumbers) grow() {
	n.table = make([]uint32, max(256, 2*len(n.table)))
	for i := range n.sets {
		n.table[n.place(&n.sets[i])] = uint32(i + 1)
	}
}
