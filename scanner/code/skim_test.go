package code_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
)

// TestSkimmedAsRead holds findings in texts whose prose is skimmed to those in
// the same texts with every line read, as it is when other kinds are asked for.
func TestSkimmedAsRead(t *testing.T) {
	skims, reads := code.New(), code.New(scanner.KindCode, code.KindLicence)
	var parts []string
	for _, s := range snippets {
		parts = append(parts, s.text)
	}
	for _, name := range slices.Sorted(maps.Keys(negatives)) {
		parts = append(parts, negatives[name])
	}
	paragraph := strings.ReplaceAll(proseSample, "\n", " ")
	parts = append(parts, proseSample, paragraph, proseSample+"\n"+paragraph)
	rng := rand.New(rand.NewPCG(9, 10))
	for range 2000 {
		var b strings.Builder
		for range 1 + rng.IntN(5) {
			part := parts[rng.IntN(len(parts))]
			if rng.IntN(3) == 0 { // some of its lines
				lines := strings.SplitAfter(part, "\n")
				part = strings.Join(lines[rng.IntN(len(lines)):], "")
			}
			if rng.IntN(3) == 0 { // long enough for lines to be passed over
				part = strings.Repeat(strings.TrimRight(part, "\n")+"\n", 2+rng.IntN(6))
			}
			b.WriteString(part + [...]string{"\n", "\n\n", "\r\n", "\n```\n"}[rng.IntN(4)])
		}
		text := b.String()
		got, want := sound(t, skims, []byte(text)), sound(t, reads, []byte(text))
		want = slices.DeleteFunc(want, func(f scanner.Finding) bool { return f.Kind != scanner.KindCode })
		if !slices.Equal(got, want) {
			t.Fatalf("findings %+v, with every line read %+v, in\n%s", got, want, text)
		}
	}
}
