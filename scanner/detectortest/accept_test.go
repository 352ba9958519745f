package detectortest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

const needle = "NEEDLE-42"

var example = Example{Rule: "needle", Kind: scanner.KindPII, Value: needle, Confidence: scanner.High}

// honest finds the needle and does nothing wrong.
func honest(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	var found []scanner.Finding
	for i, t := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for at := 0; ; at += len(needle) {
			n := bytes.Index(t.Bytes[at:], []byte(needle))
			if n < 0 {
				break
			}
			at += n
			found = append(found, scanner.Finding{
				Rule: "needle", Kind: scanner.KindPII, Text: i,
				Span: scanner.Span{Start: at, End: at + len(needle)}, Confidence: scanner.High,
			})
		}
	}
	return found, nil
}

// altered is honest but for what change does to each finding.
func altered(change func(texts []scanner.Text, f *scanner.Finding)) scanner.DetectorFunc {
	return func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
		found, err := honest(ctx, texts)
		for i := range found {
			change(texts, &found[i])
		}
		return found, err
	}
}

func TestHonestPasses(t *testing.T) {
	Accept(t, scanner.DetectorFunc(honest), example)
	t.Run("with a span", func(t *testing.T) {
		ex := example
		ex.Value, ex.Span = "key="+needle+";", scanner.Span{Start: 4, End: 4 + len(needle)}
		ex.Filler, ex.Glue = "nothing to see\nhere", "\n\n"
		Accept(t, scanner.DetectorFunc(honest), ex)
	})
	t.Run("with other rules", func(t *testing.T) {
		Accept(t, scanner.DetectorFunc(func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			found, err := honest(ctx, texts)
			for _, f := range slices.Clone(found) {
				f.Rule = "another"
				found = append(found, f)
			}
			slices.Reverse(found) // any order will do
			return found, err
		}), example)
	})
	t.Run("deaf to the context", func(t *testing.T) {
		Accept(t, scanner.DetectorFunc(func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			return honest(context.WithoutCancel(ctx), texts)
		}), example)
	})
}

// recorder is a test that only notes whether it failed.
type recorder struct {
	mu       sync.Mutex
	messages []string
}

// Helper does nothing.
func (*recorder) Helper() {}

// Errorf notes a failure.
func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}

// failing returns the names of the checks that d does not pass.
func failing(t *testing.T, d scanner.Detector) []string {
	t.Helper()
	var names []string
	for _, c := range checks() {
		rec := &recorder{}
		c.run(reporter{rec, t.Context()}, d, example.withDefaults())
		if len(rec.messages) > 0 {
			names = append(names, c.name)
		}
	}
	return names
}

func TestBrokenFail(t *testing.T) {
	remembered := sync.OnceValue(func() *sync.Map { return new(sync.Map) })()
	tests := []struct {
		name   string
		d      scanner.DetectorFunc
		caught string // one check that must fail
	}{
		{"finds nothing", func(context.Context, []scanner.Text) ([]scanner.Finding, error) { return nil, nil }, "places"},
		{"finds everything", func(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			var found []scanner.Finding
			for i, t := range texts {
				if len(t.Bytes) > 0 {
					found = append(found, scanner.Finding{Rule: "needle", Kind: scanner.KindPII, Text: i, Span: scanner.Span{End: len(t.Bytes)}, Confidence: scanner.High})
				}
			}
			return found, nil
		}, "places"},
		{"only the first", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			found, err := honest(ctx, texts)
			return found[:min(1, len(found))], err
		}, "places"},
		{"twice", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			found, err := honest(ctx, texts)
			return append(found, found...), err
		}, "places"},
		{"one byte off", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Span.End-- }), "places"},
		{"counts characters", altered(func(texts []scanner.Text, f *scanner.Finding) {
			n := utf8.RuneCount(texts[f.Text].Bytes[:f.Span.Start])
			f.Span = scanner.Span{Start: n, End: n + len(needle)}
		}), "places"},
		{"beyond the text", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Span.End += 1 << 20 }), "places"},
		{"empty span", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Span.End = f.Span.Start }), "places"},
		{"always the first text", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Text = 0 }), "several texts"},
		{"counts texts from one", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Text++ }), "several texts"},
		{"wrong kind", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Kind = scanner.KindCode }), "places"},
		{"no kind", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Kind = "" }), "places"},
		{"no confidence", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Confidence = 0 }), "places"},
		{"wrong confidence", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Confidence = scanner.Low }), "places"},
		{"quotes in detail", altered(func(texts []scanner.Text, f *scanner.Finding) {
			f.Detail = string(texts[f.Text].Bytes[f.Span.Start:f.Span.End])
		}), "places"},
		{"too many lines", altered(func(_ []scanner.Text, f *scanner.Finding) { f.Lines = 1000 }), "places"},
		{"fails on nothing", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			if len(texts) == 0 {
				return nil, errors.New("no texts")
			}
			return honest(ctx, texts)
		}, "no texts"},
		{"fails on empty", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			for _, t := range texts {
				if len(t.Bytes) == 0 {
					return nil, errors.New("empty text")
				}
			}
			return honest(ctx, texts)
		}, "empty texts"},
		{"skips empty and miscounts", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			return honest(ctx, slices.DeleteFunc(slices.Clone(texts), func(t scanner.Text) bool { return len(t.Bytes) == 0 }))
		}, "empty texts"},
		{"looks at short texts only", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			short := slices.Clone(texts)
			for i := range short {
				short[i].Bytes = short[i].Bytes[:min(len(short[i].Bytes), 4096)]
			}
			return honest(ctx, short)
		}, "places"},
		{"knows users only", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			known := slices.Clone(texts)
			for i := range known {
				if known[i].Role != scanner.RoleUser {
					known[i].Bytes = nil
				}
			}
			return honest(ctx, known)
		}, "roles and pointers"},
		{"changes bytes", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			found, err := honest(ctx, texts)
			if len(texts) > 1 && len(texts) < 4 && len(texts[1].Bytes) == len(needle) {
				copy(texts[1].Bytes, "xx")
			}
			return found, err
		}, "texts are not changed"},
		{"remembers by address", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			if len(texts) != 1 || len(texts[0].Bytes) == 0 {
				return honest(ctx, texts)
			}
			type result struct {
				found []scanner.Finding
				err   error
			}
			if r, ok := remembered.Load(&texts[0].Bytes[0]); ok {
				return r.(result).found, r.(result).err
			}
			found, err := honest(ctx, texts)
			remembered.Store(&texts[0].Bytes[0], result{found, err})
			return found, err
		}, "texts are not kept"},
		{"works once", func() scanner.DetectorFunc {
			var calls int
			var mu sync.Mutex
			return func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
				mu.Lock()
				defer mu.Unlock()
				if calls++; calls > 5 {
					return nil, nil
				}
				return honest(ctx, texts)
			}
		}(), "repeated"},
		{"silent when canceled", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			if ctx.Err() != nil {
				return nil, nil
			}
			return honest(ctx, texts)
		}, "canceled before"},
		{"hides why it ended", func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			if ctx.Err() != nil {
				return nil, errors.New("something happened")
			}
			return honest(ctx, texts)
		}, "canceled before"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := failing(t, tt.d); !slices.Contains(got, tt.caught) {
				t.Errorf("failed %q, want %q among them", got, tt.caught)
			}
		})
	}
}

// TestConcurrentUseFails has its own fake: one that is wrong only when two calls
// overlap, and made so without a data race.
func TestConcurrentUseFails(t *testing.T) {
	var busy sync.Mutex
	d := scanner.DetectorFunc(func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
		if !busy.TryLock() {
			return nil, errors.New("one at a time, please")
		}
		defer busy.Unlock()
		time.Sleep(time.Millisecond) // makes an overlap certain, with eight workers
		return honest(ctx, texts)
	})
	if got := failing(t, d); !slices.Contains(got, "concurrent") {
		t.Errorf("failed %q, want the concurrent check among them", got)
	}
}

func TestQuotingErrorIsNotPrinted(t *testing.T) {
	rec := &recorder{}
	d := scanner.DetectorFunc(func(context.Context, []scanner.Text) ([]scanner.Finding, error) {
		return nil, errors.New("cannot read " + needle)
	})
	checkRepeated(reporter{rec, t.Context()}, d, example.withDefaults())
	if !slices.ContainsFunc(rec.messages, func(m string) bool { return m == "Detect returned an error that quotes a text" }) {
		t.Errorf("messages %q do not say that the error quotes", rec.messages)
	}
}

func TestExampleIsChecked(t *testing.T) {
	for _, bad := range []Example{
		{},
		{Rule: "r", Kind: "k"},
		{Rule: "r", Kind: "k", Value: "v", Span: scanner.Span{Start: 0, End: 2}},
		{Rule: "r", Kind: "k", Value: "v", Span: scanner.Span{Start: 1, End: 1}},
		{Rule: "r", Kind: "k", Value: "\xff"},
	} {
		if err := bad.withDefaults().validate(); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
}
