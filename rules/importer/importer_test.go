package importer

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sluice-dlp/sluice/rules"
)

var update = flag.Bool("update", false, "write what is got into testdata")

// TestGoldens translates the inputs of testdata/*.txtar and compares the rule file
// and the summary. Every rule file must load and pass its examples.
func TestGoldens(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) != len(Formats())-1 { // titus has the format of noseyparker
		t.Fatalf("%d goldens, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := make(map[string]string)
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			result, err := Import([]byte(files["input"]), Options{Format: strings.TrimSpace(files["from"])})
			if err != nil {
				t.Fatal(err)
			}
			text, err := result.YAML()
			if err != nil {
				t.Fatal(err)
			}
			file, err := rules.Parse(name, text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			report, err := rules.Test([]*rules.File{file})
			if err != nil || !report.OK() {
				t.Errorf("%v\n%v", err, report)
			}
			if *update {
				archive.Files = append(archive.Files[:2:2], txtar.File{Name: "rules.yaml", Data: text}, txtar.File{Name: "summary", Data: []byte(result.Summary())})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(files["rules.yaml"], string(text)); diff != "" {
				t.Errorf("rules.yaml: %s", diff)
			}
			if diff := cmp.Diff(files["summary"], result.Summary()); diff != "" {
				t.Errorf("summary: %s", diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ from, text, want string }{
		{"gitleak", "", "no format is called"},
		{"gitleaks", "[[rules", "not a file of gitleaks"},
		{"gitleaks", "title = 'x'", "it has no rules"},
		{"kingfisher", "\t", "not a file of kingfisher"},
		{"presidio", "recognizers: x", "not a file of presidio"},
		{"detect-secrets", "[]", "not a file of detect-secrets"},
	} {
		if _, err := Import([]byte(c.text), Options{Format: c.from}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: got %v, want %q", c.from, c.text, err, c.want)
		}
	}
}

// A file that is not of the format may be anything. The error has its line, and
// nothing that stands there.
func TestRefusalsQuoteNothing(t *testing.T) {
	const secret = "canary7"
	for _, c := range []struct {
		from, text string
		line       int
	}{
		{"gitleaks", "title = 'x'\nTOKEN=" + secret + " x\n", 2},
		{"gitleaks", "[[rules]]\nid = 'x'\nentropy = '" + secret + "'\n", 3},
		{"kingfisher", "TOKEN=" + secret + "\n", 1},
		{"noseyparker", "rules:\n  - name: x\n    min_entropy: " + secret + "\n", 3},
		{"presidio", "recognizers:\n  - patterns: [{score: " + secret + "}]\n", 2},
		{"secrets-patterns-db", "patterns:\n  - pattern: " + secret + "\n", 2},
		{"titus", "rules: *" + secret + "\n", 1},
		{"titus", secret + ": 1\n" + secret + ": 2\n", 2},
		{"detect-secrets", "{\n\"results\": \"" + secret + "\"}", 2},
		{"detect-secrets", "{\n\"results\":\n" + secret + "}", 3},
	} {
		_, err := Import([]byte(c.text), Options{Format: c.from, Name: "file"})
		if e, ok := errors.AsType[*rules.FileError](err); !ok || e.File != "file" || e.Line != c.line {
			t.Errorf("%s %q: got %v, want file:%d", c.from, c.text, err, c.line)
		} else if strings.Contains(e.Error(), secret) {
			t.Errorf("%s: %v", c.from, err)
		}
	}
}

// What is not a filter expression after all is noted.
func TestFiltersThatEndEarly(t *testing.T) {
	for _, filter := range []string{
		`matchesAny(finding["secret"], "`, `matchesAny(finding["secret"], ["a`, "containsAny(finding[\"line\"], `", `(")`, `entropy(finding["secret"])`, `!matchesAny(finding["secret"], '`,
	} {
		r := &Rule{}
		if r.filter(filter); len(r.Notes) != 1 {
			t.Errorf("%s: %d notes, %+v", filter, len(r.Notes), r)
		}
	}
}

func TestTranslate(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`(?x) a b # c`, `ab`},
		{`(?x: a b) c d`, `(?:ab) c d`},
		{`(?ix) [a b] \ c`, `(?i)[ab]\ c`},
		{`(?x)a\#b`, `a\#b`},
		{`a++b*+`, `a+b*`},
		{`(?>a|b)c`, `(?:a|b)c`},
		{`a\Z`, `a\z`},
		{`[\w\-[]{3}`, `[\w\-\[]{3}`},
		{`(?<name>a)b`, `(a)b`},
		{`(a)(b)`, `(?:a)(?:b)`},
		{`a{2000}`, `a{1000,}`},
		{`a{2,5000}`, `a{2,}`},
		{`(?<!\w)(ab)(?!\d)`, `(?:^|[^\x{30}-\x{39}\x{41}-\x{5a}\x{5f}-\x{5f}\x{61}-\x{7a}])(?:(ab))(?:[^\x{30}-\x{39}]|$)`},
		{`(?i)(?<=x)ab(?=["'])`, `(?i)(?:x)(ab)(?:["'])`},
		{`(?<!ab)c`, ""},
		{`a(?=b)c`, ""},
		{`(a)\1`, ""},
		{`a*`, ""},
		{`[a&&b]`, ""},
		{`(?<!a)b|c`, ""},
	} {
		e := expression{text: c.in}
		got, err := e.translate()
		if err != nil {
			got = ""
		}
		if got != c.want {
			t.Errorf("%s: got %s (%v), want %s", c.in, got, err, c.want)
		}
	}
}

// FuzzTranslate wants no panic, and of every translation one that RE2's syntax
// accepts.
func FuzzTranslate(f *testing.F) {
	for _, s := range []string{`(?x) a [b c] # d`, `(?<!x)a{3,2000}(?=b)`, `(?P<a>x)|(?:y)`, `[[:alpha:]\]`, `(?`, `a\`, `(?#`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := expression{text: s, secret: secretGroups}
		if got, err := e.translate(); err == nil && len(groupsOf(got)) > 1 {
			t.Errorf("%q became %q, which has several groups", s, got)
		}
	})
}

// FuzzImport wants no panic, and of every file that is taken a rule file that
// loads.
func FuzzImport(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.TrimSpace(string(archive.Files[0].Data)), archive.Files[1].Data)
	}
	f.Fuzz(func(t *testing.T, from string, data []byte) {
		result, err := Import(data, Options{Format: from})
		if err != nil || len(result.Rules)+len(result.Exceptions) == 0 {
			return
		}
		text, err := result.YAML()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rules.Parse("rules.yaml", text); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	})
}
