package plugins

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin/runner"
)

// process runs a plugin's file for go-plugin, which would otherwise hand it our
// standard input, dial whatever address it names, and wait for as long as
// anything holds its output open.
type process struct {
	cmd       *exec.Cmd
	socketDir string
	stdout    io.ReadCloser
	stderr    io.ReadCloser
	ended     chan struct{} // closed after Wait

	mu     sync.Mutex
	killed bool
}

// prepare builds the command from go-plugin's specification, of which only the
// environment matters here.
func (p *process) prepare(cfg Config, spec *exec.Cmd, socketDir string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = exec.Command(cfg.Path, cfg.Args...)
	p.cmd.Env = append(cfg.environment(), parentKey+"="+strconv.Itoa(os.Getpid()))
	p.cmd.Env = append(p.cmd.Env, spec.Env...) // last, so that Config.Env cannot override it
	p.cmd.SysProcAttr = processAttributes()
	p.socketDir = socketDir
	var err error
	if p.stdout, err = p.cmd.StdoutPipe(); err != nil {
		return err
	}
	p.stderr, err = p.cmd.StderrPipe()
	return err
}

// Start starts the process. On Linux it dies with the thread that started it,
// so that thread is kept for as long as the process lives.
func (p *process) Start(context.Context) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		p.mu.Lock()
		err := errors.New("stopped before it started")
		if !p.killed {
			err = p.cmd.Start()
		}
		p.mu.Unlock()
		started <- err
		if err == nil {
			<-p.ended
		}
	}()
	return <-started
}

// Wait waits for the end of the process and must be called once.
func (p *process) Wait(context.Context) error {
	defer close(p.ended)
	return p.cmd.Wait()
}

// Kill ends the process and, on Linux, whatever it started. It may be called
// at any time and more than once.
func (p *process) Kill(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.killed {
		return nil
	}
	p.killed = true
	if p.cmd == nil || p.cmd.Process == nil {
		return nil
	}
	select {
	case <-p.ended: // reaped: its number may belong to another process by now
		return nil
	default:
	}
	// A descendant that got away may hold the pipes open for ever.
	time.AfterFunc(time.Second, func() {
		_ = p.stdout.Close()
		_ = p.stderr.Close()
	})
	if err := killProcess(p.cmd.Process); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// pid is the process id, or 0 before the start.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.cmd.Process == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// ID is never empty: go-plugin removes the socket's directory only then.
func (p *process) ID() string { return strconv.Itoa(p.pid()) }

// Name is the path of the file.
func (p *process) Name() string { return p.cmd.Path }

// Diagnose adds nothing: go-plugin would quote it beside the plugin's output.
func (p *process) Diagnose(context.Context) string { return "" }

// Stdout is where the handshake line comes from.
func (p *process) Stdout() io.ReadCloser { return p.stdout }

// Stderr is counted and dropped.
func (p *process) Stderr() io.ReadCloser { return p.stderr }

// PluginToHost accepts only a socket in the directory made for it, so that a
// plugin cannot make the host dial elsewhere.
func (p *process) PluginToHost(network, address string) (string, string, error) {
	if network != "unix" || filepath.Dir(address) != p.socketDir {
		return "", "", errForeignSocket
	}
	return network, address, nil
}

// HostToPlugin is the identity: both see the same files.
func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

var errForeignSocket = errors.New("the plugin's socket is not in PLUGIN_UNIX_SOCKET_DIR")

var _ runner.Runner = (*process)(nil)
