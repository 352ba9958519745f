package rules

import (
	"io/fs"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// sameTree fails where two nodes differ in what DecodeYAML looks at.
func sameTree(t *testing.T, got, want *yaml.Node) {
	t.Helper()
	if got.Kind != want.Kind || got.ShortTag() != want.ShortTag() || got.Value != want.Value || got.Line != want.Line || got.Anchor != want.Anchor ||
		len(got.Content) != len(want.Content) || (got.Alias == nil) != (want.Alias == nil) {
		t.Fatalf("line %d: kind %d, %s, %q, %d below; YAML has line %d: kind %d, %s, %q, %d below",
			got.Line, got.Kind, got.ShortTag(), got.Value, len(got.Content), want.Line, want.Kind, want.ShortTag(), want.Value, len(want.Content))
	}
	for i := range got.Content {
		sameTree(t, got.Content[i], want.Content[i])
	}
	if got.Alias != nil {
		sameTree(t, got.Alias, want.Alias)
	}
}

// checkSimple compares simpleYAML with the parser of all YAML, and reports whether it was sure.
func checkSimple(t *testing.T, data []byte) bool {
	t.Helper()
	got, ok := simpleYAML(data)
	if !ok {
		return false
	}
	var want yaml.Node
	if err := yaml.Unmarshal(data, &want); err != nil {
		t.Fatalf("%q: read as YAML, which it is not: %v", data, err)
	}
	sameTree(t, &got, &want)
	return true
}

// TestSimpleYAML holds the quick parser to the other one, and to reading all rules that come with Sluice.
func TestSimpleYAML(t *testing.T) {
	names, err := fs.Glob(builtin, "builtin/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := builtin.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !checkSimple(t, data) {
			t.Errorf("%s: not simple", name)
		}
	}
}

// simpleCases are files that the quick parser must read, and files that it must leave to the other or read alike.
var simpleCases = []string{
	"a: b\n", "a: b", "# c\n\na: b # c\nb: 'it''s'\n", "a:\n  - b\n  - c: d\n    e: [f, 'g', \"h\\n\\u00e9\"]\n",
	"a:\n- b\n- c\nd: {e: f, g: [1, true]}\n", "a: &x\n  - b\nc: *x\n", "a: [b,\n    c]\nd: e\n", "a: &x [b]\nc: *x\n", "a: &x\n  b: c\nd: *x\n",
	"a: gdpr:4(1)\n", "a: b#c\n", "a: b c  \n", "- a\n- b: c\n", "a: 0\n", "a: 1Password key\n", "a: [no, y, On]\n", "a: é\n", "a: [gdpr:4(1), x]\n", "a: []\nb: {}\n", "a: [b, ]\n",
}

func TestSimpleYAMLCases(t *testing.T) {
	for _, c := range simpleCases {
		if !checkSimple(t, []byte(c)) {
			t.Errorf("%q: not simple", c)
		}
	}
}

func FuzzSimpleYAML(f *testing.F) {
	for _, c := range simpleCases {
		f.Add([]byte(c))
	}
	for _, c := range []string{
		"a: b\n  c\n", "a: 'b\n  c'\n", "a: |\n  b\n", "a: >\n  b\n", "a:\nb: c\n", "a: ~\n", "a: 0x1F\n", "a: 1.5\n", "a: 2024-01-01\n", "---\na: b\n",
		"a: b: c\n", "a: [b: c]\n", "a: {b}\n", "a: {b: }\n", "<<: {a: b}\n", "a: !!str b\n", "a:\n  b: c\n d: e\n", "a: b\n b: c\n", "a: yes\n", "? a\n: b\n",
		"a: [b\n  c]\n", "a: [b,\nc]\n", "a: [b, # c\n  d]\n", "a: *x\n", "a: &x b\nc: [*x]\n", "a: \"\\q\"\n", "a:b\n", "a: -\n", "a: - b\n", "a: %b\n", "a: @b\n",
		"a: 'b' c\n", "a: 'b'#c\n", "a: [b]c\n", "a: b\n...\n", "a: b\n---\nc: d\n", "%YAML 1.1\n---\na: b\n", "a: [b]: c\n", "a: &x\n  - *x\n", "- - a\n", "-\n  a: b\n",
	} {
		f.Add([]byte(c))
	}
	if data, err := builtin.ReadFile("builtin/ai-services.yaml"); err == nil {
		head, _, _ := strings.Cut(string(data), "\n\n  - id: a")
		f.Add([]byte(head))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkSimple(t, data) })
}
