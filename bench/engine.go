package bench

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// EngineCase is one detector, or set of detectors, to measure.
type EngineCase struct {
	Name     string
	Detector scanner.Detector
	// Expect says whether n findings of medium confidence or above are right
	// for the corpus. Nil means that any number is, as long as every pass
	// finds the same.
	Expect func(c Corpus, n int) error
	// Work, if not nil, runs the detector once over the texts and returns
	// what the stages of its engine did. Its time is not counted.
	Work func(ctx context.Context, texts []scanner.Text) (match.Stats, error)
}

// EngineOptions say how long to measure.
type EngineOptions struct {
	// MinCPU is how much CPU time each figure is at least made of; zero means
	// half a second.
	MinCPU time.Duration
	// Batch is how many texts are given to the detector in one call; zero
	// means one, as while a body arrives.
	Batch int
	// ColdTexts is how many texts are read with cold caches; zero means none.
	ColdTexts int
}

// EngineResult is the speed of one case on one corpus.
type EngineResult struct {
	Case     string  `json:"case"`
	Corpus   string  `json:"corpus"`
	TextSize int     `json:"text_size"` // mean size of a text in bytes
	Bytes    int64   `json:"bytes"`     // of one pass
	Findings int     `json:"findings"`  // of one pass, medium confidence or above
	Passes   int     `json:"passes"`
	CPU      float64 `json:"cpu_seconds"` // of all passes
	MBPerSec float64 `json:"mb_per_cpu_second"`
	// ColdMBPerSec is the speed over texts before each of which the caches were
	// filled with something else; 0 if it was not measured.
	ColdMBPerSec float64 `json:"cold_mb_per_cpu_second,omitempty"`
	// Slowest are the slowest texts of a corpus whose texts were made to be slow, the
	// slowest first.
	Slowest []TextSpeed `json:"slowest,omitempty"`
	// FirstSeconds is the CPU time of the first text, whatever is built for it
	// included.
	FirstSeconds float64 `json:"first_text_cpu_seconds"`
	// Allocations is how many pieces of memory one text asks for.
	Allocations float64 `json:"allocations_per_text"`
	// Work is what the engine did in one pass, if the case can tell.
	Work *match.Stats `json:"work,omitempty"`
}

// TextSpeed is the speed on one text.
type TextSpeed struct {
	Text     string  `json:"text"` // what it was made from
	MBPerSec float64 `json:"mb_per_cpu_second"`
}

// Engine measures every case on every corpus in this process, one goroutine at
// a time. A count of findings that is not what was expected, or that differs
// between passes, is an error.
func Engine(ctx context.Context, cases []EngineCase, corpora []Corpus, opts EngineOptions) ([]EngineResult, error) {
	if opts.MinCPU == 0 {
		opts.MinCPU = time.Second / 2
	}
	if opts.Batch == 0 {
		opts.Batch = 1
	}
	var results []EngineResult
	for _, corpus := range corpora {
		batches := inBatches(corpus, opts.Batch)
		for _, c := range cases {
			r, err := measure(ctx, c, corpus, batches, opts)
			if err != nil {
				return results, fmt.Errorf("%s on %s: %w", c.Name, corpus.Name, err)
			}
			results = append(results, r)
		}
	}
	return results, nil
}

func inBatches(c Corpus, size int) [][]scanner.Text {
	var batches [][]scanner.Text
	for i, text := range c.Texts {
		if i%size == 0 {
			batches = append(batches, nil)
		}
		last := len(batches) - 1
		batches[last] = append(batches[last], scanner.Text{
			Bytes: []byte(text), Where: "/messages/0/content", Role: scanner.RoleUser,
		})
	}
	return batches
}

func measure(ctx context.Context, c EngineCase, corpus Corpus, batches [][]scanner.Text, opts EngineOptions) (EngineResult, error) {
	detect := func(texts []scanner.Text) (int, error) {
		found, err := c.Detector.Detect(ctx, texts)
		if err != nil {
			return 0, err
		}
		count := 0
		for _, f := range scanner.Resolve(found) {
			if f.Confidence >= scanner.Medium {
				count++
			}
		}
		return count, nil
	}
	pass := func() (total int, err error) {
		for _, texts := range batches {
			n, err := detect(texts)
			if err != nil {
				return 0, err
			}
			total += n
		}
		return total, nil
	}
	r := EngineResult{Case: c.Name, Corpus: corpus.Name, Bytes: corpus.Bytes()}
	r.TextSize = int(r.Bytes) / max(1, len(corpus.Texts))
	start, err := cpuTime()
	if err != nil {
		return r, err
	}
	if _, err := detect(batches[0]); err != nil {
		return r, err
	}
	now, err := cpuTime()
	if err != nil {
		return r, err
	}
	r.FirstSeconds = (now - start).Seconds()
	// The first pass fills caches and pools, and is the one that is checked.
	if r.Findings, err = pass(); err != nil {
		return r, err
	}
	if c.Expect != nil {
		if err := c.Expect(corpus, r.Findings); err != nil {
			return r, err
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if start, err = cpuTime(); err != nil {
		return r, err
	}
	for spent := time.Duration(0); spent < opts.MinCPU; spent = now - start {
		again, err := pass()
		if err != nil {
			return r, err
		}
		if again != r.Findings {
			return r, fmt.Errorf("%d findings, then %d", r.Findings, again)
		}
		r.Passes++
		if now, err = cpuTime(); err != nil {
			return r, err
		}
	}
	runtime.ReadMemStats(&after)
	r.CPU = (now - start).Seconds()
	r.MBPerSec = float64(r.Bytes) * float64(r.Passes) / 1e6 / r.CPU
	r.Allocations = float64(after.Mallocs-before.Mallocs) / float64(r.Passes) / float64(max(1, len(corpus.Texts)))
	switch {
	case corpus.Hostile:
		if r.Slowest, err = slowest(batches, corpus.Labels, detect); err != nil {
			return r, err
		}
	case opts.ColdTexts > 0:
		if r.ColdMBPerSec, err = cold(batches, opts.ColdTexts, detect); err != nil {
			return r, err
		}
	}
	if c.Work != nil {
		work := match.Stats{}
		for _, texts := range batches {
			w, err := c.Work(ctx, texts)
			if err != nil {
				return r, err
			}
			addWork(&work, &w)
		}
		r.Work = &work
	}
	return r, nil
}

func addWork(sum, w *match.Stats) {
	sum.Bytes += w.Bytes
	sum.Candidates += w.Candidates
	sum.Anchors += w.Anchors
	sum.Walked += w.Walked
	sum.Windows += w.Windows
	sum.Exact += w.Exact
	sum.ExactSteps += w.ExactSteps
	sum.Calls += w.Calls
	sum.CallBytes += w.CallBytes
	sum.WholeTexts += w.WholeTexts
}

// cpuTime is the user and system time of this process, garbage collection and
// all, as getrusage(2) counts it.
func cpuTime() (time.Duration, error) {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return 0, fmt.Errorf("getrusage: %w", err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// Exactly is an Expect for detectors that find what Fiction makes: the exact
// number where the corpus knows it, with its slack, else at least as many as were planted.
func Exactly(c Corpus, n int) error {
	if n < c.Findings || c.Exact && n > c.Findings+c.Slack {
		return fmt.Errorf("%d findings, want %d", n, c.Findings)
	}
	return nil
}
