package envoy

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// stream is one HTTP request. Three goroutines serve it, so that none waits for
// another's slowest part: receive takes messages from Envoy and waits for
// memory; inspect reads and scans the body, in receive's goroutine if the body
// is small; run, which owns the stream's end, answers and keeps the time. The
// other two tell run by events what happened, but for the verdict on a small body: receive
// sends that one itself, since waking run takes as long as a fifth of the scan.
type stream struct {
	s     *Server
	g     extprocv3.ExternalProcessor_ProcessServer
	event string // identifies the request in logs and to the client
	start time.Time

	// work is the context of receive's waits and of the inspection. It ends
	// with the verdict or the stream and carries no deadline.
	work     context.Context
	stopWork context.CancelFunc
	over     chan struct{} // closed when run has returned
	events   chan event
	inbox    *inbox
	memory   *reservation
	holders  atomic.Int32 // of bodies: run, and inspect while it runs
	letGo    sync.Once    // run's own part of holders

	// request is set by receive before began, which says that headers came.
	request request
	began   atomic.Bool

	// mu is held while something is sent, and guards what follows.
	mu       sync.Mutex
	closed   bool // run returns: nothing may be sent any more
	settled  bool // the verdict was sent in full
	refused  bool // the verdict was an immediate response
	trailers bool // trailers came and wait for their answer
	reported bool
	response responsePhase
}

// event is what receive and inspect tell run; one field is set, or none to wake it.
type event struct {
	ended    bool                         // the body is complete
	trailers bool                         // trailers came
	overdue  bool                         // the inspection does not come back
	refuse   scanner.Reason               // the request must be refused
	late     scanner.Reason               // time is up
	headers  *verdict                     // on the headers alone, in the mode Buffered
	verdict  *verdict                     // on the whole request
	reply    *extprocv3.ProcessingRequest // a message of the response phase
	received error                        // nothing more will be received
}

// errOverdue ends a stream whose detector does not obey its context.
var errOverdue = status.Error(codes.DeadlineExceeded, "the inspection does not come back")

// verdict is the outcome of an inspection.
type verdict struct {
	prompt.Result
	err  error         // for the log
	scan time.Duration // time spent on the inspection
}

func newStream(s *Server, g extprocv3.ExternalProcessor_ProcessServer) *stream {
	st := &stream{
		s: s, g: g, event: newEventID(), start: time.Now(),
		over: make(chan struct{}), events: make(chan event, 8),
		inbox: newInbox(), memory: s.budget.open(),
	}
	st.work, st.stopWork = context.WithCancel(g.Context())
	st.holders.Store(1)
	return st
}

// close ends the other goroutines. It waits for a verdict that receive is sending.
func (st *stream) close() {
	st.mu.Lock()
	st.closed = true
	st.mu.Unlock()
	close(st.over)
	st.drop()
}

// drop stops the work and gives back run's part of the body. The memory counts
// as used until a detector that is still busy with it comes back.
func (st *stream) drop() {
	st.stopWork()
	st.inbox.discard()
	st.letGo.Do(st.leave)
}

func (st *stream) leave() {
	if st.holders.Add(-1) == 0 {
		st.memory.close()
	}
}

// tell hands an event to run, unless the stream is over.
func (st *stream) tell(e event) {
	select {
	case st.events <- e:
	case <-st.over:
	}
}

// run answers Envoy until the stream is over.
func (st *stream) run() error {
	timer := time.NewTimer(st.s.opts.BodyTimeout)
	defer timer.Stop()
	st.s.crew.run(st.receive)
	late := ReasonBodyTimeout
	// A settled stream has nothing to wait for but Envoy's own end of it.
	draining, leaving := st.s.draining, false
	for {
		select {
		case e := <-st.events:
			if e.ended {
				// From here on the inspection's own deadline ends it; the timer
				// is for a detector that does not obey its context.
				late = scanner.ReasonDeadline
				timer.Reset(st.s.patience())
			}
			if e.received != nil {
				return st.end(e.received)
			}
			state, err := st.act(e)
			switch {
			case err != nil:
				return st.end(err)
			case state == released && st.request.mode == Buffered:
				// Envoy would keep the stream until the provider has answered.
				// All of the request is on its way, so a clean end releases
				// nothing more.
				return nil
			case state != open && leaving:
				return st.end(io.EOF)
			}
		case <-timer.C:
			if st.began.Load() {
				if _, err := st.act(event{late: late}); err != nil {
					return st.end(err)
				}
			}
		case <-draining:
			draining, leaving = nil, true
			if state, _ := st.act(event{}); state != open {
				return st.end(io.EOF)
			}
		case <-st.s.killed:
			st.mu.Lock()
			defer st.mu.Unlock()
			st.closed = true
			st.report(outcome{refused: ReasonShutdown})
			return status.Error(codes.Unavailable, "sluice is shutting down")
		case <-st.g.Context().Done():
			return st.end(st.g.Context().Err())
		}
	}
}

// patience is how long a complete request may stay without a verdict before it
// is refused. The inspection's own deadline ends it sooner, unless a detector
// does not obey its context.
func (s *Server) patience() time.Duration {
	return s.opts.ScanTimeout + s.opts.QueueTimeout + time.Second
}

// state is how far a stream has come.
type state uint8

const (
	open     state = iota // no verdict was sent
	released              // the request is on its way
	refused               // it is not
)

// act handles one event, in run or in receive, and returns what has become of the stream.
func (st *stream) act(e event) (state, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.closed {
		return open, nil
	}
	err := st.handle(e)
	switch {
	case !st.settled:
		return open, err
	case st.refused:
		return refused, err
	}
	return released, err
}

// conclude acts on the verdict in receive's goroutine. run hears of it only if it has to end
// the stream.
func (st *stream) conclude(v *verdict) {
	if _, err := st.act(event{verdict: v}); err != nil {
		st.tell(event{received: err})
		return
	}
	select {
	case <-st.s.draining:
		st.tell(event{}) // run may wait for the verdict to leave
	default:
	}
}

// handle acts on one event and returns an error if Envoy could not be told.
func (st *stream) handle(e event) error {
	switch {
	case e.reply != nil:
		return st.g.Send(st.response.reply(e.reply))
	case e.trailers:
		st.trailers = true
		if st.settled {
			return st.answerTrailers()
		}
	case st.settled:
		// Refused before its inspection came to an end.
	case e.overdue:
		// receive inspects and hears nothing more from Envoy: it is not waited for.
		if err := st.refuse(scanner.ReasonDeadline); err != nil {
			return err
		}
		return errOverdue
	case e.late != "":
		return st.refuse(e.late)
	case e.refuse != "":
		st.began.Store(true)
		return st.refuse(e.refuse)
	case e.headers != nil:
		if e.headers.Verdict.Action > scanner.Redact {
			return st.block(e.headers)
		}
		return st.g.Send(headersAnswer(st.request, e.headers))
	case e.verdict != nil:
		// Anything beyond redaction is refused: an action that this version
		// cannot carry out must not turn into letting the request go.
		if e.verdict.Verdict.Action > scanner.Redact {
			return st.block(e.verdict)
		}
		return st.release(e.verdict)
	}
	return nil
}

// release sends a request on its way.
func (st *stream) release(v *verdict) error {
	if !v.Edited && v.Length != st.inbox.size() {
		// Nothing should leave shortened either.
		return st.refuse(ReasonInternal)
	}
	var err error
	switch {
	case st.request.mode == FullDuplex || st.request.bodyless:
		if err = st.g.Send(headersAnswer(st.request, v)); err == nil && !st.request.bodyless {
			err = sendPieces(st.g, v.Body, st.inbox.anyChunk(), !st.trailers)
		}
	case st.inbox.anyChunk():
		err = st.g.Send(bufferedAnswer(st.request, v))
	}
	if err != nil {
		return err
	}
	st.settle()
	st.report(outcome{verdict: v})
	return st.answerTrailers()
}

// answerTrailers answers trailers once, after everything that came before.
func (st *stream) answerTrailers() error {
	if !st.trailers || st.refused {
		return nil
	}
	st.trailers = false
	return st.g.Send(trailersAnswer())
}

// block refuses what a verdict says must not leave.
func (st *stream) block(v *verdict) error {
	r, code := refusalOf(v.Verdict.Reason), v.Verdict.Reason
	if code == "" || hasBlock(v.Verdict) {
		r, code = blocked, ""
	}
	if err := st.g.Send(st.refusal(r, code, v)); err != nil {
		return err
	}
	st.refused = true
	st.settle()
	st.report(outcome{verdict: v})
	return nil
}

// refuse refuses for a reason that no verdict gave.
func (st *stream) refuse(reason scanner.Reason) error {
	if st.settled {
		return nil
	}
	if err := st.g.Send(st.refusal(refusalOf(reason), reason, nil)); err != nil {
		return err
	}
	st.refused = true
	st.settle()
	st.report(outcome{refused: reason})
	return nil
}

// settle marks the verdict as sent and lets go of the body. The stream stays
// open until Envoy ends it, since Envoy may have more to say, to be ignored.
func (st *stream) settle() {
	st.settled = true
	st.drop()
}

// end decides how the stream ends. Only a verdict that was sent in full, or a
// stream that had no request, earns a nil.
func (st *stream) end(cause error) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.closed = true // a verdict that comes now is not sent
	if errors.Is(cause, io.EOF) && !st.refused && (st.settled || !st.began.Load()) {
		return nil
	}
	st.report(outcome{canceled: true, err: cause})
	switch {
	case errors.Is(cause, io.EOF):
		return status.Error(codes.Canceled, "the stream ended before its request was released")
	case errors.Is(cause, context.Canceled), errors.Is(cause, context.DeadlineExceeded):
		return status.FromContextError(cause).Err()
	}
	return cause
}
