package envoy

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

func TestBudgetWaitsInLine(t *testing.T) {
	b := newBudget(100, func(int64) {})
	first, second, third := b.open(), b.open(), b.open()
	grow := func(r *reservation, n int64) chan error {
		done := make(chan error, 1)
		go func() { done <- r.grow(t.Context(), n, time.Minute) }()
		return done
	}
	waiting := func(newcomers, growers int) func() bool {
		return func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			return len(b.newcomers) == newcomers && len(b.growers) == growers
		}
	}
	if err := first.grow(t.Context(), 80, 0); err != nil {
		t.Fatal(err)
	}
	large := grow(second, 50)
	eventually(t, "the large one waits", waiting(1, 0))
	small := grow(third, 10) // fits, but does not overtake
	eventually(t, "the small one waits too", waiting(2, 0))
	if err := first.grow(t.Context(), 20, 0); err != nil { // a holder goes before newcomers
		t.Fatal(err)
	}
	first.close()
	if err := errors.Join(<-large, <-small); err != nil {
		t.Error(err)
	}
	if b.used != 60 {
		t.Errorf("%d bytes in use, want 60", b.used)
	}
}

func TestBudgetRefuses(t *testing.T) {
	b := newBudget(100, func(int64) {})
	a, z := b.open(), b.open()
	if err := a.grow(t.Context(), 101, time.Minute); !errors.Is(err, errOverload) {
		t.Errorf("more than there is: %v", err)
	}
	if err := a.grow(t.Context(), 90, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := z.grow(t.Context(), 20, time.Millisecond); !errors.Is(err, errOverload) {
		t.Errorf("timeout: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := z.grow(ctx, 20, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	a.close()
	a.close()
	if err := a.grow(t.Context(), 1, time.Minute); !errors.Is(err, errClosed) {
		t.Errorf("closed: %v", err)
	}
	if b.used != 0 {
		t.Errorf("%d bytes in use", b.used)
	}
}

// TestBudgetLeavesRoomForTheOldest: two holders that both grow do not come to
// wait for each other.
func TestBudgetLeavesRoomForTheOldest(t *testing.T) {
	b := newBudget(100, func(int64) {})
	one, two := b.open(), b.open()
	one.expect(60)
	two.expect(60)
	if err := errors.Join(one.grow(t.Context(), 30, 0), two.grow(t.Context(), 30, 0)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- two.grow(t.Context(), 30, time.Hour) }() // would leave 10 of the 30 that one may want
	eventually(t, "the younger one waits", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.growers) == 1
	})
	if err := one.grow(t.Context(), 30, 0); err != nil {
		t.Fatalf("the oldest has to wait: %v", err)
	}
	one.close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestBudgetServesAllWithinTheirClaims: without timeouts, streams that keep to
// their claims all come to their end.
func TestBudgetServesAllWithinTheirClaims(t *testing.T) {
	const limit, claim = 1000, 600
	b := newBudget(limit, func(int64) {})
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for range 20 {
				r := b.open()
				r.expect(claim)
				for range 6 {
					if err := r.grow(t.Context(), claim/6, time.Minute); err != nil {
						t.Error(err)
					}
				}
				r.close()
			}
		})
	}
	wg.Wait()
	if b.used != 0 {
		t.Errorf("%d bytes in use", b.used)
	}
}

// TestBudgetUnderLoad: every stream is served or refused, nothing is lost, and
// the limit holds.
func TestBudgetUnderLoad(t *testing.T) {
	const limit = 1000
	var most int64
	b := newBudget(limit, func(used int64) { most = max(most, used) })
	var wg sync.WaitGroup
	var served, refused int
	var mu sync.Mutex
	for range 64 {
		wg.Go(func() {
			for range 50 {
				r := b.open()
				ok := true
				for range 1 + rand.IntN(5) {
					if err := r.grow(t.Context(), 1+rand.Int64N(120), 2*time.Second); err != nil {
						ok = false
						break
					}
				}
				r.close()
				mu.Lock()
				if ok {
					served++
				} else {
					refused++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if served+refused != 64*50 || served == 0 {
		t.Errorf("%d served, %d refused", served, refused)
	}
	if b.used != 0 || most > limit || len(b.growers)+len(b.newcomers)+len(b.holders) != 0 {
		t.Errorf("used %d, most %d, holders %d", b.used, most, len(b.holders))
	}
}
