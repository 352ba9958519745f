package detectortest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// tb is what the checks need of a test.
type tb interface {
	Helper()
	Errorf(format string, args ...any)
}

// reporter is a test and the context to call detectors with.
type reporter struct {
	tb
	ctx context.Context
}

type check struct {
	name string
	run  func(reporter, scanner.Detector, Example)
}

// patience is how long a detector may go on after its context has ended before
// it counts as hanging. It is long on purpose: it is no measurement.
const patience = 10 * time.Second

func checks() []check {
	return []check{
		{"no texts", checkNothing},
		{"empty texts", checkEmpty},
		{"places", checkPlaces},
		{"several texts", checkSeveralTexts},
		{"roles and pointers", checkLabels},
		{"texts are not changed", checkUnchanged},
		{"texts are not kept", checkNotKept},
		{"repeated", checkRepeated},
		{"concurrent", checkConcurrent},
		{"canceled before", checkCanceledBefore},
		{"canceled during", checkCanceledDuring},
	}
}

func checkNothing(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	for _, texts := range [][]scanner.Text{nil, {}} {
		expect(r, d, ex, texts, nil)
	}
}

func checkEmpty(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	expect(r, d, ex, []scanner.Text{{}}, nil)
	expect(r, d, ex, []scanner.Text{{Bytes: []byte{}}, {Bytes: nil}}, nil)
	texts, want := batch(ex.build(), ex.build("V"), ex.build())
	expect(r, d, ex, texts, want)
}

func checkPlaces(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	for _, parts := range [][]string{
		{"F"},
		{"V"},
		{"V", "F"},
		{"F", "V"},
		{"F", "V", "F"},
		{"V", "F", "V"},
		{"F", "V", "F", "V", "F", "V", "F"},
		{"é", "V", "é"},
		{"你", "V", "你"},
		{"🦊", "V", "🦊"},
		{"e\u0301", "V", "\u200b"},
	} {
		texts, want := batch(ex.build(parts...))
		expect(r, d, ex, texts, want)
	}
	// Deep in a long text.
	long := slices.Repeat([]string{"F"}, 2000)
	texts, want := batch(ex.build(append(append(slices.Clone(long), "V"), long...)...))
	expect(r, d, ex, texts, want)
}

func checkSeveralTexts(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	bodies := []*body{ex.build("F"), ex.build("V", "F"), ex.build(), ex.build("F"), ex.build("F", "V"), ex.build("V")}
	texts, want := batch(bodies...)
	expect(r, d, ex, texts, want)
	slices.Reverse(bodies)
	texts, want = batch(bodies...)
	expect(r, d, ex, texts, want)
	many := make([]*body, 300)
	for i := range many {
		many[i] = ex.build("F")
		if i%7 == 3 {
			many[i] = ex.build("F", "V")
		}
	}
	texts, want = batch(many...)
	expect(r, d, ex, texts, want)
}

// checkLabels gives roles and pointers that a detector may not have expected.
func checkLabels(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	for _, text := range []scanner.Text{
		{},
		{Where: "/"},
		{Where: "/a~1b/~0/é/0", Role: "unheard-of"},
		{Role: scanner.RoleSystem},
		{Role: scanner.RoleTool},
		{Role: scanner.RoleFile},
	} {
		body := ex.build("F", "V", "F")
		text.Bytes = []byte(body.String())
		_, want := batch(body)
		expect(r, d, ex, []scanner.Text{text}, want)
	}
}

func checkUnchanged(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	texts, want := batch(ex.build("F", "V"), ex.build("V"))
	before := clone(texts)
	expect(r, d, ex, texts, want)
	for i := range texts {
		if !bytes.Equal(texts[i].Bytes, before[i].Bytes) || texts[i].Where != before[i].Where || texts[i].Role != before[i].Role {
			r.Errorf("text %d was changed by Detect", i)
		}
	}
}

// checkNotKept reuses the bytes as soon as Detect has returned. A detector that
// still reads them is found by the race detector, one that remembers them by
// address gives the wrong answer.
func checkNotKept(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	with, without := ex.build("V"), ex.build("F")
	for len(with.String()) < len(without.String()) {
		with = ex.build(with.String(), "F")
		with.want = ex.build("V").want
	}
	buf := make([]byte, len(with.String()))
	for _, b := range []*body{with, without, with} {
		n := copy(buf, b.String())
		_, want := batch(b)
		expect(r, d, ex, []scanner.Text{{Bytes: buf[:n:n]}}, want)
		clear(buf)
	}
}

func checkRepeated(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	for range 20 {
		texts, want := batch(ex.build("F", "V", "F"))
		expect(r, d, ex, texts, want)
	}
}

func checkConcurrent(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	shared, sharedWant := batch(ex.build("F", "V"), ex.build("F"))
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 10 {
				last := ex.build(append(slices.Repeat([]string{"F"}, (worker+i)%5), "V")...)
				texts, want := batch(append(slices.Repeat([]*body{ex.build("F")}, worker), last)...)
				expect(r, d, ex, texts, want)
				expect(r, d, ex, shared, sharedWant)
			}
		})
	}
	wg.Wait()
}

func checkCanceledBefore(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	ctx, cancel := context.WithCancel(r.ctx)
	cancel()
	texts, want := batch(ex.build("F", "V"))
	expectOrEnd(reporter{r.tb, ctx}, d, ex, texts, want, func() {})
}

func checkCanceledDuring(r reporter, d scanner.Detector, ex Example) {
	r.Helper()
	bodies := make([]*body, 64)
	for i := range bodies {
		bodies[i] = ex.build(append(slices.Repeat([]string{"F"}, 200), "V")...)
	}
	texts, want := batch(bodies...)
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	expectOrEnd(reporter{r.tb, ctx}, d, ex, texts, want, cancel)
}

// expectOrEnd calls the detector, calls meanwhile, and accepts either the end of
// the context or the whole truth: a part of it without an error would pass for
// a clean text.
func expectOrEnd(r reporter, d scanner.Detector, ex Example, texts []scanner.Text, want []place, meanwhile func()) {
	r.Helper()
	type outcome struct {
		found []scanner.Finding
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		found, err := d.Detect(r.ctx, texts)
		done <- outcome{found, err}
	}()
	meanwhile()
	select {
	case o := <-done:
		if o.err == nil {
			compare(r, ex, texts, o.found, want)
		} else if !errors.Is(o.err, context.Canceled) {
			r.Errorf("Detect returned an error of type %T, which does not wrap context.Canceled", o.err)
		}
	case <-time.After(patience):
		r.Errorf("Detect goes on %v after its context was canceled", patience)
	}
}

// expect calls the detector and compares.
func expect(r reporter, d scanner.Detector, ex Example, texts []scanner.Text, want []place) {
	r.Helper()
	found, err := d.Detect(r.ctx, texts)
	if err != nil {
		// The error is not printed: it may be the very thing that is wrong.
		if strings.Contains(err.Error(), ex.Value) {
			r.Errorf("Detect returned an error that quotes a text")
		}
		r.Errorf("Detect returned an error of type %T", err)
		return
	}
	compare(r, ex, texts, found, want)
}

// compare holds findings to the contract, and those of the example's rule to
// the places expected.
func compare(r reporter, ex Example, texts []scanner.Text, found []scanner.Finding, want []place) {
	r.Helper()
	var got []place
	for _, f := range found {
		if !honours(r, ex, texts, f) || f.Rule != ex.Rule {
			continue
		}
		got = append(got, place{f.Text, f.Span})
		if f.Kind != ex.Kind {
			r.Errorf("rule %s: kind %q, want %q", f.Rule, f.Kind, ex.Kind)
		}
		if ex.Confidence != 0 && f.Confidence != ex.Confidence {
			r.Errorf("rule %s: confidence %s, want %s", f.Rule, f.Confidence, ex.Confidence)
		}
	}
	slices.SortFunc(got, func(a, b place) int {
		if a.Text != b.Text {
			return a.Text - b.Text
		}
		return a.Span.Start - b.Span.Start
	})
	if !slices.Equal(got, want) {
		r.Errorf("rule %s in %d texts (the first begins %q): found at %v, want %v", ex.Rule, len(texts), beginning(texts), got, want)
	}
}

// honours checks one finding against the contract of scanner.Detector.
func honours(r reporter, ex Example, texts []scanner.Text, f scanner.Finding) bool {
	r.Helper()
	if f.Text < 0 || f.Text >= len(texts) {
		r.Errorf("rule %s: text %d of %d", f.Rule, f.Text, len(texts))
		return false
	}
	text := texts[f.Text].Bytes
	if f.Span.Start < 0 || f.Span.Start >= f.Span.End || f.Span.End > len(text) {
		r.Errorf("rule %s: span %v of a text of %d bytes", f.Rule, f.Span, len(text))
		return false
	}
	if !utf8.RuneStart(text[f.Span.Start]) || f.Span.End < len(text) && !utf8.RuneStart(text[f.Span.End]) {
		r.Errorf("rule %s: span %v cuts a character in two", f.Rule, f.Span)
	}
	if f.Rule == "" || f.Kind == "" {
		r.Errorf("a finding has rule %q and kind %q", f.Rule, f.Kind)
	}
	if f.Confidence < scanner.Low || f.Confidence > scanner.High {
		r.Errorf("rule %s: %s", f.Rule, f.Confidence)
	}
	if f.Lines < 0 || f.Lines > f.Span.Len() {
		r.Errorf("rule %s: %d lines in %d bytes", f.Rule, f.Lines, f.Span.Len())
	}
	value := ex.Value[ex.Span.Start:ex.Span.End]
	if len(value) >= 4 && (strings.Contains(f.Detail, value) || strings.Contains(f.Rule, value) || strings.Contains(string(f.Kind), value)) {
		r.Errorf("a finding quotes what was found")
	}
	return true
}

func beginning(texts []scanner.Text) string {
	if len(texts) == 0 {
		return ""
	}
	b := texts[0].Bytes
	return strings.ToValidUTF8(string(b[:min(len(b), 40)]), "")
}

func clone(texts []scanner.Text) []scanner.Text {
	out := slices.Clone(texts)
	for i := range out {
		out[i].Bytes = bytes.Clone(out[i].Bytes)
	}
	return out
}
