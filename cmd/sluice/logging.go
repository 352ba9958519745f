package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// logQueue bounds the lines that wait to be written. At a few hundred bytes a
// line it is some hundred kilobytes.
const logQueue = 1024

// logWriter writes log lines from a goroutine of its own. Write never blocks
// and never fails: a line that finds the queue full, or that cannot be written,
// is lost and counted.
type logWriter struct {
	lines chan []byte
	flush chan chan struct{}
	done  chan struct{}
	lost  prometheus.Counter
	path  string // empty if out was given

	mu     sync.Mutex
	out    io.Writer
	opened bool // out is a file of ours
}

// newLogWriter appends to the file at path, or writes to fallback if path is empty.
func newLogWriter(path string, fallback io.Writer, reg prometheus.Registerer) (*logWriter, error) {
	w := &logWriter{
		lines: make(chan []byte, logQueue),
		flush: make(chan chan struct{}),
		done:  make(chan struct{}),
		lost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sluice_log_write_errors_total",
			Help: "Log lines that were lost because they could not be written in time.",
		}),
		path: path,
		out:  fallback,
	}
	if err := w.reopen(); err != nil {
		return nil, err
	}
	if err := reg.Register(w.lost); err != nil {
		return nil, err
	}
	go w.loop()
	return w, nil
}

// reopen opens the file anew, for whoever rotates logs.
func (w *logWriter) reopen() error {
	if w.path == "" {
		return nil
	}
	f, err := os.OpenFile(w.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if old, ok := w.out.(*os.File); ok && w.opened {
		_ = old.Close()
	}
	w.out, w.opened = f, true
	return nil
}

// Write queues one line.
func (w *logWriter) Write(line []byte) (int, error) {
	select {
	case w.lines <- append([]byte(nil), line...):
	default:
		w.lost.Inc()
	}
	return len(line), nil
}

func (w *logWriter) loop() {
	for {
		select {
		case line := <-w.lines:
			w.write(line)
		case done := <-w.flush:
			for len(w.lines) > 0 {
				w.write(<-w.lines)
			}
			close(done)
		case <-w.done:
			return
		}
	}
}

func (w *logWriter) write(line []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.out.Write(line); err != nil {
		w.lost.Inc()
	}
}

// Flush waits until the lines queued so far are written, or until a second has
// passed: a reader that has stopped must not keep the program from ending.
func (w *logWriter) Flush() {
	timeout := time.After(time.Second)
	done := make(chan struct{})
	select {
	case w.flush <- done:
	case <-timeout:
		return
	}
	select {
	case <-done:
	case <-timeout:
	}
}

// Close writes what is queued and stops. What is written later is lost.
func (w *logWriter) Close() {
	w.Flush()
	close(w.done)
	w.mu.Lock()
	defer w.mu.Unlock()
	if f, ok := w.out.(*os.File); ok && w.opened {
		_ = f.Close()
	}
}

// newLogger returns a logger with the configured level and format.
func newLogger(c LogConfig, w io.Writer) *slog.Logger {
	return slog.New(logHandler(c, w))
}

func logHandler(c LogConfig, w io.Writer) slog.Handler {
	var level slog.Level
	// validate has refused anything that this cannot read.
	_ = level.UnmarshalText([]byte(c.Level))
	opts := &slog.HandlerOptions{Level: level}
	if c.Format == "text" {
		return slog.NewTextHandler(w, opts)
	}
	return slog.NewJSONHandler(w, opts)
}

// logErrors writes one line for each fault.
func logErrors(ctx context.Context, logger *slog.Logger, message string, err error) {
	for _, e := range faults(err) {
		logger.ErrorContext(ctx, message, "error", e.Error())
	}
}
