//go:build unix

package fingerprint

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sluice-dlp/sluice/scanner"
)

// BenchmarkDetect reads programs and prose that are not in an index of eight
// million fingerprints, in texts of 8 KB.
func BenchmarkDetect(b *testing.B) {
	whole := large(b)
	exact := *whole
	exact.tables[abstract] = table{}
	program, sentences := goTree(b)
	for _, test := range []struct {
		name string
		ix   *contents
		text []byte
	}{
		{"verbatim/code", &exact, program},
		{"verbatim/prose", &exact, sentences},
		{"similar/code", whole, program},
		{"similar/prose", whole, sentences},
	} {
		d := New(&Index{name: "x", contents: test.ix})
		b.Run(test.name, func(b *testing.B) {
			var texts []scanner.Text
			for i := 0; i+8192 <= len(test.text); i += 8192 {
				texts = append(texts, scanner.Text{Bytes: test.text[i : i+8192]})
			}
			b.SetBytes(int64(len(texts) * 8192))
			b.ReportAllocs()
			before := cpuTime(b)
			for b.Loop() {
				found, err := d.Detect(b.Context(), texts)
				if err != nil || len(found) != 0 {
					b.Fatalf("%d findings, %v", len(found), err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(texts)*8192)/1e6/(cpuTime(b)-before).Seconds(), "cpu-MB/s")
		})
	}
}

// goTree returns two megabytes of Go's own library and half a megabyte of the
// sentences in its comments.
func goTree(tb testing.TB) (code, prose []byte) {
	tb.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		tb.Skipf("needs the go command: %v", err)
	}
	paths, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(root)), "src", "*", "*.go"))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		if len(code) < 2<<20 {
			code = append(code, text...)
		}
		for line := range bytes.Lines(text) {
			if sentence, ok := bytes.CutPrefix(line, []byte("// ")); ok && len(prose) < 512<<10 {
				prose = append(prose, sentence...)
			}
		}
	}
	if len(prose) < 512<<10 {
		tb.Skip("there is too little of Go's source")
	}
	return code, prose
}

// large is an index of made-up files with all streams.
func large(tb testing.TB) *contents {
	tb.Helper()
	builder, err := newBuilder(testKey, make([]byte, saltBytes), Options{Similar: true})
	if err != nil {
		tb.Fatal(err)
	}
	for i := range 20_000 {
		var p Prints
		for s := range p.of {
			for k := range 200 {
				p.of[s] = append(p.of[s], Print{Hash: scramble(scramble(uint64(i*200+k)) + uint64(s)), Line: 1})
			}
		}
		if err := builder.Add(fmt.Sprint(i), p); err != nil {
			tb.Fatal(err)
		}
	}
	var out bytes.Buffer
	if _, err := builder.WriteTo(&out); err != nil {
		tb.Fatal(err)
	}
	c, err := parse(out.Bytes(), testKey)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// cpuTime is what this process has used of its processors.
func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
