package code

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

const (
	// A line is a program by its parts if so many look like code, and two thirds
	// of all of them.
	leastParts = 4
	partScore  = 4.0
	// asParts is the evidence of such a line.
	asParts = 6.0
	// maxParts bounds how many parts of a line are looked at.
	maxParts = 200
)

var (
	escapedBreak = []byte(`\n`)
	semicolon    = []byte{';'}
)

// parts looks into a line that holds several: a program in a JSON string, its
// line breaks written as \n, an element of a notebook's source, or statements
// parted by semicolons, prose before them or not.
func (r *reading) parts(l *line, body []byte, escapes int) {
	switch {
	case escapes >= leastParts-1:
		n, code := r.countParts(body, escapedBreak)
		if code >= leastParts && code*3 >= n*2 {
			l.emit, l.kind, l.statements = asParts, lines.Plain, uint16(min(n, 1<<16-1))
			return
		}
		fallthrough
	case escapes > 0 && l.kind == lines.JSON:
		if inside, ok := sourceElement(body); ok {
			inner := r.reader.Read(inside)
			if inner.Kind == lines.Blank {
				l.emit = 0
				l.kind = lines.Blank
				return
			}
			l.emit, l.kind = inner.Score, lines.Plain
			return
		}
		if l.statements < leastParts {
			return
		}
		fallthrough
	case int(l.statements) >= leastParts && l.emit < asParts && l.kind == lines.Plain:
		if n, code := r.countParts(body, semicolon); code >= leastParts && code*3 >= n*2 {
			l.emit = asParts
		}
	}
}

// countParts counts the parts of a line that are not blank, and those that look
// like code.
func (r *reading) countParts(body, separator []byte) (n, code int) {
	if bytes.Count(body, separator) < leastParts-1 {
		return 0, 0 // too few to count for anything
	}
	for rest, more := body, true; more && n < maxParts; {
		var part []byte
		part, rest, more = bytes.Cut(rest, separator)
		p := r.reader.Read(part)
		if p.Kind == lines.Blank {
			continue
		}
		n++
		if p.Score >= partScore {
			code++
		}
	}
	return n, code
}

// sourceElement returns what is in a string of its own line that ends in a line
// break, as notebooks keep the lines of their source.
func sourceElement(body []byte) (inside []byte, ok bool) {
	body = bytes.TrimSpace(body)
	body = bytes.TrimSuffix(body, []byte(","))
	body, ok = bytes.CutSuffix(body, []byte(`\n"`))
	if !ok {
		return nil, false
	}
	return bytes.CutPrefix(body, []byte{'"'})
}

// linesOfOne returns how many of the texts, from the first on, are lines of one
// source: elements of one array, each but the last ending in a line break. It is
// 1 if they are not.
func linesOfOne(texts []scanner.Text) int {
	n := 1
	for n < len(texts) && n < maxKept {
		last, next := &texts[n-1], &texts[n]
		if len(last.Bytes) == 0 || last.Bytes[len(last.Bytes)-1] != '\n' || last.Role != next.Role || !sameArray(last.Where, next.Where) {
			break
		}
		n++
	}
	return n
}

// sameArray reports whether two pointers end in numbers and have the rest in
// common.
func sameArray(a, b string) bool {
	i, j := len(a), len(b)
	for i > 0 && a[i-1] >= '0' && a[i-1] <= '9' {
		i--
	}
	for j > 0 && b[j-1] >= '0' && b[j-1] <= '9' {
		j--
	}
	return i > 0 && i < len(a) && j < len(b) && a[:i] == b[:j] && a[i-1] == '/'
}

// divide replaces the findings from number from on, in joined texts, by one for
// each text that they touch. Each keeps the lines of the whole, by which
// policies go.
func divide(texts []scanner.Text, first, together int, found []scanner.Finding, from int) []scanner.Finding {
	whole := append([]scanner.Finding(nil), found[from:]...)
	found = found[:from]
	for _, f := range whole {
		base := 0
		for k := first; k < first+together; k++ {
			text := bytes.TrimRight(texts[k].Bytes, "\r\n")
			start, end := max(f.Span.Start-base, 0), min(f.Span.End-base, len(text))
			if start < end && len(bytes.TrimSpace(text[start:end])) > 0 {
				part := f
				part.Text, part.Span = k, scanner.Span{Start: start, End: end}
				found = append(found, part)
			}
			base += len(texts[k].Bytes)
		}
	}
	slices.SortStableFunc(found[from:], func(a, b scanner.Finding) int {
		return cmp.Or(a.Text-b.Text, a.Span.Start-b.Span.Start)
	})
	return found
}
