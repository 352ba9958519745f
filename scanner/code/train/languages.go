package main

import (
	"bytes"
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner/code/internal/languages"
	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

const (
	languageEpochs  = 10
	keptEpochs      = 10 // with the kept votes only
	languageRate    = 0.3
	languageDecay   = 5e-3
	languageDrop    = 0.5  // of the features, so that none is relied on alone
	languageUnit    = 24.0 // votes in a unit of log-odds
	popularWeight   = 3
	extensionWeight = 0.7
	// leastFiles is in how many files a feature must be to be of the language
	// rather than of a program.
	leastFiles = 4
	// leastSources is in how many packages or corpora, for the same reason.
	leastSources = 2
	// hintPieces is how many handfuls of a language's words are learnt.
	hintPieces = 25
	// phrasesPerPiece is how many of a language's phrases make a piece.
	phrasesPerPiece = 5
	// shortPieces is how many pieces of few lines are cut from a window.
	shortPieces = 2
	// leastWindows is how many windows a language needs to be learnt.
	leastWindows = 8
)

// piece is a piece of a program in a known language.
type piece struct {
	features []int32
	language int
	weight   float64
}

// popular are the languages that most programs in prompts are in: an unclear
// piece is better taken for one of them.
var popular = set(`python javascript typescript java c cpp csharp go rust php ruby swift kotlin scala r perl lua haskell
objectivec shell powershell sql html css yaml dart`)

// extensions are languages whose programs are mostly those of another too. A
// piece that may be either is rather of the other.
var extensions = set(`cpp typescript objectivec`)

// unclear are endings that several languages share.
var unclear = set(`h m t com tmpl tpl scm in inc q`)

// voters fits the votes for languages on the programs of the rows, but for the
// lines that w does not take for code, most of which are comments.
func voters(w *lines.Weights, rows []row) *languages.Votes {
	byName := map[string][]row{}
	for _, r := range rows {
		l, _ := languages.OfTag([]byte(r.Lang))
		if l.Name != "" && l.Class != "trace" && l.Class != "diff" && !unclear[r.Lang] {
			byName[l.Name] = append(byName[l.Name], plainly(w, r))
		}
	}
	v := &languages.Votes{}
	g := languages.Guesser{Votes: v, Collect: true}
	rng := rand.New(rand.NewPCG(5, 6))
	ids := common(byName)
	var pieces []piece
	for _, name := range sortedKeys(byName) {
		group := byName[name]
		if len(group) < leastWindows {
			continue
		}
		first := len(pieces)
		l, _ := languages.OfTag([]byte(group[0].Lang))
		add := func(text []byte) {
			g.Read(text)
			var known []int32
			for _, f := range unique(g.Features) {
				if id, ok := ids[f]; ok {
					known = append(known, id)
				}
			}
			if len(known) >= 4 {
				pieces = append(pieces, piece{known, len(v.Languages), 1})
			}
		}
		for _, h := range hints {
			if h.language == name {
				words := strings.Fields(h.words)
				for range hintPieces {
					rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
					add([]byte(strings.Join(words[:min(len(words), 6)], "\n")))
				}
			}
		}
		if text := phrases[name]; text != "" {
			phrase := strings.Split(text, "\n")
			for range max(hintPieces, 2*len(phrase)) {
				rng.Shuffle(len(phrase), func(i, j int) { phrase[i], phrase[j] = phrase[j], phrase[i] })
				add([]byte(strings.Join(phrase[:phrasesPerPiece], "\n")))
			}
		}
		for _, r := range group {
			program := programOf(&r)
			add(bytes.Join(program, []byte("\n")))
			for range shortPieces {
				if n := len(program); n > 8 {
					at, size := rng.IntN(n-4), 3+rng.IntN(6)
					add(bytes.Join(program[at:min(n, at+size)], []byte("\n")))
				}
			}
		}
		// A language of few programs must not be drowned by those of many.
		weight := math.Max(0.25, math.Min(4, math.Sqrt(200/float64(len(pieces)-first))))
		if popular[name] {
			weight *= popularWeight
		}
		if extensions[name] {
			weight *= extensionWeight
		}
		for i := first; i < len(pieces); i++ {
			pieces[i].weight = weight
		}
		v.Languages = append(v.Languages, l)
	}
	fitVotes(v, pieces, ids)
	return v
}

// common numbers the features that stand in several files of a language.
func common(byName map[string][]row) map[uint32]int32 {
	g := languages.Guesser{Votes: &languages.Votes{}, Collect: true}
	ids := map[uint32]int32{}
	for _, name := range sortedKeys(byName) {
		files := map[uint32]map[string]bool{}
		sources := map[uint32]map[string]bool{}
		for _, r := range byName[name] {
			g.Read(bytes.Join(programOf(&r), []byte("\n")))
			for _, f := range g.Features {
				if files[f] == nil {
					files[f], sources[f] = map[string]bool{}, map[string]bool{}
				}
				files[f][r.File], sources[f][r.Source] = true, true
			}
		}
		var often []uint32
		all, from := map[string]bool{}, map[string]bool{}
		for _, r := range byName[name] {
			all[r.File], from[r.Source] = true, true
		}
		fewestSources := min(leastSources, max(1, len(from)/2))
		// Of a language in few files, features in half of them.
		least := min(leastFiles, max(2, len(all)/2))
		for f, in := range files {
			if len(in) >= least && len(sources[f]) >= fewestSources {
				often = append(often, f)
			}
		}
		for _, h := range hints {
			if h.language == name {
				g.Read([]byte(strings.ReplaceAll(h.words, " ", "\n")))
				often = append(often, g.Features...)
			}
		}
		for line := range strings.Lines(phrases[name]) {
			g.Read([]byte(line))
			often = append(often, g.Features...)
		}
		slices.Sort(often)
		for _, f := range often {
			if _, ok := ids[f]; !ok {
				ids[f] = int32(len(ids))
			}
		}
	}
	return ids
}

// plainly returns the row without the lines that are not code by themselves.
func plainly(w *lines.Weights, r row) row {
	reader := lines.Reader{W: w}
	var text [][]byte
	for _, line := range programOf(&r) {
		if reader.Read(line).Score > 0 {
			text = append(text, line)
		}
	}
	r.Text = string(bytes.Join(text, []byte("\n")))
	r.Lines = labels([]byte(r.Text), 1)
	return r
}

func unique(features []uint32) []uint32 {
	out := slices.Clone(features)
	slices.Sort(out)
	return slices.Compact(out)
}

func programOf(r *row) [][]byte {
	var out [][]byte
	for i, line := range r.split() {
		if r.Lines[i] == nil || *r.Lines[i] == 1 {
			out = append(out, line)
		}
	}
	return out
}

// fitVotes fits a softmax regression, keeps of each feature the strongest
// weights, and fits those again.
func fitVotes(v *languages.Votes, pieces []piece, ids map[uint32]int32) {
	n := len(v.Languages)
	w, g := make([]float64, n*len(ids)), make([]float64, n*len(ids))
	rng := rand.New(rand.NewPCG(7, 8))
	order := rng.Perm(len(pieces))
	scores := make([]float64, n)
	kept := []bool(nil)
	some := make([]int32, 0, 4096)
	pass := func() {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			p := &pieces[k]
			some = some[:0]
			for _, f := range p.features {
				if rng.Float64() >= languageDrop {
					some = append(some, f)
				}
			}
			if len(some) == 0 {
				continue
			}
			scale := 1 / math.Sqrt(float64(len(some)))
			clear(scores)
			for _, f := range some {
				for l, x := range w[int(f)*n : int(f)*n+n] {
					scores[l] += x
				}
			}
			top := math.Inf(-1)
			for l := range scores {
				scores[l] *= scale
				top = max(top, scores[l])
			}
			sum := 0.0
			for l := range scores {
				scores[l] = math.Exp(scores[l] - top)
				sum += scores[l]
			}
			for l := range scores {
				scores[l] /= sum
			}
			scores[p.language]--
			for l := range scores {
				e := scores[l] * p.weight * scale
				if math.Abs(e) < 1e-4 {
					continue
				}
				for _, f := range some {
					at := int(f)*n + l
					if kept != nil && !kept[at] {
						continue
					}
					grad := e + languageDecay*w[at]
					g[at] += grad * grad
					w[at] -= languageRate * grad / (math.Sqrt(g[at]) + 1e-6)
				}
			}
		}
	}
	for range languageEpochs {
		pass()
	}
	kept = strongest(w, n)
	for i := range w {
		if !kept[i] {
			w[i] = 0
		}
	}
	// The mean of the weights after each pass sways less with the last pieces
	// seen than the weights themselves.
	mean := make([]float64, len(w))
	for range keptEpochs {
		pass()
		for i, x := range w {
			mean[i] += x / keptEpochs
		}
	}
	w = mean
	// The features that say most, of those that are seen often.
	seen := make([]float64, len(ids))
	for _, p := range pieces {
		for _, f := range p.features {
			seen[f] += p.weight
		}
	}
	says := make([]float64, len(ids))
	features := make([]uint32, len(ids))
	byValue := make([]int, 0, len(ids))
	for feature, id := range ids {
		features[id] = feature
	}
	for id := range features {
		for _, x := range w[id*n : id*n+n] {
			says[id] += math.Abs(x) * math.Sqrt(seen[id])
		}
		byValue = append(byValue, id)
	}
	slices.SortStableFunc(byValue, func(a, b int) int { return cmp.Compare(says[b], says[a]) })
	for _, id := range byValue[:min(len(byValue), languages.Most)] {
		var votes [languages.Ballot]languages.Vote
		k := 0
		for l, x := range w[id*n : id*n+n] {
			if q := math.Round(max(-127, min(127, x*languageUnit))); q != 0 {
				votes[k] = languages.Vote{Language: uint8(l), Weight: int8(q)}
				k++
			}
		}
		if k > 0 {
			v.Add(features[id], votes)
		}
	}
}

// strongest marks the weights of each feature that are farthest from the mean:
// what a feature says of all languages alike says nothing.
func strongest(w []float64, n int) []bool {
	kept := make([]bool, len(w))
	order := make([]int, n)
	for f := 0; f < len(w); f += n {
		mean := 0.0
		for l := range n {
			order[l] = f + l
			mean += w[f+l] / float64(n)
		}
		for l := range n {
			w[f+l] -= mean
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(w[b]), math.Abs(w[a])) })
		for _, at := range order[:min(n, languages.Ballot)] {
			kept[at] = w[at] != 0
		}
	}
	return kept
}

// rightly is the share of the rows' programs whose language is guessed, of those
// in languages that can be.
func rightly(w *lines.Weights, v *languages.Votes, rows []row) float64 {
	g := languages.Guesser{Votes: v}
	right, all := 0, 0
	for _, r := range rows {
		l, _ := languages.OfTag([]byte(strings.ToLower(r.Lang)))
		if l.Name == "" || !slices.Contains(v.Languages, l) || strings.HasSuffix(r.Source, "-trace") || strings.HasSuffix(r.Source, "-diff") {
			continue
		}
		all++
		plain := plainly(w, r)
		got, ok := g.Guess([]byte(plain.Text))
		if ok && got == l {
			right++
		}
	}
	return math.Round(1000*float64(right)/float64(max(all, 1))) / 1000
}
