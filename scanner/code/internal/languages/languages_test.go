package languages

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

func TestVotesAreThoseOnRecord(t *testing.T) {
	text, err := os.ReadFile("votes.json")
	if err != nil {
		t.Fatal(err)
	}
	var record struct {
		Votes string `json:"votes_sha256"`
	}
	if err := json.Unmarshal(text, &record); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(fitted)); got != record.Votes {
		t.Errorf("votes.bin has SHA-256 %s, votes.json says %s", got, record.Votes)
	}
	v, err := Fitted()
	if err != nil {
		t.Fatal(err)
	}
	if string(v.Encode()) != string(fitted) {
		t.Error("Encode is not the inverse of Decode")
	}
	if n := len(v.Languages); n < 40 {
		t.Errorf("%d languages can be named, want 40 or more", n)
	}
}

func FuzzDecode(f *testing.F) {
	for _, cut := range []int{0, 3, 5, 40, len(fitted) / 2, len(fitted) - 1, len(fitted)} {
		f.Add(fitted[:cut])
	}
	f.Add(append(append([]byte(nil), fitted...), 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Decode(data)
		if err == nil && string(v.Encode()) != string(data) {
			t.Error("what was decoded is encoded otherwise")
		}
	})
}

func TestOfScript(t *testing.T) {
	for line, want := range map[string]string{
		"#!/bin/sh": "shell", "#!/usr/bin/env python3\nimport os": "python", "  #!/usr/bin/python3.12 -u": "python", "#!/usr/bin/env -S uv run --script": "python",
		"#!/usr/bin/env LANG=C perl -w": "perl", "#! /usr/local/bin/Rscript": "r", "#!/usr/bin/lua5.1": "lua", "#!/usr/bin/env node": "javascript",
		"#!": "", "#!/": "", "#!/usr/bin/env": "", "#!/opt/tool": "", "#!/bin/json": "", "# python": "", "": "",
	} {
		if l, ok := OfScript([]byte(line)); l.Name != want || ok != (want != "") {
			t.Errorf("%q is %v (%v), want %q", line, l, ok, want)
		}
	}
}

func TestOfTag(t *testing.T) {
	for tag, want := range map[string]Language{
		"Go": {"code", "go", "code go"}, "golang": {"code", "go", "code go"}, "C++": {"code", "cpp", "code cpp"}, "TF": {"config", "hcl", "config hcl"},
		"json": {}, "": {}, "nobodyslanguage": {}, "averylongwordthatisnotag": {},
	} {
		if got, _ := OfTag([]byte(tag)); got != want {
			t.Errorf("%q is %v, want %v", tag, got, want)
		}
	}
	if _, ok := OfTag([]byte("json")); !ok {
		t.Error("json is not known as a tag")
	}
	if _, ok := OfTag([]byte("nobodyslanguage")); ok {
		t.Error("nobodyslanguage is known as a tag")
	}
}

func TestGuess(t *testing.T) {
	v, err := Fitted()
	if err != nil {
		t.Fatal(err)
	}
	g := Guesser{Votes: v}
	for text, want := range map[string]string{
		"func main() {\n\tif err := run(); err != nil {\n\t\tfmt.Println(err)\n\t}\n}\n":                                                                 "go",
		"def main(argv):\n    for name in argv[1:]:\n        print(f\"hello {name}\")\n\nif __name__ == '__main__':\n":                                   "python",
		"fn main() {\n    let mut v: Vec<u32> = Vec::new();\n    v.push(1);\n    println!(\"{:?}\", v);\n}\n":                                            "rust",
		"SELECT a.id, count(*) FROM orders a LEFT JOIN items b ON a.id = b.order_id GROUP BY a.id;\n":                                                    "sql",
		"#!/bin/bash\nset -e\nfor f in *.log; do\n  gzip \"$f\"\ndone\necho \"done\"\n":                                                                  "shell",
		"<div class=\"card\">\n  <p>Hello</p>\n  <a href=\"/x\">more</a>\n</div>\n":                                                                      "html",
		"public class A {\n    private final String name;\n    public static void main(String[] args) {\n        System.out.println(\"a\");\n    }\n}\n": "java",
	} {
		if l, ok := g.Guess([]byte(text)); l.Name != want || !ok {
			t.Errorf("%.40q is taken for %s (%v), want %s", text, l.Name, ok, want)
		}
	}
	if _, ok := g.Guess([]byte("x")); ok {
		t.Error("a letter is taken for a program in some language")
	}
	if n := testing.AllocsPerRun(10, func() { g.Guess([]byte("x := f(1)")) }); n > 0 {
		t.Errorf("%.0f allocations a guess", n)
	}
}

// A guess is settled by a program that can be of one language only, not by what
// many languages have in common.
func TestSettled(t *testing.T) {
	v, err := Fitted()
	if err != nil {
		t.Fatal(err)
	}
	g := Guesser{Votes: v}
	g.Read([]byte("package store\n\nfunc (s *Store) Get(ctx context.Context, key string) ([]byte, error) {\n\tv, ok := s.values[key]\n" +
		"\tif !ok {\n\t\treturn nil, fmt.Errorf(\"no value for %q\", key)\n\t}\n\tdefer s.mu.Unlock()\n\treturn v, nil\n}\n"))
	if l, _ := g.Result(); !g.Settled() || l.Name != "go" {
		t.Errorf("a program in Go leaves doubt, or is taken for %s", l.Name)
	}
	g.Read([]byte("x = 1\ny = 2\nz = x + y\na = [1, 2, 3]\nb = a[1] + a[2]\nc = b * 2\nd = c / 3\ne = (a, b)\nf(x, y, z)\n"))
	if g.Settled() {
		t.Error("assignments leave no doubt")
	}
}
