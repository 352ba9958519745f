package languages

import "bytes"

// opensComment are the bytes that a comment can begin with.
var opensComment = [256]bool{'/': true, '#': true, '-': true, ';': true, '%': true, '*': true, '<': true, '{': true, '"': true, '\'': true}

// What ends a comment or a doc string that may go over lines.
var (
	endsSlash  = []byte("*/")
	endsMarkup = []byte("-->")
	endsBrace  = []byte("-}")
	endsDouble = []byte(`"""`)
	endsSingle = []byte("'''")
)

// comment reports whether text, which starts with a byte of opensComment, starts
// a comment or a doc string, and returns the length of its mark and what ends it,
// nil if the line's end does. atStart says that nothing comes before on the line,
// apart that a blank does. Languages differ in their marks, and the language is
// not known: a mark counts where hardly any language uses it otherwise.
func comment(text []byte, atStart, apart bool) (mark int, ends []byte) {
	second := byte(' ')
	if len(text) > 1 {
		second = text[1]
	}
	switch {
	case text[0] == '/' && second == '*' && apart:
		return 2, endsSlash
	case text[0] == '/' && second == '/' && apart:
		return 2, nil
	case text[0] == '<' && bytes.HasPrefix(text, []byte("<!--")):
		return 4, endsMarkup
	case text[0] == '{' && second == '-':
		return 2, endsBrace
	case !atStart:
		return 0, nil
	case text[0] == '"' && bytes.HasPrefix(text, endsDouble):
		return 3, endsDouble
	case text[0] == '\'' && bytes.HasPrefix(text, endsSingle):
		return 3, endsSingle
	case text[0] == '-' && second == '-' && (len(text) == 2 || text[2] == ' '):
		return 2, nil
	case text[0] == '*' && (second == ' ' || second == '/'): // within a comment of C
		return 1, nil
	case (text[0] == '#' || text[0] == ';' || text[0] == '%') && (second == ' ' || second == text[0]):
		return 1, nil
	}
	return 0, nil
}
