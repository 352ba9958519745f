package code_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
)

// TestEncodedBlocks puts random bytes, written as text in the usual ways, behind a
// sentence: they are data, whatever their letters look like. Within a program they
// are a part of it.
func TestEncodedBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		raw := make([]byte, 500+rng.IntN(900))
		for i := range raw {
			raw[i] = byte(rng.Uint32())
		}
		block := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
		for name, data := range map[string]string{
			"pem":      block,
			"base64":   wrap(base64.StdEncoding.EncodeToString(raw), 76),
			"url":      wrap(base64.RawURLEncoding.EncodeToString(raw), 64),
			"hex":      wrap(hex.EncodeToString(raw), 64),
			"dump":     hex.Dump(raw),
			"one line": base64.StdEncoding.EncodeToString(raw) + "\n",
		} {
			text := "Could you tell me what this is, and who may have sent it?\n\n" + data
			found, err := code.New(code.Kinds()...).Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range sure(found) {
				if f.Kind != code.KindData {
					t.Errorf("%s: found %s in lines of it", name, f.Detail)
				}
			}
			if name != "one line" && len(found) == 0 {
				t.Errorf("%s: not found as data", name)
			}
		}
		program := "package x\n\nconst cert = `" + block + "`\n\n" + strings.TrimPrefix(strings.TrimSpace(goSample), "package ") + "\n"
		found := sure(detect(t, program))
		if len(found) != 1 || found[0].Lines < strings.Count(block, "\n") {
			t.Errorf("a program around a block: %+v", found)
		}
	}
}

// wrap breaks a text into lines.
func wrap(s string, width int) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s + "\n"
}
