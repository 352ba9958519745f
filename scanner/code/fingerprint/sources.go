package fingerprint

import (
	"cmp"
	"slices"
)

// commonSources is in how many repositories a gram stands that is said to be
// nobody's own: what everybody writes, or is told to. What many files of
// one repository have in common is its own. Versions and forks of a repository
// count once.
const commonSources = 5

// What makes two repositories one: how much of the smaller one's code stands in
// the other one, too, and how many repositories have something that says so.
const (
	copiedShare = 5 // one in so many
	copiedTo    = 12
	sampled     = 16 // shards that are looked at
)

// reduceAll sorts the entries of a stream and leaves each hash once, see reduce.
// It returns how many are left.
func (b *Builder) reduceAll(s stream) (total int, err error) {
	kinship := kinship{sources: b.sources, sizes: make([]int, len(b.named)), common: make(map[[2]uint32]int)}
	looked := b.public == 0 && len(b.named) >= commonSources
	for i := 0; looked && i < sampled; i++ {
		entries, err := b.entries.load(s, i)
		if err != nil {
			return 0, err
		}
		sortEntries(entries)
		kinship.count(entries)
		if err := b.entries.replace(s, i, entries); err != nil {
			return 0, err
		}
	}
	if looked {
		same := kinship.same()
		for i, source := range b.sources {
			b.sources[i] = same[source]
		}
	}
	for i := range shards {
		entries, err := b.entries.load(s, i)
		if err != nil {
			return 0, err
		}
		if !looked || i >= sampled {
			sortEntries(entries)
		}
		entries = b.reduce(entries)
		total += len(entries)
		if err := b.entries.replace(s, i, entries); err != nil {
			return 0, err
		}
	}
	return total, nil
}

func sortEntries(entries []entry) {
	slices.SortFunc(entries, func(x, y entry) int {
		if x.hash != y.hash {
			return cmp.Compare(x.hash, y.hash)
		}
		return cmp.Compare(x.place, y.place)
	})
}

// kinship finds out which sources are copies of others, by what they have in
// common.
type kinship struct {
	sources []uint32 // of each file
	sizes   []int    // of the sources
	common  map[[2]uint32]int
	having  []uint32
}

// count looks at a shard in order.
func (k *kinship) count(entries []entry) {
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && entries[n].hash == entries[0].hash {
			n++
		}
		k.having = k.having[:0]
		for _, e := range entries[:n] {
			if source := k.sources[e.place>>32]; !e.document() && !slices.Contains(k.having, source) && len(k.having) <= copiedTo {
				k.having = append(k.having, source)
			}
		}
		entries = entries[n:]
		for i, x := range k.having {
			k.sizes[x]++
			if len(k.having) > copiedTo {
				continue
			}
			for _, y := range k.having[:i] {
				k.common[[2]uint32{min(x, y), max(x, y)}]++
			}
		}
	}
}

// same returns for each source the first one that it is a copy of.
func (k *kinship) same() []uint32 {
	same := make([]uint32, len(k.sizes))
	for i := range same {
		same[i] = uint32(i)
	}
	first := func(x uint32) uint32 {
		for same[x] != x {
			x = same[x]
		}
		return x
	}
	for pair, n := range k.common {
		if n*copiedShare > min(k.sizes[pair[0]], k.sizes[pair[1]]) {
			x, y := first(pair[0]), first(pair[1])
			same[max(x, y)] = min(x, y)
		}
	}
	for i := range same {
		same[i] = first(uint32(i))
	}
	return same
}

// reduce leaves each hash of a shard in order once, and leaves out what is
// common, or what is not if it is public code that is collected. Of a hash's places the least one in code stays, else the least one.
func (b *Builder) reduce(entries []entry) []entry {
	out := entries[:0]
	var sources [commonSources]uint32
	for i := 0; i < len(entries); {
		first, n := entries[i], 0
		var code, document *entry
		for ; i < len(entries) && entries[i].hash == first.hash; i++ {
			e := &entries[i]
			if e.document() {
				document = cmp.Or(document, e)
			} else {
				code = cmp.Or(code, e)
			}
			source := b.sources[e.place>>32]
			if n < commonSources && !slices.Contains(sources[:n], source) {
				sources[n] = source
				n++
			}
		}
		switch {
		case b.public == 0 && n >= commonSources, n < b.public:
		case code != nil:
			out = append(out, *code)
		default:
			out = append(out, *document)
		}
	}
	return out
}
