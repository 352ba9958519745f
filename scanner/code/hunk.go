package code

import (
	"bytes"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// hunkState follows unified diffs: a hunk's header says how many lines of the
// old and of the new file follow it.
type hunkState struct {
	old, new int
	head     bool
}

// step reports whether the line is part of a diff.
func (h *hunkState) step(line []byte, kind lines.Kind) bool {
	if h.idle() && kind != lines.DiffHead && kind != lines.DiffHunk {
		return false
	}
	return h.follow(line, kind)
}

// idle reports whether no diff has begun, as in nearly all texts.
func (h *hunkState) idle() bool { return *h == hunkState{} }

func (h *hunkState) follow(line []byte, kind lines.Kind) bool {
	switch kind {
	case lines.DiffHead:
		if (h.old > 0 || h.new > 0) && (line[0] == '-' || line[0] == '+') {
			break // a line of the file that itself starts with "-- a/"
		}
		*h = hunkState{head: true}
		return true
	case lines.DiffHunk:
		*h = hunkState{}
		h.old, h.new = hunkLines(line)
		return true
	}
	if h.old <= 0 && h.new <= 0 {
		if h.head && len(line) > 0 && isDiffExtra(line) {
			return true
		}
		h.head = false
		return false
	}
	if len(line) == 0 { // an editor has trimmed " "
		h.old--
		h.new--
		return true
	}
	switch line[0] {
	case ' ', '\t':
		h.old--
		h.new--
	case '-':
		h.old--
	case '+':
		h.new--
	case '\\':
	default:
		*h = hunkState{}
		return false
	}
	return true
}

func isDiffExtra(line []byte) bool {
	for _, p := range [...]string{"new file mode ", "deleted file mode ", "old mode ", "new mode ", "similarity index ", "rename from ", "rename to ", "Binary files "} {
		if bytes.HasPrefix(line, []byte(p)) {
			return true
		}
	}
	return false
}

// hunkLines reads "@@ -1,2 +3,4 @@"; a missing count is 1. Counts are bounded:
// they are the sender's word.
func hunkLines(line []byte) (before, after int) {
	before, rest := hunkCount(bytes.TrimPrefix(bytes.TrimLeft(line, " \t"), []byte("@@ -")))
	after, _ = hunkCount(bytes.TrimPrefix(rest, []byte(" +")))
	return before, after
}

func hunkCount(b []byte) (n int, rest []byte) {
	n = 1
	i := 0
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	if i < len(b) && b[i] == ',' {
		i++
		n = 0
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			n = min(n*10+int(b[i]-'0'), 1<<20)
			i++
		}
	}
	return n, b[i:]
}
