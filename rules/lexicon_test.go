package rules

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// plainWords is text in lower case, every run of other characters than letters
// and digits as one space, with a space at both ends.
func plainWords(text string) string {
	out := []rune{' '}
	for _, r := range text {
		if isWordRune(r) {
			out = append(out, unicode.ToLower(r))
		} else if out[len(out)-1] != ' ' {
			out = append(out, ' ')
		}
	}
	if out[len(out)-1] != ' ' {
		out = append(out, ' ')
	}
	return string(out)
}

// plainNear is near for texts without humps (dateOfBirth), the slow and
// obvious way.
func plainNear(x *lexicon, l *wordList, before, after string) bool {
	for _, text := range []string{plainWords(before), plainWords(after)} {
		for i := range x.words {
			w := &x.words[i]
			if !w.inList(l.id) {
				continue
			}
			for at := 0; at < len(text); at++ {
				if !strings.HasPrefix(text[at:], string(w.text)) || !w.inside && text[at-1] != ' ' {
					continue
				}
				rest := text[at+len(w.text):]
				if w.prefix || w.inside && w.text[len(w.text)-1] >= 0x80 || rest[0] == ' ' || isDigit(rest[0]) || strings.HasPrefix(rest, "s ") {
					return true
				}
			}
		}
	}
	return false
}

// TestLexicon compares the search for the words of all rules at once with one
// for each word, in texts made of such words in many spellings.
func TestLexicon(t *testing.T) {
	skipIfShort(t)
	x := new(lexicon)
	var lists []*wordList
	var words []string
	for _, r := range builtinSet(t).Rules() {
		for _, n := range r.Near {
			lists = append(lists, x.list(n.Words, 200, 200))
			words = append(words, n.Words...)
		}
		if r.Unless != nil && len(r.Unless.Words) > 0 {
			lists = append(lists, x.list(r.Unless.Words, 200, 200))
			words = append(words, r.Unless.Words...)
		}
	}
	x.seal()
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	near, far := 0, 0
	for range 3000 {
		var b strings.Builder
		from := 0
		for n := range 2 + random.IntN(6) {
			if n == 1 {
				b.WriteString(pick(" ", "=", ": ", "\n", ""))
				from = b.Len()
				b.WriteString("-12345678-")
			}
			w := strings.TrimSuffix(pick(words...), "*")
			switch random.IntN(4) {
			case 0:
				w = strings.ToUpper(w)
			case 1:
				w = strings.ReplaceAll(w, " ", "_")
			}
			b.WriteString(pick("", " ", "id", "é", "x", "_", "9", "İ", "日") + w + pick("", "s", "7", "S ", " ", "_", "ref", "ü", ";", "\n", "号"))
		}
		text := []byte(b.String())
		if hasHump(text) {
			continue
		}
		c := &candidate{text: text, start: from + 1, end: from + 9, from: from + 1, to: from + 9}
		n := new(noted)
		n.reset(x, text)
		if start, end := (&tableRow{}).headOf(c); start != end {
			t.Fatal("a line that is no row has a head")
		}
		for i := range n.rows {
			n.rows[i] = tableRow{end: len(text)} // no table: the oracle knows none
		}
		for _, l := range lists {
			want := plainNear(x, l, string(text[max(0, c.from-200):c.start]), string(text[c.end:min(len(text), c.to+200)]))
			if c.from > 200 || len(text)-c.to > 200 {
				continue // a word may be cut, which the oracle does not know
			}
			if got := n.near(l, c); got != want {
				t.Fatalf("near(list %d) is %v in %q around %d", l.id, got, text, from)
			}
			if want {
				near++
			} else {
				far++
			}
		}
	}
	if near < 1000 || far < 1000 {
		t.Errorf("%d near, %d not: the test tests nothing", near, far)
	}
}

func hasHump(text []byte) bool {
	for i := 1; i < len(text); i++ {
		if classOf[text[i]] == classUpper && humpAt(text, i) {
			return true
		}
	}
	return false
}

func TestLexiconSpellings(t *testing.T) {
	x := new(lexicon)
	l := x.list([]string{"date of birth", "id no", "ssn", "личный", "生年月日", "geburts*", "d o b", "खाता नंबर"}, 60, 20)
	x.seal()
	for text, want := range map[string]bool{
		"dateOfBirth: #": true, "DATE_OF_BIRTH=#": true, "date-of-birth #": true, "userDateOfBirth #": true, "DateOfBirths #": true,
		"idNo #": true, "IDNo #": true, "idno #": false, "id number #": false, "SSN2: #": true, "ssns #": true, "assn #": false, "ssnx #": false,
		"ЛИЧНЫЙ #": true, "личныйx #": false, "彼の生年月日は#": true, "Geburtsdatum #": true, "D.O.B. #": true, "खाता नंबर #": true, "# ssn": true,
		"# and then much later an ssn": false, "userSSN #": true, "hexssn#": false,
	} {
		at := strings.IndexByte(text, '#')
		n := new(noted)
		n.reset(x, []byte(text))
		if got := n.near(l, &candidate{text: []byte(text), start: at, end: at + 1, from: at, to: at + 1}); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// looseOccurrences is occurrences without the index of words that begin with ASCII, in no order.
func looseOccurrences(x *lexicon, text []byte) (found []occurrence) {
	inside := false
	for i, r := range string(text) {
		switch b := text[i]; {
		case b >= utf8.RuneSelf && isWordRune(r) && (!inside || b >= 0xE0):
			found = x.atWide(found, text, i)
		case b < utf8.RuneSelf && isAlnum(b) && (!inside || classOf[b] == classUpper && humpAt(text, i)):
			found = x.loosely(found, text, i)
		}
		inside = isWordRune(r)
	}
	return found
}

func sortedOccurrences(list []occurrence) []occurrence {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b occurrence) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.word, b.word))
	})
	return list
}

// FuzzLexicon holds the words found block by block to those found at once, and both to those found
// without a second index.
func FuzzLexicon(f *testing.F) {
	set := builtinSet(f)
	f.Add("my dateOfBirth and SSN\xff é 生年月日 IBANCode " + strings.Repeat("passport ", 60))
	f.Add(strings.Repeat("İK\u212a driver's licenceNo", 30))
	f.Add("ErrorsWith idNo id  no d.o.b. DOBs PANs IDNo aB  c SSN2 ssns 401k t/c, vat. i live; e - mail eMail cc no ein, KTPs dateOfBirths")
	for from := 0; from < len(set.lexicon.words); from += 100 {
		var b strings.Builder
		for i, w := range set.lexicon.words[from:min(from+100, len(set.lexicon.words))] {
			b.Write(w.text)
			b.WriteString([]string{" ", "s ", ", ", "X", "2 ", "_", "x ", "é", "s\n"}[i%9])
		}
		f.Add(b.String())
		f.Add(strings.ReplaceAll(strings.ToUpper(b.String()), " ", "-"))
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := []byte(strings.ToValidUTF8(s, "?"))
		if len(text) == 0 {
			return
		}
		whole := set.lexicon.occurrences(nil, text, 0, len(text))
		if loose := looseOccurrences(set.lexicon, text); !slices.Equal(sortedOccurrences(whole), sortedOccurrences(loose)) {
			t.Fatalf("%d words, %d without the index", len(whole), len(loose))
		}
		n := new(noted)
		n.reset(set.lexicon, text)
		var parts []occurrence
		for b := range (len(text)-1)>>blockBits + 1 {
			parts = append(parts, n.words(n.block(b))...)
		}
		if len(whole) != len(parts) {
			t.Fatalf("%d words, %d by blocks", len(whole), len(parts))
		}
		for i := range whole {
			if whole[i] != parts[i] || !bytes.Equal(text[whole[i].start:whole[i].end], text[parts[i].start:parts[i].end]) {
				t.Fatalf("%v, by blocks %v", whole[i], parts[i])
			}
		}
	})
}
