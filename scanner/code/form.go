package code

import (
	"bytes"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// leastForm is how many lines a form needs to be told by.
const leastForm = 3

// fewLines are as many as show that a segment has no form, if it has none.
const fewLines = 6

// form is what a line looks like that is no program, though programs have lines
// like it.
type form uint8

const (
	formNone form = iota
	formWord
	formProperty
	formField
	formEntry // a field that opens an entry
	formPair  // a field of words
	formCells
	formEquation
	formWorked // an equation that is no assignment
	forms
)

func formOf(body []byte) form {
	switch {
	case isWord(body), isPath(body):
		return formWord
	case isProperty(body):
		return formProperty
	case isEntry(body):
		return formEntry
	case isPair(body):
		return formPair
	case isField(body):
		return formField
	case isColumns(body) || isListing(body) || isFrame(body):
		return formCells
	}
	if equation, unlike := isEquation(body); equation && unlike {
		return formWorked
	} else if equation {
		return formEquation
	}
	return formNone
}

// isForm reports whether nearly all lines of the segment s, whose bytes are text,
// have a form that looks like a program and is none: a list of single words, paths or
// files, columns, the frame of a prompt, equations, the properties of a calendar or
// an address card, references in BibTeX, words and what they mean, or a drawing of
// punctuation. Fences that name a language say more than forms.
func (r *reading) isForm(text []byte, s *segment) bool {
	if s.fenced || s.solid < leastForm {
		return false
	}
	base := r.lines[s.first].start
	var n [forms]int
	letters, solid, seen := 0, 0, 0
	for i := s.first; i <= s.last; i++ {
		l := &r.lines[i]
		if l.kind == lines.Blank {
			continue
		}
		if seen >= fewLines && n[formNone]*2 > seen && letters*2 >= solid {
			return false // as nearly all programs after their first lines
		}
		seen++
		body := bytes.TrimSpace(text[l.start-base : l.end-base])
		n[formOf(body)]++
		if len(body) <= 3 && len(bytes.Trim(body, "})]; ")) == 0 {
			continue // closes blocks
		}
		last := byte(' ')
		for _, c := range body {
			if c == last {
				continue // a ruler of a comment says no more than one mark of it
			}
			last = c
			if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80 {
				letters++
			}
			if c != ' ' && c != '\t' {
				solid++
			}
		}
	}
	nearly := func(n int) bool { return n*5 >= s.solid*4 }
	return nearly(n[formWord]) || nearly(n[formProperty]) || nearly(n[formCells]) ||
		n[formEntry] > 0 && nearly(n[formField]+n[formEntry]+n[formPair]) ||
		n[formPair] == s.solid ||
		n[formWorked] > 0 && nearly(n[formEquation]+n[formWorked]) ||
		letters*4 < solid
}

// isWord reports whether a line is one word or name: numpy, scikit-learn, v1.2. Words
// that programs put on lines of their own do not count.
func isWord(body []byte) bool {
	if len(body) == 0 || len(body) > 40 {
		return false
	}
	for _, c := range body {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c >= 0x80 {
				continue
			}
			return false
		}
	}
	switch string(body) {
	case "begin", "end", "else", "do", "done", "fi", "esac", "then", "try", "return", "break", "continue", "pass", "BEGIN", "END", "ELSE", "GO":
		return false
	}
	return true
}

// isPath reports whether a line is the path of one file: src/scan.c. Patterns, with a
// star or a slash at an end, are settings.
func isPath(body []byte) bool {
	inner := bytes.IndexByte(body, '/')
	if inner <= 0 || body[len(body)-1] == '/' {
		return false
	}
	for _, c := range body {
		if !isLetter(c) && !isDigit(c) && c != '/' && c != '.' && c != '-' && c != '_' && c != '+' && c != '@' && c < 0x80 {
			return false
		}
	}
	return true
}

// isProperty reports whether a line is a property of iCalendar (RFC 5545) or vCard
// (RFC 6350): NAME:value or NAME;PARAM=x:value, in capitals.
func isProperty(body []byte) bool {
	n := 0
	for n < len(body) && (body[n] >= 'A' && body[n] <= 'Z' || body[n] == '-' || n > 0 && body[n] >= '0' && body[n] <= '9') {
		n++
	}
	if n == 0 || n+1 >= len(body) {
		return false
	}
	switch body[n] {
	case ':':
		return body[n+1] != ' ' && body[n+1] != ':'
	case ';':
		return bytes.IndexByte(body[n:], '=') > 0 && bytes.IndexByte(body[n:], ':') > 0
	}
	return false
}

// isEntry reports whether a line opens an entry of BibTeX, @article{key and a comma.
func isEntry(body []byte) bool {
	open := bytes.IndexByte(body, '{')
	return open > 1 && body[0] == '@' && isWord(body[1:open]) && body[len(body)-1] == ','
}

// isField reports whether a line is a field of BibTeX, name = {value}, or closes an entry.
func isField(body []byte) bool {
	if string(body) == "}" {
		return true
	}
	name, value, found := bytes.Cut(body, []byte("="))
	if !found || !isWord(bytes.TrimSpace(name)) {
		return false
	}
	value = bytes.TrimSuffix(bytes.TrimSpace(value), []byte(","))
	if len(value) < 2 {
		return false
	}
	switch value[0] {
	case '{':
		return value[len(value)-1] == '}'
	case '"':
		return value[len(value)-1] == '"'
	}
	return isWord(value)
}

// isPair reports whether a line is a word or several, an equals sign between blanks,
// and what they mean: words, and none that switches something on or off.
func isPair(body []byte) bool {
	name, value, found := bytes.Cut(body, []byte(" = "))
	if !found || len(name) < 2 || len(value) < 2 {
		return false
	}
	for _, side := range [...][]byte{name, value} {
		for _, c := range side {
			if !isLetter(c) && c != ' ' && c < 0x80 {
				return false
			}
		}
	}
	switch string(bytes.ToLower(value)) {
	case "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "auto":
		return false
	}
	return true
}

// leastGaps is how many gaps of two blanks or a tab, at least, part the columns of
// a line that is told by them: programs align names and types, which is two.
const leastGaps = 3

// isColumns reports whether a line is one of a table whose columns are parted by
// blanks, as tools print them: words and numbers, and none of what programs have.
// A disassembly, which begins with an address and a colon, is none.
func isColumns(body []byte) bool {
	gaps := 0
	for i, c := range body {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', c >= 0x80, c == '-', c == '/', c == '.', c == ',', c == '+', c == '_':
		case c == '%':
			if i+1 < len(body) && isLetter(body[i+1]) {
				return false // a register
			}
		case c == ':':
			if gaps == 0 {
				return false
			}
		case c == '\t':
			gaps++
		case c == ' ':
			if i > 0 && body[i-1] == ' ' && body[i-2] != ' ' {
				gaps++
			}
		default:
			return false
		}
	}
	return gaps >= leastGaps
}

// isListing reports whether a line is one of a listing of files in columns: names,
// at least half of them with an ending.
func isListing(body []byte) bool {
	names, endings := 0, 0
	for word := range bytes.FieldsSeq(body) {
		dot := -1
		for i, c := range word {
			switch {
			case c == '.':
				dot = i
			case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
			default:
				return false
			}
		}
		names++
		if dot > 0 && len(word)-dot-1 >= 1 && len(word)-dot-1 <= 5 {
			endings++
		}
	}
	return names >= 2 && endings*2 >= names
}
