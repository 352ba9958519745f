package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"

	"github.com/sluice-dlp/sluice/rules"
)

// reporter writes what was found, one record after the other.
type reporter interface {
	record(*record) error
	end() error
}

func newReporter(opts scanOptions, files []*rules.File, w io.Writer) reporter {
	switch {
	case opts.output == "redacted":
		return redactedReporter{w, opts.input == "jsonl"}
	case opts.format == "sarif":
		return newSARIF(files, w)
	case opts.format == "json":
		return jsonReporter{newEncoder(w)}
	}
	return textReporter{w}
}

func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

// textReporter writes path:line:column rule kind confidence.
type textReporter struct{ w io.Writer }

func (t textReporter) record(rec *record) error {
	if len(rec.hits) == 0 {
		return nil
	}
	index := newLineIndex(rec.text)
	for _, f := range rec.hits {
		line, column := index.at(f.whole.Start)
		place := fmt.Sprintf("%s:%d:%d", rec.path, line, column)
		if rec.line > 0 { // the lines of a JSONL file are its records
			place = fmt.Sprintf("%s:%d:%d", rec.path, rec.line, f.Start+1)
		}
		more := ""
		if f.Lines > 0 {
			more = fmt.Sprintf(" %d lines", f.Lines)
		}
		if of := cmp.Or(f.Source, f.Language); of != "" {
			more += " of " + of
		}
		if _, err := fmt.Fprintf(t.w, "%s %s %s %s%s\n", place, f.Rule, f.Kind, f.Confidence, more); err != nil {
			return err
		}
	}
	return nil
}

func (textReporter) end() error { return nil }

// jsonReporter writes one object a line for each record.
type jsonReporter struct{ e *json.Encoder }

func (j jsonReporter) record(rec *record) error {
	line := struct {
		ID       any    `json:"id"`
		Findings []hit  `json:"findings"`
		Reason   string `json:"reason,omitempty"`
	}{rec.path, rec.hits, string(rec.reason)}
	if rec.line > 0 {
		line.ID = rec.id
		if rec.id == nil {
			line.ID = nil
		}
	}
	if line.Findings == nil {
		line.Findings = []hit{}
	}
	return j.e.Encode(line)
}

func (jsonReporter) end() error { return nil }

// redactedReporter writes the texts with what was found replaced. A text that
// was not read whole is not written: what is left in it is not known.
type redactedReporter struct {
	w     io.Writer
	lines bool
}

func (r redactedReporter) record(rec *record) error {
	if r.lines {
		line := struct {
			ID     json.RawMessage `json:"id"`
			Text   string          `json:"text"`
			Reason string          `json:"reason,omitempty"`
		}{rec.id, "", string(rec.reason)}
		if rec.id == nil {
			line.ID = json.RawMessage("null")
		}
		if rec.reason == "" {
			for _, piece := range rec.after {
				line.Text += string(piece)
			}
		}
		return newEncoder(r.w).Encode(line)
	}
	if rec.reason != "" {
		return nil
	}
	for _, piece := range rec.after {
		if _, err := r.w.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

func (redactedReporter) end() error { return nil }
