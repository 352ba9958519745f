package envoy

import "time"

// crew runs functions on goroutines that it keeps for a while. Reading a body goes
// deep, and a goroutine that begins with a small stack copies it several times
// on the way down, which for a short prompt is a tenth of the work.
type crew struct {
	next chan func()
	over <-chan struct{} // closed when nobody is to wait for more
}

// crewPatience is how long a goroutine waits for its next function. As many are kept
// as were busy at one time within it.
const crewPatience = 10 * time.Second

func newCrew(over <-chan struct{}) *crew { return &crew{next: make(chan func()), over: over} }

// run runs f on a goroutine that waits, or on a new one. It never waits itself.
func (c *crew) run(f func()) {
	select {
	case c.next <- f:
	default:
		go c.work(f)
	}
}

func (c *crew) work(f func()) {
	timer := time.NewTimer(crewPatience)
	defer timer.Stop()
	for {
		f()
		timer.Reset(crewPatience)
		select {
		case f = <-c.next:
		case <-timer.C:
			return
		case <-c.over:
			return
		}
	}
}
