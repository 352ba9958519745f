package rules

import (
	"strings"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// view is a text as it is searched: perhaps behind its key, perhaps folded.
type view struct {
	text  []byte
	label int // how many bytes of text are the key and what follows it
	shift int // the same before folding
	from  *folded
}

// original turns a span of the view into one of the text that it shows. A URL whose
// host is in the key begins there.
func (v *view) original(s scanner.Span) scanner.Span {
	if v.from != nil {
		s.Start, s.End = v.from.original(s.Start), v.from.original(s.End)
	}
	return scanner.Span{Start: max(s.Start-v.shift, 0), End: s.End - v.shift}
}

// view makes the view of a text, in memory of the scratch.
func (sc *scratch) view(t *scanner.Text) view {
	text, shift := sc.labelled(t)
	if !needsFolding(text) {
		return view{text: text, label: shift, shift: shift}
	}
	sc.folded.fold(text)
	v := view{text: sc.folded.text, shift: shift, from: &sc.folded}
	for v.label < len(v.text) && sc.folded.original(v.label) < shift {
		v.label++
	}
	return v
}

const (
	maxLabelled = 512 // longer texts are prose, not the value of their key
	maxLabel    = 64
)

// labelled returns the text as it is to be searched, and how many bytes stand
// before it: a short text follows its key, "key: text".
func (sc *scratch) labelled(t *scanner.Text) ([]byte, int) {
	if len(t.Bytes) > maxLabelled || t.Role == scanner.RoleKey || t.Where == "" {
		return t.Bytes, 0
	}
	key := lastName(t.Where)
	switch key {
	case "", "content", "text", "input", "prompt", "query", "arguments", "output", "instructions", "system":
		return t.Bytes, 0
	}
	if len(key) > maxLabel || !utf8.ValidString(key) {
		return t.Bytes, 0
	}
	sc.label = append(append(append(sc.label[:0], key...), ": "...), t.Bytes...)
	return sc.label, len(key) + 2
}

// lastName returns the last segment of a JSON Pointer that is no array index.
func lastName(pointer string) string {
	for {
		at := strings.LastIndexByte(pointer, '/')
		if at < 0 {
			return ""
		}
		name := pointer[at+1:]
		if strings.Trim(name, "0123456789") != "" {
			if strings.Contains(name, "~") {
				name = strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
			}
			return name
		}
		pointer = pointer[:at]
	}
}
