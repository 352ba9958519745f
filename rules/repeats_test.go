package rules

import (
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// The words of a name are found again, but not as parts of other words.
func TestRepeats(t *testing.T) {
	file, err := Parse("r.yaml", []byte(`
rules:
  - id: person
    kind: pii
    pattern: 'Mrs ([A-Z][a-z]+ [A-Z][a-zü]+)'
    confidence: medium
    repeats: true
  - id: street
    kind: pii
    pattern: 'Holm Street \d'
`))
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile([]*File{file})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"Mrs Ada Holm. Holm asked, and Ada too":           "Holm", // three letters are too few
		"Holm? Yes, Mrs Greta Holm, “Greta”.":             "Holm Greta",
		"Mrs Greta Holm: Holmes, Holm_x, a@Holm, /Greta/": "",
		"Mrs Greta Holm of Holm Street 5":                 "", // found as something else
		"Mrs Greta Customer, dear Customer":               "", // no name
		"Greta Holm":                                      "",
		"Mrs Greta Müll ist Müll, Müller nicht":           "Müll",
	} {
		found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte("x")}, {Bytes: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]bool)
		for _, f := range found {
			if v := text[f.Span.Start:f.Span.End]; f.Rule == "person" && !strings.Contains(v, " ") {
				got[v] = true
				if f.Text != 1 || f.Confidence != scanner.Medium {
					t.Errorf("%q: %+v", text, f)
				}
			}
		}
		for w := range strings.FieldsSeq(want) {
			if !got[w] {
				t.Errorf("%q: %q is not found", text, w)
			}
			delete(got, w)
		}
		if len(got) > 0 {
			t.Errorf("%q: found %v", text, got)
		}
	}
	// Bounded, however often a word stands there.
	text := "Mrs Greta Holm " + strings.Repeat("Greta Holm ", 5000)
	found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
	if err != nil || len(found) != 1+2*maxRepeats {
		t.Errorf("%d findings and %v", len(found), err)
	}
}
