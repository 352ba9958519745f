package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestE2EExamplePlugin runs the example of plugins/ beside the built-in rules:
// its names are redacted in what reaches the provider, and its findings are
// counted under its own rules and kind.
func TestE2EExamplePlugin(t *testing.T) {
	plugin := filepath.Join(t.TempDir(), "codenames")
	if out, err := exec.Command("go", "build", "-o", plugin, "../../plugins/example/codenames").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(plugin)
	if err != nil {
		t.Fatal(err)
	}
	words := filepath.Join(t.TempDir(), "words.txt")
	if err := os.WriteFile(words, []byte("Blue Heron\nTIDE-#\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	config := fmt.Sprintf("plugins: [{name: codenames, path: %s, sha256: %s, args: [--words, %s], timeout: 5s}]\n%s",
		plugin, hex.EncodeToString(sum[:]), words, e2eConfig)
	config = strings.Replace(config, "  kinds:\n", "  kinds:\n    internal: {low: allow, medium: redact, high: redact}\n", 1)
	e := newE2E(t, config)
	body := chatBody("Is blue heron late? TIDE-4711 says so, and so does the blue sky.")
	a := e.post(chatPath, []byte(body))
	if a.status != 200 {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	want := strings.NewReplacer("blue heron", "[REDACTED:code-name]", "TIDE-4711", "[REDACTED:internal-ticket]").Replace(body)
	if got := string(e.one().Body); got != want {
		t.Errorf("the provider received %s, want %s", got, want)
	}
	e.awaitMetric("the plugin's findings to be counted", func(m string) bool {
		return strings.Contains(m, `sluice_findings_total{action="redact",kind="internal",rule="code-name"} 1`)
	})
}
