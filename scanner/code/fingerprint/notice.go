package fingerprint

import (
	"bytes"

	"github.com/sluice-dlp/sluice/scanner"
)

// legal are words that a licence header or copyright notice has.
var legal = [...]string{"copyright", "license", "licence", "spdx-", "warranties", "all rights reserved", "permission is hereby"}

// notices returns the ranges of comments that are licence headers or copyright
// notices. They are the same in thousands of files of others.
func notices(text []byte) []scanner.Span {
	var found []scanner.Span
	run := scanner.Span{Start: -1}
	block := false // inside of /* */ or <!-- -->
	end := func() {
		if run.Start >= 0 && isLegal(text[run.Start:run.End]) {
			found = append(found, run)
		}
		run.Start = -1
	}
	at := 0
	for line := range bytes.Lines(text) {
		trimmed := bytes.TrimSpace(line)
		comment := block || len(trimmed) > 0 && commentPrefix(trimmed)
		if !block && (bytes.HasPrefix(trimmed, []byte("/*")) || bytes.HasPrefix(trimmed, []byte("<!--"))) {
			comment, block = true, true
		}
		if block && (bytes.Contains(trimmed, []byte("*/")) || bytes.Contains(trimmed, []byte("-->"))) {
			block = false
		}
		switch {
		case comment && run.Start < 0:
			run = scanner.Span{Start: at, End: at + len(line)}
		case comment:
			run.End = at + len(line)
		default:
			end()
		}
		at += len(line)
	}
	end()
	return found
}

// commentPrefix reports whether a line, without the blanks around it, is a
// comment in one of the usual languages.
func commentPrefix(line []byte) bool {
	for _, p := range [...]string{"//", "#", "--", ";", "%", "*", "'"} {
		if rest, ok := bytes.CutPrefix(line, []byte(p)); ok {
			return len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == p[0] || rest[0] == '/' || rest[0] == '!'
		}
	}
	return false
}

// isLegal reports whether a comment is about rights. Long comments that happen
// to have one of the words are not.
func isLegal(comment []byte) bool {
	lower := bytes.ToLower(comment[:min(len(comment), 1<<14)])
	n := 0
	for _, w := range legal {
		if bytes.Contains(lower, []byte(w)) {
			n++
		}
	}
	return n >= 2 || n == 1 && len(comment) < 400
}

// inside reports whether a range touches one of the spans, which are in order.
// It drops the spans that lie before the range.
func inside(spans []scanner.Span, first, last int) ([]scanner.Span, bool) {
	for len(spans) > 0 && spans[0].End <= first {
		spans = spans[1:]
	}
	return spans, len(spans) > 0 && spans[0].Start <= last
}
