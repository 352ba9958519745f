package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sluice-dlp/sluice/bench/provider"
)

// TestE2ERun runs `sluice run` with a real Envoy before a stub of a provider.
func TestE2ERun(t *testing.T) {
	stub, client := startRun(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, client.url+"/chat/completions", bytes.NewReader(chat("use acme_live_0123456789")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("content-type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
		t.Errorf("answer: %s, %v", resp.Status, err)
	}
	got := stub.Requests()
	if len(got) != 1 || string(got[0].Body) != string(chat("use [REDACTED:acme-key]")) || got[0].URI != "/v1/chat/completions" {
		t.Errorf("the provider received %d requests: %+v", len(got), got)
	}
	pids := childrenOf(t, client.cmd.Process.Pid)
	if err := client.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := client.cmd.Wait(); err != nil {
		t.Errorf("after an interrupt: %v\n%s", err, client.errs.String())
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); err == nil {
			t.Errorf("process %d is still there", pid)
		}
	}
	if c, err := net.DialTimeout("tcp", client.address, time.Second); err == nil {
		_ = c.Close()
		t.Error("the port is still open")
	}
}

// TestE2ERunEndsWithEnvoy kills Envoy below `sluice run`.
func TestE2ERunEndsWithEnvoy(t *testing.T) {
	_, client := startRun(t)
	pids := childrenOf(t, client.cmd.Process.Pid)
	if len(pids) == 0 {
		t.Fatal("sluice run has no child")
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	err := client.cmd.Wait()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != exitError || !strings.Contains(client.errs.String(), "envoy ended") {
		t.Errorf("sluice run: %v\n%s", err, client.errs.String())
	}
}

// runClient is a `sluice run` of this test's own binary.
type runClient struct {
	cmd     *exec.Cmd
	errs    *buffer
	address string
	url     string
}

func startRun(t *testing.T) (*provider.Server, *runClient) {
	t.Helper()
	path, binary, stub := stageParts(t, provider.Options{})
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	write(t, rules, acmeRule("acme_live"))

	c := &runClient{errs: &buffer{}, address: address}
	c.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), binary, "run", "--upstream", stub.URL, "--listen", address, "--rules", rules)
	c.cmd.Env = append(os.Environ(), "ENVOY="+path)
	out := &buffer{}
	c.cmd.Stdout, c.cmd.Stderr = out, c.errs
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cmd.Process.Signal(os.Interrupt) })
	eventually(t, "the variable is printed", func() bool { return strings.Contains(out.String(), "\n") })
	value, ok := strings.CutPrefix(strings.TrimSpace(out.String()), "OPENAI_BASE_URL=")
	if !ok || value != "http://"+address+"/v1" {
		t.Fatalf("printed %q\n%s", out.String(), c.errs.String())
	}
	c.url = value
	return stub, c
}

// childrenOf lists the processes that a process started, as Linux tells it.
func childrenOf(t *testing.T, pid int) []int {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(files) == 0 {
		t.Skipf("needs /proc/PID/task/TID/children: %v", err)
	}
	var pids []int
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		for field := range strings.FieldsSeq(string(data)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}
