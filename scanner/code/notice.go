package code

import (
	"bytes"
	"strings"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// legalWords are words of licences and contracts, as they are written there.
var legalWords = parseLegal(`license licence licenses licensed licensee licensor sublicense warranty warranties liability
liable copyright copyrights redistribution redistributions redistribute permission permissions hereby herein hereunder
thereof notwithstanding merchantability damages infringement noninfringement indemnify covenant contributor
contributors derivative trademark patent patents jurisdiction consequential incidental fitness disclaimer`)

func parseLegal(list string) map[string]bool {
	words := make(map[string]bool)
	for w := range strings.FieldsSeq(list) {
		words[w], words[strings.ToUpper(w)], words[strings.ToUpper(w[:1])+w[1:]] = true, true, true
	}
	return words
}

// mayBeNotice is a quick look for words without which there are few licences.
func mayBeNotice(text []byte) bool {
	for _, part := range [...]string{"icen", "opyright", "arrant", "ICEN", "OPYRIGHT", "ARRANT"} {
		if bytes.Contains(text, []byte(part)) {
			return true
		}
	}
	return false
}

// countLegal counts the words of law in a line.
func countLegal(line []byte) int {
	n := 0
	for i := 0; i < len(line); {
		if !isLetter(line[i]) {
			i++
			continue
		}
		j := i + 1
		for j < len(line) && isLetter(line[j]) {
			j++
		}
		if legalWords[string(line[i:j])] {
			n++
		}
		i = j
	}
	return n
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

const (
	leastLegal = 5 // words of law in what may be a notice
	// A program within or after a notice is one nonetheless: so many lines
	// that look like code, without words of law, at an end or in between.
	programAtEnd   = 3
	programBetween = 6
	looksLikeCode  = 2.0
	// longestEnd is the length of a line that is looked into for words of law to
	// save looking for them elsewhere.
	longestEnd = 200
)

// endsAsProgram reports whether the last lines of the segment s, whose bytes are
// text, show that it is no notice, as those of nearly all programs do.
func (r *reading) endsAsProgram(text []byte, s *segment) bool {
	base, run := r.lines[s.first].start, 0
	for i := s.last; i >= s.first && run < programAtEnd; i-- {
		l := &r.lines[i]
		if l.kind == lines.Blank {
			continue
		}
		if l.end-l.start > longestEnd || countLegal(text[l.start-base:l.end-base]) > 0 {
			return false
		}
		if l.emit >= looksLikeCode {
			run++
		}
	}
	return run == programAtEnd
}

// isNotice reports whether the segment s, whose bytes are text, is a licence
// text or a copyright notice without a program. Licences use the characters of
// programs: comment marks, numbered clauses, semicolons.
func (r *reading) isNotice(text []byte, s *segment) bool {
	base := r.lines[s.first].start
	legal, run, longest := 0, 0, 0
	first := -1 // length of the run before the first word of law
	for i := s.first; i <= s.last; i++ {
		l := &r.lines[i]
		if l.kind == lines.Blank {
			continue
		}
		n := countLegal(text[l.start-base : l.end-base])
		legal += n
		switch {
		case n > 0:
			if first < 0 {
				first = run
			}
			longest = max(longest, run)
			run = 0
		case l.emit >= looksLikeCode:
			run++
		}
	}
	if first >= programAtEnd || run >= programAtEnd || longest >= programBetween {
		return false
	}
	return legal >= leastLegal && legal*3 >= s.solid
}
