package rules

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// simpleYAML reads the YAML that rule files are written in: mappings with plain keys, lists, and scalars on one line, plain
// or in quotes, with anchors of lists and mappings. That takes a fifth of the time of a parser of all YAML, which is most of the
// time of reading rules. At the first thing that it is not sure of it gives up, and that parser decides: ok is false. Nodes have
// kind, tag, value, anchor and line, and no column or comment.
func simpleYAML(data []byte) (doc yaml.Node, ok bool) {
	if !simpleBytes(data) {
		return doc, false
	}
	p := simpleParser{src: string(data), line: 1}
	indent := p.next()
	if indent != 0 {
		return doc, false
	}
	root := p.block(0)
	if p.next() != end || p.failed {
		return doc, false
	}
	return yaml.Node{Kind: yaml.DocumentNode, Line: root.Line, Content: []*yaml.Node{root}}, true
}

// simpleBytes reports whether data is UTF-8 without anything that YAML reads in a way of its own: control characters, tabs,
// and line breaks other than \n.
func simpleBytes(data []byte) bool {
	for _, c := range data {
		if c < ' ' && c != '\n' || c == 0x7f {
			return false
		}
	}
	for _, s := range []string{"\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff"} {
		if strings.Contains(string(data), s) {
			return false
		}
	}
	for i, c := range data {
		if c == 0xC2 && i+1 < len(data) && data[i+1] < 0xA0 {
			return false
		}
	}
	return utf8.Valid(data)
}

const (
	end         = -1 // of the file, as an indentation
	simpleDepth = 50
	simpleNodes = 64 // made at once
	simpleKey   = 64 // bytes
)

type simpleParser struct {
	src     string
	at      int
	line    int
	fresh   bool // at is where a line's content begins, indent bytes from its beginning
	indent  int
	depth   int
	failed  bool
	anchors map[string]*yaml.Node
	spare   []yaml.Node
}

// fail gives up. It returns a node, so that nobody need ask.
func (p *simpleParser) fail() *yaml.Node {
	p.failed, p.fresh = true, false
	p.at = len(p.src)
	return &yaml.Node{}
}

func (p *simpleParser) node(kind yaml.Kind, tag, value string) *yaml.Node {
	if len(p.spare) == 0 {
		p.spare = make([]yaml.Node, simpleNodes)
	}
	n := &p.spare[0]
	p.spare = p.spare[1:]
	n.Kind, n.Tag, n.Value, n.Line = kind, tag, value, p.line
	return n
}

// peek returns the byte at p.at, 0 at the end.
func (p *simpleParser) peek() byte {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

// starts reports whether what is left begins with c and a space or the end of the line.
func (p *simpleParser) starts(c byte) bool {
	return p.peek() == c && (p.at+1 == len(p.src) || p.src[p.at+1] == ' ' || p.src[p.at+1] == '\n')
}

// next goes to where the content of a line begins, over empty lines and comments, unless it is there already, and returns its indentation.
func (p *simpleParser) next() int {
	if p.fresh {
		return p.indent
	}
	for p.at < len(p.src) {
		begin := p.at
		p.spaces()
		switch p.peek() {
		case '\n':
			p.at++
			p.line++
		case '#':
			p.comment()
		case 0:
		default:
			p.fresh, p.indent = true, p.at-begin
			return p.indent
		}
	}
	return end
}

func (p *simpleParser) spaces() {
	for p.at < len(p.src) && p.src[p.at] == ' ' {
		p.at++
	}
}

// comment goes to the end of the line.
func (p *simpleParser) comment() {
	if n := strings.IndexByte(p.src[p.at:], '\n'); n >= 0 {
		p.at += n
	} else {
		p.at = len(p.src)
	}
}

// lineEnd reports whether nothing but a comment is left of the line, and then goes to the next.
func (p *simpleParser) lineEnd() bool {
	p.spaces()
	if p.peek() == '#' && p.at > 0 && p.src[p.at-1] == ' ' {
		p.comment()
	}
	if p.at == len(p.src) {
		return true
	}
	if p.src[p.at] != '\n' {
		return false
	}
	p.at++
	p.line++
	return true
}

// block reads the mapping or list whose first line begins here, indented as given.
func (p *simpleParser) block(indent int) *yaml.Node {
	if p.depth++; p.depth > simpleDepth {
		return p.fail()
	}
	defer func() { p.depth-- }()
	if p.starts('-') {
		return p.sequence(indent)
	}
	return p.mapping(indent)
}

func (p *simpleParser) sequence(indent int) *yaml.Node {
	n := p.node(yaml.SequenceNode, "!!seq", "")
	for p.next() == indent && p.starts('-') {
		p.fresh = false
		begin := p.at
		p.at++
		p.spaces()
		if p.key(false) != "" {
			n.Content = append(n.Content, p.mapping(indent+p.at-begin))
			continue
		}
		n.Content = append(n.Content, p.inline(indent))
	}
	return n
}

// key reads a key and its colon. If take is not set it only looks.
func (p *simpleParser) key(take bool) string {
	rest := p.src[p.at:min(len(p.src), p.at+simpleKey+2)]
	n := 0
	for n < len(rest) && (rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z' || n > 0 && (rest[n] == '_' || rest[n] == '-' || rest[n] >= '0' && rest[n] <= '9')) {
		n++
	}
	if n == 0 || n > simpleKey || n == len(rest) || rest[n] != ':' || n+1 < len(rest) && rest[n+1] != ' ' && rest[n+1] != '\n' {
		return ""
	}
	if take {
		p.at += n + 1
	}
	return rest[:n]
}

func (p *simpleParser) mapping(indent int) *yaml.Node {
	n := p.node(yaml.MappingNode, "!!map", "")
	for first := true; first || p.next() == indent; first = false {
		p.fresh = false
		key := p.key(true)
		if key == "" || plainTag(key) != "!!str" {
			return p.fail()
		}
		n.Content = append(n.Content, p.node(yaml.ScalarNode, "!!str", key), p.value(indent))
	}
	return n
}

// value reads what stands behind a key of a mapping with the indentation: the rest of the line, or the lines below.
func (p *simpleParser) value(indent int) *yaml.Node {
	p.spaces()
	line, anchor := p.line, ""
	if p.peek() == '&' {
		p.at++
		if anchor = p.name(); anchor == "" || p.anchors[anchor] != nil {
			return p.fail()
		}
	}
	var n *yaml.Node
	if !p.lineEnd() {
		p.spaces()
		n = p.inline(indent)
	} else if below := p.next(); below > indent || below == indent && p.starts('-') {
		n = p.block(below)
	} else {
		return p.fail() // nothing
	}
	if anchor != "" {
		n.Anchor, n.Line = anchor, line
		if p.anchors == nil {
			p.anchors = make(map[string]*yaml.Node)
		}
		p.anchors[anchor] = n
	}
	return n
}

// name reads the name of an anchor.
func (p *simpleParser) name() string {
	begin := p.at
	for c := p.peek(); c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	if c := p.peek(); c != ' ' && c != '\n' {
		return ""
	}
	return p.src[begin:p.at]
}

// inline reads a value that begins on this line, in a block with the indentation, and the end of the line.
func (p *simpleParser) inline(indent int) *yaml.Node {
	n := p.flow(indent, false)
	if !p.lineEnd() || p.next() > indent {
		return p.fail()
	}
	return n
}
