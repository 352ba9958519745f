package match

import (
	"context"
	"crypto/rand"
	"slices"
)

// DictionaryOptions say how the entries of a Dictionary are compared.
type DictionaryOptions struct {
	// Exact compares entries as they are spelt, from their first letter or
	// digit to their last. Otherwise upper and lower case, accents, full-width
	// forms, and what stands between words make no difference: "Anna-Lena
	// Müller" is found as "ANNA LENA MULLER" too. Numbers are found with any
	// grouping: PX-12345 as PX 123 45.
	Exact bool
	// MinLength leaves out entries of fewer letters and digits. Those of scripts
	// without spaces between words count twice.
	MinLength int
}

// Dictionary finds whole words and phrases of a list, which may have millions,
// in a text. It holds no entry, only 76 bits of a hash of each, with a key of
// its own. It is immutable and safe for concurrent use.
type Dictionary struct {
	index   *index
	entries int
}

// A DictionaryBuilder collects the entries of a Dictionary. It is for one
// goroutine.
type DictionaryBuilder struct {
	opts    DictionaryOptions
	builder indexBuilder
	added   int
}

// NewDictionaryBuilder returns a builder without entries.
func NewDictionaryBuilder(opts DictionaryOptions) *DictionaryBuilder {
	var key [16]byte
	_, _ = rand.Read(key[:]) // never fails, as of Go 1.24
	return &DictionaryBuilder{opts: opts, builder: indexBuilder{
		key:   newSipKey(&key),
		words: reader{spellings(), opts.Exact},
	}}
}

// Add adds an entry. It reports false if the entry is shorter than MinLength
// and left out. The error is ErrInvalidUTF8, ErrNoWord or ErrLongValue, and the
// builder is as before.
func (b *DictionaryBuilder) Add(entry []byte) (bool, error) {
	v, err := b.builder.spell(entry)
	if err != nil || v.letters < b.opts.MinLength {
		return false, err
	}
	b.builder.add(v, 0, b.added)
	b.added++
	return true, nil
}

// Build returns the Dictionary of the entries. The builder must not be used
// again.
func (b *DictionaryBuilder) Build() *Dictionary {
	d, last := &Dictionary{}, -1
	d.index = b.builder.build(func(node, _ int) {
		if node != last {
			d.entries++
			last = node
		}
	})
	return d
}

// Len returns the number of entries that differ.
func (d *Dictionary) Len() int { return d.entries }

// Size returns the bytes of memory that the dictionary holds.
func (d *Dictionary) Size() int { return d.index.bytes() }

// Find appends to dst every place in text where an entry stands, in order of
// place: the longest entry at each word, but none inside another. Pattern is 0
// and the group is the match. The error is ErrInvalidUTF8, or that of ctx, and
// then the matches are not complete.
func (d *Dictionary) Find(ctx context.Context, dst []Match, text []byte) ([]Match, error) {
	from := len(dst)
	err := d.index.find(ctx, text, func(_, start, end int) {
		if last := len(dst) - 1; last >= from {
			// Values that begin at one word come one after the other.
			if m := &dst[last]; m.Start == start {
				m.End = max(m.End, end)
				m.GroupEnd = m.End
				return
			} else if m.Start < start && m.End >= end {
				return
			}
		}
		dst = append(dst, Match{0, start, end, start, end})
	})
	return dropInner(dst, from), err
}

func byPlace(a, b Match) int {
	if a.Start != b.Start {
		return a.Start - b.Start
	}
	return b.End - a.End
}

// dropInner sorts dst[from:] by place and drops matches that lie in others.
func dropInner(dst []Match, from int) []Match {
	found := dst[from:]
	if !slices.IsSortedFunc(found, byPlace) {
		slices.SortFunc(found, byPlace)
	}
	kept, end := from, 0
	for _, m := range found {
		if m.End > end {
			dst[kept] = m
			kept++
			end = m.End
		}
	}
	return dst[:kept]
}
