package prompt

import (
	"github.com/sluice-dlp/sluice/scanner"
)

// fit adapts edits to the syntax of the text that they are made in, which may
// be a JSON document in a string or percent-encoded. A detector sees letters:
// of `\njane@…` it may take the "n" for part of the name, and a number that is
// replaced by bare words would end a document that was fine. Edits only ever
// grow. They are sorted and do not overlap; so are those that are returned, but
// they may touch or overlap where two grew into each other.
func fit(text []byte, edits []edit) []edit {
	switch e := embeddedIn(text); {
	case e.json:
		t := tokenizer{maxDepth: len(text), multi: true, containers: true}
		// What is not JSON has no syntax to be kept from there on.
		_ = t.feed(text, &fitter{text: text, edits: edits, rest: edits})
	case e.url, e.codec == codecPercent && e.is == contentText:
		for i := range edits {
			fitPercent(text, &edits[i])
		}
	}
	return edits
}

// fitPercent widens an edit to whole escapes and writes its replacement in them.
func fitPercent(text []byte, e *edit) {
	for back := 1; back <= 2; back++ {
		if i := e.Start - back; i >= 0 && percentAt(text, i) >= 0 {
			e.Start = i
			break
		}
	}
	for back := 1; back <= 2; back++ {
		if i := e.End - back; i >= 0 && percentAt(text, i) >= 0 {
			e.End = i + 3
			break
		}
	}
	e.with = codecPercent.encode(e.with)
}

// fitter fits edits to a JSON document. It implements tokenSink.
type fitter struct {
	text  []byte
	edits []edit
	rest  []edit // those that do not end before the token at hand
}

// within calls f for the edits that overlap a token.
func (f *fitter) within(start, end int, each func(e *edit)) {
	for len(f.rest) > 0 && f.rest[0].End <= start {
		f.rest = f.rest[1:]
	}
	for i := range f.rest {
		if f.rest[i].Start >= end {
			return
		}
		each(&f.rest[i])
	}
}

func (f *fitter) open(bool) {}
func (f *fitter) close()    {}
func (f *fitter) literal()  {}

// number makes a string of a number that loses digits.
func (f *fitter) number(start, end, _ int, _ numberForm) {
	first := true
	f.within(start, end, func(e *edit) {
		if e.Start < start || e.End > end {
			return // it takes more than the number: nothing can be kept whole
		}
		with := codecNumber.encode(e.with)
		if !first {
			with = nil // the first edit has grown over all of it
		}
		e.Span, e.with, first = scanner.Span{Start: start, End: end}, with, false
	})
}

// str widens edits to whole escapes.
func (f *fitter) str(start, end int, info stringInfo) {
	if info&infoEscape == 0 {
		return
	}
	at := start // the edits come in order: one walk over the string
	f.within(start, end, func(e *edit) {
		grown := e.Span
		for at < end && at < e.End {
			n, _, same := codecJSON.step(f.text[:end], at)
			if same {
				at += n
				continue
			}
			if at < e.Start && e.Start < at+n {
				grown.Start = at
			}
			if at < e.End && e.End < at+n {
				grown.End = at + n
			}
			at += n
		}
		e.Span = grown
	})
}
