package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/envoy/envoyproc"
)

// e2eCommand runs the built program and returns what it prints.
func e2eCommand(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := envoyproc.Find(t.Context()); errors.Is(err, envoyproc.ErrNotFound) {
		missing(t, "there is no Envoy: `make envoy` fetches one")
	}
	binary, err := buildBinary()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s\n%s", args, err, errs.String())
	}
	return out.String()
}

// TestE2EDemo runs the demo as a newcomer does and reads what it prints.
func TestE2EDemo(t *testing.T) {
	python := sdkCommands(t)["python"][0]
	out := e2eCommand(t, "demo", "--python", python)
	for i, s := range demoScenes(bench.NewFiction(1)) {
		if !strings.Contains(out, s.title) {
			t.Errorf("scene %d is not there", i+1)
		}
	}
	for word, want := range map[string]int{" PASSED": 4, " REDACTED": 14, " BLOCKED": 6, "LEAKED": 0, "FAILED": 0, "\x1b": 0} {
		if n := strings.Count(out, word); n != want {
			t.Errorf("%q stands there %d times, want %d", word, n, want)
		}
	}
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > demoWidth {
			t.Errorf("line of %d columns: %s", n, line)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// TestE2EBench runs both benchmarks for a moment and checks that they say what
// they must.
func TestE2EBench(t *testing.T) {
	var path struct {
		Machine bench.Machine
		Results []bench.PathResult
	}
	out := e2eCommand(t, "bench", "envoy", "--sizes", "1024,65536", "--clients", "1,2", "--time", "100ms", "--format", "json")
	if err := json.Unmarshal([]byte(out), &path); err != nil {
		t.Fatal(err)
	}
	if len(path.Results) != 2*2*3 || path.Machine.Cores == 0 || path.Machine.Go == "" {
		t.Errorf("%d results on %v", len(path.Results), path.Machine)
	}
	for _, r := range path.Results {
		if r.Requests == 0 {
			t.Errorf("%s: no requests", r.Contender)
		}
	}
	table := e2eCommand(t, "bench", "engine", "--quick", "--corpora", "", "--corpus", "prose,json,1 per 270 B")
	for _, name := range []string{"rules", "code", "all", "prose", "json", "1 per 270 B"} {
		if !strings.Contains(table, "| "+name+" ") {
			t.Errorf("the table has no %s:\n%s", name, table)
		}
	}
}
