package rules

import (
	_ "embed" // for builtin.tree
	"encoding/binary"
	"hash/crc32"
	"slices"
	"sort"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// To read the built-in rules as YAML takes a fifth of the time in which they are loaded. What a reader finds out is little: where each
// value begins and ends, which values belong together, and on which line they stand. builtin.tree says that of each file, by the
// file's checksum. A file of which it says nothing is read as YAML; `make tables` writes it anew, and TestTrees holds it to the files.
//
// Of a file there are its name, its checksum and its nodes, each before those in it. The first byte of a node is its form, and above that
// how many lines further down it begins than the one before. A value is where it stands in the file: how far behind the
// one before, and how long it is. A string that the file writes otherwise, with escapes or in several lines, is the pieces of it that stand there,
// and a byte where there is none. Lists and mappings have the number of nodes in them, and aliases that of the node they stand for.
//
//go:embed builtin.tree
var treeBytes string

// treeForm is what a node is.
type treeForm uint8

const (
	formText  treeForm = iota // a string as it stands in the file
	formOther                 // a string that the file writes otherwise
	formBool
	formInt
	formFloat
	formNull
	formList
	formMapping
	formAlias
	forms

	manyLines = 27 // the number of lines follows
)

var formTags = [forms]string{"!!str", "!!str", "!!bool", "!!int", "!!float", "!!null", "!!seq", "!!map", ""}

// tree is the nodes of a file, and the checksum of what they are of.
type tree struct {
	sum   uint32
	nodes int
	body  string
}

// builtinTrees are the trees of the built-in files, by name.
var builtinTrees = sync.OnceValue(func() map[string]tree {
	trees := make(map[string]tree)
	for r := (treeReader{rest: treeBytes}); r.rest != "" && !r.failed; {
		name := r.text(r.number())
		t := tree{sum: uint32(r.number()), nodes: r.number()}
		t.body = r.text(r.number())
		trees[name] = t
	}
	return trees
})

// knownTree returns what the library would read from a built-in file, or nil if it must.
func knownTree(name string, data []byte) *yaml.Node {
	t, ok := builtinTrees()[name]
	if !ok || t.sum != crc32.ChecksumIEEE(data) {
		return nil
	}
	r := newTreeReader(t.body, string(data), t.nodes)
	root := r.node()
	if r.failed || r.rest != "" {
		return nil
	}
	return root
}

// treeReader reads nodes.
type treeReader struct {
	rest     string
	file     string
	at, line int         // where the last value ended, and the line of the last node
	nodes    []yaml.Node // those that were read, and room for the others
	children []*yaml.Node
	failed   bool
}

func newTreeReader(body, file string, nodes int) treeReader {
	return treeReader{rest: body, file: file, line: 1, nodes: make([]yaml.Node, 0, nodes), children: make([]*yaml.Node, nodes)}
}

func (r *treeReader) number() int {
	n := uint64(0)
	for i := 0; i < len(r.rest) && i < 5; i++ {
		n |= uint64(r.rest[i]&0x7F) << (7 * i)
		if r.rest[i] < 0x80 {
			r.rest = r.rest[i+1:]
			return int(n)
		}
	}
	r.failed = true
	return 0
}

// text takes the next n bytes.
func (r *treeReader) text(n int) (s string) {
	if n > len(r.rest) {
		r.failed = true
		return ""
	}
	s, r.rest = r.rest[:n], r.rest[n:]
	return s
}

// node reads a node and all in it.
func (r *treeReader) node() *yaml.Node {
	if r.rest == "" || len(r.nodes) == cap(r.nodes) {
		r.failed = true
		return nil
	}
	r.nodes = r.nodes[:len(r.nodes)+1]
	n := &r.nodes[len(r.nodes)-1]
	form, lines := treeForm(r.rest[0]%byte(forms)), int(r.rest[0]/byte(forms))
	if r.rest = r.rest[1:]; lines == manyLines {
		lines = r.number()
	}
	r.line += lines
	n.Kind, n.Tag, n.Line = yaml.ScalarNode, formTags[form], r.line
	switch form {
	case formList, formMapping:
		if n.Kind = yaml.SequenceNode; form == formMapping {
			n.Kind = yaml.MappingNode
		}
		count := r.number()
		if count > len(r.children) {
			r.failed = true
			return nil
		}
		n.Content, r.children = r.children[:count:count], r.children[count:]
		for i := range n.Content {
			if n.Content[i] = r.node(); r.failed {
				return nil
			}
		}
	case formAlias:
		n.Kind = yaml.AliasNode
		of := r.number()
		if of >= len(r.nodes) {
			r.failed = true
			return nil
		}
		n.Alias = &r.nodes[of]
	case formOther:
		n.Value = r.pieces()
	default:
		n.Value, r.at = r.piece(r.at, r.number())
	}
	return n
}

// piece takes so many bytes of the file that begin behind a place, and returns where they end.
func (r *treeReader) piece(at, size int) (s string, end int) {
	start := at + r.number()
	if end = start + size; end > len(r.file) {
		r.failed = true
		return "", at
	}
	return r.file[start:end], end
}

// pieces takes a string in pieces. One without bytes is a byte that follows.
func (r *treeReader) pieces() string {
	var out []byte
	at := r.at
	for count := r.number(); count > 0 && !r.failed; count-- {
		size := r.number()
		piece := ""
		if size == 0 {
			piece = r.text(1)
		} else {
			piece, at = r.piece(at, size)
		}
		out = append(out, piece...)
	}
	return string(out)
}

// treeWriter writes nodes.
type treeWriter struct {
	out      []byte
	file     string
	at, line int
	numbers  map[*yaml.Node]int
	failed   bool // there is something that trees do not have
}

// appendTree appends the entry of a file, unless it has something that trees do not have.
func appendTree(out []byte, name string, data []byte) ([]byte, bool) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil || len(doc.Content) != 1 {
		return out, false
	}
	w := treeWriter{file: string(data), line: 1, numbers: make(map[*yaml.Node]int)}
	w.node(doc.Content[0])
	if w.failed {
		return out, false
	}
	text := func(s string) { out = append(binary.AppendUvarint(out, uint64(len(s))), s...) }
	text(name)
	out = binary.AppendUvarint(out, uint64(crc32.ChecksumIEEE(data)))
	out = binary.AppendUvarint(out, uint64(len(w.numbers)))
	text(string(w.out))
	return out, true
}

func (w *treeWriter) number(n int) { w.out = binary.AppendUvarint(w.out, uint64(n)) }

func (w *treeWriter) node(n *yaml.Node) {
	form, lines := w.form(n), n.Line-w.line
	if form == forms || lines < 0 {
		w.failed = true
		return
	}
	w.numbers[n], w.line = len(w.numbers), n.Line
	w.out = append(w.out, byte(form)+byte(forms)*byte(min(lines, manyLines)))
	if lines >= manyLines {
		w.number(lines)
	}
	switch form {
	case formList, formMapping:
		w.number(len(n.Content))
		for _, sub := range n.Content {
			w.node(sub)
		}
	case formAlias:
		w.number(w.numbers[n.Alias])
	case formOther:
		w.pieces(n.Value)
	default:
		ahead := strings.Index(w.file[w.at:], n.Value)
		w.number(len(n.Value))
		w.number(ahead)
		w.at += ahead + len(n.Value)
	}
}

// pieces writes a string in pieces, each as long as can be.
func (w *treeWriter) pieces(s string) {
	var pieces []byte
	count, at := 0, w.at
	for near := w.file[at:min(len(w.file), at+2*len(s)+256)]; s != ""; count++ {
		// If it has no piece of some length, it has no longer one either.
		size := sort.Search(len(s), func(n int) bool { return !strings.Contains(near, s[:n+1]) })
		if pieces = binary.AppendUvarint(pieces, uint64(size)); size == 0 {
			pieces, s = append(pieces, s[0]), s[1:]
			continue
		}
		ahead := strings.Index(near, s[:size])
		pieces = binary.AppendUvarint(pieces, uint64(ahead))
		near, s = near[ahead+size:], s[size:]
	}
	w.number(count)
	w.out = append(w.out, pieces...)
}

// form returns the form of a node, or forms if it has none.
func (w *treeWriter) form(n *yaml.Node) treeForm {
	form := slices.Index(formTags[:formAlias], n.ShortTag()) // the first of two for a string
	stands := strings.Contains(w.file[w.at:], n.Value)
	switch f := treeForm(max(form, 0)); {
	case n.Kind == yaml.AliasNode:
		if _, ok := w.numbers[n.Alias]; ok {
			return formAlias
		}
	case form < 0:
	case n.Kind == yaml.SequenceNode && f == formList, n.Kind == yaml.MappingNode && f == formMapping:
		return f
	case n.Kind == yaml.ScalarNode && f == formText && !stands:
		return formOther
	case n.Kind == yaml.ScalarNode && f < formList && stands:
		return f
	}
	return forms
}
