package prompt

import (
	"strings"
	"testing"
)

// No run that is long enough is passed over, wherever it begins and whatever stands beside it.
func TestRunsAreNotPassedOver(t *testing.T) {
	for length := minFragment; length < minFragment+9; length++ {
		for before := range 40 {
			for _, space := range []string{" ", "*", "\x00", "é", ",", "~"} {
				text := []byte(strings.Repeat("a ", before/2) + strings.Repeat("b", before%2) + space + strings.Repeat("Q", length) + space + "c d e")
				found := false
				for i := minFragment - 1; i < len(text); i += minFragment {
					found = found || text[i] == 'Q' && !betweenSpaces(text, i)
				}
				if !found {
					t.Fatalf("%q: passed over", text)
				}
			}
		}
	}
}
