package envoyproc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options say how to run Envoy. Path and Bootstrap are required.
type Options struct {
	Path      string // the binary, as Find returns it
	Bootstrap []byte // configuration as YAML or JSON; it must have an admin address
	// Concurrency is the number of worker threads; zero means Envoy's own
	// default, one per core.
	Concurrency int
	// BaseID tells several Envoys on one machine apart; zero lets each choose
	// a free one.
	BaseID int
	// LogLevel is Envoy's; empty means "warning". From "debug" down Envoy logs
	// headers, and with them what Sluice never logs.
	LogLevel string
	// Stdout and Stderr receive Envoy's output; nil discards it. The last
	// lines of Stderr are kept for error messages in any case.
	Stdout, Stderr io.Writer
	// DrainTime is how long Envoy takes to drain; zero means 5 s.
	DrainTime time.Duration
}

// Process is a running Envoy. Its methods are safe for concurrent use.
type Process struct {
	// Admin is the "host:port" of the admin interface.
	Admin string

	cmd  *exec.Cmd
	dir  string
	tail *tailWriter
	done chan struct{} // closed once the process has ended and err is set
	err  error
}

// Start runs Envoy and waits until it says that it is live. When ctx ends
// before that, or Envoy does, nothing is left running and the error carries
// what Envoy said last. After Start, ctx has no further effect: the process
// runs until Stop or until it ends by itself.
func Start(ctx context.Context, opts Options) (*Process, error) {
	dir, err := os.MkdirTemp("", "sluice-envoy-") // mode 0700: the configuration is nobody else's business
	if err != nil {
		return nil, fmt.Errorf("start envoy: %w", err)
	}
	p := &Process{dir: dir, tail: &tailWriter{}, done: make(chan struct{})}
	config := filepath.Join(dir, "envoy.yaml")
	adminFile := filepath.Join(dir, "admin")
	if err := os.WriteFile(config, opts.Bootstrap, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("start envoy: %w", err), os.RemoveAll(dir))
	}
	args := []string{
		"--config-path", config, "--admin-address-path", adminFile,
		"--log-level", or(opts.LogLevel, "warning"),
		"--drain-time-s", strconv.Itoa(int(max(1, or(opts.DrainTime, 5*time.Second).Seconds()))),
	}
	if opts.Concurrency > 0 {
		args = append(args, "--concurrency", strconv.Itoa(opts.Concurrency))
	}
	if opts.BaseID > 0 {
		args = append(args, "--base-id", strconv.Itoa(opts.BaseID))
	} else {
		args = append(args, "--use-dynamic-base-id")
	}
	p.cmd = exec.Command(opts.Path, args...) // ended by Stop, not by the context of the start
	p.cmd.Stdout = opts.Stdout
	p.cmd.Stderr = io.Writer(p.tail)
	if opts.Stderr != nil {
		p.cmd.Stderr = io.MultiWriter(p.tail, opts.Stderr)
	}
	p.cmd.SysProcAttr = childAttributes()
	if err := startAndWatch(p); err != nil {
		return nil, errors.Join(fmt.Errorf("start envoy: %w", err), os.RemoveAll(dir))
	}
	if err := p.waitReady(ctx, adminFile); err != nil {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = p.Stop(stopCtx) // the first error says more
		return nil, fmt.Errorf("start envoy: %w%s", err, p.tail.quote())
	}
	return p, nil
}

// waitReady returns once the admin interface answers /ready with LIVE.
func (p *Process) waitReady(ctx context.Context, adminFile string) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if p.Admin == "" {
			// Envoy writes the file in one go but does not rename it into place.
			if data, err := os.ReadFile(adminFile); err == nil && strings.Contains(string(data), ":") {
				p.Admin = strings.TrimSpace(string(data))
			}
		}
		if p.Admin != "" && p.Ready(ctx) == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", ctx.Err())
		case <-p.done:
			return fmt.Errorf("ended while starting: %w", or(p.err, errors.New("status 0")))
		}
	}
}

// Ready asks the admin interface whether Envoy is live: started, configured
// and not draining.
func (p *Process) Ready(ctx context.Context) error {
	_, err := p.Get(ctx, "/ready")
	return err
}

// Get returns the answer of the admin interface to a GET, at most 64 MiB. A
// status other than 200 is an error.
func (p *Process) Get(ctx context.Context, path string) ([]byte, error) {
	return p.ask(ctx, http.MethodGet, path)
}

// Drain tells Envoy to close its listeners: gracefully it keeps connections
// until the drain time is over and asks clients to leave.
func (p *Process) Drain(ctx context.Context, gracefully bool) error {
	path := "/drain_listeners"
	if gracefully {
		path += "?graceful"
	}
	_, err := p.ask(ctx, http.MethodPost, path)
	return err
}

func (p *Process) ask(ctx context.Context, method, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+p.Admin+path, nil)
	if err != nil {
		return nil, fmt.Errorf("envoy admin: %w", err)
	}
	// A client of its own: the default one obeys proxy variables.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("envoy admin: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // read only
	data, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return nil, fmt.Errorf("envoy admin: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("envoy admin: %s answers %s", path, resp.Status)
	}
	return data, nil
}

// PID is the process identifier.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended, for whatever cause.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is how the process ended: nil for status 0. It must not be called
// before Done is closed.
func (p *Process) Err() error { return p.err }

// Stop asks Envoy to end and waits. When ctx ends first, Envoy is killed. The
// error says that it had to be killed or could not be asked; a second Stop
// does nothing.
func (p *Process) Stop(ctx context.Context) error {
	var failures []error
	select {
	case <-p.done:
	default:
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			failures = append(failures, fmt.Errorf("stop envoy: %w", err))
		}
		select {
		case <-p.done:
		case <-ctx.Done():
			failures = append(failures, fmt.Errorf("stop envoy: killed: %w", ctx.Err()))
			_ = p.cmd.Process.Kill() // it may just have ended
			<-p.done
		}
	}
	failures = append(failures, os.RemoveAll(p.dir))
	return errors.Join(failures...)
}

// Validate lets the binary check a configuration without serving it.
func Validate(ctx context.Context, path string, bootstrap []byte) error {
	dir, err := os.MkdirTemp("", "sluice-envoy-")
	if err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // a left-over in the temporary folder does no harm
	config := filepath.Join(dir, "envoy.yaml")
	if err := os.WriteFile(config, bootstrap, 0o600); err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	tail := &tailWriter{}
	cmd := exec.CommandContext(ctx, path, "--mode", "validate", "--use-dynamic-base-id", "--log-level", "error", "--config-path", config)
	cmd.Stderr = tail
	cmd.Stdout = tail
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("envoy refuses the configuration: %w%s", err, tail.quote())
	}
	return nil
}

// tailWriter keeps the last few kilobytes that were written to it.
type tailWriter struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 4 << 10

// Write implements io.Writer.
func (w *tailWriter) Write(data []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = append(w.buf, data...)
	if over := len(w.buf) - tailSize; over > 0 {
		w.buf = append(w.buf[:0], w.buf[over:]...)
	}
	return len(data), nil
}

// quote returns what was written, ready to follow an error message.
func (w *tailWriter) quote() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if text := bytes.TrimSpace(w.buf); len(text) > 0 {
		return "\n" + string(text)
	}
	return ""
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
