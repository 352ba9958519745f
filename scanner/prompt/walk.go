package prompt

import (
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/sluice-dlp/sluice/scanner"
)

// node is a container that holds a text. Only such containers have one: the
// nodes are what pointers are built from at the end.
type node struct {
	parent int32  // or -1
	key    uint32 // offset of the member's name, or index of the element
	array  bool   // the parent is an array
}

// frame is a container that is still open.
type frame struct {
	array bool
	class fieldClass // of the member that this container is the value of
	// member is the class of the current member, for objects.
	member fieldClass
	key    uint32 // offset of the current member's name, or index of the next element
	node   int32  // -1 until a text needs it
	base   int    // length of the walker's path up to this container
	role   scanner.Role
	seam   int    // how much of the current member's value is joined
	chain  *chain // the adjacent texts of an array

	// For arrays: how many whole numbers stand in it, whether nothing but
	// numbers does, and how many whole numbers stand in such arrays within.
	ints, below int
	floats      bool
}

// walker turns tokens into texts. It implements tokenSink.
type walker struct {
	in      *Inspection
	frames  []frame
	nodes   []node
	path    []byte // the pointer of the value at hand
	indexed bool   // outermost values are numbered, as in JSON lines
	count   uint32 // outermost values so far
	foreign bool   // not JSON after all
	spare   []*chain
}

const (
	maxSegment = 64  // bytes of one name in Text.Where
	maxWhere   = 256 // bytes of Text.Where; longer pointers lose middle segments
)

// top returns the innermost open container, or nil.
func (w *walker) top() *frame {
	if len(w.frames) == 0 {
		return nil
	}
	return &w.frames[len(w.frames)-1]
}

// place makes w.path the pointer of the value that comes next.
func (w *walker) place() {
	f := w.top()
	switch {
	case f == nil:
		w.path = w.path[:0]
		if w.indexed {
			w.path = append(w.path, '/')
			w.path = strconv.AppendUint(w.path, uint64(w.count), 10)
		}
	case f.array:
		w.path = append(w.path[:f.base], '/')
		w.path = strconv.AppendUint(w.path, uint64(f.key), 10)
	}
}

// next moves on after a value.
func (w *walker) next() {
	f := w.top()
	switch {
	case f == nil:
		w.count++
	case f.array:
		f.key++
	}
}

func (w *walker) open(array bool) {
	w.place()
	f := frame{array: array, node: -1, base: len(w.path)}
	if up := w.top(); up != nil {
		f.role = up.role
		if up.array {
			f.class = up.class
			if !array {
				up.floats = true
			}
		} else {
			f.class = up.member
			f.role = roleUnder(up.member, up.role)
		}
		if f.base > maxWhere {
			f.base = up.base
		}
	} else {
		f.class = fieldInput // a bare array of numbers is a prompt as well
	}
	w.frames = append(w.frames, f)
}

func (w *walker) close() {
	f := w.top()
	if f.chain != nil {
		w.path = w.path[:min(f.base, len(w.path))]
		w.endChain(f)
	}
	if f.array {
		w.countIDs(f)
	}
	w.frames = w.frames[:len(w.frames)-1]
	w.next()
}

// closeAll ends what a body that stopped early left open.
func (w *walker) closeAll() {
	for len(w.frames) > 0 {
		w.close()
	}
}

// minTokenIDs is how many whole numbers in a row are taken for a prompt in the
// form of token numbers.
const minTokenIDs = 16

// countIDs looks for token numbers at the end of an array: in arrays that hold
// only whole numbers, alone or several side by side. Vectors have fractions,
// and boxes and ranges are short.
func (w *walker) countIDs(f *frame) {
	n := f.below
	if !f.floats {
		n += f.ints
	}
	if n == 0 {
		return
	}
	if n >= minTokenIDs && (f.class == fieldInput || f.class == fieldPart) {
		w.in.fail(failed(ReasonTokenIDs, "a prompt is given as token numbers"))
	}
	if len(w.frames) > 1 {
		if up := &w.frames[len(w.frames)-2]; up.array {
			up.below += n
		}
	}
}

func (w *walker) literal() {
	if f := w.top(); f != nil && f.array {
		f.floats = true
	}
	w.next()
}

// minDigits is how long a number must be to be somebody's.
const minDigits = 7

func (w *walker) number(start, end, digits int, form numberForm) {
	if f := w.top(); f != nil && f.array {
		if form == numberWhole {
			f.ints++
		} else {
			f.floats = true
		}
	}
	if digits >= minDigits || form == numberExponent {
		w.addNumber(start, end, digits, form)
	}
	w.next()
}

// addNumber adds a number that is or may be long enough.
func (w *walker) addNumber(start, end, digits int, form numberForm) {
	text := w.in.raw(start, end)
	if form != numberWhole {
		arena := &w.in.texts.arena
		if integer, ok := appendInteger(arena.take(maxInteger+1), text); ok {
			arena.commit(integer)
			text, digits = integer, len(integer)
		}
	}
	if digits >= minDigits {
		w.place()
		w.addText(w.record(start, end, codecNumber), text, 0, scanner.RoleNumber)
	}
}

func (w *walker) str(start, end int, info stringInfo) {
	raw := w.in.raw(start, end)
	if info&infoKey != 0 {
		w.key(start, end, raw, info)
		return
	}
	w.place()
	f := w.top()
	role := scanner.RoleUnknown
	if f != nil {
		role = f.role
		if !f.array {
			role = roleUnder(f.member, f.role)
		}
	}
	if f != nil && !f.array && isVocabulary(f.member, raw) {
		if f.member == fieldRole {
			f.role = roleNamed(raw, f.role)
		} else {
			f.role = roleOfType(raw, f.role)
		}
		w.next()
		return
	}
	r := w.record(start, end, codecJSON)
	text, index := w.addText(r, raw, info, role)
	if f == nil {
		w.next()
		return
	}
	switch {
	case f.array:
		if f.class != fieldVocab && index >= 0 {
			w.addPart(f, index, text, smallSeam)
		}
	case f.member == fieldRole: // written with escapes, perhaps
		f.role = roleNamed(text, f.role)
	case f.member == fieldType:
		f.role = roleOfType(text, f.role)
	case f.member == fieldPart && len(w.frames) > 1 && index >= 0:
		if up := &w.frames[len(w.frames)-2]; up.array {
			w.addPart(up, index, text, f.seam)
		}
	}
	w.next()
}

// key handles a member's name. Names that some provider's API knows are not
// scanned.
func (w *walker) key(start, end int, raw []byte, info stringInfo) {
	f := w.top()
	f.key = uint32(start)
	name := raw
	if info&infoEscape != 0 || info&infoHigh != 0 && !utf8.Valid(raw) {
		name = codecJSON.decode(nil, raw)
	}
	f.member, f.seam = classify(name), seamOf(name)
	w.path = append(w.path[:f.base], '/')
	w.path = appendSegment(w.path, name)
	if f.member == fieldOther {
		if _, known := knownNames()[string(name)]; !known {
			r := w.record(start, end, codecJSON)
			r.kind = kindKey
			w.addText(r, raw, info, scanner.RoleKey)
		}
	}
}

// appendSegment appends a pointer segment, escaped and cut to a sane length.
func appendSegment(dst, name []byte) []byte {
	if len(name) > maxSegment {
		name = name[:runeStart(name, maxSegment)]
	}
	return appendPointerSegment(dst, name)
}

func appendPointerSegment(dst, name []byte) []byte {
	for _, c := range name {
		switch c {
		case '~':
			dst = append(dst, "~0"...)
		case '/':
			dst = append(dst, "~1"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// record returns the record of a token at the walker's place.
func (w *walker) record(start, end int, c codec) record {
	r := record{start: uint32(start), end: uint32(end), parent: atBody, node: -1, codec: c, kind: kindTop}
	if len(w.frames) == 0 {
		r.key = w.count
		return r
	}
	f := w.top()
	r.node, r.key, r.kind = w.nodeOf(len(w.frames)-1), f.key, kindMember
	if f.array {
		r.kind = kindElement
	}
	return r
}

// nodeOf returns the node of an open container, and makes those that are
// missing on the way to it. An outermost container of JSON lines has its
// number for a key.
func (w *walker) nodeOf(depth int) int32 {
	first := depth
	for first > 0 && w.frames[first].node < 0 {
		first--
	}
	for i := first; i <= depth; i++ {
		f := &w.frames[i]
		if f.node >= 0 {
			continue
		}
		n := node{parent: -1, key: w.count}
		if i > 0 {
			up := &w.frames[i-1]
			n = node{parent: up.node, key: up.key, array: up.array}
		}
		f.node = int32(len(w.nodes))
		w.nodes = append(w.nodes, n)
	}
	return w.frames[depth].node
}

// addText decodes a text and adds it, with what is embedded in it. It returns
// the decoded text and its record, or -1 if there was no room for it.
func (w *walker) addText(r record, raw []byte, info stringInfo, role scanner.Role) ([]byte, int32) {
	c := &w.in.texts
	text := raw
	valid := info&infoHigh == 0 || utf8.Valid(raw)
	if !valid {
		w.in.fail(failed(ReasonInvalidUTF8, "offset %d: not UTF-8", r.start))
	}
	if info&infoEscape != 0 || !valid {
		size := len(raw)
		if !valid {
			size *= len(replacement)
		}
		text = r.codec.decode(c.arena.take(size), raw)
		c.arena.commit(text)
	}
	found := embeddedIn(text)
	given := text
	if found.is == contentPicture {
		given = text[:found.start] // what stands before the picture is text
	}
	where := c.where(w.path)
	index := c.add(r, given, role, where)
	if c.full {
		return text, -1
	}
	w.addEmbedded(index, text, found, outer{where, role, 1})
	return text, index
}

// held is the memory of the walker, in bytes.
func (w *walker) held() int64 {
	n := int64(cap(w.nodes))*int64(unsafe.Sizeof(node{})) + int64(cap(w.frames))*int64(unsafe.Sizeof(frame{}))
	for _, f := range w.frames {
		if f.chain != nil {
			n += int64(cap(f.chain.text))
		}
	}
	return n
}

// raw returns a range of the body. Ranges over a seam of chunks are copied to
// the arena.
func (in *Inspection) raw(start, end int) []byte {
	if b, ok := in.body.contiguous(start, end); ok {
		return b
	}
	b := in.body.appendTo(in.texts.arena.take(end-start), start, end)
	in.texts.arena.commit(b)
	return b
}
