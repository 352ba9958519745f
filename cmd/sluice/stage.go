package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/envoy"
	"github.com/sluice-dlp/sluice/envoy/envoyproc"
)

// child is a process of this program's own binary that listens on a socket.
type child struct {
	cmd    *exec.Cmd
	socket string
	done   chan struct{} // closed once the process has ended
	errors string        // path of what it wrote to standard error
}

// startChild runs the binary and waits until something answers on the socket.
// Standard error goes to the end of a file, so that it survives a kill.
func startChild(ctx context.Context, binary, socket, errorFile string, args ...string) (*child, error) {
	out, err := os.OpenFile(errorFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }() // the child has its own copy
	c := &child{socket: socket, done: make(chan struct{}), errors: errorFile}
	c.cmd = exec.Command(binary, args...) //nolint:noctx // ended by stop, in order
	c.cmd.Stderr = out
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt reaches this process, which ends its children
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = c.cmd.Wait() // the status is in cmd.ProcessState
		close(c.done)
	}()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if conn, err := net.Dial("unix", socket); err == nil {
			return c, conn.Close()
		}
		select {
		case <-tick.C:
		case <-c.done:
			return nil, fmt.Errorf("%s ended while starting: %s\n%s", args[0], c.cmd.ProcessState, c.said())
		case <-ctx.Done():
			c.stop()
			return nil, fmt.Errorf("%s does not answer: %w\n%s", args[0], ctx.Err(), c.said())
		}
	}
}

// said is what the child wrote to standard error.
func (c *child) said() string {
	data, err := os.ReadFile(c.errors)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(data))
}

// stop asks the child to end and insists after ten seconds.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-c.done:
	case <-time.After(10 * time.Second):
		c.kill()
	}
}

// kill ends the child at once, as the out-of-memory killer would.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended
	<-c.done
}

// stageOptions describe a stage. All but Config and Mode must be given.
type stageOptions struct {
	Binary   string // of this program
	Envoy    string
	Upstream string // base URL of a stub
	Config   string // sluice.yaml, without listen, admin and drain
	Mode     envoy.Mode
	MaxBody  int64 // that Envoy buffers; zero means the default
}

// stage is a sidecar and an Envoy in front of an upstream, each a process of
// its own and on loopback: what a user has, small.
type stage struct {
	URL     string // where clients go: "http://127.0.0.1:port"
	admin   string // the sidecar's operators' address, "127.0.0.1:port"
	dir     string
	options stageOptions
	sidecar *child
	envoy   *envoyproc.Process
}

// openStage starts both processes. Without an error the caller must call close.
func openStage(ctx context.Context, o stageOptions) (_ *stage, err error) {
	dir, err := os.MkdirTemp("", "sluice-stage-") // a short path: sockets have 107 bytes
	if err != nil {
		return nil, err
	}
	s := &stage{dir: dir, options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.admin, err = freeAddress(); err != nil {
		return nil, err
	}
	if err := s.configure(o.Config); err != nil {
		return nil, err
	}
	if err := s.startSidecar(ctx); err != nil {
		return nil, err
	}
	bootstrap, err := envoy.Bootstrap(s.bootstrap())
	if err != nil {
		return nil, err
	}
	text, err := envoy.YAML(bootstrap)
	if err != nil {
		return nil, err
	}
	s.envoy, s.URL, err = startEnvoy(ctx, o.Envoy, text)
	return s, err
}

func (s *stage) socket() string     { return filepath.Join(s.dir, "sluice.sock") }
func (s *stage) configFile() string { return filepath.Join(s.dir, "sluice.yaml") }

func (s *stage) bootstrap() envoy.BootstrapOptions {
	return envoy.BootstrapOptions{
		FilterOptions: envoy.FilterOptions{Processor: s.socket(), Mode: s.options.Mode, MaxBody: s.options.MaxBody},
		Listen:        "127.0.0.1:0", Admin: "127.0.0.1:0", Upstream: s.options.Upstream,
	}
}

// configure writes sluice.yaml anew; a running sidecar takes notice by itself.
func (s *stage) configure(text string) error {
	text = fmt.Sprintf("listen: unix:%s\nadmin: {address: '%s'}\ndrain: {delay: 0s, timeout: 5s}\n%s", s.socket(), s.admin, text)
	return os.WriteFile(s.configFile(), []byte(text), 0o600)
}

func (s *stage) startSidecar(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c, err := startChild(ctx, s.options.Binary, s.socket(), filepath.Join(s.dir, "sluice.log"), "serve", "--config", s.configFile())
	if err != nil {
		return err
	}
	s.sidecar = c
	return nil
}

// close ends both processes and removes what they left.
func (s *stage) close() error {
	var errs []error
	if s.envoy != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		errs = append(errs, s.envoy.Stop(ctx))
	}
	if s.sidecar != nil {
		s.sidecar.stop()
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}

// startEnvoy runs Envoy and returns the address that its listener got.
func startEnvoy(ctx context.Context, path string, bootstrap []byte) (*envoyproc.Process, string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p, err := envoyproc.Start(ctx, envoyproc.Options{Path: path, Bootstrap: bootstrap})
	if err != nil {
		return nil, "", err
	}
	address, err := listenerAddress(ctx, p)
	if err != nil {
		return nil, "", errors.Join(err, p.Stop(ctx))
	}
	return p, "http://" + address, nil
}

func listenerAddress(ctx context.Context, p *envoyproc.Process) (string, error) {
	data, err := p.Get(ctx, "/listeners?format=json")
	if err != nil {
		return "", err
	}
	var answer struct {
		Statuses []struct {
			Local struct {
				Socket struct {
					Address string `json:"address"`
					Port    int    `json:"port_value"`
				} `json:"socket_address"`
			} `json:"local_address"`
		} `json:"listener_statuses"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return "", fmt.Errorf("envoy admin: %w", err)
	}
	if len(answer.Statuses) != 1 {
		return "", fmt.Errorf("envoy has %d listeners, want 1", len(answer.Statuses))
	}
	local := answer.Statuses[0].Local.Socket
	return net.JoinHostPort(local.Address, fmt.Sprint(local.Port)), nil
}

// freeAddress is one that nobody listened on a moment ago. It stays the same
// over the sidecar's restarts, which one that the system chooses would not.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// metrics returns what the sidecar's /metrics says.
func (s *stage) metrics(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.admin+"/metrics", nil)
	if err != nil {
		return "", err
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }() // read only
	data, err := io.ReadAll(resp.Body)
	return string(data), err
}

// hold starts the processor that does nothing, and an Envoy that asks it.
func (s *stage) hold(ctx context.Context) (stop func(), url string, err error) {
	socket := filepath.Join(s.dir, "hold.sock")
	c, err := startChild(ctx, s.options.Binary, socket, filepath.Join(s.dir, "hold.log"), "bench", "hold", "--listen", socket)
	if err != nil {
		return nil, "", err
	}
	o := s.bootstrap()
	o.Processor, o.Mode = socket, envoy.FullDuplex
	bootstrap, err := envoy.Bootstrap(o)
	if err != nil {
		c.kill()
		return nil, "", err
	}
	text, err := envoy.YAML(bootstrap)
	if err != nil {
		c.kill()
		return nil, "", err
	}
	p, url, err := startEnvoy(ctx, s.options.Envoy, text)
	if err != nil {
		c.kill()
		return nil, "", err
	}
	return func() {
		_ = p.Stop(ctx) // it is killed at the latest when this process ends
		c.kill()
	}, url, nil
}

// unguarded starts an Envoy that asks nobody.
func (s *stage) unguarded(ctx context.Context) (stop func(), url string, err error) {
	text, err := bench.Unguarded(s.bootstrap())
	if err != nil {
		return nil, "", err
	}
	p, url, err := startEnvoy(ctx, s.options.Envoy, text)
	if err != nil {
		return nil, "", err
	}
	return func() { _ = p.Stop(ctx) }, url, nil
}
