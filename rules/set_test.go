package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

func mustCompile(t testing.TB, text string) *Set {
	t.Helper()
	file, err := Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile([]*File{file})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// found lists the findings of one text as "rule confidence value".
func found(t testing.TB, set *Set, text scanner.Text) []string {
	t.Helper()
	findings, err := set.Detect(t.Context(), []scanner.Text{{}, text})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range scanner.Resolve(findings) {
		if f.Text != 1 {
			t.Fatalf("finding in text %d", f.Text)
		}
		out = append(out, fmt.Sprintf("%s %s %s", f.Rule, f.Confidence, text.Bytes[f.Span.Start:f.Span.End]))
	}
	return out
}

const evidenceRules = `
rules:
  - id: member
    kind: pii
    pattern: '\b(\d{6})\b'
    confidence: medium
    checks: [standalone]
    near: {words: [member id, mitglied*], window: 30, with: high, without: low}
    unless: {words: [order], values: ['111111'], patterns: ['^99']}
  - id: card
    kind: pii
    pattern: '(\d{4}(?: \d{4}){3})'
    checks: [card]
  - id: token
    kind: secret
    patterns:
      - 'tok_([a-z0-9_]{12})'
      - {pattern: 'tik_([a-z0-9_]{12})', confidence: low, needs_near: true}
    near: {words: [vault]}
    confidence: medium
    low_if: [word]
`

func TestEvidence(t *testing.T) {
	set := mustCompile(t, evidenceRules)
	for _, c := range []struct {
		name, text, where string
		want              []string
	}{
		{"no word", "see 482913", "", []string{"member low 482913"}},
		{"word before", "member id: 482913", "", []string{"member high 482913"}},
		{"word after", "482913 (member id)", "", []string{"member high 482913"}},
		{"spelling", "memberId=482913 member_id", "", []string{"member high 482913"}},
		{"prefix", "Mitgliedsnummer 482913", "", []string{"member high 482913"}},
		{"part of a word", "remember ids 482913", "", []string{"member low 482913"}},
		{"too far", "member id is what we need, and much later 482913", "", []string{"member low 482913"}},
		{"excluded word", "member id order 482913", "", nil},
		{"excluded value", "member id 111111", "", nil},
		{"excluded pattern", "member id 991111", "", nil},
		{"touching", "member id x482913", "", nil},
		{"key", "482913", "/users/0/memberId", []string{"member high 482913"}},
		{"key of a list", "482913", "/member-id/0", []string{"member high 482913"}},
		{"key of prose", "482913", "/messages/0/content", []string{"member low 482913"}},
		{"escaped key", "482913", "/a~1member id", []string{"member high 482913"}},
		{"column", "name,member_id,city\nA,482913,B\nC,482914,D", "", []string{"member high 482913", "member high 482914"}},
		{"other column", "name,member_id,city\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,x,482913", "", []string{"member low 482913"}},
		{"markdown table", "| name | member id | city |\n|---|---|---|\n| Somebody with a very long name indeed | 482913 | B |", "", []string{"member high 482913"}},
		{"SQL", "INSERT INTO t (name, member_id)\nVALUES\n  ('Somebody with a long name', '482913');", "", []string{"member high 482913"}},
		{"retry", "in 2026 4716 6626 2749 7377 was used", "", []string{"card high 4716 6626 2749 7377"}},
		{"retry at the end", "1111 4716 6626 2749 7377", "", []string{"card high 4716 6626 2749 7377"}},
		{"no card inside", "2026 4716 6626 2749 7378", "", nil},
		{"placeholder", "tok_your_key_123", "", []string{"token low your_key_123"}},
		{"token", "tok_k3x9q2m7w1za", "", []string{"token medium k3x9q2m7w1za"}},
		{"token with word", "vault tok_k3x9q2m7w1za", "", []string{"token high k3x9q2m7w1za"}},
		{"lowered", "vault tok_confidential", "", []string{"token low confidential"}},
		{"pattern needs a word", "tik_k3x9q2m7w1za", "", nil},
		{"pattern has a word", "vault tik_k3x9q2m7w1za", "", []string{"token high k3x9q2m7w1za"}},
		{"full-width digits", "member id ４８２９１３", "", []string{"member high ４８２９１３"}},
		{"circled digits", "member id: ④⑧②⑨①③!", "", []string{"member high ④⑧②⑨①③"}},
		{"invisible characters", "member id 48\u200b29\u200b13", "", []string{"member high 48\u200b29\u200b13"}},
		{"no-break spaces", "card 4716\u00a06626\u00a02749\u00a07377", "", []string{"card high 4716\u00a06626\u00a02749\u00a07377"}},
		{"folded key", "482913", "/ｍember id", []string{"member high 482913"}},
		{"empty", "", "/member_id", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, found(t, set, scanner.Text{Bytes: []byte(c.text), Where: c.where})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKeyIsNoFinding(t *testing.T) {
	set := mustCompile(t, "rules: [{id: six, kind: pii, pattern: '\\b(\\d{6})\\b'}]")
	if got := found(t, set, scanner.Text{Bytes: []byte("nothing"), Where: "/a 482913 b"}); len(got) > 0 {
		t.Errorf("found %v in a key", got)
	}
}

func TestDetectCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := builtinSet(t).Detect(ctx, []scanner.Text{{Bytes: []byte("password: Tr0ub4dor&3")}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestDetectConcurrently(t *testing.T) {
	set := builtinSet(t)
	texts := []scanner.Text{{Bytes: []byte("call me at +44 20 8123 9876 or write to jane@mossgate.net")}, {Bytes: cleanPrompt(4096)}}
	want, err := set.Detect(t.Context(), texts)
	if err != nil || len(want) == 0 {
		t.Fatalf("%v, %v", want, err)
	}
	done := make(chan string)
	for range 4 {
		go func() {
			for range 20 {
				got, err := set.Detect(t.Context(), texts)
				if err != nil || !slices.Equal(got, want) {
					done <- fmt.Sprintf("got %v, %v", got, err)
					return
				}
			}
			done <- ""
		}()
	}
	for range 4 {
		if msg := <-done; msg != "" {
			t.Error(msg)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	a, err := Parse("a.yaml", []byte("rules: [{id: x, kind: secret, pattern: abc}]"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("b.yaml", []byte("rules: [{id: x, kind: secret, pattern: abd}]"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "b.yaml:1: rule x: the id is taken by the rule at a.yaml:1: choose another"
	if _, err := Compile([]*File{a, b}); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if problems := Lint([]*File{a, b}); !slices.ContainsFunc(problems, func(p Problem) bool { return strings.Contains(p.Msg, "the id is taken") }) {
		t.Errorf("lint says %v", problems)
	}
}

// unfiltered is the set as it would be if the matcher had no filter.
func unfiltered(s *Set) *Set {
	slow := &Set{rules: s.rules, judges: s.judges, groups: s.groups, matcher: s.matcher, lexicon: s.lexicon, counts: s.counts, repeating: s.repeating, least: s.least, numbers: s.numbers}
	if s.beside != nil {
		slow.beside = sync.OnceValues(func() (*Set, error) {
			beside, err := s.beside()
			if err != nil {
				return nil, err
			}
			return unfiltered(beside), nil
		})
	}
	slow.find = func(ctx context.Context, dst []match.Match, text []byte, _ match.Gate) ([]match.Match, error) {
		return s.matcher.FindAll(ctx, dst, text)
	}
	slow.scratch.New = s.scratch.New
	return slow
}

// FuzzSet holds the set with the matcher's filter to the set without.
func FuzzSet(f *testing.F) {
	skipIfShort(f)
	fast := builtinSet(f)
	slow := unfiltered(fast)
	for i, r := range fast.Rules() {
		for k, example := range append(slices.Clone(r.Match), r.NoMatch...) {
			text, err := expandExample(example, uint64(i*100+k))
			if err != nil {
				f.Fatal(err)
			}
			if i%7 == 0 {
				f.Add(text, "/config/"+r.ID)
			} else {
				f.Add(text, "")
			}
		}
	}
	f.Add("ſecret Kelvin \u212a ſ ſ", "/a")
	f.Fuzz(func(t *testing.T, text, where string) {
		text = strings.ToValidUTF8(text, "?")
		texts := []scanner.Text{{Bytes: []byte(text), Where: where}}
		got, err := fast.Detect(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		want, err := slow.Detect(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with and without the filter: %s", diff)
		}
		for _, found := range got {
			if found.Span.Start < 0 || found.Span.Start >= found.Span.End || found.Span.End > len(text) {
				t.Errorf("span %v outside the text", found.Span)
			}
		}
	})
}

func TestWarm(t *testing.T) {
	set := builtinSet(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := set.Warm(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Warm after the end of its context: %v", err)
	}
	if err := set.Warm(t.Context()); err != nil {
		t.Error(err)
	}
	found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte("card 4716 6626 2749 7377")}})
	if err != nil || len(found) == 0 {
		t.Errorf("after Warm: %v, %v", found, err)
	}
}

func TestFullStopIsNotTheSecrets(t *testing.T) {
	set := builtinSet(t)
	value := "q7Zk2Lw9" + "Xb4Nf8Rt" + "Ys1Vd6Hc" + "Jm3Pg5Ta"
	for text, want := range map[string]string{
		"use key id " + value + ". Next, restart": value,
		"use key id " + value + ".":               value,
		`{"token": "` + value + `."}`:             value + ".",
	} {
		found := findMedium(t, set, text)
		if len(found) != 1 || text[found[0].Span.Start:found[0].Span.End] != want {
			t.Errorf("%q: %v, want %q", text, found, want)
		}
	}
}

// TestRetryCutsBetweenRunes searches inside failed candidates that are followed
// by runes of several bytes, at every offset of the window's end.
func TestRetryCutsBetweenRunes(t *testing.T) {
	set := builtinSet(t)
	for pad := range 8 {
		text := "2026 4716 6626 2749 7377 " + strings.Repeat("x", pad) + strings.Repeat("é密🔑", 60)
		found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
		if err != nil {
			t.Fatalf("after %d bytes: %v", pad, err)
		}
		if !slices.ContainsFunc(found, func(f scanner.Finding) bool { return f.Rule == "credit-card" && f.Span.Start == 5 }) {
			t.Errorf("after %d bytes: no card in %v", pad, found)
		}
	}
}
