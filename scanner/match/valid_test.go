package match

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

func checkValid(t *testing.T, text []byte) {
	t.Helper()
	got, ascii, mayFold := examine(text)
	if want := utf8.Valid(text); got != want {
		t.Fatalf("%v, want %v: %x", got, want, text)
	}
	if got && ascii != isASCII(text) {
		t.Fatalf("ASCII %v: %x", ascii, text)
	}
	if got && !mayFold && folds(text) {
		t.Fatalf("a rune that folds was not seen: %x", text)
	}
}

// Every pair of bytes, and every rune cut short or broken, at every place of a block.
func TestValid(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	runes := []string{"a", "é", "\u07ff", "\u0800", "\ud7ff", "\ue000", "日", "\u017f", "\u212a", "\uffff", "\U00010000", "😀", "\U0010ffff"}
	for range 3000 {
		var text []byte
		for n := 100 + r.IntN(200); len(text) < n; {
			if r.IntN(3) == 0 {
				text = append(text, "ordinary text of some length, more than a block"[:r.IntN(48)]...)
			}
			text = append(text, runes[r.IntN(len(runes))]...)
		}
		checkValid(t, text)
		checkValid(t, text[:len(text)-r.IntN(4)])
		checkValid(t, text[r.IntN(4):])
		for range 40 {
			i := r.IntN(len(text) - 1)
			c, d := text[i], text[i+1]
			text[i] = byte(r.IntN(256))
			checkValid(t, text)
			text[i+1] = byte(0x80 | r.IntN(128))
			checkValid(t, text)
			text[i], text[i+1] = c, d
		}
	}
	text := make([]byte, 200)
	for at := range 8 {
		for pair := range 1 << 16 {
			clear(text)
			text[120+at*5], text[121+at*5] = byte(pair>>8), byte(pair)
			checkValid(t, text)
		}
	}
}

// Runes that fold, at every place of texts of all lengths, and none in texts that have only halves of them.
func TestMayFold(t *testing.T) {
	for length := range 400 {
		text := bytes.Repeat([]byte("x"), length)
		for at := range length - 2 {
			for _, fold := range []string{"\u017f", "\u212a"} {
				copy(text[at:], fold)
				if ok, _, mayFold := examine(text); !ok || !mayFold {
					t.Fatalf("valid %v, may fold %v: %q", ok, mayFold, text)
				}
				copy(text[at:], "xxx")
			}
		}
	}
	none := bytes.Repeat([]byte("\u017e\u0bbf\u2013\u1184 "), 100)
	if ok, _, mayFold := examine(none); !ok || mayFold {
		t.Fatalf("valid %v, may fold %v", ok, mayFold)
	}
}

func FuzzValid(f *testing.F) {
	f.Add([]byte("日本語 and 😀"))
	f.Fuzz(func(t *testing.T, text []byte) {
		checkValid(t, text)
		long := make([]byte, 0, 300)
		for len(long) < 150 {
			long = append(append(long, text...), "0123456789 a word "...)
		}
		checkValid(t, long[:150])
		checkValid(t, append(long[:150:150], text...))
	})
}

func BenchmarkValid(b *testing.B) {
	var text []byte
	for len(text) < 8<<10 {
		text = append(text, "日本語の文章です。Привет, मुझे "...)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if !valid(text) {
			b.Fatal("not valid")
		}
	}
}
