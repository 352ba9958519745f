package rules

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestLastBreak(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		text := make([]byte, r.IntN(40))
		for i := range text {
			text[i] = []byte{'\n', '\n' + 1, '\n' - 1, 0x8A, 0, 0xFF, 'a', ','}[r.IntN(8)]
			if r.IntN(3) > 0 {
				text[i] = 'x'
			}
		}
		if got, want := lastBreak(text), bytes.LastIndexByte(text, '\n'); got != want {
			t.Fatalf("%q: %d, want %d", text, got, want)
		}
	}
}
