package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sluice-dlp/sluice/rules"
)

// root is the repository's folder, seen from this package.
const root = "../.."

// block is a fenced block of a README.
type block struct {
	file, language, text string
	line                 int
}

// readmeBlocks collects the fenced blocks of every README.md.
func readmeBlocks(t *testing.T) []block {
	t.Helper()
	var blocks []block
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == ".git" || name == ".cache" || name == "node_modules") {
			return fs.SkipDir
		}
		if name != "README.md" && name != "CONTRIBUTING.md" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var b *block
		for i, line := range strings.Split(string(data), "\n") {
			fence := strings.HasPrefix(strings.TrimSpace(line), "```")
			switch {
			case fence && b == nil:
				b = &block{file: strings.TrimPrefix(path, root+"/"), language: strings.TrimPrefix(strings.TrimSpace(line), "```"), line: i + 1}
			case fence:
				blocks = append(blocks, *b)
				b = nil
			case b != nil:
				b.text += line + "\n"
			}
		}
		if b != nil {
			t.Errorf("%s:%d: the fence is not closed", b.file, b.line)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}

var (
	makeTarget = regexp.MustCompile(`(?m)^([a-z0-9]+):`)
	// A command line that begins with sluice, maybe after a prompt, a pipe,
	// or the path of the built program.
	sluiceCall = regexp.MustCompile(`(?:^|[|;&(]\s*|\$ )(?:\S*/)?sluice( [^|;&>#)]*)?`)
	makeCall   = regexp.MustCompile(`(?:^|[|;&]\s*|\$ |[A-Z_]+=\S+ )make( [a-z0-9 -]*)?`)
)

// TestCommandsInDocumentsExist holds every command line that a README shows to
// the program: its targets, subcommands and flags must exist. Those that are
// quick and need nothing are run.
func TestCommandsInDocumentsExist(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the built-in rules again and again, which is slow under the race detector")
	}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := make(map[string]bool)
	for _, m := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	checked := 0
	for _, b := range readmeBlocks(t) {
		switch b.language {
		case "sh", "bash", "console", "shell":
		default:
			continue
		}
		text := strings.ReplaceAll(b.text, "\\\n", " ")
		for line := range strings.Lines(text) {
			for _, m := range makeCall.FindAllStringSubmatch(line, -1) {
				for target := range strings.FieldsSeq(m[1]) {
					checked++
					if !targets[target] && !strings.HasPrefix(target, "-") {
						t.Errorf("%s:%d: make has no target %s", b.file, b.line, target)
					}
				}
			}
			for _, m := range sluiceCall.FindAllStringSubmatch(line, -1) {
				checked++
				args := strings.Fields(m[1])
				if err := resolves(args); err != nil {
					t.Errorf("%s:%d: sluice%s: %v", b.file, b.line, m[1], err)
					continue
				}
				if !quick(args) {
					continue
				}
				var out, errs bytes.Buffer
				if status := execute(t.Context(), args, streams{nil, &out, &errs}); status != exitOK || out.Len() == 0 {
					t.Errorf("%s:%d: sluice%s: status %d, %d bytes\n%s", b.file, b.line, m[1], status, out.Len(), errs.String())
				}
			}
		}
	}
	if checked == 0 {
		t.Skip("no README shows a command")
	}
}

// quick reports whether a command line only prints, and needs no file.
func quick(args []string) bool {
	words := strings.Join(args, " ")
	for _, command := range []string{
		"version", "rules test", "rules list", "config check", "config schema", "config example",
		"envoy bootstrap", "envoy istio", "envoy kubernetes",
	} {
		rest, ok := strings.CutPrefix(words, command)
		if ok && !strings.Contains(rest, "--config") && (rest == "" || strings.HasPrefix(rest, " --")) {
			return true
		}
	}
	return false
}

// resolves reports whether the command and the flags of a command line exist.
func resolves(args []string) error {
	var words, flags []string
	for _, a := range args {
		a = strings.Trim(a, `'"`)
		switch {
		case strings.HasPrefix(a, "--"):
			name, _, _ := strings.Cut(a[2:], "=")
			flags = append(flags, name)
		case strings.HasPrefix(a, "-"):
		default:
			words = append(words, a)
		}
	}
	cmd, rest, err := newRoot(streams{nil, new(bytes.Buffer), new(bytes.Buffer)}).Find(words)
	if err != nil {
		return err
	}
	if cmd.HasSubCommands() && len(rest) > 0 {
		return &cobraUnknown{rest[0], cmd}
	}
	for _, name := range flags {
		known := name == "help"
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = known || f.Name == name })
		if !known {
			return &cobraUnknown{"--" + name, cmd}
		}
	}
	return nil
}

type cobraUnknown struct {
	word string
	cmd  *cobra.Command
}

func (e *cobraUnknown) Error() string { return e.cmd.CommandPath() + " has no " + e.word }

// ruleFile is how a rule file begins.
var ruleFile = regexp.MustCompile(`^(rules|fragments):\n`)

// TestYAMLInDocumentsLoads loads every YAML block of a README with whatever
// reads such files: rules, configuration, or neither for other programs'.
func TestYAMLInDocumentsLoads(t *testing.T) {
	loaded := 0
	for _, b := range readmeBlocks(t) {
		if b.language != "yaml" {
			continue
		}
		first := strings.TrimSpace(regexp.MustCompile(`(?m)^\s*#.*\n`).ReplaceAllString(b.text, ""))
		var err error
		switch {
		case ruleFile.MatchString(first) && b.file == "rules/README.md":
			continue // the tests of package rules load these, with the files that they name
		case ruleFile.MatchString(first) && strings.Contains(first, "pattern"):
			var f *rules.File
			if f, err = rules.Parse(b.file, []byte(b.text)); err == nil {
				var report *rules.Report
				if report, err = rules.Test([]*rules.File{f}); err == nil && !report.OK() {
					t.Errorf("%s:%d: the examples do not pass:\n%s", b.file, b.line, report)
				}
			}
		case strings.HasPrefix(first, "apiVersion:") || strings.HasPrefix(first, "static_resources:") || strings.HasPrefix(first, "- "):
			continue // Kubernetes', Envoy's, or a piece
		default:
			var c *Config
			filled := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(b.text, strings.Repeat("a", 64))
			if c, err = parseConfig(b.file, []byte(filled)); err == nil {
				_, err = c.Policy.Policy(rules.Known{})
			}
		}
		loaded++
		if err != nil {
			t.Errorf("%s:%d (line of the fence): %v", b.file, b.line, err)
		}
	}
	if loaded == 0 {
		t.Skip("no README shows YAML")
	}
}

// TestNothingTrackedLooksLive scans the repository with its own rules, but for
// the rules that come with it and texts for them, whose examples are what they find, and for the
// words that seed phrases are made of.
func TestNothingTrackedLooksLive(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the built-in rules again and again, which is slow under the race detector")
	}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	variable := func(name string) string {
		m := regexp.MustCompile(`(?m)^` + name + ` := (.+)$`).FindSubmatch(makefile)
		if m == nil {
			t.Fatalf("the Makefile has no %s", name)
		}
		return string(m[1])
	}
	list := append([]string{"-C", root, "ls-files", "-co", "--exclude-standard", "--"}, strings.Fields(strings.ReplaceAll(variable("EXAMPLES"), "'", ""))...)
	out, err := exec.CommandContext(t.Context(), "git", list...).Output()
	if err != nil {
		t.Skipf("needs git and a checkout: %v", err)
	}
	args := []string{"scan", "--kinds", "secret", "--min-confidence", "medium", "--disable", variable("GUESSES")}
	for name := range strings.Lines(string(out)) {
		path := filepath.Join(root, strings.TrimSpace(name))
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			args = append(args, path)
		}
	}
	var found, errs bytes.Buffer
	if status := execute(t.Context(), args, streams{nil, &found, &errs}); status != exitOK {
		t.Errorf("status %d\n%s%s", status, found.String(), errs.String())
	}
}
