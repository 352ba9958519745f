package rules

import (
	"bytes"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// What a rule may write as covers: how much of the text around the value its
// findings take with it. Checks always judge the value alone.
const (
	coversValue      = "value"
	coversLogin      = "login"
	coversURL        = "url"
	coversConnection = "connection"
	coversAddress    = "address"
)

var coverings = []string{coversValue, coversLogin, coversURL, coversConnection, coversAddress}

// maxCover is how many bytes a finding may begin before its value or end behind it.
const maxCover = 1000

// cover is the span of a finding for the candidate.
func (c *candidate) cover(covers string) scanner.Span {
	span := scanner.Span{Start: c.start, End: c.end}
	switch covers {
	case coversLogin:
		span.Start = c.loginStart()
	case coversURL:
		span.Start, span.End = c.urlStart(), c.urlEnd()
	case coversConnection:
		span.Start, span.End = c.connectionStart(), c.connectionEnd()
	case coversAddress:
		span.Start, span.End = c.addressStart(), c.addressEnd()
	}
	return span
}

// loginStart is where the name begins that a colon ties to the value, as in
// //name:value@host and -u name:value, or else where the value does.
func (c *candidate) loginStart() int {
	if c.before(1) != ':' {
		return c.start
	}
	start := c.start - 1
	for start > 0 && c.start-start < maxCover && !isBlank(c.text[start-1]) && !strings.ContainsRune(`/"'<>=(`+"`", rune(c.text[start-1])) {
		start--
	}
	if start == c.start-1 {
		return c.start // :value@host has no name
	}
	return start
}

// urlStart is where the URL begins that the value stands in: at its scheme, or if it
// has none where the match does.
func (c *candidate) urlStart() int {
	start := c.start
	for start > 0 && c.start-start < maxCover && !isBlank(c.text[start-1]) && !endsURL(c.text[start-1]) {
		start--
	}
	i := bytes.LastIndex(c.text[start:c.start], []byte("://"))
	if i < 0 {
		return min(c.from, c.start)
	}
	i += start
	for i > start && (isAlnum(c.text[i-1]) || c.text[i-1] == '+') {
		i--
	}
	return i
}

// urlEnd is where that URL ends, without the marks of the sentence it stands in.
func (c *candidate) urlEnd() int {
	end := c.end
	for end < len(c.text) && end-c.end < maxCover && !isBlank(c.text[end]) && !endsURL(c.text[end]) && c.text[end] < 0x80 {
		end++
	}
	for end > c.end && strings.IndexByte(".,:;!?", c.text[end-1]) >= 0 {
		end--
	}
	return end
}

// connectionStart is where the settings begin, name=value; each, that the value is one of.
func (c *candidate) connectionStart() int {
	start := c.start
	for from := c.start; from > 0 && c.start-from < maxCover; {
		end := from
		for from > 0 && c.text[from-1] != ';' && !endsSetting(c.text[from-1]) {
			from--
		}
		if name := nameOfSetting(c.text[from:end]); name >= 0 {
			start = from + name
			if name > 1 {
				break // other text stands before it
			}
		} else {
			break
		}
		if from > 0 && c.text[from-1] == ';' {
			from--
		} else {
			break
		}
	}
	return start
}

// connectionEnd is where those settings end.
func (c *candidate) connectionEnd() int {
	end := c.end
	for end < len(c.text) && c.text[end] == ';' && end-c.end < maxCover {
		next := end + 1
		for next < len(c.text) && c.text[next] != ';' && !endsSetting(c.text[next]) {
			next++
		}
		name := nameOfSetting(c.text[end+1 : next])
		if name < 0 || name > 1 {
			return end
		}
		value := end + 1 + name + bytes.IndexByte(c.text[end+1+name:next], '=')
		for end = value + 1; end < next && !isBlank(c.text[end]); {
			end++
		}
	}
	return end
}

// maxSettingName is the most that a setting's name is long: "Max Pool Size".
const maxSettingName = 40

// nameOfSetting is where in a piece of text the name of a setting begins that ends it,
// as does Data Source in DSN=Data Source=db.acme.dev, or -1. A name is one to three words.
func nameOfSetting(piece []byte) int {
	sign := bytes.IndexByte(piece, '=')
	if sign < 1 {
		return -1
	}
	for { // the last sign that a name stands before
		next := bytes.IndexByte(piece[sign+1:], '=')
		if next < 1 || !isSettingName(piece[sign+1:sign+1+next]) {
			break
		}
		sign += 1 + next
	}
	from := sign
	for words := range 3 {
		start := from
		if words > 0 {
			start--
		}
		for start > 0 && sign-start < maxSettingName && isWord(piece[start-1]) {
			start--
		}
		if start == from || words > 0 && !beginsSetting(piece[start:from-1]) {
			break
		}
		if from = start; from == 0 || piece[from-1] != ' ' {
			break
		}
	}
	if from == sign {
		return -1
	}
	return from
}

// beginsSetting is true of the first words of names of several: Max Pool Size, user id.
func beginsSetting(word []byte) bool {
	if len(word) == 0 {
		return false
	}
	return word[0] >= 'A' && word[0] <= 'Z' || string(word) == "user" || string(word) == "data" || string(word) == "initial"
}

func isSettingName(b []byte) bool {
	for _, c := range b {
		if !isWord(c) && c != ' ' {
			return false
		}
	}
	return len(b) <= maxSettingName
}

// endsSetting is true of what encloses a connection string or stands before it.
func endsSetting(b byte) bool { return b < ' ' || strings.IndexByte("\"'`<>", b) >= 0 }

func isBlank(b byte) bool { return b <= ' ' }

// endsURL is true of ASCII that no URL holds unescaped, and of what commonly encloses one.
func endsURL(b byte) bool { return strings.IndexByte("\"'`<>(){}[]|\\^,;", b) >= 0 }
