package prompt

import (
	"bytes"
	"mime"
	"strings"
)

// media is what a content type promises. JSON is tried first whatever it is,
// because providers read JSON under any content type; the promise decides what
// a body is taken for if it is not JSON.
type media uint8

const (
	mediaJSON      media = iota // JSON, or nothing promised: anything else is an error
	mediaLines                  // JSON values one after the other
	mediaText                   // text
	mediaForm                   // application/x-www-form-urlencoded
	mediaMultipart              // not read yet
	mediaCharset                // text in a character set that is not read
	mediaOther                  // anything else: an error unless it is JSON
)

// mediaOf reads a content-type header.
func mediaOf(contentType string) media {
	if contentType == "application/json" { // nearly all
		return mediaJSON
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind, _, _ = strings.Cut(strings.ToLower(contentType), ";")
		kind = strings.TrimSpace(kind)
	}
	if strings.HasPrefix(kind, "multipart/") {
		return mediaMultipart
	}
	if err != nil && strings.Contains(strings.ToLower(contentType), "charset") {
		return mediaCharset // two of them, perhaps: no telling which one counts
	}
	// Bodies in Latin-1 or a Windows code page are read if they happen to be
	// valid UTF-8; the other sets can hide text from a reader of UTF-8.
	switch strings.ToLower(params["charset"]) {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252":
	default:
		return mediaCharset
	}
	switch {
	case kind == "", kind == "application/json", kind == "text/json", strings.HasSuffix(kind, "+json"):
		return mediaJSON
	case kind == "application/x-ndjson", kind == "application/ndjson", kind == "application/jsonl",
		kind == "application/x-jsonl", kind == "application/jsonlines", kind == "application/json-lines",
		kind == "application/x-jsonlines", kind == "application/x-json-stream":
		return mediaLines
	case kind == "application/x-www-form-urlencoded":
		return mediaForm
	case strings.HasPrefix(kind, "text/"):
		return mediaText
	}
	return mediaOther
}

// wideUnicode reports whether the first bytes are those of UTF-16 or UTF-32,
// by byte order mark or, since JSON begins with ASCII, by their zeros.
func wideUnicode(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xFE, 0xFF}) || bytes.HasPrefix(head, []byte{0xFF, 0xFE}) {
		return true
	}
	return len(head) >= 2 && (head[0] == 0) != (head[1] == 0) ||
		len(head) >= 4 && head[0] == 0 && head[1] == 0 && (head[2] != 0 || head[3] != 0)
}

// content is what embedded bytes are.
type content uint8

const (
	contentUnknown  content = iota
	contentText             // valid UTF-8, or nearly
	contentPicture          // an image or sound, which is let pass
	contentDocument         // a file that may hold text but is not read
)

// magics are the first bytes of formats, from their specifications.
var magics = []struct {
	offset int
	magic  string
	is     content
}{
	{0, "\x89PNG\r\n\x1a\n", contentPicture},
	{0, "\xFF\xD8\xFF", contentPicture}, // JPEG
	{0, "GIF87a", contentPicture},
	{0, "GIF89a", contentPicture},
	{8, "WEBP", contentPicture}, // after RIFF and a length
	{8, "WAVE", contentPicture},
	{0, "BM\x00", contentPicture},
	{0, "II*\x00", contentPicture}, // TIFF
	{0, "MM\x00*", contentPicture},
	{4, "ftypheic", contentPicture},
	{4, "ftypheix", contentPicture},
	{4, "ftypmif1", contentPicture},
	{4, "ftypavif", contentPicture},
	{4, "ftypM4A", contentPicture},
	{0, "ID3", contentPicture}, // MP3
	{0, "\xFF\xFB", contentPicture},
	{0, "\xFF\xF3", contentPicture},
	{0, "\xFF\xF2", contentPicture},
	{0, "OggS", contentPicture},
	{0, "fLaC", contentPicture},
	{8, "AIFF", contentPicture},
	{0, "\x1A\x45\xDF\xA3", contentPicture}, // WebM
	{0, "%PDF-", contentDocument},
	{0, "PK\x03\x04", contentDocument},                       // zip, docx, xlsx, pptx, odt
	{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", contentDocument}, // doc, xls, ppt
	{0, "{\\rtf", contentDocument},
	{0, "\x1F\x8B\x08", contentDocument},     // gzip
	{0, "\x28\xB5\x2F\xFD", contentDocument}, // zstd
	{0, "BZh", contentDocument},
	{0, "\xFD7zXZ\x00", contentDocument},
	{0, "7z\xBC\xAF\x27\x1C", contentDocument},
	{0, "Rar!\x1A\x07", contentDocument},
	{0, "SQLite format 3\x00", contentDocument},
	{0, "PAR1", contentDocument},
}

// contentOf tells what embedded bytes are by how they begin. Magics shorter
// than least are not trusted: what is not known to be a file may begin like one
// by chance.
func contentOf(b []byte, least int) content {
	for _, m := range magics {
		if len(m.magic) < least {
			continue
		}
		if len(b) >= m.offset && bytes.HasPrefix(b[m.offset:], []byte(m.magic)) {
			if m.offset == 8 && !bytes.HasPrefix(b, []byte("RIFF")) && !bytes.HasPrefix(b, []byte("FORM")) {
				continue
			}
			return m.is
		}
	}
	if mostlyText(b) {
		return contentText
	}
	return contentUnknown
}

// mostlyText reports whether bytes read as text: hardly any control
// characters, and either valid UTF-8 or mostly ASCII, like Western code pages.
func mostlyText(b []byte) bool {
	control, high := 0, 0
	for _, c := range b {
		switch {
		case c >= 0x80:
			high++
		case c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f', c == 0x7F:
			control++
		}
	}
	if len(b) == 0 || control*50 > len(b) {
		return false
	}
	return high*4 <= len(b) || validButForEnd(b)
}

// validButForEnd reports whether b is UTF-8 of which the last rune may be cut.
func validButForEnd(b []byte) bool {
	for len(b) > 0 {
		n, _, same := plainStep(b, noEscape)
		if !same {
			return len(b) < 4
		}
		b = b[n:]
	}
	return true
}
