package rules

import (
	"bytes"
	"math/bits"
	"unicode/utf8"
)

// vocabulary is the words of one text, as a Bloom filter. A log has thousands
// of numbers that a rule takes only near a word of its own, and that word is
// nowhere in the log: one look at the vocabulary tells.
//
// It may hold more words than wordList finds, never fewer: every word that
// normalise could make of a part of the text is in it.
type vocabulary struct {
	set   []uint64
	mask  uint32
	ascii bool // the text has no other characters
	asked int  // calls of near since the text began
	state vocabularyState
}

type vocabularyState uint8

const (
	vocabularyNone   vocabularyState = iota // not read yet
	vocabularyUseful                        // read
	vocabularyWaived                        // not to be had of this text
)

const (
	// vocabularyAfter is how many bytes of text may be read to save one look
	// around a candidate.
	vocabularyAfter = 512
	// A larger text's filter would not stay in the cache, and is not worth its memory.
	maxVocabularyText = 1 << 20
	wordPrefix        = 4 // letters of a word that stands for any with its beginning
)

// reset forgets the text.
func (v *vocabulary) reset() { v.state, v.asked = vocabularyNone, 0 }

// lacks reports whether no word of the list is in the text.
func (v *vocabulary) lacks(l *wordList, text []byte) bool {
	if v.state == vocabularyNone {
		if v.asked++; v.asked*vocabularyAfter < len(text) {
			return false
		}
		v.read(text)
	}
	if v.state == vocabularyWaived {
		return false
	}
	for i := range l.words {
		w := &l.words[i]
		if w.foreign && v.ascii {
			continue
		}
		if w.key == 0 || v.has(w.key) {
			return false
		}
	}
	return true
}

func (v *vocabulary) add(h uint32) {
	v.set[h&v.mask>>6] |= 1 << (h & 63)
	h = bits.ReverseBytes32(h * 0x9E3779B1)
	v.set[h&v.mask>>6] |= 1 << (h & 63)
}

func (v *vocabulary) has(h uint32) bool {
	if v.set[h&v.mask>>6]>>(h&63)&1 == 0 {
		return false
	}
	h = bits.ReverseBytes32(h * 0x9E3779B1)
	return v.set[h&v.mask>>6]>>(h&63)&1 != 0
}

// The runes beyond ASCII whose lower case is ASCII.
var kelvinSign, dottedI = []byte("\u212a"), []byte("\u0130")

// read fills the filter, with about four bits for a byte of text.
func (v *vocabulary) read(text []byte) {
	v.state = vocabularyWaived
	if len(text) > maxVocabularyText || bytes.Contains(text, kelvinSign) || bytes.Contains(text, dottedI) {
		return
	}
	v.state, v.ascii = vocabularyUseful, true
	words := max(64, 1<<bits.Len(uint(len(text)/16)))
	if cap(v.set) < words {
		v.set = make([]uint64, words)
	}
	v.set = v.set[:words]
	clear(v.set)
	v.mask = uint32(words*64 - 1)
	for i := 0; i < len(text); {
		if b := text[i]; !isAlnum(b) {
			if b >= utf8.RuneSelf {
				v.ascii = false
			}
			i++
			continue
		}
		j := i + 1
		for j < len(text) && isAlnum(text[j]) {
			j++
		}
		v.run(text[i:j])
		i = j
	}
}

// run adds a run of letters and digits, and the words in it that normalise
// would split it into.
func (v *vocabulary) run(run []byte) {
	v.word(run)
	start := 0
	for p := 1; p < len(run); p++ {
		at := 0
		switch last := run[p-1]; {
		case isUpper(rune(run[p])) && last >= 'a' && last <= 'z':
			at = p
		case p >= 2 && run[p] >= 'a' && run[p] <= 'z' && isUpper(rune(last)) && isUpper(rune(run[p-2])):
			at = p - 1
		}
		if at > start {
			v.word(run[start:at])
			start = at
		}
	}
	if start > 0 {
		v.word(run[start:])
	}
}

// word adds the letters that a word begins with; without a plural's s, too.
func (v *vocabulary) word(word []byte) {
	h, before := uint32(hashStart), uint32(hashStart)
	n := 0
	for ; n < len(word) && isLetter(word[n]); n++ {
		before = h
		h = hashLetter(h, word[n])
		if n+1 == wordPrefix {
			v.add(^h)
		}
	}
	if n == 0 {
		return
	}
	v.add(h)
	if n == len(word) && word[n-1]|0x20 == 's' {
		v.add(before)
	}
}

const hashStart = 0x811C9DC5

func hashLetter(h uint32, b byte) uint32 {
	h = (h ^ uint32(b|0x20)) * 0x01000193
	return h ^ h>>15
}

// wordKey is what the vocabulary of every text with the word has: the hash of
// a part of it in ASCII letters, the longest. It is 0 if there is none.
func wordKey(w []byte, prefix bool) (key uint32) {
	most := 0
	for len(w) > 0 {
		part, rest, more := bytes.Cut(w, []byte(" "))
		w = rest
		open := prefix && !more
		if open && len(part) >= wordPrefix {
			part = part[:wordPrefix]
		} else if open {
			continue
		}
		if len(part) <= most || bytes.ContainsFunc(part, func(r rune) bool { return r < 'a' || r > 'z' }) {
			continue
		}
		most, key = len(part), hashStart
		for _, b := range part {
			key = hashLetter(key, b)
		}
		if open {
			key = ^key
		}
	}
	return key
}
