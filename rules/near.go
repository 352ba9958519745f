package rules

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Defaults of Near and Unless, in bytes.
const (
	defaultWindow = 60
	defaultAfter  = 20
)

// wordList is a list of words to look for near a candidate.
type wordList struct {
	words         []listedWord
	window, after int
}

type listedWord struct {
	text    []byte // as normalise writes it
	prefix  bool   // written with a final *
	foreign bool   // has characters beyond ASCII
	key     uint32 // for vocabulary
}

func newWordList(words []string, window, after int) *wordList {
	l := &wordList{window: window, after: after}
	if l.window == 0 {
		l.window = defaultWindow
	}
	if l.after == 0 {
		l.after = defaultAfter
	}
	for _, w := range words {
		text, prefix := normalWord(w), w[len(w)-1] == '*'
		foreign := bytes.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
		l.words = append(l.words, listedWord{text, prefix, foreign, wordKey(text, prefix)})
	}
	return l
}

// normalWord is a word of a rule as it is looked for.
func normalWord(w string) []byte {
	text, _ := normalise(nil, []byte(w), false)
	return bytes.TrimSpace(text)
}

// normalise appends text in lower case with every run of other characters than
// letters and digits as one space and, if split is set, a space where a new
// word begins in dateOfBirth or IBANCode. So one spelling of a word finds
// date_of_birth, dateOfBirth, Date-of-birth and DATE OF BIRTH. It reports
// whether there are such beginnings.
func normalise(dst, text []byte, split bool) (out []byte, humps bool) {
	dst = append(dst, ' ')
	var before, last rune
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		i += size
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			if dst[len(dst)-1] != ' ' {
				dst = append(dst, ' ')
			}
			before, last = 0, ' '
			continue
		}
		switch {
		case isUpper(r) && last >= 'a' && last <= 'z':
			if humps = true; split {
				dst = append(dst, ' ')
			}
		case r >= 'a' && r <= 'z' && isUpper(last) && isUpper(before):
			// The last capital of IBANCode belongs to the new word.
			if humps = true; split {
				n := len(dst) - 1
				dst = append(dst, dst[n])
				dst[n] = ' '
			}
		}
		before, last = last, r
		if isUpper(r) {
			dst = append(dst, byte(r)+'a'-'A')
		} else {
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return append(dst, ' '), humps
}

func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' }

// in reports whether one of the words stands in normalised text.
func (l *wordList) in(text []byte) bool {
	for i := range l.words {
		w := &l.words[i]
		for at := 0; ; at++ {
			n := bytes.Index(text[at:], w.text)
			if n < 0 {
				break
			}
			at += n
			if w.bounded(text, at) {
				return true
			}
		}
	}
	return false
}

// bounded wants a whole word, except in scripts that do not put spaces between
// words.
func (w *listedWord) bounded(text []byte, at int) bool {
	first, last := w.text[0], w.text[len(w.text)-1]
	end := at + len(w.text)
	if first < 0xE0 && text[at-1] != ' ' {
		return false
	}
	return w.prefix || last >= 0x80 && first >= 0xE0 || text[end] == ' ' ||
		// A plural, or a number as in ssn2.
		text[end] == 's' && text[end+1] == ' ' || isDigit(text[end])
}

// near reports whether one of the words stands close to the candidate, or in
// the head of its table column.
func (l *wordList) near(c *candidate, buf []byte) bool {
	from, to := max(c.from-l.window, 0), min(c.to+l.after, len(c.text))
	return l.inRaw(fullWords(c.text, from, c.start), buf) || l.inRaw(fullWords(c.text, c.end, to), buf) || l.inRaw(columnHead(c), buf)
}

// inRaw looks in text that is not normalised. A word may be written in one
// (IdNr) or be one of several (idNumber).
func (l *wordList) inRaw(text, buf []byte) bool {
	if len(text) == 0 {
		return false
	}
	joined, humps := normalise(buf[:0], text, false)
	if l.in(joined) {
		return true
	}
	if !humps {
		return false
	}
	split, _ := normalise(buf[:0], text, true)
	return l.in(split)
}

// fullWords returns text[from:to] less a word or character that is cut.
func fullWords(text []byte, from, to int) []byte {
	for from > 0 && from < to && (isWord(text[from-1]) && isWord(text[from]) || !utf8.RuneStart(text[from])) {
		from++
	}
	for to < len(text) && to > from && (isWord(text[to]) && isWord(text[to-1]) || !utf8.RuneStart(text[to])) && to-from > 1 {
		to--
	}
	return text[from:to]
}

// Bounds of the search for a table's head.
const (
	maxTableBytes = 4096
	maxTableRows  = 60
	maxRowBytes   = 1024
)

// columnHead returns the cell above the candidate in the first line of the
// table that it stands in, if it does: lines with tabs, bars, semicolons or
// commas.
func columnHead(c *candidate) []byte {
	lineStart := bytes.LastIndexByte(c.text[max(0, c.start-maxRowBytes):c.start], '\n') + 1
	if lineStart == 0 {
		return nil // one line, or too long a one
	}
	lineStart += max(0, c.start-maxRowBytes)
	row := c.text[lineStart:c.start]
	lineEnd := bytes.IndexByte(c.text[c.end:min(len(c.text), c.end+maxRowBytes)], '\n')
	rest := c.text[c.end:min(len(c.text), c.end+maxRowBytes)]
	if lineEnd >= 0 {
		rest = rest[:lineEnd]
	}
	var sep byte
	most := 0
	for _, b := range []byte{'\t', '|', ',', ';'} {
		if n := bytes.Count(row, []byte{b}) + bytes.Count(rest, []byte{b}); n > most {
			sep, most = b, n
		}
	}
	if sep == 0 {
		return nil
	}
	column := countCells(row, sep)
	floor := max(0, lineStart-maxTableBytes)
	var head []byte
	for end, rows := lineStart-1, 0; end > floor && rows < maxTableRows; rows++ {
		start := bytes.LastIndexByte(c.text[floor:end], '\n') + 1 + floor
		line := c.text[start:end]
		if bytes.IndexByte(line, sep) < 0 {
			if bytes.EqualFold(bytes.TrimSpace(line), []byte("values")) { // between an INSERT's columns and rows
				end = start - 1
				continue
			}
			break
		}
		head = line
		end = start - 1
	}
	for range column {
		at := bytes.IndexByte(head, sep)
		if at < 0 {
			return nil
		}
		head = head[at+1:]
	}
	if at := bytes.IndexByte(head, sep); at >= 0 {
		head = head[:at]
	}
	return head[:min(len(head), 60)]
}

// countCells counts the separators outside quotation marks.
func countCells(row []byte, sep byte) int {
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
