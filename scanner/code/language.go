package code

import (
	"bytes"
	"strings"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// The classes, each a rule of its own: code-<class>.
const (
	classCode   = "code"
	classSQL    = "sql"
	classConfig = "config"
	classMarkup = "markup"
	classShell  = "shell"
	classDiff   = "diff"
	classTrace  = "trace"
)

// language is a class and a name; a tag of data, logs or prose has neither.
type language struct{ class, name string }

// languageTags maps the tags that people write behind a fence.
var languageTags = parseTags(`
code python: python py python3 py3 ipython pycon jupyter
code go: go golang
code javascript: javascript js jsx node nodejs mjs es6
code typescript: typescript ts tsx
code java: java
code kotlin: kotlin kt kts
code scala: scala
code groovy: groovy gradle
code c: c h
code cpp: cpp c++ cxx cc hpp cuda cu arduino ino
code csharp: csharp c# cs
code fsharp: fsharp f# fs
code visualbasic: vb vbnet vba vbscript basic
code objectivec: objectivec objective-c objc
code swift: swift
code rust: rust rs
code ruby: ruby rb erb
code php: php
code perl: perl pl
code lua: lua
code r: r rscript
code julia: julia jl
code matlab: matlab octave
code haskell: haskell hs
code ocaml: ocaml ml
code elixir: elixir ex exs
code erlang: erlang erl
code clojure: clojure clj
code lisp: lisp elisp scheme racket
code dart: dart
code zig: zig
code nim: nim
code solidity: solidity sol
code fortran: fortran f90
code cobol: cobol
code pascal: pascal delphi
code assembly: asm assembly nasm x86asm armasm llvm wasm
code verilog: verilog systemverilog vhdl
code prolog: prolog
code gdscript: gdscript

code apex: apex
code glsl: glsl hlsl wgsl
code css: css scss sass less
code graphql: graphql gql
code protobuf: protobuf proto
code regex: regex
sql sql: sql mysql postgres postgresql psql plsql tsql sqlite bigquery snowflake hql hiveql cypher sparql
shell shell: bash sh shell zsh fish console shell-session terminal ksh csh
shell powershell: powershell ps1 pwsh
shell batch: batch bat cmd dosbatch
config yaml: yaml yml
config toml: toml
config ini: ini cfg conf properties env dotenv
config hcl: hcl terraform tf
config nginx: nginx apache apacheconf caddyfile
config dockerfile: dockerfile docker containerfile
config make: makefile make mk cmake
config nix: nix
markup html: html htm xhtml vue svelte handlebars jinja jinja2 django
markup xml: xml svg xsl xslt xaml plist
markup tex: tex latex
diff diff: diff patch udiff
trace trace: stacktrace traceback
- -: json json5 jsonc jsonl ndjson geojson csv tsv txt text plain plaintext log logs output out md markdown rst none mermaid math email prompt
`)

func parseTags(table string) map[string]language {
	tags := make(map[string]language)
	for row := range strings.Lines(table) {
		head, names, ok := strings.Cut(row, ":")
		if !ok {
			continue
		}
		class, name, _ := strings.Cut(head, " ")
		l := language{class, name}
		if class == "-" {
			l = language{}
		}
		for tag := range strings.FieldsSeq(names) {
			tags[tag] = l
		}
	}
	return tags
}

// guessable are the languages that a segment without a tag can be given, with
// the words that speak for them and how much.
var guessable = []struct {
	language
	words string
	signs string // sequences of characters, separated by blanks; ␠ is a blank
}{
	{language{classCode, "python"}, "def:3 elif:4 self:3 None:3 True:1 False:1 import:1 from:1 lambda:2 except:3 pass:2 with:1 yield:1 __init__:4 __name__:4 print:1 np:2 pd:2 range:1 len:1 in:1 not:1 and:1 raise:2 async:1 isinstance:3", "):␊ f\" self. else:␊ :␊␠␠␠␠ \"\"\" ):␊ ␊def␠ __"},
	{language{classCode, "javascript"}, "const:2 let:2 var:1 function:2 console:4 document:3 window:2 require:2 undefined:3 null:1 async:1 await:1 export:2 typeof:3 new:1 Promise:3 useState:4 module:1 JSON:2", "=>␠{ === !== `${ });␊ =␠require( console.log (function( function␠ ␠/**"},
	{language{classCode, "typescript"}, "interface:3 readonly:4 implements:1 export:2 const:2 type:2 string:2 number:3 boolean:2 any:2 private:1 async:1 Promise:2 enum:1 unknown:3", ":␠string :␠number :␠boolean :␠void ):␠ number[] ?:␠ ␠as␠ import␠{"},
	{language{classCode, "java"}, "public:2 private:2 static:2 void:2 final:3 class:1 extends:2 implements:3 throws:4 String:2 System:2 println:2 new:1 import:1 package:2 Override:4 ArrayList:4 HashMap:3 int:1 boolean:2 null:1 protected:2", "System.out @Override java. List< public␠static ␠throws␠ ArrayList<"},
	{language{classCode, "kotlin"}, "fun:5 val:3 when:2 companion:5 println:1 data:2 suspend:5 override:2 object:2 var:1 listOf:5 it:1 init:2", "?: fun␠ ␠val␠ ?.let :␠Int :␠String :␠List< ):␠Boolean ..< ␠until␠ arrayOf"},
	{language{classCode, "scala"}, "def:2 val:3 object:3 trait:4 extends:2 case:2 match:3 implicit:5 sealed:3 Unit:3 Option:2 with:1 lazy:3 yield:2 override:2", "␠<-␠ ␠=␠{␊ case␠class :␠Int :␠String List[ Array[ def␠ )␠:␠ ␠extends␠"},
	{language{classCode, "csharp"}, "using:3 namespace:4 public:2 private:2 string:2 var:1 Console:5 WriteLine:5 async:1 Task:3 await:1 get:1 set:1 override:2 void:1 static:1 class:1 new:1 foreach:2 readonly:2 internal:3 null:1 bool:1", "{␠get; Console. using␠System List< public␠static ␠=>␠ ␊namespace␠"},
	{language{classCode, "c"}, "include:3 printf:3 int:2 char:2 struct:2 void:2 malloc:4 sizeof:3 NULL:3 return:1 static:1 unsigned:2 const:1 free:2 stdio:4 stdlib:4 define:2 typedef:3 uint32_t:3 size_t:2", "#include ␠* .h> ->"},
	{language{classCode, "cpp"}, "include:2 std:4 cout:5 endl:4 vector:3 namespace:3 template:4 typename:5 class:1 virtual:4 nullptr:5 auto:2 const:1 public:1 string:1 int:1 override:1 iostream:5", "std:: ␠<<␠ #include <int> vector< :: public:␊ ->"},
	{language{classCode, "go"}, "func:4 package:3 fmt:5 nil:4 defer:5 chan:4 struct:2 err:4 go:1 range:2 interface:1 string:1 int:1 make:2 errors:2 ctx:3 type:1 import:1", "␠:=␠ fmt. !=␠nil []string func␠( ␊func␠ []int ␊package␠ ␊type␠"},
	{language{classCode, "rust"}, "fn:5 let:2 mut:5 impl:5 pub:5 use:2 match:2 Some:4 Ok:4 Err:4 None:1 struct:1 trait:3 self:1 u32:4 usize:4 i32:4 Vec:4 unwrap:5 crate:5 Result:2 println:1 str:2", "::new ␠->␠ println! &mut &str ␠=>␠ fn␠ let␠mut ::<"},
	{language{classCode, "swift"}, "func:3 let:2 var:2 guard:5 nil:2 import:1 struct:2 extension:4 UIKit:5 SwiftUI:5 self:1 init:3 enum:1 override:2 String:1 Int:4 protocol:4 private:1 View:2", "␠->␠ func␠ if␠let :␠Int) :␠[ guard␠let [Int] [String] ␠inout␠"},
	{language{classCode, "objectivec"}, "NSString:5 interface:1 implementation:4 property:2 nonatomic:5 NSLog:5 self:1 nil:1 strong:2 alloc:4 NSArray:5 YES:2 NO:1", "@interface @property @\" #import [self"},
	{language{classCode, "ruby"}, "def:2 end:4 puts:4 require:2 do:2 class:1 module:2 attr_accessor:5 nil:2 unless:4 elsif:5 each:3 self:1 initialize:4 then:1 rescue:4 begin:2", ".each #{ do␠| ␠@ ␠=>␠ end␊ .nil? ␠|a| ␠|x| ␊def␠ ␊end ?␊"},
	{language{classCode, "php"}, "php:4 echo:4 function:1 array:2 foreach:2 public:1 isset:5 this:1 use:1 namespace:2 return:1 null:1 mysqli:5 require_once:5", "<?php $this-> ␠$ ($ ␠=>␠ ?> function␠ ;␊␠␠␠␠$ ␊$"},
	{language{classCode, "perl"}, "my:5 use:2 strict:5 warnings:4 sub:4 print:1 foreach:1 shift:4 die:3 unless:2 elsif:3 local:1 bless:5 qw:5", "my␠$ my␠@ =~ ->{ $_ @_ my␠(␠ my␠% ->[ ␊sub␠ shift;"},
	{language{classCode, "lua"}, "local:5 function:2 end:3 then:3 nil:2 elseif:3 pairs:5 ipairs:5 require:1 do:1 self:1", "local␠ ~= ␠..␠ ␊--␠"},
	{language{classCode, "r"}, "library:4 ggplot:5 data:1 frame:2 function:1 TRUE:3 FALSE:3 NULL:1 dplyr:5 mutate:4 aes:5 summary:2 c:1 mean:2", "␠<-␠ %>% ␠c( library( ,␠]"},
	{language{classCode, "julia"}, "function:2 end:2 using:2 julia:5 println:1 mutable:3 struct:1 Float64:4 Int64:4 module:1 push:1", "::Int ::Float64 ␠.+ push!("},
	{language{classCode, "matlab"}, "function:1 end:2 zeros:3 plot:2 fprintf:3 disp:5 figure:3 clc:5 close:1 linspace:3", "...␊ ␠.*␠ ␠./␠ ␊% (:, ,:)"},
	{language{classCode, "haskell"}, "where:3 module:2 import:1 qualified:5 data:2 deriving:5 instance:3 let:1 in:1 case:1 of:2 Maybe:5 Just:4 Nothing:3 IO:4 do:1 forall:4", "␠::␠ ␠<-␠ ␊import␠qualified ␠$␠ ␠>>=␠ ␠::␠[ ␊module␠"},
	{language{classCode, "elixir"}, "defmodule:6 def:2 do:3 end:3 defp:6 use:1 alias:3 case:1 fn:2 nil:1 IO:2 Enum:4", "␠|>␠ %{ ,␠do: ␠do␊"},
	{language{classCode, "clojure"}, "defn:6 def:2 let:2 ns:4 fn:2 require:1 map:1 println:1", "(defn (let␠[ (def␠ [["},
	{language{classCode, "lisp"}, "defun:6 setq:5 lambda:1 let:2 cond:3 define:4 car:4 cdr:4 nil:1 progn:5", "(defun (define (let␠(( ))"},
	{language{classCode, "dart"}, "Widget:5 final:2 void:1 import:1 class:1 extends:1 override:1 BuildContext:6 State:2 return:1 Future:4 setState:3 const:1 StatelessWidget:6", "package: @override"},
	{language{classCode, "solidity"}, "pragma:3 solidity:6 contract:5 uint256:6 address:3 mapping:4 external:4 payable:5 require:1 msg:3 emit:4 memory:3", "␠^0. msg.sender mapping("},
	{language{classCode, "visualbasic"}, "Dim:6 As:3 Sub:4 End:3 Function:2 Integer:2 String:1 Then:3 Next:3 Set:2 If:2 ElseIf:3 Private:2 ByVal:6 Range:2", "End␠Sub As␠ Dim␠"},
	{language{classCode, "fortran"}, "subroutine:5 program:2 integer:2 real:2 implicit:3 none:2 end:2 call:2 write:1 dimension:3 endif:2", "␠::␠ (*,*) .eq. .and."},
	{language{classCode, "pascal"}, "begin:3 end:2 procedure:4 var:1 writeln:6 then:1 program:2 uses:3 integer:1 unit:3", "␠:=␠ end;␊ end. begin␊"},
	{language{classCode, "assembly"}, "mov:5 eax:6 rax:6 push:2 pop:2 jmp:6 ret:3 rsp:6 rbp:6 xor:3 section:2 syscall:3 ldr:5 lea:5", ",␠[ ,␠%r %r"},
	{language{classCode, "css"}, "color:2 px:3 margin:4 padding:4 display:3 font:3 background:4 border:3 width:1 flex:4 hover:3 important:2 media:2", "px; :hover rem; ␠{␊␠␠color px␠ :root"},
	{language{classCode, "protobuf"}, "syntax:3 proto3:6 message:3 repeated:5 rpc:5 service:2 optional:2 returns:3 string:1 int32:3", "=␠1; =␠2; =␠3;"},
	{language{classSQL, "sql"}, "SELECT:5 FROM:3 WHERE:4 JOIN:4 INSERT:4 INTO:3 UPDATE:3 DELETE:3 CREATE:4 TABLE:4 GROUP:3 BY:2 ORDER:2 HAVING:4 VARCHAR:5 PRIMARY:4 ALTER:4 UNION:3 VALUES:3 AND:1 AS:1 ON:1 LEFT:2 COUNT:2 DECLARE:3 select:3 where:1 join:1 varchar:4 insert:1 NULL:1 GRANT:2 DISTINCT:3 distinct:2 DECIMAL:3", "COUNT( SUM( ORDER␠BY GROUP␠BY order␠by group␠by"},
	{language{classShell, "shell"}, "sudo:5 echo:3 fi:5 done:3 then:2 esac:5 grep:4 awk:4 sed:4 cd:3 ls:2 apt:4 get:1 install:2 curl:4 chmod:4 export:2 docker:3 kubectl:4 git:3 mkdir:4 rm:2 pip:3 npm:3 bash:4 cat:2 wget:4 systemctl:4 xargs:4 ssh:3 tar:2 if:1 brew:3 aws:2 helm:3", "#!/bin ␠|␠grep ␠&&␠ \"$ $( ]]; [[␠ ␠-- ␊$␠ ␊export␠ ␊sudo␠ ␊cd␠ ␊kubectl␠ ␊docker␠ >␠/dev"},
	{language{classShell, "powershell"}, "Get:3 Write:2 Host:3 param:3 Object:2 ForEach:3 New:1 Set:2 PSCustomObject:6", "Write-Host Get- -eq $_. ␠-Path"},
	{language{classConfig, "yaml"}, "apiVersion:6 kind:4 metadata:4 spec:4 name:1 containers:4 image:2 services:3 ports:3 steps:3 runs:3 env:2 version:1 jobs:3 hosts:3 tasks:3", ":␊␠␠␠␠-␠ ␊-␠ ␊␠␠-␠ :␊␠␠-␠ ␊---␊ -␠name: :␠true"},
	{language{classConfig, "hcl"}, "resource:5 variable:4 provider:4 terraform:5 module:2 var:2 output:2 locals:3 source:1 tags:2 default:1", "\"␠{␊ var. ␠=␠[␊ \"␠\"aws_ \"${"},
	{language{classConfig, "toml"}, "dependencies:3 package:1 version:2 edition:4 tool:2 poetry:4", "␊[[ ␊[ ␠=␠\""},
	{language{classConfig, "ini"}, "enabled:2 timeout:1 host:2 port:2 level:2 password:1 Service:2 Unit:3 ExecStart:6", "␊[ ␊; .enabled=true =/"},
	{language{classConfig, "nginx"}, "server:2 location:4 listen:4 proxy_pass:6 server_name:6 upstream:5 root:1", "location␠/ proxy_ ␠on;␊"},
	{language{classConfig, "dockerfile"}, "FROM:4 RUN:5 COPY:4 WORKDIR:6 CMD:4 ENTRYPOINT:6 EXPOSE:5 ENV:3 ARG:2 ADD:2", "␊RUN␠ ␊COPY␠ FROM␠ CMD␠["},
	{language{classConfig, "make"}, "PHONY:6 CC:3 CFLAGS:5 all:1 clean:2 cmake_minimum_required:6 add_executable:6 target_link_libraries:6", ":␊\t $(CC) $@ ␊.PHONY $<"},
	{language{classMarkup, "html"}, "div:5 html:4 body:3 head:3 span:4 href:4 class:2 script:2 style:2 src:2 li:3 ul:3 input:2 button:2 td:3 tr:3 p:1 br:3 form:2 meta:3", "</div <div <p> </a> <!DOCTYPE </td </li <input"},
	{language{classMarkup, "xml"}, "xml:4 xmlns:5 version:1 encoding:3 dependency:4 groupId:5 artifactId:5 xsd:4 id:1", "<?xml /> xmlns :xs"},
	{language{classMarkup, "tex"}, "begin:3 end:2 documentclass:6 usepackage:6 frac:3 section:2 textbf:4 item:2 label:2", "\\begin{ \\end{ \\frac \\section \\text"},
}

// guessBytes is how much of a segment the guess of its language reads.
const guessBytes = 2048

// A guess needs leastVotes votes, and a lead over the next language of a
// leadPart-th of them: a wrong name is worse than none.
const (
	leastVotes = 6
	leadPart   = 8
)

// classify returns the class of a segment and its language, "" if unsure. The
// tag of the fence around it is believed before anything else. ok is false if
// the segment is a licence text, or a notice without the program it belongs to.
func (r *reading) classify(text []byte, s *segment, fenceTag []byte) (class, name string, ok bool) {
	if len(fenceTag) > 0 && len(fenceTag) <= maxTag {
		if l, ok := languageTags[string(bytes.ToLower(fenceTag))]; ok && l.class != "" {
			return l.class, l.name, true
		}
	}
	if n := s.kinds[lines.DiffHead] + s.kinds[lines.DiffHunk]; n >= 2 && n*2 >= s.solid {
		return classDiff, "", true
	}
	g, legal := guess(text[:min(len(text), guessBytes)])
	if legal >= leastLegal && r.isNotice(text, s) {
		return "", "", false
	}
	if n := s.kinds[lines.Trace]; n*2 >= s.solid {
		return classTrace, g.name, true
	}
	if g.class == "" {
		return classCode, "", true
	}
	return g.class, g.name, true
}
