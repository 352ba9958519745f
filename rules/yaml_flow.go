package rules

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// flow reads a scalar, an alias, or a list or mapping in brackets. within tells that it stands in such brackets.
func (p *simpleParser) flow(indent int, within bool) *yaml.Node {
	if p.depth++; p.depth > simpleDepth {
		return p.fail()
	}
	defer func() { p.depth-- }()
	switch p.peek() {
	case '\'':
		return p.single()
	case '"':
		return p.double()
	case '[':
		n := p.node(yaml.SequenceNode, "!!seq", "")
		p.items(indent, ']', func() { n.Content = append(n.Content, p.flow(indent, true)) })
		return n
	case '{':
		n := p.node(yaml.MappingNode, "!!map", "")
		p.items(indent, '}', func() {
			line := p.line
			key := p.key(true)
			if plainTag(key) != "!!str" || p.peek() != ' ' {
				p.fail()
				return
			}
			p.spaces()
			k := p.node(yaml.ScalarNode, "!!str", key)
			k.Line = line
			n.Content = append(n.Content, k, p.flow(indent, true))
		})
		return n
	case '*':
		p.at++
		begin := p.at
		if name := p.name(); !within && name != "" && p.anchors[name] != nil {
			n := p.node(yaml.AliasNode, "", name)
			n.Alias = p.anchors[name]
			return n
		}
		p.at = begin
		return p.fail()
	}
	return p.plain(within)
}

// items reads what stands between brackets, one after the other, with commas between.
func (p *simpleParser) items(indent int, bracket byte, item func()) {
	p.at++
	for p.between(indent) && p.peek() != bracket {
		if item(); !p.between(indent) {
			return
		}
		switch p.peek() {
		case ',':
			p.at++
		case bracket:
		default:
			p.fail()
			return
		}
	}
	if !p.failed {
		p.at++
	}
}

// between goes over spaces and line ends between brackets. It reports whether there is more.
func (p *simpleParser) between(indent int) bool {
	p.spaces()
	for p.peek() == '\n' {
		p.at++
		p.line++
		begin := p.at
		if p.spaces(); p.at-begin <= indent {
			p.fail()
		}
	}
	if p.at >= len(p.src) {
		p.fail()
	}
	return !p.failed
}

// single reads a text in single quotes.
func (p *simpleParser) single() *yaml.Node {
	begin, doubled := p.at+1, false
	for i := begin; i < len(p.src) && p.src[i] != '\n'; i++ {
		if p.src[i] != '\'' {
			continue
		}
		if i+1 < len(p.src) && p.src[i+1] == '\'' {
			doubled = true
			i++
			continue
		}
		p.at = i + 1
		value := p.src[begin:i]
		if doubled {
			value = strings.ReplaceAll(value, "''", "'")
		}
		return p.node(yaml.ScalarNode, "!!str", value)
	}
	return p.fail()
}

// double reads a text in double quotes.
func (p *simpleParser) double() *yaml.Node {
	begin, escaped := p.at+1, false
	for i := begin; i < len(p.src) && p.src[i] != '\n'; i++ {
		switch p.src[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			p.at = i + 1
			value := p.src[begin:i]
			if escaped {
				var ok bool
				if value, ok = unescape(value); !ok {
					return p.fail()
				}
			}
			return p.node(yaml.ScalarNode, "!!str", value)
		}
	}
	return p.fail()
}

// unescape reads the usual escapes of text in double quotes.
func unescape(s string) (string, bool) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		i++
		if i == len(s) {
			return "", false
		}
		digits := 0
		switch c := s[i]; c {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'r':
			out = append(out, '\r')
		case '\\', '"', '/':
			out = append(out, c)
		case 'x':
			digits = 2
		case 'u':
			digits = 4
		case 'U':
			digits = 8
		default:
			return "", false
		}
		if digits == 0 {
			continue
		}
		if i+digits >= len(s) {
			return "", false
		}
		r, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32)
		if err != nil || r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			return "", false
		}
		out = utf8.AppendRune(out, rune(r))
		i += digits
	}
	return string(out), true
}

// plain reads a scalar without quotes, of which it is sure what it is.
func (p *simpleParser) plain(within bool) *yaml.Node {
	begin := p.at
scan:
	for ; p.at < len(p.src); p.at++ {
		c := p.src[p.at]
		following := byte('\n')
		if p.at+1 < len(p.src) {
			following = p.src[p.at+1]
		}
		switch {
		case c == '\n':
			break scan
		case c == '#' && p.at > begin && p.src[p.at-1] == ' ':
			break scan
		case c == ':' && (following == ' ' || following == '\n' || within && strings.IndexByte(",[]{}", following) >= 0):
			return p.fail()
		case within && (c == ',' || c == ']' || c == '}'):
			break scan
		case within && (c == '[' || c == '{'):
			return p.fail()
		}
	}
	value := strings.TrimRight(p.src[begin:p.at], " ")
	p.at = begin + len(value)
	tag := plainTag(value)
	if tag == "" {
		return p.fail()
	}
	return p.node(yaml.ScalarNode, tag, value)
}

// plainTag returns what a plain scalar is, or nothing where that is not plain enough.
func plainTag(s string) string {
	if s == "" {
		return ""
	}
	switch c := s[0]; {
	case s == "true" || s == "false":
		return "!!bool"
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		switch strings.ToLower(s) {
		case "true", "false", "null", "nan", "inf", "infinity":
			return ""
		}
		return "!!str"
	case c >= '1' && c <= '9' && len(s) < 10 && strings.Trim(s, "0123456789") == "", s == "0":
		return "!!int"
	case c >= '0' && c <= '9' && strings.ContainsAny(s, "gjklmpqruvwyGJKLMPQRUVWY"): // no number or date has these
		return "!!str"
	case c >= utf8.RuneSelf || strings.IndexByte(`(/\^$`, c) >= 0:
		return "!!str"
	}
	return ""
}
