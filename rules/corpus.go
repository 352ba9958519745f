package rules

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// Labelled is a text of which it is known what must be found in it.
type Labelled struct {
	File string // as it was read
	Line int    // of the text in its file, starting at 1
	ID   string // for texts that have one
	Text string // without marks
	Want []Wanted
}

// Wanted is a value that must be found, in bytes of its text.
type Wanted struct {
	Rule string // empty: any rule will do
	Span scanner.Span
}

// ReadLabelled reads labelled texts from a file or from all files of a folder and
// those below it. A *.jsonl file holds one text in each line,
//
//	{"id": …, "text": …, "findings": [{"rule": …, "start": …, "end": …}]}
//
// as `sluice scan --input jsonl` writes findings, with offsets in bytes. Every other
// file is one text with marks, «value» or «rule-id|value», in which placeholders
// such as ${hex:32} are replaced. A text without marks must stay without findings.
func ReadLabelled(fsys fs.FS, name string) ([]Labelled, error) {
	var out []Labelled
	err := fs.WalkDir(fsys, name, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		if !utf8.Valid(data) {
			return &FileError{File: p, Msg: "not a text in UTF-8: leave it out of the folder"}
		}
		if path.Ext(p) == ".jsonl" {
			texts, err := readLabelledLines(p, data)
			out = append(out, texts...)
			return err
		}
		one := Labelled{File: p, Line: 1}
		expanded, err := expandExample(string(data), 1)
		if err == nil {
			one.Text, one.Want, err = readMarks(expanded)
		}
		if err != nil {
			return &FileError{File: p, Msg: err.Error()}
		}
		out = append(out, one)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read labelled texts: %w", err)
	}
	if len(out) == 0 {
		return nil, &FileError{File: name, Msg: "no labelled texts: write *.jsonl or text files with «marks» into it"}
	}
	return out, nil
}

func readLabelledLines(name string, data []byte) ([]Labelled, error) {
	var out []Labelled
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var row struct {
			ID       any    `json:"id"`
			Text     string `json:"text"`
			Findings []struct {
				Rule  string `json:"rule"`
				Start int    `json:"start"`
				End   int    `json:"end"`
			} `json:"findings"`
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, &FileError{name, n, "not a JSON object with id, text and findings"}
		}
		one := Labelled{File: name, Line: n, Text: row.Text}
		if row.ID != nil {
			one.ID = fmt.Sprint(row.ID)
		}
		for _, f := range row.Findings {
			if f.Start < 0 || f.End <= f.Start || f.End > len(row.Text) {
				return nil, &FileError{name, n, fmt.Sprintf("finding at %d–%d is outside the text of %d bytes: write offsets in bytes, the end behind the last", f.Start, f.End, len(row.Text))}
			}
			one.Want = append(one.Want, Wanted{f.Rule, scanner.Span{Start: f.Start, End: f.End}})
		}
		out = append(out, one)
	}
	return out, lines.Err()
}

// readMarks takes «value» and «rule-id|value» out of a text.
func readMarks(text string) (string, []Wanted, error) {
	var (
		b    strings.Builder
		want []Wanted
	)
	for {
		before, rest, ok := strings.Cut(text, markOpen)
		b.WriteString(before)
		if !ok {
			return b.String(), want, nil
		}
		value, after, ok := strings.Cut(rest, markClose)
		if !ok {
			return "", nil, fmt.Errorf("a mark %s is not closed by %s", markOpen, markClose)
		}
		var w Wanted
		if id, v, ok := strings.Cut(value, "|"); ok && isID(id) {
			w.Rule, value = id, v
		}
		if value == "" {
			return "", nil, fmt.Errorf("a mark %s%s is empty", markOpen, markClose)
		}
		w.Span.Start = b.Len()
		b.WriteString(value)
		w.Span.End = b.Len()
		want = append(want, w)
		text = after
	}
}

// CorpusReport compares what rules find in labelled texts with what they must.
type CorpusReport struct {
	Texts int
	Diffs []Diff
	Rules []RuleScore // by id
}

// Diff is a value that was found and should not have been, or the other way
// round. It holds no text.
type Diff struct {
	Text  *Labelled
	Rule  string
	Span  scanner.Span // in bytes of the text
	Msg   string       // "missing …" or "unexpected …"
	Extra bool         // it was found and is not marked
}

// RuleScore counts the values of one rule.
type RuleScore struct {
	Rule                       string
	Found, Missing, Unexpected int
}

// TestCorpus runs the set over labelled texts. A wanted value is found if a
// finding of medium confidence or more, of the wanted rule if one is named, overlaps it; every
// other finding of that confidence is unexpected.
func TestCorpus(ctx context.Context, set *Set, texts []Labelled) (*CorpusReport, error) {
	report := &CorpusReport{Texts: len(texts)}
	scores := make(map[string]*RuleScore)
	score := func(rule string) *RuleScore {
		if scores[rule] == nil {
			scores[rule] = &RuleScore{Rule: rule}
		}
		return scores[rule]
	}
	for i := range texts {
		text := &texts[i]
		all, err := set.Detect(ctx, []scanner.Text{{Bytes: []byte(text.Text)}})
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", text.File, text.Line, err)
		}
		all = scanner.Resolve(all)
		wanted := make([]bool, len(all)) // a mark accounts for the finding
		for _, w := range text.Want {
			hit, low, other := -1, false, ""
			for k, f := range all {
				switch {
				case !f.Span.Overlaps(w.Span):
				case w.Rule != "" && f.Rule != w.Rule:
					other = f.Rule
					wanted[k] = true // it is reported as what was found instead
				case f.Confidence < scanner.Medium:
					low = true
				default:
					hit = k
					wanted[k] = true
				}
			}
			if hit >= 0 {
				score(all[hit].Rule).Found++
				continue
			}
			score(w.Rule).Missing++
			msg := "missing"
			switch {
			case low:
				msg = "missing, found with low confidence only"
			case other != "":
				msg = "missing, found as " + other
			}
			report.Diffs = append(report.Diffs, Diff{Text: text, Rule: w.Rule, Span: w.Span, Msg: msg})
		}
		for k, f := range all {
			if f.Confidence >= scanner.Medium && !wanted[k] {
				score(f.Rule).Unexpected++
				report.Diffs = append(report.Diffs, Diff{Text: text, Rule: f.Rule, Span: f.Span, Msg: "unexpected, " + f.Confidence.String(), Extra: true})
			}
		}
	}
	for _, s := range scores {
		report.Rules = append(report.Rules, *s)
	}
	slices.SortFunc(report.Rules, func(a, b RuleScore) int { return cmp.Compare(a.Rule, b.Rule) })
	slices.SortStableFunc(report.Diffs, func(a, b Diff) int {
		return cmp.Or(cmp.Compare(a.Text.File, b.Text.File), cmp.Compare(a.Text.Line, b.Text.Line), cmp.Compare(a.Span.Start, b.Span.Start))
	})
	return report, nil
}

// OK reports whether exactly what is marked was found.
func (r *CorpusReport) OK() bool { return len(r.Diffs) == 0 }

// Format lists the differences, - for what is missing and + for what is
// unexpected, and the score of each rule. Texts are quoted only if show is set.
func (r *CorpusReport) Format(show bool) string {
	var b strings.Builder
	var last *Labelled
	for _, d := range r.Diffs {
		if d.Text != last {
			last = d.Text
			fmt.Fprintf(&b, "%s", d.Text.File)
			if d.Text.ID != "" {
				fmt.Fprintf(&b, ":%d: id %s", d.Text.Line, d.Text.ID)
			}
			b.WriteByte('\n')
		}
		sign, rule := "-", cmp.Or(d.Rule, "any rule")
		if d.Extra {
			sign = "+"
		}
		line := strings.Count(d.Text.Text[:d.Span.Start], "\n") + 1
		fmt.Fprintf(&b, "  %s line %d, bytes %d–%d: %s: %s", sign, line, d.Span.Start, d.Span.End, rule, d.Msg)
		if show {
			fmt.Fprintf(&b, ": %q", d.Text.Text[d.Span.Start:d.Span.End])
		}
		b.WriteByte('\n')
	}
	var total RuleScore
	width := len("any rule")
	for _, s := range r.Rules {
		width = max(width, len(s.Rule))
	}
	fmt.Fprintf(&b, "%-*s  found  missing  unexpected\n", width, "rule")
	for _, s := range r.Rules {
		total.Found, total.Missing, total.Unexpected = total.Found+s.Found, total.Missing+s.Missing, total.Unexpected+s.Unexpected
		fmt.Fprintf(&b, "%-*s  %5d  %7d  %10d\n", width, cmp.Or(s.Rule, "any rule"), s.Found, s.Missing, s.Unexpected)
	}
	fmt.Fprintf(&b, "%d texts, %d found, %d missing, %d unexpected\n", r.Texts, total.Found, total.Missing, total.Unexpected)
	return b.String()
}
