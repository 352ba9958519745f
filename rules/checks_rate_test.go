package rules

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// fill makes a random value of a form.
func fill(rng *rand.Rand, dst []byte, form string) []byte {
	const alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	dst = dst[:0]
	for _, b := range []byte(form) {
		switch b {
		case '#':
			b = byte('0' + rng.IntN(10))
		case '@':
			b = alnum[rng.IntN(26)]
		case '?':
			b = alnum[rng.IntN(36)]
		}
		dst = append(dst, b)
	}
	return dst
}

// TestFalseAcceptRates measures what is written beside each check: one of so
// many random values of its form passes. What is rarer than one in maxMeasured is
// held to that bound only.
func TestFalseAcceptRates(t *testing.T) {
	skipIfShort(t)
	const (
		samples     = 200_000
		maxMeasured = 4000
	)
	for _, name := range slices.Sorted(maps.Keys(checkTable)) {
		def := checkTable[name]
		if def.form == "" {
			continue
		}
		rng := rand.New(rand.NewPCG(7, uint64(len(name))))
		form, _, _ := strings.Cut(def.form, "|")
		passed := 0
		var buf []byte
		for range samples {
			if buf = fill(rng, buf, form); def.value(buf) {
				passed++
			}
		}
		measured := samples / max(passed, 1)
		if os.Getenv("RATES") != "" {
			t.Logf("RATE %s %d", name, measured)
		}
		switch {
		case def.oneIn > maxMeasured:
			if measured < maxMeasured {
				t.Errorf("%s: one in %d passes, %d is written", name, measured, def.oneIn)
			}
		case measured*10 < def.oneIn*7-10 || measured*7 > def.oneIn*10+10:
			t.Errorf("%s: one in %d passes, %d is written", name, measured, def.oneIn)
		}
	}
}
