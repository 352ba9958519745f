package rules

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
)

const fieldRules = `
rules:
  - id: pin
    kind: pii
    pattern: '\b(\d{4})\b'
    confidence: low
    near:
      - {words: [sample], with: low}
      - {words: [pin], with: medium, label: high}
  - id: room
    kind: pii
    pattern: '\b([A-Z]\d{2})\b'
    near: {words: [room], in: label, required: true}
  - id: code-name
    kind: project
    words: [falcon, falcon heavy, Ørnen, '隼計画', heron*]
  - id: exact
    kind: project
    words: [Kite]
    ignore_case: false
    whole_word: false
  - id: secret-of-id
    kind: secret
    pattern: '\bs([a-z0-9]{10})\b'
    unless: {placeholders: keep}
    parts:
      - {pattern: '\bid\d{4}\b', within: 20, side: before}
      - {rule: room-number, within: 60, with: medium, without: low}
  - id: with-keyword
    kind: secret
    pattern: 'w[a-z0-9]{10}\b'
    unless: {placeholders: keep}
    parts: [{pattern: 'key', within: 5, side: anywhere}]
  - id: room-number
    kind: other
    pattern: '\bR(\d{6})\b'
    checks: [luhn]
  - id: bulk
    kind: bulk
    pattern: 'cust-\d+'
    min_count: 3
  - id: stopped
    kind: secret
    pattern: 'key=([a-z0-9-]+)'
    unless:
      stop_words: [Sample, ab]
      match_patterns: ['^key=zz']
      line_patterns: ['# ignore$']
      words: [old]
      after: 5
`

func TestFields(t *testing.T) {
	set := mustCompile(t, fieldRules)
	for _, c := range []struct {
		name, text, where string
		want              []string
	}{
		{"nothing near", "4821", "", []string{"pin low 4821"}},
		{"near", "your pin is 4821", "", []string{"pin medium 4821"}},
		{"label", "pin: 4821", "", []string{"pin high 4821"}},
		{"quoted label", `{"user_pin": "4821"}`, "", []string{"pin high 4821"}},
		{"tag", "<pin>4821</pin>", "", []string{"pin high 4821"}},
		{"another label", "pin is not in zip: 4821", "", []string{"pin high 4821"}},
		{"label of another value", "pin: none, zip: 4821", "", []string{"pin medium 4821"}},
		{"key", "4821", "/pin", []string{"pin high 4821"}},
		{"key and text", "it is 4821", "/pin", []string{"pin high 4821"}},
		{"column", "a,pin\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,4821", "", []string{"pin high 4821"}},
		{"lowered first", "sample pin: 4821", "", []string{"pin low 4821"}},
		{"label only", "the room is B12", "", nil},
		{"in the label", "room = B12", "", []string{"room high B12"}},
		{"words", "Falcon-Heavy and project_falcon, falconry", "", []string{"code-name high Falcon-Heavy", "code-name high falcon"}},
		{"longer word fails", "falcon heavyweight", "", []string{"code-name high falcon"}},
		{"other scripts", "om Ørnen, ikke Ørnens. 新しい隼計画について", "", []string{"code-name high Ørnen", "code-name high 隼計画"}},
		{"any ending", "herons", "", []string{"code-name high herons"}},
		{"exact case", "kite Kites", "", []string{"exact high Kite"}},
		{"no part", "sk3x9q2m7w1", "", nil},
		{"first part", "id4711 sk3x9q2m7w1", "", []string{"secret-of-id low k3x9q2m7w1"}},
		{"wrong side", "sk3x9q2m7w1 id4711", "", nil},
		{"too far", "id4711 ..................... sk3x9q2m7w1", "", nil},
		{"both parts", "id4711 sk3x9q2m7w1 R000018", "", []string{"secret-of-id medium k3x9q2m7w1", "room-number high 000018"}},
		{"the second fails its check", "id4711 sk3x9q2m7w1 R000019", "", []string{"secret-of-id low k3x9q2m7w1"}},
		{"part of the value", "wab12key34c", "", []string{"with-keyword high wab12key34c"}},
		{"part beside it", "wab12k3y34c key", "", []string{"with-keyword high wab12k3y34c"}},
		{"no part anywhere", "wab12k3y34c", "", nil},
		{"too few", "cust-1 cust-2 cust-2", "", []string{"bulk low cust-1", "bulk low cust-2", "bulk low cust-2"}},
		{"enough", "cust-1 cust-2 cust-3", "", []string{"bulk high cust-1", "bulk high cust-2", "bulk high cust-3"}},
		{"stop word", "key=k3x9-samplex", "", nil},
		{"short stop word", "key=k3xab", "", nil},
		{"match pattern", "key=zz81kq", "", nil},
		{"line pattern", "key=k3x9q2m7w1 # ignore\nkey=k3x9q2m7w1", "", []string{"stopped high k3x9q2m7w1"}},
		{"word after", "key=k3x9q2m7w1 old", "", nil},
		{"word further after", "key=k3x9q2m7w1 is old", "", []string{"stopped high k3x9q2m7w1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, found(t, set, scanner.Text{Bytes: []byte(c.text), Where: c.where})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestManyParts wants the same findings of a text with many candidates, whose
// parts are looked for all at once, as of each of its lines.
func TestManyParts(t *testing.T) {
	set := mustCompile(t, fieldRules)
	var lines []string
	for i := range 200 {
		line := fmt.Sprintf("s%010d", i*7919)
		if i%3 == 0 {
			line = fmt.Sprintf("id%04d ", i) + line
		}
		lines = append(lines, line+strings.Repeat(" .", 40))
	}
	var want []string
	for _, line := range lines {
		want = append(want, found(t, set, scanner.Text{Bytes: []byte(line)})...)
	}
	if len(want) != 67 {
		t.Fatalf("%d findings", len(want))
	}
	got := found(t, set, scanner.Text{Bytes: []byte(strings.Join(lines, "\n"))})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFieldFaults(t *testing.T) {
	const head = "rules:\n  - id: a\n    kind: b\n    "
	for _, c := range []struct{ text, want string }{
		{"words: [' *']", `word " *" has no letter or digit`},
		{"words: [x]", "write 2 characters or more"},
		{"pattern: x\n    near: {words: [y], in: key}", `in "key": use text or label`},
		{"pattern: x\n    near: [{words: [y]}, {with: low}]", "near has no words"},
		{"pattern: x\n    min_count: -1", "min_count -1: write a number"},
		{"pattern: x\n    covers: line", `covers "line": use one of value, login, url, connection`},
		{"pattern: x\n    frameworks: [gdrp]", `did you mean "gdpr"?`},
		{"pattern: x\n    frameworks: ['gdpr:']", "write a clause after the colon"},
		{"pattern: x\n    aliases: [a b]", `alias "a b": write letters`},
		{"pattern: x\n    parts: [{}]", "neither pattern nor rule"},
		{"pattern: x\n    parts: [{pattern: y, rule: z}]", "both pattern and rule"},
		{"pattern: x\n    parts: [{rule: a}]", "names the rule that it belongs to"},
		{"pattern: x\n    parts: [{pattern: '(?=y)'}]", "RE2 has no look-around"},
		{"pattern: x\n    parts: [{pattern: 'y*'}]", "matches the empty text"},
		{"pattern: x\n    parts: [{pattern: y, checks: [lun]}]", `did you mean "luhn"?`},
		{"pattern: x\n    parts: [{pattern: y, within: 5000}]", "from 1 to 2000"},
		{"pattern: x\n    parts: [{pattern: y, side: left}]", "use before, after, anywhere"},
		{"pattern: x\n    unless: {stop_words: ['']}", "would drop every value"},
		{"pattern: x\n    unless: {line_patterns: ['(']}", "not valid RE2"},
	} {
		_, err := Parse("f.yaml", []byte(head+c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "f.yaml:") {
			t.Errorf("%s: got %v, want %q", c.text, err, c.want)
		}
	}
	f, err := Parse("f.yaml", []byte(head+"pattern: x\n    parts: [{rule: nothing}]"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compile([]*File{f}); err == nil || !strings.Contains(err.Error(), `f.yaml:5: rule a: part "nothing" is no rule in use`) {
		t.Errorf("a part that is no rule: %v", err)
	}
	// A part may be a built-in rule that is not in use.
	if f, err = Parse("f.yaml", []byte(head+"pattern: x\n    parts: [{rule: aws-access-key-id}]")); err != nil {
		t.Fatal(err)
	}
	if _, err := Compile([]*File{f}); err != nil {
		t.Error(err)
	}
}

func TestMappings(t *testing.T) {
	r := &Rule{Kind: scanner.KindPII, Frameworks: []string{"gdpr:9", "pci-dss"}}
	want := []string{"ccpa:1798.140(v)", "gdpr:4(1)", "gdpr:9", "iso27001:A.8.12", "pci-dss", "soc2:CC6.7"}
	if diff := cmp.Diff(want, r.Mappings()); diff != "" {
		t.Error(diff)
	}
	if !r.inFramework("pci-dss") || !r.inFramework("gdpr") || r.inFramework("hipaa") {
		t.Error("wrong frameworks")
	}
}

func TestAliases(t *testing.T) {
	var known Known
	for _, r := range []*Rule{{ID: "one", Kind: "k", Aliases: []string{"BOTH", "X.1"}}, {ID: "two", Kind: "k", Aliases: []string{"BOTH"}}} {
		known.Add(r)
	}
	policy, err := parsePolicy(t, "rules: {BOTH: block, two: report}", known)
	if err != nil {
		t.Fatal(err)
	}
	if policy.Rules["one"].High != scanner.Block || policy.Rules["two"].High != scanner.Report || len(policy.Rules) != 2 {
		t.Errorf("got %+v", policy.Rules)
	}
	if _, err := parsePolicy(t, "rules: {BOHT: block}", known); err == nil {
		t.Error("an unknown alias is accepted")
	}
}

// FuzzWords holds lists of words to what a search of one after the other finds.
func FuzzWords(f *testing.F) {
	f.Add("falcon heavy,falcon,heavy", "falcon heavyweight falcon_heavy heavy")
	f.Add("a b,ab,abc", "ab abc a-b a__b xab")
	f.Add("Ø1,ø", "Ø1 ØØ1 ø")
	f.Fuzz(func(t *testing.T, list, text string) {
		if len(list) > 60 || len(text) > 200 || strings.ToValidUTF8(text, "") != text || needsFolding([]byte(text)) {
			return
		}
		words := strings.Split(list, ",")
		compile := func(words []string) *Set {
			r := &Rule{ID: "r", Kind: "k", Words: words}
			r.Patterns = r.wordPatterns()
			if len(r.validate(make(map[string]bool))) > 0 {
				return nil
			}
			set, err := Compile([]*File{{Rules: []*Rule{r}}})
			if err != nil {
				t.Fatal(err)
			}
			return set
		}
		all := compile(words)
		if all == nil {
			return
		}
		covered := func(set *Set) []bool {
			out := make([]bool, len(text))
			found, err := set.Detect(context.Background(), []scanner.Text{{Bytes: []byte(text)}})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				for i := f.Span.Start; i < f.Span.End; i++ {
					out[i] = true
				}
			}
			return out
		}
		got, want := covered(all), make([]bool, len(text))
		for _, w := range words {
			for i, in := range covered(compile([]string{w})) {
				want[i] = want[i] || in
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q in %q: %s", words, text, diff)
		}
	})
}
