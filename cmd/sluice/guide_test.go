package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestGuide runs rules/README.md as it stands: blocks with a file's name behind
// their language are written, `$` lines of console blocks are run, in order, and
// each line below one must be the beginning of a line of what it prints, in the
// same order.
func TestGuide(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the built-in rules again and again, which is slow under the race detector")
	}
	var script strings.Builder
	archive := &txtar.Archive{}
	commands := 0
	for _, b := range readmeBlocks(t) {
		if b.file != "rules/README.md" {
			continue
		}
		language, name, named := strings.Cut(b.language, " ")
		switch {
		case named:
			// Files may be written anew later on.
			stored := fmt.Sprintf("%d.file", b.line)
			archive.Files = append(archive.Files, txtar.File{Name: stored, Data: []byte(b.text)})
			fmt.Fprintf(&script, "mkdir %s\ncp %s %s\n", filepath.Dir(name), stored, name)
		case language == "console":
			for _, step := range strings.Split("\n"+b.text, "\n$ ")[1:] {
				command, want, _ := strings.Cut(step, "\n")
				stored := fmt.Sprintf("%d.%d.out", b.line, commands)
				archive.Files = append(archive.Files, txtar.File{Name: stored, Data: []byte(strings.TrimRight(want, "\n") + "\n")})
				fmt.Fprintf(&script, "prints %s %s\n", stored, quoteArgument(command))
				commands++
			}
		}
	}
	if commands < 10 {
		t.Fatalf("%d commands in rules/README.md", commands)
	}
	archive.Comment = []byte(script.String())
	file := filepath.Join(t.TempDir(), "guide.txtar")
	if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{file},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"prints": func(ts *testscript.TestScript, _ bool, args []string) {
				// A status other than 0 is one of the things that commands say.
				_ = ts.Exec("sh", "-c", args[1])
				got := strings.Split(ts.ReadFile("stdout")+ts.ReadFile("stderr"), "\n")
				for line := range strings.Lines(ts.ReadFile(args[0])) {
					line = strings.TrimSuffix(line, "\n")
					for line != "" && (len(got) == 0 || !strings.HasPrefix(got[0], line)) {
						if len(got) == 0 {
							ts.Fatalf("%s does not print %q", args[1], line)
						}
						got = got[1:]
					}
				}
				if ts.ReadFile(args[0]) == "\n" && strings.TrimSpace(strings.Join(got, "")) != "" {
					ts.Fatalf("%s should print nothing", args[1])
				}
			},
		},
	})
}

// quoteArgument quotes an argument for testscript.
func quoteArgument(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
