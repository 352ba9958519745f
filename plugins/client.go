package plugins

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sluice-dlp/sluice/scanner"
)

// Client is a running plugin. It is a scanner.Detector, best given to a
// Scanner as one of Options.Batch. All methods may be called concurrently.
type Client struct {
	cfg         Config
	log         *slog.Logger
	description Description
	breaker     *breaker
	slots       chan struct{}

	calls, failures, restarts, lines atomic.Int64

	ctx        context.Context // ends with Close
	cancel     context.CancelFunc
	supervised chan struct{} // closed when the supervisor has ended

	mu      sync.Mutex
	current *session      // nil while there is none
	changed chan struct{} // closed and replaced whenever current changes
}

var _ scanner.Detector = (*Client)(nil)

// Open starts a plugin and waits until it can be asked; ctx bounds the start
// only. From then on the process is restarted whenever it ends, until Close.
// Errors name what is wrong with the configuration, or are an *Error with
// CauseStart; neither quotes what the plugin printed.
func Open(ctx context.Context, cfg Config) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("plugin %q: %w", cfg.Name, err)
	}
	cfg = cfg.withDefaults()
	c := &Client{
		cfg:        cfg,
		log:        cfg.Logger.With("plugin", cfg.Name),
		breaker:    &breaker{limit: cfg.FailureLimit, cooldown: cfg.Cooldown, now: time.Now},
		slots:      make(chan struct{}, cfg.MaxConcurrent),
		supervised: make(chan struct{}),
		changed:    make(chan struct{}),
	}
	s, err := startSession(ctx, cfg, &c.lines)
	if err != nil {
		return nil, &Error{Plugin: cfg.Name, Cause: CauseStart, note: err.Error(), err: err}
	}
	c.description = s.description
	c.current = s
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.log.Info("plugin started", "pid", s.proc.pid(), "version", s.description.Version)
	go c.supervise(s)
	return c, nil
}

// Description returns what the plugin declared. It must not be changed.
func (c *Client) Description() Description { return c.description }

// Detect asks the plugin. Every error is an *Error.
func (c *Client) Detect(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	if len(texts) == 0 && ctx.Err() == nil {
		return nil, nil
	}
	ok, probe := c.breaker.admit()
	if !ok {
		c.failures.Add(1)
		return nil, c.wrap(fail(CauseOpen, ""))
	}
	c.calls.Add(1)
	callCtx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	found, f := c.detect(callCtx, texts)
	c.settle(boundedBy(ctx, callCtx), probe, f)
	if f != nil {
		c.failures.Add(1)
		return nil, c.wrap(f)
	}
	return found, nil
}

// boundedBy reports whether it is the caller's deadline that ends the call, and
// not Config.Timeout. How little time a caller has left says nothing about the
// plugin.
func boundedBy(caller, call context.Context) bool {
	theirs, ok := caller.Deadline()
	ours, _ := call.Deadline()
	return ok && !ours.Before(theirs)
}

// settle tells the breaker how a call ended, and replaces a process that hangs.
func (c *Client) settle(impatient, probe bool, f *failure) {
	o := success
	if f != nil {
		o = failed
		switch f.cause {
		case CauseCanceled, CauseBusy, CauseTooLarge, CauseClosed:
			o = neutral
		case CauseDeadline:
			if impatient {
				o = neutral
			}
		case CauseCrashed:
			if f.counted {
				o = neutral
			}
		}
	}
	if !c.breaker.settle(probe, o) {
		return
	}
	c.log.Error("plugin failed too often: circuit open", "cause", string(f.cause), "cooldown", c.cfg.Cooldown.String())
	if f.cause == CauseDeadline {
		c.mu.Lock()
		s := c.current
		c.mu.Unlock()
		if s != nil {
			s.cancel() // the supervisor does the rest
		}
	}
}

// detect sends texts in chunks and joins the answers.
func (c *Client) detect(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, *failure) {
	chunks, f := split(texts)
	if f != nil {
		return nil, f
	}
	if len(chunks) == 1 {
		return c.ask(ctx, texts)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		found []scanner.Finding
		first *failure
	)
	for _, part := range chunks {
		wg.Go(func() {
			some, f := c.ask(ctx, texts[part.start:part.end])
			mu.Lock()
			defer mu.Unlock()
			if f != nil && first == nil {
				first = f
				cancel() // the others cannot make it whole again
			}
			for _, finding := range some {
				finding.Text += part.start
				found = append(found, finding)
			}
		})
	}
	wg.Wait()
	if first != nil {
		return nil, first
	}
	return found, nil
}

// ask sends one message of texts when there is a slot and a process.
func (c *Client) ask(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, *failure) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		f := failContext(ctx)
		if f.cause == CauseDeadline {
			f.cause = CauseBusy
		}
		return nil, f
	case <-c.ctx.Done():
		return nil, fail(CauseClosed, "")
	}
	s, f := c.session(ctx)
	if f != nil {
		return nil, f
	}
	found, f := s.ask(ctx, texts)
	if f != nil && c.ctx.Err() != nil {
		f = fail(CauseClosed, "")
	}
	return found, f
}

// session waits for a running process.
func (c *Client) session(ctx context.Context) (*session, *failure) {
	for {
		c.mu.Lock()
		s, changed := c.current, c.changed
		c.mu.Unlock()
		if c.ctx.Err() != nil {
			return nil, fail(CauseClosed, "")
		}
		if s != nil {
			return s, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, failContext(ctx)
		case <-c.ctx.Done():
		}
	}
}

func (c *Client) publish(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = s
	close(c.changed)
	c.changed = make(chan struct{})
}

// Waits between restarts: short at first, since most crashes happen once, and
// growing while the process does not live for settledAfter.
const (
	firstBackoff = 50 * time.Millisecond
	lastBackoff  = 30 * time.Second
	settledAfter = 10 * time.Second
)

// supervise replaces s whenever it ends.
func (c *Client) supervise(s *session) {
	defer close(c.supervised)
	backoff := firstBackoff
	for {
		select {
		case <-s.done:
		case <-c.ctx.Done():
			c.publish(nil)
			s.stop(false)
			c.log.Info("plugin stopped", "lines_dropped", c.lines.Load())
			return
		}
		c.publish(nil)
		s.stop(true)
		c.log.Warn("plugin ended and is started again", "lines_dropped", c.lines.Load())
		if time.Since(s.started) > settledAfter {
			backoff = firstBackoff
		}
		if s = c.restart(&backoff); s == nil {
			return
		}
		c.publish(s)
	}
}

// restart tries until a process runs, or returns nil after Close.
func (c *Client) restart(backoff *time.Duration) *session {
	for {
		select {
		case <-time.After(*backoff):
		case <-c.ctx.Done():
			return nil
		}
		*backoff = min(2**backoff, lastBackoff)
		s, err := startSession(c.ctx, c.cfg, &c.lines)
		if err == nil && !s.description.same(c.description) {
			s.stop(true)
			err = errors.New("describes itself otherwise than at first")
		}
		if err == nil {
			c.restarts.Add(1)
			c.log.Info("plugin started", "pid", s.proc.pid(), "version", s.description.Version)
			return s
		}
		if c.ctx.Err() == nil {
			c.log.Error("plugin does not start", "error", err.Error(), "next_try", backoff.String())
		}
	}
}

// Ping reports whether the plugin would be asked and answers: it is for
// readiness. An open circuit is an error.
func (c *Client) Ping(ctx context.Context) error {
	if c.breaker.open() {
		return c.wrap(fail(CauseOpen, ""))
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	s, f := c.session(ctx)
	if f == nil {
		f = s.ping(ctx)
	}
	if f == nil {
		_, f = s.ask(ctx, nil)
	}
	if f != nil {
		return c.wrap(f)
	}
	return nil
}

// Close ends the process and waits for it, a few seconds at most. Calls that
// wait for an answer fail.
func (c *Client) Close() {
	c.cancel()
	<-c.supervised
}

// Stats are counts since Open.
type Stats struct {
	Calls        int64 // calls of Detect that the circuit let through
	Failures     int64 // calls of Detect that returned an error
	Restarts     int64 // successful ones
	LinesDropped int64 // lines that the plugin printed
	Running      bool
	CircuitOpen  bool
}

// Stats returns the current counts.
func (c *Client) Stats() Stats {
	c.mu.Lock()
	running := c.current != nil
	c.mu.Unlock()
	return Stats{
		Calls:        c.calls.Load(),
		Failures:     c.failures.Load(),
		Restarts:     c.restarts.Load(),
		LinesDropped: c.lines.Load(),
		Running:      running,
		CircuitOpen:  c.breaker.open(),
	}
}

func (c *Client) wrap(f *failure) error {
	return &Error{Plugin: c.cfg.Name, Cause: f.cause, note: f.note, err: f.err}
}
