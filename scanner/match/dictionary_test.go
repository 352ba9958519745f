package match_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/sluice-dlp/sluice/scanner/match"
)

func dictionary(t testing.TB, opts match.DictionaryOptions, entries ...string) *match.Dictionary {
	t.Helper()
	b := match.NewDictionaryBuilder(opts)
	for _, e := range entries {
		if _, err := b.Add([]byte(e)); err != nil {
			t.Fatalf("%q: %v", e, err)
		}
	}
	return b.Build()
}

// marked returns text with its matches between « and ».
func marked(t testing.TB, d *match.Dictionary, text string) string {
	t.Helper()
	found, err := d.Find(t.Context(), nil, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slices.Backward(found) {
		if m.GroupStart != m.Start || m.GroupEnd != m.End || m.Pattern != 0 {
			t.Fatalf("match %+v", m)
		}
		text = text[:m.Start] + "«" + text[m.Start:m.End] + "»" + text[m.End:]
	}
	return text
}

func TestDictionaryFindsSpellings(t *testing.T) {
	d := dictionary(t, match.DictionaryOptions{},
		"Anna-Lena Müller", "Schmidt", "O'Brien", "Łukasz Żak", "王小明", "김철수", "Project Blue Heron", "PX-12345",
		"DE89 3704 0044 0532 0130 00", "jo@acme.test", "Straße", "Ёлкина", "สมชาย", "東京 タワー", "IJsbrand", "Ångström", "Zoë")
	for _, want := range []string{
		"«Anna-Lena Müller»", "from «ANNA LENA MULLER»!", "«anna—lena  mu\u0308ller»,", "«Ａｎｎａ－Ｌｅｎａ　Ｍüller»", "Anna Müller",
		"Mr «Schmidt»'s", "Schmidtke", "Messerschmidt", "_«schmidt»_", "«Sch\u00admidt»", "«SCHMIDT»\n«Schmidt»",
		"«O’Brien»", "«o brien»", "OBrien", "«lukasz zak»", "我叫«王小明»。", "王小", "«김철수»는", "«project\n   blue heron»\n", "Project Blue Herons",
		"project blue", "«Project Blue Heron»", "project blue\n\n\n\n\n\n\n\n\nheron",
		"«px 123 45»", "«PX12345»", "PX123456", "XPX-12345", "no «px_1-23.45», or", "order «PX-12345»-6",
		"IBAN: «de89370400440532013000».", "«DE89-3704-0044-0532-0130-00»", "DE89 3704 0044 0532 0130 01",
		"<«jo@acme.test»>", "a.jo@acme.test", "jo@acme.test.example", "jo+acme.test", "mailto:«JO@acme.test».",
		"«STRASSE»", "«strasse»", "«Елкина»", "คุณ«สมชาย»ครับ", "«東京タワー»", "«ZOE»", "«Angstrom»", "«ijsbrand»", "«Ijsbrand»",
		"", "«schmidt»", strings.Repeat("x", 62) + " «schmidt» ", strings.Repeat("é", 70) + "-«Zoé»",
	} {
		text := strings.NewReplacer("«", "", "»", "").Replace(want)
		if got := marked(t, d, text); got != want {
			t.Errorf("found %s, want %s", got, want)
		}
	}
}

func TestDictionaryExact(t *testing.T) {
	d := dictionary(t, match.DictionaryOptions{Exact: true}, "Blue Heron", "IT", "naïve", "AT&T", "PX-1234")
	for _, want := range []string{
		"«Blue Heron»", "blue heron", "Blue  Heron", "Blue-Heron", "it is «IT».", "«naïve»", "naive", "«AT&T»", "AT T",
		"«PX-1234»", "PX1234", "XPX-1234", "PX-12345",
	} {
		text := strings.NewReplacer("«", "", "»", "").Replace(want)
		if got := marked(t, d, text); got != want {
			t.Errorf("found %s, want %s", got, want)
		}
	}
}

func TestDictionaryPlaces(t *testing.T) {
	// Overlapping entries are both found, inner ones are not.
	d := dictionary(t, match.DictionaryOptions{}, "Anna Maria", "Maria Schmidt", "Maria", "Schmidt", "Berlin", "new york city hall", "york city")
	for text, want := range map[string][]string{
		"Anna Maria Schmidt":   {"Anna Maria", "Maria Schmidt"},
		"anna, maria":          {"anna, maria"},
		"Maria in Berlin":      {"Maria", "Berlin"},
		"New York City":        {"York City"},
		"a new york city hall": {"new york city hall"},
	} {
		found, err := d.Find(t.Context(), nil, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range found {
			got = append(got, text[m.Start:m.End])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: found %q, want %q", text, got, want)
		}
	}
}

func TestDictionaryBuilder(t *testing.T) {
	b := match.NewDictionaryBuilder(match.DictionaryOptions{MinLength: 3})
	for _, c := range []struct {
		entry string
		added bool
		err   error
	}{
		{"Anna", true, nil},
		{"anna", true, nil},
		{"Al", false, nil},
		{"A-l", false, nil},
		{"王小明", true, nil},
		{"--", false, match.ErrNoWord},
		{"", false, match.ErrNoWord},
		{"\xff", false, match.ErrInvalidUTF8},
		{strings.Repeat("x", 300), false, match.ErrLongValue},
		{strings.Repeat("x ", 33), false, match.ErrLongValue},
		{strings.Repeat("x ", 32), true, nil},
	} {
		added, err := b.Add([]byte(c.entry))
		if added != c.added || !errors.Is(err, c.err) {
			t.Errorf("%.20q: %v, %v; want %v, %v", c.entry, added, err, c.added, c.err)
		}
	}
	d := b.Build()
	if d.Len() != 3 {
		t.Errorf("%d entries, want 3: two spellings are one", d.Len())
	}
	if _, err := d.Find(t.Context(), nil, []byte("a\xff")); !errors.Is(err, match.ErrInvalidUTF8) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, text := range []string{"short", strings.Repeat("word ", 1<<15), strings.Repeat("字", 1<<15)} {
		if _, err := d.Find(ctx, nil, []byte(text)); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v after the context ended", err)
		}
	}
	empty := dictionary(t, match.DictionaryOptions{})
	if got := marked(t, empty, "nothing 123 in it"); got != "nothing 123 in it" {
		t.Errorf("found %s", got)
	}
}

// plainWord is a word of a text, found without any of the package's code.
type plainWord struct {
	start, end int
	folded     string
	single     bool
}

func isSingle(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
}

// plainWords is for texts of Latin, Han and common punctuation.
func plainWords(text string) []plainWord {
	var words []plainWord
	open := false
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		if r >= 0x300 && r <= 0x36F { // accents belong to the letter before
			if open {
				words[len(words)-1].end = end
			}
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			open = false
			continue
		}
		var folded []rune
		for _, d := range strings.ToLower(norm.NFKD.String(strings.ToLower(string(r)))) {
			if !unicode.Is(unicode.Mn, d) {
				folded = append(folded, d)
			}
		}
		if !open || isSingle(r) || words[len(words)-1].single {
			words = append(words, plainWord{start: i, single: isSingle(r)})
		}
		w := &words[len(words)-1]
		w.folded, w.end, open = w.folded+string(folded), end, true
	}
	return words
}

// plainFind looks at every entry at every word: what Find must equal.
func plainFind(entries []string, text string) []match.Match {
	words := plainWords(text)
	var all []match.Match
	for _, e := range entries {
		want := plainWords(e)
		e = e[want[0].start:want[len(want)-1].end]
		numbered, identifier := false, !strings.Contains(e, "@")
		prefixes, joined := 0, ""
		for _, w := range want {
			joined += w.folded
			digit := strings.ContainsAny(w.folded, "0123456789")
			numbered = numbered || digit
			if !digit && !numbered {
				prefixes++
			}
			if !digit && (len(w.folded) > 4 || len(w.folded) != utf8.RuneCountInString(w.folded)) {
				identifier = false
			}
		}
		compact := identifier && numbered && prefixes <= 3 && len(joined) >= 4
		for i := range words {
			if compact {
				if n := compactHere(words, i, text, joined); n > 0 {
					all = append(all, match.Match{Start: words[i].start, End: words[n-1].end})
				}
				continue
			}
			if n := phraseHere(words, i, want); n > 0 && mailHere(e, text, words[i].start, words[n-1].end) {
				all = append(all, match.Match{Start: words[i].start, End: words[n-1].end})
			}
		}
	}
	slices.SortFunc(all, func(a, b match.Match) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	var kept []match.Match
	for _, m := range all {
		if len(kept) == 0 || m.End > kept[len(kept)-1].End {
			m.GroupStart, m.GroupEnd = m.Start, m.End
			kept = append(kept, m)
		}
	}
	return kept
}

// phraseHere returns the word behind the phrase that begins at word i, or 0.
func phraseHere(words []plainWord, i int, want []plainWord) int {
	for k := range want {
		if i+k >= len(words) || words[i+k].folded != want[k].folded || k > 0 && words[i+k].start-words[i+k-1].end > 8 {
			return 0
		}
	}
	return i + len(want)
}

func mailHere(entry, text string, start, end int) bool {
	if !strings.Contains(entry, "@") {
		return true
	}
	word := func(i int) bool {
		return i >= 0 && i < len(text) && text[i] < 0x80 && (unicode.IsLetter(rune(text[i])) || unicode.IsDigit(rune(text[i])))
	}
	if start > 0 && strings.IndexByte(".+-_%", text[start-1]) >= 0 && word(start-2) {
		return false
	}
	if end < len(text) && strings.IndexByte(".-", text[end]) >= 0 && word(end+1) {
		return false
	}
	return strings.Contains(text[start:end], "@")
}

// compactHere is phraseHere for a number, whatever its grouping.
func compactHere(words []plainWord, i int, text, joined string) int {
	have, numbered, prefixes := "", false, 0
	for k := i; k < len(words) && k < i+16; k++ {
		w := words[k]
		if k > i {
			gap := text[words[k-1].end:w.start]
			if gap == "" || len(gap) > 3 || strings.Trim(gap, " -./_:()#+") != "" {
				return 0
			}
		}
		if strings.ContainsAny(w.folded, "0123456789") {
			numbered = true
		} else {
			if len(w.folded) > 4 {
				return 0
			}
			if !numbered {
				// What stands before the digits must be ASCII in the text.
				if prefixes++; prefixes > 3 || strings.ContainsFunc(text[w.start:w.end], func(r rune) bool { return r > 0x7F }) {
					return 0
				}
			}
		}
		have += w.folded
		if have == joined && numbered {
			return k + 1
		}
		if !strings.HasPrefix(joined, have) {
			return 0
		}
	}
	return 0
}

// dictionaryText draws a text of few different words, so that entries occur.
func dictionaryText(g *rand.Rand, n int) string {
	parts := []string{
		"anna", "Anna", "ANNA", "schmidt", "Schmidt", "müller", "mu\u0308ller", "Zoë", "O", "a", "of", "the", "blue", "heron",
		"px", "PX", "12", "345", "1", "a1", "2b", "de89", "37040044", "acme", "test", "jo", "ｊｏ", "王", "小", "明", "𝐀nna", strings.Repeat("long", 17),
	}
	gaps := []string{" ", " ", " ", "-", "@", ".", "_", ", ", "", "\n", "’", "，", " \u2014 ", "          ", "/", "(", " - ", "+"}
	var b strings.Builder
	for range n {
		b.WriteString(parts[g.IntN(len(parts))])
		b.WriteString(gaps[g.IntN(len(gaps))])
	}
	return b.String()
}

func checkDictionary(t *testing.T, entries []string, text string) (matches int) {
	t.Helper()
	b := match.NewDictionaryBuilder(match.DictionaryOptions{})
	kept := entries[:0:0]
	for _, e := range entries {
		if ok, err := b.Add([]byte(e)); ok && err == nil {
			kept = append(kept, e)
		}
	}
	got, err := b.Build().Find(t.Context(), nil, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := plainFind(kept, text)
	if !slices.Equal(got, want) {
		show := func(list []match.Match) (out []string) {
			for _, m := range list {
				out = append(out, fmt.Sprintf("%d:%s", m.Start, text[m.Start:m.End]))
			}
			return out
		}
		t.Fatalf("entries %q\ntext %q\n%s", kept, text, cmp.Diff(show(want), show(got)))
	}
	return len(want)
}

// TestDictionaryEqualsPlainSearch compares Find with a search that tries every
// entry at every word.
func TestDictionaryEqualsPlainSearch(t *testing.T) {
	total := 0
	for seed := range uint64(400) {
		g := rand.New(rand.NewPCG(seed, 21))
		var entries []string
		for range g.IntN(40) {
			entries = append(entries, strings.TrimSpace(dictionaryText(g, 1+g.IntN(3))))
		}
		total += checkDictionary(t, entries, dictionaryText(g, g.IntN(300)))
	}
	if total < 1000 {
		t.Errorf("only %d matches in all texts", total)
	}
}

func FuzzDictionary(f *testing.F) {
	f.Add("anna schmidt\npx-123\njo@acme.test", "Anna  Schmidt, px 123 and jo@acme.test")
	f.Add("王小明\nmüller", "我叫王小明。 MULLER mu\u0308ller")
	f.Add("12 34\na 1", "1234 12-34 (12)34 a-1 12 34 56")
	f.Fuzz(func(t *testing.T, list, text string) {
		// The plain search knows Latin, Han and ASCII; others are for the
		// package's own tables.
		for _, r := range list + text {
			if r > 0x24F && (r < 0x300 || r > 0x36F) && (r < 0x4E00 || r > 0x9FFF) || r == 'ı' || r == utf8.RuneError ||
				r >= 0x80 && (strings.ContainsRune("ßæœøłđðþħĸŧŋÆŒØŁĐÐÞĦŦŊŉſªºİĿŀĳĲ", r) || unicode.Is(unicode.No, r) || r == 0xAD) {
				t.Skip()
			}
		}
		if !utf8.ValidString(list) || !utf8.ValidString(text) || strings.Contains(list+text, "\u0345") || len(text) > 4096 || len(list) > 512 {
			t.Skip()
		}
		checkDictionary(t, strings.Split(list, "\n"), text)
	})
}

// TestDictionaryConcurrent uses one dictionary from several goroutines.
func TestDictionaryConcurrent(t *testing.T) {
	d := dictionary(t, match.DictionaryOptions{}, "Anna Schmidt", "PX-1234", "王小明")
	text := bytes.Repeat([]byte("a word, Anna Schmidt, px 12 34, 我叫王小明。 "), 50)
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			for range 20 {
				found, err := d.Find(t.Context(), nil, text)
				if err != nil || len(found) != 150 {
					t.Fatalf("%d matches, error %v", len(found), err)
				}
			}
		})
	}
}
