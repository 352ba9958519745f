package prompt

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// plainSlow is what plainRun means, byte by byte.
func plainSlow(b []byte) (n int, high bool) {
	for n < len(b) && b[n] != '"' && b[n] != '\\' && b[n] >= 0x20 {
		high = high || b[n] >= 0x80
		n++
	}
	return n, high
}

func checkPlain(t *testing.T, b []byte) {
	t.Helper()
	wantN, wantHigh := plainSlow(b)
	if n, high := plainRun(b); n != wantN || high != wantHigh {
		t.Fatalf("%q: %d %t, want %d %t", b, n, high, wantN, wantHigh)
	}
	if n, high := plainWords(b); n != wantN || high != wantHigh {
		t.Fatalf("%q: words: %d %t, want %d %t", b, n, high, wantN, wantHigh)
	}
}

// Every byte, at every place in texts of every length up to four blocks, stops a run or does
// not, with and without a byte outside ASCII before and after it.
func TestPlainRun(t *testing.T) {
	for length := range 130 {
		for at := range length {
			for _, c := range []byte{0, 0x1f, ' ', '"', '!', '#', '[', '\\', ']', 0x7f, 0x80, 0xff} {
				b := bytes.Repeat([]byte("x"), length)
				b[at] = c
				checkPlain(t, b)
				b[(at+length/2)%length] = 0xc3
				checkPlain(t, b)
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		b := make([]byte, r.IntN(200))
		for i := range b {
			b[i] = byte(0x20 + r.IntN(0x60))
			if r.IntN(60) == 0 {
				b[i] = byte(r.IntN(256))
			}
		}
		checkPlain(t, b[min(len(b), r.IntN(9)):])
	}
}

func FuzzPlainRun(f *testing.F) {
	f.Add([]byte(`plain, then a "quote" and a \n`))
	f.Add(bytes.Repeat([]byte("žluťoučký "), 20))
	f.Fuzz(func(t *testing.T, b []byte) { checkPlain(t, b) })
}
