package rules

import (
	"io/fs"
	"os"
	"testing"

	"go.yaml.in/yaml/v4"
)

// builtin.tree says of every built-in file what the library reads, and of no other.
func TestTrees(t *testing.T) {
	names, err := fs.Glob(builtin, "builtin/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, name := range names {
		var ok bool
		if out, ok = appendTree(out, name, readBuiltin(t, name)); !ok {
			t.Errorf("%s has something that trees do not have, such as a date: write it without", name)
		}
	}
	if string(out) != treeBytes {
		if !*update {
			t.Fatal("builtin.tree is not what the files are: run make tables")
		}
		if err := os.WriteFile("builtin.tree", out, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, name := range names {
		var doc yaml.Node
		if err := yaml.Unmarshal(readBuiltin(t, name), &doc); err != nil {
			t.Fatal(err)
		}
		got := knownTree(name, readBuiltin(t, name))
		if got == nil {
			t.Fatalf("%s is not known", name)
		}
		compareNodes(t, name, got, doc.Content[0])
	}
}

func readBuiltin(t *testing.T, name string) []byte {
	t.Helper()
	data, err := builtin.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// compareNodes compares all that is asked of a node.
func compareNodes(t *testing.T, name string, got, want *yaml.Node) {
	t.Helper()
	if got.Kind == yaml.AliasNode && want.Kind == yaml.AliasNode {
		got, want = got.Alias, want.Alias
	}
	if got.Kind != want.Kind || got.ShortTag() != want.ShortTag() || got.Value != want.Value || got.Line != want.Line || len(got.Content) != len(want.Content) {
		t.Fatalf("%s:%d: %+v, not %+v", name, want.Line, got, want)
	}
	for i := range got.Content {
		compareNodes(t, name, got.Content[i], want.Content[i])
	}
}

// A changed file is read as YAML, and so is one that nothing is known of.
func TestTreesOfOtherFiles(t *testing.T) {
	const name = "builtin/ai.yaml"
	data := readBuiltin(t, name)
	if knownTree(name, data) == nil {
		t.Fatal("not known")
	}
	if knownTree(name, append(data, '\n')) != nil || knownTree("ai.yaml", data) != nil {
		t.Error("a file is taken for another")
	}
}

// Whatever the bytes of a tree are, reading it ends, with nodes or without.
func TestTreesCutShort(t *testing.T) {
	const file = "rules:\n  - id: acme\n    match: [\"a\\tb\", c]\n    high: true\n    n: &n 3\n    list: [*n]\n"
	out, ok := appendTree(nil, "x", []byte(file))
	if !ok {
		t.Fatal("no tree")
	}
	for i := range out {
		for _, b := range []byte{0, 1, 7, 0x7F, 0x80, 0xFF} {
			bad := append(append([]byte(nil), out[:i]...), b)
			bad = append(bad, out[i+1:]...)
			for _, body := range []string{string(out[:i]), string(bad)} {
				r := newTreeReader(body, file, 64)
				for r.rest != "" && !r.failed {
					r.node()
				}
			}
		}
	}
	for _, other := range []string{"a: 2001-01-01\n", "a: !own b\n", "a: &x {b: c}\nd:\n  <<: *x\n", "", "a: [\n"} {
		if _, ok := appendTree(nil, "x", []byte(other)); ok {
			t.Errorf("%q has a tree", other)
		}
	}
}
