package rules

import (
	"slices"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// A value whose end was left out or struck out stands for another, whatever rule
// finds what is left of it.
func TestElided(t *testing.T) {
	set := builtinSet(t)
	stem := "k3x9q2m7" + "w1zaHR0cHM6Ly9tNp"
	for text, want := range map[string]bool{
		"API_TOKEN=" + stem + "...":                  false,
		"API_TOKEN=" + stem + "…":                    false,
		`"api_token": "` + stem + `***********"`:     false,
		`"api_token": "` + stem + `-##############"`: false,
		"API_TOKEN=" + stem + ".":                    true,
		"my token is " + stem + " ...":               true,
	} {
		found := slices.ContainsFunc(findMedium(t, set, text), func(f scanner.Finding) bool { return f.Kind == scanner.KindSecret })
		if found != want {
			t.Errorf("%q: found %v, want %v", text, found, want)
		}
	}
}
