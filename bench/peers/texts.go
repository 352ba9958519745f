package main

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp/syntax"
	"runtime"
	"strings"
	"unicode/utf8"
)

type text struct {
	name string
	text []byte
}

// texts are prose and code of the Go distribution, and what is made of them; no text holds
// anything real to find. The same every time with the same version of Go.
func texts(exprs []string, size int) []text {
	prose, code := goSource(size)
	var trees []*syntax.Regexp
	for _, e := range exprs {
		tree, err := syntax.Parse(e, syntax.Perl)
		if err == nil {
			trees = append(trees, tree)
		}
	}
	return []text{
		{"prose", prose},
		{"code", code},
		{"chinese", translated(prose, size, 0x4e00, 3000)},
		{"hindi", translated(prose, size, 0x0905, 0x35)},
		{"log", logLines(size)},
		{"base64", withBase64(prose, size)},
		{"1 per 21KB", dense(trees, prose, size, 21<<10)},
		{"1 per 2.2KB", dense(trees, prose, size, 2200)},
		{"1 per 270B", dense(trees, prose, size, 270)},
	}
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

func logLines(size int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	var out []byte
	for len(out) < size {
		out = fmt.Appendf(out, `{"ts":"2026-11-%02dT08:%02d:%02d.%03dZ","level":"info","caller":"http/server.go:%d","msg":"request done","method":"GET",`+
			`"path":"/v2/items/%d/parts","status":%d,"ms":%d,"bytes":%d,"remote":"10.%d.%d.%d:%d","id":"%08x"}`+"\n",
			1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(1000), r.IntN(900), r.IntN(90000), 200+r.IntN(5), r.IntN(900), r.IntN(1<<20),
			r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(65536), r.Uint32())
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
		out = write(r, trees[r.IntN(len(trees))], out)
		out = append(out, around[r.IntN(len(around))]...)
	}
	return []byte(strings.ToValidUTF8(string(out), ""))
}

// write appends a string of ASCII that an expression describes, assertions aside.
func write(r *rand.Rand, re *syntax.Regexp, out []byte) []byte {
	switch re.Op {
	case syntax.OpLiteral:
		for _, c := range re.Rune {
			if re.Flags&syntax.FoldCase != 0 && r.IntN(2) == 0 && (c|0x20 >= 'a' && c|0x20 <= 'z') {
				c ^= 0x20
			}
			out = utf8.AppendRune(out, c)
		}
	case syntax.OpCharClass:
		out = append(out, pick(r, re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		out = append(out, byte(' '+r.IntN(95)))
	case syntax.OpCapture:
		out = write(r, re.Sub[0], out)
	case syntax.OpConcat:
		for _, s := range re.Sub {
			out = write(r, s, out)
		}
	case syntax.OpAlternate:
		out = write(r, re.Sub[r.IntN(len(re.Sub))], out)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		lo, hi := re.Min, re.Max
		switch re.Op {
		case syntax.OpStar:
			lo, hi = 0, 3
		case syntax.OpPlus:
			lo, hi = 1, 4
		case syntax.OpQuest:
			lo, hi = 0, 1
		}
		if hi < 0 || hi > lo+6 {
			hi = lo + 6
		}
		for range lo + r.IntN(hi-lo+1) {
			out = write(r, re.Sub[0], out)
		}
	}
	return out
}

// pick returns a printable letter of a class if it has one.
func pick(r *rand.Rand, ranges []rune) byte {
	var letters []byte
	for c := rune(' '); c < 0x7f; c++ {
		for i := 0; i+1 < len(ranges); i += 2 {
			if c >= ranges[i] && c <= ranges[i+1] {
				letters = append(letters, byte(c))
			}
		}
	}
	if len(letters) == 0 {
		return '\n'
	}
	return letters[r.IntN(len(letters))]
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
