package match_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// placed are patterns of which an anchor says where a match begins.
var placed = []string{
	`ghz_[0-9a-zA-Z]{36}`,
	`\b((?:AKJA|ASJA)[A-Z2-7]{16})\b`,
	`(?i)[\w.-]{0,50}?(?:qdafruit)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([a-z0-9_-]{32})(?:[\x60'"\s;]|\\[nr]|$)`,
	`(?i)[\w.-]{0,50}?(?:zfrog|qfactory|xbin)(?:[ \t\w.-]{0,20})=([a-z0-9]{4,})`,
	`[\w.-]*?qtoken:(?:(\d+)|x)`,
	`[a-z]??zqkey(\d?)`,
	`[^\n]{0,9}?qzq=`,
	`[0-9]{3}\.qv1\.[a-z]{2,9}`,
	`qza+?q?|zqb`,
	`qxq(?:qxq)*`,
	`(qjx)?qjy|qjxqjyqjz`,
	`(?:zaqa|zaq|qzaqab)c?`,
	`(?i)kqs\d?`,
	`(?m)^qq1.$`,
	`\Azqx|zqxx\z`,
	`qéq.é?`,
}

// TestDirect holds what anchors alone lead to, where they are many and lie in one another, to the reference.
func TestDirect(t *testing.T) {
	warm := func(exprs ...string) *oracle {
		o := newOracle(t, exprs...)
		for _, set := range o.sets {
			if err := set.Warm(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return o
	}
	o := warm(placed...)
	parts := []string{
		"", " ", "\n", "=", "q", "z", "a", "b", "é", "x", "1", "-", "k", ".", "123.qv1.ab", "qxq", "zaqa", "qza", "zqb", "qjx", "qjy", "qjz", "qzaqab",
		"qzq=", "zqkey", "qtoken:", "zfrog", "qfactory=", "xbin", "kqs", "zqx", "qq1", "qéq", "ghz_", "AKJA", "ASJA", strings.Repeat("A2", 8),
	}
	found := 0
	for seed := range uint64(400) {
		g := newGenerator(seed)
		var text []byte
		for range 1 + g.IntN(80) {
			if g.IntN(3) == 0 {
				text = g.write(text, o.trees[g.IntN(len(o.trees))])
			} else {
				text = append(text, parts[g.IntN(len(parts))]...)
			}
		}
		found += len(o.check(t, text, true))
	}
	if found < 5000 {
		t.Errorf("only %d matches", found)
	}
	// Each alone, and together with what has other anchors.
	for i, expr := range placed {
		alone, with := warm(expr), warm(expr, expr+`|[0-9]{12}q?`, `(?:`+expr+`)+[\s\S]{0,3}`)
		for seed := range uint64(12) {
			text := newGenerator(seed).text(o.trees[i:i+1], 30)
			alone.check(t, text, true)
			with.check(t, text, true)
		}
	}
}

// TestDirectNeedsNoWindow is about matches that an anchor leads to, whatever stands around them.
func TestDirectNeedsNoWindow(t *testing.T) {
	for _, expr := range placed[:6] {
		o := newOracle(t, expr)
		if err := o.set.Warm(t.Context()); err != nil {
			t.Fatal(err)
		}
		text := []byte(strings.Repeat("Nothing is here. ", 20))
		for seed := range uint64(3) {
			text = append(newGenerator(2*seed).write(append(text, ' '), o.trees[0]), " and nothing there. "...)
		}
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\u212a"), []byte("k")), []byte("\u017f"), []byte("s"))
		var stats match.Stats
		got, err := o.set.FindStats(t.Context(), nil, text, &stats)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 || stats.Windows > 0 || stats.Exact < int64(len(got)) {
			t.Errorf("%s: %d matches, %+v", expr, len(got), stats)
		}
	}
}

// TestDirectGivesUp is about a pattern that is asked at one place after the other and reads far from each: windows
// know what lies in what.
func TestDirectGivesUp(t *testing.T) {
	o := newOracle(t, `qzkey(?:\s*\w+){0,60}!`, `ghz_[0-9a-z]{36}`)
	if err := o.set.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	text := []byte(strings.Repeat("qzkey ", 16<<10/6) + "! ghz_" + strings.Repeat("a", 40))
	var stats match.Stats
	got, err := o.set.FindStats(t.Context(), nil, text, &stats)
	if err != nil {
		t.Fatal(err)
	}
	if want := o.check(t, text, false); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if work := stats.Walked + stats.ExactSteps + stats.CallBytes; work > 20*int64(len(text)) {
		t.Errorf("%+v for %d bytes", stats, len(text))
	}
}
