package bench

import (
	"cmp"
	"maps"
	"slices"
)

// The lines that projects have in common and nobody else has, of those that are
// sampled, by which one is taken for a copy of the other, in part or whole.
const (
	fewCommon   = 4  // if they are also one in forty of the smaller project's
	manyCommon  = 38 // whatever the share
	commonShare = 40
	commonTo    = 6 // families; a line that more have is what everybody writes
)

// families sorts projects into versions, forks and copies of each other: what has
// the same name, or many long lines in common as they stand, which is not how the
// detector compares code.
func families(projects []*project) [][]*project {
	family := make([]int, len(projects))
	first := make(map[string]int)
	for i, p := range projects {
		name := p.name()
		if _, ok := first[name]; !ok {
			first[name] = i
		}
		family[i] = first[name]
	}
	having := make(map[uint64][]int)
	sizes := make(map[int]int)
	for i, p := range projects {
		f := family[i]
		for _, h := range p.lines {
			if have := having[h]; len(have) <= commonTo && !slices.Contains(have, f) {
				having[h] = append(have, f)
				sizes[f]++
			}
		}
	}
	common := make(map[[2]int]int)
	for _, have := range having {
		if len(have) > commonTo {
			continue
		}
		for i, a := range have {
			for _, b := range have[:i] {
				common[[2]int{min(a, b), max(a, b)}]++
			}
		}
	}
	parent := make([]int, len(projects))
	for i := range parent {
		parent[i] = family[i]
	}
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	for pair, n := range common {
		a, b := pair[0], pair[1]
		if n > manyCommon || n >= fewCommon && n*commonShare > min(sizes[a], sizes[b]) {
			x, y := root(a), root(b)
			parent[max(x, y)] = min(x, y)
		}
	}
	members := make(map[int][]*project)
	for i, p := range projects {
		members[root(i)] = append(members[root(i)], p)
	}
	var out [][]*project
	for _, i := range slices.Sorted(maps.Keys(members)) {
		out = append(out, members[i])
	}
	return out
}

// apart returns the projects that are in no family with others.
func apart(projects, others []*project) []*project {
	var out []*project
	for _, family := range families(append(slices.Clone(projects), others...)) {
		if !slices.ContainsFunc(family, func(p *project) bool { return slices.Contains(others, p) }) {
			out = append(out, family...)
		}
	}
	slices.SortFunc(out, func(a, b *project) int { return cmp.Compare(a.dir, b.dir) })
	return out
}
