package code

import (
	"bytes"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// Manuals, release notes and documentation speak of programs: options in quotes,
// names with underscores, items that begin as comments do. Line by line that is much
// like code; what tells them is that the lines are made of words, and that none of
// them is code beyond doubt.

const (
	// wordsAtMost is what the lines of a segment may say for code on average, in
	// log-odds, to be taken for prose if all of them are made of words; mostlyAtMost if
	// some are not.
	wordsAtMost  = 4.5
	mostlyAtMost = 3.0
	// leastWords is how many words a line has that says something about it.
	leastWords = 5
)

// isProse reports whether the segment s, whose bytes are text, is made of words, in
// lines that do not say much for code. Fences that name a language say more.
func (r *reading) isProse(text []byte, s *segment) bool {
	if s.fenced || s.solid < 2 || s.evidence >= wordsAtMost*float32(s.solid) {
		return false // as nearly all programs
	}
	base := r.lines[s.first].start
	wordy, other := 0, 0
	for i := s.first; i <= s.last; i++ {
		l := &r.lines[i]
		if l.kind == lines.Blank {
			continue
		}
		body := bytes.TrimSpace(text[l.start-base : l.end-base])
		if opensComment(body) {
			return false
		}
		switch words, ok := wordsOf(body); {
		case !ok:
			other++
		case words >= leastWords:
			wordy++
		}
	}
	switch {
	case wordy < 2 || wordy*2 < s.solid:
		return false
	case other == 0:
		return true
	}
	return wordy*3 >= other*7 && s.evidence < mostlyAtMost*float32(s.solid)
}

// wordsOf counts the fields of a line behind the mark of an item, but for those in
// quotes. ok is false if too many of them are no words of a text, or if the line begins
// as a comment or ends as a statement.
func wordsOf(body []byte) (words int, ok bool) {
	if isRuler(body) {
		return 0, true
	}
	if isCommented(body) {
		return 0, false
	}
	body = afterBullet(body)
	n := len(body)
	if n == 0 {
		return 0, true
	}
	switch body[n-1] {
	case ';', '{', '}', '[', '(', '=', '\\':
		return 0, false
	case ')', ']', ',':
		if n > 1 && (body[n-2] == ')' || body[n-2] == '"') {
			return 0, false // closes what was opened on other lines, or a string
		}
	}
	plain := 0
	for i := 0; i < n; {
		word := i
		mention := mentioned(body[i:])
		for i += mention; i < n && body[i] != ' ' && body[i] != '\t'; {
			i++
		}
		if mention == 0 {
			words++
			if isPlain(body[word:i]) {
				plain++
			}
		}
		gap := i
		for i < n && (body[i] == ' ' || body[i] == '\t') {
			i++
		}
		if i-gap > 2 {
			return words, false // columns
		}
	}
	return words, plain*3 >= words*2
}

// mentioned is the length of what a text has in quotes or in backquotes at its
// beginning, as people write who speak of programs; 0 if there is none.
func mentioned(text []byte) int {
	start := 0
	if text[0] == '(' {
		start++
	}
	if start == len(text) || text[start] != '`' && text[start] != '"' {
		return 0
	}
	mark := text[start]
	for start < len(text) && text[start] == mark {
		start++
	}
	end := bytes.IndexByte(text[start:], mark)
	if end < 0 {
		return 0
	}
	return start + end + 1
}

// opensComment reports whether a line opens or closes a comment or a doc string over
// several lines, or is an empty one of it.
func opensComment(body []byte) bool {
	return string(body) == "*" || bytes.HasPrefix(body, []byte("/*")) || bytes.HasSuffix(body, []byte("*/")) ||
		bytes.Contains(body, []byte(`"""`)) || bytes.Contains(body, []byte("'''"))
}

// isRuler reports whether a line underlines another: one mark, over and over.
func isRuler(body []byte) bool {
	return len(body) > 2 && (body[0] == '-' || body[0] == '=' || body[0] == '~' || body[0] == '^') && len(bytes.Trim(body, string(body[:1]))) == 0
}

// isCommented reports whether a line begins as comments do, but for a star, with
// which items begin, too.
func isCommented(body []byte) bool {
	if len(body) == 0 {
		return false
	}
	switch body[0] {
	case '#', ';', '%', '/', '\'':
		return true
	case '-':
		return len(body) > 1 && body[1] == '-'
	}
	return false
}

// afterBullet returns what follows the mark of an item: - x, 2. x.
func afterBullet(body []byte) []byte {
	n := 0
	for n < len(body) && isDigit(body[n]) {
		n++
	}
	switch {
	case n == 0 && len(body) > 1 && (body[0] == '*' || body[0] == '-' || body[0] == '+' || body[0] == 'o') && body[1] == ' ':
		return bytes.TrimLeft(body[2:], " ")
	case n > 0 && n+1 < len(body) && (body[n] == '.' || body[n] == ')') && body[n+1] == ' ':
		return bytes.TrimLeft(body[n+2:], " ")
	}
	return body
}

// isPlain reports whether a field is a word of a text: letters, of which only the
// first is large, and the marks that people put around them.
func isPlain(word []byte) bool {
	word = bytes.TrimLeft(word, "(\"'")
	word = bytes.TrimRight(word, ".,:;!?)\"'")
	if len(word) < 2 {
		return len(word) == 1 && (word[0] == 'a' || word[0] == 'A' || word[0] == 'I')
	}
	for i, c := range word {
		switch {
		case c >= 'a' && c <= 'z', c >= 0x80 && c != 0xe2: // of arrows and signs
		case c >= 'A' && c <= 'Z', c == '-', c == '\'':
			if (i == 0) != isLetter(c) {
				return false
			}
		default:
			return false
		}
	}
	return true
}
