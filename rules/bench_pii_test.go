//go:build unix

package rules

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sluice-dlp/sluice/scanner"
)

// secretsOnly is the built-in rules without those for personal data, to see
// what the latter cost.
func secretsOnly(tb testing.TB) *Set {
	tb.Helper()
	files, err := Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range files {
		var kept []*Rule
		for _, r := range f.Rules {
			if r.Kind != scanner.KindPII {
				kept = append(kept, r)
			}
		}
		f.Rules = kept
	}
	set, err := Compile(files)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// prosePrompt is n bytes of prose with the words that rules for personal data
// ask for, and numbers, but nobody's data.
func prosePrompt(n int) []byte {
	const paragraph = "The name of the street has changed since the new bridge was opened, and every household was asked to update the details on its account by 31 March. " +
		"About 40 percent of the patients called the office, most of them before noon; the phone line was busy for 3 hours, so the council will send a letter to each resident. " +
		"Mr and Mrs are no longer printed on the card, which was born out of a request from 2019. In section 4.2 of the report the committee says that tax, insurance and " +
		"licence numbers were kept in one table with 12,500 rows, and that a passport is not needed for the form. Please rewrite this as a short notice for the town's page, in a friendly tone.\n\n"
	return []byte(strings.Repeat(paragraph, n/len(paragraph)+1)[:n])
}

// densePII is n bytes of records of invented people.
func densePII(tb testing.TB, n int) (text []byte, records int) {
	tb.Helper()
	const record = "Thank you for taking the time to go through the file with me this morning; here is what we have so far, and I would like it as a table with one row a person, sorted by city. Name: Marta Kessling, born 12.03.1985, SSN ${check:us-ssn:###-##-####}, card ${luhn:16:4539}, mail marta.kessling@mossgate.net, " +
		"phone +49 30 9018${digits:4}, IBAN ${iban:DE}, NHS number ${check:uk-nhs:### ### ####}, from 45.148.${check:date:12}.92, 52 Canal Street, Portland, OR 97209.\n"
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		made, err := expandExample(strings.Replace(record, "${check:date:12}", "10", 1), uint64(i))
		if err != nil {
			tb.Fatal(err)
		}
		b.WriteString(made)
		records++
	}
	return []byte(b.String()), records
}

func BenchmarkPIIProse(b *testing.B) {
	benchmarkShare(b, []scanner.Text{{Bytes: prosePrompt(32 << 10), Where: "/messages/0/content"}}, 0)
}

// BenchmarkPIICorpus is the same with real prompts and prose.
func BenchmarkPIICorpus(b *testing.B) {
	for _, name := range []string{"pii-clean-text", "code-prose"} {
		b.Run(name, func(b *testing.B) {
			var texts []scanner.Text
			for _, r := range readCorpus(b, name) {
				texts = append(texts, scanner.Text{Bytes: []byte(r.Text)})
			}
			benchmarkShare(b, texts, len(texts)/20)
		})
	}
}

// benchmarkShare measures the secrets' rules and all, in turn, on a few texts at a time: share-% is
// how much of the time of all goes to personal data. The best time of each few texts counts, since the neighbours of a
// shared machine make the others slower; it is too short to be measured as processor time.
func benchmarkShare(b *testing.B, texts []scanner.Text, most int) {
	size := 0
	var parts [][]scanner.Text
	for first, i, n := 0, 0, 0; i < len(texts); i++ {
		size += len(texts[i].Bytes)
		if n += len(texts[i].Bytes); n >= 32<<10 || i == len(texts)-1 {
			parts = append(parts, texts[first:i+1])
			first, n = i+1, 0
		}
	}
	sets := [2]*Set{secretsOnly(b), builtinSet(b)}
	var best [2][]time.Duration
	for i := range best {
		best[i] = slices.Repeat([]time.Duration{time.Hour}, len(parts))
	}
	round := func() {
		var flagged [2]int
		for k, part := range parts {
			for i, set := range sets {
				start := time.Now()
				found, err := set.Detect(b.Context(), part)
				best[i][k] = min(best[i][k], time.Since(start))
				if err != nil {
					b.Fatal(err)
				}
				found = slices.DeleteFunc(found, func(f scanner.Finding) bool { return f.Confidence < scanner.Medium })
				flagged[i] += len(found)
			}
		}
		if max(flagged[0], flagged[1]) > most {
			b.Fatalf("%d found", flagged)
		}
	}
	round()
	b.ReportAllocs()
	for b.Loop() {
		round()
	}
	var total [2]time.Duration
	for i := range best {
		for _, d := range best[i] {
			total[i] += d
		}
	}
	b.ReportMetric(100*(1-total[0].Seconds()/total[1].Seconds()), "share-%")
	b.ReportMetric(float64(size)/total[1].Seconds()/1e6, "MB/s-best")
}

// processorTime is what the process has used of the processors.
func processorTime(tb testing.TB) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkPIIDense(b *testing.B) {
	text, records := densePII(b, 32<<10)
	set := builtinSet(b)
	texts := []scanner.Text{{Bytes: text}}
	b.ReportAllocs()
	best := time.Hour
	for b.Loop() {
		start := processorTime(b)
		found, err := set.Detect(b.Context(), texts)
		best = min(best, processorTime(b)-start)
		if err != nil || len(found) < 8*records {
			b.Fatalf("%d found in %d records, error %v", len(found), records, err)
		}
	}
	b.ReportMetric(1000*best.Seconds(), "cpu-ms/op")
	b.ReportMetric(float64(len(text))/float64(records*10), "bytes/value")
}
