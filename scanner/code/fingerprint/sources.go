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

// order sorts shards and numbers the sources anew, so that those that are copies
// of each other have one number.
func (b *Builder) order(parts []shard) {
	for i := range parts {
		slices.SortFunc(parts[i], func(x, y entry) int {
			if x.hash != y.hash {
				return cmp.Compare(x.hash, y.hash)
			}
			return cmp.Compare(x.place, y.place)
		})
	}
	if b.public > 0 || len(b.named) < commonSources {
		return
	}
	same := b.copies(parts[:min(sampled, len(parts))])
	for i, source := range b.sources {
		b.sources[i] = same[source]
	}
}

// copies returns for each source the first one that it is a copy of.
func (b *Builder) copies(parts []shard) []uint32 {
	sizes := make([]int, len(b.named))
	common := make(map[[2]uint32]int)
	var having []uint32
	for _, entries := range parts {
		for len(entries) > 0 {
			n := 1
			for n < len(entries) && entries[n].hash == entries[0].hash {
				n++
			}
			having = having[:0]
			for _, e := range entries[:n] {
				if source := b.sources[e.place>>32]; !e.document() && !slices.Contains(having, source) && len(having) <= copiedTo {
					having = append(having, source)
				}
			}
			entries = entries[n:]
			for i, x := range having {
				sizes[x]++
				if len(having) > copiedTo {
					continue
				}
				for _, y := range having[:i] {
					common[[2]uint32{min(x, y), max(x, y)}]++
				}
			}
		}
	}
	same := make([]uint32, len(sizes))
	for i := range same {
		same[i] = uint32(i)
	}
	first := func(x uint32) uint32 {
		for same[x] != x {
			x = same[x]
		}
		return x
	}
	for pair, n := range common {
		if n*copiedShare > min(sizes[pair[0]], sizes[pair[1]]) {
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
