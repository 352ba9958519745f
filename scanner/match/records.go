package match

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
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
	maxLeadCells  = 64  // a value in more cells supports others only
	maxNeighbours = 31  // on either side; with the value itself they are 63
	minNeighbours = 4   // for values in many cells
	maxPairs      = 256 // of cells and neighbours on one side
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
		if i%32 == 31 && ctx.Err() != nil {
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
	most := min(maxNeighbours, max(minNeighbours, maxPairs/len(cells)))
	for first > 0 && i-first < most && hits[first-1].start >= h.start-f.window-maxValueBytes {
		first--
	}
	for last+1 < len(hits) && last-i < most && hits[last+1].start <= h.end+f.window {
		last++
	}
	if last-first+1 < f.least {
		return
	}
	columns := uint32(len(f.allowed))
	var rows [maxLeadCells]rowCells
	for k, c := range cells {
		rows[k] = rowCells{seen: newColumnSet(c % columns), count: 1}
	}
	for k := first; k <= last; k++ {
		o := &hits[k]
		if o.start < h.end && o.end > h.start || o.end < h.start-f.window {
			continue
		}
		rest := f.records.cells(o.node, &other)
		for r, c := range cells {
			var there []uint32
			if there, rest = cellsOfRow(rest, c/columns, columns); len(there) > 0 && f.allows(c) {
				rows[r].add(f, there, o, k-first)
			} else if len(rest) == 0 {
				break
			}
		}
	}
	for r := range cells {
		if row := &rows[r]; row.count >= f.least {
			h.together = true
			for ; row.hits != 0; row.hits &= row.hits - 1 {
				hits[first+bits.TrailingZeros64(row.hits)].together = true
			}
		}
	}
}

// rowCells is what of one row stands around a value.
type rowCells struct {
	seen  columnSet
	count int    // of columns
	end   int    // of the last of the values
	hits  uint64 // which, one bit each
}

// add notes a hit, whose value is in the cells of the row, unless it overlaps
// the one before or has no new column.
func (r *rowCells) add(f *Finder, cells []uint32, o *recordHit, number int) {
	if o.start < r.end {
		return
	}
	for _, c := range cells {
		if f.allows(c) && r.seen.add(c%uint32(len(f.allowed))) {
			r.count, r.end = r.count+1, o.end
			r.hits |= 1 << number
			return
		}
	}
}

// cellsOfRow returns those of the cells, which are sorted, that are in one row,
// and those behind them.
func cellsOfRow(cells []uint32, row, columns uint32) (there, rest []uint32) {
	from := 0
	if first := row * columns; len(cells) > 0 && cells[0] < first {
		// Most lists are short, and what is looked for is not far.
		step := 1
		for step < len(cells) && cells[step] < first {
			step *= 2
		}
		from, _ = slices.BinarySearch(cells[step/2:min(step+1, len(cells))], first)
		from += step / 2
	}
	to := from
	for to < len(cells) && cells[to]/columns == row {
		to++
	}
	// Another value of the same row may be asked for.
	return cells[from:to], cells[from:]
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
