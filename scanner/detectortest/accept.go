package detectortest

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// Example is one thing that a detector finds.
type Example struct {
	// Rule and Kind are what the finding must say. Findings of other rules are
	// held to the contract and otherwise ignored.
	Rule string
	Kind scanner.Kind
	// Value is a text in which the detector finds exactly one thing by Rule.
	Value string
	// Span is where in Value. The zero Span means the whole of it.
	Span scanner.Span
	// Filler is a text in which the detector finds nothing, used around Value.
	// Default: a plain sentence with characters of one to four bytes.
	Filler string
	// Glue stands between Value and Filler. Default: one space.
	Glue string
	// Confidence is what the finding must have; zero accepts any.
	Confidence scanner.Confidence
}

// defaultFiller has neighbours of every encoded length, so that a detector that
// counts characters instead of bytes is found out.
const defaultFiller = "the quick brown fox – schöne Grüße, 你好, 🦊 – jumps over the lazy dog"

func (ex Example) withDefaults() Example {
	if ex.Span == (scanner.Span{}) {
		ex.Span = scanner.Span{End: len(ex.Value)}
	}
	if ex.Filler == "" {
		ex.Filler = defaultFiller
	}
	if ex.Glue == "" {
		ex.Glue = " "
	}
	return ex
}

// Accept runs every check as a subtest.
func Accept(t *testing.T, d scanner.Detector, ex Example) {
	t.Helper()
	ex = ex.withDefaults()
	if err := ex.validate(); err != nil {
		t.Fatal(err)
	}
	for _, check := range checks() {
		t.Run(check.name, func(t *testing.T) { check.run(reporter{t, t.Context()}, d, ex) })
	}
}

func (ex Example) validate() error {
	switch {
	case ex.Rule == "" || ex.Kind == "" || ex.Value == "":
		return fmt.Errorf("the example needs a rule, a kind and a value")
	case ex.Span.Start < 0 || ex.Span.Len() <= 0 || ex.Span.End > len(ex.Value):
		return fmt.Errorf("the example's span %v is not in its value of %d bytes", ex.Span, len(ex.Value))
	case !utf8.ValidString(ex.Value + ex.Filler + ex.Glue):
		return fmt.Errorf("the example is not valid UTF-8")
	}
	return nil
}

// body is a text that is being built, with the findings expected in it.
type body struct {
	strings.Builder
	want []scanner.Span
}

// build joins parts with the example's glue; "V" stands for the value and "F"
// for the filler.
func (ex Example) build(parts ...string) *body {
	b := &body{}
	for i, p := range parts {
		if i > 0 {
			b.WriteString(ex.Glue)
		}
		switch p {
		case "V":
			b.want = append(b.want, scanner.Span{Start: b.Len() + ex.Span.Start, End: b.Len() + ex.Span.End})
			b.WriteString(ex.Value)
		case "F":
			b.WriteString(ex.Filler)
		default:
			b.WriteString(p)
		}
	}
	return b
}

// place is a finding without what an Example does not fix.
type place struct {
	Text int
	Span scanner.Span
}

// batch turns bodies into texts and the findings expected in them.
func batch(bodies ...*body) (texts []scanner.Text, want []place) {
	for i, b := range bodies {
		texts = append(texts, scanner.Text{
			Bytes: []byte(b.String()),
			Where: fmt.Sprintf("/messages/%d/content", i),
			Role:  scanner.RoleUser,
		})
		for _, s := range b.want {
			want = append(want, place{i, s})
		}
	}
	return texts, want
}
