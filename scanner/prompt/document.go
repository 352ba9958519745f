package prompt

import (
	"slices"
	"sort"

	"github.com/sluice-dlp/sluice/scanner"
)

// document is a byte string in pieces. The pieces are kept as they came and
// never joined; a range that lies in one piece is read without a copy.
type document struct {
	chunks [][]byte
	starts []int // absolute offset of each chunk
	size   int
	copied int // bytes of chunks that the document allocated itself
}

// Very small pieces would cost more in slice headers than in bytes, and a
// hostile client could send a large body one byte at a time. After manyChunks,
// pieces of at most smallChunk bytes are gathered in blocks.
const (
	manyChunks = 64
	smallChunk = 256
	blockSize  = 16 << 10
)

// add appends a piece and returns it as it is now stored.
func (d *document) add(chunk []byte) []byte {
	if len(chunk) == 0 {
		return nil
	}
	if last := len(d.chunks) - 1; last >= manyChunks && len(chunk) <= smallChunk {
		tail := d.chunks[last]
		// Only blocks that were allocated here have this capacity spare.
		if d.copied > 0 && cap(tail) == blockSize && len(tail)+len(chunk) <= blockSize {
			d.chunks[last] = append(tail, chunk...)
			d.size += len(chunk)
			return d.chunks[last][len(tail):]
		}
		block := make([]byte, len(chunk), blockSize)
		copy(block, chunk)
		d.copied += blockSize
		chunk = block
	} else {
		chunk = slices.Clip(chunk)
	}
	d.chunks = append(d.chunks, chunk)
	d.starts = append(d.starts, d.size)
	d.size += len(chunk)
	return chunk
}

// find returns the index of the chunk that holds the byte at off.
func (d *document) find(off int) int {
	last := len(d.starts) - 1
	if last >= 0 && off >= d.starts[last] {
		return last // nearly always: strings are read as they complete
	}
	return sort.SearchInts(d.starts, off+1) - 1
}

// contiguous returns the range if it lies in one chunk.
func (d *document) contiguous(start, end int) ([]byte, bool) {
	if start == end {
		return nil, true
	}
	i := d.find(start)
	c := d.chunks[i]
	start, end = start-d.starts[i], end-d.starts[i]
	if end > len(c) {
		return nil, false
	}
	return c[start:end:end], true
}

// appendTo appends the range to dst.
func (d *document) appendTo(dst []byte, start, end int) []byte {
	if start == end {
		return dst
	}
	for i := d.find(start); start < end; i++ {
		c := d.chunks[i]
		from := start - d.starts[i]
		to := min(end-d.starts[i], len(c))
		dst = append(dst, c[from:to]...)
		start += to - from
	}
	return dst
}

// bytes returns the range, copied only if it spans chunks.
func (d *document) bytes(start, end int) []byte {
	if b, ok := d.contiguous(start, end); ok {
		return b
	}
	return d.appendTo(make([]byte, 0, end-start), start, end)
}

// edit replaces a range of bytes. It is the one form in which changes travel,
// from an embedded file up to the body.
type edit struct {
	scanner.Span
	with []byte
	// rank orders edits that overlap: the replacement of the highest stays.
	rank int
}

// mergeEdits sorts edits and unites those that overlap. The union gets the
// replacement of the edit with the highest rank, then the longest, then the
// first; so one placeholder stands for all.
func mergeEdits(edits []edit) []edit {
	slices.SortStableFunc(edits, func(a, b edit) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	var out []edit
	best := 0 // length of the edit whose replacement stands in the last of out
	for _, e := range edits {
		if len(out) > 0 && e.Start < out[len(out)-1].End {
			last := &out[len(out)-1]
			if e.rank > last.rank || e.rank == last.rank && e.Len() > best {
				last.with, last.rank, best = e.with, e.rank, e.Len()
			}
			last.End = max(last.End, e.End)
			continue
		}
		out = append(out, e)
		best = e.Len()
	}
	return out
}

// splice returns the document with merged edits applied: slices of its own
// chunks with the replacements between them.
func (d *document) splice(edits []edit) [][]byte {
	out := make([][]byte, 0, len(d.chunks)+2*len(edits))
	next := 0 // index of the first edit that is not done yet
	for i, c := range d.chunks {
		at := d.starts[i]
		end := at + len(c)
		for at < end {
			if next == len(edits) || edits[next].Start >= end {
				out = append(out, c[at-d.starts[i]:])
				break
			}
			e := &edits[next]
			if at < e.Start {
				out = append(out, c[at-d.starts[i]:e.Start-d.starts[i]])
				at = e.Start
			}
			if at == e.Start && len(e.with) > 0 {
				out = append(out, e.with)
			}
			if e.End > end {
				break // the rest of the edit is in the next chunk
			}
			at = e.End
			next++
		}
	}
	return out
}

// spliceBytes returns a copy of b with merged edits applied.
func spliceBytes(b []byte, edits []edit) []byte {
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(out, b[at:e.Start]...)
		out = append(out, e.with...)
		at = e.End
	}
	return append(out, b[at:]...)
}
