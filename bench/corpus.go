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
	// Slack is how many more findings than the exact number are no error: now
	// and then a random id looks like a number that people have.
	Slack int
	// Hostile texts are each made to be slow, so the slowest counts.
	Hostile bool
	Labels  []string // of hostile texts: what each was made from
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
// bytes. From prose to emoji they hold nothing to find; then there is a key, a
// token or an account number in about every 21 KB, 2.2 KB and 270 bytes of
// prose, and in pii a piece of personal data in every sentence.
func Corpora(seed uint64, size, textSize int) []Corpus {
	var corpora []Corpus
	for i, k := range kinds {
		w := newWriter(seed + uint64(i)*1000)
		c := Corpus{Name: k.name, Exact: k.clean}
		for made := 0; made < size; made += textSize {
			for w.out.Len() < textSize {
				k.make(w)
			}
			c.Texts = append(c.Texts, w.out.String())
			w.out.Reset()
		}
		c.Findings = w.planted
		if k.name == "logs" || k.name == "base64" {
			c.Slack = 1 + size>>18
		}
		corpora = append(corpora, c)
	}
	return corpora
}

// kinds are the kinds of text, each made a paragraph at a time.
var kinds = []struct {
	name  string
	clean bool // nothing to find
	make  func(*writer)
}{
	{"prose", true, (*writer).prose},
	{"code", true, (*writer).code},
	{"json", true, (*writer).json},
	{"logs", true, (*writer).logs},
	{"base64", true, (*writer).base64},
	{"chinese", true, (*writer).chinese},
	{"hindi", true, (*writer).hindi},
	{"emoji", true, (*writer).emoji},
	{"1 per 21 KB", false, func(w *writer) { w.sparse(21 << 10) }},
	{"1 per 2.2 KB", false, func(w *writer) { w.sparse(2200) }},
	{"1 per 270 B", false, (*writer).dense},
	{"pii", false, (*writer).personal},
}

// writer puts paragraphs together from small vocabularies. It knows nothing of
// grammar: what matters to an engine is the mix of letters, digits and signs,
// and that no two texts are alike.
type writer struct {
	rng     *rand.Rand
	fiction *Fiction
	out     strings.Builder
	planted int
	due     int // bytes until sparse plants the next value
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

// Prose returns n bytes of prose that holds nothing to find. Texts of different
// seeds are different.
func Prose(seed uint64, n int) string {
	w := newWriter(seed)
	for w.out.Len() < n {
		w.prose()
	}
	return w.out.String()[:n]
}
