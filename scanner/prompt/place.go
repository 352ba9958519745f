package prompt

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// maxPrinted is how long a key may be to be part of a pointer that is shown.
const maxPrinted = 256

// maxPointer is how long a pointer may grow. Longer ones lose their beginning,
// lest a hostile body makes a million pointers of a hundred kilobytes each.
const maxPointer = 4 << 10

// maxPointers is how many bytes of pointers one Result may have. Findings past
// that have hidden places: a hostile body has a hundred thousand of them.
const maxPointers = 4 << 20

// hidden is the place of what must not or cannot be named.
const hidden = "/*"

// pointer returns the place of a record: a JSON Pointer in the body, or a
// part of the path. What is nested in a string has the string's place.
func (m *mapping) pointer(index int32) string {
	pointer := m.build(m.root(index))
	if m.pointers += len(pointer); m.pointers > maxPointers {
		return hidden
	}
	return pointer
}

func (m *mapping) build(r record) string {
	in := m.in
	switch r.kind {
	case kindTop:
		if !in.walk.indexed || r.codec == codecPlain {
			return ""
		}
		return "/" + strconv.FormatUint(uint64(r.key), 10)
	case kindPath, kindQuery, kindForm:
		whole := in.body
		if r.parent == atPath {
			whole = &in.path
		}
		from := int(r.key)
		name := whole.appendTo(nil, from, min(from+maxName, whole.size))
		if m.hides(r.parent, r.key) {
			name = []byte("*")
		}
		return string(parameterPlace(r, name))
	case kindElement:
		return m.container(r.node) + "/" + strconv.FormatUint(uint64(r.key), 10)
	}
	return m.container(r.node) + "/" + m.name(r.key)
}

// container returns the pointer of a node.
func (m *mapping) container(index int32) string {
	var todo []int32
	for i := index; i >= 0; i = m.in.walk.nodes[i].parent {
		if _, ok := m.containers[i]; ok {
			break
		}
		todo = append(todo, i)
	}
	for _, i := range slices.Backward(todo) {
		n := m.in.walk.nodes[i]
		pointer := m.containers[n.parent] // "" for the outermost
		switch {
		case n.parent < 0 && !m.in.walk.indexed:
		case n.parent < 0, n.array:
			pointer += "/" + strconv.FormatUint(uint64(n.key), 10)
		default:
			pointer += "/" + m.name(n.key)
		}
		if m.pointers += len(pointer); len(pointer) > maxPointer || m.pointers > maxPointers {
			pointer = hidden
		}
		m.containers[i] = pointer
	}
	return m.containers[index]
}

// hides reports whether a key or a parameter's name holds a finding.
func (m *mapping) hides(parent int32, at uint32) bool { return m.keys[name{parent, at}] }

// name returns the pointer segment of the key that begins at an offset. Keys
// with findings and very long ones are hidden.
func (m *mapping) name(at uint32) string {
	if m.hides(atBody, at) {
		return "*"
	}
	body := m.in.body
	raw := body.appendTo(nil, int(at), min(int(at)+maxPrinted+1, body.size))
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return string(appendPointerSegment(nil, codecJSON.decode(nil, raw[:i])))
		}
	}
	return "*"
}

// segmentPlaceholder stands for lines of code that were taken out.
func segmentPlaceholder(f scanner.Finding) string {
	language := "unknown"
	if words := strings.Fields(f.Detail); len(words) > 0 {
		language = plainWord(words[len(words)-1])
	}
	lines := " lines]"
	if f.Lines == 1 {
		lines = " line]"
	}
	return "[REDACTED:" + plainWord(string(f.Kind)) + ":" + language + ":" + strconv.Itoa(f.Lines) + lines
}

// plainWord replaces all but letters, digits and a few signs by "_". What
// comes out needs no escape in JSON.
func plainWord(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("-_.+#:", r):
			return r
		}
		return '_'
	}, s)
}
