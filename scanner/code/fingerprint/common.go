package fingerprint

import (
	"bytes"
)

// importWords begin lines that name what a file uses.
var importWords = [...]string{"import", "from", "#include", "using", "use", "require", "package", "export", "extern", "library", "source", "load"}

// standardRoots begin the names of packages that come with a language.
var standardRoots = [...]string{"java.", "javax.", "kotlin.", "scala.", "android.", "System.", "os.", "collections."}

// importLine reports whether a line only names a package that comes with its
// language, or has next to nothing in it. Lists of such lines are alike
// wherever the same language is used; names of one's own packages are not.
func importLine(line []byte) bool {
	line = bytes.TrimSpace(line)
	if len(bytes.TrimRight(line, ";,")) <= 1 {
		return true
	}
	name, ok := importName(line)
	if !ok {
		return false
	}
	if bytes.HasPrefix(name, []byte{'<'}) || bytes.IndexByte(name, '.') < 0 {
		return bytes.IndexByte(name, '=') < 0
	}
	for _, root := range standardRoots {
		if bytes.HasPrefix(name, []byte(root)) {
			return true
		}
	}
	return false
}

// importName returns what a line, without the blanks around it, imports, if it does
// nothing else.
func importName(line []byte) ([]byte, bool) {
	listed := bytes.HasSuffix(line, []byte{','})
	line = bytes.TrimRight(line, ";,")
	for _, w := range importWords {
		name, ok := bytes.CutPrefix(line, []byte(w))
		if !ok || len(name) == 0 || name[0] != ' ' && name[0] != '(' && name[0] != '<' {
			continue
		}
		name = bytes.TrimLeft(name, " (")
		return name, true
	}
	// "path", or name "path", as Go writes it in a list. With a comma behind it, it
	// is any string of any list.
	path, ok := bytes.CutSuffix(line, []byte{'"'})
	if !ok || listed {
		return nil, false
	}
	n := bytes.IndexByte(path, '"')
	if n < 0 || n+1 == len(path) || bytes.ContainsAny(path[n+1:], " \t\"") || bytes.ContainsAny(path[:n], "({[=,:") {
		return nil, false
	}
	return path[n+1:], true
}

// imports says which parts of a file are lists of imports.
type imports struct {
	text       []byte
	start, end int // of the line that was looked at last
	is         bool
}

// all reports whether all lines that a range touches are imports.
func (m *imports) all(first, last int) bool {
	for {
		if m.end == 0 || first < m.start || first > m.end {
			m.start = bytes.LastIndexByte(m.text[:first], '\n') + 1
			m.end = len(m.text)
			if n := bytes.IndexByte(m.text[first:], '\n'); n >= 0 {
				m.end = first + n
			}
			m.is = importLine(m.text[m.start:m.end])
		}
		if !m.is {
			return false
		}
		if first = m.end + 1; first > last {
			return true
		}
	}
}
