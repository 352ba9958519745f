package bench

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code/fingerprint/corpus"
)

// How much is read to say how fast it is read.
const (
	speedText  = 8 << 10
	speedBytes = 16 << 20
	speedCPU   = 1.0 // seconds, at least
)

var errEnough = errors.New("enough")

// speed measures how fast code and documents are read that are not indexed.
func (e *indexEvaluation) speed(ctx context.Context, d scanner.Detector, other []*project) error {
	for _, part := range []struct {
		which func(*corpus.File) bool
		sum   *speed
	}{{isSource, &e.code}, {isDocument, &e.prose}} {
		var texts []scanner.Text
		err := eachText(ctx, other, part.which, func(data []byte) error {
			for ; len(data) >= speedText; data = data[speedText:] {
				if len(texts) >= speedBytes/speedText {
					return errEnough
				}
				texts = append(texts, scanner.Text{Bytes: data[:speedText:speedText]})
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		if len(texts) == 0 {
			continue
		}
		for first, spent := true, 0.0; spent < speedCPU; first = false {
			start, err := cpuTime()
			if err != nil {
				return err
			}
			for i := range texts {
				if _, err := d.Detect(ctx, texts[i:i+1]); err != nil {
					return err
				}
			}
			end, err := cpuTime()
			if err != nil {
				return err
			}
			if first {
				continue // it fills the caches
			}
			spent += (end - start).Seconds()
			part.sum.bytes += len(texts) * speedText
			part.sum.seconds += (end - start).Seconds()
		}
	}
	return nil
}

// figures puts what was measured in the order in which it is read.
func (e *indexEvaluation) figures(projects int, whole indexRun) []Figure {
	name := fmt.Sprintf("%d projects, %.0f MB", projects, whole.bytes/1e6)
	var out []Figure
	add := func(measure string, value float64, unit Unit, count string, target *Target) *Figure {
		out = append(out, Figure{Part: "index", Corpus: name, Measure: measure, Value: value, Unit: unit, Count: count, Target: target})
		return &out[len(out)-1]
	}
	share := func(measure string, t *tally, target *Target) *Figure {
		return add(measure, t.share(), Share, fmt.Sprintf("%d of %d", t.hits, t.all), target)
	}
	targets := map[string]*Target{"10 lines as they stand": atLeast(.98), "10 lines indented anew": atLeast(.97)}
	for _, lines := range snippetLines {
		for _, c := range changes {
			changed := fmt.Sprintf("%d lines %s", lines, c.name)
			share(changed+", acts", e.found[changed+"/acts"], targets[changed]).Detail = lines != 10
			share(changed+", acts or reports", e.found[changed+"/reports"], nil).Detail = lines != 10
		}
	}
	for _, key := range slices.Sorted(maps.Keys(e.found)) {
		if suffix, ok := strings.CutPrefix(key, "suffix "); ok && e.found[key].all >= 50 {
			share("10 lines as they stand, of "+suffix, e.found[key], nil).Detail = true
		}
	}
	share("windows of 20 lines of others, acts falsely", &tally{e.alarms, e.windows - e.copies}, atMost(.005))
	share("the same, acts or reports", &tally{e.similar, e.windows - e.copies}, nil)
	share("the same, are copies and found", &tally{e.copies, e.windows}, nil)
	if e.code.bytes > 0 {
		add("read code that is not indexed", e.code.perSecond(), PerSecond, fmt.Sprintf("%.0f MB", float64(e.code.bytes)/1e6), atLeast(150))
	}
	if e.prose.bytes > 0 {
		add("read documents that are not indexed", e.prose.perSecond(), PerSecond, fmt.Sprintf("%.0f MB", float64(e.prose.bytes)/1e6), atLeast(150))
	}
	add("index without names", e.size/e.bytes, PerByte, fmt.Sprintf("%.0f MB", e.size/1e6), atMost(.15))
	add("index with names", whole.size/whole.bytes, PerByte, fmt.Sprintf("%.0f MB", whole.size/1e6), nil)
	scale := 1e9 / whole.bytes
	add("1 GB is indexed, wall time", whole.wall*scale/60, Minutes, fmt.Sprintf("%.0f s for %.0f MB", whole.wall, whole.bytes/1e6), atMost(5))
	add("1 GB is indexed, CPU time", whole.cpu*scale/60, Minutes, fmt.Sprintf("%.0f s for %.0f MB", whole.cpu, whole.bytes/1e6), nil)
	// Memory is not scaled: fingerprints go to a file, and it hardly grows with the source.
	add("memory of indexing", whole.memory/1e9, Gigabytes, fmt.Sprintf("for %.0f MB", whole.bytes/1e6), atMost(2))
	return out
}
