package envoy

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// budget bounds the bytes of bodies that are in memory at one time. Streams
// that want more than is left wait in line for a while and are then refused;
// nothing is ever let through because memory is short.
//
// # Why it cannot deadlock
//
// A body whose length was declared is reserved whole before its first byte is
// taken. Bodies of unknown length, and decoded copies, grow, and streams that
// each hold something and want more could wait for each other. So every
// stream says at its beginning how much it may come to hold (its claim), and
// nobody is given anything that would not leave enough for the oldest holder
// to reach its claim. The oldest holder therefore never waits and comes to its
// end; what it gives back is at least what the next oldest may still want,
// which then is the oldest. Beyond that, every wait ends with its timeout.
type budget struct {
	limit int64
	moved func(used int64) // told of every change, under the lock

	mu        sync.Mutex
	used      int64
	holders   []*reservation // with something in hand, oldest first
	growers   []*waiter      // of holders
	newcomers []*waiter
}

// reservation is what one stream holds. Its fields are guarded by the budget.
type reservation struct {
	b      *budget
	claim  int64
	held   int64
	closed bool
}

type waiter struct {
	r     *reservation
	n     int64
	ready chan error // capacity 1
}

// maxNewcomers bounds the line, since each stream in it holds up to a
// transport window of bytes that the budget does not see.
const maxNewcomers = 1024

var (
	errOverload = errors.New("no memory left for another body")
	errClosed   = errors.New("reservation is closed")
)

func newBudget(limit int64, moved func(int64)) *budget {
	return &budget{limit: limit, moved: moved}
}

func (b *budget) open() *reservation { return &reservation{b: b} }

// expect sets how much the stream may come to hold. It is called once, before
// the first grow.
func (r *reservation) expect(claim int64) {
	r.b.mu.Lock()
	defer r.b.mu.Unlock()
	r.claim = min(claim, r.b.limit)
}

// grow waits until n more bytes are reserved. The error is errOverload if they
// were not within the timeout, errClosed after close, or ctx.Err().
func (r *reservation) grow(ctx context.Context, n int64, timeout time.Duration) error {
	if n <= 0 {
		return nil
	}
	b := r.b
	b.mu.Lock()
	w, err := b.ask(r, n)
	b.mu.Unlock()
	if w == nil {
		return err
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case err := <-w.ready:
		return err
	case <-timer.C:
		return b.leave(w, errOverload)
	case <-ctx.Done():
		return b.leave(w, ctx.Err())
	}
}

// ask grants or refuses at once, or returns a waiter.
func (b *budget) ask(r *reservation, n int64) (*waiter, error) {
	switch {
	case r.closed:
		return nil, errClosed
	case r.held+n > b.limit:
		return nil, errOverload // could not be met if it were alone
	case b.fits(r, n) && b.inTurn(r):
		b.take(r, n)
		return nil, nil
	}
	w := &waiter{r: r, n: n, ready: make(chan error, 1)}
	switch {
	case r.held > 0:
		b.growers = append(b.growers, w)
	case len(b.newcomers) >= maxNewcomers:
		return nil, errOverload
	default:
		b.newcomers = append(b.newcomers, w)
	}
	return w, nil
}

// inTurn reports whether r may be served before those who wait: the oldest
// holder always, other holders before newcomers.
func (b *budget) inTurn(r *reservation) bool {
	switch {
	case r.held == 0:
		return len(b.growers) == 0 && len(b.newcomers) == 0
	case b.holders[0] == r:
		return true
	}
	return len(b.growers) == 0
}

// fits reports whether n bytes for r leave the oldest holder what it may want.
func (b *budget) fits(r *reservation, n int64) bool {
	left := b.limit - b.used - n
	if len(b.holders) == 0 || b.holders[0] == r {
		return left >= 0
	}
	oldest := b.holders[0]
	return left >= max(0, oldest.claim-oldest.held)
}

// take moves n bytes to r.
func (b *budget) take(r *reservation, n int64) {
	if r.held == 0 {
		b.holders = append(b.holders, r)
	}
	r.held += n
	b.used += n
	b.moved(b.used)
}

// serve grants what fits: to growers in order, then to newcomers in order.
func (b *budget) serve() {
	b.growers = slices.DeleteFunc(b.growers, b.serveOne)
	if len(b.growers) > 0 {
		return
	}
	for len(b.newcomers) > 0 && b.serveOne(b.newcomers[0]) {
		b.newcomers = b.newcomers[1:]
	}
}

func (b *budget) serveOne(w *waiter) bool {
	if !b.fits(w.r, w.n) {
		return false
	}
	b.take(w.r, w.n)
	w.ready <- nil
	return true
}

// leave takes a waiter out of the line and returns err, unless it was answered
// in the meantime.
func (b *budget) leave(w *waiter, err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case answered := <-w.ready:
		return answered
	default:
	}
	same := func(o *waiter) bool { return o == w }
	b.growers = slices.DeleteFunc(b.growers, same)
	b.newcomers = slices.DeleteFunc(b.newcomers, same)
	b.serve() // the next in line may want less
	return err
}

// close gives everything back. Requests that still wait are refused.
func (r *reservation) close() {
	b := r.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.closed {
		return
	}
	r.closed = true
	mine := func(w *waiter) bool {
		if w.r == r {
			w.ready <- errClosed
		}
		return w.r == r
	}
	b.growers = slices.DeleteFunc(b.growers, mine)
	b.newcomers = slices.DeleteFunc(b.newcomers, mine)
	b.holders = slices.DeleteFunc(b.holders, func(o *reservation) bool { return o == r })
	b.used -= r.held
	r.held = 0
	b.moved(b.used)
	b.serve()
}
