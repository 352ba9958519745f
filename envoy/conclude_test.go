package envoy

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

// The verdict on a small body is sent by the goroutine that reached it, while the stream's own
// waits for other things. The tests below have those happen during the scan.

// A drain lets the request go on its way, and then does not wait for Envoy to end the stream.
func TestDrainDuringScan(t *testing.T) {
	for _, body := range []string{`{"a":"b"}`, `{"a":"` + needle(blockNeedle) + `"}`} {
		d := &fakeDetector{stuck: make(chan struct{})}
		k := newDesk(t, d, nil)
		tk := k.talk(t, full)
		tk.headers(false)
		tk.body([]byte(body), true)
		tk.quiet()
		drained := make(chan error, 1)
		go func() { drained <- k.Drain(t.Context()) }()
		<-k.draining
		tk.quiet()
		close(d.stuck)
		if r := tk.next(); r.GetImmediateResponse() == nil {
			if r.GetRequestHeaders() == nil {
				t.Fatalf("first answer %v, want headers", r)
			}
			if piece := tk.next().GetRequestBody().GetResponse().GetBodyMutation().GetStreamedResponse(); string(piece.GetBody()) != body || !piece.GetEndOfStream() {
				t.Errorf("%s left as %v", body, piece)
			}
			if c := tk.status(); c != codes.OK {
				t.Errorf("the stream ended with %v", c)
			}
		} else if c := tk.status(); c == codes.OK {
			t.Error("the stream of a refused request ended well, which lets the rest of it go")
		}
		if err := <-drained; err != nil {
			t.Errorf("Drain: %v", err)
		}
	}
}

// When the time for a drain is over the stream ends with an error, and a verdict that
// comes later is not sent.
func TestVerdictAfterTheEnd(t *testing.T) {
	d := &fakeDetector{stuck: make(chan struct{})}
	k := newDesk(t, d, nil)
	tk := k.talk(t, full)
	tk.headers(false)
	tk.body([]byte(`{"a":"b"}`), true)
	tk.quiet()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- k.Drain(ctx) }()
	if c := tk.status(); c != codes.Unavailable {
		t.Errorf("the stream ended with %v, want Unavailable", c)
	}
	close(d.stuck)
	if err := <-drained; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drain: %v", err)
	}
}

// A verdict that comes when run has decided to end the stream finds it closed.
func TestActOnClosedStream(t *testing.T) {
	st := &stream{closed: true} // sending on it would panic
	if state, err := st.act(event{verdict: &verdict{}}); state != open || err != nil {
		t.Errorf("%v, %v", state, err)
	}
}

// Time that is over during the scan and the verdict race for the answer: there is one of them.
func TestOneAnswer(t *testing.T) {
	for i := range 50 {
		k := newDesk(t, &fakeDetector{delay: 20 * time.Millisecond}, func(o *Options) { o.BodyTimeout = 20 * time.Millisecond })
		tk := k.talk(t, full)
		tk.headers(false)
		body := fmt.Sprintf(`{"a":"%d"}`, i)
		tk.body([]byte(body), true)
		if r := tk.next(); r.GetImmediateResponse() == nil {
			if r.GetRequestHeaders() == nil {
				t.Fatalf("first answer %v", r)
			}
			if piece := tk.next().GetRequestBody().GetResponse().GetBodyMutation().GetStreamedResponse(); string(piece.GetBody()) != body || !piece.GetEndOfStream() {
				t.Errorf("%s left as %v", body, piece)
			}
			if c := tk.finish(); c != codes.OK {
				t.Errorf("the stream ended with %v", c)
			}
		} else if c := tk.finish(); c == codes.OK {
			t.Error("the stream of a refused request ended well")
		}
		k.grpc.Stop()
	}
}
