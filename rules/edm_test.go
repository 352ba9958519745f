package rules

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/detectortest"
	"github.com/sluice-dlp/sluice/scanner/match"
)

var testKey = []byte("a key for tests only, of no use")

// recordsFile is a file for exact data match of the columns of a table.
func recordsFile(t *testing.T, table string, columns ...string) []byte {
	t.Helper()
	records, _, err := BuildRecords(strings.NewReader(table), "t.csv", columns, 0, testKey)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := records.Write(&file, testKey); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

const people = "\ufeffid;name;mail;city\nK-2024-001;Zoë Brontë;zoe@acme.test;Oslo\nK-2024-002;Bram Okonkwo;bram@acme.test;Oslo\n"

func edmRule(edm, more string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("rules:\n  - id: person\n    kind: pii\n    title: Person\n    edm: " + edm + "\n" + more)}
}

func TestEDM(t *testing.T) {
	for _, c := range []struct {
		name, edm, more, text string
		want                  []string
	}{
		{"together", "{file: p.edm}", "", "ZOE BRONTE (k 2024 001)", []string{"high:ZOE BRONTE", "high:k 2024 001"}},
		{"alone", "{file: p.edm}", "", "zoe bronte", []string{"medium:zoe bronte"}},
		{"other rows", "{file: p.edm}", "", "zoe bronte, K-2024-002", []string{"medium:K-2024-002", "medium:zoe bronte"}},
		{"common", "{file: p.edm}", "", "in Oslo", nil},
		{"columns", "{file: p.edm, columns: [mail]}", "", "zoe bronte, zoe@acme.test", []string{"medium:zoe@acme.test"}},
		{"window", "{file: p.edm, window: 10}", "", "zoe bronte has the number K-2024-001", []string{"medium:K-2024-001", "medium:zoe bronte"}},
		{"one column", "{file: p.edm, columns: [city], min_columns: 1}", "", "in Oslo", []string{"high:Oslo"}},
		{"confidence", "{file: p.edm}", "    confidence: low\n", "zoe bronte; bram okonkwo bram@acme.test", []string{"high:bram okonkwo", "high:bram@acme.test", "low:zoe bronte"}},
		{"evidence", "{file: p.edm}", "    near: {words: [patient], with: high}\n    unless: {words: [actor]}\n", "patient zoe bronte ............................................................ actor bram okonkwo", []string{"high:zoe bronte"}},
		{"beside a pattern", "{file: p.edm}", "    pattern: 'P-\\d{4}'\n", "P-1234 zoe bronte", []string{"medium:P-1234", "medium:zoe bronte"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, err := Load(fstest.MapFS{
				"rules/person.yaml": edmRule(c.edm, c.more),
				"rules/p.edm":       {Data: recordsFile(t, people, "id", "name", "mail", "city")},
			}, "rules")
			if err != nil {
				t.Fatal(err)
			}
			if err := Unlock(files, testKey); err != nil {
				t.Fatal(err)
			}
			set, err := Compile(files)
			if err != nil {
				t.Fatal(err)
			}
			found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte(c.text)}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, fmt.Sprintf("%v:%s", f.Confidence, c.text[f.Span.Start:f.Span.End]))
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// TestListsAreAccepted runs what every detector must pass over a dictionary and
// over records.
func TestListsAreAccepted(t *testing.T) {
	files, err := Load(fstest.MapFS{
		"r.yaml": {Data: []byte("rules:\n  - {id: list, kind: project, dictionary: {file: l.txt}}\n  - {id: person, kind: pii, edm: {file: p.edm}}\n")},
		"l.txt":  {Data: []byte("Blue Heron\n")},
		"p.edm":  {Data: recordsFile(t, people, "id", "name", "mail")},
	}, "r.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := Unlock(files, testKey); err != nil {
		t.Fatal(err)
	}
	set, err := Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range []detectortest.Example{
		{Rule: "list", Kind: "project", Value: "BLUE-HERON", Confidence: scanner.High},
		{Rule: "person", Kind: scanner.KindPII, Value: "zoe bronte", Confidence: scanner.Medium},
		{Rule: "person", Kind: scanner.KindPII, Value: "K2024002", Confidence: scanner.Medium},
	} {
		t.Run(ex.Value, func(t *testing.T) { detectortest.Accept(t, set, ex) })
	}
}

func TestEDMFaults(t *testing.T) {
	good := recordsFile(t, people, "id", "name")
	for _, c := range []struct {
		edm  string
		file []byte
		key  string
		want string
	}{
		{"{}", good, "", "rules/person.yaml:5: rule person: edm has no file: write `file: customers.edm`"},
		{"{file: none.edm}", good, "", "rules/person.yaml:5: rule person: open rules/none.edm"},
		{"{file: p.edm, min_columns: -1}", good, "", "rules/person.yaml:5: rule person: min_columns -1"},
		{"{file: p.edm, columns: [id], min_columns: 2}", good, "", "min_columns 2: write a number from 1 to that of the columns"},
		{"{file: p.edm, window: 1000000}", good, "", "window 1000000"},
		{"{file: p.edm, column: id}", good, "", "unknown key \"column\": did you mean \"columns\"?"},
		{"{file: p.edm}", good, "", "rules/person.yaml:5: rule person: p.edm has not been opened: give the key"},
		{"{file: p.edm}", good, "another key, of enough bytes", "rules/person.yaml:5: rule person: p.edm: the key is not that of the records"},
		{"{file: p.edm}", good, "short", "p.edm: the key has 5 bytes, 16 are the least"},
		{"{file: p.edm}", good[:len(good)-1], string(testKey), "p.edm: the file of records is damaged"},
		{"{file: p.edm}", []byte("id,name\n"), string(testKey), "p.edm: the file does not hold records"},
		{"{file: p.edm, columns: [mail]}", good, string(testKey), `p.edm: the records have no column "mail", they have ["id" "name"]`},
	} {
		files, err := Load(fstest.MapFS{"rules/person.yaml": edmRule(c.edm, ""), "rules/p.edm": {Data: c.file}}, "rules")
		if err == nil && c.key != "" {
			err = Unlock(files, []byte(c.key))
		}
		if err == nil {
			_, err = Compile(files)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", c.edm, err, c.want)
		}
	}
}

func TestBuildRecords(t *testing.T) {
	build := func(table string, columns ...string) (RecordsReport, error) {
		_, report, err := BuildRecords(strings.NewReader(table), "t.csv", columns, 0, testKey)
		return report, err
	}
	if got, err := build("a,b\nabcd,xyz\nabcde\n,--\n", "b", "a"); err != nil || got != (RecordsReport{Rows: 3, Values: 2, Short: 1}) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := build("a,b\nxx,Canary", "a", "b"); err != nil {
		t.Error(err)
	}
	for table, want := range map[string]string{
		"":                      "t.csv: the table is empty",
		"a,b\nxy,canary\n":      "t.csv: no value of 4 letters and digits or more",
		"b\ncanary\n":           `t.csv:1: no column is called "a"`,
		"a\ncanary\n\xffcanary": "t.csv:3: column a: text is not valid UTF-8",
		"a\n\"canary\"x\n":      "t.csv:2: not a table",
	} {
		_, err := build(table, "a")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: error %v, want %s", table, err, want)
		}
	}
	_, _, err := BuildRecords(strings.NewReader("a\nabcd\n"), "t.csv", []string{"a"}, 0, []byte("short"))
	if !errors.Is(err, match.ErrRecordKey) {
		t.Errorf("error %v", err)
	}
}
