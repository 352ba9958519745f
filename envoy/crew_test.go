package envoy

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A crew runs everything that it is given, at the same time where it must, and lets its
// goroutines go when it is over.
func TestCrew(t *testing.T) {
	over := make(chan struct{})
	c := newCrew(over)
	var ran atomic.Int32
	for range 3 {
		var together, done sync.WaitGroup
		for range 8 {
			together.Add(1)
			done.Add(1)
			c.run(func() {
				defer done.Done()
				ran.Add(1)
				together.Done()
				together.Wait() // only if all eight run at one time
			})
		}
		done.Wait()
	}
	if ran.Load() != 24 {
		t.Errorf("%d of 24 functions ran", ran.Load())
	}
	close(over)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		select {
		case c.next <- func() {}: // somebody still waits
		default:
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("goroutines are kept after the end")
		}
	}
}
