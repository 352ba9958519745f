package scanner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
	"unsafe"
)

// Options are what a Scanner is made of.
type Options struct {
	Policy Policy
	// Detectors run in the caller's goroutine each time a Pass is given texts.
	Detectors []Detector
	// Batch detectors are called once per Pass, at its end, all at the same
	// time, with every text. Give detectors that are dear to call here.
	Batch []Detector
	// MaxFindings is how many findings of one Pass are kept, allowed ones too;
	// zero means DefaultMaxFindings. If what is dropped would have been
	// rewritten, the verdict is Block, whatever the policy's OnError is: it is
	// known to be there and cannot be taken out.
	MaxFindings int
}

// DefaultMaxFindings bounds the memory of the findings of one body, which take
// about a kilobyte each until the edited body has left.
const DefaultMaxFindings = 1 << 17

// Scanner runs detectors over texts and applies a policy. It is immutable and
// safe for concurrent use.
type Scanner struct{ opts Options }

// New returns a Scanner. It keeps the slices and maps in opts.
func New(opts Options) *Scanner {
	if opts.MaxFindings <= 0 {
		opts.MaxFindings = DefaultMaxFindings
	}
	return &Scanner{opts}
}

// Policy returns the scanner's policy, which must not be changed.
func (s *Scanner) Policy() *Policy { return &s.opts.Policy }

// KeepsTexts reports whether a Pass reads texts again at its end, so that
// their bytes must stay as they are until then.
func (s *Scanner) KeepsTexts() bool { return len(s.opts.Batch) > 0 }

// Scan runs every detector over the texts. The Verdict is to be obeyed
// whatever the error is; the error is only for the log.
func (s *Scanner) Scan(ctx context.Context, texts []Text) (Verdict, error) {
	p := s.Begin()
	p.Add(ctx, texts)
	return p.End(ctx)
}

// Begin starts a Pass over the texts of one body.
func (s *Scanner) Begin() *Pass {
	p := &Pass{s: s}
	if len(s.opts.Policy.Exceptions) > 0 {
		p.started = time.Now()
	}
	return p
}

// Pass is the scan of one body. Its methods must not be called concurrently.
type Pass struct {
	s        *Scanner
	count    int    // texts given so far
	texts    []Text // all of them, only if s.KeepsTexts()
	findings []Finding
	excepted []int32 // the exception of each finding, moved by one; only if the policy has any
	started  time.Time
	dropped  int    // findings over MaxFindings
	worst    Action // of those
	err      error
}

// Held is the number of bytes of memory that the pass holds besides the bytes
// of the texts.
func (p *Pass) Held() int64 {
	return int64(cap(p.findings))*int64(unsafe.Sizeof(Finding{})) + int64(cap(p.texts))*int64(unsafe.Sizeof(Text{}))
}

// Add gives the pass more texts and runs the detectors over them. The index of
// the first is the number of texts added before. Bytes may be reused after Add
// returns unless the scanner KeepsTexts. After a failure Add does nothing: the
// outcome cannot become a clean one any more.
func (p *Pass) Add(ctx context.Context, texts []Text) {
	base := p.count
	p.count += len(texts)
	if p.s.KeepsTexts() {
		p.texts = append(p.texts, texts...)
	}
	for i, d := range p.s.opts.Detectors {
		if p.err != nil {
			return
		}
		found, err := detect(ctx, d, texts)
		if err != nil {
			p.err = &detectorError{"detector", i, err}
		}
		p.collect(ctx, found, texts, base)
	}
}

// End runs the batch detectors and returns the verdict. Like Scan's, the
// Verdict is to be obeyed whatever the error is.
func (p *Pass) End(ctx context.Context) (Verdict, error) {
	if batch := p.s.opts.Batch; len(batch) > 0 && p.err == nil && len(p.texts) > 0 {
		p.runBatch(ctx, batch)
	}
	if p.err == nil && ctx.Err() != nil {
		p.err = ctx.Err()
	}
	policy := &p.s.opts.Policy
	var v Verdict
	for i, f := range p.findings {
		d := Decision{Finding: f, Action: policy.Action(f)}
		if len(p.excepted) > 0 && p.excepted[i] > 0 {
			e := &policy.Exceptions[p.excepted[i]-1]
			d.Action, d.Exception = min(d.Action, e.Action), e.Name
		}
		v.Decisions = append(v.Decisions, d)
	}
	v.Decisions = resolve(v.Decisions)
	for _, d := range v.Decisions {
		v.Action = max(v.Action, d.Action)
	}
	if v.Action = max(v.Action, p.worst); p.worst >= Tokenize {
		v.Action, v.Reason = Block, ReasonTooManyFindings
	}
	if p.err != nil {
		v.Fail(policy, reasonOf(p.err))
	}
	if p.dropped > 0 {
		return v, errors.Join(p.err, fmt.Errorf("%d findings over the limit of %d are not in the verdict", p.dropped, p.s.opts.MaxFindings))
	}
	return v, p.err
}

func (p *Pass) runBatch(ctx context.Context, batch []Detector) {
	results := make([][]Finding, len(batch))
	errs := make([]error, len(batch))
	var wg sync.WaitGroup
	for i, d := range batch {
		wg.Go(func() {
			results[i], errs[i] = detect(ctx, d, p.texts)
			if errs[i] != nil {
				errs[i] = &detectorError{"batch detector", i, errs[i]}
			}
		})
	}
	wg.Wait()
	for _, found := range results {
		p.collect(ctx, found, p.texts, 0)
	}
	p.err = errors.Join(errs...)
}

// collect notes findings in texts of which the first has index base.
func (p *Pass) collect(ctx context.Context, found []Finding, texts []Text, base int) {
	exceptions := p.s.opts.Policy.Exceptions
	var origin Origin
	if len(exceptions) > 0 && len(found) > 0 {
		origin = OriginOf(ctx)
	}
	for _, f := range found {
		excepted := int32(0)
		for i := range exceptions {
			if !exceptions[i].Expired(p.started) && exceptions[i].covers(&f, &texts[f.Text], &origin) {
				excepted = int32(i) + 1
				break
			}
		}
		f.Text += base
		f.Confidence = f.Confidence.level()
		if len(p.findings) >= p.s.opts.MaxFindings {
			p.dropped++
			p.worst = max(p.worst, p.s.opts.Policy.Action(f))
			continue
		}
		p.findings = append(p.findings, f)
		if len(exceptions) > 0 {
			p.excepted = append(p.excepted, excepted)
		}
	}
}

func reasonOf(err error) Reason {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return ReasonDeadline
	case errors.Is(err, context.Canceled):
		return ReasonCanceled
	}
	return ReasonDetector
}

// detectorError says which detector failed. What the detector said is for
// errors.Is and errors.As only: its words may quote what was scanned.
type detectorError struct {
	list  string // the option that the detector was given in
	index int
	err   error
}

func (e *detectorError) Error() string {
	why := "failed"
	switch {
	case errors.Is(e.err, context.DeadlineExceeded):
		why = context.DeadlineExceeded.Error()
	case errors.Is(e.err, context.Canceled):
		why = context.Canceled.Error()
	case errors.Is(e.err, errPanic), errors.Is(e.err, errContract):
		why = e.err.Error()
	}
	return fmt.Sprintf("%s %d: %s", e.list, e.index, why)
}

func (e *detectorError) Unwrap() error { return e.err }

// errContract is wrapped by what a Scanner says of findings that it refuses.
var errContract = errors.New("broke its contract")

// errPanic stands for the value of a panic, which may quote what was scanned.
var errPanic = errors.New("panicked")

// detect calls a detector and holds it to its contract.
func detect(ctx context.Context, d Detector, texts []Text) (found []Finding, err error) {
	defer func() {
		if recover() != nil {
			found, err = nil, errPanic
		}
	}()
	found, err = d.Detect(ctx, texts)
	for _, f := range found {
		if f.Text < 0 || f.Text >= len(texts) {
			return nil, fmt.Errorf("%w: finding points at a text that was not given", errContract)
		}
		if f.Span.Start < 0 || f.Span.Start >= f.Span.End || f.Span.End > len(texts[f.Text].Bytes) {
			return nil, fmt.Errorf("%w: finding has a span outside its text", errContract)
		}
	}
	return found, err
}
