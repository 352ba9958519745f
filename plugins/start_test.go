package plugins

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestConfigRefused(t *testing.T) {
	good := config(t, "testplugin")
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no name", func(c *Config) { c.Name = "" }, "name"},
		{"shouting name", func(c *Config) { c.Name = "A B" }, "name"},
		{"relative path", func(c *Config) { c.Path = "testplugin" }, "absolute"},
		{"no pin", func(c *Config) { c.SHA256 = "" }, "sha256"},
		{"short pin", func(c *Config) { c.SHA256 = "abcd" }, "sha256"},
		{"short pin though insecure", func(c *Config) { c.SHA256, c.Insecure = "abcd", true }, "sha256"},
		{"not a pin", func(c *Config) { c.SHA256 = strings.Repeat("x", 64) }, "sha256"},
		{"other pin", func(c *Config) { c.SHA256 = strings.Repeat("0", 64) }, "SHA-256"},
		{"no file", func(c *Config) { c.Path += ".gone" }, "no such file"},
		{"a directory", func(c *Config) { c.Path = filepath.Dir(c.Path) }, "not an executable"},
		{"nameless variable", func(c *Config) { c.Env = []string{"=x"} }, "env"},
		{"negative timeout", func(c *Config) { c.Timeout = -1 }, "negative"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			c, err := Open(t.Context(), cfg)
			if err == nil {
				c.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not mention %q", err, tt.want)
			}
		})
	}
}

func TestWritableByEveryone(t *testing.T) {
	cfg := copied(t, config(t, "testplugin"))
	if err := os.Chmod(cfg.Path, 0o777); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), cfg)
	wantCause(t, err, CauseStart)
	cfg.Insecure, cfg.SHA256 = true, ""
	mustWork(t, open(t, cfg))
}

func copied(t *testing.T, cfg Config) Config {
	t.Helper()
	b, err := os.ReadFile(cfg.Path)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Path = filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(cfg.Path, b, 0o700); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestPinHoldsForRestarts replaces the file under a running plugin.
func TestPinHoldsForRestarts(t *testing.T) {
	cfg := copied(t, config(t, "testplugin"))
	var log logBuffer
	cfg.Logger = log.logger()
	c := open(t, cfg)
	if err := os.Remove(cfg.Path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cfg.Path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := c.Detect(t.Context(), command("exit"))
	wantCause(t, err, CauseCrashed)
	waitFor(t, "a start to be refused", func() bool { return strings.Contains(log.String(), errChecksum.Error()) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Detect(ctx, command("find"))
	wantCause(t, err, CauseDeadline)
	if c.Stats().Running {
		t.Error("the other file runs")
	}
}

func TestStartsThatFail(t *testing.T) {
	for how, want := range map[string]error{
		"noise": errHandshake, "exit": errHandshake, "version": errVersion, "tcp": errForeignSocket, "slow": errNotReady,
	} {
		t.Run(how, func(t *testing.T) {
			cfg := config(t, "testplugin", "-start", how)
			cfg.Env = []string{"MARKER=" + canary}
			cfg.SocketDir = t.TempDir()
			if how == "slow" {
				cfg.StartTimeout = 100 * time.Millisecond
			}
			_, err := Open(t.Context(), cfg)
			wantCause(t, err, CauseStart)
			if !errors.Is(err, want) || strings.Contains(err.Error(), canary) {
				t.Errorf("error %q, want %q and no quotation", err, want)
			}
			left, err := os.ReadDir(cfg.SocketDir)
			if err != nil || len(left) != 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestOpenHonoursItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := Open(ctx, config(t, "testplugin", "-start", "slow"))
	wantCause(t, err, CauseStart)
}

// TestDescriptionIsPinned: a plugin may not declare other words after a restart.
func TestDescriptionIsPinned(t *testing.T) {
	var log logBuffer
	cfg := config(t, "testplugin", "-start", "stateful", "-state", filepath.Join(t.TempDir(), "state"))
	cfg.Logger = log.logger()
	c := open(t, cfg)
	_, err := c.Detect(t.Context(), command("exit"))
	wantCause(t, err, CauseCrashed)
	waitFor(t, "a start to be refused", func() bool { return strings.Contains(log.String(), "describes itself otherwise") })
	if c.Stats().Running {
		t.Error("it runs all the same")
	}
}

// TestOrphans kills the process that started a plugin.
func TestOrphans(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks processes up in /proc")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, as := range []string{"host", "parent", "early"} {
		t.Run(as, func(t *testing.T) {
			cmd := exec.Command(self, filepath.Join(built, "testplugin"))
			cmd.Env = append(os.Environ(), "SLUICE_TEST_RUN_AS="+as, "TMPDIR="+t.TempDir())
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			pid := strings.TrimSpace(line)
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // it was killed
			waitFor(t, "the plugin to end", func() bool { return !alive(pid) })
		})
	}
}

// alive reports whether a process exists and is no zombie.
func alive(pid string) bool {
	b, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return !strings.HasPrefix(rest, "Z")
}
