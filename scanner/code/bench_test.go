//go:build unix

package code_test

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
)

// prompt8K is a prompt of about 8 KB: a question, four programs, some prose.
func prompt8K() []byte {
	var b bytes.Buffer
	for b.Len() < 8<<10 {
		b.WriteString(proseSample)
		b.WriteString("\n\n```go\n" + goSample + "```\n\n")
	}
	return b.Bytes()[:8<<10]
}

// cpuTime is what this process has used of its processors.
func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDetect reports cpu-MB/s beside the usual MB/s: on a busy machine
// only the first says something about the code.
func BenchmarkDetect(b *testing.B) {
	for _, c := range []struct {
		name string
		text []byte
		want int
	}{
		{"prose", []byte(strings.Repeat(proseSample+"\n\n", 2000)), 0},
		{"code", []byte(strings.Repeat(goSample+"\n", 2000)), 1},
		{"log", []byte(strings.Repeat(logSample, 1000)), 0},
		{"one line", []byte(strings.Repeat("for(var i=0;i<n;i++){a[i]=f(b[i],c);} ", 25000)), 1},
		{"8KB", prompt8K(), 11},
		{"20B", []byte("what is the weather?"), 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := code.New()
			texts := []scanner.Text{{Bytes: c.text}}
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			before := cpuTime(b)
			for b.Loop() {
				found, err := d.Detect(b.Context(), texts)
				if err != nil {
					b.Fatal(err)
				}
				if len(found) != c.want {
					b.Fatalf("%d findings, want %d", len(found), c.want)
				}
			}
			b.ReportMetric(float64(len(c.text)*b.N)/1e6/(cpuTime(b)-before).Seconds(), "cpu-MB/s")
		})
	}
}
