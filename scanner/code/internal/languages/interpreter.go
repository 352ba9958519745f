package languages

import "bytes"

// interpreters are programs that run scripts and are not named as their language
// is.
var interpreters = map[string]string{
	"rscript": "r", "uv": "python", "pypy": "python", "jython": "python", "deno": "typescript", "ts-node": "typescript", "bun": "typescript",
	"dash": "shell", "ash": "shell", "tclsh": "tcl", "wish": "tcl", "expect": "tcl", "runhaskell": "haskell", "runghc": "haskell", "escript": "erlang",
	"mawk": "awk", "nawk": "awk", "luajit": "lua", "jruby": "ruby", "amm": "scala", "sbcl": "lisp", "guile": "lisp", "swipl": "prolog", "bb": "clojure",
}

// OfScript returns the language of a script by its first line, which says what
// runs it: #!/usr/bin/env python3. ok is false if the line does not.
func OfScript(line []byte) (l Language, ok bool) {
	line, ok = bytes.CutPrefix(bytes.TrimLeft(line, " \t"), []byte("#!"))
	if !ok {
		return Language{}, false
	}
	line, _, _ = bytes.Cut(line, []byte{'\n'})
	first := true
	for word := range bytes.FieldsSeq(line) {
		if i := bytes.LastIndexByte(word, '/'); i >= 0 {
			word = word[i+1:]
		}
		if first && string(word) == "env" || !first && (len(word) == 0 || word[0] == '-' || bytes.IndexByte(word, '=') >= 0) {
			first = false
			continue
		}
		if l, ok = ofInterpreter(word); !ok {
			l, ok = ofInterpreter(bytes.TrimRight(word, "0123456789.-")) // python3.12
		}
		return l, ok
	}
	return Language{}, false
}

func ofInterpreter(name []byte) (Language, bool) {
	if name, ok := interpreters[string(bytes.ToLower(name))]; ok {
		return named(name), true
	}
	l, ok := OfTag(name)
	return l, ok && l.Class != ""
}
