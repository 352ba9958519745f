package bench

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sluice-dlp/sluice/scanner"
)

// EngineCase is one detector, or set of detectors, to measure.
type EngineCase struct {
	Name     string
	Detector scanner.Detector
	// Expect says whether n findings of medium confidence or above are right
	// for the corpus. Nil means that any number is, as long as every pass
	// finds the same.
	Expect func(c Corpus, n int) error
}

// EngineOptions say how long to measure.
type EngineOptions struct {
	// MinCPU is how much CPU time each figure is at least made of; zero means
	// half a second.
	MinCPU time.Duration
	// Batch is how many texts are given to the detector in one call; zero
	// means one, as while a body arrives.
	Batch int
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
			r, err := measure(ctx, c, corpus, batches, opts.MinCPU)
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

func measure(ctx context.Context, c EngineCase, corpus Corpus, batches [][]scanner.Text, minCPU time.Duration) (EngineResult, error) {
	pass := func() (int, error) {
		count := 0
		for _, texts := range batches {
			found, err := c.Detector.Detect(ctx, texts)
			if err != nil {
				return 0, err
			}
			for _, f := range scanner.Resolve(found) {
				if f.Confidence >= scanner.Medium {
					count++
				}
			}
		}
		return count, nil
	}
	r := EngineResult{Case: c.Name, Corpus: corpus.Name, Bytes: corpus.Bytes()}
	r.TextSize = int(r.Bytes) / max(1, len(corpus.Texts))
	// The first pass fills caches and pools, and is the one that is checked.
	count, err := pass()
	if err != nil {
		return r, err
	}
	if c.Expect != nil {
		if err := c.Expect(corpus, count); err != nil {
			return r, err
		}
	}
	r.Findings = count
	start, err := cpuTime()
	if err != nil {
		return r, err
	}
	for {
		again, err := pass()
		if err != nil {
			return r, err
		}
		if again != count {
			return r, fmt.Errorf("%d findings, then %d", count, again)
		}
		r.Passes++
		now, err := cpuTime()
		if err != nil {
			return r, err
		}
		if spent := now - start; spent >= minCPU {
			r.CPU = spent.Seconds()
			r.MBPerSec = float64(r.Bytes) * float64(r.Passes) / 1e6 / r.CPU
			return r, nil
		}
	}
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
// number where the corpus knows it, else at least as many as were planted.
func Exactly(c Corpus, n int) error {
	if n < c.Findings || c.Exact && n > c.Findings {
		return fmt.Errorf("%d findings, want %d", n, c.Findings)
	}
	return nil
}
