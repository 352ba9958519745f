package fingerprint

import (
	"strings"
	"testing"
)

// tokensOf reads a text in both streams.
func tokensOf(text string) (plain, abstract []token) {
	l := lexer{all: true}
	l.begin(true)
	for i := 0; i < len(text); {
		i = l.fill([]byte(text), i)
		plain = append(plain, l.batches[words].tokens[l.batches[words].kept:]...)
		abstract = append(abstract, l.batches[1].tokens[l.batches[1].kept:]...)
	}
	return plain, abstract
}

// TestTokensAreTheSameHoweverTheyAreRead has words that take each of the ways
// through the lexer: short, long, at the very end, not all ASCII.
func TestTokensAreTheSameHoweverTheyAreRead(t *testing.T) {
	for n := 1; n <= 70; n++ {
		word := strings.Repeat("Abc_9xyz", 9)[:n]
		alone, _ := tokensOf(word)
		followed, _ := tokensOf(word + ", and so on")
		capitals, _ := tokensOf(strings.ToUpper(word) + ", and so on")
		hyphened, _ := tokensOf("\u00ad" + word + "\u00ad, and so on")
		parts := (n + longest - 1) / longest
		if len(alone) != parts || len(followed) != parts+3 {
			t.Errorf("%d letters: %d and %d tokens, want %d and 3 more", n, len(alone), len(followed), parts)
			continue
		}
		for i := range alone {
			if alone[i].hash != followed[i].hash || alone[i].hash != capitals[i].hash || alone[i].hash != hyphened[i].hash {
				t.Errorf("%d letters: token %d differs with what stands around it", n, i)
			}
			if alone[i].at != int32(i*longest) && i == 0 {
				t.Errorf("%d letters: token %d at %d", n, i, alone[i].at)
			}
		}
	}
}

// TestProbesAreAmongFingerprints reads texts with both windows: what a wide one
// chooses is a part of what a narrow one does, but for the first of a text.
func TestProbesAreAmongFingerprints(t *testing.T) {
	text := strings.Repeat(ledger+memo, 20)
	for i := range 40 {
		text += strings.Repeat("x", i%13+1) + " " + ledger[i*7:i*11+300]
	}
	var r reader
	var have [streams]map[int]bool
	for s := range streams {
		have[s] = make(map[int]bool)
	}
	r.lexer.all = true
	want := [streams]bool{true, true}
	if err := r.read(t.Context(), []byte(text), want, func(s stream, grams []gram, _ *batch) {
		for _, g := range grams {
			have[s][g.token] = true
		}
	}); err != nil {
		t.Fatal(err)
	}
	probes, missing := 0, 0
	if err := r.probe(t.Context(), []byte(text), want, func(s stream, list []gram, b *batch) {
		for _, g := range list {
			probes++
			if !have[s][g.token] && g.token > shapes[s].probe {
				missing++
			}
			if i := g.token - b.before; i < 0 || i >= len(b.tokens) {
				t.Errorf("a probe's token is not in its batch: %d of %d", i, len(b.tokens))
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if probes < 500 || missing > 0 {
		t.Errorf("%d of %d probes are no fingerprints", missing, probes)
	}
}
