package plugins

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/detectortest"
)

// TestReadme builds the first plugin of README.md as a reader would, runs its
// test and opens it.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(readme, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of Go, want a program and its test", len(blocks))
	}
	dir := t.TempDir()
	var files []string
	for i, name := range []string{"main.go", "main_test.go"} {
		files = append(files, filepath.Join(dir, name))
		if err := os.WriteFile(files[i], blocks[i][1], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(dir, "shouting")
	for _, args := range [][]string{{"build", "-o", binary, files[0]}, {"test", files[0], files[1]}} {
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", args[0], err, out)
		}
	}
	cfg := config(t, "testplugin")
	cfg.Path, cfg.SHA256 = binary, checksum(t, binary)
	detectortest.Accept(t, open(t, cfg), detectortest.Example{Rule: "shouting", Kind: "manners", Value: "ATTENTION"})
}
