package rules

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestCorpusDiff(t *testing.T) {
	fsys := fstest.MapFS{
		"c/a.txt":     {Data: []byte("pin: «pin|4821»\nfalcon «code-name|heron» and «cust-1»\nkey=«stopped|${lower:4}ab»")},
		"c/b/none.md": {Data: []byte("nothing | here")},
		"c/c.jsonl": {Data: []byte(`{"id": 7, "text": "pin: 4821, room: B12", "findings": [{"rule": "room", "start": 17, "end": 20}]}` + "\n\n" +
			`{"id": "x", "text": "a falcon", "findings": [{"rule": "exact", "start": 2, "end": 8}]}`)},
	}
	texts, err := ReadLabelled(fsys, "c")
	if err != nil {
		t.Fatal(err)
	}
	report, err := TestCorpus(t.Context(), mustCompile(t, fieldRules), texts)
	if err != nil {
		t.Fatal(err)
	}
	want := `c/a.txt
  + line 2, bytes 10–16: code-name: unexpected, high
  - line 2, bytes 27–33: any rule: missing, found with low confidence only
  - line 3, bytes 38–44: stopped: missing
c/c.jsonl:1: id 7
  + line 1, bytes 5–9: pin: unexpected, high
c/c.jsonl:3: id x
  - line 1, bytes 2–8: exact: missing, found as code-name
rule       found  missing  unexpected
any rule       0        1           0
code-name      1        0           1
exact          0        1           0
pin            1        0           1
room           1        0           0
stopped        0        1           0
4 texts, 3 found, 3 missing, 2 unexpected
`
	if diff := cmp.Diff(want, report.Format(false)); diff != "" {
		t.Error(diff)
	}
	if got := report.Format(true); !strings.Contains(got, `missing, found with low confidence only: "cust-1"`) {
		t.Errorf("no text in %s", got)
	}
	if report.OK() {
		t.Error("a report with differences is OK")
	}
}

func TestCorpusFaults(t *testing.T) {
	for text, want := range map[string]string{
		`{"text": "abc", "findings": [{"start": 1, "end": 9}]}`: "c.jsonl:1: finding at 1–9 is outside",
		"[]":    "c.jsonl:1: not a JSON object",
		"«a":    "is not closed",
		"«»":    "is empty",
		"a\xff": "UTF-8",
	} {
		name := "c.jsonl"
		if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
			name = "c.txt"
		}
		_, err := ReadLabelled(fstest.MapFS{name: {Data: []byte(text)}}, name)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
