package rules

import (
	"bytes"
	_ "embed" // for the names
	"strings"
	"unicode/utf8"
)

// givenNames are some 30,000 given names of sixty languages in lower case, one a
// line, in the order of their bytes; given_names.py says where they are from.
//
//go:embed given_names.txt
var givenNames string

// isGivenName reports whether a word, in lower case, is in the list.
func isGivenName(word []byte) bool {
	if len(word) < 3 {
		return false
	}
	from, to := 0, len(givenNames) // of lines
	for from < to {
		at := from + (to-from)/2
		at = strings.LastIndexByte(givenNames[from:at], '\n') + 1 + from
		end := at + strings.IndexByte(givenNames[at:], '\n')
		switch line := givenNames[at:end]; {
		case line == string(word):
			return true
		case line < string(word):
			from = end + 1
		default:
			to = at
		}
	}
	return false
}

// givenName is true of a full name of which the first or the last word is a given
// name: Ana Souza, SOUZA, ANA, Nagy István.
func givenName(v []byte) bool {
	if !fullName(v) {
		return false
	}
	first, last, words := []byte(nil), []byte(nil), 0
	for w := range bytes.FieldsSeq(v) {
		if w = bytes.TrimRight(w, ".,"); utf8.RuneCount(w) > 2 {
			if words++; first == nil {
				first = w
			}
			last = w
		}
	}
	return words > 1 && (hasGivenName(first) || (len(last) > 4 || bytes.IndexByte(v, ',') > 0) && hasGivenName(last))
}

// hasGivenName is true of a given name, and of two joined by a dash.
func hasGivenName(word []byte) bool {
	var lower [48]byte
	w := bytes.ReplaceAll(bytes.ToLower(append(lower[:0], word...)), []byte("’"), []byte("'"))
	if isGivenName(w) {
		return true
	}
	if at := bytes.IndexByte(w, '-'); at > 0 {
		return hasGivenName(w[:at])
	}
	plain := unaccented.Replace(string(w))
	return plain != string(w) && isGivenName([]byte(plain))
}
