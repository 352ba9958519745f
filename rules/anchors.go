package rules

import (
	_ "embed" // for anchors.txt
	"hash/fnv"
	"strconv"
	"strings"
	"sync"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// Which anchors the engine chooses for an expression takes it longer to find out than all else that it does when
// rules are loaded. For the expressions of the built-in rules it was found out before: anchors.txt has a line
// for each, with its FNV-1a hash and what match.Hint says. A line that is missing or
// wrong costs time only; `make tables` writes the file anew, and TestAnchors holds it to the engine.
//
//go:embed anchors.txt
var anchorLines string

var anchorHints = sync.OnceValue(func() map[uint64]string {
	hints := make(map[uint64]string, 2048)
	for line := range strings.Lines(anchorLines) {
		key, hint, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if n, err := strconv.ParseUint(key, 16, 64); err == nil {
			hints[n] = hint
		}
	}
	return hints
})

// hintFor returns what is known of an expression, if anything.
func hintFor(p match.Pattern) string { return anchorHints()[expressionHash(p.Expr)] }

// expressionHash is 64-bit FNV-1a.
func expressionHash(expr string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(expr)) // never fails
	return h.Sum64()
}
