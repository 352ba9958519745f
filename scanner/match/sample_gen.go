//go:build ignore

// Takes windows of eight bytes from Go's own distribution, from places that a generator of random
// numbers chooses, and writes samples.txt: first English, from comments, then code. Run: go run sample_gen.go
package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Keep with sample.go.
const (
	window = 8
	each   = 2560
)

func main() {
	var prose, code []byte
	err := filepath.WalkDir(filepath.Join(runtime.GOROOT(), "src"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasPrefix(d.Name(), "z") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) > 200<<10 {
			return err
		}
		code = append(code, b...)
		for line := range strings.Lines(string(b)) {
			if c, ok := strings.CutPrefix(line, "// "); ok {
				prose = append(prose, c...)
			}
		}
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var out []byte
	for _, text := range [][]byte{prose, code} {
		for n := 0; n < each; {
			w := text[r.IntN(len(text)-window):][:window]
			if ascii(w) {
				out = append(out, w...)
				n++
			}
		}
	}
	if err := os.WriteFile("samples.txt", out, 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
