package fingerprint

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
)

// What makes up for what is common to much code: a few short words that stand
// everywhere are no evidence, however often they stand in a row.
const (
	manyHits = 8  // different fingerprints that need not stand on several lines
	maxSpans = 32 // hits whose words are counted
	leastSum = 40 // bytes of different words, and fiveEach for each different fingerprint
	fiveEach = 5
)

// What code must have to be said to be copied: what an interface or a framework
// asks for, such as the head of a method, is the same everywhere, and is dense
// and short; so is what lies here and there in code that is not copied. It is
// reported with low confidence. Two fingerprints are enough if they are on many
// lines, since accident does not find such lines.
const (
	fewLines    = 6
	someLines   = 4 // that have words; one more with less than someHits different fingerprints
	someHits    = 5
	manyTokens  = 32 // between the beginnings of the first and the last hit
	thin        = 4  // tokens for each hit
	sparseLines = 6
)

// manyMarks reports whether what was found in a document is code: sentences have
// fewer of these marks.
func manyMarks(text []byte) bool {
	n := 0
	for _, c := range text {
		switch c {
		case '(', '=', '_', '{', ';', '<', '"', '[':
			n++
		}
	}
	return n*30 >= len(text)
}

// maxOrigins is how many hits of a chain are asked where they come from.
const maxOrigins = 4096

// chain is a run of hits that hang together.
type chain struct {
	done      int // token of the text before which all is looked up that must be
	until     int // and the one up to which it is to be, in the next batch
	earliest  int // token of the first hit
	latest    int // and of the last one
	hits      int
	documents int   // hits that are of documents
	first     int32 // where the first hit begins
	last      int32 // where the last token of the last one begins
	seen      [manyHits]uint64
	unlike    int // different fingerprints, as far as seen reaches
	origins   []int
	spans     [maxSpans]scanner.Span // of the first hits: from their first to their last word
}

// add appends a hit: a line repeated a hundred times is one line.
func (c *chain) add(h *hit, document bool) {
	if c.hits == 0 {
		c.first, c.earliest = h.first, h.token
	}
	c.hits++
	if document {
		c.documents++
	}
	c.latest, c.last = h.token, max(c.last, h.last)
	if c.unlike < len(c.seen) && !slices.Contains(c.seen[:c.unlike], h.hash) {
		c.seen[c.unlike] = h.hash
		c.unlike++
	}
	if c.hits <= maxSpans {
		c.spans[c.hits-1] = scanner.Span{Start: int(h.first), End: int(h.last)}
	}
	if len(c.origins) < maxOrigins {
		c.origins = append(c.origins, h.at)
	}
}

// end reports the chain if it is evidence enough, and begins another.
func (c *chain) end(ix *Index, s stream, text []byte, report func(scanner.Finding)) {
	if e := &evidences[s]; (c.unlike >= e.low || c.sparse(s, text)) && c.enough(s, text) {
		span := wholeLines(text, int(c.first), int(c.last))
		if s != abstract { // whose windows are wide, and which only reports
			span = withEdges(text, span, shapes[s].window-1)
		}
		f := scanner.Finding{
			Rule:       c.rule(s),
			Kind:       scanner.KindPrivate,
			Span:       span,
			Confidence: e.confidence,
			Detail:     ix.name,
			Lines:      1 + bytes.Count(text[span.Start:span.End], []byte{'\n'}),
		}
		if c.unlike < e.sure && s == abstract || s == words && (f.Rule == RuleCode || manyMarks(text[span.Start:span.End])) && c.brief(text, f.Lines) {
			f.Confidence = scanner.Low
		}
		if name, from, to, ok := ix.origin(s, c.origins); ok {
			f.Detail = fmt.Sprintf("%s %s:%d-%d", ix.name, name, from, to)
		}
		report(f)
	}
	*c = chain{done: c.done, until: c.until, origins: c.origins[:0]}
}

// brief reports whether what was found may be an accident, although it has
// fingerprints enough: it is short, or here and there.
func (c *chain) brief(text []byte, lines int) bool {
	tokens := c.latest - c.earliest
	if c.hits*thin < tokens {
		return true
	}
	whole := wholeLines(text, int(c.first), int(c.last))
	worded, imports := linesWithWords(text[whole.Start:whole.End])
	if 2*imports > worded {
		return worded < fewLines
	}
	need := someLines
	if c.unlike < someHits {
		need++
	}
	return tokens < manyTokens && (lines < fewLines || worded < need)
}

// linesWithWords counts lines that have a word, since marks and blanks make many
// lines and say nothing, and those of them that only name what is used.
func linesWithWords(text []byte) (worded, imports int) {
	for line := range bytes.Lines(text) {
		if !slices.ContainsFunc(line, func(b byte) bool { return class[b] == word }) {
			continue
		}
		worded++
		if _, ok := importName(bytes.TrimSpace(line)); ok {
			imports++
		}
	}
	return worded, imports
}

// sparse reports whether two fingerprints are as good as three, since nearly
// every line that they are on is one word: accident does not do that.
func (c *chain) sparse(s stream, text []byte) bool {
	return s == words && c.unlike == 2 && bytes.Count(text[c.first:c.last], []byte{'\n'}) >= sparseLines
}

// rule is what the chain is an instance of.
func (c *chain) rule(s stream) string {
	switch {
	case s == abstract:
		return RuleSimilar
	case 2*c.documents > c.hits:
		return RuleText
	}
	return RuleCode
}

// enough reports whether what was hit says whose it is. Lines count in code
// only: a sentence may be one line.
func (c *chain) enough(s stream, text []byte) bool {
	if c.rule(s) != RuleText && c.unlike < manyHits && bytes.Count(text[c.first:c.last], []byte{'\n'}) < 1 {
		return false
	}
	if s == abstract { // where words do not count
		return true
	}
	sum := fiveEach * c.unlike
	var words [leastSum]uint64 // more than it takes
	n, end := 0, 0
	for _, span := range c.spans[:min(c.hits, maxSpans)] {
		for i := max(end, span.Start); i < len(text) && (i <= span.End || class[text[i]] == word); i++ {
			begin, h := i, uint64(0)
			for ; i < len(text) && class[text[i]] == word; i++ {
				h = (h ^ uint64(text[i]|0x20)) * mix1
			}
			if end = i; i == begin || slices.Contains(words[:n], h) {
				continue
			}
			words[n] = h
			n++
			if sum += i - begin; sum >= leastSum || n == len(words) {
				return true
			}
		}
	}
	return false
}

// origin returns the file that most answers of a table stand for, and its first
// and last line among them.
func (ix *Index) origin(s stream, answers []int) (name string, from, to uint32, ok bool) {
	votes := make(map[uint32]int)
	best := uint32(0)
	for _, at := range answers {
		if file, _, ok := ix.place(s, at); ok {
			if votes[file]++; votes[file] > votes[best] {
				best = file
			}
		}
	}
	if votes[best] == 0 {
		return "", 0, 0, false
	}
	for _, at := range answers {
		if file, line, ok := ix.place(s, at); ok && file == best {
			if from == 0 || line < from {
				from = line
			}
			to = max(to, line)
		}
	}
	return ix.names[best], from, to, true
}
