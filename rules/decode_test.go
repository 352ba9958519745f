package rules

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

func TestDecodeYAML(t *testing.T) {
	type Common struct {
		Name string `yaml:"name"`
	}
	type Inner struct {
		Size Bytes `yaml:"size"`
	}
	type Config struct {
		Common `yaml:",inline"`
		Extra  Inner             `yaml:",inline"`
		Wait   time.Duration     `yaml:"wait"`
		Level  scanner.Action    `yaml:"level"`
		Count  int               `yaml:"count"`
		Share  float64           `yaml:"share"`
		On     bool              `yaml:"on"`
		List   []string          `yaml:"list"`
		Inner  *Inner            `yaml:"inner"`
		Labels map[string]string `yaml:"labels"`
		Raw    yaml.Node         `yaml:"raw"`
		Any    any               `yaml:"any"`
	}
	const text = `
name: proxy
size: 4KiB
wait: 1m30s
level: block
count: 12
share: 0.5
on: true
list: &list [a, b]
inner: {size: 32MiB}
labels: {team: "7"}
raw: [1]
any: {x: [1, two]}
`
	var got Config
	if err := DecodeYAML("c.yaml", []byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Raw.Kind != yaml.SequenceNode {
		t.Errorf("raw: kind %v", got.Raw.Kind)
	}
	got.Raw = yaml.Node{}
	want := Config{
		Common: Common{"proxy"}, Extra: Inner{4096}, Wait: 90 * time.Second, Level: scanner.Block, Count: 12, Share: .5, On: true,
		List: []string{"a", "b"}, Inner: &Inner{32 << 20}, Labels: map[string]string{"team": "7"}, Any: map[string]any{"x": []any{1, "two"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeYAMLErrors(t *testing.T) {
	type Config struct {
		Wait   time.Duration      `yaml:"wait"`
		Size   Bytes              `yaml:"size"`
		Count  int                `yaml:"count"`
		On     bool               `yaml:"on"`
		Name   string             `yaml:"name"`
		List   []string           `yaml:"list"`
		Level  scanner.Confidence `yaml:"level"`
		Nested struct {
			Deep string `yaml:"deep"`
		} `yaml:"nested"`
	}
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "cuont: 1", `c.yaml:1: unknown key "cuont": did you mean "count"?`},
		{"unknown nested key", "nested:\n  depe: x", `c.yaml:2: unknown key "depe": did you mean "deep"?`},
		{"far from any", "zzzzzz: 1", `c.yaml:1: unknown key "zzzzzz": use one of wait, size, count, on, name, list, level, nested`},
		{"repeated key", "count: 1\ncount: 2", `c.yaml:2: key "count" stands here again, first on line 1: keep one`},
		{"duration", "wait: 10", `c.yaml:1: wait: "10" is not a duration: write a number and a unit, such as 10s or 250ms`},
		{"size", "size: 32 megs", `c.yaml:1: size: "32 megs" is not a size: write a whole number with B, KiB, MiB, GiB, KB, MB or GB, such as 32MiB`},
		{"number", "count: many", `c.yaml:1: count: "many" is not a whole number`},
		{"boolean", "on: yes", `c.yaml:1: on: "yes" is not true or false`},
		{"number for text", "name: 12", `c.yaml:1: name is read as a number: write '12' in quotes`},
		{"list for text", "name: [a]", `c.yaml:1: name is a list: write one text`},
		{"text for list", "list: a", `c.yaml:1: list is a text, not a list: write [a]`},
		{"text for mapping", "nested: a", "c.yaml:1: nested is a text: write `key: value` lines"},
		{"enum", "level: sure", `c.yaml:1: level: unknown confidence "sure": use low, medium or high`},
		{"no value", "count:", `c.yaml:1: count has no value: write one or leave the key out`},
		{"tab", "nested:\n\tdeep: x", `c.yaml:2: a tab indents this line: YAML allows spaces only`},
		{"two faults", "count: x\non: maybe", "c.yaml:1: count: \"x\" is not a whole number\nc.yaml:2: on: \"maybe\" is not true or false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var into Config
			err := DecodeYAML("c.yaml", []byte(c.text), &into)
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestDecodeYAMLSyntax(t *testing.T) {
	var into struct{}
	for _, text := range []string{"a: [1", "a: b: c", "\"", "a: *nowhere"} {
		if err := DecodeYAML("c.yaml", []byte(text), &into); err == nil {
			t.Errorf("%q decodes", text)
		}
	}
	if err := DecodeYAML("c.yaml", nil, &into); err != nil {
		t.Errorf("an empty file: %v", err)
	}
}

func FuzzDecodeYAML(f *testing.F) {
	f.Add([]byte("rules:\n  - id: a\n    kind: secret\n    pattern: 'x{3}'\n    near: {words: [a]}\n"))
	f.Add([]byte("rules: &a [*a]"))
	f.Add([]byte("? [a]\n: b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("f.yaml", data)
		if (file == nil) == (err == nil) {
			t.Fatalf("file %v, error %v", file, err)
		}
	})
}

func TestLoadErrors(t *testing.T) {
	const head = "rules:\n  - id: acme-key\n    kind: secret\n    pattern: 'acme_[a-z]{8}'\n"
	for _, c := range []struct{ name, text, want string }{
		{"no rules", "{}", "r.yaml: no rules: write `rules:` and a list of rules under it"},
		{"unknown key", head + "    patern: x\n", `r.yaml:5: unknown key "patern": did you mean "pattern"?`},
		{"no id", "rules:\n  - kind: secret\n    pattern: abc\n", "r.yaml:2: rule without id: id is missing: write lower-case words joined by dashes, such as acme-api-key"},
		{"bad id", "rules:\n  - id: Acme Key\n    kind: secret\n    pattern: abc\n", `r.yaml:2: rule Acme Key: id "Acme Key": write lower-case words joined by dashes, such as acme-api-key`},
		{"bad RE2", "rules:\n  - id: a\n    kind: secret\n    pattern: 'x(?=y)'\n", "r.yaml:4: rule a: pattern is not valid RE2: invalid or unsupported Perl syntax: `(?=` (RE2 has no look-around: match the neighbour and put the value in a group, or use a check)"},
		{"empty match", "rules:\n  - id: a\n    kind: secret\n    pattern: 'x*'\n", "r.yaml:4: rule a: pattern matches the empty text: ask for at least one character"},
		{"unknown check", head + "    checks: [luhm]\n", `r.yaml:5: rule acme-key: no check is called "luhm": did you mean "luhn"?`},
		{"check without number", head + "    checks: [entropy]\n", `r.yaml:5: rule acme-key: check "entropy" needs a number: write entropy>=N`},
		{"check with number", head + "    checks: ['luhn>=3']\n", `r.yaml:5: rule acme-key: check "luhn>=3" takes no number: write luhn`},
		{"near without words", head + "    near: {window: 40}\n", "r.yaml:5: rule acme-key: near has no words: write `words: [...]`"},
		{"window", head + "    near: {words: [a], window: 4000}\n", "r.yaml:5: rule acme-key: window 4000: write a number of bytes from 1 to 400"},
		{"confidence", head + "    confidence: certain\n", `r.yaml:5: confidence: unknown confidence "certain": use low, medium or high`},
		{"severity", head + "    severity: fatal\n", `r.yaml:5: rule acme-key: severity "fatal": use one of low, medium, high, critical`},
		{"placeholder", head + "    match: ['acme_${hax:8}']\n", `r.yaml:5: rule acme-key: placeholder ${hax:8}: no generator is called "hax": did you mean "hex"?`},
		{"needs_near", "rules:\n  - id: a\n    kind: secret\n    patterns:\n      - {pattern: abc, needs_near: true}\n", "r.yaml:5: rule a: needs_near without near: add `near: {words: [...]}` to the rule"},
		{"duplicate id", head + "  - id: acme-key\n    kind: secret\n    pattern: abc\n", "r.yaml:5: rule acme-key: the id is taken by the rule at r.yaml:2: choose another"},
		{"tab", "rules:\n  - id: a\n\tkind: secret\n", "r.yaml:3: a tab indents this line: YAML allows spaces only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"r.yaml": {Data: []byte(c.text)}}, "r.yaml")
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestLoadFolder(t *testing.T) {
	fsys := fstest.MapFS{
		"rules/a.yaml":      {Data: []byte("rules: [{id: a, kind: secret, pattern: abc}]")},
		"rules/sub/b.yml":   {Data: []byte("rules: [{id: b, kind: project, patterns: [abd, {pattern: abe, confidence: low}]}]")},
		"rules/README.md":   {Data: []byte("no rule")},
		"empty/nothing.txt": {Data: nil},
	}
	files, err := Load(fsys, "rules")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Rules[0].ID != "a" || len(files[1].Rules[0].Patterns) != 2 {
		t.Errorf("got %+v", files)
	}
	if _, err := Load(fsys, "empty"); err == nil {
		t.Error("a folder without rule files loads")
	}
	if _, err := Load(fsys, "nowhere"); err == nil {
		t.Error("a missing path loads")
	}
}

func TestBuiltinNeedsExamples(t *testing.T) {
	for key, r := range map[string]*Rule{"match": {ID: "a", NoMatch: []string{"x"}}, "nomatch": {ID: "a", Match: []string{"x"}}} {
		if r.checkExamples() == nil {
			t.Errorf("a rule without %s passes", key)
		}
	}
}
