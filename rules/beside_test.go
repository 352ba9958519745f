package rules

import (
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

const besideRules = `
rules:
  - id: customer-number
    kind: pii
    tags: [number]
    pattern: 'CN-\d{4}'
  - id: shelf
    kind: pii
    tags: [location]
    pattern: 'shelf \d'
  - id: secret-word
    kind: secret
    pattern: 'sesame-\d'
  - id: nickname
    kind: pii
    patterns:
      - 'nick [a-z]+'
      - {pattern: '\b[A-Z][a-z]+\b', beside: {within: 20, except: [location]}}
      - {pattern: '\b[a-z]{3}-[a-z]{3}\b', beside: {of: [location]}}
      - {pattern: '\b[a-z]{4}\d\b', beside: {within: 20, own: true}}
`

// What a pattern with beside finds depends on what else is found, where, and of what kind.
func TestBeside(t *testing.T) {
	file, err := Parse("r.yaml", []byte(besideRules))
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile([]*File{file})
	if err != nil {
		t.Fatal(err)
	}
	far := strings.Repeat(". ", 20)
	for text, want := range map[string]string{
		"Ada":                                    "",
		"Ada, CN-1234":                           "Ada",
		"CN-1234 and Ada":                        "Ada",
		"CN-1234" + far + "Ada":                  "",
		"Ada" + far + "CN-1234":                  "",
		"Ada" + far + "CN-1234 Bob":              "Bob",
		"CN-1234 Ada" + far + far + "Bob":        "Ada",
		"Ada, shelf 3":                           "",        // excepted
		"Ada, sesame-1":                          "",        // another kind
		"ann-lee, shelf 3":                       "ann-lee", // beside one of those alone
		"ann-lee, CN-1234":                       "",
		"Ada, nick bob":                          "",      // the rule itself
		"anna1, nick bob":                        "anna1", // which counts here
		"anna1, bert2":                           "",
		"Ada, nick bob, CN-1234":                 "Ada",
		"CN-1234 " + far + " Ada " + far + "Bob": "",
		"é CN-1234 Ada":                          "Ada",
		"ＣＮ－１２３４ Ａｄａ":                            "Ａｄａ", // found as it is folded, reported where it stands
	} {
		found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte("first text")}, {Bytes: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			if v := text[f.Span.Start:f.Span.End]; f.Rule == "nickname" && !strings.HasPrefix(v, "nick") {
				got = append(got, v)
				if f.Text != 1 {
					t.Errorf("%q: found in text %d", text, f.Text)
				}
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
	// Many findings, each beside others.
	text := strings.Repeat("CN-1234 Ada ", 3000)
	found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
	if err != nil || len(found) != 6000 {
		t.Errorf("%d findings and %v, want 6000", len(found), err)
	}
	// Explain says so too.
	e, err := set.Explain(t.Context(), scanner.Text{Bytes: []byte("Ada, CN-1234")}, "nickname")
	if err != nil {
		t.Fatal(err)
	}
	if c := e.Rules[0].Candidates; len(c) != 1 || c[0].Outcome != "high" || (c[0].Value != scanner.Span{Start: 0, End: 3}) {
		t.Errorf("explained as %+v", c)
	}
}

func TestGivenName(t *testing.T) {
	for name, want := range map[string]bool{
		"Ana Souza": true, "SOUZA, ANA": true, "Nagy István": true, "Jean-Baptiste Morel": true, "Сергей Корнилов": true,
		"Ana": false, "Visual Studio": false, "Account SID": false, "Anna B.": false, "Acme Holdings": false, "Monday Morning": false,
	} {
		if givenName([]byte(name)) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	last := ""
	n := 0
	for line := range strings.Lines(givenNames) {
		line = strings.TrimSuffix(line, "\n")
		if n++; line <= last || !isGivenName([]byte(line)) {
			t.Fatalf("line %d: %q stands behind %q or is not found", n, line, last)
		}
		if isGivenName([]byte(line + "qq")) {
			t.Errorf("%sqq is found", line)
		}
		last = line
	}
}

func TestNotInAddress(t *testing.T) {
	for text, want := range map[string]bool{
		"«Ana Souza»": true, "for «Ana Souza», 31": true, "«Ana Souza» 0412 345 678": true, "«Ana Souza» 206-438-8015": true,
		"12 «Ana Souza»": false, "5850 «Ana Souza» x": false, "«Ana Souza» 23, Oslo": false, "«Ana Souza» 4": false, "order 4738291 «Ana Souza»": true,
	} {
		plain, start, end, err := unmark(text)
		if err != nil {
			t.Fatal(err)
		}
		c := newCandidate([]byte(plain), start, end, start, end)
		if notInAddress(&c) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
}
