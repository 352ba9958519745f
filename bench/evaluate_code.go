package bench

import (
	"maps"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// codeScore counts documents and lines, found and labelled.
type codeScore struct {
	docs, lines score
	inert       tally // texts of logs and data alone, which are neither
}

// score is a table of found and true.
type score struct{ tp, fp, fn, tn int }

func (s *score) add(truth, found bool) {
	switch {
	case truth && found:
		s.tp++
	case truth:
		s.fn++
	case found:
		s.fp++
	default:
		s.tn++
	}
}

func (s *score) falseAlarms() tally { return tally{s.fp, s.fp + s.tn} }

// code measures what is found of source code. A document counts as code if it
// has a finding of that kind; blank lines and fences are not counted.
func (e *evaluation) code() {
	var all, trained, heldOut, long, unseen codeScore
	bySource := map[string]*codeScore{}
	for _, corpus := range []string{"code-code", "code-prose", "code-negatives"} {
		rows := e.rows(corpus)
		for i := range rows {
			r := &rows[i]
			scores := []*codeScore{&all, nonNil(bySource, r.Source)}
			if e.opts.Trained != nil {
				half := &heldOut
				if e.opts.Trained(r.Source) {
					half = &trained
				}
				scores = append(scores, half)
				if half == &heldOut && (slices.Contains(e.opts.Unseen, r.Lang) || r.HasCode != nil && !*r.HasCode) {
					scores = append(scores, &unseen)
				}
			}
			if n := len(r.Text); n >= 4<<10 && n <= 16<<10 && (e.opts.Trained == nil || !e.opts.Trained(r.Source)) {
				scores = append(scores, &long)
			}
			e.judgeCode(corpus, r, scores...)
		}
	}
	if e.opts.Trained != nil {
		e.codeFigures("sources not trained on", &heldOut, .98, .01, .97)
	}
	if len(bySource) > 0 {
		e.f1(Figure{Corpus: "of these, 4 to 16 KB", Measure: "lines, F1", Target: atLeast(.93)}, long.lines.tp, long.lines.fp, long.lines.fn)
	}
	if len(e.opts.Unseen) > 0 {
		const corpus = "of these, languages never trained on"
		e.f1(Figure{Corpus: corpus, Measure: "documents, F1", Target: atLeast(.95)}, unseen.docs.tp, unseen.docs.fp, unseen.docs.fn)
		e.f1(Figure{Corpus: corpus, Measure: "lines, F1", Target: atLeast(.95)}, unseen.lines.tp, unseen.lines.fp, unseen.lines.fn)
	}
	if e.opts.Trained != nil {
		e.codeFigures("sources trained on", &trained, 0, 0, 0)
	}
	e.codeFigures("all sources", &all, 0, 0, 0)
	const corpus = "code-real"
	var real, realHeldOut codeScore
	rows := e.rows(corpus)
	for i := range rows {
		scores := []*codeScore{&real}
		if e.opts.Trained != nil && !e.opts.Trained(rows[i].Source) {
			scores = append(scores, &realHeldOut)
		}
		e.judgeCode(corpus, &rows[i], scores...)
	}
	if len(rows) > 0 {
		e.codeFigures(corpus, &real, .90, .005, 0)
		e.codeFigures(corpus+", not trained on", &realHeldOut, .90, .005, 0)
		e.share(corpus, "logs and data flagged as code", real.inert, nil)
	}
	e.languages()
	e.noCode()
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		s := bySource[source]
		if s.docs.tp+s.docs.fn > 0 {
			e.f1(Figure{Corpus: source, Measure: "documents, F1", Detail: true}, s.docs.tp, s.docs.fp, s.docs.fn)
			e.f1(Figure{Corpus: source, Measure: "lines, F1", Detail: true}, s.lines.tp, s.lines.fp, s.lines.fn)
		}
		e.detail(source, "texts without code flagged", s.docs.falseAlarms())
	}
}

// codeFigures adds the figures of one set; a target of 0 is none.
func (e *evaluation) codeFigures(corpus string, s *codeScore, docF1, falseAlarms, lineF1 float64) {
	target := func(v float64, make func(float64) *Target) *Target {
		if v == 0 {
			return nil
		}
		return make(v)
	}
	if s.docs.tp+s.docs.fn == 0 {
		return
	}
	e.f1(Figure{Corpus: corpus, Measure: "documents, F1", Target: target(docF1, atLeast)}, s.docs.tp, s.docs.fp, s.docs.fn)
	e.share(corpus, "texts without code flagged", s.docs.falseAlarms(), target(falseAlarms, atMost))
	e.f1(Figure{Corpus: corpus, Measure: "lines, F1", Target: target(lineF1, atLeast)}, s.lines.tp, s.lines.fp, s.lines.fn)
}

// judgeCode counts a text in each of the scores.
func (e *evaluation) judgeCode(corpus string, r *judged, scores ...*codeScore) {
	found := r.of(scanner.KindCode)
	for _, s := range scores {
		if r.HasCode != nil {
			s.docs.add(*r.HasCode, len(found) > 0)
		} else {
			s.inert.add(len(found) > 0)
		}
	}
	if r.HasCode != nil && *r.HasCode != (len(found) > 0) {
		if *r.HasCode {
			e.miss(corpus, r, "code", scanner.Span{End: len(r.Text)})
		}
		for _, f := range found {
			e.alarm(corpus, r, f)
		}
	}
	at, n := 0, 0
	for line := range strings.SplitSeq(r.Text, "\n") {
		start := at
		at += len(line) + 1
		n++
		if n > len(r.Lines) || r.Lines[n-1] == nil {
			continue
		}
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "```") {
			continue
		}
		inside := slices.ContainsFunc(found, func(f scanner.Finding) bool { return f.Span.Start <= start && start < f.Span.End })
		for _, s := range scores {
			s.lines.add(*r.Lines[n-1] == 1, inside)
		}
	}
}

// noCode measures the sorts of text that look like code and are none.
func (e *evaluation) noCode() {
	const corpus = "code-negatives"
	var all tally
	kinds := map[string]*tally{}
	rows := e.rows(corpus)
	for i := range rows {
		kind, _ := rows[i].Kind.(string)
		hit := len(rows[i].of(scanner.KindCode)) > 0
		count(kinds, kind, hit)
		if kind != "cmd" { // a list of commands is for people to judge
			all.add(hit)
		}
	}
	e.share(corpus, "logs, licences, data, mail … flagged as code", all, atMost(.005))
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		e.share(corpus, "flagged as code: "+kind, *kinds[kind], nil)
	}
}

func nonNil(m map[string]*codeScore, name string) *codeScore {
	if m[name] == nil {
		m[name] = &codeScore{}
	}
	return m[name]
}
