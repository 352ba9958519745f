package rules

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxWords       = 1000 // of a rule's words
	wordsOfPattern = 40   // more in one pattern would make its filter coarse
)

// wordPatterns returns the patterns that find a rule's words. Those of which one begins
// another are kept apart: a search prefers one of them at a place, and
// the other must be found if the first turns out to be part of a longer word.
func (r *Rule) wordPatterns() []Pattern {
	yes := true
	ignoreCase, wholeWord := cmp.Or(r.IgnoreCase, &yes), cmp.Or(r.WholeWord, &yes)
	words := slices.Clone(r.Words)
	slices.SortFunc(words, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	words = slices.Compact(words)
	var layers [][]string
	var begun []string // the words that begin the next one, each beginning the one after it
	for _, w := range words {
		if strings.TrimSpace(strings.TrimSuffix(w, "*")) == "" {
			continue // a fault, which validate reports
		}
		for len(begun) > 0 && !strings.HasPrefix(strings.ToLower(w), begun[len(begun)-1]) {
			begun = begun[:len(begun)-1]
		}
		if len(begun) == len(layers) {
			layers = append(layers, nil)
		}
		layers[len(begun)] = append(layers[len(begun)], wordExpr(w))
		begun = append(begun, strings.ToLower(strings.TrimSuffix(w, "*")))
	}
	var out []Pattern
	for _, layer := range layers {
		for chunk := range slices.Chunk(layer, wordsOfPattern) {
			out = append(out, Pattern{
				Expr: strings.Join(chunk, "|"), IgnoreCase: ignoreCase, WholeWord: wholeWord,
				place: place{r.file, r.keyLine("words")},
			})
		}
	}
	return out
}

var wordGaps = regexp.MustCompile(`[\s_-]+`)

// wordExpr is the expression for one word or phrase. Its words may be joined by
// spaces, hyphens and underscores, or by nothing.
func wordExpr(w string) string {
	w, open := strings.CutSuffix(w, "*")
	parts := wordGaps.Split(strings.TrimSpace(w), -1)
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	expr := strings.Join(parts, `[\s_-]{0,3}`)
	if open {
		expr += `[\pL\pN]{0,40}`
	}
	return expr
}

// wholeWord wants no letter or digit on either side that would make the value a
// part of a longer word. Scripts without spaces between words have no such sides.
func wholeWord(c *candidate) bool {
	first, _ := utf8.DecodeRune(c.text[c.start:])
	before, _ := utf8.DecodeLastRune(c.text[:c.start])
	last, _ := utf8.DecodeLastRune(c.text[:c.end])
	after, _ := utf8.DecodeRune(c.text[c.end:])
	joined := inWord(first) && inWord(before) || inWord(last) && inWord(after)
	return !joined
}

// inWord is true of letters and digits of scripts that separate words.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return isAlnum(byte(r))
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) &&
		!unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// stopWords finds which of many short texts a value contains.
type stopWords struct {
	starts map[[stopStart]byte][]string // by their first bytes
	first  [256]bool                    // the first of those
	short  []string                     // shorter than that
}

const stopStart = 3

func newStopWords(words []string) *stopWords {
	s := &stopWords{starts: make(map[[stopStart]byte][]string)}
	for _, w := range words {
		if w = strings.ToLower(w); len(w) < stopStart {
			s.short = append(s.short, w)
			continue
		}
		key := [stopStart]byte([]byte(w))
		s.starts[key] = append(s.starts[key], w)
		s.first[key[0]] = true
	}
	return s
}

// in returns a word that the value contains, or "".
func (s *stopWords) in(value []byte) string {
	v := strings.ToLower(string(value))
	for _, w := range s.short {
		if strings.Contains(v, w) {
			return w
		}
	}
	for i := 0; i+stopStart <= len(v); i++ {
		if !s.first[v[i]] {
			continue
		}
		for _, w := range s.starts[[stopStart]byte([]byte(v[i:i+stopStart]))] {
			if strings.HasPrefix(v[i:], w) {
				return w
			}
		}
	}
	return ""
}
