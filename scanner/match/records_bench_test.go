package match_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// millionRows is a table of n people: name, address, number.
func millionRows(tb testing.TB, n int) *match.Records {
	tb.Helper()
	b, err := match.NewRecordsBuilder(recordKey, []string{"name", "mail", "number"}, 0)
	if err != nil {
		tb.Fatal(err)
	}
	i := 0
	namesOf(n, func(name string) {
		if _, err := b.Add([]string{name, fmt.Sprintf("p%d@example.test", i), fmt.Sprintf("K-%05d-%05d", i/100_000+10_000, i%100_000)}); err != nil {
			tb.Fatal(err)
		}
		i++
	})
	return b.Build()
}

func BenchmarkRecords(b *testing.B) {
	const n = 1_000_000
	r := millionRows(b, n)
	f := finder(b, r, match.RecordOptions{})
	prose := shuffled(b, "prose.txt", "\n", 1<<20)
	code := shuffled(b, "code.txt", "\n\n", 1<<20)
	var every []byte // two values of one row in every 300 bytes
	k := 0
	namesOf(1000, func(name string) {
		every = append(every, bytes.ToValidUTF8(prose[k*300:k*300+300], nil)...)
		every = fmt.Appendf(every, " %s, k%05d%05d, ", name, k/100_000+10_000, k%100_000)
		k++
	})
	var numbers []byte // a table of other numbers
	for i := 0; len(numbers) < 1<<20; i++ {
		numbers = fmt.Appendf(numbers, "%d;%d-%04d;%d.%02d;k %05d;", i*7919, i%900+100, i%10000, i*31%100000, i%100, i%99991)
	}
	for _, bench := range []struct {
		name string
		text []byte
		want int
	}{
		{"numbers/1MB", numbers, 0},
		{"prose/8KB", prose[:8<<10], 0},
		{"prose/1MB", prose, 0},
		{"code/1MB", code, 0},
		{"two-per-300B", every, 2000},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(bench.text)))
			b.ReportAllocs()
			var dst []match.Match
			var err error
			start := cpuTime()
			for b.Loop() {
				if dst, err = f.Find(b.Context(), dst[:0], bench.text); err != nil || len(dst) != bench.want {
					b.Fatalf("%d matches, want %d; error %v", len(dst), bench.want, err)
				}
			}
			reportCPU(b, len(bench.text), start)
		})
	}
	b.Run("read", func(b *testing.B) {
		var file bytes.Buffer
		if err := r.Write(&file, recordKey); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(file.Len())/n, "file-B/row")
		b.ReportMetric(float64(r.Size())/n, "B/row")
		start := cpuTime()
		for b.Loop() {
			again, err := match.ReadRecords(file.Bytes(), recordKey)
			if err != nil || again.Rows() != n {
				b.Fatalf("%v, %v", again, err)
			}
		}
		reportCPU(b, file.Len(), start)
	})
	runtime.KeepAlive(r)
}
