package rules

import (
	"bytes"
	"strings"
	"unicode"
)

// standalone wants no word character on either side, and no other digits of a decimal number.
func standalone(c *candidate) bool {
	before, after := c.before(1), c.after(1)
	return !isWord(before) && !isWord(after) && (before != '.' || !isDigit(c.before(2))) && (after != '.' || !isDigit(c.after(2)))
}

// units are words behind a number that say what it counts.
var units = wordSet(`views followers subscribers streams listeners plays likes votes shares bytes bits users people persons rows items records entries lines points steps tokens requests downloads
	installs copies visits visitors clicks impressions inhabitants residents times million billion tonnes tons dollars euros pounds yen francs eur usd gbp chf jpy sek nok dkk pln
	ms ns seconds minutes hours aufrufe stimmen einwohner zuschauer euro vues abonnés votos voti vistas reproducciones seguidores visualizações visualizzazioni`)

// notAmount wants no $200-1000, no 10-20 %, no 15000000 views and no rest of 4.240.69.13.
func notAmount(c *candidate) bool {
	before := bytes.TrimRight(c.text[max(0, c.start-4):c.start], " ")
	after := bytes.TrimLeft(c.text[c.end:min(len(c.text), c.end+4)], " ")
	for _, sign := range [...]string{"$", "€", "£", "¥", "₹"} {
		if bytes.HasSuffix(before, []byte(sign)) || bytes.HasPrefix(after, []byte(sign)) {
			return false
		}
	}
	if c.before(1) == '.' || bytes.HasPrefix(after, []byte("%")) {
		return false
	}
	if c.after(1) != ' ' {
		return true
	}
	word := c.text[c.end+1 : min(len(c.text), c.end+maxUnit)]
	if n := bytes.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }); n >= 0 {
		word = word[:n]
	}
	// In capitals it is the next label: 22334455 Hours 9-17.
	return len(word) == 0 || unicode.IsUpper(rune(word[0])) || !hasFolded(units, word)
}

// outsideToken also looks one byte further: in INV-123-45-6789, 1.2.3.4.5 or
// /files/123456789/x a separator joins the value to its neighbour.
func outsideToken(c *candidate) bool {
	if !standalone(c) {
		return false
	}
	if before := c.before(1); joins(before) && isWord(c.before(2)) {
		return false
	}
	switch after := c.after(1); after {
	case '.', ':', ',':
		return !isDigit(c.after(2))
	case '@':
		return !isWord(c.after(2))
	default:
		return !joins(after) || !isWord(c.after(2))
	}
}

// maxUnit is where a word behind a number that says what it counts ends, at most.
const maxUnit = 18

// joins is true of bytes that make one token of what they stand between.
func joins(b byte) bool {
	switch b {
	case '-', '.', '/', '\\', '+', '~', '%', '#', '_', '$':
		return true
	}
	return false
}

// maxURL is how far before a value its URL may begin, in bytes.
const maxURL = 300

// outsideURL looks for "://" in the run of visible characters that ends at the
// value. A query string is no path: what stands there is a value of its own.
func outsideURL(c *candidate) bool {
	start := c.start
	for start > 0 && start > c.start-maxURL && c.text[start-1] > ' ' {
		start--
	}
	run := c.text[start:c.start]
	scheme := bytes.LastIndex(run, []byte("://"))
	return scheme < 0 || bytes.IndexByte(run[scheme:], '?') >= 0
}

// outsideUserinfo wants no "://" before the value without a slash, question mark
// or number sign since: scheme://user:password@host.
func outsideUserinfo(c *candidate) bool {
	for i := c.start - 1; i >= 2 && i > c.start-maxURL; i-- {
		switch b := c.text[i]; {
		case b == '/':
			return c.text[i-1] != '/' || c.text[i-2] != ':'
		case b <= ' ', b == '?', b == '#', b == '"', b == '<', b == '>':
			return true
		}
	}
	return true
}

// outsideBlob counts the base64 characters that touch the value.
func outsideBlob(c *candidate) bool {
	return !isBase64Byte(c.before(1)) && !isBase64Byte(c.after(1))
}

// minWrapped and maxWrapped are how long the lines of wrapped base64 are, the
// longest with what indents or quotes them. PEM breaks at 64 characters, MIME at
// 76, which no key is long (RFC 4648, section 3.1).
const minWrapped, mimeLine, maxWrapped = 60, 76, 160

// outsideBlock wants the value not to be a line of a block of base64: an
// attachment or an image is cut into lines of one length, of which each looks as
// random as a key. A list of keys is none: its lines have no plus sign or slash,
// or end in equals signs.
func outsideBlock(c *candidate) bool {
	from := max(0, c.start-maxWrapped)
	from += lastBreak(c.text[from:c.start]) + 1
	to := min(len(c.text), c.end+maxWrapped)
	if n := bytes.IndexByte(c.text[c.end:to], '\n'); n >= 0 {
		to = c.end + n
	}
	line := wrapped(c.text[from:to])
	if len(line) < c.end-c.start {
		return true
	}
	block := func(whole, rest []byte) bool {
		return len(whole) >= minWrapped && len(rest) <= len(whole) && bytes.IndexByte(whole, '=') < 0 &&
			(len(whole) == mimeLine || bytes.ContainsAny(whole, "+/") || bytes.ContainsAny(rest, "+/"))
	}
	if from > 0 && c.text[from-1] == '\n' {
		before := c.text[max(0, from-1-maxWrapped) : from-1]
		if block(wrapped(before[lastBreak(before)+1:]), line) {
			return false
		}
	}
	if to == len(c.text) || c.text[to] != '\n' {
		return true
	}
	behind, _, _ := bytes.Cut(c.text[to+1:min(len(c.text), to+1+maxWrapped)], []byte{'\n'})
	behind = wrapped(behind)
	return len(behind) < minWrapped || !block(line, behind)
}

// wrapped returns the line without what indents and quotes it if it consists of
// base64 then, and nothing else.
func wrapped(line []byte) []byte {
	if line = bytes.Trim(line, " \t\r>|#*\"'`,;\\"); !isBase64Line(line) {
		return nil
	}
	return line
}

func quoted(c *candidate) bool {
	open, end := c.before(1), c.after(1)
	return open == end && (open == '"' || open == '\'' || open == '`')
}

// lone looks past one space or hyphen on either side for another digit.
func lone(c *candidate) bool {
	joins := func(b byte) bool { return b == ' ' || b == '-' }
	return (!joins(c.before(1)) || !isDigit(c.before(2))) && (!joins(c.after(1)) || !isDigit(c.after(2)))
}

func literal(c *candidate) bool {
	switch c.after(1) {
	case '(', '[', '{':
		return false
	case '.':
		return !isLetter(c.after(2))
	}
	return c.value()[0] != '$' || c.end-c.start < 2 || !isLetter(c.value()[1]) && c.value()[1] != '_'
}

// dateLike is true of what has the form of a street and a number and is none: March 15, Section 4, Room 12.
func dateLike(v []byte) bool {
	for w := range bytes.FieldsSeq(v) {
		if w = bytes.Trim(w, ".,"); len(w) == 0 || isDigit(w[0]) {
			continue
		}
		if monthNamed(w) > 0 && len(w) <= 9 || notStreets[strings.ToLower(string(w))] {
			return true
		}
	}
	return false
}

// notStreets are words that a number follows, and that are part of no street's name.
var notStreets = wordSet(`section chapter article page figure table step part volume vol issue version room line item clause question exercise appendix
	kapitel abschnitt artikel seite absatz tabelle bild schritt artículo capítulo página paso article chapitre étape articolo capitolo pagina passo
	order invoice case ticket claim order rechnung auftrag bestellung commande facture pedido factura ordine fattura windows android python version
	on at by in from to until since am um ab bis seit le el il du den der vom zum on`)
