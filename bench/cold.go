package bench

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sluice-dlp/sluice/scanner"
)

// evictBytes is more than the second-level cache of any core, and than what a
// core can expect to keep of a shared third level.
const evictBytes = 48 << 20

// cold returns the MB per second of CPU time over n texts, before each of which
// other memory was read and written, as a request finds it when the core did
// something else since the last one. Only the time of this thread counts.
func cold(batches [][]scanner.Text, n int, detect func([]scanner.Text) (int, error)) (float64, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would be half the figure
	other := make([]uint64, evictBytes/8)
	clock, err := clockCost()
	if err != nil {
		return 0, err
	}
	var bytes int
	var spent time.Duration
	for i := range n {
		texts := batches[i%len(batches)]
		for k := 0; k < len(other); k += 8 {
			other[k]++
		}
		start, err := threadTime()
		if err != nil {
			return 0, err
		}
		if _, err := detect(texts); err != nil {
			return 0, err
		}
		end, err := threadTime()
		if err != nil {
			return 0, err
		}
		spent += end - start - clock
		for _, t := range texts {
			bytes += len(t.Bytes)
		}
		if bytes > 8<<20 {
			break // large texts are few, and fill the caches themselves
		}
	}
	return float64(bytes) / 1e6 / max(spent.Seconds(), 1e-9), nil
}

// showSlowest is how many of the slowest texts are kept.
const showSlowest = 10

// slowest measures every batch on its own, the better of two readings, and
// returns the slowest by their labels.
func slowest(batches [][]scanner.Text, labels []string, detect func([]scanner.Text) (int, error)) ([]TextSpeed, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var out []TextSpeed
	for i, texts := range batches {
		best := time.Duration(math.MaxInt64)
		for range 2 {
			start, err := threadTime()
			if err != nil {
				return nil, err
			}
			if _, err := detect(texts); err != nil {
				return nil, err
			}
			end, err := threadTime()
			if err != nil {
				return nil, err
			}
			best = min(best, end-start)
		}
		bytes := 0
		for _, t := range texts {
			bytes += len(t.Bytes)
		}
		label := fmt.Sprintf("text %d", i)
		if len(labels) == len(batches) {
			label = labels[i]
		}
		out = append(out, TextSpeed{label, float64(bytes) / 1e6 / max(best.Seconds(), 1e-9)})
	}
	slices.SortStableFunc(out, func(a, b TextSpeed) int { return cmp.Compare(a.MBPerSec, b.MBPerSec) })
	return out[:min(len(out), showSlowest)], nil
}

// clockCost is what asking the clock takes.
func clockCost() (time.Duration, error) {
	const times = 200
	first, err := threadTime()
	if err != nil {
		return 0, err
	}
	last := first
	for range times {
		if last, err = threadTime(); err != nil {
			return 0, err
		}
	}
	return (last - first) / times, nil
}

// threadTime is the CPU time of the calling thread.
func threadTime() (time.Duration, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		return 0, fmt.Errorf("clock of the thread: %w", err)
	}
	return time.Duration(ts.Nano()), nil
}
