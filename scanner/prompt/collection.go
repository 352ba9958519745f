package prompt

import (
	"context"
	"sync"
	"unsafe"

	"github.com/sluice-dlp/sluice/scanner"
)

// kind is what a record is in its body, which decides how its place is named.
type kind uint8

const (
	kindTop     kind = iota // the whole body, or an outermost value
	kindMember              // an object's value; key is the offset of its name
	kindElement             // an array's element; key is its index
	kindKey                 // an object's key; key is its own offset
	kindPath                // the request's path
	kindQuery               // part of the query; key is the offset of the parameter's name
	kindForm                // likewise, of a form body
	kindNested              // decoded out of another record, whose place it shares
	kindJoin                // pieces of other records; start is its index in joins
)

// The parents of records that are not nested in others.
const (
	atBody int32 = -1
	atPath int32 = -2
)

// record is all that is kept of a text: where it stood. Bodies can have a
// million strings, so it is small; pointers and bytes are worked out again
// from the body for the few texts that have findings.
type record struct {
	start, end uint32 // range in what the parent is: the body, the path, or a record's decoded text
	parent     int32  // index of a record, or atBody or atPath
	node       int32  // the container that holds it
	key        uint32
	codec      codec
	kind       kind
	// derived texts repeat bytes of others in another form. What was found in
	// both counts once.
	derived bool
}

// isName reports whether a record is an object's key or a parameter's name.
func (r record) isName() bool {
	return r.kind == kindKey || (r.kind == kindQuery || r.kind == kindForm) && r.start == r.key
}

// maxBatch is how many texts are collected before they are scanned.
const maxBatch = 1024

// collection gathers texts until they are given to the detectors, and keeps
// their records.
type collection struct {
	max     int  // texts
	full    bool // more texts than max
	records []record
	owners  []int32 // the record of each text, by its index in the pass
	joins   []join

	batch  []scanner.Text
	wheres []byte         // the pointers of the batch
	places []scanner.Span // the pointer of each text, in wheres
	bytes  int            // in the batch
	total  int64          // bytes of all texts
	pieces int            // in joins
	arena  arena
}

// A collection's memory goes from one inspection to the next, emptied of texts
// and pointers, unless a large body has made it large.
var collections = sync.Pool{New: func() any { return new(collection) }}

const (
	keptRecords = 2 << 10
	keptBytes   = 64 << 10 // of pointers, and of decoded copies
)

// borrow takes the memory of a collection that is no longer in use.
func (c *collection) borrow() {
	old := collections.Get().(*collection)
	c.records, c.owners = old.records, old.owners
	c.batch, c.wheres, c.places = old.batch, old.wheres, old.places
	c.arena.block, c.arena.held = old.arena.block, cap(old.arena.block)
}

// giveBack ends the use of the collection. Nothing that is left of its texts
// may be read any more.
func (c *collection) giveBack() {
	c.arena.reset()
	if c.arena.keep || len(c.batch) > 0 || cap(c.records) > keptRecords || cap(c.wheres) > keptBytes || cap(c.arena.block) > keptBytes {
		*c = collection{}
		return
	}
	// What was decoded or named in a body does not outlive it.
	clear(c.arena.block[:cap(c.arena.block)])
	clear(c.wheres[:cap(c.wheres)])
	collections.Put(&collection{
		records: c.records[:0], owners: c.owners[:0], batch: c.batch[:0], wheres: c.wheres[:0], places: c.places[:0],
		arena: arena{block: c.arena.block},
	})
	*c = collection{}
}

// maxWheres is how many bytes of pointers a batch may hold before texts nested
// in a string share the string's own. One string can hold a million of them.
const maxWheres = 1 << 20

// where keeps a pointer for the batch.
func (c *collection) where(pointer []byte) scanner.Span {
	from := len(c.wheres)
	c.wheres = append(c.wheres, pointer...)
	return scanner.Span{Start: from, End: len(c.wheres)}
}

// add appends a text and its record. Its pointer is a range of c.wheres.
func (c *collection) add(r record, text []byte, role scanner.Role, where scanner.Span) (index int32) {
	index = int32(len(c.records))
	if len(c.owners) >= c.max {
		c.full = true
		return index
	}
	c.records = append(c.records, r)
	c.owners = append(c.owners, index)
	c.batch = append(c.batch, scanner.Text{Bytes: text, Role: role})
	c.places = append(c.places, where)
	c.bytes += len(text)
	c.total += int64(len(text))
	return index
}

// addSilent appends a record that is not a text of its own: a layer between
// two texts.
func (c *collection) addSilent(r record) int32 {
	if len(c.records) >= 2*c.max {
		c.full = true
	} else {
		c.records = append(c.records, r)
	}
	return int32(len(c.records) - 1)
}

// flush gives the batch to the pass. Decoded copies are reused afterwards,
// unless the scanner reads the texts again.
func (c *collection) flush(ctx context.Context, pass *scanner.Pass) {
	if len(c.batch) == 0 {
		return
	}
	wheres := string(c.wheres) // one allocation for all pointers
	for i, where := range c.places {
		c.batch[i].Where = wheres[where.Start:where.End]
	}
	if c.arena.keep {
		c.arena.count(len(wheres))
	}
	pass.Add(ctx, c.batch)
	clear(c.batch)
	c.batch, c.places, c.wheres = c.batch[:0], c.places[:0], c.wheres[:0]
	c.bytes = 0
	c.arena.reset()
}

// held is the memory of the collection, in bytes.
func (c *collection) held() int64 {
	return int64(cap(c.records))*int64(unsafe.Sizeof(record{})) + int64(cap(c.owners))*4 +
		int64(cap(c.batch))*int64(unsafe.Sizeof(scanner.Text{})) +
		int64(cap(c.places))*int64(unsafe.Sizeof(scanner.Span{})) + int64(cap(c.wheres)) + int64(c.arena.held) +
		int64(cap(c.joins))*int64(unsafe.Sizeof(join{})) + int64(c.pieces)*int64(unsafe.Sizeof(piece{}))
}

// arena is where decoded copies of strings live until they have been scanned.
type arena struct {
	keep  bool // never reuse
	block []byte
	held  int // bytes allocated and still in use
}

const (
	arenaFirst = 1 << 10
	arenaBlock = 128 << 10
	arenaKept  = 256 << 10 // a larger block is given back after use
)

// take returns an empty slice with room for n bytes.
func (a *arena) take(n int) []byte {
	if cap(a.block)-len(a.block) < n {
		// Small bodies have few escapes: begin small.
		size := max(n, min(arenaBlock, max(arenaFirst, 2*a.held)))
		a.block = make([]byte, 0, size)
		a.held += size
	}
	at := len(a.block)
	return a.block[at : at : at+n]
}

// commit marks the bytes of a taken slice as used.
func (a *arena) commit(b []byte) {
	a.block = a.block[:len(a.block)+len(b)]
}

// count adds bytes that were allocated elsewhere.
func (a *arena) count(n int) { a.held += n }

// reset forgets all copies.
func (a *arena) reset() {
	if a.keep {
		return
	}
	if cap(a.block) > arenaKept {
		a.block = nil
	}
	a.block = a.block[:0]
	a.held = cap(a.block)
}
