package plugins

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sluice-dlp/sluice/scanner"
)

// canary is a text that must not appear in any error or log.
const canary = "CANARY-4f9c"

// built is the directory that holds the plugins built for the tests.
var built string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	if run := os.Getenv("SLUICE_TEST_RUN_AS"); run != "" {
		return runAs(run)
	}
	dir, err := os.MkdirTemp("", "sluice-plugins")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	out, err := exec.Command("go", "build", "-o", dir, "./example/codenames", "./internal/testplugin").CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "building the plugins: %v\n%s", err, out)
		return 1
	}
	built = dir
	return m.Run()
}

func checksum(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// config is a pinned configuration of one of the built plugins. The timeout is
// generous: tests that mean to run into it set their own.
func config(t testing.TB, name string, args ...string) Config {
	t.Helper()
	path := filepath.Join(built, name)
	return Config{Name: name, Path: path, SHA256: checksum(t, path), Args: args, Timeout: time.Minute, StartTimeout: time.Minute}
}

func open(t testing.TB, cfg Config) *Client {
	t.Helper()
	c, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func command(lines ...string) []scanner.Text {
	return []scanner.Text{{Bytes: []byte(strings.Join(lines, "\n"))}}
}

// wantCause fails unless err is an *Error with one of the causes.
func wantCause(t testing.TB, err error, causes ...Cause) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error %v is of type %T, want *Error", err, err)
	}
	if slices.Contains(causes, e.Cause) {
		return
	}
	t.Fatalf("error %q has cause %q, want one of %q", err, e.Cause, causes)
}

// mustWork asks until a plugin that may be restarting has answered.
func mustWork(t testing.TB, c *Client) {
	t.Helper()
	found, err := c.Detect(t.Context(), command("find"))
	for tries := 0; err != nil && tries < 100; tries++ {
		time.Sleep(20 * time.Millisecond)
		found, err = c.Detect(t.Context(), command("find"))
	}
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v; want one finding", found, err)
	}
}

// logBuffer collects log output from several goroutines.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *logBuffer) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// runAs is what the test binary does when a test starts it as another program.
func runAs(what string) int {
	switch what {
	case "host": // opens a plugin and waits to be killed
		c, err := Open(context.Background(), Config{Name: "orphan", Path: os.Args[1], Insecure: true})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(c.current.proc.pid())
	case "parent", "early": // starts a plugin without any of the host's care
		cmd := exec.Command(os.Args[1])
		cmd.Env = []string{cookieKey + "=" + cookieValue, "PLUGIN_PROTOCOL_VERSIONS=1", "TMPDIR=" + os.TempDir()}
		if what == "early" { // and may die before the plugin first looks
			cmd.Env = append(cmd.Env, parentKey+"="+strconv.Itoa(os.Getpid()))
		}
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err == nil && what == "parent" {
			_, err = out.Read(make([]byte, 1)) // the handshake
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(cmd.Process.Pid)
	}
	select {}
}
