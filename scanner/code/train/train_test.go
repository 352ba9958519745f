package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/code/internal/languages"
	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

func TestPermissive(t *testing.T) {
	for license, want := range map[string]bool{
		"MIT": true, "Apache-2.0": true, "MIT/Apache-2.0": true, "BSD-3": true, "public domain": true,
		"CC0-1.0 (somebody/something)": true, "MIT OR Apache-2.0": true, "BSD-3-Clause AND GPL-2.0": false, "Apache-2.0 (code)": true,
		"": false, "CC-BY-4.0": false, "GPL-3.0": false, "per file": false, "MIT/GPL-3.0": false, "synthetic": false,
		"StackOverflow CC BY-SA (a set, no licence file)": false, "file-specific (see linguist samples)": false,
	} {
		if r := (row{License: license}); r.permissive() != want {
			t.Errorf("licence %q: permissive is %v", license, !want)
		}
	}
}

func TestFill(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	got := fill(rng, "%w %W %n %t %d %a %h %% %")
	if f := strings.Fields(got); len(f) != 9 || f[7] != "%" || f[8] != "%" || len(f[3]) != 8 || len(f[4]) != 10 {
		t.Errorf("filled to %q", got)
	}
}

// TestPhrases holds that the phrases are of languages that can be told, and enough
// to make pieces of.
func TestPhrases(t *testing.T) {
	for name, text := range phrases {
		if l, ok := languages.OfTag([]byte(name)); !ok || l.Name != name {
			t.Errorf("phrases of %q, which is no language", name)
		}
		if n := strings.Count(text, "\n") + 1; n < phrasesPerPiece {
			t.Errorf("%d phrases of %s, want %d or more", n, name, phrasesPerPiece)
		}
	}
	if got := parsePhrases("== a\nx\ny\n== b\nz\n== a\nw\n"); got["a"] != "x\ny\nw" || got["b"] != "z" || len(got) != 2 {
		t.Errorf("parsed as %q", got)
	}
}

func TestRegress(t *testing.T) {
	examples := func() []example {
		c := &collector{r: lines.Reader{W: &lines.Weights{}, Collect: true}}
		generate(rand.New(rand.NewPCG(1, 1)), c)
		return c.out[:4000]
	}
	first, second := regress(examples()), regress(examples())
	if !bytes.Equal(first.Encode(), second.Encode()) {
		t.Error("the same data gave different weights")
	}
	r := lines.Reader{W: first}
	if s := r.Read([]byte("  return foo(bar[1], baz);")).Score; s <= 0 {
		t.Errorf("score of code is %f", s)
	}
	if s := r.Read([]byte("2024-05-05T10:11:12Z INFO queue/worker.go:31 started: queue 4")).Score; s >= 0 {
		t.Errorf("score of a log line is %f", s)
	}
}

func TestManifest(t *testing.T) {
	list, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if len(p.SHA256) != 64 || p.Version == "" || p.Version == "latest" || p.Take == "" {
			t.Errorf("package %s is not pinned", p.Name)
		}
	}
}

// tarball packs files as registries do.
func tarball(t *testing.T, files ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "p.tgz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	w := tar.NewWriter(z)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []io.Closer{w, z, f} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

const (
	aProgram = "package a\n\n// F adds one.\nfunc F(x int) int {\n\ty := x + 1\n\treturn y\n}\n"
	aManual  = "# Adding one\n\nCall it with the number that you have in mind:\n\n```go\nF(1)\n```\n"
	aLicense = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n"
)

func cut(t *testing.T, archive string, known map[string]bool) []row {
	t.Helper()
	c := cutter{byTag: map[string][]sample{}, seen: map[[32]byte]bool{}, left: map[string]int{"md": 100, "licence": 100}, known: known}
	err := eachFile(archive, func(name string, data []byte) {
		c.file(&pack{Name: "p"}, regexp.MustCompile(`\.go$`), name, data)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range sortedKeys(c.byTag) {
		c.windows(c.byTag[tag])
	}
	return c.rows
}

func TestCut(t *testing.T) {
	archive := tarball(t, "p/LICENSE", aLicense, "p/README.md", aManual, "p/a.go", aProgram, "p/b.go", aProgram,
		"p/c.go", "// GNU General Public License\n"+aProgram, "p/d.bin", "\x00"+aProgram, "p/e.py", aProgram)
	var got []string
	for _, r := range cut(t, archive, nil) {
		var b strings.Builder
		for _, l := range r.Lines {
			if l == nil {
				b.WriteByte('?')
			} else {
				b.WriteByte("01"[*l])
			}
		}
		got = append(got, r.Source+" "+r.Lang+" "+b.String())
	}
	want := []string{"package:p  0000", "package:p  0000?1?0", "package:p go 11111111", "package:p go 111111", "package:p go 111111"}
	if !slices.Equal(got, want) {
		t.Errorf("rows are %q, want %q", got, want)
	}
	long := strings.Repeat("\tcompute(first, second, third)\n", 3)
	archive = tarball(t, "p/a.go", "package a\n\nfunc F() {\n"+long+"}\n")
	if rows := cut(t, archive, map[string]bool{"compute(first, second, third)": true}); len(rows) > 0 {
		t.Errorf("a program that is measured on was taken: %+v", rows)
	}
}

func TestComment(t *testing.T) {
	for _, c := range [][3]string{
		{"x = 1", "", ""}, {`"""Doc`, "", `"""`}, {`end."""`, `"""`, ""}, {"a /* b */ c", "", ""}, {"a /* b", "", "*/"}, {"b */ /* c", "*/", "*/"},
	} {
		if got := comment([]byte(c[0]), c[1]); got != c[2] {
			t.Errorf("after %q in %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// The same data must give the same bytes, from archive to weights.
func TestReproducible(t *testing.T) {
	archive := tarball(t, "p/LICENSE", aLicense, "p/README.md", strings.Repeat(aManual, 9), "p/a.go", strings.Repeat(aProgram, 20))
	first, second := cut(t, archive, nil), cut(t, archive, nil)
	if len(first) < 5 || digest(first) != digest(second) {
		t.Fatalf("%d rows, and other ones the second time", len(first))
	}
	if a, b := regress(examplesOf(first)[:3000]), regress(examplesOf(second)[:3000]); !bytes.Equal(a.Encode(), b.Encode()) {
		t.Error("the same data gave different weights")
	}
}

func TestVoters(t *testing.T) {
	var files []string
	for i := range 12 {
		files = append(files, fmt.Sprintf("p/%d.go", i), fmt.Sprintf("// %d\n%s", i, aProgram), fmt.Sprintf("p/%d.py", i), fmt.Sprintf("# %d\ndef f(x):\n    y = x + 1\n    return y\n\nprint(f(2))\n", i))
	}
	archive := tarball(t, files...)
	read := func() []row {
		c := cutter{byTag: map[string][]sample{}, seen: map[[32]byte]bool{}}
		if err := eachFile(archive, func(name string, data []byte) { c.file(&pack{Name: "p"}, regexp.MustCompile(`.`), name, data) }); err != nil {
			t.Fatal(err)
		}
		c.windows(c.byTag["go"])
		c.windows(c.byTag["py"])
		return c.rows
	}
	w := regress(examplesOf(read()))
	first, second := voters(w, read()), voters(w, read())
	if !bytes.Equal(first.Encode(), second.Encode()) {
		t.Error("the same data gave different votes")
	}
	g := languages.Guesser{Votes: first}
	for text, want := range map[string]string{aProgram: "go", "def g(a):\n    return f(a)\n": "python"} {
		if l, ok := g.Guess([]byte(text)); l.Name != want || !ok {
			t.Errorf("taken for %s (%v), want %s", l.Name, ok, want)
		}
	}
}

func TestOwnTexts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.jsonl")
	if err := os.WriteFile(path, []byte(`{"text":"Hello\nx = f(1)","lines":[0,1]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	rows, err := loadOwn(path)
	if err != nil || len(rows) != 1 || *rows[0].Lines[1] != 1 {
		t.Errorf("read %+v, %v", rows, err)
	}
	if err := os.WriteFile(path, []byte(`{"text":"Hello\nx = f(1)","lines":[0]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := loadOwn(path); err == nil || !strings.Contains(err.Error(), "line 1: 1 labels for 2 lines") {
		t.Errorf("error is %v", err)
	}
}

func TestHoldOut(t *testing.T) {
	var rows []row
	for i := range 500 {
		rows = append(rows, row{Text: fmt.Sprint("text ", i)})
	}
	fit, rest := holdOut(rows)
	slices.Reverse(rows)
	again, _ := holdOut(rows)
	slices.Reverse(again)
	if len(fit)+len(rest) != len(rows) || len(rest) < 60 || len(rest) > 140 {
		t.Errorf("%d rows to fit, %d to measure", len(fit), len(rest))
	}
	if digest(fit) != digest(again) {
		t.Error("another order gave another choice")
	}
}

// Without corpora and without texts of one's own there is nothing to train on.
func TestNothingToTrainOn(t *testing.T) {
	if err := run("", t.TempDir(), "", t.TempDir(), false); err == nil || !strings.Contains(err.Error(), "-texts") {
		t.Errorf("error is %v", err)
	}
}

// TestAdapt adapts the weights to a language that reads like prose, and holds them
// to what they knew before.
func TestAdapt(t *testing.T) {
	var own []string
	for i := range 80 {
		own = append(own,
			fmt.Sprintf(`{"text":"Please look at step %d.\nput %d into drawer cell\nraise gauge by %d\nkeep valve until tank is empty\nThank you.","lines":[0,1,1,1,0]}`, i, i, i%7),
			fmt.Sprintf(`{"text":"We put %d letters into the drawer.\nThe gauge was raised by the man who keeps the valve.","lines":[0,0]}`, i))
	}
	texts, out := filepath.Join(t.TempDir(), "own.jsonl"), t.TempDir()
	if err := os.WriteFile(texts, []byte(strings.Join(own, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(out, "lines"), 0o755); err != nil {
		t.Fatal(err)
	}
	copied := func(ext string) {
		data, err := os.ReadFile("../internal/lines/weights" + ext)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(out, "lines", "weights"+ext), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var first []byte
	for range 2 {
		copied(".bin")
		copied(".json")
		if err := run("", t.TempDir(), texts, out, false); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(out, "lines", "weights.bin"))
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(first, data) {
			t.Error("the same texts gave different weights")
		}
		first = data
	}
	text, err := os.ReadFile(filepath.Join(out, "lines", "weights.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if a := r.Adapted; a == nil || a.Before.F1 > 0.9 || a.After.F1 < 0.98 || r.Lines == 0 {
		t.Errorf("the record says %+v", r.Adapted)
	}
	w, err := lines.Decode(first)
	if err != nil {
		t.Fatal(err)
	}
	reader := lines.Reader{W: w}
	for line, code := range map[string]bool{
		"  return foo(bar[1], baz);": true, "def add(a, b):": true, "SELECT id FROM orders WHERE total > 3": true, "if err != nil {": true,
		"I think that the second half of the plan still needs an owner.": false, "Two eggs and a cup of flour are enough.": false,
	} {
		if got := reader.Read([]byte(line)).Score > 0; got != code {
			t.Errorf("%q is code: %v", line, got)
		}
	}
}
