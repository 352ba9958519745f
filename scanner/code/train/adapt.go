package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

const (
	adaptEpochs = 8
	// adaptRate is the step of tokens, adaptShape that of features of the line as
	// a whole, which all languages share.
	adaptRate  = 0.15
	adaptShape = 0.02
	// adaptPull draws a weight back to where it was, at each step.
	adaptPull = 0.02
	// adaptSure is how near to its label a line must be told to change nothing.
	adaptSure = 0.2
)

// adapt changes fitted weights for lines that they tell wrongly or hardly, and as
// little as that takes: where there are no corpora to fit on besides, all that the
// weights know of other texts must stay. Generated lines hold against it.
func adapt(from *lines.Weights, own []example) *lines.Weights {
	c := &collector{r: lines.Reader{W: from, Collect: true}}
	generate(rand.New(rand.NewPCG(11, 12)), c)
	examples := append(own, c.out...)
	var w [lines.Dim]float64
	for i, v := range from.W {
		w[i] = float64(v) / lines.Scale
	}
	start := w
	bias := float64(from.Bias) / lines.Scale
	rng := rand.New(rand.NewPCG(13, 14))
	order := rng.Perm(len(examples))
	for range adaptEpochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			x := &examples[k]
			root := float64(lines.Root(x.count))
			s := bias
			for _, f := range x.tokens {
				s += w[f] / root
			}
			for _, f := range x.whole {
				s += w[f]
			}
			e := 1/(1+math.Exp(-s)) - x.label
			if math.Abs(e) < adaptSure {
				continue
			}
			e *= x.weight
			for _, f := range x.tokens {
				w[f] -= adaptRate*e/root + adaptPull*(w[f]-start[f])
			}
			for _, f := range x.whole {
				w[f] -= adaptShape*e + adaptPull*(w[f]-start[f])
			}
		}
	}
	return rounded(&w, bias)
}

// adapted is what weights.json says besides of weights that were adapted.
type adapted struct {
	Data   string   `json:"data_sha256"`
	Rows   int      `json:"rows"`
	Before *figures `json:"own_lines_alone_before"`
	After  *figures `json:"own_lines_alone"`
}

// adaptTo adapts the weights in out to rows and writes them, with a record of how
// they tell those of rest. If check is set it prints that record only.
func adaptTo(rows, rest []row, out string, check bool) error {
	path := filepath.Join(out, "lines", "weights")
	data, err := os.ReadFile(path + ".bin")
	if err != nil {
		return err
	}
	before, err := lines.Decode(data)
	if err != nil {
		return fmt.Errorf("%s.bin: %w", path, err)
	}
	text, err := os.ReadFile(path + ".json")
	if err != nil {
		return err
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("%s.json: %w", path, err)
	}
	c := &collector{r: lines.Reader{W: before, Collect: true}}
	for _, r := range rows {
		for i, line := range r.split() {
			if r.Lines[i] != nil {
				c.add(line, float64(*r.Lines[i]), 1)
			}
		}
	}
	after := adapt(before, c.out)
	data = after.Encode()
	r.Weights = fmt.Sprintf("%x", sha256.Sum256(data))
	r.Adapted = &adapted{digest(rows), len(rows), measure(before, rest), measure(after, rest)}
	if check {
		text, err := json.MarshalIndent(r.Adapted, "", "  ")
		fmt.Println(string(text))
		return err
	}
	return write(path, data, r)
}
