package code

import (
	"bytes"
	"strings"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// Documents have a little code about them: settings at their head, and tags for
// what Markdown has no mark for.

// aboutDocument are the settings that say what a document is, and how a site shows it:
// or a tool, if the document is a form for issues or tells a model what to do.
var aboutDocument = set(`about aliases allowed-tools alwaysapply applyto argument-hint assignees author authors canonical
categories category cover created css date deck description draft excerpt featured globs hero hide hide_title icon id image images
intro keywords labels lang language lastmod layout license linktitle menu mode model modified name nav_order number og_image order
page pagination_label parent permalink position priority pubdate publish published section seo series sidebar sidebar_label
sidebar_position slug sort status subtitle summary tag tags template thumbnail time title toc tools type updated url version weight`)

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// isFrontMatter reports whether a segment is the front matter of a document: between
// two lines of --- or +++, settings that are about the document, and lists.
func isFrontMatter(text []byte) bool {
	mark := text[:min(len(text), 3)]
	if string(mark) != "---" && string(mark) != "+++" {
		return false
	}
	_, rest, _ := bytes.Cut(text, lineBreak)
	fields, about := 0, 0
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, lineBreak)
		line = bytes.TrimRight(line, " \r")
		switch {
		case bytes.Equal(line, mark):
			return about > 0 && len(bytes.TrimSpace(rest)) == 0
		case len(line) == 0 || line[0] == ' ' || line[0] == '-' || line[0] == ']' || line[0] == '#':
			continue // of a list, a long value, or a comment
		}
		key, ok := settingOf(line)
		if !ok {
			return false
		}
		fields++
		if aboutDocument[string(bytes.ToLower(key))] {
			about++
		}
	}
	return about*4 >= fields*3 && about > 0
}

var lineBreak = []byte{'\n'}

// settingOf returns the name in a line of YAML or TOML.
func settingOf(line []byte) (name []byte, ok bool) {
	i := bytes.IndexAny(line, ":=")
	if i < 0 {
		return nil, false
	}
	return bytes.TrimSpace(line[:i]), true
}

// layoutTags are the elements that format a text, as Markdown allows them. Pages and
// components have others, and attributes that say more than how a text looks.
var layoutTags = set(`a abbr b blockquote br caption center code col colgroup dd del details div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6
hr i img ins kbd li mark ol p picture pre q s small source span strike strong sub summary sup table tbody td tfoot th thead tr u ul video`)

var layoutAttributes = set(`align alt border cellpadding cellspacing color colspan controls height href hspace loading media name open rel rowspan
size src srcset style target title type valign vspace width`)

// isLayout reports whether a segment, whose bytes are text, is a text that is
// formatted by HTML, like the head of many a README: lines of nothing but such
// tags and words, or the end of an image's tag. Markdown takes what is indented by four
// blanks for code.
func (r *reading) isLayout(text []byte, s *segment) bool {
	if !s.fenced && s.solid <= shortLines && endsImage(text) {
		return true
	}
	first := bytes.TrimLeft(text, " ")
	if len(first) == 0 || first[0] != '<' || len(text)-len(first) >= 4 || s.fenced {
		return false
	}
	base := r.lines[s.first].start
	for i := s.first; i <= s.last; i++ {
		l := &r.lines[i]
		if l.kind != lines.Blank && !onlyLayout(text[l.start-base:l.end-base]) && l.emit > 0 {
			return false
		}
	}
	return true
}

// endsImage reports whether text is the end of an image's tag, whose words for those
// who do not see it go over several lines: what is left of them, and attributes.
func endsImage(text []byte) bool {
	words, rest, found := bytes.Cut(text, []byte{'"'})
	if !found || len(rest) == 0 || bytes.ContainsAny(words, "<>{};=") {
		return false
	}
	rest, after, found := bytes.Cut(rest, []byte{'>'})
	return found && len(bytes.TrimSpace(after)) == 0 && isLayoutTag(append([]byte("img "), rest...))
}

// onlyLayout reports whether the tags of a line are of layoutTags and their
// attributes of layoutAttributes, and its words are no program.
func onlyLayout(line []byte) bool {
	tags := 0
	for {
		open := bytes.IndexByte(line, '<')
		if open < 0 {
			return tags > 0 && !bytes.ContainsAny(line, "{};=")
		}
		if bytes.ContainsAny(line[:open], "{};=") {
			return false
		}
		closing := bytes.IndexByte(line[open:], '>')
		if closing < 0 || !isLayoutTag(line[open+1:open+closing]) {
			return false
		}
		tags++
		line = line[open+closing+1:]
	}
}

// isLayoutTag takes what stands between the brackets of a tag.
func isLayoutTag(tag []byte) bool {
	tag = bytes.TrimSuffix(bytes.TrimPrefix(tag, []byte{'/'}), []byte{'/'})
	n := 0
	for n < len(tag) && (isLetter(tag[n]) || tag[n] >= '0' && tag[n] <= '9') {
		n++
	}
	name := string(bytes.ToLower(tag[:n]))
	if !layoutTags[name] {
		return false
	}
	for rest := bytes.TrimSpace(tag[n:]); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		n = 0
		for n < len(rest) && isLetter(rest[n]) {
			n++
		}
		attribute := string(bytes.ToLower(rest[:n]))
		if !layoutAttributes[attribute] && (name != "img" || attribute != "class") {
			return false
		}
		rest = rest[n:]
		if len(rest) == 0 || rest[0] != '=' {
			continue
		}
		rest = rest[1:]
		end := bytes.IndexByte(rest, ' ')
		if len(rest) > 1 && (rest[0] == '"' || rest[0] == '\'') {
			if end = bytes.IndexByte(rest[1:], rest[0]); end >= 0 {
				end += 2
			}
		}
		if end < 0 {
			return len(rest) > 0 && rest[0] != '"' && rest[0] != '\''
		}
		rest = rest[end:]
	}
	return true
}

// isFrame reports whether a line is one of a prompt that frames its parts: a tag with
// no attributes that is none of HTML, or a hole to be filled in, {{name}} or {name}.
func isFrame(line []byte) bool {
	n := len(line)
	if n < 3 {
		return false
	}
	switch {
	case line[0] == '{' && line[n-1] == '}':
		return isWord(bytes.TrimSpace(bytes.Trim(line, "{}")))
	case line[0] == '<' && line[n-1] == '>':
		name := bytes.TrimPrefix(line[1:n-1], []byte{'/'})
		return isWord(name) && !layoutTags[string(name)] && !pageTags[string(name)]
	}
	return false
}

// pageTags are elements of HTML that make pages rather than format a text.
var pageTags = set(`article aside audio base body button canvas dialog fieldset footer form head header html iframe input label legend link main
meta nav noscript object option output script section select slot style svg template textarea title`)
