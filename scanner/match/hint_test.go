package match

import (
	"reflect"
	"strings"
	"testing"
)

// hintedExprs have anchors of every kind.
var hintedExprs = []string{
	`AKIA[A-Z2-7]{16}`,
	`(?i)\bpassword\s*[:=]\s*\S{8,40}`,
	`(?:ghp|gho|ghs)_[0-9A-Za-z]{36}`,
	`\b[0-9a-f]{40}\b`,
	`(?:^|[^0-9])[0-9]{3}-[0-9]{2}-[0-9]{4}(?:$|[^0-9])`,
	`(?:Straße|улица|街道) [0-9]+`,
	`(?:one(?:ly|ness)|two(?:some|fold)|three(?:penny|quarter))[ -][a-z]+`,
	`[a-z]{2,}`,
	`\d{9,}`,
	`(?i)(?:key|token|secret)["']?\s{0,3}[:=]{1,2}\s{0,3}["']?([a-z0-9]{20,64})`,
	`.+`,
	`\b[A-Z]{1,2}[0-9]\b`,
}

// A hint names the anchors that are found without it.
func TestHint(t *testing.T) {
	kinds := map[byte]bool{}
	for _, expr := range hintedExprs {
		hint, err := Hint(Pattern{Expr: expr})
		if err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		_, root, err := parse(expr, new(lookups))
		if err != nil {
			t.Fatal(err)
		}
		chooser := func() *chooser {
			c := newChooser()
			c.vectors = true
			return c
		}
		got, ok := chooser().hinted(flatten(root, nil), hint)
		if !ok {
			t.Errorf("%s: hint %q leads nowhere", expr, hint)
		}
		want, have := chooser().anchorsOf(root, nil, ""), chooser().anchorsOf(root, nil, hint)
		if !reflect.DeepEqual(want, have) || len(got) != len(have) {
			t.Errorf("%s: hint %q leads to %v, not to %v", expr, hint, have, want)
		}
		for _, op := range "pbran" {
			if strings.ContainsRune(hint, op) {
				kinds[byte(op)] = true
			}
		}
	}
	if len(kinds) != len("pbran") {
		t.Errorf("kinds of anchors met: %v", kinds)
	}
	if _, err := Hint(Pattern{Expr: `(`}); err == nil {
		t.Error("a hint for an expression that is none")
	}
}

// A hint that is not of the expression loses no match.
func TestHintOfAnother(t *testing.T) {
	hints := []string{"", "p", "p0", "p1", "b0", "b1", "b2", "r0.1", "r0", "r0.", "r2.1", "a0p0p0", "a0a0", "a1p0p0p0", "a0p0p0p0", "n", "nn", "x1", "p99999999999999999999", "p-1", "r0.400"}
	for _, expr := range hintedExprs {
		hint, err := Hint(Pattern{Expr: expr})
		if err != nil {
			t.Fatal(err)
		}
		hints = append(hints, hint, hint+"p1", strings.Replace(hint, "p", "b", 1))
	}
	text := []byte(strings.Repeat("x 123-45-6789 password = hunter22aa\nonely-half twosome one-third threequarter three P7 123456789 Straße 9 улица 17\n"+
		"AKIA"+strings.Repeat("Q", 16)+" ghs_"+strings.Repeat("a1", 18)+" "+strings.Repeat("0af1", 10)+" token: '"+strings.Repeat("z9", 14)+"'\n", 2))
	for _, expr := range hintedExprs {
		plain, err := Compile([]Pattern{{Expr: expr}})
		if err != nil {
			t.Fatal(err)
		}
		want, err := plain.FindAll(t.Context(), nil, text)
		if err != nil || len(want) == 0 {
			t.Fatalf("%s: %v, %v", expr, want, err)
		}
		for _, hint := range hints {
			set, err := Compile([]Pattern{{Expr: expr, Hint: hint}})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := set.Find(t.Context(), nil, text); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s with hint %q: %v, %v; want %v", expr, hint, got, err, want)
			}
		}
	}
}
