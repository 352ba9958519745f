package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"unicode/utf8"

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

// packageWeight is what a line of a package's programs counts beside one of a
// prompt: there are many more of them.
const packageWeight = 0.22

// commentWeight is what a line of comment counts: most of it is prose.
const commentWeight = 0.25

func isComment(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, mark := range [...]string{"# ", "//", "* ", "--", ";", "%", "!", "'", "REM ", "rem "} {
		if bytes.HasPrefix(line, []byte(mark)) {
			return true
		}
	}
	return false
}

// examplesOf returns the rows' own lines, lines derived from them and
// generated ones.
func examplesOf(rows []row) []example {
	c := &collector{r: lines.Reader{W: &lines.Weights{}, Collect: true}}
	rng := rand.New(rand.NewPCG(3, 4))
	for _, r := range rows {
		if r.NameOnly {
			continue
		}
		split := r.split()
		// A long text says the same thing many times: its lines weigh less.
		n := 0
		for _, line := range split {
			if len(bytes.TrimSpace(line)) > 0 {
				n++
			}
		}
		weight := math.Min(1, math.Sqrt(12/math.Max(1, float64(n))))
		if r.Lang != "" && r.packaged() {
			weight *= packageWeight
		}
		var program [][]byte
		for i, line := range split {
			if r.Lines[i] == nil {
				continue
			}
			label := float64(*r.Lines[i])
			if label == 1 && isComment(line) {
				c.add(line, label, weight*commentWeight)
			} else {
				c.add(line, label, weight)
			}
			if label == 1 {
				program = append(program, line)
			}
		}
		if !r.packaged() || r.Lang == "" {
			c.derive(rng, program, split, n, weight)
		}
		c.reshape(rng, &r, split)
	}
	generate(rng, c)
	ask(rng, c)
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

// reshape adds prose in the shapes that people give it: wrapped, listed, quoted,
// without capitals, as headings, as verse. What makes a line prose must be its
// words, not that it is long and ends in a full stop.
func (c *collector) reshape(rng *rand.Rand, r *row, split [][]byte) {
	for i, line := range split {
		if r.Lines[i] == nil || *r.Lines[i] != 0 || len(line) < 50 || rng.IntN(3) > 0 || bytes.ContainsAny(line, "{}<>=;|`") {
			continue
		}
		words := bytes.Fields(line)
		if len(words) < 8 {
			continue
		}
		take := func(n int) []byte {
			n = min(n, len(words))
			at := rng.IntN(len(words) - n + 1)
			return bytes.Join(words[at:at+n], []byte(" "))
		}
		var out []byte
		switch rng.IntN(10) {
		case 0:
			out = take(6 + rng.IntN(12))
		case 1:
			out = append([]byte(bullets[rng.IntN(len(bullets))]), take(1+rng.IntN(9))...)
		case 2:
			out = fmt.Appendf(nil, "%d%c %s", 1+rng.IntN(20), ".)"[rng.IntN(2)], take(2+rng.IntN(9)))
		case 3:
			out = bytes.ToLower(take(1 + rng.IntN(8)))
		case 4:
			out = append(take(1+rng.IntN(4)), ':')
		case 5:
			out = fmt.Appendf(nil, "%s: %s", take(1+rng.IntN(3)), take(1+rng.IntN(8)))
		case 6:
			out = bytes.ToUpper(take(1 + rng.IntN(6)))
		case 7:
			out = fmt.Appendf(nil, "%s (%s)", take(2+rng.IntN(5)), take(1+rng.IntN(3)))
		case 8:
			out = fmt.Appendf(nil, "%d %s", 1+rng.IntN(999), take(1+rng.IntN(5)))
		case 9:
			_, size := utf8.DecodeRune(words[0])
			out = bytes.Clone(words[0][:size])
		}
		if rng.IntN(8) == 0 {
			out = append(out, [...]string{",", ";", ".", " and", "; and", "; or"}[rng.IntN(6)]...)
		}
		switch rng.IntN(6) {
		case 0, 1:
			out = append(bytes.Repeat([]byte(" "), 1+rng.IntN(16)), out...)
		case 2:
			out = append(bytes.Repeat([]byte("\t"), 1+rng.IntN(2)), out...)
		}
		c.add(out, 0, 0.5)
	}
}

// bullets begin the items of lists, and quotations.
var bullets = [...]string{"- ", "- ", "* ", "* ", "> ", "• ", "– ", "+ ", "a) ", "b. ", "(c) ", "(ii) ", "iv. ", "-- ", "o ", "[ ] ", "# ", "## "}

func joined(split [][]byte) []byte {
	var b []byte
	for _, line := range split {
		if line = bytes.TrimSpace(line); len(line) > 0 && !bytes.HasPrefix(line, []byte("```")) {
			b = append(append(b, line...), ' ')
		}
	}
	return b
}
