package rules

import (
	"cmp"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
)

// surroundings are the anchors of a text, in order, and the places that they cover.
type surroundings struct {
	sorted  []anchor
	longest int     // of them, in bytes
	begins  []int32 // by block of places: the number in sorted of the first that begins there or behind it
	covered []covered
}

// covered are the places of a text that anchors of one kind cover.
type covered struct {
	kind   scanner.Kind
	places placeSet
}

// placeSet is places of a text, a bit each.
type placeSet []uint64

// sized returns an empty set for a text of so many bytes, in memory of the set.
func (s placeSet) sized(size int) placeSet {
	words := size>>6 + 1
	s = slices.Grow(s[:0], words)[:words]
	clear(s)
	return s
}

// add adds the places from start up to end.
func (s placeSet) add(start, end int) {
	for at := start; at < end; at = (at>>6 + 1) << 6 {
		s[at>>6] |= bitsWithin(at, end)
	}
}

// hasAny reports whether it has one of the places from start up to end.
func (s placeSet) hasAny(start, end int) bool {
	for at := start; at < end; at = (at>>6 + 1) << 6 {
		if s[at>>6]&bitsWithin(at, end) != 0 {
			return true
		}
	}
	return false
}

// anchorBits is the size of a block of places: in a text full of findings a few begin in each.
const anchorBits = 6

// note sorts the anchors of a text of so many bytes. They come pattern by pattern, and to compare them with each other would
// take longer than to count how many begin in each block.
func (s *surroundings) note(anchors []anchor, size int) {
	blocks := size>>anchorBits + 1
	s.begins = slices.Grow(s.begins[:0], blocks+2)[:blocks+2]
	clear(s.begins)
	s.longest = 0
	for i := range anchors {
		a := &anchors[i]
		s.begins[a.Start>>anchorBits+2]++
		s.longest = max(s.longest, a.End-a.Start)
	}
	for b := 2; b < len(s.begins); b++ {
		s.begins[b] += s.begins[b-1]
	}
	s.sorted = slices.Grow(s.sorted[:0], len(anchors))[:len(anchors)]
	for _, a := range anchors {
		next := &s.begins[a.Start>>anchorBits+1] // of the block before, until all are placed
		s.sorted[*next] = a
		*next++
	}
	for b := range blocks {
		if block := s.sorted[s.begins[b]:s.begins[b+1]]; len(block) > 1 {
			slices.SortFunc(block, func(a, b anchor) int { return cmp.Compare(a.Start, b.Start) })
		}
	}
	s.cover(size)
}

// cover notes which places the anchors cover.
func (s *surroundings) cover(size int) {
	s.covered = s.covered[:0]
	for i := range s.sorted {
		a := &s.sorted[i]
		places := s.of(a.kind)
		if places == nil {
			n := len(s.covered)
			s.covered = slices.Grow(s.covered, 1)[:n+1] // in memory of an earlier text
			s.covered[n].kind, s.covered[n].places = a.kind, s.covered[n].places.sized(size)
			places = s.covered[n].places
		}
		places.add(a.Start, a.End)
	}
}

// of returns what anchors of a kind cover, or nil if there are none.
func (s *surroundings) of(kind scanner.Kind) placeSet {
	for i := range s.covered {
		if s.covered[i].kind == kind {
			return s.covered[i].places
		}
	}
	return nil
}

// bitsWithin are the bits of the places from at on, in one word, that lie before end.
func bitsWithin(at, end int) uint64 {
	bits := ^uint64(0) << (at & 63)
	if last := at | 63; end <= last {
		bits &= 1<<(end&63) - 1
	}
	return bits
}

// touches reports whether a value has a place in common with an anchor of the kind.
func (s *surroundings) touches(kind scanner.Kind, start, end int) bool {
	if start == end {
		return slices.ContainsFunc(s.sorted, func(a anchor) bool { return a.kind == kind && a.Start < end && a.End > start })
	}
	places := s.of(kind)
	return places != nil && places.hasAny(start, end)
}

// from returns the number in sorted of the first anchor that begins at a place or behind it.
func (s *surroundings) from(place int) int {
	i := int(s.begins[place>>anchorBits])
	for i < len(s.sorted) && s.sorted[i].Start < place {
		i++
	}
	return i
}
