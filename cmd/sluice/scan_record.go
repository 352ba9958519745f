package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// record is one unit of `sluice scan`: a file, a line of a JSONL file, or a
// request body.
type record struct {
	path string // as the user gave it, or "-"
	line int    // of a JSONL record, starting at 1
	raw  []byte // the file or the line, as read

	// Filled in by scanOne.
	id     json.RawMessage // of a JSONL record
	text   []byte          // what offsets count in
	hits   []hit
	after  [][]byte // the redacted text or body
	reason scanner.Reason
	cause  error // of the reason, or of a verdict that is not known
	err    error
	bytes  int64
	texts  int
	cpu    time.Duration
	done   chan struct{}
}

// hit is a finding as it is written: where it is, never what it is.
type hit struct {
	Rule       string       `json:"rule"`
	Kind       scanner.Kind `json:"kind"`
	Start      int          `json:"start"`
	End        int          `json:"end"`
	Confidence string       `json:"confidence"`
	Lines      int          `json:"lines,omitempty"`
	Language   string       `json:"language,omitempty"` // of code
	Source     string       `json:"source,omitempty"`   // what an index says it is from
	Where      string       `json:"where,omitempty"`

	whole scanner.Span // in record.text
}

// place is where the record is, for messages.
func (rec *record) place() string {
	if rec.line > 0 {
		return fmt.Sprintf("%s:%d", rec.path, rec.line)
	}
	return rec.path
}

// scanOne scans a record. It runs in a worker.
func (r *scanRun) scanOne(ctx context.Context, rec *record) {
	if rec.err = rec.decode(r.opts.input); rec.err != nil {
		return
	}
	ctx = scanner.WithOrigin(ctx, scanner.Origin{Path: filepath.ToSlash(filepath.Clean(rec.path))})
	started := threadTime()
	var (
		result prompt.Result
		err    error
	)
	if r.opts.input == "request" {
		in := prompt.Begin(r.scanner, r.opts.request, prompt.DefaultLimits())
		_ = in.Write(ctx, rec.text) // Finish repeats the error
		result, err = in.Finish(ctx)
		rec.bytes, rec.texts = result.Bytes, result.Texts
	} else {
		result, err = prompt.ScanText(ctx, r.scanner, rec.text)
		rec.bytes, rec.texts = int64(len(rec.text)), 1
	}
	rec.cpu = threadTime() - started
	rec.reason = result.Verdict.Reason
	rec.cause = err
	rec.after = result.Body
	for i, d := range result.Verdict.Decisions {
		if d.Confidence < r.least && d.Confidence != 0 || d.Exception != "" {
			continue
		}
		f := hit{
			Rule:       d.Rule,
			Kind:       d.Kind,
			Confidence: confidenceOf(d.Finding).String(),
			Lines:      d.Lines,
			whole:      hull(result.Spans[i]),
		}
		f.Start, f.End = f.whole.Start, f.whole.End
		switch d.Kind {
		case scanner.KindPrivate:
			f.Source = d.Detail
		case scanner.KindCode:
			_, f.Language, _ = strings.Cut(d.Detail, " ") // behind the class
		}
		if r.opts.input == "request" {
			f.Where = result.Pointers[i]
			f.Start, f.End = d.Span.Start, d.Span.End
		}
		rec.hits = append(rec.hits, f)
	}
}

// confidenceOf reads a missing level as the scanner does.
func confidenceOf(f scanner.Finding) scanner.Confidence {
	if f.Confidence == 0 {
		return scanner.High
	}
	return f.Confidence
}

// hull is the smallest span that holds all of them.
func hull(spans []scanner.Span) scanner.Span {
	if len(spans) == 0 {
		return scanner.Span{}
	}
	whole := spans[0]
	for _, s := range spans[1:] {
		whole.Start, whole.End = min(whole.Start, s.Start), max(whole.End, s.End)
	}
	return whole
}

// decode finds the text in what was read.
func (rec *record) decode(input string) error {
	switch input {
	case "jsonl":
		var line struct {
			ID   json.RawMessage `json:"id"`
			Text *string         `json:"text"`
		}
		if err := json.Unmarshal(rec.raw, &line); err != nil || line.Text == nil {
			// The decoder's own message may quote the line.
			return fmt.Errorf(`%s: not a JSON object with "id" and "text"`, rec.place())
		}
		rec.id, rec.text = line.ID, []byte(*line.Text)
	case "text":
		text, err := toUTF8(rec.raw)
		if err != nil {
			return fmt.Errorf("%s: %w", rec.place(), err)
		}
		rec.text = text
	default:
		rec.text = rec.raw
	}
	rec.raw = nil
	return nil
}

var errUTF16 = errors.New("the file begins like UTF-16 and is not")

// toUTF8 turns UTF-16 with a byte order mark into UTF-8. Bytes that are not
// UTF-8 become a question mark each, so that offsets stay what they are: a
// file in an older encoding is no reason to leave its ASCII part unread.
func toUTF8(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		decoder := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
		text, err := decoder.Bytes(data)
		if err != nil {
			return nil, errUTF16
		}
		return text, nil
	}
	if utf8.Valid(data) {
		return data, nil
	}
	text := bytes.Clone(data)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			text[i] = '?'
		}
		i += size
	}
	return text, nil
}

// lineIndex turns byte offsets into lines and columns.
type lineIndex struct {
	text   []byte
	starts []int
}

func newLineIndex(text []byte) *lineIndex {
	x := &lineIndex{text: text, starts: []int{0}}
	for i, b := range text {
		if b == '\n' {
			x.starts = append(x.starts, i+1)
		}
	}
	return x
}

// at returns the line and the column, in characters, both starting at 1.
func (x *lineIndex) at(offset int) (line, column int) {
	offset = min(offset, len(x.text))
	line = sort.SearchInts(x.starts, offset+1)
	return line, 1 + utf8.RuneCount(x.text[x.starts[line-1]:offset])
}
