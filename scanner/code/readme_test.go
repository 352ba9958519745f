package code_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/code"
	"github.com/sluice-dlp/sluice/scanner/code/internal/languages"
)

// TestReadme holds ../README.md to the rules and the languages that there are.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rules := code.Rules()
	for id, kind := range rules {
		class := strings.TrimPrefix(id, "code-")
		if id == "source-code" {
			class = "code"
		} else if kind != "code" {
			class = string(kind)
		}
		if row := fmt.Sprintf("| `%s` | `%s` | `%s`", id, kind, class); !strings.Contains(string(text), row) {
			t.Errorf("no row %q", row)
		}
	}
	v, err := languages.Fitted()
	if err != nil {
		t.Fatal(err)
	}
	if n := fmt.Sprintf("for %d languages", len(v.Languages)); !strings.Contains(string(text), n) {
		t.Errorf("votes are %s, which README.md does not say", n)
	}
	if len(rules) < 10 {
		t.Errorf("%d rules", len(rules))
	}
}
