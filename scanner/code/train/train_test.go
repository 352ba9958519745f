package main

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner/code/internal/lines"
)

func TestPermissive(t *testing.T) {
	for license, want := range map[string]bool{
		"MIT": true, "Apache-2.0": true, "MIT/Apache-2.0": true, "BSD-3": true, "public domain": true,
		"CC0-1.0 (somebody/something)": true, "Apache-2.0 (code)": true,
		"": false, "CC-BY-4.0": false, "GPL-3.0": false, "per file": false, "MIT/GPL-3.0": false, "synthetic": false,
		"StackOverflow CC BY-SA (a set, no licence file)": false, "file-specific (see linguist samples)": false,
	} {
		if r := (row{License: license}); r.permissive() != want {
			t.Errorf("licence %q: permissive is %v", license, !want)
		}
	}
}

func TestFill(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	got := fill(rng, "%w %W %n %t %d %a %h %% %")
	if f := strings.Fields(got); len(f) != 9 || f[7] != "%" || f[8] != "%" || len(f[3]) != 8 || len(f[4]) != 10 {
		t.Errorf("filled to %q", got)
	}
}

func TestRegress(t *testing.T) {
	examples := func() []example {
		c := &collector{r: lines.Reader{W: &lines.Weights{}, Collect: true}}
		generate(rand.New(rand.NewPCG(1, 1)), c)
		return c.out[:4000]
	}
	first, second := regress(examples()), regress(examples())
	if !bytes.Equal(first.Encode(), second.Encode()) {
		t.Error("the same data gave different weights")
	}
	r := lines.Reader{W: first}
	if s := r.Read([]byte("  return foo(bar[1], baz);")).Score; s <= 0 {
		t.Errorf("score of code is %f", s)
	}
	if s := r.Read([]byte("2024-05-05T10:11:12Z INFO queue/worker.go:31 started: queue 4")).Score; s >= 0 {
		t.Errorf("score of a log line is %f", s)
	}
}
