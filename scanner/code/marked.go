package code

import "bytes"

// maxMarks bounds how often a line may be quoted, maxNumber how many digits the
// number before a line may have.
const (
	maxMarks  = 4
	maxNumber = 6
)

// unmarked returns what follows the mark of a quotation, > or several, or the
// number of a line, as mail, editors and tools put them before each line of what
// they show: "12 | x", "12: x", "12. x", and a tab or an arrow behind the number.
func unmarked(line []byte) (rest []byte, ok bool) {
	start := 0
	for start < len(line) && (line[start] == ' ' || line[start] == '\t') {
		start++
	}
	if start == len(line) || line[start] != '>' && !isDigit(line[start]) {
		return nil, false // as nearly all
	}
	rest = line[start:]
	marks := 0
	for marks < maxMarks && len(rest) > 0 && rest[0] == '>' && (len(rest) == 1 || rest[1] == ' ' || rest[1] == '>') {
		rest = bytes.TrimPrefix(rest[1:], []byte{' '})
		marks++
	}
	if marks > 0 {
		return rest, true
	}
	n := 0
	for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	if n == 0 || n > maxNumber {
		return nil, false
	}
	rest = rest[n:]
	for _, mark := range [...]string{"\t", "→", " | ", "| "} {
		if len(rest) > len(mark) && string(rest[:len(mark)]) == mark {
			return rest[len(mark):], true
		}
	}
	return nil, false
}
