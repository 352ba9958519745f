package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sluice-dlp/sluice/scanner"
)

// listRule is a rule file with one rule of a dictionary.
func listRule(dictionary, more string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("rules:\n  - id: names\n    kind: pii\n    title: Names\n    dictionary: " + dictionary + "\n" + more)}
}

// detected returns what the rules of the files find, as rule:confidence:text.
func detected(t *testing.T, fsys fstest.MapFS, text scanner.Text) []string {
	t.Helper()
	files, err := Load(fsys, "rules")
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	found, err := set.Detect(t.Context(), []scanner.Text{text})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range found {
		out = append(out, fmt.Sprintf("%s:%v:%s", f.Rule, f.Confidence, text.Bytes[f.Span.Start:f.Span.End]))
	}
	slices.Sort(out)
	return out
}

func TestDictionaryFiles(t *testing.T) {
	const text = "Zoë Brontë and BRAM  OKONKWO met O'Neil, \"Li\", 王小明 and px 12345."
	for _, c := range []struct {
		name, dictionary, file, list string
		want                         []string
	}{
		{"lines", "{file: l.txt}", "l.txt", "\ufeff# people\nzoe bronte\r\n\n  Bram Okonkwo\t\n", []string{"Zoë Brontë", "BRAM  OKONKWO"}},
		{"short", "{file: l.txt}", "l.txt", "Li\nO'Neil\n王小明", []string{"O'Neil", "王小明"}},
		{"min_length", "{file: l.txt, min_length: 2}", "l.txt", "Li\nO'Neil\n", []string{"Li", "O'Neil"}},
		{"exact", "{file: l.txt, normalise: false}", "l.txt", "zoe bronte\nZoë Brontë\nBram Okonkwo\nPX-12345\n", []string{"Zoë Brontë"}},
		{"column", "{file: l.csv, column: name}", "l.csv", "id,name\n1,\"Bram Okonkwo\"\n2,--\n3,\n4\nPX-12345,Zoe Bronte\n", []string{"BRAM  OKONKWO", "Zoë Brontë"}},
		{"number", "{file: l.tsv, column: '2'}", "l.tsv", "PX-12345\tBram Okonkwo\n2\tZoe Bronte\n", []string{"BRAM  OKONKWO", "Zoë Brontë"}},
		{"one column", "{file: l.csv}", "l.csv", "px-12345\nO'Neil\n", []string{"O'Neil", "px 12345"}},
		{"semicolons", "{file: l.csv, column: n}", "l.csv", "# export\na;n\n1,2;Bram Okonkwo\n", []string{"BRAM  OKONKWO"}},
		{"folder", "{file: ../lists/l.txt}", "../lists/l.txt", "O'Neil\n", []string{"O'Neil"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := fstest.MapFS{
				"rules/names.yaml": listRule(c.dictionary, ""),
				strings.TrimPrefix("rules/"+c.file, "rules/../"): {Data: []byte(c.list)},
			}
			var want []string
			for _, w := range c.want {
				want = append(want, "names:high:"+w)
			}
			slices.Sort(want)
			if got := detected(t, fsys, scanner.Text{Bytes: []byte(text)}); !slices.Equal(got, want) {
				t.Errorf("found %q, want %q", got, want)
			}
			if got := Lists(fsys, "rules"); len(got) != 1 || fsys[got[0]] == nil {
				t.Errorf("Lists = %q", got)
			}
		})
	}
}

// TestDictionaryEvidence runs entries past everything that weighs candidates.
func TestDictionaryEvidence(t *testing.T) {
	more := `    pattern: '\d{4}-77'
    confidence: low
    near: {words: [customer], with: high}
    unless: {words: [fiction], values: [Jane Doe]}
    checks: [not-mixed]
    min_count: 2
  - id: other
    kind: secret
    title: Another
    pattern: 'Bram Okonkwo'
    dictionary: {file: l.txt}
    confidence: medium
`
	fsys := fstest.MapFS{
		"rules/names.yaml": listRule("{file: l.txt}", more),
		"rules/l.txt":      {Data: []byte("Zoe Bronte\nBram Okonkwo\nJane Doe\nX83 645\n")},
	}
	for text, want := range map[string][]string{
		"customer zoe bronte, customer 8361-77": {"names:high:8361-77", "names:high:zoe bronte", "other:medium:zoe bronte"},
		"customer zoe bronte":                   {"names:low:zoe bronte", "other:medium:zoe bronte"},
		"a work of fiction: Bram Okonkwo":       {"other:medium:Bram Okonkwo", "other:medium:Bram Okonkwo"},
		"jane doe and x83645":                   {"other:medium:jane doe", "other:medium:x83645"},
		"ｚｏｅ\u00a0ｂｒｏｎｔｅ, a customer; customer Okonkwo, 9382-77": {"names:high:9382-77", "names:high:ｚｏｅ\u00a0ｂｒｏｎｔｅ", "other:medium:ｚｏｅ\u00a0ｂｒｏｎｔｅ"},
	} {
		if got := detected(t, fsys, scanner.Text{Bytes: []byte(text)}); !slices.Equal(got, want) {
			t.Errorf("%s\nfound %q\nwant  %q", text, got, want)
		}
	}
	// The key of a short string is evidence, and is not itself found.
	text := scanner.Text{Bytes: []byte("Zoe Bronte 4361-77"), Where: "/customer"}
	if got := detected(t, fsys, text); !slices.Contains(got, "names:high:Zoe Bronte") {
		t.Errorf("found %q", got)
	}
	text = scanner.Text{Bytes: []byte("yes, they are"), Where: "/Zoe Bronte"}
	if got := detected(t, fsys, text); len(got) > 0 {
		t.Errorf("found %q, which is the key", got)
	}
}

func TestDictionaryFaults(t *testing.T) {
	many := strings.Repeat("\xff\n", 20)
	for _, c := range []struct{ dictionary, list, want string }{
		{"{}", "", "rules/names.yaml:5: rule names: dictionary has no file: write `file: names.txt`"},
		{"{file: none.txt}", "", "rules/names.yaml:5: rule names: open rules/none.txt"},
		{"{file: l.csv, min_length: -1}", "", "rules/names.yaml:5: rule names: min_length -1"},
		{"{file: l.csv, colum: x}", "", "rules/names.yaml:5: unknown key \"colum\""},
		{"l.csv", "", "rules/names.yaml:5: "},
		{"{file: l.csv}", "", "rules/l.csv: the table is empty"},
		{"{file: l.csv}", "a,b\n", "rules/l.csv:1: the table has 2 columns"},
		{"{file: l.csv, column: c}", "a,b\n", "rules/l.csv:1: no column is called \"c\": write the head of one, or a number from 1 to 2"},
		{"{file: l.csv, column: '3'}", "a,b\n", "rules/l.csv:1: no column"},
		{"{file: l.csv, column: a}", "a,b\n\"Can\nary\" x,2\n", "rules/l.csv:3: not a table"},
		{"{file: l.csv, column: a}", "a,b\n" + strings.Repeat("canary", 50) + ",\n", "rules/l.csv:2: the entry is longer"},
		{"{file: l.csv, column: a}", "a,b\nx,\n", "rules/l.csv: no entry of 3 letters or more"},
		{"{file: l.csv, column: '1'}", many, "rules/l.csv:10: the entry is not UTF-8: save the file as UTF-8\n"},
		{"{file: .}", "", "rules: is a folder"},
	} {
		fsys := fstest.MapFS{"rules/names.yaml": listRule(c.dictionary, ""), "rules/l.csv": {Data: []byte(c.list)}}
		_, err := Load(fsys, "rules")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %.20q: error %v, want %s", c.dictionary, c.list, err, c.want)
		} else if strings.Contains(strings.ToLower(err.Error()), "canary") {
			t.Errorf("the error quotes the list: %v", err)
		} else if n := strings.Count(err.Error(), "\n"); n > 10 {
			t.Errorf("%d lines of errors", n)
		}
	}
	file, err := Parse("names.yaml", listRule("{file: l.txt}", "").Data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compile([]*File{file}); err == nil || !strings.Contains(err.Error(), "names.yaml:5: rule names: the dictionary was not read") {
		t.Errorf("error %v", err)
	}
}
