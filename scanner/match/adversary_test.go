package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner/match"
)

// nested are patterns whose repeats stand in one another or side by side, so that a text
// can be read in many ways.
var nested = []string{
	`(?:(?:a+)+)+b`, `(?:[a-z]+\d?)+key`, `(?:x+x+)+y`, `(?:a|aa)+c`, `(?:\w+\s?)+:token`, `(?s)(?:.*,){11}P`,
	`[a-z]*key[a-z]*=[a-z]*;`, `(?:key\s*)+=(?:\s*\d)+!`, `(?:\d+[ -]?){3,}x`, `(?i)(?:pass|word|password)+[^\n]*!$`,
	`(?s)<[^>]*>.*?</[^>]*>.*?<!`, `(?:[0-9a-f]{2}:?)+zz`,
}

// adversary is a text that somebody made to be slow.
type adversary struct {
	name string
	unit string
}

func (a adversary) text(n int) []byte { return []byte(strings.Repeat(a.unit, n/len(a.unit)+1)) }

// adversaries are, for each pattern, repeats of what it describes, whole, without its end, its beginning, its
// end, and with one byte wrong; and units that were searched for, to make the most work.
func adversaries(t testing.TB, o *oracle) []adversary {
	t.Helper()
	var out []adversary
	add := func(i int, how, unit string) {
		if unit = strings.ToValidUTF8(unit, ""); unit != "" && len(unit) < 2<<10 {
			out = append(out, adversary{fmt.Sprintf("%s of %.60s", how, o.exprs[i]), unit})
		}
	}
	for i, tree := range o.trees {
		g := newGenerator(uint64(i) + 900)
		whole := string(g.write(nil, tree))
		if whole == "" {
			continue
		}
		_, last := utf8.DecodeLastRuneInString(whole)
		at := g.IntN(len(whole))
		add(i, "repeats", whole)
		add(i, "repeats with gaps", whole+" ")
		add(i, "repeats without the end", whole[:len(whole)-last])
		add(i, "beginnings", whole[:(len(whole)+1)/2])
		add(i, "ends", whole[len(whole)/2:])
		add(i, "near misses", whole[:at]+"~"+whole[at:])
		add(i, "first bytes", whole[:1])
	}
	return out
}

// workOf is what the stages of a scan did, calls of RE2 and tries of exact as a hundred bytes each.
func workOf(t testing.TB, s *match.Set, text []byte) float64 {
	t.Helper()
	var st match.Stats
	if _, err := s.FindStats(t.Context(), nil, text, &st); err != nil {
		t.Fatal(err)
	}
	return float64(st.Bytes+st.Candidates+st.Walked+st.ExactSteps+st.CallBytes) + 100*float64(st.Calls+st.Exact+st.Anchors)
}

// searched climbs from what a pattern describes to units that make more work for
// it: pieces are doubled, dropped, exchanged, and the dearest text is kept.
func searched(t testing.TB, o *oracle, i int, rounds int) adversary {
	t.Helper()
	alone := compile(t, o.exprs[i])
	g := newGenerator(uint64(i) + 40)
	// What the pattern is made of, and what it must not be.
	alphabet := []rune("a0 -=:\"\n~")
	for range 8 {
		for _, r := range string(g.write(nil, o.trees[i])) {
			if len(alphabet) < 40 && !slices.Contains(alphabet, r) {
				alphabet = append(alphabet, r)
			}
		}
	}
	best := []rune(string(g.write(nil, o.trees[i])))
	most := workOf(t, alone, []byte(strings.Repeat(string(best), 2048/max(1, len(string(best)))+1)))
	for range rounds {
		try := mutated(g.Rand, best, alphabet)
		if len(try) == 0 || len(try) > 300 {
			continue
		}
		text := strings.Repeat(string(try), 2048/len(string(try))+1)
		if work := workOf(t, alone, []byte(text)) * 2048 / float64(len(text)); work > most {
			best, most = try, work
		}
	}
	return adversary{fmt.Sprintf("searched for %.60s", o.exprs[i]), string(best)}
}

func mutated(r *rand.Rand, from, alphabet []rune) []rune {
	out := slices.Clone(from)
	for range 1 + r.IntN(3) {
		n := len(out)
		if n == 0 {
			return append(out, alphabet[r.IntN(len(alphabet))])
		}
		a, b := r.IntN(n), r.IntN(n)
		a, b = min(a, b), max(a, b)+1
		switch r.IntN(4) {
		case 0: // a piece twice
			out = slices.Concat(out[:b], out[a:b], out[b:])
		case 1: // a piece left out
			out = slices.Concat(out[:a], out[b:])
		case 2:
			out[a] = alphabet[r.IntN(len(alphabet))]
		default:
			out = slices.Insert(out, a, alphabet[r.IntN(len(alphabet))])
		}
	}
	return out
}

// No text takes more than in proportion to its length, and none goes past a match.
func TestAdversariesAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and runs in one goroutine")
	}
	o := newOracle(t, slices.Concat(realistic, nested)...)
	list := adversaries(t, o)
	for i := range o.exprs {
		list = append(list, searched(t, o, i, 25))
	}
	var worst, sum float64
	var name string
	for k, a := range list {
		short := workOf(t, o.set, a.text(6<<10))
		if k%6 == 0 || short > 60*6<<10 { // the dear ones never go unseen
			long := workOf(t, o.set, a.text(24<<10))
			if long > 4.6*short+1e6 {
				t.Errorf("%s: work %.0f for 6 KB and %.0f for 24 KB", a.name, short, long)
			}
		}
		perByte := short / (6 << 10)
		if sum += perByte; perByte > worst {
			worst, name = perByte, a.name
		}
		// Each pattern may look at a byte a few times and no more.
		if most := 16 * float64(len(o.exprs)); perByte > most {
			t.Errorf("%s: work %.0f per byte, more than %.0f", a.name, perByte, most)
		}
	}
	t.Logf("%d texts for %d patterns: work per byte %.1f in the mean, %.1f at most: %s", len(list), len(o.exprs), sum/float64(len(list)), worst, name)
}

// Hostile text is read as any other: what the filter rejects cannot match, and streams agree.
func TestAdversariesAreReadExactly(t *testing.T) {
	o := newOracle(t, slices.Concat(realistic, nested)...)
	streams := newStreams(t, o.set)
	found := 0
	for k, a := range adversaries(t, o) {
		if testing.Short() && k%5 > 0 {
			continue
		}
		text := a.text(600)
		found += len(o.check(t, text, k%10 == 0))
		if k%4 == 0 {
			o.checkStream(t, streams, text, func() int { return 1 + k%90 })
		}
	}
	if found < 1000 && !testing.Short() {
		t.Errorf("only %d matches", found)
	}
}

// A pattern on its own, with the texts searched for it: the work for one byte is bounded by a
// number that depends on nothing.
func TestNestedRepeatsAreBounded(t *testing.T) {
	o := newOracle(t, nested...)
	for i, expr := range o.exprs {
		alone := compile(t, expr)
		a := searched(t, o, i, 150)
		short, long := workOf(t, alone, a.text(8<<10)), workOf(t, alone, a.text(64<<10))
		if long > 8.6*short+64<<10 {
			t.Errorf("%s: work %.0f for 8 KB and %.0f for 64 KB", a.name, short, long)
		}
		if perByte := long / (64 << 10); perByte > 160 {
			t.Errorf("%s: work %.1f per byte", a.name, perByte)
		}
		o.check(t, a.text(500), true)
	}
}

// TestLongRepeatsNeedNoRE2 is about a pattern whose repeats RE2 writes out in thousands of states. On such a text
// it follows all of them, for a fifth of a second for 8 KB.
func TestLongRepeatsNeedNoRE2(t *testing.T) {
	if raced {
		t.Skip("long, and runs in one goroutine")
	}
	o := newOracle(t, `(\$krb5(?:asrep|tgs|pa)\$\d{1,2}\$[^\s]{32,1000}[^\s]{0,1000}[^\s]{0,1000})`)
	text := []byte(strings.Repeat("$krb5tgs$23$*user$realm", 8<<10/23))
	got := o.check(t, text, true)
	if len(got) != 3 {
		t.Errorf("%d matches, want 3", len(got))
	}
	var stats match.Stats
	if _, err := o.set.FindStats(t.Context(), nil, text, &stats); err != nil {
		t.Fatal(err)
	}
	if stats.Calls != 0 || stats.ExactSteps > int64(4*len(text)) {
		t.Errorf("%d calls of RE2 and %d steps for %d bytes", stats.Calls, stats.ExactSteps, len(text))
	}
}
