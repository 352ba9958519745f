package plugins

import (
	"sync"
	"time"
)

// breaker is a circuit breaker: closed until limit calls in a row have failed,
// then open for the cooldown, then half open: one call is let through and its
// outcome decides.
type breaker struct {
	limit    int
	cooldown time.Duration
	now      func() time.Time

	mu        sync.Mutex
	failures  int // in a row
	openUntil time.Time
	probing   bool // the half-open call is under way
}

// outcome is what a call says about the plugin's health.
type outcome uint8

const (
	neutral outcome = iota // the caller gave up, or the plugin was not asked
	success
	failed
)

// admit reports whether a call may go ahead, and whether it is the probe.
func (b *breaker) admit() (ok, probe bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.failures < b.limit:
		return true, false
	case b.probing || b.now().Before(b.openUntil):
		return false, false
	}
	b.probing = true
	return true, true
}

// settle notes how an admitted call ended and reports whether that opened the
// circuit. Calls that were under way when it opened are heard too: a late
// success closes it.
func (b *breaker) settle(probe bool, o outcome) (opened bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		b.probing = false
	}
	switch o {
	case success:
		b.failures = 0
	case failed:
		b.failures++
		if b.failures >= b.limit {
			b.openUntil = b.now().Add(b.cooldown)
		}
		return b.failures == b.limit || probe
	case neutral:
	}
	return false
}

// open reports whether calls are refused now.
func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures >= b.limit && (b.probing || b.now().Before(b.openUntil))
}
