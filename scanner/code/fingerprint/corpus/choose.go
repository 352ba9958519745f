package corpus

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"
)

// Reason is why a file is not in the index.
type Reason string

// The reasons.
const (
	Vendored  Reason = "vendored"  // by the name of a folder, such as node_modules
	Generated Reason = "generated" // by name, or by a remark in its first lines
	Data      Reason = "data"      // tables, pictures, archives, lock files
	Notice    Reason = "notice"    // licences and the like
	Binary    Reason = "binary"    // not UTF-8
	Large     Reason = "large"
	Small     Reason = "small" // nothing that a fingerprint could be made of
	Failed    Reason = "failed"
)

// form is how a file's text is got and what it is taken for.
type form int

const (
	formCode form = 1 + iota
	formText
	formPDF
	formDOCX
)

// The largest files that are read, in bytes.
const (
	maxText     = 8 << 20
	maxDocument = 128 << 20
	minBytes    = 100
)

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// vendored are folders of other people's code.
var vendored = set(`vendor node_modules bower_components jspm_packages third_party third-party thirdparty Pods Carthage
Godeps site-packages .venv venv .yarn .git .hg .svn __pycache__ .tox .gradle .terraform`)

// dataSuffixes end the names of files that hold no text of one's own.
var dataSuffixes = set(`.csv .tsv .json .jsonl .ndjson .geojson .ipynb .svg .png .jpg .jpeg .gif .ico .webp .bmp .tiff .psd
.woff .woff2 .ttf .otf .eot .mp3 .mp4 .mov .avi .wav .ogg .zip .gz .tgz .bz2 .xz .zst .tar .7z .rar .jar .war .class .o .a
.so .dll .dylib .exe .bin .dat .db .sqlite .parquet .avro .pb .onnx .pt .npy .npz .pkl .map .lock .sum .log .pem .crt .key
.p12 .patch .diff .po .mo .snap .xlsx .xls .pptx .ppt .doc .odt .ods`)

var textSuffixes = set(`.txt .md .markdown .mdx .rst .adoc .asciidoc .org .tex .wiki .textile`)

// generatedSuffixes end the names that generators give.
var generatedSuffixes = []string{
	".pb.go", ".pb.gw.go", "_pb2.py", "_pb2_grpc.py", ".pb.cc", ".pb.h", "_pb.js", "_pb.d.ts", ".min.js", ".min.css",
	".generated.go", ".generated.ts", ".g.dart", ".freezed.dart", ".designer.cs", ".g.cs", "_generated.go",
}

var lockFiles = set(`package-lock.json yarn.lock pnpm-lock.yaml npm-shrinkwrap.json go.sum cargo.lock poetry.lock composer.lock gemfile.lock pipfile.lock`)

// byName chooses by the path of a file, with slashes.
func byName(name string) (form, Reason) {
	dir, base := path.Split(name)
	for part := range strings.SplitSeq(strings.TrimSuffix(dir, "/"), "/") {
		if vendored[part] {
			return 0, Vendored
		}
	}
	lower := strings.ToLower(base)
	for _, s := range generatedSuffixes {
		if strings.HasSuffix(lower, s) {
			return 0, Generated
		}
	}
	if strings.HasPrefix(lower, "zz_generated") {
		return 0, Generated
	}
	if lockFiles[lower] {
		return 0, Data
	}
	for _, s := range []string{"license", "licence", "copying", "copyright", "unlicense", "notice", "third_party_notices", "thirdpartynotices", "authors", "code_of_conduct", "patents"} {
		rest, ok := strings.CutPrefix(lower, s)
		if ext := path.Ext(lower); ok && (rest == "" || rest[0] == '-' || rest[0] == '.') && (ext == "" || textSuffixes[ext]) {
			return 0, Notice
		}
	}
	ext := path.Ext(lower)
	switch {
	case dataSuffixes[ext]:
		return 0, Data
	case ext == ".pdf":
		return formPDF, ""
	case ext == ".docx":
		return formDOCX, ""
	case textSuffixes[ext]:
		return formText, ""
	}
	return formCode, ""
}

// byContent looks at a text that byName chose.
func byContent(f form, text []byte) Reason {
	if f == formPDF || f == formDOCX {
		return ""
	}
	if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 || !mostlyUTF8(text) {
		return Binary
	}
	if f == formCode {
		if generated(text) {
			return Generated
		}
		lines := bytes.Count(text, []byte{'\n'}) + 1
		if len(text) > 5000 && len(text)/lines > 400 {
			return Generated // minified, or a table written as code
		}
	}
	return ""
}

// mostlyUTF8 forgives a few bytes of another encoding, which old comments have.
func mostlyUTF8(text []byte) bool {
	bad := 0
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		}
		i += n
	}
	return bad*100 <= len(text)
}
