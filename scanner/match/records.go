package match

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// Records finds the values of a table – customers, say – in texts, and knows
// which of them stand in one row. It holds no value, only 76 bits of a keyed
// hash of each, so that neither its memory nor its file tells what the table
// says to anybody without the key. It is immutable and safe for concurrent use.
type Records struct {
	index   *index
	columns []string
	rows    int
	salt    [saltSize]byte

	// refs is by node, where its value stands: a cell, or the place in lists
	// where the number of cells is, followed by the cells in order, with the
	// highest bit set. A cell is its row times the number of columns, plus its
	// column.
	refs  []uint32
	lists []uint32
}

const listed = 1 << 31 // set in refs of values that stand in several cells

// Columns returns the names of the columns. They must not be changed.
func (r *Records) Columns() []string { return r.columns }

// Rows returns the number of rows.
func (r *Records) Rows() int { return r.rows }

// Size returns the bytes of memory that the records hold.
func (r *Records) Size() int { return r.index.bytes() + 4*len(r.refs) + 4*len(r.lists) }

// cells returns the cells in which a node's value stands. one has room for one.
func (r *Records) cells(node int, one *[1]uint32) []uint32 {
	ref := r.refs[node]
	if ref < listed {
		one[0] = ref
		return one[:]
	}
	at := ref - listed
	return r.lists[at+1 : at+1+r.lists[at]]
}

// RecordOptions say what of Records counts as found.
type RecordOptions struct {
	// Columns are those to look at; all if there are none.
	Columns []string
	// MinColumns is how many cells of one row make each of them certain; 0 means
	// 2. With 1 every value is.
	MinColumns int
	// Window is how many bytes may lie between them; 0 means 200.
	Window int
}

// Finder looks for Records in texts. It is immutable and safe for concurrent
// use.
type Finder struct {
	records *Records
	allowed []bool // by column
	least   int
	window  int
}

// Levels of a Finder's matches, as Match.Pattern.
const (
	// RecordAlone is a value that stands in one row only and says enough.
	RecordAlone = iota
	// RecordTogether is a value beside others of the same row.
	RecordTogether
)

// Finder returns a Finder. The error names a column that is not there.
func (r *Records) Finder(opts RecordOptions) (*Finder, error) {
	f := &Finder{
		records: r, allowed: make([]bool, len(r.columns)),
		least: cmp.Or(opts.MinColumns, 2), window: cmp.Or(opts.Window, 200),
	}
	for i := range f.allowed {
		f.allowed[i] = len(opts.Columns) == 0
	}
	for _, name := range opts.Columns {
		i := slices.Index(r.columns, name)
		if i < 0 {
			return nil, fmt.Errorf("the records have no column %q, they have %q", name, r.columns)
		}
		f.allowed[i] = true
	}
	return f, nil
}

// Bounds of the work for one value that was found.
const (
	maxLeadCells  = 64 // a value in more cells supports others only
	maxNeighbours = 32 // on either side
)

// hit is a value found in a text.
type recordHit struct {
	start, end int
	node       int
	together   bool
}

// Find appends to dst the places where values of the records stand, in order
// of place; Pattern is RecordAlone or RecordTogether. A value counts if it
// stands beside others of its row, or alone if it is the only one of its kind
// and long enough that nobody writes it by chance. The error is ErrInvalidUTF8,
// or that of ctx, and then the matches are not complete.
func (f *Finder) Find(ctx context.Context, dst []Match, text []byte) ([]Match, error) {
	var hits []recordHit
	var one [1]uint32
	err := f.records.index.find(ctx, text, func(node, start, end int) {
		if slices.ContainsFunc(f.records.cells(node, &one), f.allows) {
			hits = append(hits, recordHit{start: start, end: end, node: node})
		}
	})
	if err != nil || len(hits) == 0 {
		return dst, err
	}
	slices.SortFunc(hits, func(a, b recordHit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	for i := range hits {
		if i%256 == 255 && ctx.Err() != nil {
			return dst, ctx.Err()
		}
		if f.least == 1 {
			hits[i].together = true
			continue
		}
		f.lead(hits, i)
	}
	from := [2]int{len(dst), 0}
	for _, level := range []int{RecordTogether, RecordAlone} {
		for i := range hits {
			h := &hits[i]
			if h.together == (level == RecordTogether) && (h.together || f.alone(h)) {
				dst = append(dst, Match{level, h.start, h.end, h.start, h.end})
			}
		}
		if level == RecordTogether {
			dst = dropInner(dst, from[0])
		}
	}
	return dropAlone(dst, from[0]), nil
}

// dropAlone sorts dst[from:] by place and drops matches that lie in others: of
// two in one place, the one beside others of its row stays.
func dropAlone(dst []Match, from int) []Match {
	found := dst[from:]
	slices.SortFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.Pattern, a.Pattern), cmp.Compare(b.End, a.End))
	})
	kept, end := from, [2]int{}
	for _, m := range found {
		if m.Pattern == RecordAlone && (m.End <= end[RecordAlone] || m.End <= end[RecordTogether]) {
			continue
		}
		dst[kept] = m
		kept++
		end[m.Pattern] = max(end[m.Pattern], m.End)
	}
	return dst[:kept]
}

func (f *Finder) allows(cell uint32) bool { return f.allowed[cell%uint32(len(f.allowed))] }

// alone reports whether a value says enough without others.
func (f *Finder) alone(h *recordHit) bool {
	var one [1]uint32
	if f.records.index.table.extra[h.node]&nodeAlone == 0 {
		return false
	}
	columns, row := uint32(len(f.allowed)), uint32(math.MaxUint32)
	for _, c := range f.records.cells(h.node, &one) {
		if row != math.MaxUint32 && c/columns != row {
			return false
		}
		row = c / columns
	}
	return true
}

// lead looks for a row of hits[i] of which enough values stand around it, and
// marks them.
func (f *Finder) lead(hits []recordHit, i int) {
	h := &hits[i]
	var one, other [1]uint32
	cells := f.records.cells(h.node, &one)
	if len(cells) > maxLeadCells {
		return
	}
	first, last := i, i
	for first > 0 && i-first < maxNeighbours && hits[first-1].start >= h.start-f.window-maxValueBytes {
		first--
	}
	for last+1 < len(hits) && last-i < maxNeighbours && hits[last+1].start <= h.end+f.window {
		last++
	}
	if last-first+1 < f.least {
		return
	}
	columns := uint32(len(f.allowed))
	var with [2*maxNeighbours + 1]int
	for _, cell := range cells {
		if !f.allows(cell) {
			continue
		}
		row := cell / columns
		seen := newColumnSet(cell % columns)
		n, end := 0, 0
		for k := first; k <= last; k++ {
			o := &hits[k]
			if o.start < end || o.start < h.end && o.end > h.start || o.end < h.start-f.window {
				continue
			}
			for _, c := range cellsOfRow(f.records.cells(o.node, &other), row, columns) {
				if f.allows(c) && seen.add(c%columns) {
					with[n], end = k, o.end
					n++
					break
				}
			}
		}
		if n+1 >= f.least {
			h.together = true
			for _, k := range with[:n] {
				hits[k].together = true
			}
		}
	}
}

// cellsOfRow returns those of the cells that are in one row.
func cellsOfRow(cells []uint32, row, columns uint32) []uint32 {
	if len(cells) == 1 { // nearly always
		if cells[0]/columns == row {
			return cells
		}
		return nil
	}
	from, _ := slices.BinarySearch(cells, row*columns)
	to := from
	for to < len(cells) && cells[to]/columns == row {
		to++
	}
	return cells[from:to]
}

// columnSet is a set of columns.
type columnSet [maxColumns / 64]uint64

func newColumnSet(column uint32) (s columnSet) {
	s.add(column)
	return s
}

// add reports whether the column is new.
func (s *columnSet) add(column uint32) bool {
	bit := uint64(1) << (column & 63)
	isNew := s[column>>6]&bit == 0
	s[column>>6] |= bit
	return isNew
}
