package envoy

import (
	"context"
	"errors"
	"time"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// inspection is the state of inspect.
type inspection struct {
	*stream
	in   *prompt.Inspection
	held int64         // of in.Held(), reserved
	used time.Duration // work done so far
	err  error
	// ctx bounds all steps, if the body is complete and nothing is waited for between them.
	ctx context.Context
	// origin is nil unless the policy asks where requests come from.
	origin *scanner.Origin
}

// inspect reads and scans the request as it arrives, or all at once if it is complete, and
// tells run the verdict or, if direct, acts on it.
func (st *stream) inspect(sc *scanner.Scanner, complete, direct bool) {
	defer st.leave()
	defer func() {
		if recover() != nil {
			st.s.logPanic(st.event)
			st.tell(event{refuse: ReasonInternal})
		}
	}()
	i := &inspection{stream: st}
	if len(sc.Policy().Exceptions) > 0 {
		i.origin = st.request.origin()
	}
	if complete {
		var cancel context.CancelFunc
		i.ctx, cancel = context.WithTimeout(st.work, st.s.opts.ScanTimeout)
		defer cancel()
	}
	if st.request.mode == Buffered && !st.request.bodyless {
		// Envoy waits for an answer to the headers before it shows the body,
		// and there may be no body: the path is judged now. run keeps no time
		// of that, since the body is still to come.
		overdue := time.AfterFunc(st.s.patience(), func() { st.tell(event{refuse: scanner.ReasonDeadline}) })
		i.in = prompt.Begin(sc, st.request.alone(), st.s.opts.Limits)
		v := i.finish()
		overdue.Stop()
		st.tell(event{headers: v})
	}
	i.in = prompt.Begin(sc, st.request.Request, st.s.opts.Limits)
	for ended := false; !ended; {
		var chunks [][]byte
		var err error
		if chunks, ended, err = st.inbox.take(st.work); err != nil {
			return // settled or over: nobody waits for a verdict
		}
		for _, chunk := range chunks {
			if reason := i.write(chunk); reason != "" {
				st.tell(event{refuse: reason})
				return
			}
		}
	}
	v := i.finish()
	if direct {
		st.conclude(v)
		return
	}
	st.tell(event{verdict: v})
}

// largeBody is from how many bytes on a body waits for its turn to be read. A
// string is copied while it is scanned, so that large bodies, if they were all
// read at once, would hold twice their size; and more of them at a time than
// there are processors would only take longer each. Small bodies, which are
// nearly all, never wait for large ones.
const largeBody = 256 << 10

// timed runs one step of the inspection within what is left of its time. The
// wait for its turn does not count, since memory bounds how many there are.
func (i *inspection) timed(step func(ctx context.Context)) {
	if i.inbox.size() >= largeBody {
		select {
		case i.s.turns <- struct{}{}:
			defer func() { <-i.s.turns }()
		case <-i.work.Done():
			// Settled or over: the step finds a context that has ended.
		}
	}
	ctx := i.ctx
	if ctx == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(i.work, i.s.opts.ScanTimeout-i.used)
		defer cancel()
	}
	if i.origin != nil {
		ctx = scanner.WithOrigin(ctx, *i.origin)
	}
	start := time.Now()
	step(ctx)
	i.used += time.Since(start)
}

// write returns a reason if the request cannot be inspected any further.
func (i *inspection) write(chunk []byte) scanner.Reason {
	i.timed(func(ctx context.Context) {
		if err := i.in.Write(ctx, chunk); err != nil && i.err == nil {
			i.err = err
		}
	})
	more := i.in.Held() - i.held
	if more <= 0 {
		return ""
	}
	more = max(more, memoryStep)
	err := i.memory.grow(i.work, more, i.s.opts.QueueTimeout)
	if errors.Is(err, errOverload) {
		return ReasonOverload
	}
	i.held += more
	return ""
}

func (i *inspection) finish() *verdict {
	v := &verdict{}
	i.timed(func(ctx context.Context) { v.Result, v.err = i.in.Finish(ctx) })
	if v.err == nil {
		v.err = i.err
	}
	v.scan = i.used
	return v
}
