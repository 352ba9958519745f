package rules

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// Bounds of the search for words that are repeated.
const (
	maxRepeated    = 64       // words of one text
	maxRepeatBytes = 64 << 10 // of a text: beyond, words are sought near where they were found first
	maxRepeats     = 100      // places of one word
	minRepeated    = 4        // letters
)

// repeats appends a finding for each place where a word of a finding stands again
// on its own. The findings from first on are those of the text.
func (s *Set) repeats(found []scanner.Finding, sc *scratch, first int, text []byte) []scanner.Finding {
	var words []string
	var owner []int
	for i := first; i < len(found) && len(words) < maxRepeated; i++ {
		f := &found[i]
		if f.Confidence < scanner.Medium || !s.repeating[f.Rule] {
			continue
		}
		value := text[f.Span.Start:f.Span.End]
		if bytes.IndexByte(value, ' ') < 0 {
			continue // one word may be a role in a play as well
		}
		for w := range bytes.FieldsSeq(value) {
			w = bytes.Trim(w, ".,'’\"")
			r, _ := utf8.DecodeRune(w)
			if utf8.RuneCount(w) >= minRepeated && unicode.IsUpper(r) && couldBeName(w) && !slices.Contains(words, string(w)) {
				words, owner = append(words, string(w)), append(owner, i)
			}
		}
	}
	if len(words) == 0 {
		return found
	}
	sc.taken = sc.taken.sized(len(text)) // by what is found already
	for i := first; i < len(found); i++ {
		if f := &found[i]; f.Confidence >= scanner.Medium {
			sc.taken.add(f.Span.Start, min(f.Span.End, len(text)))
		}
	}
	for k, word := range words {
		f := found[owner[k]]
		from, to := 0, len(text)
		if len(text) > maxRepeatBytes {
			from, to = max(0, f.Span.Start-maxRepeatBytes/2), min(len(text), f.Span.End+maxRepeatBytes/2)
		}
		for at, times := from, 0; at < to && times < maxRepeats; {
			n := bytes.Index(text[at:to], []byte(word))
			if n < 0 {
				break
			}
			span := scanner.Span{Start: at + n, End: at + n + len(word)}
			if at = span.End; aloneAt(text, span) && !sc.taken.hasAny(span.Start, span.End) {
				found = append(found, scanner.Finding{Rule: f.Rule, Kind: f.Kind, Text: f.Text, Span: span, Confidence: scanner.Medium})
				times++
			}
		}
	}
	return found
}

// aloneAt is true of a span with no letter, digit or part of an identifier on either side.
func aloneAt(text []byte, span scanner.Span) bool {
	before, _ := utf8.DecodeLastRune(text[:span.Start])
	after, _ := utf8.DecodeRune(text[span.End:])
	joins := func(r rune) bool {
		return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '@' || r == '/')
	}
	return !joins(before) && !joins(after)
}
