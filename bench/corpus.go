package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Corpus is a set of texts of one sort.
type Corpus struct {
	Name  string
	Texts []string
	// Findings is how many findings of medium confidence or above the texts
	// hold at least, and whether that is the exact number.
	Findings int
	Exact    bool
}

// Bytes returns the size of all texts together.
func (c Corpus) Bytes() int64 {
	var n int64
	for _, t := range c.Texts {
		n += int64(len(t))
	}
	return n
}

// Corpora returns the corpora that the engine is measured with, each of about
// size bytes in texts of about textSize bytes. The same seed gives the same
// bytes. Prose, code and JSON hold nothing to find; in dense text there is one
// value in about every 270 bytes, which is far more than any real prompt has.
func Corpora(seed uint64, size, textSize int) []Corpus {
	makers := []struct {
		name string
		make func(w *writer)
	}{{"prose", (*writer).prose}, {"code", (*writer).code}, {"json", (*writer).json}, {"dense", (*writer).dense}}
	var corpora []Corpus
	for i, m := range makers {
		w := newWriter(seed + uint64(i)*1000)
		c := Corpus{Name: m.name, Exact: m.name != "dense"}
		for made := 0; made < size; made += textSize {
			for w.out.Len() < textSize {
				m.make(w)
			}
			c.Texts = append(c.Texts, w.out.String())
			w.out.Reset()
		}
		c.Findings = w.planted
		corpora = append(corpora, c)
	}
	return corpora
}

// writer puts paragraphs together from small vocabularies. It knows nothing of
// grammar: what matters to an engine is the mix of letters, digits and signs,
// and that no two texts are alike.
type writer struct {
	rng     *rand.Rand
	fiction *Fiction
	out     strings.Builder
	planted int
}

func newWriter(seed uint64) *writer {
	return &writer{rng: rand.New(rand.NewPCG(seed, 7)), fiction: NewFiction(seed)}
}

var (
	nouns = strings.Fields(`answer table key customer token release margin office server password report access
		session secret account garden summary invoice river engine policy system paragraph request market plan
		number driver card history station model message budget morning contract teacher version window`)
	verbs = strings.Fields(`explains changes keeps describes returns opens improves replaces supports compares
		reaches delays limits counts follows prepares combines sends reads avoids`)
	adjectives = strings.Fields(`careful small public private recent common empty quarterly simple late final
		useful gentle modern short serious local honest available slow`)
	connectives = strings.Fields(`because although while before after unless whenever since`)
)

func (w *writer) word(from []string) string { return from[w.rng.IntN(len(from))] }

func (w *writer) sentence() string {
	s := fmt.Sprintf("the %s %s %s the %s", w.word(adjectives), w.word(nouns), w.word(verbs), w.word(nouns))
	if w.rng.IntN(2) == 0 {
		s += fmt.Sprintf(" %s a %s %s %s it", w.word(connectives), w.word(adjectives), w.word(nouns), w.word(verbs))
	}
	switch w.rng.IntN(8) {
	case 0:
		s += fmt.Sprintf(", about %d.%d percent in %d", w.rng.IntN(90), w.rng.IntN(10), 1990+w.rng.IntN(40))
	case 1:
		s += fmt.Sprintf(" (see section %d)", 1+w.rng.IntN(30))
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func (w *writer) prose() {
	for range 3 + w.rng.IntN(5) {
		w.out.WriteString(w.sentence() + " ")
	}
	w.out.WriteString("\n\n")
}

func (w *writer) camel() string {
	a, b := w.word(verbs), w.word(nouns)
	return a + strings.ToUpper(b[:1]) + b[1:]
}

func (w *writer) code() {
	name := w.camel()
	fmt.Fprintf(&w.out, "// %s %s\nfunc %s(%s []string, limit int) (int, error) {\n", name, strings.ToLower(w.sentence()), name, w.word(nouns))
	for range 2 + w.rng.IntN(6) {
		a, b := w.word(nouns), w.word(nouns)
		switch w.rng.IntN(4) {
		case 0:
			fmt.Fprintf(&w.out, "\tfor i := range %s {\n\t\t%s += len(%s[i]) %% %d\n\t}\n", a, b, a, 2+w.rng.IntN(60))
		case 1:
			fmt.Fprintf(&w.out, "\tif %s, err := %s(%s, %q); err != nil {\n\t\treturn 0, err\n\t}\n", a, w.camel(), b, w.word(adjectives))
		case 2:
			fmt.Fprintf(&w.out, "\t%s := map[string]int{%q: %d, %q: %d}\n", a, w.word(nouns), w.rng.IntN(999), w.word(verbs), w.rng.IntN(99))
		default:
			fmt.Fprintf(&w.out, "\t%s.%s = append(%s, 0x%04x)\n", a, w.camel(), b, w.rng.IntN(1<<16))
		}
	}
	w.out.WriteString("\treturn limit, nil\n}\n\n")
}

func (w *writer) json() {
	row := map[string]any{
		"id":     w.rng.IntN(100000),
		"title":  strings.TrimSuffix(w.sentence(), "."),
		"score":  float64(w.rng.IntN(10000)) / 100,
		"labels": []string{w.word(nouns), w.word(adjectives), w.word(nouns)},
		"state":  map[string]any{"open": w.rng.IntN(2) == 0, "owner": w.word(nouns), "note": nil},
	}
	line, err := json.Marshal(row)
	if err != nil { // a map of plain values always marshals
		panic(err)
	}
	w.out.Write(append(line, '\n'))
}

func (w *writer) dense() {
	f := w.fiction
	value := []func() string{
		func() string { return "the key id is " + f.AWSAccessKeyID() },
		func() string { return "push with " + f.GitHubToken() },
		func() string { return "write to " + f.Email() },
		func() string { return "charge the card " + f.Card() },
		func() string { return "pay into IBAN " + f.IBAN() },
	}[w.rng.IntN(5)]()
	w.out.WriteString(w.sentence() + " " + w.sentence() + " Then " + value + ". " + w.sentence() + "\n")
	w.planted++
}

// Prose returns n bytes of prose that holds nothing to find. Texts of different
// seeds are different.
func Prose(seed uint64, n int) string {
	w := newWriter(seed)
	for w.out.Len() < n {
		w.prose()
	}
	return w.out.String()[:n]
}
