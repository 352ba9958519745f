//go:build unix

package match_test

import (
	"syscall"
	"testing"
	"time"
)

// cpuTime is what this process has used of its cores, in user mode. Unlike the wall clock, it
// is nearly the same on a machine that has other work.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano())
}

// reportCPU reports the text read per second of CPU time.
func reportCPU(b *testing.B, bytes int, since time.Duration) {
	if d := cpuTime() - since; d > 0 {
		b.ReportMetric(float64(bytes)*float64(b.N)/1e6/d.Seconds(), "cpu-MB/s")
	}
}
