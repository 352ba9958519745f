package rules

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Defaults of Near and Unless, in bytes.
const (
	defaultWindow = 60
	defaultAfter  = 20
)

// wordList is the words of a near or unless block, which are in the lexicon of
// the set.
type wordList struct {
	id            int // in the lexicon
	window, after int
	size          int // words, for people
}

// Bounds of the search for a table's head.
const (
	maxTableBytes = 4096
	maxTableRows  = 60
	maxRowBytes   = 1024
	maxHeadBytes  = 60
)

// tableRow is a line of a text and the first line of the table that it is a row
// of, if it is: lines with tabs, bars, semicolons or commas, or with cells that spaces align.
type tableRow struct {
	start, end         int // of the line, or of what of it was looked at
	sep                byte
	headStart, headEnd int
	values             int // where the rows of an INSERT on one line begin, or 0
}

// rowAround reads the line that the candidate stands in. It has no separator if
// it is no row.
func rowAround(c *candidate) tableRow {
	floor := max(0, c.start-maxRowBytes)
	start := lastBreak(c.text[floor:c.start]) + 1
	end := min(len(c.text), c.end+maxRowBytes)
	if n := bytes.IndexByte(c.text[c.end:end], '\n'); n >= 0 {
		end = c.end + n
	}
	row := tableRow{start: start + floor, end: end}
	if row.insert(c.text); row.values > 0 {
		return row
	}
	if start == 0 {
		return row // the first line, or too long a one
	}
	start += floor
	most := 0
	for _, b := range []byte{'\t', '|', ',', ';'} {
		if n := bytes.Count(c.text[start:c.start], []byte{b}) + bytes.Count(c.text[c.end:end], []byte{b}); n > most {
			row.sep, most = b, n
		}
	}
	if row.sep != 0 {
		row.findHead(c.text, most)
	}
	if row.headEnd == 0 && aligned(c.text[start:end]) {
		row.sep = ' '
		row.findHead(c.text, 0)
	}
	return row
}

// findHead looks for the first line of the table, of lines that have the row's separator. The row has most of them.
func (r *tableRow) findHead(text []byte, most int) {
	floor := max(0, r.start-maxTableBytes)
	for lineEnd, rows := r.start-1, 0; lineEnd > floor && rows < maxTableRows; rows++ {
		lineStart := lastBreak(text[floor:lineEnd]) + 1 + floor
		line := text[lineStart:lineEnd]
		if r.sep == ' ' && aligned(line) || r.sep != ' ' && bytes.IndexByte(line, r.sep) >= 0 {
			r.headStart, r.headEnd = lineStart, lineEnd
		} else if !bytes.EqualFold(bytes.TrimSpace(line), []byte("values")) { // which stands between an INSERT's columns and rows
			break
		}
		lineEnd = lineStart - 1
	}
	// Sentences have commas, too: a row has at least as many as the head.
	if r.sep == ',' && most < bytes.Count(text[r.headStart:r.headEnd], []byte{','}) {
		r.headStart, r.headEnd = 0, 0
	}
}

// aligned reports whether a line has cells with two spaces or more between them, as tables have that programs print.
func aligned(line []byte) bool {
	return bytes.Contains(bytes.TrimLeft(line, " "), []byte("  "))
}

// alignedHead is headOf in a table whose columns spaces align: the cell of the head that begins or ends where the candidate
// does, or stands above it.
func (r *tableRow) alignedHead(c *candidate) (start, end int) {
	head := c.text[r.headStart:r.headEnd]
	from, to := c.start-r.start, c.end-r.start
	for at := 0; at < len(head); {
		if head[at] <= ' ' {
			at++
			continue
		}
		n := bytes.Index(head[at:], []byte("  "))
		if n < 0 {
			n = len(bytes.TrimRight(head[at:], " \t\r")) // not 0: it begins with what is not trimmed
		}
		if at < to && from < at+n {
			return r.headStart + at, r.headStart + at + min(n, maxHeadBytes)
		}
		at += n
	}
	return 0, 0
}

// insert looks for the columns of an SQL statement in the row: INSERT INTO t (a, b) VALUES ('x', 'y').
func (r *tableRow) insert(text []byte) {
	line := text[r.start:r.end]
	at := bytes.Index(line, []byte("VALUES"))
	if at < 0 {
		if at = bytes.Index(line, []byte("values")); at < 0 {
			return
		}
	}
	end := bytes.LastIndexByte(line[:at], ')')
	begin := bytes.LastIndexByte(line[:max(end, 0)], '(')
	if begin < 0 || len(bytes.TrimSpace(line[end+1:at])) > 0 {
		return
	}
	r.sep, r.headStart, r.headEnd, r.values = ',', r.start+begin+1, r.start+end, r.start+at+len("VALUES")
}

// countValues counts the commas since the last row of an INSERT began.
func countValues(rows []byte) int {
	n, inQuotes := 0, false
	for _, b := range rows {
		switch {
		case b == '\'':
			inQuotes = !inQuotes // twice for one that is doubled
		case inQuotes:
		case b == '(':
			n = 0
		case b == ',':
			n++
		}
	}
	return n
}

// lastBreak is bytes.LastIndexByte for a line break, which looks at one byte at a time.
func lastBreak(text []byte) int {
	const ones = 0x0101010101010101
	n := len(text)
	for ; n >= 32; n -= 32 {
		last := text[n-32 : n]
		a, b := binary.LittleEndian.Uint64(last)^ones*'\n', binary.LittleEndian.Uint64(last[8:])^ones*'\n'
		c, d := binary.LittleEndian.Uint64(last[16:])^ones*'\n', binary.LittleEndian.Uint64(last[24:])^ones*'\n'
		// Not zero if any byte is, whichever.
		if ((a-ones)&^a|(b-ones)&^b|(c-ones)&^c|(d-ones)&^d)&(ones*0x80) != 0 {
			break
		}
	}
	for ; n >= 8; n -= 8 {
		x := binary.LittleEndian.Uint64(text[n-8:]) ^ ones*'\n'
		// The high bit of each byte that is zero, and of no other.
		if zero := ^(x&^(ones*0x80) + ones*0x7F | x | ones*0x7F); zero != 0 {
			return n - 1 - bits.LeadingZeros64(zero)/8
		}
	}
	return bytes.LastIndexByte(text[:n], '\n')
}

// headOf returns where the cell above the candidate stands in the table's first
// line; it is empty if there is none.
func (r *tableRow) headOf(c *candidate) (start, end int) {
	if r.headEnd == 0 || c.start < r.values {
		return 0, 0
	}
	if r.sep == ' ' {
		return r.alignedHead(c)
	}
	start = r.headStart
	cells := 0
	if r.values > 0 {
		cells = countValues(c.text[r.values:c.start])
	} else {
		cells = countCells(c.text[r.start:c.start], r.sep)
	}
	// In Jira's markup the heads of columns stand between two bars, the cells below between one.
	doubled := r.sep == '|' && bytes.HasPrefix(c.text[start:r.headEnd], []byte("||"))
	for range cells {
		at := bytes.IndexByte(c.text[start:r.headEnd], r.sep)
		if at < 0 {
			return 0, 0
		}
		start += at + 1
		if doubled && start < r.headEnd && c.text[start] == '|' {
			start++
		}
	}
	end = r.headEnd
	if at := bytes.IndexByte(c.text[start:end], r.sep); at >= 0 {
		end = start + at
	}
	end = min(end, start+maxHeadBytes)
	if r.sep == ',' && countDigits(c.text[start:end]) > maxHeadDigits {
		return 0, 0 // a sentence
	}
	return start, end
}

// maxHeadDigits is how many digits the head of a column has at most: visits_2024.
const maxHeadDigits = 4

// countCells counts the separators outside quotation marks.
func countCells(row []byte, sep byte) int {
	if bytes.IndexByte(row, '"') < 0 {
		return bytes.Count(row, []byte{sep})
	}
	n, inQuotes := 0, false
	for _, b := range row {
		switch {
		case b == '"':
			inQuotes = !inQuotes
		case b == sep && !inQuotes:
			n++
		}
	}
	return n
}
