package rules

import (
	"bytes"
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

// FileError is a fault in a configuration file. It says where it is and what
// to write instead.
type FileError struct {
	File string // as it was given
	Line int    // starting at 1; 0 if the fault is of the file as a whole
	Msg  string
}

// Error returns "file:line: message".
func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	return e.File + ":" + strconv.Itoa(e.Line) + ": " + e.Msg
}

// DecodeYAML decodes one YAML document strictly into what into points to, and
// reports every fault of the file, joined, as *FileError in order of lines.
//
// Struct fields are named by their yaml tags; embedded structs without a name
// and fields tagged ",inline" are read as part of the outer one. Supported
// are strings, numbers, booleans, slices, maps with string keys, pointers,
// any, yaml.Node, time.Duration ("10s"), Bytes ("32MiB"), scanner.Confidence,
// scanner.Action, and types with UnmarshalYAML(*yaml.Node) or UnmarshalText.
// Unknown and repeated keys are errors. An empty file leaves into as it was.
func DecodeYAML(file string, data []byte, into any) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return syntaxError(file, data, err)
	}
	if doc.Kind == 0 || len(doc.Content) == 0 {
		return nil
	}
	return decodeNode(file, doc.Content[0], into, "the file")
}

// decodeNode decodes one node with the rules of DecodeYAML.
func decodeNode(file string, node *yaml.Node, into any, what string) error {
	d := decoder{file: file}
	d.value(node, reflect.ValueOf(into).Elem(), what)
	return d.err()
}

func syntaxError(file string, data []byte, err error) error {
	for i, line := range bytes.Split(data, []byte("\n")) {
		if indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]; bytes.IndexByte(indent, '\t') >= 0 && len(indent) < len(line) {
			return &FileError{file, i + 1, "a tab indents this line: YAML allows spaces only"}
		}
	}
	line, msg := 0, err.Error()
	if e, ok := errors.AsType[*yaml.LoadError](err); ok {
		line, msg = e.Mark.Line, e.Message
	}
	if at := strings.Index(msg, "line "); at >= 0 {
		if rest, n := msg[at+len("line "):], 0; line == 0 {
			if _, scanErr := fmt.Sscanf(rest, "%d", &n); scanErr == nil {
				line = n
			}
		}
	}
	return &FileError{file, line, "not valid YAML: " + strings.TrimPrefix(msg, "yaml: ")}
}

type decoder struct {
	file   string
	faults []error
}

func (d *decoder) fault(n *yaml.Node, format string, args ...any) {
	d.faults = append(d.faults, &FileError{d.file, n.Line, fmt.Sprintf(format, args...)})
}

func (d *decoder) err() error {
	slices.SortStableFunc(d.faults, func(a, b error) int {
		return cmp.Compare(lineOf(a), lineOf(b))
	})
	return errors.Join(d.faults...)
}

func lineOf(err error) int {
	if e, ok := errors.AsType[*FileError](err); ok {
		return e.Line
	}
	return 0
}

// nodeUnmarshaler is the YAML library's interface of types that read a node.
type nodeUnmarshaler interface{ UnmarshalYAML(*yaml.Node) error }

// lined is a decoded value that wants to know where it stood.
type lined interface{ setPlace(file string, line int) }

var (
	durationType   = reflect.TypeFor[time.Duration]()
	confidenceType = reflect.TypeFor[scanner.Confidence]()
	actionType     = reflect.TypeFor[scanner.Action]()
	nodeType       = reflect.TypeFor[yaml.Node]()
)

// value decodes n into v. what names the value in messages, for example
// "window".
func (d *decoder) value(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if v.Type() == nodeType {
		v.Set(reflect.ValueOf(*n))
		return
	}
	if isNull(n) && v.Kind() != reflect.Pointer {
		if v.Kind() == reflect.Slice || v.Kind() == reflect.Map || v.Kind() == reflect.Struct || v.Kind() == reflect.Interface {
			return // "key:" with nothing after it
		}
		d.fault(n, "%s has no value: write one or leave the key out", what)
		return
	}
	if v.CanAddr() {
		if l, ok := reflect.TypeAssert[lined](v.Addr()); ok {
			l.setPlace(d.file, n.Line)
		}
		if u, ok := reflect.TypeAssert[nodeUnmarshaler](v.Addr()); ok {
			d.wrap(n, what, u.UnmarshalYAML(n))
			return
		}
	}
	switch v.Type() {
	case durationType:
		x, err := time.ParseDuration(d.scalar(n, what, "a duration such as 10s or 250ms"))
		if err != nil && n.Kind == yaml.ScalarNode {
			d.fault(n, "%s: %q is not a duration: write a number and a unit, such as 10s or 250ms", what, n.Value)
		}
		v.SetInt(int64(x))
		return
	case confidenceType:
		if s := d.scalar(n, what, "low, medium or high"); s != "" {
			x, err := scanner.ParseConfidence(s)
			d.wrap(n, what, err)
			v.SetUint(uint64(x))
		}
		return
	case actionType:
		if s := d.scalar(n, what, "an action: allow, report, redact or block"); s != "" {
			x, err := scanner.ParseAction(s)
			d.wrap(n, what, err)
			v.SetUint(uint64(x))
		}
		return
	}
	if v.CanAddr() {
		if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
			if n.Kind != yaml.ScalarNode {
				d.fault(n, "%s is %s: write a single value", what, kindOf(n))
				return
			}
			d.wrap(n, what, u.UnmarshalText([]byte(n.Value)))
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if isNull(n) {
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(n, v.Elem(), what)
	case reflect.Struct:
		d.structure(n, v, what)
	case reflect.Map:
		d.mapping(n, v, what)
	case reflect.Slice:
		d.list(n, v, what)
	case reflect.String:
		if s, ok := d.text(n, what); ok {
			v.SetString(s)
		}
	case reflect.Interface:
		var x any
		if err := n.Decode(&x); err != nil {
			d.fault(n, "%s: %v", what, err)
			return
		}
		v.Set(reflect.ValueOf(x))
	default:
		d.number(n, v, what)
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// joinedError is what errors.Join returns.
type joinedError interface {
	error
	Unwrap() []error
}

// wrap notes an error of a value's own decoding, with a place if it has none.
func (d *decoder) wrap(n *yaml.Node, what string, err error) {
	if err == nil {
		return
	}
	if joined, ok := errors.AsType[joinedError](err); ok {
		for _, e := range joined.Unwrap() {
			d.wrap(n, what, e)
		}
		return
	}
	if e, ok := errors.AsType[*FileError](err); ok {
		placed := *e
		placed.File = cmp.Or(placed.File, d.file)
		placed.Line = cmp.Or(placed.Line, n.Line)
		d.faults = append(d.faults, &placed)
		return
	}
	d.fault(n, "%s: %v", what, err)
}

func (d *decoder) scalar(n *yaml.Node, what, want string) string {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "%s is %s: write %s", what, kindOf(n), want)
		return ""
	}
	return n.Value
}

func (d *decoder) text(n *yaml.Node, what string) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		d.fault(n, "%s is %s: write one text", what, kindOf(n))
	case n.ShortTag() != "!!str":
		d.fault(n, "%s is read as %s: write '%s' in quotes", what, kindOf(n), n.Value)
	default:
		return n.Value, true
	}
	return "", false
}

func (d *decoder) number(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "%s is %s: write one value", what, kindOf(n))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		switch n.Value {
		case "true", "false":
			v.SetBool(n.Value == "true")
		default:
			d.fault(n, "%s: %q is not true or false", what, n.Value)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		x, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 10, v.Type().Bits())
		if err != nil {
			d.fault(n, "%s: %q is not a whole number", what, n.Value)
			return
		}
		v.SetInt(x)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		x, err := strconv.ParseUint(strings.ReplaceAll(n.Value, "_", ""), 10, v.Type().Bits())
		if err != nil {
			d.fault(n, "%s: %q is not a whole number of 0 or more", what, n.Value)
			return
		}
		v.SetUint(x)
	case reflect.Float32, reflect.Float64:
		x, err := strconv.ParseFloat(n.Value, v.Type().Bits())
		if err != nil {
			d.fault(n, "%s: %q is not a number", what, n.Value)
			return
		}
		v.SetFloat(x)
	default:
		d.fault(n, "%s cannot be set from a file", what)
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.SequenceNode {
		example := "- item"
		if n.Kind == yaml.ScalarNode {
			example = "[" + n.Value + "]"
		}
		d.fault(n, "%s is %s, not a list: write %s", what, kindOf(n), example)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		d.value(item, out.Index(i), "an entry of "+what)
	}
	v.Set(out)
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, what string) {
	if !d.isMapping(n, what) {
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	seen := seenKeys(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, ok := d.key(n, i, seen)
		if !ok {
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], item, key)
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
	}
}

func (d *decoder) isMapping(n *yaml.Node, what string) bool {
	if n.Kind != yaml.MappingNode {
		d.fault(n, "%s is %s: write `key: value` lines", what, kindOf(n))
		return false
	}
	return true
}

// fewKeys is how many keys of a mapping are compared with each other rather than noted.
const fewKeys = 32

// seenKeys makes a place to note the keys of a mapping, nil if they are few.
func seenKeys(n *yaml.Node) map[string]int {
	if len(n.Content) <= 2*fewKeys {
		return nil
	}
	return make(map[string]int)
}

// key returns the key of a mapping that is entry i of its node. seen has the lines of those before, unless they are few.
func (d *decoder) key(mapping *yaml.Node, i int, seen map[string]int) (string, bool) {
	n := mapping.Content[i]
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "a key is %s: write a plain word", kindOf(n))
		return "", false
	}
	first, again := seen[n.Value]
	if seen == nil {
		for k := 0; k < i && !again; k += 2 {
			if other := mapping.Content[k]; other.Kind == yaml.ScalarNode && other.Value == n.Value {
				first, again = other.Line, true
			}
		}
	} else if !again {
		seen[n.Value] = n.Line
	}
	if again {
		d.fault(n, "key %q stands here again, first on line %d: keep one", n.Value, first)
		return "", false
	}
	return n.Value, true
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, what string) {
	if isNull(n) || !d.isMapping(n, what) {
		return
	}
	fields := fieldsOf(v.Type())
	seen := seenKeys(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, ok := d.key(n, i, seen)
		if !ok {
			continue
		}
		index, known := fields.index[key]
		if !known {
			d.fault(n.Content[i], "unknown key %q%s", key, suggest(key, fields.names))
			continue
		}
		d.value(n.Content[i+1], v.FieldByIndex(index), key)
	}
}

type structFields struct {
	names []string
	index map[string][]int
}

// knownFields holds what fieldsOf found: a large file has thousands of
// mappings of a few types.
var knownFields sync.Map // structFields by reflect.Type

// fieldsOf lists the keys of a struct type, in the order of its fields. It must
// not be changed.
func fieldsOf(t reflect.Type) structFields {
	if known, ok := knownFields.Load(t); ok {
		return known.(structFields)
	}
	fields := readFields(t)
	knownFields.Store(t, fields)
	return fields
}

func readFields(t reflect.Type) structFields {
	out := structFields{index: make(map[string][]int)}
	for _, f := range reflect.VisibleFields(t) {
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if !f.IsExported() || name == "-" || opts == "inline" || f.Anonymous && name == "" {
			continue
		}
		if len(f.Index) > 1 && !inlined(t, f.Index) {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		out.names = append(out.names, name)
		out.index[name] = f.Index
	}
	// Named fields tagged ",inline" are not promoted by Go; add theirs.
	for i := range t.NumField() {
		f := t.Field(i)
		if _, opts, _ := strings.Cut(f.Tag.Get("yaml"), ","); opts != "inline" || f.Anonymous {
			continue
		}
		inner := fieldsOf(f.Type)
		for _, name := range inner.names {
			out.names = append(out.names, name)
			out.index[name] = append([]int{i}, inner.index[name]...)
		}
	}
	return out
}

// inlined reports whether all structs on the way to a promoted field are read
// as part of the outer one.
func inlined(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		f := t.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" || f.Type.Kind() != reflect.Struct {
			return false
		}
		t = f.Type
	}
	return true
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!int", "!!float":
			return "a number"
		case "!!bool":
			return "a boolean"
		case "!!null":
			return "empty"
		case "!!timestamp":
			return "a date"
		}
		return "a text"
	}
	return "something else"
}
