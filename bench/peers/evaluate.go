package main

import (
	"context"
	"encoding/json"
	"os"
	"sync"

	"github.com/zricethezav/gitleaks/v8/detect"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// evaluate scores the detection of secrets by Sluice and by gitleaks' own detector on the labelled
// texts in dir, with one scorer.
func evaluate(ctx context.Context, dir, format string) error {
	ours, err := sluiceDetect()
	if err != nil {
		return err
	}
	theirs, err := gitleaksDetect()
	if err != nil {
		return err
	}
	names := []string{"sluice", "gitleaks"}
	var all [][]bench.Figure
	for _, d := range []bench.Detect{ours, theirs} {
		figures, _, err := bench.Evaluate(ctx, dir, d, bench.EvalOptions{Parts: []string{"secrets"}})
		if err != nil {
			return err
		}
		all = append(all, figures)
	}
	if format == "json" {
		byName := map[string][]bench.Figure{}
		for i, name := range names {
			byName[name] = all[i]
		}
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(byName)
	}
	return bench.CompareTable(os.Stdout, bench.ThisMachine(), names, all)
}

// sluiceDetect is what `sluice scan` finds with the built-in rules.
func sluiceDetect() (bench.Detect, error) {
	files, err := rules.Builtin()
	if err != nil {
		return nil, err
	}
	set, err := rules.Compile(files)
	if err != nil {
		return nil, err
	}
	s := scanner.New(scanner.Options{
		Policy:    scanner.Policy{Default: scanner.Levels{Low: scanner.Report, Medium: scanner.Redact, High: scanner.Redact}, OnError: scanner.Block},
		Detectors: []scanner.Detector{set},
	})
	return func(ctx context.Context, text []byte) ([]scanner.Finding, error) {
		result, err := prompt.ScanText(ctx, s, text)
		if err != nil {
			return nil, err
		}
		var found []scanner.Finding
		for i, d := range result.Verdict.Decisions {
			f := d.Finding
			for k, span := range result.Spans[i] {
				if k == 0 {
					f.Span = span
				}
				f.Span.Start, f.Span.End = min(f.Span.Start, span.Start), max(f.Span.End, span.End)
			}
			found = append(found, f)
		}
		return found, nil
	}, nil
}

// gitleaksDetect is gitleaks' detector with its default configuration. It says what it found and
// counts columns in a way of its own, so every place where a found value stands counts as found,
// which can only be to its favour. Its rules for file names have nothing to look at.
func gitleaksDetect() (bench.Detect, error) {
	detector, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return nil, err
	}
	var lock sync.Mutex // it does not promise to be safe
	return func(_ context.Context, text []byte) ([]scanner.Finding, error) {
		lock.Lock()
		defer lock.Unlock()
		var found []scanner.Finding
		for _, f := range detector.DetectBytes(text) {
			for _, span := range bench.Occurrences(string(text), f.Secret) {
				found = append(found, scanner.Finding{Rule: f.RuleID, Kind: scanner.KindSecret, Span: span, Confidence: scanner.High})
			}
		}
		return found, nil
	}, nil
}
