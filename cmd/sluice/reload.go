package main

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sluice-dlp/sluice/rules"
)

// settle is how long files must be quiet before they are read: an editor or a
// volume mount changes several names one after the other.
const settle = 200 * time.Millisecond

// reloadMetrics say how reloading went.
type reloadMetrics struct {
	total *prometheus.CounterVec
	valid prometheus.Gauge
	rules prometheus.Gauge
}

func newReloadMetrics(reg prometheus.Registerer) (*reloadMetrics, error) {
	m := &reloadMetrics{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sluice_reload_total",
			Help: "Times that configuration and rules were read anew, by result.",
		}, []string{"result"}),
		valid: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_config_valid",
			Help: "1 if the files on disk are what is in force, 0 if they are broken and older ones are.",
		}),
		rules: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "sluice_rules",
			Help: "Rules in force.",
		}),
	}
	for _, result := range []string{"success", "failure"} {
		m.total.WithLabelValues(result)
	}
	for _, c := range []prometheus.Collector{m.total, m.valid, m.rules} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// reload reads configuration and rules anew and swaps the scanner. If anything
// is wrong with them, what is in force stays.
func (s *sidecar) reload(ctx context.Context) error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	next, err := s.prepare(ctx)
	if err != nil {
		s.metrics.total.WithLabelValues("failure").Inc()
		s.metrics.valid.Set(0)
		logErrors(ctx, s.logger, "configuration not reloaded, the one before it stays in force", err)
		return err
	}
	before := s.current.Swap(next)
	s.plugins.retire(ctx, next.config.Plugins, before.config.Drain.Timeout)
	s.metrics.total.WithLabelValues("success").Inc()
	s.metrics.valid.Set(1)
	s.metrics.rules.Set(float64(next.rules))
	s.logger.InfoContext(ctx, "configuration reloaded", "rules", next.rules)
	s.warnOfExceptions(ctx, next)
	if needsRestart(before.config, next.config) {
		s.logger.WarnContext(ctx, "listen, admin, mode, limits, caller_header, log and drain change at the next start only")
	}
	return nil
}

// prepare loads the configuration and builds its scanner.
func (s *sidecar) prepare(ctx context.Context) (*assembly, error) {
	c, err := s.load()
	if err != nil {
		return nil, err
	}
	digest := c.digest()
	s.tried.Store(c)
	s.seen.Store(&digest)
	batch, err := s.plugins.detectors(ctx, c)
	if err != nil {
		return nil, err
	}
	a, err := assemble(c, batch)
	if err == nil && a.warm != nil {
		go func() { // requests need not wait for it
			if err := a.warm(ctx); err != nil && ctx.Err() == nil {
				logErrors(ctx, s.logger, "a rule cannot be used, texts that it may match are not read whole", err)
			}
		}()
	}
	return a, err
}

// warnOfExceptions logs exceptions that have expired or soon will.
func (s *sidecar) warnOfExceptions(ctx context.Context, a *assembly) {
	for _, p := range rules.LintExceptions(a.scanner.Policy().Exceptions, time.Now(), expiresSoon) {
		s.logger.WarnContext(ctx, p.Msg, "exception", p.File)
	}
}

func needsRestart(a, b *Config) bool {
	return a.Listen != b.Listen || a.Admin != b.Admin || a.Mode != b.Mode ||
		a.Limits != b.Limits || a.CallerHeader != b.CallerHeader || a.Log != b.Log || a.Drain != b.Drain
}

// watcher calls changed after files in the watched folders did change.
type watcher struct {
	fs     *fsnotify.Watcher
	logger *slog.Logger
	mu     sync.Mutex
	dirs   []string
}

func newWatcher(logger *slog.Logger) (*watcher, error) {
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return &watcher{fs: fs, logger: logger}, nil
}

// watch makes dirs the folders that are watched.
func (w *watcher) watch(ctx context.Context, dirs []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, dir := range w.dirs {
		if !slices.Contains(dirs, dir) {
			_ = w.fs.Remove(dir) // it may be gone already
		}
	}
	for _, dir := range dirs {
		if err := w.fs.Add(dir); err != nil {
			w.logger.WarnContext(ctx, "folder is not watched, send SIGHUP after a change", "folder", dir, "error", err.Error())
		}
	}
	w.dirs = dirs
}

// run calls changed until ctx is done. It closes the watcher.
func (w *watcher) run(ctx context.Context, changed func()) {
	defer func() { _ = w.fs.Close() }()
	quiet := time.NewTimer(settle)
	quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-w.fs.Events:
			if !ok {
				return
			}
			quiet.Reset(settle)
		case err, ok := <-w.fs.Errors:
			if !ok {
				return
			}
			// Events were lost, so anything may have changed.
			w.logger.WarnContext(ctx, "watching files", "error", err.Error())
			quiet.Reset(settle)
		case <-quiet.C:
			changed()
		}
	}
}
