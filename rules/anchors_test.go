package rules

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// anchors.txt says of every expression of the built-in rules what the engine would find out, and of no other.
func TestAnchors(t *testing.T) {
	set := builtinSet(t)
	beside, err := set.beside()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range slices.Concat(set.Patterns(), beside.Patterns()) {
		p.Hint = ""
		hint, err := match.Hint(p)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%016x %s\n", expressionHash(p.Expr), hint))
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	if len(lines) < 1000 {
		t.Errorf("only %d expressions", len(lines))
	}
	if want := strings.Join(lines, ""); want != anchorLines {
		if !*update {
			t.Fatal("anchors.txt is not what the engine says: run make tables")
		}
		if err := os.WriteFile("anchors.txt", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
