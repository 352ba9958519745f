package prompt

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// maxNesting is how many layers of encodings in strings are read. A body with
// more is refused.
const maxNesting = 4

// minBase64 is the length of the shortest string that is taken for base64
// without being told so. Words and identifiers of that length do not decode to
// printable text by chance.
const minBase64 = 24

// minPicture is the length of base64 from which the letters of an image are not
// scanned. Shorter ones cost nothing to scan.
const minPicture = 512

// embedded is what a string holds besides its own text.
type embedded struct {
	is         content
	codec      codec
	start, end int  // of the payload
	json       bool // the string may be a JSON document
	url        bool // the string is percent-encoded, like a URL or a part of one
}

// embeddedIn looks for a file, a JSON document or a URL that is the whole of a
// string. It is asked of every string: the common ones are sent away after a
// byte or two.
func embeddedIn(text []byte) embedded {
	if len(text) < 8 {
		return embedded{}
	}
	switch c := text[0]; {
	case (c == 'd' || c == 'D') && bytes.EqualFold(text[:5], []byte("data:")):
		if e, ok := dataURI(text); ok {
			return e
		}
	case c == '{' || c == '[':
		return embedded{json: true}
	case isSpace(c):
		trimmed := bytes.TrimLeft(text, " \n\r\t")
		if len(trimmed) == 0 || isSpace(trimmed[0]) {
			return embedded{}
		}
		e, skip := embeddedIn(trimmed), len(text)-len(trimmed)
		e.start, e.end = e.start+skip, e.end+skip
		return e
	}
	if percentEncoded(text) {
		return embedded{url: true}
	}
	if len(text) < minBase64 || base64Class[text[0]] == 0 {
		return embedded{}
	}
	if _, ok := base64FormOf(text); !ok {
		return embedded{}
	}
	// Plain base64 of unknown bytes is everywhere: signatures, encrypted
	// reasoning, vectors, keys. As letters it is scanned like any string. Even
	// a path can be all base64 letters, so beginnings must be long to count.
	least := 4
	if len(text) >= minPicture {
		least = 3
	}
	e := embedded{codec: codecBase64, end: len(text), is: sample(text, least)}
	if e.is == contentPicture && len(text) < minPicture {
		e.is = contentUnknown
	}
	return e
}

// percentEncoded reports whether a text without spaces has a percent-escape.
func percentEncoded(text []byte) bool {
	i := bytes.IndexByte(text, '%')
	if i < 0 || bytes.IndexByte(text, ' ') >= 0 {
		return false
	}
	for i < len(text) {
		if percentAt(text, i) >= 0 {
			return true
		}
		next := bytes.IndexByte(text[i+1:], '%')
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

// maxURIHead is how far the payload of a data URI may be from its beginning.
// File names among the parameters can be long, and can hold commas.
const maxURIHead = 4 << 10

// dataURI reads RFC 2397. Whatever media type is claimed, the content decides.
func dataURI(text []byte) (embedded, bool) {
	const mark = ";base64,"
	head := text[:min(len(text), maxURIHead)]
	comma := bytes.IndexByte(head, ',')
	if comma < 0 {
		return embedded{}, false
	}
	e := embedded{codec: codecPercent, start: comma + 1, end: len(text), is: contentText}
	if i := bytes.Index(bytes.ToLower(head), []byte(mark)); i >= 0 {
		e.codec, e.start = codecBase64, i+len(mark)
		payload := text[e.start:]
		if _, ok := base64FormOf(payload); !ok {
			if percentEncoded(payload) { // "=" is often written so
				e.codec = codecPercent
				return e, true
			}
			// "data:image/png;base64,..." in an example, or words after the URI.
			payload = payload[:base64Prefix(payload)]
			if _, ok := base64FormOf(payload); !ok || len(payload) < minBase64 {
				return embedded{}, false
			}
			e.end = e.start + len(payload)
		}
		e.is = sample(payload, 0)
		switch {
		case e.is == contentUnknown && len(payload) >= minBase64:
			e.is = contentDocument
		case e.is == contentPicture && len(payload) < minPicture:
			e.is = contentUnknown
		}
	} else if bytes.IndexByte(text[e.start:], '%') < 0 {
		return embedded{}, false // nothing that the string's own scan does not see
	}
	return e, true
}

// sampled is how many letters of base64 tell what it holds. They make whole
// quanta.
const sampled = 256

// sample tells what a base64 text holds by its beginning (see contentOf).
func sample(b []byte, least int) content {
	if len(b) > sampled {
		b = b[:sampled]
		for i := range b {
			if base64Class[b[i]] == 5 { // wrapped lines: find whole quanta
				b = bytes.Map(func(r rune) rune {
					if r == '\n' || r == '\r' {
						return -1
					}
					return r
				}, b)
				break
			}
		}
		b = b[:len(b)/4*4]
	}
	var buf [sampled]byte
	decoded, _ := appendBase64Decoded(buf[:0], b)
	return contentOf(decoded, least)
}

// outer is what nested texts take over from the text they were found in.
type outer struct {
	where scanner.Span // its pointer, in the collection's pointers
	role  scanner.Role
	depth int
}

// addEmbedded adds the texts within a text.
func (w *walker) addEmbedded(parent int32, text []byte, e embedded, o outer) {
	if o.depth > maxNesting {
		if e.url || e.is == contentText || e.json && bytes.IndexByte(text, '\\') >= 0 {
			w.in.fail(failed(ReasonTooDeep, "more than %d layers of encodings in a string", maxNesting))
		}
		w.addFragments(parent, text, o) // which fails if there are any
		return
	}
	switch {
	case e.json:
		w.addDocument(parent, text, o)
	case e.url:
		o.role = scanner.RoleURL
		w.addDecoded(record{parent: parent, end: uint32(len(text)), codec: codecPercent}, text, o)
	case e.is == contentText && e.end > e.start:
		o.role = scanner.RoleFile
		w.addDecoded(record{parent: parent, start: uint32(e.start), end: uint32(e.end), codec: e.codec}, text[e.start:e.end], o)
	case e.is == contentDocument:
		w.in.fail(failed(ReasonBinaryFile, "an embedded file is neither text nor image nor sound"))
	case e.is == contentUnknown:
		w.addFragments(parent, text, o)
	}
}

// addDocument adds the strings of a JSON document. One that is cut or malformed is
// no error: many a sentence begins with a bracket. What was read of it until then
// is scanned, and the rest as any string is.
func (w *walker) addDocument(parent int32, text []byte, o outer) {
	t := tokenizer{maxDepth: w.in.limits.MaxDepth, multi: true, containers: true}
	read := len(text)
	err := t.feed(text, &stringSink{w: w, parent: parent, text: text, outer: o})
	switch {
	case t.state == inString: // with an escape that is none, perhaps
		read = t.start
	case err != nil:
		read = t.off
	}
	w.addRuns(parent, text[:read], o, true)
	if read == len(text) {
		return
	}
	r := record{parent: parent, start: uint32(read), end: uint32(len(text)), node: -1, kind: kindNested, codec: codecJSON, derived: true}
	rest := text[read:]
	if hasEscape(rest) {
		w.addDecoded(r, rest, o)
		return
	}
	r.codec = codecPlain
	w.addFragments(w.in.texts.addSilent(r), rest, o)
}

// hasEscape reports whether a text has JSON's escape of a character by its number.
func hasEscape(text []byte) bool {
	for i := 0; ; i += 2 {
		n := bytes.Index(text[i:], []byte(`\u`))
		if n < 0 {
			return false
		}
		if i += n; i+6 <= len(text) && hex4(text[i+2:]) >= 0 {
			return true
		}
	}
}

// addDecoded decodes a layer of an encoding and adds what it holds, with a
// second layer if that is not quite UTF-8.
func (w *walker) addDecoded(r record, raw []byte, o outer) {
	c := &w.in.texts
	if w.in.nested += int64(len(raw)); w.in.nested > w.in.limits.MaxDecoded {
		w.in.stop(failed(ReasonDecodedTooLarge, "encodings in strings hold more than %d bytes", w.in.limits.MaxDecoded))
		return
	}
	size := len(raw)
	if r.codec == codecJSON {
		size *= 2 // an escape that is none grows by a byte
	}
	decoded := r.codec.decode(c.arena.take(size), raw)
	c.arena.commit(decoded)
	if len(decoded) == 0 || c.full {
		return
	}
	if r.codec == codecBase64 && !mostlyText(decoded) {
		w.in.fail(failed(ReasonBinaryFile, "an embedded file begins as text and goes on as something else"))
	}
	r.node, r.kind, r.derived = -1, kindNested, true
	if !utf8.Valid(decoded) {
		fixed := appendValid(c.arena.take(len(replacement)*len(decoded)), decoded)
		c.arena.commit(fixed)
		r = record{parent: c.addSilent(r), end: uint32(len(decoded)), node: -1, kind: kindNested, codec: codecPlain, derived: true}
		decoded = fixed
	}
	w.addNested(r, decoded, o, nil)
}

// addNested adds a decoded text, and what is embedded in that. The suffix is its
// pointer within the outer text, if there is room for it.
func (w *walker) addNested(r record, text []byte, o outer, suffix []byte) {
	c := &w.in.texts
	found := embeddedIn(text)
	given := text
	if found.is == contentPicture {
		given = text[:found.start]
	}
	where := o.where
	if len(suffix) > 0 {
		where.Start = len(c.wheres)
		c.wheres = append(c.wheres, c.wheres[o.where.Start:o.where.End]...)
		c.wheres = append(c.wheres, suffix...)
		where.End = len(c.wheres)
	}
	if index := c.add(r, given, o.role, where); !c.full {
		w.addEmbedded(index, text, found, outer{where, o.role, o.depth + 1})
	}
}

// stringSink adds the strings of a JSON document that is itself a string, such
// as the arguments of a tool call. Strings without escapes are not added, since
// they read the same in the outer text, but what is embedded in them is.
type stringSink struct {
	w      *walker
	parent int32
	text   []byte
	outer  outer
	stack  []stringFrame
	buf    []byte
}

type stringFrame struct {
	array bool
	name  scanner.Span // of the current member's name, in the text
	index int
}

func (s *stringSink) open(array bool) { s.stack = append(s.stack, stringFrame{array: array}) }

func (s *stringSink) close() {
	s.stack = s.stack[:len(s.stack)-1]
	s.next()
}

func (s *stringSink) next() {
	if n := len(s.stack); n > 0 {
		s.stack[n-1].index++
	}
}

func (s *stringSink) literal() { s.next() }

func (s *stringSink) number(int, int, int, numberForm) { s.next() }

func (s *stringSink) str(start, end int, info stringInfo) {
	key := info&infoKey != 0
	if key {
		s.stack[len(s.stack)-1].name = scanner.Span{Start: start, End: end}
	}
	c := &s.w.in.texts
	if c.full {
		return
	}
	r := record{
		parent: s.parent, start: uint32(start), end: uint32(end), node: -1, codec: codecJSON, kind: kindNested, derived: true,
	}
	raw := s.text[start:end]
	if info&infoEscape != 0 {
		decoded := codecJSON.decode(c.arena.take(len(raw)), raw)
		c.arena.commit(decoded)
		o := s.outer
		if key {
			o.role = scanner.RoleKey
		}
		s.w.addNested(r, decoded, o, s.pointer())
	} else if e := embeddedIn(raw); e.json || e.url || e.is == contentText || e.is == contentDocument {
		o := s.outer
		o.depth++
		s.w.addEmbedded(c.addSilent(r), raw, e, o)
	} else if hidesEscapes(raw) {
		o := s.outer
		o.depth++
		s.w.addEscapes(c.addSilent(r), raw, o)
	}
	if !key {
		s.next()
	}
}

// pointer returns where the current value is in the inner document, or nothing
// if there are many pointers already.
func (s *stringSink) pointer() []byte {
	s.buf = s.buf[:0]
	if len(s.w.in.texts.wheres) > maxWheres {
		return nil
	}
	for _, f := range s.stack {
		if len(s.buf) > maxWhere {
			break
		}
		s.buf = append(s.buf, '/')
		if f.array {
			s.buf = strconv.AppendInt(s.buf, int64(f.index), 10)
		} else {
			s.buf = appendSegment(s.buf, s.text[f.name.Start:f.name.End])
		}
	}
	return s.buf
}
