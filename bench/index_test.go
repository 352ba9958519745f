package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeProject writes a project of files whose lines are made of its words.
func writeProject(t *testing.T, dir string, words ...string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, "\tresult%d, err := %s.Open%d(%s, %d)\n", i, words[i%len(words)], i, words[(i+1)%len(words)], i*i)
	}
	for name, text := range map[string]string{"go.mod": "module example.com/" + words[0] + "\n", words[0] + ".go": "package x\n\nfunc all() {\n" + b.String() + "}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHalves keeps versions and copies of a project together.
func TestHalves(t *testing.T) {
	root := t.TempDir()
	writeProject(t, filepath.Join(root, "example.com", "kettle@v1.0.0"), "kettle", "spoon", "cup")
	writeProject(t, filepath.Join(root, "example.com", "kettle@v1.2.0"), "kettle", "tea", "water")
	writeProject(t, filepath.Join(root, "example.com", "fork"), "kettle", "spoon", "cup")
	writeProject(t, filepath.Join(root, "example.com", "ledger"), "ledger", "account", "entry")
	writeProject(t, filepath.Join(root, "cache", "ignored"), "ignored", "as", "cached")
	projects, err := readProjects(t.Context(), []string{root})
	if err != nil || len(projects) != 4 {
		t.Fatalf("%d projects, %v", len(projects), err)
	}
	half := make(map[string]int)
	for h, list := range halve(projects) {
		for _, p := range list {
			half[filepath.Base(p.dir)] = h
		}
	}
	if half["kettle@v1.0.0"] != half["kettle@v1.2.0"] || half["fork"] != half["kettle@v1.0.0"] || half["ledger"] == half["fork"] {
		t.Errorf("halves: %v", half)
	}
}

// TestApart leaves out what others are copies or versions of.
func TestApart(t *testing.T) {
	root := t.TempDir()
	writeProject(t, filepath.Join(root, "a", "kettle@v1.0.0"), "kettle", "spoon", "cup")
	writeProject(t, filepath.Join(root, "a", "fork"), "kettle", "spoon", "cup")
	writeProject(t, filepath.Join(root, "a", "ledger"), "ledger", "account", "entry")
	writeProject(t, filepath.Join(root, "b", "kettle@v1.2.0"), "kettle", "tea", "water")
	var read [2][]*project
	for i, dir := range []string{"a", "b"} {
		var err error
		if read[i], err = readProjects(t.Context(), []string{filepath.Join(root, dir)}); err != nil {
			t.Fatal(err)
		}
	}
	left := apart(read[0], read[1])
	if len(left) != 1 || filepath.Base(left[0].dir) != "ledger" {
		t.Errorf("%d are left", len(left))
	}
}

func TestProjectNames(t *testing.T) {
	for dir, want := range map[string]string{
		"mod/github.com/x/kettle@v1.2.3": "kettle", "mod/github.com/x/kettle/v2@v2.0.1": "kettle/",
		"registry/src/serde-json-1.0.9": "serde-json", "node_modules/minipass": "minipass", "gopkg.in/yaml.v3@v3.0.1": "yaml.v3",
	} {
		if got := (&project{dir: dir}).name(); got != want {
			t.Errorf("%s: %q, want %q", dir, got, want)
		}
	}
}

func TestChangesOfSnippets(t *testing.T) {
	const text = "\tif total > limit { // never\n\t\treturn errTooMuch\n\t}"
	r := rand.New(rand.NewPCG(1, 1))
	if got, want := uncommented(text, ".go"), "\tif total > limit { \n\t\treturn errTooMuch\n\t}"; got != want {
		t.Errorf("without comments: %q", got)
	}
	if got, want := uncommented("a = 1 # one\nurl = 'http://x'", ".py"), "a = 1 \nurl = 'http://x'"; got != want {
		t.Errorf("without comments: %q", got)
	}
	if got, want := indented(text), "      if total > limit { // never\n      return errTooMuch\n      }\n"; got != want {
		t.Errorf("indented anew: %q", got)
	}
	if got := renamed(r, text, 1); strings.Contains(got, "total") || strings.Contains(got, "errTooMuch") || !strings.Contains(got, "return") {
		t.Errorf("renamed: %q", got)
	}
	if got := edited(r, strings.Repeat("call(me)\n", 20)); got == strings.Repeat("call(me)\n", 20) {
		t.Error("nothing is edited")
	}
}

// TestRuns has what makes a window a copy: five lines in a row, short ones and
// indentation aside.
func TestRuns(t *testing.T) {
	lines := []string{"first := line(1)", "second := line(2)", "third := line(3)", "fourth := line(4)", "fifth := line(5)"}
	one := runsOf([]byte(strings.Join(lines, "\n")))
	other := runsOf([]byte("before := it(0)\n\t" + strings.Join(lines, "\n}\n\t") + "\nafter := it(6)"))
	if len(one) != 1 || len(other) != 3 || other[1] != one[0] {
		t.Errorf("%x and %x", one, other)
	}
	if runs := runsOf([]byte(strings.Join(lines[:4], "\n"))); len(runs) != 0 {
		t.Errorf("four lines make %d runs", len(runs))
	}
}
