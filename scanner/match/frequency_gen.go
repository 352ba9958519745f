//go:build ignore

// Counts the pairs of bytes in Go's own distribution and prints the rows of
// frequency.go. Run: go run frequency_gen.go
package main

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

func main() {
	var code, prose [128][128]float64
	count := func(into *[128][128]float64, text string) {
		for i := 1; i < len(text); i++ {
			into[group(text[i-1])][group(text[i])]++
		}
	}
	err := filepath.WalkDir(filepath.Join(runtime.GOROOT(), "src"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasPrefix(filepath.Base(path), "z") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) > 200<<10 {
			return err
		}
		count(&code, string(b))
		var comments strings.Builder
		for line := range strings.Lines(string(b)) {
			if c, ok := strings.CutPrefix(line, "// "); ok {
				comments.WriteString(c)
			} else if strings.TrimSpace(line) == "" {
				comments.WriteByte('\n')
			}
		}
		count(&prose, comments.String())
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	total := func(t *[128][128]float64) (n float64) {
		for _, row := range t {
			for _, x := range row {
				n += x
			}
		}
		return n
	}
	nc, np := total(&code), total(&prose)
	fmt.Fprintln(os.Stderr, "bytes of code and prose:", nc, np)
	for g := range groups {
		var row strings.Builder
		for h := range groups {
			p := (code[g][h]/nc + 3*prose[g][h]/np) / 4
			row.WriteByte(byte('#' + min(55, math.Round(-2*math.Log2(p+1e-9)))))
		}
		fmt.Printf("\t`%s` +\n", row.String())
	}
}

// Keep with frequency.go.
const groups = 90

func group(b byte) int {
	switch {
	case b >= 0x80:
		return 0
	case b == '\n':
		return 1
	case b == '\t':
		return 2
	case b < 0x20 || b == 0x7f:
		return 3
	case b >= '0' && b <= '9':
		return 4
	case b < '0':
		return 5 + int(b-0x20)
	}
	return 21 + int(b-'9'-1)
}
