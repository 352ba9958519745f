package corpus

import (
	"bytes"
	"context"
	"fmt"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code/fingerprint"
)

// TestEval measures on the modules that this project and bench/peers depend on,
// in the versions that their go.sum files pin, and on Go itself. One half of the
// modules is indexed, the other half is public code that nobody indexed, and
// then the other way round; forks and copies stay in one half. Go's own library
// and what shares code with it are the set of public code that is left out.
//
// Snippets come from indexed files: ten lines in a row, of which seven have more
// than two characters, that are no import list or licence and do not stand in
// the public set. A window of which five lines in a row stand in an indexed file
// is a copy: finding it is right, and it is counted apart.
func TestEval(t *testing.T) {
	if os.Getenv("SLUICE_EVAL") == "" {
		t.Skip("set SLUICE_EVAL=1 to measure recall and false alarms on the modules in go.sum")
	}
	files := evalFiles(t)
	family := families(files)
	var halves [2][]evalFile
	var public []evalFile
	for _, f := range files {
		if family[f.module] == family["go"] {
			public = append(public, f)
			continue
		}
		h := int(hashLine([]byte(family[f.module]))>>20) % 2
		halves[h] = append(halves[h], f)
	}
	known := filepath.Join(t.TempDir(), "public.idx")
	indexFiles(t, Options{Out: known, Index: fingerprint.Options{Similar: true}}, public)
	for i := range halves {
		evaluate(t, known, public, halves[i], halves[1-i])
	}
}

// evaluate indexes one half and prints what is found of it, and of the other.
func evaluate(t *testing.T, known string, public, private, other []evalFile) {
	t.Helper()
	data, err := os.ReadFile(known)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Key: fingerprint.NewKey(), Out: filepath.Join(t.TempDir(), "half.idx"), Index: fingerprint.Options{Similar: true}}
	if o.Index.Public, err = fingerprint.NewPublic(data); err != nil {
		t.Fatal(err)
	}
	before := cpuTime(t)
	report := indexFiles(t, o, private)
	used := (cpuTime(t) - before).Seconds()
	size := float64(report.Size) / float64(report.Bytes)
	t.Logf("%d files, %.0f MB indexed, %.1f MB/s of CPU, %.3f byte per byte", report.Files, float64(report.Bytes)/1e6, float64(report.Bytes)/1e6/used, size)
	if size > .15 {
		t.Errorf("the index has %.3f byte per byte of source, want at most .15", size)
	}
	ix, err := fingerprint.Open(o.Out, o.Key)
	if err != nil {
		t.Fatal(err)
	}
	d := fingerprint.New(ix)
	recall(t, d, private, runsOf(public))
	alarms(t, d, other, runsOf(private))
}

// recall looks for snippets of the private files, changed in several ways.
func recall(t *testing.T, d *fingerprint.Detector, private []evalFile, public map[uint64]bool) {
	t.Helper()
	const snippets = 2000
	atLeast := map[string]float64{"10 verbatim": .98, "10 reindented": .97}
	for _, lines := range []int{5, 10, 20} {
		for _, change := range []struct {
			name string
			of   func(*rand.Rand, string) string
		}{
			{"verbatim", func(_ *rand.Rand, s string) string { return s }},
			{"reindented", reindented},
			{"without comments", func(_ *rand.Rand, s string) string { return comments.ReplaceAllString(s, "$1") }},
			{"30 % renamed", func(r *rand.Rand, s string) string { return renamed(r, s, .3) }},
			{"all renamed", func(r *rand.Rand, s string) string { return renamed(r, s, 1) }},
			{"20 % of lines edited", edited},
		} {
			r := rand.New(rand.NewPCG(1, uint64(lines)))
			code, any := 0, 0
			for range snippets {
				text := "Can you see why this does not do what we expect?\n\n" + change.of(r, snippet(r, private, lines, public)) + "\n\nThanks a lot for the help."
				asCode, asAny := detected(t, d, text)
				code += asCode
				any += asAny
			}
			name := fmt.Sprintf("%d %s", lines, change.name)
			share := float64(code) / snippets
			t.Logf("  %-23s %.3f as private-code, %.3f as that or similar", name, share, float64(any)/snippets)
			if share < atLeast[name] {
				t.Errorf("%s: %.3f found, want %.2f", name, share, atLeast[name])
			}
		}
	}
}

// alarms looks at windows of files that are not indexed.
func alarms(t *testing.T, d *fingerprint.Detector, other []evalFile, private map[uint64]bool) {
	t.Helper()
	const lines = 20
	windows, copies, code, any := 0, 0, 0, 0
	modules := make(map[string]int)
	for _, f := range other {
		all := strings.Split(string(f.text), "\n")
		for i := 0; i+lines <= len(all); i += lines {
			text := strings.Join(all[i:i+lines], "\n")
			windows++
			asCode, asAny := detected(t, d, text)
			if asAny == 1 && anyRun(text, private) {
				copies++
				continue
			}
			code += asCode
			any += asAny
			modules[f.module] += asCode
		}
	}
	share := float64(code) / float64(windows)
	t.Logf("  %d windows of other code: %.2f %% are copies and found, %.2f %% false as private-code, %.2f %% as that or similar",
		windows, 100*float64(copies)/float64(windows), 100*share, 100*float64(any)/float64(windows))
	if share > .005 {
		t.Errorf("false alarms: %.2f %% of windows, want at most 0.5 %%", 100*share)
	}
	for m, n := range modules {
		if n*10 > code {
			t.Logf("    %d of the %d false alarms are in %s", n, code, m)
		}
	}
}

func detected(t *testing.T, d *fingerprint.Detector, text string) (code, any int) {
	t.Helper()
	found, err := d.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Confidence < scanner.Medium {
			continue
		}
		any = 1
		if f.Rule == fingerprint.RuleCode {
			code = 1
		}
	}
	return code, any
}

// evalFile is a Go file that an index would take.
type evalFile struct {
	module, dir string
	text        []byte
}

// evalFiles reads the modules of both go.mod files and Go's own tree.
func evalFiles(t *testing.T) []evalFile {
	t.Helper()
	root := goCommand(t, ".", "env", "GOMOD")
	root = filepath.Dir(strings.TrimSpace(root))
	dirs := map[string]string{filepath.Join(strings.TrimSpace(goCommand(t, root, "env", "GOROOT")), "src"): "go"}
	for _, dir := range []string{root, filepath.Join(root, "bench", "peers")} {
		for line := range strings.Lines(goCommand(t, dir, "list", "-m", "-f", "{{if not .Main}}{{.Path}} {{.Dir}}{{end}}", "all")) {
			if module, dir, ok := strings.Cut(strings.TrimSpace(line), " "); ok && dir != "" && dirs[dir] == "" && !strings.HasPrefix(dir, root) {
				dirs[dir] = module
			}
		}
	}
	var files []evalFile
	for dir, module := range dirs {
		listed, err := list(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range listed {
			form, why := byName(f.path)
			if form != formCode || why != "" || filepath.Ext(f.path) != ".go" || strings.Contains("/"+f.path, "/testdata/") {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, f.path))
			if err != nil {
				t.Fatal(err)
			}
			if len(text) >= minBytes && len(text) < maxText && byContent(form, text) == "" {
				files = append(files, evalFile{module, dir, text})
			}
		}
	}
	sortFiles(files)
	return files
}

func goCommand(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("needs the go command and the modules: %v", err)
	}
	return string(out)
}

// indexFiles indexes files that were read already, as Index would.
func indexFiles(t *testing.T, o Options, files []evalFile) *Report {
	t.Helper()
	r := &run{report: &Report{Left: make(map[Reason]int)}}
	if _, err := r.begin(o); err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		p, err := r.builder.Code(context.Background(), f.text)
		if err != nil {
			t.Fatal(err)
		}
		r.report.Files++
		r.report.Bytes += int64(len(f.text))
		r.builder.Add(fmt.Sprintf("%s:%d.go", f.module, i), p)
	}
	out, err := os.OpenFile(o.Out, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if r.report.Size, err = r.builder.WriteTo(out); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return r.report
}

// runLines is how many lines in a row make a copy.
const runLines = 5

// runs are the hashes of all runs of lines that have eight characters or more.
func runs(text []byte) (out []uint64) {
	var last []uint64
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) < 8 {
			continue
		}
		if last = append(last, hashLine(line)); len(last) >= runLines {
			sum := uint64(0)
			for _, h := range last[len(last)-runLines:] {
				sum = sum*0x9e3779b97f4a7c15 ^ h
			}
			out = append(out, sum)
		}
	}
	return out
}

func runsOf(files []evalFile) map[uint64]bool {
	all := make(map[uint64]bool)
	for _, f := range files {
		for _, h := range runs(f.text) {
			all[h] = true
		}
	}
	return all
}

func anyRun(text string, of map[uint64]bool) bool {
	for _, h := range runs([]byte(text)) {
		if of[h] {
			return true
		}
	}
	return false
}

// snippet takes lines of a file that say something and are its own.
func snippet(r *rand.Rand, files []evalFile, n int, public map[uint64]bool) string {
	for {
		lines := strings.Split(string(files[r.IntN(len(files))].text), "\n")
		if len(lines) < n {
			continue
		}
		at := r.IntN(len(lines) - n + 1)
		text := strings.Join(lines[at:at+n], "\n")
		full, imports := 0, 0
		for _, l := range lines[at : at+n] {
			if len(strings.TrimSpace(l)) > 2 {
				full++
			}
			if importLine.MatchString(l) {
				imports++
			}
		}
		licence := strings.Contains(strings.ToLower(text), "copyright") || strings.Contains(strings.ToLower(text), "license")
		if full*10 >= n*7 && imports*2 < n && !licence && !anyRun(text, public) {
			return text
		}
	}
}

var (
	importLine = regexp.MustCompile(`^\s*(\w+ )?"[^" ]+"$`)
	comments   = regexp.MustCompile(`(?m)(^|[^:"'])//.*$`)
	name       = regexp.MustCompile(`\b[A-Za-z_][A-Za-z0-9_]{2,}\b`)
)

func reindented(_ *rand.Rand, s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteString("      " + strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

// renamed gives a share of the names another name each.
func renamed(r *rand.Rand, s string, share float64) string {
	to := make(map[string]string)
	return name.ReplaceAllStringFunc(s, func(word string) string {
		if token.IsKeyword(word) || types.Universe.Lookup(word) != nil {
			return word
		}
		if _, ok := to[word]; !ok {
			to[word] = word
			if r.Float64() < share {
				to[word] = fmt.Sprint("v", len(to))
			}
		}
		return to[word]
	})
}

// edited changes, adds or drops one line of five.
func edited(r *rand.Rand, s string) string {
	lines := strings.Split(s, "\n")
	for range len(lines) / 5 {
		i := r.IntN(len(lines))
		switch r.IntN(3) {
		case 0:
			lines[i] = strings.Replace(lines[i], "(", "(ctx, ", 1) + " // todo"
		case 1:
			lines = append(lines[:i], append([]string{`    log("debug here", x1)`}, lines[i:]...)...)
		default:
			lines = append(lines[:i], lines[i+1:]...)
		}
	}
	return strings.Join(lines, "\n")
}
