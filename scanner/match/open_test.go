package match_test

import (
	"bytes"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// openText returns pieces of files that nobody has written for these patterns: of the Go
// distribution and of the modules that are on this machine. Which files, and which piece of each, the seed decides.
func openText(t *testing.T, seed uint64, files int) [][]byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT", "GOMODCACHE").Output()
	if err != nil {
		t.Skip("no go command: ", err)
	}
	roots := strings.Fields(string(out))
	const most = 20000 // files of one root
	var names []string
	for _, root := range roots {
		n := 0
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // what is not there is not read
			}
			if d.IsDir() {
				return nil
			}
			if n++; n > most {
				return fs.SkipAll
			}
			names = append(names, path)
			return nil
		})
	}
	r := rand.New(rand.NewPCG(seed, 1))
	var pieces [][]byte
	for tries := 0; len(names) > 0 && len(pieces) < files && tries < 10*files; tries++ {
		b, err := os.ReadFile(names[r.IntN(len(names))])
		if err != nil || len(b) == 0 {
			continue
		}
		n := 1 << (8 + r.IntN(8))
		from := r.IntN(max(1, len(b)-n))
		piece := bytes.ToValidUTF8(b[from:min(len(b), from+n)], nil)
		if len(piece) > 0 && utf8.Valid(piece) {
			pieces = append(pieces, piece)
		}
	}
	if len(pieces) < files/2 {
		t.Skip("no source files on this machine")
	}
	return pieces
}

// loose are patterns that match often in any text, so that equality there says something.
var loose = []string{
	`\b[A-Z][a-z]+ [A-Z][a-z]+\b`, `\b\d{1,4}[-./:]\d{1,4}\b`, `(?i)\b(?:key|token|secret|auth|pass)\w{0,12}\s{0,3}[:=]\s{0,3}(\S{3,40})`,
	`(?:^|[^0-9A-Za-z])([0-9a-f]{4,40})(?:[^0-9A-Za-z]|$)`, `\b[A-Za-z0-9+/]{16,}\b`, `"[^"\n]{3,30}"`, `(?m)^[ \t]*//.{10,}$`,
	`https?://[^\s"'<>]+`, `\b[a-z]+\.[A-Z]\w+\(`, `(?m)^func (\w+)`, `[A-Za-z0-9._-]+@[A-Za-z0-9.-]+`, `\b[01]{2,}\b|\b0x[0-9a-f]+\b`,
	`(?i)(?:license|copyright)[^\n]{0,40}`, `[^\x00-\x7f]{2,}`, `\b\w{20,}\b`, `(?s)\{[^{}]{0,20}\}`, `(?:^|[^\w.])(v\d+\.\d+\.\d+)\b`,
}

// Find gives what FindAll gives on text that was not made from the patterns, and both what package
// regexp gives on a part of it.
func TestOpenText(t *testing.T) {
	files := 120
	if testing.Short() {
		files = 40
	}
	o := newOracle(t, slices.Concat(loose, credentials, personal)...)
	matches := map[int]int{}
	bytes := 0
	for i, text := range openText(t, 7, files) {
		for _, m := range o.check(t, text, i%10 == 0 && len(text) < 4<<10) {
			matches[m.Pattern]++
		}
		bytes += len(text)
	}
	some := 0
	for i := range loose {
		if matches[i] > 0 {
			some++
		}
	}
	if some < len(loose)/2 {
		t.Errorf("only %d of %d loose patterns match in %d bytes", some, len(loose), bytes)
	}
	for _, i := range slices.Sorted(maps.Keys(matches)) {
		t.Logf("%6d matches of %s", matches[i], o.exprs[i])
	}
	t.Logf("in %d bytes", bytes)
}

// Words of the text itself, as patterns: their anchors stand everywhere.
func TestOpenTextByItsOwnWords(t *testing.T) {
	texts := openText(t, 8, 24)
	word := regexp.MustCompile(`[A-Za-z0-9_.:/-]{3,12}`)
	r := rand.New(rand.NewPCG(3, 3))
	seen := map[string]bool{}
	var patterns []match.Pattern
	for _, text := range texts {
		all := word.FindAll(text, -1)
		for range min(8, len(all)) {
			w := regexp.QuoteMeta(string(all[r.IntN(len(all))]))
			expr := []string{w, `\b` + w + `\b`, `(?i)` + w + `\s*(\S+)`, w + `|` + w + `[a-z]+`}[r.IntN(4)]
			if !seen[expr] {
				seen[expr] = true
				patterns = append(patterns, match.Pattern{Expr: expr})
			}
		}
	}
	set, err := match.Compile(patterns)
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string]*match.Set{}
	for _, step := range match.FirstSteps() {
		if sets[step], err = match.CompileFor(step, patterns); err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for _, text := range texts {
		want, err := set.FindAll(t.Context(), nil, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range match.FirstSteps() {
			got, err := sets[step].Find(t.Context(), nil, text)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %d matches, want %d", step, len(got), len(want))
			}
		}
		found += len(want)
	}
	if found < len(patterns)/2 {
		t.Errorf("%d matches of %d patterns", found, len(patterns))
	}
}
