package rules

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexicon is the words of all near and unless blocks of a set. Some fifty rules
// ask about the neighbourhood of every long number; instead of each looking
// for its own words, the words of all are looked for once, a block of text at a
// time, and each rule asks which were found (noted.near).
type lexicon struct {
	words []lexiconWord
	lists int
	known map[string]*wordList // by the words and how far they are looked for
	index map[string]uint16    // by text, with a final * for a prefix
	exact wordIndex            // where the text is ASCII
	loose looseIndex           // where it is not, or ends
	first [256]bool            // bytes that a word begins with
}

// lexiconWord is a word in lower case, its parts joined by one space each.
type lexiconWord struct {
	text   []byte
	prefix bool     // written with a final *
	inside bool     // of a script that puts no spaces between words
	lists  []uint64 // the wordLists that have it, a bit each
}

// list adds a list of words as a rule file has them, unless it has the same already, as it has all once it is sealed.
func (x *lexicon) list(words []string, window, after int) *wordList {
	key := strings.Join(words, "\x00") + "\x00" + strconv.Itoa(window) + " " + strconv.Itoa(after)
	if l, ok := x.known[key]; ok {
		return l
	}
	if x.known == nil {
		x.known = make(map[string]*wordList)
	}
	l := &wordList{id: x.lists, window: window, after: after, size: len(words)}
	x.lists++
	if l.window == 0 {
		l.window = defaultWindow
	}
	if l.after == 0 {
		l.after = defaultAfter
	}
	for _, w := range words {
		x.add(w, l.id)
	}
	x.known[key] = l
	return l
}

func (x *lexicon) add(word string, list int) {
	text, prefix := normalWord(word), word[len(word)-1] == '*'
	if len(text) == 0 {
		return
	}
	key := string(text)
	if prefix {
		key += "*"
	}
	if x.index == nil {
		x.index = make(map[string]uint16)
	}
	i, ok := x.index[key]
	if !ok {
		i = uint16(len(x.words))
		x.index[key] = i
		x.words = append(x.words, lexiconWord{text: text, prefix: prefix, inside: text[0] >= 0xE0})
		x.first[text[0]] = true
		x.loose.add(text, i, prefix)
		x.exact.add(text, i, prefix)
	}
	w := &x.words[i]
	for len(w.lists) <= list>>6 {
		w.lists = append(w.lists, 0)
	}
	w.lists[list>>6] |= 1 << (list & 63)
}

// seal is called when the last word was added.
func (x *lexicon) seal() {
	x.loose.seal()
	x.exact.seal()
}

// inList reports whether the list has the word.
func (w *lexiconWord) inList(list int) bool {
	return list>>6 < len(w.lists) && w.lists[list>>6]>>(list&63)&1 != 0
}

// normalWord is a word of a rule as it is looked for: in lower case, every run
// of other characters than letters and digits as one space.
func normalWord(w string) []byte {
	var out []byte
	for _, r := range w {
		if isWordRune(r) {
			out = utf8.AppendRune(out, unicode.ToLower(r))
		} else if len(out) > 0 && out[len(out)-1] != ' ' {
			out = append(out, ' ')
		}
	}
	return bytes.TrimSpace(out)
}
