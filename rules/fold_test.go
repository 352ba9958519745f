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

// foldSlowly is fold, rune by rune.
func foldSlowly(text []byte) (out []byte, at []int) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch to := foldRune(r); {
		case to == r:
			for k := range size {
				out, at = append(out, text[i+k]), append(at, i+k)
			}
		case to >= 0:
			out, at = append(out, byte(to)), append(at, i)
		}
		i += size
	}
	return out, append(at, len(text))
}

func checkFold(t *testing.T, f *folded, text []byte) {
	t.Helper()
	want, places := foldSlowly(text)
	f.fold(text)
	if string(f.text) != string(want) {
		t.Fatalf("%q is folded to %q, want %q", text, f.text, want)
	}
	if needsFolding(text) != (string(want) != string(text)) {
		t.Errorf("%q: needsFolding is %t", text, needsFolding(text))
	}
	for i, at := range places {
		if got := f.original(i); got != at {
			t.Fatalf("%q: byte %d of %q stands at %d, want %d", text, i, want, got, at)
		}
	}
}

func TestFold(t *testing.T) {
	var f folded
	for _, c := range []struct{ text, want string }{
		{"a\u00a0b", "a b"}, {"４\u200b２ – ü", "42 – ü"}, {"x\u2011y", "x-y"}, {"٣ kg", "3 kg"}, {"日本", "日本"}, {"", ""}, {"\u200b\u200b", ""},
	} {
		if f.fold([]byte(c.text)); string(f.text) != c.want {
			t.Errorf("%q is folded to %q, want %q", c.text, f.text, c.want)
		}
		checkFold(t, &f, []byte(c.text))
	}
	for r := range unicode.MaxRune + 1 { // each rune
		checkFold(t, &f, []byte("a"+string(r)+"x"))
	}
}

func FuzzFold(f *testing.F) {
	f.Add([]byte("a long text in ASCII, then ４２\u00a0and ’quotes’ – 日本　語 \xe2\x80\xe4\xef\xbc\x91 \xe4\xef\xbc\x91, and as much again behind it"))
	f.Add([]byte("\xc3４ \xe3\x80 \u200b\u200b１ ①⑨⓪ \u2212\U0001D7CE"))
	f.Fuzz(func(t *testing.T, text []byte) { checkFold(t, new(folded), text) })
}
