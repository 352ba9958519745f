package rules

import (
	"fmt"
	"hash/fnv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestTexts measures the built-in rules on texts as people and agents write them: in
// how many syntaxes and sentences secrets are found, and that what only looks like
// one is left. -v says what is missed.
func TestTexts(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	const seeds = 3
	var found, whole, all int
	eachText(t, "found.txtar", seeds, func(id, text string, marks []scanner.Span) {
		if len(marks) == 0 {
			t.Errorf("%s has no mark", id)
		}
		got := findMedium(t, set, text)
		for _, m := range marks {
			all++
			if !overlaps(got, scanner.KindSecret, m) {
				t.Logf("missed in %s: %q", id, text[max(0, m.Start-30):m.Start])
				continue
			}
			found++
			if holds(got, m) {
				whole++
			}
		}
	})
	t.Logf("%d of %d secrets found (%.1f %%), %d whole (%.1f %%)", found, all, percent(found, all), whole, percent(whole, all))
	if percent(found, all) < 95 || percent(whole, all) < 93 {
		t.Error("fewer are found than were")
	}
	alarms, texts := 0, 0
	eachText(t, "left.txtar", seeds, func(id, text string, marks []scanner.Span) {
		texts++
		for _, f := range findMedium(t, set, text) {
			if f.Kind == scanner.KindSecret {
				t.Logf("in %s: %s", id, f.Rule)
				alarms++
			}
		}
	})
	if alarms > texts/100 {
		t.Errorf("%d alarms on %d texts without secrets", alarms, texts)
	}
}

// eachText calls f for the texts of an archive, seeds times with other values for
// their placeholders, and with the spans of what was marked.
func eachText(t *testing.T, archive string, seeds uint64, f func(id, text string, marks []scanner.Span)) {
	t.Helper()
	a, err := txtar.ParseFile("testdata/" + archive)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Files) == 0 {
		t.Fatalf("%s has no texts", archive)
	}
	for _, file := range a.Files {
		for seed := range seeds {
			h := fnv.New64a()
			fmt.Fprint(h, file.Name, seed)
			text, err := expandExample(strings.TrimSuffix(string(file.Data), "\n"), h.Sum64())
			if err != nil {
				t.Fatalf("%s: %s: %v", archive, file.Name, err)
			}
			text, marks := unmarkAll(t, text)
			f(file.Name, text, marks)
		}
	}
}

// unmarkAll takes the angle quotation marks out of a text and returns where what they marked stands.
func unmarkAll(t *testing.T, text string) (plain string, marks []scanner.Span) {
	t.Helper()
	for {
		plain, start, end, err := unmark(text)
		if err != nil {
			t.Fatal(err)
		}
		if text = plain; start < 0 {
			return text, marks
		}
		marks = append(marks, scanner.Span{Start: start, End: end})
	}
}
