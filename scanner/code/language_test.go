package code

import "testing"

func TestTables(t *testing.T) {
	if len(guessable) > maxLanguages {
		t.Errorf("%d languages, more than %d", len(guessable), maxLanguages)
	}
	n := 0
	for c, signs := range signVotes {
		for _, s := range signs {
			n++
			if s.id >= maxSigns || s.text[s.at] != byte(c) {
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
		if len(word) < shortestLegal {
			t.Errorf("legal word %q is shorter than %d", word, shortestLegal)
		}
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
