package code

import (
	"bytes"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// Manuals, release notes and documentation speak of programs: options in quotes,
// names with underscores, items that begin as comments do. Line by line that is much
// like code. What tells them is that the lines together say little for it, though they
// are many, and are made of words and sentences.

const (
	// What the lines of a segment may say for code on average, in log-odds, to be taken
	// for prose: if all of them are made of words, seven in ten, or half of them.
	wordsAtMost  = 4.5
	mostlyAtMost = 3.0
	halfAtMost   = 2.0
	// widestGap is how many blanks part words in text that is set justified, termWords
	// how many words come before a wider gap behind which they are explained.
	widestGap = 3
	termWords = 3
	// leastWords is how many words a line has that says something about it.
	leastWords = 5
	// longestBlock is how long what a block is called may be, in bytes.
	longestBlock = 12
)

// isProse reports whether the segment s, whose bytes are text, is made of words, in
// lines that do not say much for code. Fences that name a language say more, and so do
// the marks of comments, whose words belong to a program.
func (r *reading) isProse(text []byte, s *segment) bool {
	if s.fenced || s.solid < 2 || s.evidence >= wordsAtMost*float32(s.solid) {
		return false // as nearly all programs
	}
	base := r.lines[s.first].start
	wordy, stopped, other := 0, 0, 0
	for i := s.first; i <= s.last; i++ {
		l := &r.lines[i]
		if l.kind == lines.Blank {
			continue
		}
		body := bytes.TrimSpace(text[l.start-base : l.end-base])
		if opensComment(body) || closesBlock(body) || l.kind == lines.Directive {
			return false
		}
		words, ok := wordsOf(body)
		switch {
		case !ok && l.emit >= partScore && endsOpen(body):
			return false // a statement
		case !ok:
			other++
			continue
		case words >= leastWords:
			wordy++
		}
		if hasStop(body) {
			stopped++
		}
	}
	average := s.evidence / float32(s.solid)
	switch {
	case wordy < 2 || wordy*4 < s.solid || stopped*3 < wordy:
		return false
	case other == 0:
		return true
	case wordy*3 >= other*7:
		return average < mostlyAtMost
	}
	return wordy >= other && average < halfAtMost
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
	if isOption(body) {
		body = afterGap(body)
	}
	body = afterBullet(body)
	n := len(body)
	if n == 0 || isTerm(body) {
		return 0, true
	}
	if endsOpen(body) && !isReference(body[bytes.LastIndexByte(body, ' ')+1:]) || isSetting(body) {
		return 0, false
	}
	plain, term := 0, false
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
		if i-gap > widestGap {
			if term || words > termWords {
				return words, false // columns
			}
			term, words, plain = true, 0, 0 // what comes before is explained behind it
		}
	}
	return words, plain*3 >= words*2
}

// hasStop reports whether a line has a mark that parts sentences or clauses behind a
// word. Programs in languages that read like English have few.
func hasStop(body []byte) bool {
	for i, c := range body {
		if (c == '.' || c == ',' || c == ':' || c == '?' || c == '!') && i > 0 && body[i-1] != ' ' && (i+1 == len(body) || body[i+1] == ' ') {
			return true
		}
	}
	return false
}

// endsOpen reports whether a line ends as a statement, opens what ends on other lines,
// closes what began on others, or ends in a string.
func endsOpen(body []byte) bool {
	n := len(body)
	switch body[n-1] {
	case ';', '{', '}', '[', '(', '=', '\\':
		return true
	case ')', ']', ',':
		return n > 1 && (body[n-2] == ')' || body[n-2] == '"')
	}
	return false
}

// isSetting reports whether a line begins as one of YAML, with a name in lower case and
// a colon, or ends in a comment, as settings do.
func isSetting(body []byte) bool {
	first, _, _ := bytes.Cut(body, []byte{' '})
	return first[len(first)-1] == ':' && first[0] >= 'a' && first[0] <= 'z' || bytes.Contains(body, []byte(" # "))
}

// isTerm reports whether a line is a word or two, as headings are and names that are
// explained below them.
func isTerm(body []byte) bool {
	return bytes.Count(body, []byte{' '}) < 2 && !bytes.ContainsAny(body, ";{}()[]<>=$&|\"'`:,+*/\\")
}

// isReference reports whether a field is a page of the manual: ls(1).
func isReference(field []byte) bool {
	field = bytes.TrimRight(field, ".,")
	open := bytes.IndexByte(field, '(')
	return open > 0 && isLetter(field[0]) && len(field) >= open+3 && len(field) <= open+6 && field[len(field)-1] == ')' &&
		isDigit(field[open+1]) && field[open+1] != '0'
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

// closesBlock reports whether a line closes a block with a word, as programs do that read
// like English: end, end tell, END IF.
func closesBlock(body []byte) bool {
	first, rest, _ := bytes.Cut(body, []byte{' '})
	if !bytes.EqualFold(first, []byte("end")) || len(rest) > longestBlock {
		return false
	}
	for _, c := range rest {
		if !isLetter(c) {
			return false
		}
	}
	return true
}

// isRuler reports whether a line underlines another: one mark, over and over.
func isRuler(body []byte) bool {
	return len(body) > 2 && (body[0] == '-' || body[0] == '=' || body[0] == '~' || body[0] == '^') && len(bytes.Trim(body, string(body[:1]))) == 0
}

// isCommented reports whether a line begins as comments or tags do, but for a star,
// with which items begin, too.
func isCommented(body []byte) bool {
	if len(body) == 0 {
		return false
	}
	switch body[0] {
	case '#', ';', '%', '/', '\'', '<':
		return true
	case '-':
		return len(body) > 1 && body[1] == '-' && (len(body) == 2 || body[2] == ' ' || body[2] == '-')
	}
	return false
}

// isOption reports whether a line begins with an option of a command, as the lists of
// options do in manuals: -x, --long.
func isOption(body []byte) bool {
	n := 0
	for n < len(body) && n < 2 && body[n] == '-' {
		n++
	}
	return n > 0 && n < len(body) && isLetter(body[n])
}

// afterGap returns what follows the first gap of two blanks or more.
func afterGap(body []byte) []byte {
	i := bytes.Index(body, []byte("  "))
	if i < 0 {
		return nil
	}
	return bytes.TrimLeft(body[i:], " ")
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
	if isReference(word) {
		return true
	}
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
