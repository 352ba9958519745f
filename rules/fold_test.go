package rules

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestFoldRune holds the shortcuts of foldRune to Unicode's table of digits,
// and fold to its promise that no rune grows.
func TestFoldRune(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		got := foldRune(r)
		if unicode.Is(unicode.Nd, r) && (got < '0' || got > '9') {
			t.Errorf("%U is a digit, folded to %q", r, got)
		}
		if got != r && got >= utf8.RuneSelf {
			t.Errorf("%U is folded to %U, which is not ASCII", r, got)
		}
	}
}

func TestFoldKeepsPlaces(t *testing.T) {
	var f folded
	for _, c := range []struct{ text, want string }{
		{"a\u00a0b", "a b"}, {"４\u200b２ – ü", "42 – ü"}, {"x\u2011y", "x-y"}, {"٣ kg", "3 kg"}, {"日本", "日本"},
	} {
		got := f.fold([]byte(c.text))
		if string(got) != c.want {
			t.Errorf("%q is folded to %q, want %q", c.text, got, c.want)
		}
		if len(f.at) != len(got)+1 || int(f.at[len(got)]) != len(c.text) {
			t.Fatalf("%q: %d places, the last is %d", c.text, len(f.at), f.at[len(f.at)-1])
		}
		for i := range got {
			if !utf8.RuneStart(c.text[f.at[i]]) || i > 0 && f.at[i] < f.at[i-1] {
				t.Errorf("%q: byte %d stands at %d", c.text, i, f.at[i])
			}
		}
	}
}
