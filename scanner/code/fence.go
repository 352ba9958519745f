package code

import (
	"bytes"

	"github.com/sluice-dlp/sluice/scanner/code/internal/languages"
)

// tag is what the fence around a line says of it.
type tag uint8

const (
	tagNone  tag = iota // not in a fence
	tagPlain            // in a fence without a tag, or with one nobody knows
	tagCode             // in a fence whose tag names a language
	tagData             // in a fence whose tag names data, logs or prose
)

// fenceState follows Markdown code fences. A fence that is never closed runs
// to the end of the text, as Markdown has it.
type fenceState struct {
	tag   tag
	mark  byte
	width int
}

// step takes a line that is a fence.
func (f *fenceState) step(line []byte) {
	mark, width, info := splitFence(line)
	if f.tag != tagNone {
		if mark == f.mark && width >= f.width && len(info) == 0 {
			*f = fenceState{}
			return
		}
		if len(info) == 0 {
			return
		}
		// A tagged fence within a fence: the one before was never closed.
	}
	*f = fenceState{tag: tagOf(info), mark: mark, width: width}
}

// splitFence returns the fence's character, its length and the word after it.
func splitFence(line []byte) (mark byte, width int, info []byte) {
	if rest, ok := unmarked(line); ok {
		line = rest
	}
	line = bytes.TrimSpace(line)
	mark = line[0]
	for width < len(line) && line[width] == mark {
		width++
	}
	info = bytes.TrimLeft(line[width:], " {.")
	for i, c := range info {
		if c <= ' ' || c == '}' || c == ',' || c == ':' {
			info = info[:i]
			break
		}
	}
	return mark, width, info
}

func tagOf(info []byte) tag {
	l, ok := languages.OfTag(info)
	switch {
	case !ok:
		return tagPlain
	case l.Class == "":
		return tagData
	}
	return tagCode
}
