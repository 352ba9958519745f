package main

import (
	"encoding/base64"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp/syntax"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/bench"
)

type text struct {
	name string
	text []byte
}

// texts are prose and code of the Go distribution, what is made of them, and generated
// ones. No text holds anything real to find. The same every time with the same version of Go.
func texts(exprs []string, seed uint64, size int) ([]text, error) {
	prose, code := goSource(size)
	var trees []*syntax.Regexp
	for _, e := range exprs {
		tree, err := syntax.Parse(e, syntax.Perl)
		if err != nil {
			return nil, err
		}
		trees = append(trees, tree)
	}
	generated := map[string][]byte{}
	for _, c := range bench.Corpora(seed, size, size) {
		generated[c.Name] = []byte(c.Texts[0])
	}
	return []text{
		{"prose", prose},
		{"code", code},
		{"json", generated["json"]},
		{"logs", generated["logs"]},
		{"base64", withBase64(prose, size)},
		{"chinese", translated(prose, size, 0x4e00, 3000)},
		{"hindi", translated(prose, size, 0x0905, 0x35)},
		{"emoji", generated["emoji"]},
		{"1 per 21 KB", dense(trees, prose, size, 21<<10)},
		{"1 per 2.2 KB", dense(trees, prose, size, 2200)},
		{"1 per 270 B", dense(trees, prose, size, 270)},
		{"pii", generated["pii"]},
	}, nil
}

func goSource(size int) (prose, code []byte) {
	_ = filepath.WalkDir(filepath.Join(runtime.GOROOT(), "src"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasPrefix(d.Name(), "z") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) > 200<<10 || !utf8.Valid(b) {
			return nil
		}
		if len(code) < size {
			code = append(code, b...)
		}
		for line := range strings.Lines(string(b)) {
			if c, ok := strings.CutPrefix(line, "// "); ok {
				prose = append(prose, c...)
			}
		}
		if len(prose) >= size && len(code) >= size {
			return fs.SkipAll
		}
		return nil
	})
	return prose[:min(len(prose), size)], code[:min(len(code), size)]
}

// translated writes nine of ten words in letters of another script.
func translated(prose []byte, size int, first rune, letters uint32) []byte {
	var out []byte
	words := 0
	for word := range strings.FieldsSeq(string(prose)) {
		h := uint32(2166136261)
		if words++; words%10 == 0 {
			out = append(out, word...)
			continue
		}
		for i := 0; i < len(word); i += 2 {
			h = (h ^ uint32(word[i])) * 16777619
			out = utf8.AppendRune(out, first+rune(h>>7%letters))
		}
		if strings.ContainsAny(word, ".,") || letters < 1000 {
			out = append(out, " \n"[h>>9&1])
		}
		if len(out) >= size {
			break
		}
	}
	return out
}

func withBase64(prose []byte, size int) []byte {
	r := rand.New(rand.NewPCG(5, 6))
	var out []byte
	for len(out) < size && len(prose) > 1000 {
		out, prose = append(out, prose[:500]...), prose[500:]
		raw := make([]byte, 600)
		for i := range raw {
			raw[i] = byte(r.Uint32())
		}
		out = append(append(append(out, '\n'), base64.StdEncoding.EncodeToString(raw)...), '\n')
	}
	return []byte(strings.ToValidUTF8(string(out), "")) // a rune may have been cut
}

// dense puts a string that one of the patterns describes into prose about every gap bytes.
func dense(trees []*syntax.Regexp, prose []byte, size, gap int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	around := []string{" ", "\n", "\"", "; ", ""}
	var out []byte
	for at := 0; len(out) < size; {
		n := gap/2 + r.IntN(gap)
		if at+n > len(prose) {
			at = r.IntN(gap)
		}
		for at+n < len(prose) && !utf8.RuneStart(prose[at+n]) {
			n++
		}
		for at > 0 && !utf8.RuneStart(prose[at]) {
			at++
		}
		out = append(out, prose[at:at+n]...)
		at += n
		out = append(out, around[r.IntN(len(around))]...)
		out = append(out, bench.Described(r, trees[r.IntN(len(trees))])...)
		out = append(out, around[r.IntN(len(around))]...)
	}
	return []byte(strings.ToValidUTF8(string(out), ""))
}

// cut divides a text into pieces of about n bytes, between runes.
func cut(text []byte, n int) (pieces [][]byte) {
	for len(text) > 0 {
		k := min(n, len(text))
		for k < len(text) && !utf8.RuneStart(text[k]) {
			k++
		}
		pieces, text = append(pieces, text[:k:k]), text[k:]
	}
	return pieces
}
