package rules

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
)

func TestFragments(t *testing.T) {
	f, err := Parse("f.yaml", []byte(`
fragments:
  digits: '\d{2}'
  code: 'X(?&digits)-(?&digits)'
rules:
  - id: codes
    kind: secret
    pattern: 'code ((?&code))'
    patterns:
      - {pattern: '\(?&digits\)((?&digits))', ignore_case: true}
    parts: [{pattern: 'part (?&digits)', within: 100}]
    unless: {patterns: ['^(?&digits)$'], match_patterns: ['never(?&digits)'], line_patterns: ['draft (?&digits)']}
    near: {words: [code]}
`))
	if err != nil {
		t.Fatal(err)
	}
	r := f.Rules[0]
	var got []string
	for _, p := range r.Patterns {
		got = append(got, p.Expr)
	}
	got = append(got, r.Parts[0].Pattern, r.Unless.Patterns[0], r.Unless.MatchPatterns[0], r.Unless.LinePatterns[0])
	want := []string{
		`code ((?:X(?:\d{2})-(?:\d{2})))`, `\(?&digits\)((?:\d{2}))`, `part (?:\d{2})`, `^(?:\d{2})$`, `never(?:\d{2})`, `draft (?:\d{2})`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	set, err := Compile([]*File{f})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		"part 12, code X34-56":           1,
		"code X34-56":                    0, // without its part
		"part 12, code X34-56, draft 78": 0,
	} {
		if got := len(found(t, set, scanner.Text{Bytes: []byte(text)})); got != want {
			t.Errorf("%q: %d findings, want %d", text, got, want)
		}
	}
}

func TestFragmentFaults(t *testing.T) {
	const rule = "\nrules:\n  - id: a\n    kind: b\n    pattern: "
	for _, c := range []struct{ text, want string }{
		{"rules:\n  - id: a\n    kind: b\n    pattern: (?&x)", "f.yaml:4: rule a: pattern: (?&x) is no fragment: write it under fragments:"},
		{"fragments: {digits: '1'}" + rule + "'(?&digts)'", `f.yaml:5: rule a: pattern: (?&digts) is no fragment: did you mean "digits"?`},
		{"fragments: {a: '1'}" + rule + "'(?&a'", "f.yaml:5: rule a: pattern: a reference to a fragment is written (?&name)"},
		{"fragments: {a: '1'}" + rule + "x", "f.yaml:1: fragment a is not used"},
		{"fragments:\n  A-b: x" + rule + "x", "f.yaml:2: fragment A-b: not a name: use lower-case letters"},
		{"fragments:\n  a: (x)" + rule + "(?&a)", "f.yaml:2: fragment a: it has a capture group"},
		{"fragments:\n  a: x[" + rule + "(?&a)", "f.yaml:2: fragment a: not an RE2 expression"},
		{"fragments:\n  a: x(?&b)\n  b: (?&a)" + rule + "(?&a)", "f.yaml:2: fragment a: it refers to itself by (?&a)"},
		{"fragments: [a]" + rule + "x", "f.yaml:1: "},
		{"fragments:\n  a: 1\n  a: 2" + rule + "(?&a)", "f.yaml:3: "},
		{"fragments:\n  a: x" + rule + "'(?&a)'\n    parts: [{pattern: (?&b)}]", `f.yaml:7: rule a: parts: (?&b) is no fragment`},
	} {
		_, err := Parse("f.yaml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.text, err, c.want)
		}
	}
	// Fragments of fragments do not grow without end.
	var b strings.Builder
	b.WriteString("fragments:\n  f0: xxxxxxxxxx\n")
	for i, names := 1, "0123456789"; i < len(names); i++ {
		ref := "(?&f" + names[i-1:i] + ")"
		b.WriteString("  f" + names[i:i+1] + ": " + strings.Repeat(ref, 10) + "\n")
	}
	_, err := Parse("f.yaml", []byte(b.String()+rule[1:]+"(?&f9)"))
	if err == nil || !strings.Contains(err.Error(), "too long for RE2") {
		t.Errorf("fragments that grow: %v", err)
	}
}
