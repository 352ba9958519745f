package main

import (
	"testing"
	"time"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/rules"
)

// TestBenchEngineCounts holds the built-in rules to every generated text, as
// `sluice bench engine` does, and measures nothing.
func TestBenchEngineCounts(t *testing.T) {
	files, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := engineCases(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	for _, textSize := range []int{1 << 10, 8 << 10, 1 << 20} {
		corpora := bench.Corpora(1, 1<<20, textSize)
		results, err := bench.Engine(t.Context(), cases[:1], corpora, bench.EngineOptions{MinCPU: time.Nanosecond})
		if err != nil {
			t.Errorf("texts of %d bytes: %v", textSize, err)
		} else if len(results) != len(corpora) {
			t.Errorf("%d results of %d corpora", len(results), len(corpora))
		}
	}
}
