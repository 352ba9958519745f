package rules

import (
	"bytes"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/scanner"
)

// Near says which words count as evidence and what follows from them.
type Near struct {
	Words []string `yaml:"words"`
	// Window and After are how many bytes before and after the match are
	// looked at. The defaults are 60 and 20.
	Window int `yaml:"window"`
	After  int `yaml:"after"`
	// In narrows the search to the value's own label if it is "label".
	In string `yaml:"in"`
	// Required drops a candidate that has none of the words nearby.
	Required bool `yaml:"required"`
	// With and Without are the confidences with and without a word nearby.
	// The defaults are high and the rule's own.
	With    scanner.Confidence `yaml:"with"`
	Without scanner.Confidence `yaml:"without"`
	// Label is the confidence with a word in the value's own label. The
	// default is With.
	Label scanner.Confidence `yaml:"label"`
}

// Nears are a rule's lists of words. The first of which a word is nearby sets the
// confidence. In a file a single one may be written without a list.
type Nears []Near

// UnmarshalYAML reads one mapping or a list of them.
func (l *Nears) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		*l = make(Nears, 1)
		return decodeNode("", n, &(*l)[0], "near")
	}
	return decodeNode("", n, (*[]Near)(l), "near")
}

// Unless says what makes a candidate worthless.
type Unless struct {
	// Words nearby (in Window bytes before, default 60, and After bytes after,
	// default 20).
	Words  []string `yaml:"words"`
	Window int      `yaml:"window"`
	After  int      `yaml:"after"`
	// Values are whole values, compared without regard to case.
	Values []string `yaml:"values"`
	// StopWords stand anywhere in the value, compared without regard to case.
	StopWords []string `yaml:"stop_words"`
	// Patterns are RE2 expressions that match anywhere in the value;
	// MatchPatterns look at all that the rule's pattern matched, LinePatterns at
	// the lines that it touches.
	Patterns      []string `yaml:"patterns"`
	MatchPatterns []string `yaml:"match_patterns"`
	LinePatterns  []string `yaml:"line_patterns"`
	// Placeholders is what to do about values such as your_key_here: low
	// (the default for secrets), drop, or keep (the default otherwise).
	Placeholders string `yaml:"placeholders"`
}

// nearby is a Near as it is run.
type nearby struct {
	words     *wordList
	labelOnly bool
	required  bool
	with      scanner.Confidence
	label     scanner.Confidence // 0: as with
	without   scanner.Confidence // 0: unchanged
}

func newNearby(n *Near, words *lexicon) nearby {
	out := nearby{
		words: words.list(n.Words, n.Window, n.After), labelOnly: n.In == "label", required: n.Required,
		with: n.With, label: n.Label, without: n.Without,
	}
	if out.with == 0 {
		out.with = scanner.High
	}
	if out.labelOnly && out.label == 0 {
		out.label = out.with
	}
	return out
}

// weigh returns the confidence that the words nearby give, or 0 if they are
// missing and required.
func (j *judge) weigh(sc *scratch, c *candidate) scanner.Confidence {
	confidence, hit := j.base, false
	for i := range j.near {
		n := &j.near[i]
		if hit && !n.required {
			continue
		}
		with := n.find(sc, c)
		switch {
		case with == 0 && n.required:
			return 0
		case with != 0 && !hit:
			confidence, hit = with, true
		}
	}
	if hit {
		return confidence
	}
	if j.needsNear {
		return 0
	}
	for i := range j.near {
		if w := j.near[i].without; w != 0 {
			return w
		}
	}
	return confidence
}

// find returns the confidence that the list gives, or 0 if none of its words is
// nearby.
func (n *nearby) find(sc *scratch, c *candidate) scanner.Confidence {
	switch {
	case n.labelOnly:
		if !n.words.labels(sc, c) {
			return 0
		}
		return n.label
	case !sc.noted.near(n.words, c):
		return 0
	case n.label != 0 && n.words.labels(sc, c):
		return n.label
	}
	return n.with
}

// labels reports whether a word stands in the candidate's label.
func (l *wordList) labels(sc *scratch, c *candidate) bool {
	for _, place := range sc.labelsOf(c) {
		if sc.noted.within(l, place.Start, place.End) {
			return true
		}
	}
	return false
}

// labelsOf returns where the candidate's labels stand, empty spans where it has none: the key
// of the JSON member, what a colon or an equals sign ties to it, the head of its
// table column.
func (sc *scratch) labelsOf(c *candidate) (places [3]scanner.Span) {
	if sc.keyed <= c.start {
		places[0].End = sc.keyed
	}
	places[1].Start, places[1].End = inlineLabel(c)
	places[2].Start, places[2].End = sc.noted.columnHead(c)
	return places
}

const (
	maxLabelGap  = 12 // quotes, brackets and spaces between a label and its value
	maxLabelText = 64
)

// inlineLabel returns the place of what a colon, an equals sign or a tag ties to the
// candidate: the key of key=value, "key": "value", <key>value.
func inlineLabel(c *candidate) (start, end int) {
	end = c.start
	for end > 0 && c.start-end < maxLabelGap && bytes.IndexByte([]byte(" \t\"'`([{"), c.text[end-1]) >= 0 {
		end--
	}
	tied := end
	for tied > 0 && c.start-tied < maxLabelGap && bytes.IndexByte([]byte(":=>"), c.text[tied-1]) >= 0 {
		tied--
	}
	if tied == end {
		return 0, 0
	}
	start = tied
	for start > 0 && tied-start < maxLabelText {
		b := c.text[start-1]
		if bytes.IndexByte([]byte("\n\r,;{}<>|=?&"), b) >= 0 || start < tied && b == '.' && c.text[start] == ' ' {
			break
		}
		start--
	}
	return start, tied
}

// clauseBefore returns where the words directly before the candidate begin: behind the last number, bracket or mark that
// ends a clause. In "zip 10115, tel 030 1234567" what is said of the second number is tel alone.
func clauseBefore(c *candidate) int {
	start := c.start
	for start > 0 && c.start-start < maxLabelText {
		b := c.text[start-1]
		if isDigit(b) && start < c.start || bytes.IndexByte([]byte("\n\r,;.!?|(){}[]<>"), b) >= 0 && start < c.start-1 {
			break
		}
		start--
	}
	return start
}

// line returns where the lines stand that the match touches, up to maxLine bytes on either
// side of it.
func (c *candidate) line() (from, to int) {
	from = max(0, c.from-maxLine)
	if at := lastBreak(c.text[from:c.from]); at >= 0 {
		from += at + 1
	}
	to = min(len(c.text), c.to+maxLine)
	if at := bytes.IndexByte(c.text[c.to:to], '\n'); at >= 0 {
		to = c.to + at
	}
	// Less a character that is cut.
	for from < to && c.text[from]&0xC0 == 0x80 {
		from++
	}
	for to > from && to < len(c.text) && c.text[to]&0xC0 == 0x80 {
		to--
	}
	return from, to
}

// maxLine bounds how much of a line is looked at, in bytes on either side.
const maxLine = 500
