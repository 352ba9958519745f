package rules

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestVocabularyHidesNothing asks for every word of the built-in rules, in
// texts made of such words in all spellings.
func TestVocabularyHidesNothing(t *testing.T) {
	var lists []*wordList
	var words []string
	for _, r := range builtinSet(t).Rules() {
		for _, n := range r.Near {
			lists = append(lists, newWordList(n.Words, n.Window, n.After))
			words = append(words, n.Words...)
		}
		if r.Unless != nil && len(r.Unless.Words) > 0 {
			lists = append(lists, newWordList(r.Unless.Words, r.Unless.Window, r.Unless.After))
			words = append(words, r.Unless.Words...)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	near, lacked := 0, 0
	for range 4000 {
		var b strings.Builder
		at := 0
		for n := range 2 + random.IntN(6) {
			if n == 1 {
				b.WriteString(pick(" ", "=", ": ", "\n", ""))
				at = b.Len()
				b.WriteString("12345678")
			}
			w := strings.TrimSuffix(pick(words...), "*")
			switch random.IntN(5) {
			case 0:
				w = strings.ToUpper(w)
			case 1: // dateOfBirth
				parts := strings.Fields(w)
				for i, p := range parts[1:] {
					parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
				}
				w = strings.Join(parts, "")
			case 2:
				w = strings.ReplaceAll(w, " ", "_")
			}
			b.WriteString(pick("", " ", "ID", "é", "x", "_", "9", "İ") + w + pick("", "s", "7", "S ", " ", "_", "Ref", "ü", ";", "\n"))
		}
		text := []byte(b.String())
		c := &candidate{text, at, at + 8, at, at + 8}
		for _, l := range lists {
			v := vocabulary{}
			v.read(text)
			found := l.near(c, nil)
			if found {
				near++
			}
			if v.lacks(l, text) {
				if lacked++; found {
					t.Fatalf("%q has a word near %d that its vocabulary lacks", text, at)
				}
			}
		}
	}
	if near == 0 || lacked == 0 {
		t.Errorf("%d lists found, %d lacked: the test tests nothing", near, lacked)
	}
}
