package code

import (
	"iter"
	"strconv"
	"strings"
)

type vote struct {
	language uint8
	weight   uint8
}

// sign is a sequence of characters, looked up by the two of them at place at.
type sign struct {
	text []byte
	at   int
	vote vote
	id   int
}

// maxSigns bounds the number of signs of all languages.
const maxSigns = 512

// maxLanguages bounds len(guessable).
const maxLanguages = 64

var (
	knownWords = parseWords()
	knownSigns = parseSigns()
)

// knownWord is a word of a language, or of law.
type knownWord struct {
	text  string
	votes []vote
	legal bool
}

// wordTable is an open hash table. Nearly every word of a text is in none of
// its slots, which one look at a few bytes of the word finds out.
type wordTable [wordSlots]*knownWord

const wordSlots = 1 << 13

func (t *wordTable) find(word []byte) *knownWord {
	for slot := wordSlot(word); ; slot = (slot + 1) % wordSlots {
		w := t[slot]
		if w == nil || w.text == string(word) {
			return w
		}
	}
}

// wordSlot is the slot of a word, which must not be empty, by three of its
// bytes and its length.
func wordSlot(word []byte) uint32 {
	n := len(word)
	h := uint32(word[0]) | uint32(word[n/2])<<8 | uint32(word[n-1])<<16 | uint32(n)<<24
	return h * 0x9E3779B1 >> 19 % wordSlots
}

func parseWords() *wordTable {
	t := new(wordTable)
	add := func(text string) *knownWord {
		if w := t.find([]byte(text)); w != nil {
			return w
		}
		slot := wordSlot([]byte(text))
		for t[slot] != nil {
			slot = (slot + 1) % wordSlots
		}
		t[slot] = &knownWord{text: text}
		return t[slot]
	}
	for i, l := range guessable {
		for field := range strings.FieldsSeq(l.words) {
			word, digits, _ := strings.Cut(field, ":")
			n, err := strconv.Atoi(digits)
			if err != nil {
				panic("code: no weight for " + field)
			}
			w := add(word)
			w.votes = append(w.votes, vote{uint8(i), uint8(n)})
		}
	}
	for word := range legalWords {
		add(word).legal = true
	}
	return t
}

// signTable holds the signs by the first of the two characters by which they
// are looked up; pairs has a bit for both.
type signTable struct {
	pairs [256][4]uint64
	signs [256][]sign
}

func parseSigns() *signTable {
	t := new(signTable)
	id := 0
	for i, l := range guessable {
		for field := range strings.FieldsSeq(l.signs) {
			text := strings.NewReplacer("␠", " ", "␊", "\n").Replace(field)
			at := min(anchor(text), len(text)-2)
			first, second := text[at], text[at+1]
			t.pairs[first][second>>6] |= 1 << (second & 63)
			t.signs[first] = append(t.signs[first], sign{[]byte(text), at, vote{uint8(i), 2}, id})
			id++
		}
	}
	return t
}

// anchor is the place in a sign of its rarest character: anything but a
// letter, digit or blank if there is one, then anything but a blank.
func anchor(text string) int {
	best := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ' || c == '\n' || c == '\t':
		case !isWordByte(c):
			return i
		case text[best] == ' ' || text[best] == '\n':
			best = i
		}
	}
	return best
}

// guess names the language of a piece of code by its words and signs, and
// counts its words of law.
func guess(text []byte) (l language, legal int) {
	var votes [maxLanguages]int
	for word := range words(text) {
		w := knownWords.find(word)
		if w == nil {
			continue
		}
		for _, v := range w.votes {
			votes[v.language] += int(v.weight)
		}
		if w.legal {
			legal++
		}
	}
	var times [maxSigns]uint8
	for i := 0; i+1 < len(text); i++ {
		first, second := text[i], text[i+1]
		if knownSigns.pairs[first][second>>6]>>(second&63)&1 == 0 {
			continue
		}
		for k := range knownSigns.signs[first] {
			s := &knownSigns.signs[first][k]
			start := i - s.at
			if s.text[s.at+1] == second && start >= 0 && start+len(s.text) <= len(text) &&
				string(text[start:start+len(s.text)]) == string(s.text) && times[s.id] < 3 {
				times[s.id]++
				votes[s.vote.language] += int(s.vote.weight)
			}
		}
	}
	best, second := 0, 0
	for i := range guessable {
		switch {
		case votes[i] > votes[best]:
			best, second = i, best
		case i != best && (second == best || votes[i] > votes[second]):
			second = i
		}
	}
	if votes[best] < leastVotes || best != second && (votes[best]-votes[second])*leadPart < votes[best] {
		return language{}, legal
	}
	return guessable[best].language, legal
}

// words yields the words of ASCII letters, digits and underscores in text.
func words(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := 0; i < len(text); {
			if !wordBytes[text[i]] {
				i++
				continue
			}
			j := i + 1
			for j < len(text) && wordBytes[text[j]] {
				j++
			}
			if !yield(text[i:j]) {
				return
			}
			i = j
		}
	}
}

func isWordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_'
}

var wordBytes = func() (t [256]bool) {
	for c := range t {
		t[c] = isWordByte(byte(c))
	}
	return t
}()
