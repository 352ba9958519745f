package scanner_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
)

// word finds every occurrence of a word.
func word(w string, kind scanner.Kind, c scanner.Confidence) scanner.DetectorFunc {
	return func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
		var found []scanner.Finding
		for i, t := range texts {
			for at := 0; ; {
				n := bytes.Index(t.Bytes[at:], []byte(w))
				if n < 0 {
					break
				}
				span := scanner.Span{Start: at + n, End: at + n + len(w)}
				found = append(found, scanner.Finding{Rule: w, Kind: kind, Text: i, Span: span, Confidence: c})
				at = span.End
			}
		}
		return found, ctx.Err()
	}
}

var redactSecrets = scanner.Policy{
	Kinds:   map[scanner.Kind]scanner.Levels{scanner.KindSecret: {Medium: scanner.Redact, High: scanner.Redact}},
	Default: scanner.Levels{High: scanner.Report},
	OnError: scanner.Block,
}

func texts(values ...string) []scanner.Text {
	out := make([]scanner.Text, len(values))
	for i, v := range values {
		out[i] = scanner.Text{Bytes: []byte(v)}
	}
	return out
}

func TestScan(t *testing.T) {
	s := scanner.New(scanner.Options{
		Policy:    redactSecrets,
		Detectors: []scanner.Detector{word("abc", scanner.KindSecret, scanner.High)},
		Batch:     []scanner.Detector{word("xyz", scanner.KindPII, scanner.High), word("cx", scanner.KindPII, scanner.Low)},
	})
	got, err := s.Scan(t.Context(), texts("", "abcxyz", "no", "xyz abc"))
	if err != nil {
		t.Fatal(err)
	}
	decided := func(rule string, kind scanner.Kind, text, start, end int, a scanner.Action) scanner.Decision {
		f := scanner.Finding{Rule: rule, Kind: kind, Text: text, Span: scanner.Span{Start: start, End: end}, Confidence: scanner.High}
		return scanner.Decision{Finding: f, Action: a}
	}
	want := scanner.Verdict{Action: scanner.Redact, Decisions: []scanner.Decision{
		decided("abc", scanner.KindSecret, 1, 0, 3, scanner.Redact),
		decided("xyz", scanner.KindPII, 1, 3, 6, scanner.Report),
		decided("xyz", scanner.KindPII, 3, 0, 3, scanner.Report),
		decided("abc", scanner.KindSecret, 3, 4, 7, scanner.Redact),
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !s.KeepsTexts() || s.Policy().OnError != scanner.Block {
		t.Error("a scanner with batch detectors must keep texts, and its policy is the one given")
	}
}

func TestNothingFound(t *testing.T) {
	s := scanner.New(scanner.Options{Policy: redactSecrets, Detectors: []scanner.Detector{word("abc", scanner.KindSecret, scanner.High)}})
	for _, in := range [][]scanner.Text{nil, texts(""), texts("plain", "words")} {
		got, err := s.Scan(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(scanner.Verdict{}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestPassEqualsScan splits texts into groups in many ways.
func TestPassEqualsScan(t *testing.T) {
	s := scanner.New(scanner.Options{
		Policy:    redactSecrets,
		Detectors: []scanner.Detector{word("aa", scanner.KindSecret, scanner.Medium), word("ab", scanner.KindPII, scanner.High)},
		Batch:     []scanner.Detector{word("ba", scanner.KindCode, 0), word("bb", scanner.KindSecret, scanner.Low)},
	})
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		all := make([]scanner.Text, r.IntN(8))
		for i := range all {
			b := make([]byte, r.IntN(20))
			for j := range b {
				b[j] = "abc"[r.IntN(3)]
			}
			all[i].Bytes = b
		}
		want, err := s.Scan(t.Context(), all)
		if err != nil {
			t.Fatal(err)
		}
		pass := s.Begin()
		for rest := all; len(rest) > 0; {
			n := r.IntN(len(rest) + 1)
			pass.Add(t.Context(), rest[:n])
			rest = rest[n:]
		}
		got, err := pass.End(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-scan +pass):\n%s", diff)
		}
	}
}

// TestBytesMayBeReused holds a Pass without batch detectors to its promise.
func TestBytesMayBeReused(t *testing.T) {
	s := scanner.New(scanner.Options{Policy: redactSecrets, Detectors: []scanner.Detector{word("abc", scanner.KindSecret, scanner.High)}})
	if s.KeepsTexts() {
		t.Fatal("nothing here reads texts later")
	}
	pass := s.Begin()
	buf := []byte("abc")
	for range 3 {
		copy(buf, "abc")
		pass.Add(t.Context(), []scanner.Text{{Bytes: buf}})
		copy(buf, "...")
	}
	v, err := pass.End(t.Context())
	if err != nil || len(v.Decisions) != 3 || v.Decisions[2].Text != 2 {
		t.Errorf("got %+v, %v; want three decisions in texts 0 to 2", v, err)
	}
}

// canary is what was scanned; no error may quote it.
const canary = "CANARY-4111"

func TestFailures(t *testing.T) {
	at := func(text, start, end int) scanner.DetectorFunc {
		return func(context.Context, []scanner.Text) ([]scanner.Finding, error) {
			return []scanner.Finding{{Rule: "r", Kind: scanner.KindPII, Text: text, Span: scanner.Span{Start: start, End: end}, Confidence: scanner.High}}, nil
		}
	}
	size := len(canary)
	sentinel := errors.New("read " + canary)
	tests := []struct {
		name   string
		d      scanner.DetectorFunc
		reason scanner.Reason
	}{
		{"error", func(context.Context, []scanner.Text) ([]scanner.Finding, error) { return nil, sentinel }, scanner.ReasonDetector},
		{"error with findings", func(ctx context.Context, in []scanner.Text) ([]scanner.Finding, error) {
			found, _ := word(canary, scanner.KindSecret, scanner.High)(ctx, in)
			return found, sentinel
		}, scanner.ReasonDetector},
		{"panic", func(_ context.Context, in []scanner.Text) ([]scanner.Finding, error) { panic(string(in[0].Bytes)) }, scanner.ReasonDetector},
		{"deadline", func(_ context.Context, in []scanner.Text) ([]scanner.Finding, error) {
			return nil, fmt.Errorf("at %s: %w", in[0].Bytes, context.DeadlineExceeded)
		}, scanner.ReasonDeadline},
		{"canceled", func(_ context.Context, in []scanner.Text) ([]scanner.Finding, error) {
			return nil, fmt.Errorf("at %s: %w", in[0].Bytes, context.Canceled)
		}, scanner.ReasonCanceled},
		{"text before the first", at(-1, 0, 1), scanner.ReasonDetector},
		{"text after the last", at(1, 0, 1), scanner.ReasonDetector},
		{"span before the text", at(0, -1, 1), scanner.ReasonDetector},
		{"empty span", at(0, 3, 3), scanner.ReasonDetector},
		{"reversed span", at(0, 3, 2), scanner.ReasonDetector},
		{"span beyond the text", at(0, 3, size+1), scanner.ReasonDetector},
		{"span wholly outside", at(0, size, size+1), scanner.ReasonDetector},
	}
	for _, tt := range tests {
		for _, batch := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/batch=%v", tt.name, batch), func(t *testing.T) {
				opts := scanner.Options{Policy: redactSecrets, Detectors: []scanner.Detector{word("NARY", scanner.KindSecret, scanner.High)}}
				if batch {
					opts.Batch = []scanner.Detector{word("x", scanner.KindPII, scanner.High), tt.d}
				} else {
					opts.Detectors = append(opts.Detectors, tt.d)
				}
				v, err := scanner.New(opts).Scan(t.Context(), texts(canary))
				if err == nil {
					t.Fatal("no error")
				}
				if strings.Contains(err.Error(), canary) || strings.Contains(fmt.Sprintf("%+v", v), canary[:6]) && tt.name != "error with findings" {
					t.Errorf("scanned text in %q or %+v", err, v)
				}
				if v.Action != scanner.Block || v.Reason != tt.reason {
					t.Errorf("verdict %s, %q; want block, %q", v.Action, v.Reason, tt.reason)
				}
				if len(v.Decisions) == 0 {
					t.Error("what other detectors found is lost")
				}
				if strings.HasPrefix(tt.name, "error") && !errors.Is(err, sentinel) {
					t.Errorf("%v does not wrap what the detector returned", err)
				}
			})
		}
	}
}

func TestOnErrorAllow(t *testing.T) {
	broken := scanner.DetectorFunc(func(context.Context, []scanner.Text) ([]scanner.Finding, error) { return nil, errors.New("no") })
	policy := redactSecrets
	policy.OnError = scanner.Allow
	s := scanner.New(scanner.Options{Policy: policy, Detectors: []scanner.Detector{word("abc", scanner.KindSecret, scanner.High), broken}})
	v, err := s.Scan(t.Context(), texts("abc"))
	if err == nil || v.Action != scanner.Redact || v.Reason != scanner.ReasonDetector {
		t.Errorf("got %+v, %v; what was found is redacted even when failing open", v, err)
	}
}

func TestAfterAFailure(t *testing.T) {
	var asked, askedBatch int
	flaky := scanner.DetectorFunc(func(context.Context, []scanner.Text) ([]scanner.Finding, error) {
		asked++
		if asked == 1 {
			return nil, errors.New("once")
		}
		return nil, nil
	})
	batch := scanner.DetectorFunc(func(context.Context, []scanner.Text) ([]scanner.Finding, error) { askedBatch++; return nil, nil })
	pass := scanner.New(scanner.Options{Policy: redactSecrets, Detectors: []scanner.Detector{flaky}, Batch: []scanner.Detector{batch}}).Begin()
	for range 3 {
		pass.Add(t.Context(), texts("x"))
	}
	v, err := pass.End(t.Context())
	if err == nil || v.Action != scanner.Block || asked != 1 || askedBatch != 0 {
		t.Errorf("%+v, %v after %d and %d calls; a failed pass stays failed and asks nobody", v, err, asked, askedBatch)
	}
}

// TestContextEnds is about detectors that never look at the context.
func TestContextEnds(t *testing.T) {
	blind := scanner.DetectorFunc(func(context.Context, []scanner.Text) ([]scanner.Finding, error) { return nil, nil })
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	expired, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	for _, tt := range []struct {
		ctx    context.Context
		reason scanner.Reason
	}{{canceled, scanner.ReasonCanceled}, {expired, scanner.ReasonDeadline}} {
		v, err := scanner.New(scanner.Options{Policy: redactSecrets, Detectors: []scanner.Detector{blind}}).Scan(tt.ctx, texts("x"))
		if !errors.Is(err, tt.ctx.Err()) || v.Action != scanner.Block || v.Reason != tt.reason {
			t.Errorf("got %+v, %v; want a block because of %s", v, err, tt.reason)
		}
	}
}

// TestBatchTogether proves that batch detectors run at the same time: each
// waits for the other.
func TestBatchTogether(t *testing.T) {
	a, b := make(chan struct{}), make(chan struct{})
	meet := func(mine, other chan struct{}) scanner.DetectorFunc {
		return func(ctx context.Context, in []scanner.Text) ([]scanner.Finding, error) {
			close(mine)
			select {
			case <-other:
				return []scanner.Finding{{Rule: "met", Kind: scanner.KindPII, Text: len(in) - 1, Span: scanner.Span{End: 1}}}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
	pass := scanner.New(scanner.Options{Batch: []scanner.Detector{meet(a, b), meet(b, a)}}).Begin()
	pass.Add(t.Context(), texts("x", "y"))
	pass.Add(t.Context(), texts("z"))
	v, err := pass.End(t.Context())
	if err != nil || len(v.Decisions) != 1 || v.Decisions[0].Text != 2 || v.Decisions[0].Confidence != scanner.High {
		t.Errorf("got %+v, %v; want one decision in the third text, of high confidence", v, err)
	}
}
