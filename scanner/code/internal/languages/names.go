package languages

import "strings"

// Language is a class and a name; a tag of data, logs or prose has neither. Detail is
// both, with a blank between them.
type Language struct{ Class, Name, Detail string }

// tags maps the tags that people write behind a fence, and the endings of
// files, to languages. What is a language, and what its class, stands here
// alone.
var tags = parseTags(`
code python: python py pyi python2 python3 py3 ipython pycon jupyter
code go: go golang
code javascript: javascript js jsx node nodejs mjs cjs es6
code typescript: typescript ts tsx
code java: java
code kotlin: kotlin kt kts
code scala: scala
code groovy: groovy gradle
code c: c h
code cpp: cpp c++ cxx cc hpp cuda cu arduino ino
code csharp: csharp c# cs
code fsharp: fsharp f# fs
code visualbasic: vb vbnet vb.net vba vbscript visualbasic basic
code objectivec: objectivec objective-c objective_c objc mm
code swift: swift
code rust: rust rs
code ruby: ruby rb erb podspec gemspec
code php: php
code perl: perl pl pm
code lua: lua
code r: r rscript splus
code julia: julia jl
code matlab: matlab octave
code haskell: haskell hs lhs
code ocaml: ocaml ml
code elixir: elixir ex exs
code erlang: erlang erl
code clojure: clojure clj cljs clojurescript
code lisp: lisp common-lisp elisp emacs-lisp scheme racket
code dart: dart
code zig: zig
code nim: nim
code solidity: solidity sol
code fortran: fortran f f77 f90 f95 fortranfixed
code cobol: cobol
code pascal: pascal delphi objectpascal pas
code assembly: asm assembly nasm gas x86asm armasm s llvm wasm
code verilog: verilog systemverilog vhdl
code prolog: prolog
code ada: ada adb ads
code d: d dlang
code crystal: crystal cr
code elm: elm
code haxe: haxe hx
code vala: vala
code awk: awk gawk
code tcl: tcl
code vim: vim viml vimscript
code gdscript: gdscript gdscript3
code apex: apex
code glsl: glsl hlsl wgsl
code css: css scss sass less
code graphql: graphql gql
code protobuf: protobuf proto
code regex: regex
sql sql: sql mysql postgres postgresql psql plpgsql plsql tsql sqlite bigquery snowflake hql hiveql
sql cypher: cypher
sql sparql: sparql
shell shell: bash sh shell zsh fish console shell-session terminal ksh csh
shell powershell: powershell ps1 pwsh
shell batch: batch bat cmd dosbatch
config yaml: yaml yml
config toml: toml
config ini: ini cfg conf properties env dotenv
config hcl: hcl terraform tf
config nginx: nginx apache apacheconf caddyfile
config dockerfile: dockerfile docker containerfile
config make: makefile make mk
config cmake: cmake
config nix: nix nixos
markup html: html htm xhtml vue svelte handlebars jinja jinja2 django
markup xml: xml svg xsl xslt xaml plist
markup tex: tex latex
diff diff: diff patch udiff
trace trace: stacktrace traceback
- -: json json5 jsonc jsonl ndjson geojson csv tsv txt text plain plaintext log logs output out md markdown rst none mermaid math email prompt
`)

func parseTags(table string) map[string]Language {
	tags := make(map[string]Language)
	for row := range strings.Lines(table) {
		head, names, ok := strings.Cut(row, ":")
		if !ok {
			continue
		}
		class, name, _ := strings.Cut(head, " ")
		l := Language{class, name, head}
		if class == "-" {
			l = Language{}
		}
		for tag := range strings.FieldsSeq(names) {
			tags[tag] = l
		}
	}
	return tags
}

// maxTag bounds the length in bytes of a tag worth looking up.
const maxTag = 20

// OfTag returns the language of a fence's tag, in any case. ok is false if
// nobody knows the tag; a tag of data, logs or prose is known and gives the zero
// Language.
func OfTag(tag []byte) (l Language, ok bool) {
	if len(tag) == 0 || len(tag) > maxTag {
		return Language{}, false
	}
	var lower [maxTag]byte
	for i, c := range tag {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	l, ok = tags[string(lower[:len(tag)])]
	return l, ok
}

// named returns the language of a name.
func named(name string) Language {
	for _, l := range tags {
		if l.Name == name {
			return l
		}
	}
	return Language{}
}
