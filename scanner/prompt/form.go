package prompt

import (
	"bytes"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// addURL adds the path and the names and values of the query as texts.
func (in *Inspection) addURL() {
	raw := in.path.bytes(0, in.path.size)
	end := bytes.IndexByte(raw, '?')
	if end < 0 {
		end = len(raw)
	}
	in.addParameter(raw, atPath, record{end: uint32(end), kind: kindPath, codec: codecPercent}, scanner.RoleURL)
	if end < len(raw) {
		in.addParameters(raw, end+1, atPath, kindQuery, scanner.RoleURL)
	}
}

// addForm adds the names and values of a form body as texts.
func (in *Inspection) addForm() {
	in.addParameters(in.raw(0, in.body.size), 0, atBody, kindForm, scanner.RoleUnknown)
}

// addParameters splits name=value pairs at "&". Names known from an API are
// not scanned, like keys in JSON.
func (in *Inspection) addParameters(raw []byte, at int, parent int32, k kind, role scanner.Role) {
	for at <= len(raw) {
		end := len(raw)
		if i := bytes.IndexByte(raw[at:], '&'); i >= 0 {
			end = at + i
		}
		equals := end
		if i := bytes.IndexByte(raw[at:end], '='); i >= 0 {
			equals = at + i
		}
		r := record{start: uint32(at), end: uint32(equals), key: uint32(at), kind: k, codec: codecForm}
		if _, known := knownNames()[string(raw[at:equals])]; !known {
			in.addParameter(raw, parent, r, scanner.RoleKey)
		}
		if equals < end {
			r.start, r.end = uint32(equals+1), uint32(end)
			in.addParameter(raw, parent, r, role)
		}
		if in.texts.full {
			return
		}
		at = end + 1
	}
}

// addParameter adds one percent-encoded text. What is embedded in it is read
// as it is in JSON.
func (in *Inspection) addParameter(whole []byte, parent int32, r record, role scanner.Role) {
	if r.start == r.end {
		return
	}
	c := &in.texts
	r.parent, r.node = parent, -1
	place := r
	raw := whole[r.start:r.end]
	text := raw
	if bytes.IndexByte(raw, '%') >= 0 || bytes.IndexByte(raw, '+') >= 0 || !utf8.Valid(raw) {
		text = r.codec.decode(c.arena.take(len(raw)), raw)
		c.arena.commit(text)
	}
	if !utf8.Valid(text) {
		// The bytes of a URL are read as well as they can be; in a form they
		// are what the provider will take for text.
		if parent == atBody {
			in.fail(failed(ReasonInvalidUTF8, "a form field is not UTF-8"))
		}
		fixed := appendValid(c.arena.take(len(replacement)*len(text)), text)
		c.arena.commit(fixed)
		r = record{parent: c.addSilent(r), end: uint32(len(text)), node: -1, kind: kindNested, codec: codecPlain}
		text = fixed
	}
	where := c.where(parameterPlace(place, whole[place.key:]))
	if index := c.add(r, text, role, where); !c.full {
		in.walk.addEmbedded(index, text, embeddedIn(text), outer{where, role, 1})
	}
}

// maxName is how many bytes of a parameter's name are looked at to print it:
// more than enough for maxSegment bytes, each of them escaped.
const maxName = 4 * maxSegment

// parameterPlace names the place of a path, query or form text, given the bytes
// that the parameter's name begins.
func parameterPlace(r record, name []byte) []byte {
	var place []byte
	switch r.kind {
	case kindQuery:
		place = append(place, placeQuery+"/"...)
	case kindForm:
		place = append(place, placeForm+"/"...)
	default:
		return append(place, placePath...)
	}
	name = name[:min(len(name), maxName)]
	if i := bytes.IndexAny(name, "=&"); i >= 0 {
		name = name[:i]
	}
	return appendSegment(place, appendValid(nil, codecForm.decode(nil, name)))
}
