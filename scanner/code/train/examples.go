package main

import (
	"bytes"
	"math"
	"math/rand/v2"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

// example is one training line, read.
type example struct {
	tokens, whole []uint16
	count         int
	label, weight float64
}

// collector reads lines into examples.
type collector struct {
	r   lines.Reader
	out []example
}

func (c *collector) add(line []byte, label, weight float64) {
	l := c.r.Read(line)
	if l.Kind == lines.Blank || l.Kind == lines.Fence {
		return
	}
	c.out = append(c.out, example{
		clone(c.r.Tokens), clone(c.r.Whole), c.r.Count(), label, weight,
	})
}

func clone(f []uint16) []uint16 { return append([]uint16(nil), f...) }

// examplesOf returns the rows' own lines, lines derived from them and
// generated ones.
func examplesOf(rows []row) []example {
	c := &collector{r: lines.Reader{W: &lines.Weights{}, Collect: true}}
	rng := rand.New(rand.NewPCG(3, 4))
	for _, r := range rows {
		split := r.split()
		// A long text says the same thing many times: its lines weigh less.
		n := 0
		for _, line := range split {
			if len(bytes.TrimSpace(line)) > 0 {
				n++
			}
		}
		weight := math.Min(1, math.Sqrt(12/math.Max(1, float64(n))))
		var program [][]byte
		for i, line := range split {
			if r.Lines[i] == nil {
				continue
			}
			label := float64(*r.Lines[i])
			c.add(line, label, weight)
			if label == 1 {
				program = append(program, line)
			}
		}
		c.derive(rng, program, split, n, weight)
	}
	generate(rng, c)
	return c.out
}

// derive adds what the corpora have too little of: programs pasted as one
// line, prose as one line, and hunks of diffs.
func (c *collector) derive(rng *rand.Rand, program, all [][]byte, n int, weight float64) {
	switch {
	case len(program) >= 3 && len(program) <= 40 && rng.IntN(2) == 0:
		c.add(joined(program), 1, 1)
	case len(program) == 0 && n >= 2 && n <= 30 && rng.IntN(3) == 0:
		c.add(joined(all), 0, 1)
	}
	if len(program) >= 5 && rng.IntN(4) == 0 {
		for _, line := range program {
			if rng.IntN(3) == 0 {
				c.add(append([]byte{"+-"[rng.IntN(2)]}, line...), 1, weight/2)
			}
		}
	}
}

func joined(split [][]byte) []byte {
	var b []byte
	for _, line := range split {
		if line = bytes.TrimSpace(line); len(line) > 0 && !bytes.HasPrefix(line, []byte("```")) {
			b = append(append(b, line...), ' ')
		}
	}
	return b
}
