package code

import (
	"slices"
	"strings"
	"testing"
)

func TestTables(t *testing.T) {
	if len(guessable) > maxLanguages {
		t.Errorf("%d languages, more than %d", len(guessable), maxLanguages)
	}
	n := 0
	for c, signs := range knownSigns.signs {
		for _, s := range signs {
			n++
			if s.id >= maxSigns || len(s.text) < 2 || s.text[s.at] != byte(c) {
				t.Errorf("sign %q: id %d, place %d", s.text, s.id, s.at)
			}
		}
	}
	if n == 0 || n > maxSigns {
		t.Errorf("%d signs, want 1 to %d", n, maxSigns)
	}
	for tag, l := range languageTags {
		if (l.class == "") != (l.name == "") {
			t.Errorf("tag %s: class %q without name %q", tag, l.class, l.name)
		}
	}
	for word := range legalWords {
		if w := knownWords.find([]byte(word)); w == nil || !w.legal || w.text != word {
			t.Errorf("legal word %q is not found", word)
		}
	}
	for i, l := range guessable {
		for field := range strings.FieldsSeq(l.words) {
			word, _, _ := strings.Cut(field, ":")
			w := knownWords.find([]byte(word))
			if w == nil || w.text != word || !slices.ContainsFunc(w.votes, func(v vote) bool { return int(v.language) == i }) {
				t.Errorf("word %q of %s is not found", word, l.name)
			}
		}
	}
	if w := knownWords.find([]byte("nobodysword")); w != nil {
		t.Errorf("a word that is not in the table is found: %q", w.text)
	}
}

func TestHunkLines(t *testing.T) {
	for line, want := range map[string][2]int{
		"@@ -1,2 +3,4 @@": {2, 4}, "@@ -1 +1 @@ func f()": {1, 1}, "@@ -0,0 +1,9 @@": {0, 9},
		"@@ -1,99999999999999999999 +1,1 @@": {1 << 20, 1},
	} {
		if before, after := hunkLines([]byte(line)); before != want[0] || after != want[1] {
			t.Errorf("%s: %d and %d lines, want %v", line, before, after, want)
		}
	}
}
