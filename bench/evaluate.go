package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sluice-dlp/sluice/scanner"
)

// Detect finds what is in one text: findings that are resolved, of every
// confidence, with spans in bytes of the text. It is called from several
// goroutines at a time.
type Detect func(ctx context.Context, text []byte) ([]scanner.Finding, error)

// Figure is one measured number of an evaluation.
type Figure struct {
	Part    string  `json:"part"`    // secrets, pii, code or index
	Corpus  string  `json:"corpus"`  // one file of labelled texts, or several together
	Measure string  `json:"measure"` // what was counted
	Value   float64 `json:"value"`   // a share between 0 and 1, or a number per MB, or a count
	Unit    Unit    `json:"unit"`
	Count   string  `json:"count,omitempty"`  // what the value was computed from
	Target  *Target `json:"target,omitempty"` // nil: none was set
	Detail  bool    `json:"detail,omitempty"` // part of another figure
}

// Unit says how to read the value of a Figure.
type Unit string

// The units of figures.
const (
	Share Unit = "share"  // between 0 and 1
	PerMB Unit = "per MB" // 10⁶ bytes of text
	Times Unit = "times"  // a number of occurrences
)

// Target is what a figure should reach.
type Target struct {
	Value float64 `json:"value"`
	Most  bool    `json:"most"` // the figure should be at most, not at least, the value
}

// Reached reports whether a figure meets its target; without one it does.
func (f *Figure) Reached() bool {
	switch {
	case f.Target == nil:
		return true
	case f.Target.Most:
		return f.Value <= f.Target.Value
	}
	return f.Value >= f.Target.Value
}

// EvalOptions choose what an evaluation looks at.
type EvalOptions struct {
	// Parts are the parts to evaluate: secrets, pii, code. None means all.
	Parts []string
	// Misses, if not nil, is written one line for each label that was not
	// found and each finding that no label explains: corpus, id of the row,
	// rule or label, place. Never text.
	Misses io.Writer
	// Trained reports whether the detector of code was trained on texts of
	// this source. Nil means that nothing is known about it.
	Trained func(source string) bool
	// Unseen are languages that the detector of code was trained on no program
	// of, by the names that the labels have. Their programs, and texts without
	// code, of sources not trained on are measured by themselves.
	Unseen []string
}

// evaluation is one run over a folder of labelled texts.
type evaluation struct {
	ctx     context.Context
	dir     string
	detect  Detect
	opts    EvalOptions
	figures []Figure
	read    map[string][]judged
	missing []string
	err     error
}

// judged is a labelled text and what was found in it with medium confidence
// or above.
type judged struct {
	labelled
	found []scanner.Finding
}

// Evaluate measures detection on the labelled texts in dir, whose files are
// described in bench/README.md. A file that is not there is left out and its
// name returned in missing; without any there is an error.
//
// What counts is a finding of medium confidence or above. A label is found if
// a finding overlaps it, and found whole if one contains it.
func Evaluate(ctx context.Context, dir string, detect Detect, opts EvalOptions) (figures []Figure, missing []string, err error) {
	e := &evaluation{ctx: ctx, dir: dir, detect: detect, opts: opts, read: map[string][]judged{}}
	for _, part := range []struct {
		name string
		run  func()
	}{{"secrets", e.secrets}, {"pii", e.pii}, {"code", e.code}} {
		if len(opts.Parts) == 0 || slices.Contains(opts.Parts, part.name) {
			first := len(e.figures)
			part.run()
			for i := first; i < len(e.figures); i++ {
				e.figures[i].Part = part.name
			}
		}
	}
	slices.Sort(e.missing)
	if e.err == nil && len(e.read) == 0 {
		e.err = fmt.Errorf("%s holds none of the labelled texts that bench/README.md lists", dir)
	}
	return e.figures, slices.Compact(e.missing), e.err
}

// rows returns a corpus and what was found in it; none if it is missing.
func (e *evaluation) rows(name string) []judged {
	if rows, ok := e.read[name]; ok || e.err != nil {
		return rows
	}
	labels, err := readLabelled(e.dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		e.missing = append(e.missing, name)
		return nil
	}
	if err != nil {
		e.err = err
		return nil
	}
	rows := make([]judged, len(labels))
	failed := make([]error, len(labels))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(labels); i = int(next.Add(1)) - 1 {
				found, err := e.detect(e.ctx, []byte(labels[i].Text))
				if err != nil {
					failed[i] = fmt.Errorf("%s: row %d: %w", name, i+1, err)
				}
				found = slices.DeleteFunc(found, func(f scanner.Finding) bool { return f.Confidence != 0 && f.Confidence < scanner.Medium })
				rows[i] = judged{labels[i], found}
			}
		})
	}
	wg.Wait()
	if e.err = errors.Join(failed...); e.err != nil {
		return nil
	}
	e.read[name] = rows
	return rows
}

// tally counts hits of all.
type tally struct{ hits, all int }

func (t *tally) add(hit bool) {
	t.all++
	if hit {
		t.hits++
	}
}

func (t *tally) share() float64 { return float64(t.hits) / float64(max(1, t.all)) }

func (t *tally) plus(u tally) {
	t.hits += u.hits
	t.all += u.all
}

// share adds the figure hits of all; nothing was counted, nothing is added.
func (e *evaluation) share(corpus, measure string, t tally, target *Target) {
	if t.all > 0 {
		e.figures = append(e.figures, Figure{
			Corpus: corpus, Measure: measure, Value: t.share(), Unit: Share,
			Count: fmt.Sprintf("%d of %d", t.hits, t.all), Target: target,
		})
	}
}

// detail is share for a part of another figure.
func (e *evaluation) detail(corpus, measure string, t tally) {
	before := len(e.figures)
	e.share(corpus, measure, t, nil)
	for i := before; i < len(e.figures); i++ {
		e.figures[i].Detail = true
	}
}

// rate adds a number of findings per MB of text.
func (e *evaluation) rate(corpus, measure string, n, bytes int, target *Target) {
	if bytes > 0 {
		mb := float64(bytes) / 1e6
		e.figures = append(e.figures, Figure{
			Corpus: corpus, Measure: measure, Value: float64(n) / mb, Unit: PerMB,
			Count: fmt.Sprintf("%d in %.2f MB", n, mb), Target: target,
		})
	}
}

// number adds a plain figure.
func (e *evaluation) number(f Figure) { e.figures = append(e.figures, f) }

func atLeast(v float64) *Target { return &Target{Value: v} }
func atMost(v float64) *Target  { return &Target{Value: v, Most: true} }

// miss writes one line about a label that was not found.
func (e *evaluation) miss(corpus string, r *judged, label string, s scanner.Span) {
	e.note("miss", corpus, r, label, s)
}

// alarm writes one line about a finding that no label explains.
func (e *evaluation) alarm(corpus string, r *judged, f scanner.Finding) {
	e.note("alarm", corpus, r, f.Rule, f.Span)
}

func (e *evaluation) note(what, corpus string, r *judged, name string, s scanner.Span) {
	if e.opts.Misses != nil && e.err == nil {
		_, e.err = fmt.Fprintf(e.opts.Misses, "%s\t%s\t%s\t%s\t%d-%d\n", what, corpus, r.ID, name, s.Start, s.End)
	}
}

// overlapping reports whether a finding of one of the kinds overlaps s.
func (r *judged) overlapping(s scanner.Span, kinds ...scanner.Kind) bool {
	return slices.ContainsFunc(r.found, func(f scanner.Finding) bool { return slices.Contains(kinds, f.Kind) && f.Span.Overlaps(s) })
}

// containing reports whether a finding of one of the kinds contains s.
func (r *judged) containing(s scanner.Span, kinds ...scanner.Kind) bool {
	return slices.ContainsFunc(r.found, func(f scanner.Finding) bool { return slices.Contains(kinds, f.Kind) && f.Span.Contains(s) })
}

// of returns the findings of one kind.
func (r *judged) of(kind scanner.Kind) []scanner.Finding {
	var out []scanner.Finding
	for _, f := range r.found {
		if f.Kind == kind {
			out = append(out, f)
		}
	}
	return out
}
