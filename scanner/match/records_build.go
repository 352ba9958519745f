package match

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// Bounds of Records.
const (
	maxColumns = 64
	maxCells   = 1 << 30 // rows times columns

	// MinRecordKey is the least length of a key, in bytes.
	MinRecordKey = 16
)

var (
	// ErrRecordKey is returned for a key that is too short, or is not the one
	// that a file was written with.
	ErrRecordKey = errors.New("the key is not that of the records")
	// ErrRecordsFull is returned for a row too many.
	ErrRecordsFull = errors.New("rows times columns are more than 1,073,741,824")
)

const (
	saltSize = 16
	macSize  = sha256.Size
)

// recordKeys are what a key and the salt of a file give.
type recordKeys struct {
	hash  [16]byte
	check [8]byte // tells a wrong key from a damaged file
	mac   [macSize]byte
}

// newRecordKeys derives keys with HKDF-SHA256 (RFC 5869).
func newRecordKeys(secret []byte, salt *[saltSize]byte) (k recordKeys, err error) {
	if len(secret) < MinRecordKey {
		return k, fmt.Errorf("the key has %d bytes, %d are the least: %w", len(secret), MinRecordKey, ErrRecordKey)
	}
	pseudorandom, err := hkdf.Extract(sha256.New, secret, salt[:])
	if err != nil {
		return k, err
	}
	for _, out := range []struct {
		dst  []byte
		info string
	}{{k.hash[:], "sluice edm 1 hash"}, {k.check[:], "sluice edm 1 check"}, {k.mac[:], "sluice edm 1 mac"}} {
		b, err := hkdf.Expand(sha256.New, pseudorandom, out.info, len(out.dst))
		if err != nil {
			return k, err
		}
		copy(out.dst, b)
	}
	return k, nil
}

// RecordsBuilder collects the rows of Records. It is for one goroutine.
type RecordsBuilder struct {
	builder indexBuilder
	records Records
	minimum int
	cells   []uint32
	numbers []uint8     // by value: how many digits it has, if it has nothing else
	lengths [256]uint64 // values of digits only, by their number
}

// NewRecordsBuilder returns a builder for a table with the columns, up to 64.
// Values of fewer than minimum letters and digits are left out; 0 means 4. The
// key is a secret of 16 bytes or more.
func NewRecordsBuilder(key []byte, columns []string, minimum int) (*RecordsBuilder, error) {
	if len(columns) == 0 || len(columns) > maxColumns {
		return nil, fmt.Errorf("%d columns: from 1 to %d can be looked for", len(columns), maxColumns)
	}
	b := &RecordsBuilder{minimum: minimum}
	if b.minimum == 0 {
		b.minimum = 4
	}
	_, _ = rand.Read(b.records.salt[:]) // never fails, as of Go 1.24
	keys, err := newRecordKeys(key, &b.records.salt)
	if err != nil {
		return nil, err
	}
	b.records.columns = slices.Clone(columns)
	b.builder = indexBuilder{key: newSipKey(&keys.hash), words: reader{table: spellings()}}
	return b, nil
}

// Add adds a row: a cell for each column, empty ones where there is no value.
// It returns how many cells were left out because they are too short. The error
// is ErrRecordsFull, or tells which column has a value that cannot be looked
// for and wraps ErrInvalidUTF8 or ErrLongValue; a part of the row may then be added.
func (b *RecordsBuilder) Add(row []string) (short int, err error) {
	columns := len(b.records.columns)
	if (b.records.rows+1)*columns > maxCells {
		return 0, ErrRecordsFull
	}
	for i, cell := range row[:min(len(row), columns)] {
		v, err := b.builder.spell([]byte(cell))
		switch {
		case errors.Is(err, ErrNoWord):
			continue
		case err != nil:
			return short, fmt.Errorf("column %s: %w", b.records.columns[i], err)
		case v.letters < b.minimum:
			short++
			continue
		}
		b.add(v, uint32(b.records.rows*columns+i))
	}
	b.records.rows++
	return short, nil
}

// minAlone is how many letters and digits a value must have to count alone.
const minAlone = 6

func (b *RecordsBuilder) add(v spelt, cell uint32) {
	flags, digits := uint16(0), 0
	if v.letters >= minAlone && (v.compact || v.mail || len(v.ends) > 1) {
		flags = nodeAlone
	}
	if v.number {
		digits = len(v.text) - 1
		b.lengths[digits]++
	}
	b.builder.add(v, flags, len(b.cells))
	b.cells = append(b.cells, cell)
	b.numbers = append(b.numbers, uint8(digits))
}

// Values returns how many cells were added.
func (b *RecordsBuilder) Values() int { return len(b.cells) }

// Build returns the Records. The builder must not be used again.
func (b *RecordsBuilder) Build() *Records {
	b.dropCommonNumbers()
	r := &b.records
	var group []uint32 // the cells of a node
	node := -1
	flush := func() {
		if node < 0 {
			return
		}
		for len(r.refs) < node {
			r.refs = append(r.refs, 0)
		}
		if len(group) == 1 {
			r.refs = append(r.refs, group[0])
			return
		}
		r.refs = append(r.refs, listed|uint32(len(r.lists)))
		r.lists = append(append(r.lists, uint32(len(group))), group...)
	}
	r.index = b.builder.build(func(at, value int) {
		if at != node {
			flush()
			node, group = at, group[:0]
		}
		group = append(group, b.cells[value])
	})
	flush()
	for len(r.refs) < len(r.index.table.hashes) {
		r.refs = append(r.refs, 0)
	}
	b.cells, b.numbers = nil, nil
	return r
}

// dropCommonNumbers lets numbers count only beside others where more than one
// number in a thousand of that many digits is a value.
func (b *RecordsBuilder) dropCommonNumbers() {
	var common [256]bool
	possible := 1.0
	for digits := range common {
		common[digits] = digits > 0 && float64(b.lengths[digits])*1000 > possible
		possible *= 10
	}
	for i := range b.builder.nodes {
		n := &b.builder.nodes[i]
		if n.value >= 0 && common[b.numbers[n.value]] {
			n.flags &^= nodeAlone
		}
	}
}
