package main

import (
	"bytes"
	_ "embed" // the lines are data
	"math/rand/v2"
	"strings"
)

// asks are lines that people write above and below programs, with holes as fill
// knows them.
//
//go:embed asks.txt
var asks string

// ask adds what people write above and below a program, which is often one short
// line: a question, a remark, a thank you, in the languages that prompts come in.
func ask(rng *rand.Rand, c *collector) {
	for range 8 {
		for line := range strings.Lines(asks) {
			text := []byte(fill(rng, strings.TrimSuffix(line, "\n")))
			switch rng.IntN(4) {
			case 0:
				text = bytes.ToLower(text)
			case 1:
				text = bytes.TrimRight(text, "?!.:。！？…")
			}
			c.add(text, 0, 0.5)
		}
	}
}
