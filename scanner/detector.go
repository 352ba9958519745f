package scanner

import "context"

// Detector finds things in texts.
//
// Detect reports findings in any order; they may overlap, and the caller
// settles that. It is called from many goroutines at once. It must not change
// or keep the texts or their bytes. Every Text is complete, valid UTF-8 and may
// be empty or megabytes long; len(texts) may be zero. A finding's Text must
// index the given slice and its Span must be non-empty and inside that text;
// a Scanner treats anything else as a failure of the detector.
//
// Detect returns soon after ctx is done, with ctx.Err(). An error means "not
// known", and the scanner then obeys the policy's OnError whatever findings
// came along. An error's text must not quote what was scanned.
type Detector interface {
	Detect(ctx context.Context, texts []Text) ([]Finding, error)
}

// DetectorFunc is an adapter that lets a function be a Detector.
type DetectorFunc func(ctx context.Context, texts []Text) ([]Finding, error)

// Detect calls f.
func (f DetectorFunc) Detect(ctx context.Context, texts []Text) ([]Finding, error) {
	return f(ctx, texts)
}
