package match

import (
	"regexp"
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/wasilibs/go-re2"
)

// TestFoldsAgree asks RE2 and Go about every letter that has another case.
func TestFoldsAgree(t *testing.T) {
	if unicode.Version != foldsAgree {
		t.Errorf("Go knows Unicode %s: if the rest of this test passes, make that foldsAgree", unicode.Version)
	}
	var letters []rune
	var text []byte
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.SimpleFold(r) != r {
			letters = append(letters, r)
			text = utf8.AppendRune(text, r)
		}
	}
	if len(letters) < 2000 {
		t.Fatalf("only %d letters", len(letters))
	}
	step := 1
	if testing.Short() {
		step = 7
	}
	for i := 0; i < len(letters); i += step {
		expr := `(?i)` + regexp.QuoteMeta(string(letters[i]))
		want := re2.MustCompile(expr).FindAllIndex(text, -1)
		got := regexp.MustCompile(expr).FindAllIndex(text, -1)
		if !slices.EqualFunc(got, want, slices.Equal[[]int]) {
			t.Errorf("%s: Go finds %d, RE2 %d", expr, len(got), len(want))
		}
	}
}

// TestClassesByName: patterns with classes by name have an exact, which only texts in ASCII are given to.
func TestClassesByName(t *testing.T) {
	var patterns []Pattern
	for _, expr := range []string{`\p{L}{2,4}#`, `(?i)\p{Lu}{2,}7`, `[\p{L}\d]{2,9}#`, `(\P{Han})#`, `\p{S}{3}#`} {
		if x := newExact(expr, new(lookups)); x == nil || !x.named {
			t.Fatalf("%s has no exact", expr)
		}
		patterns = append(patterns, Pattern{Expr: expr})
	}
	set, err := Compile(patterns)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"ab# Cd7 x9# $+=# -#", "中文# aé7 é#", "\U0002ebf0\U0002ebf1# \U0002ebf2\U0002ebf37", "\u2ffc\u2ffd\u31ef# Ǆǆ7"} {
		var stats Stats
		got, err := set.FindStats(t.Context(), nil, []byte(text), &stats)
		if err != nil {
			t.Fatal(err)
		}
		want, err := set.FindAll(t.Context(), nil, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		if ascii := isASCII([]byte(text)); ascii != (stats.Calls == 0) || ascii != (stats.Exact > 0) {
			t.Errorf("%q: %d calls of RE2, %d windows without", text, stats.Calls, stats.Exact)
		}
	}
}

// TestExactKnowsFolds holds exact to RE2 on letters beyond ASCII under (?i).
func TestExactKnowsFolds(t *testing.T) {
	text := []byte("Contraseña CONTRASEÑA contrasena ǅ ǆ Ǆ ΣΟΦΟΣ σοφος ςσ пароль ПАРОЛЬ ᲀ Ꙋ ẞß ſKk ÀÉÿŸ “a” ‘b’ é\n")
	for _, expr := range []string{
		`(?i)contrase(?:ñ|n)a`, `(?i)[à-ÿ]+`, `(?i)ǆ`, `(?i)σοφος`, `(?i)[^\s"'“”<>]{4,40}`, `(?i)пароль`,
		`(?i)в|ꙋ`, `(?i)ß`, `(?i)k+`, `(?i)s|k`, `(?i)[^à-ÿ]{2,}`, `(?i:[“”])a`, `(?i)σ`, `(?i)[α-ω]{2,9}\s`,
	} {
		x := newExact(expr, new(lookups))
		if x == nil {
			t.Errorf("%s has no exact", expr)
			continue
		}
		got, ok := x.findAll(&backtrack{ctx: t.Context()}, nil, 0, text, 0, len(text), 1<<20)
		if !ok {
			t.Fatalf("%s needs too many steps", expr)
		}
		e, _, err := parse(expr, new(lookups))
		if err != nil {
			t.Fatal(err)
		}
		want, err := e.findAll(nil, 0, text, 0, len(text))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s: got %v, want %v", expr, got, want)
		}
	}
}
