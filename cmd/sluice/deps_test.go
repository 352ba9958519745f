package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sluice-dlp/sluice"

// layers is which package may import which: those on the right of "<" may
// import those on the left, and nothing else of this module. A package below
// one that is listed belongs to it. The order is a design decision; a change
// here is a change of the design.
const layers = `
	NONE                          < scanner, scanner/match, bench/provider, envoy/envoyproc
	scanner                       < scanner/prompt, scanner/code, scanner/code/fingerprint, scanner/detectortest, plugins
	scanner, scanner/code/fingerprint < scanner/code/fingerprint/corpus
	scanner, plugins              < plugins/example
	scanner, scanner/match        < rules
	scanner, scanner/prompt       < envoy
	scanner, scanner/match, scanner/prompt, scanner/code, scanner/code/fingerprint, scanner/code/fingerprint/corpus, rules, plugins, envoy, envoy/envoyproc, bench/provider < bench
	scanner, scanner/match, scanner/prompt, scanner/code, scanner/code/fingerprint, rules, plugins, envoy, envoy/envoyproc, bench/provider, bench, scanner/code/fingerprint/corpus < cmd/sluice
`

// forTests may be imported by the tests of every package.
var forTests = []string{"scanner/detectortest", "bench/provider", "envoy/envoyproc"}

// outside is which packages may import what from outside the module; a path
// ends in a dot where everything below it is meant too.
var outside = []struct {
	imported string
	by       []string
	reason   string
}{
	{"github.com/wasilibs/go-re2", []string{"scanner/match"}, "one package knows the regex engine"},
	{"github.com/envoyproxy/go-control-plane", []string{"envoy", "bench"}, "one package knows that there is an ext_proc"},
	{"log", []string{"envoy", "plugins", "plugins/example", "cmd/sluice"}, "the engine returns errors and keeps no log"},
	{"log/slog", []string{"envoy", "plugins", "plugins/example", "cmd/sluice", "bench"}, "the engine returns errors and keeps no log"},
	{"github.com/spf13/cobra", []string{"cmd/sluice"}, "flags belong to the command"},
	{"github.com/hashicorp/go-plugin", []string{"plugins"}, "one package knows how a plugin is spoken to"},
	{"github.com/ledongthuc/pdf", []string{"scanner/code/fingerprint/corpus"}, "documents are read when an index is made"},
	{"github.com/go-git/go-git", []string{"scanner/code/fingerprint/corpus"}, "folders are read when an index is made"},
	{"golang.org/x/sys/unix", []string{"scanner/code/fingerprint", "plugins", "envoy/envoyproc", "cmd/sluice", "bench"}, "few packages speak to the system"},
	{"net/http", []string{"envoy", "envoy/envoyproc", "bench", "bench/provider", "cmd/sluice"}, "what detects makes no network calls"},
}

// standardOnly are packages that import nothing from outside but Go's own.
var standardOnly = []string{"scanner", "scanner/code", "scanner/detectortest", "bench/provider", "envoy/envoyproc"}

type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestImportsFollowTheLayers(t *testing.T) {
	allowed := make(map[string][]string)
	for line := range strings.Lines(layers) {
		left, right, ok := strings.Cut(strings.TrimSpace(line), "<")
		if !ok {
			continue
		}
		for _, importer := range names(right) {
			allowed[importer] = append(allowed[importer], names(left)...)
		}
	}
	packages := list(t)
	seen := make(map[string]bool)
	for _, p := range packages {
		owner := ownerOf(allowed, p.ImportPath)
		if owner == "" {
			t.Errorf("%s is in no layer: put it into the table", p.ImportPath)
			continue
		}
		seen[owner] = true
		check := func(imports, more []string, what string) {
			for _, imported := range imports {
				if !strings.HasPrefix(imported, module+"/") {
					if !isStandard(imported) && slices.Contains(standardOnly, owner) && what == "imports" {
						t.Errorf("%s %s %s, but may use the standard library only", owner, what, imported)
					}
					continue
				}
				to := ownerOf(allowed, imported)
				if to == owner || slices.Contains(allowed[owner], to) || slices.Contains(more, to) {
					continue
				}
				t.Errorf("%s %s %s, which is not below it", p.ImportPath, what, imported)
			}
			for _, rule := range outside {
				for _, imported := range imports {
					below := imported == rule.imported || strings.Contains(rule.imported, ".") && strings.HasPrefix(imported, rule.imported+"/")
					if what == "imports" && below && !slices.Contains(rule.by, owner) {
						t.Errorf("%s imports %s: %s", p.ImportPath, imported, rule.reason)
					}
				}
			}
		}
		check(p.Imports, nil, "imports")
		check(p.TestImports, forTests, "tests import")
		check(p.XTestImports, forTests, "tests import")
	}
	for name := range allowed {
		if !seen[name] {
			t.Errorf("%s is in the table and does not exist", name)
		}
	}
}

func names(list string) []string {
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" && name != "NONE" {
			out = append(out, name)
		}
	}
	return out
}

// ownerOf is the longest name in the table that is the package or above it.
func ownerOf(table map[string][]string, path string) string {
	name := strings.TrimPrefix(path, module+"/")
	for name != "." && name != "" {
		if _, ok := table[name]; ok {
			return name
		}
		i := strings.LastIndex(name, "/")
		if i < 0 {
			return ""
		}
		name = name[:i]
	}
	return ""
}

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("go list names %d packages", len(packages))
	}
	return packages
}
