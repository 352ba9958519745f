package match

import (
	"bytes"
	"errors"
	"slices"
	"unicode/utf8"
)

// The reasons why a value cannot be looked for.
var (
	// ErrNoWord is returned for a value without a letter or digit.
	ErrNoWord = errors.New("value has no letter or digit")
	// ErrLongValue is returned for a value of more than 256 bytes or 32 words.
	ErrLongValue = errors.New("value is longer than 256 bytes or 32 words")
)

// indexBuilder collects the hashes of values.
type indexBuilder struct {
	key     sipKey
	words   reader
	nodes   []newNode
	first   [wordKinds][]uint64 // hashes for the filters
	recent  *[1 << 16]recentWords
	lengths [wordKinds]uint64
	compact uint64
	buf     []byte
}

// newNode is a node that has no place yet. Equal ones become one.
type newNode struct {
	lo, hi uint64
	flags  uint16
	value  int32 // number of the value; -1 if it only goes on from here
}

// spelt is a value as it is compared.
type spelt struct {
	text    []byte
	ends    []int // of its words
	compact bool
	mail    bool
	number  bool // digits only
	letters int  // and digits; a character of Chinese and the like counts twice
}

// spell reads a value. The result is valid until the next call.
func (b *indexBuilder) spell(value []byte) (v spelt, err error) {
	if !utf8.Valid(value) {
		return v, ErrInvalidUTF8
	}
	text, begin, last := b.buf[:0], -1, 0
	identifies, digits, prefixes := !b.words.exact, false, 0
	for at := 0; ; {
		before := len(text)
		if before > 0 {
			text = append(text, ' ')
		}
		next, start, end := b.words.next(text, value, at)
		if start == len(value) {
			text = next[:before]
			break
		}
		word := next[len(text):]
		switch {
		case hasDigit(word):
			digits = true
		case len(word) > maxPrefixLetter, utf8.RuneCount(word) != len(word):
			identifies = false
		case !digits:
			prefixes++
		}
		if v.letters += utf8.RuneCount(word); word[0] >= 0xE0 && utf8.RuneCount(word) == 1 {
			v.letters++ // a character says as much as a syllable
		}
		if begin < 0 {
			begin = start
		}
		if text = next; b.words.exact {
			text = append(text[:0], value[begin:end]...)
		}
		v.ends = append(v.ends, len(text))
		at, last = end, end
		if len(text) > maxValueBytes || len(v.ends) > maxValueWords {
			return v, ErrLongValue
		}
	}
	b.buf, v.text = text, text
	if len(v.ends) == 0 {
		return v, ErrNoWord
	}
	v.mail = !b.words.exact && slices.Contains(value[begin:last], '@')
	size := len(text) - len(v.ends) + 1 // without spaces
	if identifies && digits && !v.mail && prefixes <= maxPrefixes && len(v.ends) <= maxCompactWords &&
		size >= minCompact && size <= maxCompact {
		v.compact = true
		v.number = len(bytes.Trim(text, " 0123456789")) == 0
		folded := slices.DeleteFunc(text, func(c byte) bool { return c == ' ' })
		v.text = slices.Insert(folded, 0, compactMark)
		b.buf = v.text
	}
	return v, nil
}

// add notes a value, whose number is n.
func (b *indexBuilder) add(v spelt, flags uint16, n int) {
	if flags |= nodeValue; v.mail {
		flags ^= nodeValue | nodeMail
	}
	lo, hi := b.key.sum128(v.text)
	b.nodes = append(room(b.nodes), newNode{lo, hi, flags, int32(n)})
	if v.compact {
		b.compact |= 1 << (len(v.text) - 2)
		b.first[digitWords] = append(room(b.first[digitWords]), lo)
		return
	}
	word := v.text[:v.ends[0]]
	kind := kindOfWord(word)
	b.lengths[kind] |= 1 << min(len(word), 63)
	if b.recent == nil && len(b.nodes) > 1<<12 { // a short list is not worth the memory
		b.recent = new([1 << 16]recentWords)
	}
	if first := b.key.sum64(word); b.recent == nil || b.recent[first%(1<<16)].isNewFirst(first) {
		b.first[kind] = append(room(b.first[kind]), first)
	}
	for _, end := range v.ends[:len(v.ends)-1] {
		lo, hi := b.key.sum128(v.text[:end])
		if b.recent == nil || b.recent[lo%(1<<16)].isNewNode(lo, hi) {
			b.nodes = append(room(b.nodes), newNode{lo, hi, nodeMore, -1})
		}
	}
}

// recentWords are hashes that were added lately. Many names begin alike, and need
// no second node for that.
type recentWords struct{ first, lo, hi uint64 }

func (r *recentWords) isNewFirst(first uint64) bool {
	isNew := r.first != first
	r.first = first
	return isNew
}

func (r *recentWords) isNewNode(lo, hi uint64) bool {
	isNew := r.lo != lo || r.hi != hi
	r.lo, r.hi = lo, hi
	return isNew
}

// room makes room for one more by doubling; append would copy large slices more
// often.
func room[T any](s []T) []T {
	if len(s) == cap(s) {
		s = slices.Grow(s, max(len(s), 64))
	}
	return s
}

// build makes the index. merge is called for every value with its node, in
// the order of nodes; several values may share one.
func (b *indexBuilder) build(merge func(node, value int)) *index {
	x := &index{key: b.key, words: b.words, compact: b.compact}
	for kind, hashes := range b.first {
		slices.Sort(hashes)
		hashes = slices.Compact(hashes)
		f := firstWords{newBloom(len(hashes)), b.lengths[kind]}
		for _, h := range hashes {
			f.filter.add(h)
		}
		x.setFirst(kind, f)
		b.first[kind] = nil
	}
	x.table.fill(b.nodes, merge)
	b.nodes = nil
	return x
}

// fill puts nodes into buckets. It reorders them.
func (t *table) fill(nodes []newNode, merge func(node, value int)) {
	slices.SortFunc(nodes, func(a, b newNode) int {
		switch {
		case a.lo>>32 != b.lo>>32: // the order of buckets, however many there are
			return order(a.lo, b.lo)
		case a.hi != b.hi:
			return order(a.hi, b.hi)
		case a.lo != b.lo:
			return order(a.lo, b.lo)
		}
		return int(a.value) - int(b.value)
	})
	distinct := 0
	for i := range nodes {
		if i == 0 || nodes[i].lo != nodes[i-1].lo || nodes[i].hi != nodes[i-1].hi {
			distinct++
		}
	}
	t.starts = make([]uint32, max(1, distinct/bucketSize)+1)
	t.hashes = make([]uint64, 0, distinct)
	t.extra = make([]uint16, 0, distinct)
	bucket := uint64(0)
	for i := range nodes {
		n := &nodes[i]
		if i == 0 || n.lo != nodes[i-1].lo || n.hi != nodes[i-1].hi {
			for b := t.bucket(n.lo); bucket < b; bucket++ {
				t.starts[bucket+1] = uint32(len(t.hashes))
			}
			t.hashes = append(t.hashes, n.hi)
			t.extra = append(t.extra, uint16(n.lo<<nodeBits))
		}
		at := len(t.hashes) - 1
		t.extra[at] |= n.flags
		if n.value >= 0 && merge != nil {
			merge(at, int(n.value))
		}
	}
	for bucket++; bucket < uint64(len(t.starts)); bucket++ {
		t.starts[bucket] = uint32(len(t.hashes))
	}
}

func order(a, b uint64) int {
	if a < b {
		return -1
	}
	return 1
}
