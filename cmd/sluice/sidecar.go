package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"google.golang.org/grpc"

	"github.com/sluice-dlp/sluice/envoy"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// sidecar is the process that Envoy asks: the gRPC server, the admin port, the
// scanner in force and the means to replace it.
type sidecar struct {
	load     func() (*Config, error)
	logger   *slog.Logger
	logs     *logWriter
	registry *prometheus.Registry
	metrics  *reloadMetrics
	plugins  *pluginPool
	current  atomic.Pointer[assembly]
	tried    atomic.Pointer[Config]            // the last that could be read, whether or not it is in force
	seen     atomic.Pointer[[sha256.Size]byte] // digest of the files that were tried
	draining atomic.Bool

	reloading sync.Mutex

	envoy    *envoy.Server
	grpc     *grpc.Server
	listener net.Listener
	admin    *adminServer
}

// newSidecar loads the configuration, starts plugins and listens. Whatever is
// wrong with the configuration is an error here. Without an error the caller
// must call close.
func newSidecar(ctx context.Context, load func() (*Config, error), stderr io.Writer) (_ *sidecar, err error) {
	config, err := load()
	if err != nil {
		return nil, err
	}
	s := &sidecar{load: load, registry: prometheus.NewRegistry()}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	s.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	if s.logs, err = newLogWriter(config.Log.File, stderr, s.registry); err != nil {
		return nil, err
	}
	s.logger = newLogger(config.Log, s.logs)
	if s.metrics, err = newReloadMetrics(s.registry); err != nil {
		return nil, err
	}
	s.plugins = &pluginPool{logger: s.logger}
	first, err := s.prepare(ctx)
	if err != nil {
		return nil, err
	}
	s.current.Store(first)
	s.warnOfExceptions(ctx, first)
	if err := s.registry.Register(newExceptionMetrics(func() []scanner.Exception {
		return s.current.Load().scanner.Policy().Exceptions
	})); err != nil {
		return nil, err
	}
	s.metrics.valid.Set(1)
	s.metrics.rules.Set(float64(first.rules))

	mode, err := envoy.ParseMode(config.Mode)
	if err != nil {
		return nil, err
	}
	s.envoy = envoy.NewServer(envoy.Options{
		Scanner: func() *scanner.Scanner { return s.current.Load().scanner },
		Limits:  config.limits(),
		// The other half is for what holding bodies costs beside them: buffers of the
		// transport, and garbage that was not collected yet.
		MaxInFlight:  int64(config.Limits.InFlight) / 2,
		ScanTimeout:  config.Limits.ScanTimeout,
		QueueTimeout: config.Limits.QueueTimeout,
		BodyTimeout:  config.Limits.BodyTimeout,
		Mode:         mode,
		CallerHeader: config.CallerHeader,
		Logger:       s.logger,
		Registerer:   s.registry,
	})
	s.grpc = grpc.NewServer(s.envoy.GRPCServerOptions()...)
	s.envoy.Register(s.grpc)
	if s.listener, err = listen(config.Listen); err != nil {
		return nil, err
	}
	if config.Admin.Address != "" {
		if s.admin, err = newAdminServer(s, config); err != nil {
			return nil, err
		}
	}
	limitMemory(int64(config.Limits.InFlight))
	return s, nil
}

// limits are the bounds that package prompt keeps.
func (c *Config) limits() prompt.Limits {
	l := prompt.DefaultLimits()
	l.MaxBody = int64(c.Limits.Body)
	l.MaxDecoded = int64(c.Limits.Decoded)
	l.MaxRatio = c.Limits.Ratio
	l.MaxDepth = c.Limits.Depth
	l.MaxTexts = c.Limits.Texts
	return l
}

// limitMemory gives the garbage collector a limit that follows from what may be
// held, unless GOMEMLIMIT says otherwise. Everything that is held counts
// against it, decoded copies included; the rest is room for rules and buffers.
// Without the limit the collector would let garbage grow to as much again.
func limitMemory(inFlight int64) {
	const base = 64 << 20
	if os.Getenv("GOMEMLIMIT") == "" && debug.SetMemoryLimit(-1) == math.MaxInt64 && inFlight < 1<<50 {
		debug.SetMemoryLimit(base + inFlight)
	}
}

// serve answers until ctx is done, then drains. It returns nil after a clean
// stop.
func (s *sidecar) serve(ctx context.Context) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	defer func() {
		stop()
		wg.Wait()
	}()
	failed := make(chan error, 2)
	wg.Go(func() { failed <- s.grpc.Serve(s.listener) })
	if s.admin != nil {
		wg.Go(func() { failed <- s.admin.serve() })
	}
	wg.Go(func() { s.watchFiles(background) })

	config := s.current.Load().config
	s.logger.InfoContext(ctx, "serving", "listen", config.Listen, "admin", s.adminAddress(),
		"rules", s.current.Load().rules, "plugins", len(config.Plugins), "version", version())
	select {
	case err := <-failed:
		s.stop(background, 0)
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.draining.Store(true)
	s.envoy.NotReady()
	s.logger.InfoContext(background, "draining", "delay", config.Drain.Delay.String(), "timeout", config.Drain.Timeout.String())
	time.Sleep(config.Drain.Delay)
	s.stop(background, config.Drain.Timeout)
	s.logger.InfoContext(background, "stopped")
	return nil
}

// stop ends the servers. Requests that are under way when the timeout is over
// end with an error status, so that Envoy refuses what was unread.
func (s *sidecar) stop(ctx context.Context, timeout time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := s.envoy.Drain(ctx); err != nil {
		s.logger.WarnContext(ctx, "requests under way were refused", "timeout", timeout.String())
	}
	if s.admin != nil {
		s.admin.close()
	}
}

// close frees what newSidecar made.
func (s *sidecar) close() {
	if s.listener != nil {
		_ = s.listener.Close()
	}
	if s.admin != nil {
		s.admin.close()
	}
	if s.plugins != nil {
		s.plugins.close()
	}
	if s.logs != nil {
		s.logs.Close()
	}
}

func (s *sidecar) adminAddress() string {
	if s.admin == nil {
		return ""
	}
	return s.admin.listener.Addr().String()
}

// watchFiles reloads when a file has changed that the configuration was read
// from. The files of one that could not be put into force count too: that is
// where the fault is being mended.
func (s *sidecar) watchFiles(ctx context.Context) {
	w, err := newWatcher(s.logger)
	if err != nil {
		s.logger.WarnContext(ctx, "files are not watched, send SIGHUP after a change", "error", err.Error())
		return
	}
	w.watch(ctx, s.tried.Load().watched())
	check := func() {
		for { // until nothing has changed before its folder was watched
			now := s.tried.Load().digest()
			if now == *s.seen.Load() {
				return
			}
			s.seen.Store(&now)
			_ = s.reload(ctx) // it has been logged and counted
			w.watch(ctx, s.tried.Load().watched())
		}
	}
	check() // for what changed before the folders were watched
	w.run(ctx, check)
}

// listen opens the address that Envoy connects to. A socket that a stopped
// process left behind is replaced; one that still answers is not.
func listen(address string) (net.Listener, error) {
	network, address, err := splitListen(address)
	if err != nil {
		return nil, err
	}
	if network != "unix" {
		return net.Listen(network, address)
	}
	info, err := os.Lstat(address)
	switch {
	case err == nil && info.Mode()&os.ModeSocket == 0:
		return nil, fmt.Errorf("listen: %s exists and is no socket", address)
	case err == nil:
		conn, err := net.DialTimeout("unix", address, time.Second)
		if err == nil {
			_ = conn.Close()
			return nil, fmt.Errorf("listen: %s is in use by a running process", address)
		}
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listenUnix(address)
}
