package fingerprint

import (
	"bytes"

	"github.com/sluice-dlp/sluice/scanner"
)

// wholeLines widens a range to the lines that it touches.
func wholeLines(text []byte, start, end int) scanner.Span {
	start = bytes.LastIndexByte(text[:start], '\n') + 1
	if n := bytes.IndexByte(text[end:], '\n'); n >= 0 {
		end += n
	} else {
		end = len(text)
	}
	return scanner.Span{Start: start, End: end}
}

// withEdges adds the lines before and after the span that may have been copied
// along: between the edge of what was copied and the first fingerprint in it
// there are fewer words than a window has.
func withEdges(text []byte, span scanner.Span, words int) scanner.Span {
	for left := words; span.Start > 0; {
		line := text[:span.Start-1]
		line = line[bytes.LastIndexByte(line, '\n')+1:]
		n := countWords(line, left)
		if n > left || isFence(line) {
			break
		}
		left -= n
		span.Start -= len(line) + 1
	}
	for left := words; span.End < len(text); {
		next := span.End + bytes.IndexByte(text[span.End:], '\n') + 1
		if next == span.End {
			break // unreachable: a span ends where a line does
		}
		line := text[next:]
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
		}
		n := countWords(line, left)
		if n > left || isFence(line) {
			break
		}
		left -= n
		span.End = next + len(line)
	}
	return trimBlank(text, span)
}

// trimBlank drops blank lines at both ends of a span, and the carriage return
// at its end.
func trimBlank(text []byte, span scanner.Span) scanner.Span {
	for {
		n := bytes.IndexByte(text[span.Start:span.End], '\n')
		if n < 0 || len(bytes.TrimSpace(text[span.Start:span.Start+n])) > 0 {
			break
		}
		span.Start += n + 1
	}
	for span.End > span.Start && (text[span.End-1] == '\n' || text[span.End-1] == '\r' || text[span.End-1] == ' ' || text[span.End-1] == '\t') {
		span.End--
	}
	return span
}

func isFence(line []byte) bool {
	line = bytes.TrimLeft(line, " \t>")
	return bytes.HasPrefix(line, []byte("```")) || bytes.HasPrefix(line, []byte("~~~"))
}

// countWords counts the words of a line, up to one more than a limit.
func countWords(line []byte, limit int) int {
	n := 0
	for i := 0; i < len(line) && n <= limit; i++ {
		if class[line[i]] == word && (i == 0 || class[line[i-1]] != word) {
			n++
		}
	}
	return n
}
