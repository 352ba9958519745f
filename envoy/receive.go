package envoy

import (
	"context"
	"errors"
	"sync"
	"time"

	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// memoryStep is the least by which a body of unknown length grows its
// reservation, and what a request without a body reserves.
const memoryStep = 16 << 10

// smallBody is below how many bytes a body is inspected when it is complete
// rather than while it arrives.
const smallBody = 64 << 10

// chunkOverhead is what a chunk costs beside its bytes, so that a body in
// single bytes is not free.
const chunkOverhead = 128

// receiver is the state of receive.
type receiver struct {
	*stream
	headers    bool  // the request's headers came
	ended      bool  // the body is complete
	ignore     bool  // the request was refused; what follows is dropped
	size       int64 // bytes of body
	cost       int64 // size and overhead
	reserved   int64
	scanner    *scanner.Scanner
	inspecting bool // in a goroutine of its own
}

// receive takes messages from Envoy until there are no more. While there is
// anything of the request to come it never waits for a detector, only for
// memory and, briefly, for run.
func (st *stream) receive() {
	r := receiver{stream: st}
	for {
		msg, err := st.g.Recv()
		if err != nil {
			st.tell(event{received: err})
			return
		}
		r.take(msg)
	}
}

func (r *receiver) take(msg *extprocv3.ProcessingRequest) {
	defer func() {
		if recover() != nil {
			r.s.logPanic(r.event)
			r.refuse(ReasonInternal)
		}
	}()
	if msg.GetObservabilityMode() {
		r.refuse(ReasonUnsafeMode) // Envoy does not wait for what is answered
		return
	}
	switch m := msg.GetRequest().(type) {
	case *extprocv3.ProcessingRequest_RequestHeaders:
		r.takeHeaders(msg, m.RequestHeaders)
	case *extprocv3.ProcessingRequest_RequestBody:
		r.takeBody(m.RequestBody)
	case *extprocv3.ProcessingRequest_RequestTrailers:
		r.takeTrailers()
	case nil:
		// A message without content: flow control of versions to come.
	default:
		r.tell(event{reply: msg})
	}
}

// refuse has run refuse the request, and drops the rest of it.
func (r *receiver) refuse(reason scanner.Reason) {
	r.ignore = true
	r.tell(event{refuse: reason})
}

func (r *receiver) takeHeaders(msg *extprocv3.ProcessingRequest, h *extprocv3.HttpHeaders) {
	switch {
	case r.ignore:
		return
	case r.headers:
		r.refuse(ReasonProtocol)
		return
	}
	r.headers = true
	request, safe := readRequest(h, msg.GetProtocolConfig(), r.s.opts.Mode)
	if name := r.s.opts.CallerHeader; name != "" {
		request.caller = callerOf(h.GetHeaders(), name)
	}
	r.request = request
	r.began.Store(true)
	switch {
	case !safe:
		r.refuse(ReasonUnsafeMode)
		return
	case request.upgrade:
		r.refuse(ReasonUpgrade)
		return
	case request.length > r.s.opts.Limits.MaxBody:
		r.refuse(prompt.ReasonBodyTooLarge)
		return
	}
	r.memory.expect(r.claim())
	if !r.reserve(max(request.length, 0)+memoryStep, false) {
		return
	}
	if r.scanner = r.s.opts.Scanner(); r.scanner == nil {
		r.refuse(ReasonInternal)
		return
	}
	switch {
	case request.bodyless:
		r.end(false)
	case request.mode == Buffered:
		r.startInspection() // Envoy waits for an answer to the headers
	}
}

// startInspection has the request inspected while the rest of it arrives.
func (r *receiver) startInspection() {
	r.inspecting = true
	r.holders.Add(1)
	go r.inspect(r.scanner, false, false)
}

// claim is how much the request may come to hold: its body, half as much for
// decoded strings and the records of where they were, and, if it is compressed,
// what it may be decompressed to.
func (r *receiver) claim() int64 {
	size := r.request.length
	if size < 0 {
		size = r.s.opts.Limits.MaxBody
	}
	copies := size / 2
	if r.request.ContentEncoding != "" {
		copies = r.s.opts.Limits.MaxDecoded
	}
	return size + copies + 2*memoryStep
}

func (r *receiver) takeBody(b *extprocv3.HttpBody) {
	switch {
	case r.ignore || r.ended:
		// Envoy may repeat the end of a stream; the first one counts.
		return
	case !r.headers:
		r.refuse(ReasonProtocol)
		return
	}
	chunk := b.GetBody()
	r.size += int64(len(chunk))
	r.cost += int64(len(chunk)) + chunkOverhead
	if r.size > r.s.opts.Limits.MaxBody {
		r.refuse(prompt.ReasonBodyTooLarge)
		return
	}
	if r.cost > r.reserved && !r.reserve(max(r.cost-r.reserved, memoryStep), true) {
		return
	}
	r.inbox.put(chunk)
	if !r.inspecting && r.size >= smallBody {
		r.startInspection()
	}
	// In the mode Buffered the one message is the whole body, and Envoy waits
	// for its answer before it shows trailers.
	if b.GetEndOfStream() || r.request.mode == Buffered {
		r.end(false)
	}
}

func (r *receiver) takeTrailers() {
	switch {
	case r.ignore:
	case !r.headers:
		r.refuse(ReasonProtocol)
	case !r.ended:
		r.tell(event{trailers: true})
		r.end(true)
	case r.request.mode == Buffered:
		r.tell(event{trailers: true})
	}
}

// end notes that the request is complete. One that is small is inspected only
// now, and here: nothing of it is left to receive, the client's leaving is
// run's to notice, and handing it to another goroutine would cost more than
// reading it does.
func (r *receiver) end(trailers bool) {
	r.ended = true
	if r.inspecting {
		r.tell(event{ended: true})
		r.inbox.end()
		return
	}
	r.inbox.end()
	overdue := time.AfterFunc(r.s.patience(), func() { r.tell(event{overdue: true}) })
	defer overdue.Stop()
	r.holders.Add(1)
	// Events that run has not heard of yet, of trailers, come before the verdict; and in the mode
	// Buffered run ends the stream.
	r.inspect(r.scanner, true, !trailers && r.request.mode == FullDuplex)
}

// reserve waits for memory and refuses the request if there is none.
func (r *receiver) reserve(n int64, growing bool) bool {
	err := r.memory.grow(r.work, n, r.s.opts.QueueTimeout)
	switch {
	case err == nil:
		r.reserved += n
		if !growing {
			r.reserved -= memoryStep // leave room for what is held beside the body
		}
		return true
	case errors.Is(err, errOverload):
		r.refuse(ReasonOverload)
	default:
		r.ignore = true // the stream is settled or over
	}
	return false
}

// inbox passes the chunks of a body from receive to inspect. What it holds is
// bounded by the reservation that receive makes first.
type inbox struct {
	mu     sync.Mutex
	chunks [][]byte
	any    bool // at least one chunk came, be it an empty one
	bytes  int64
	ended  bool
	gone   bool          // nobody takes any more
	wake   chan struct{} // capacity 1
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

func (b *inbox) put(chunk []byte) {
	b.mu.Lock()
	b.any = true
	b.bytes += int64(len(chunk))
	if !b.gone && len(chunk) > 0 {
		b.chunks = append(b.chunks, chunk)
	}
	b.mu.Unlock()
	b.signal()
}

func (b *inbox) end() {
	b.mu.Lock()
	b.ended = true
	b.mu.Unlock()
	b.signal()
}

// discard drops what is there and what is still to come.
func (b *inbox) discard() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone, b.chunks = true, nil
}

func (b *inbox) anyChunk() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.any
}

// size is how many bytes of body came.
func (b *inbox) size() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes
}

func (b *inbox) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// take waits for chunks or the end of the body and returns all that is there.
func (b *inbox) take(ctx context.Context) (chunks [][]byte, ended bool, err error) {
	for {
		b.mu.Lock()
		chunks, b.chunks = b.chunks, nil
		ended = b.ended
		b.mu.Unlock()
		if len(chunks) > 0 || ended {
			return chunks, ended, nil
		}
		select {
		case <-b.wake:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
}
