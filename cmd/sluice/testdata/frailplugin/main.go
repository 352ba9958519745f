// Command frailplugin is a detector that fails in the ways that plugins do, on
// request, for the end-to-end tests.
package main

import (
	"bytes"
	"context"
	"errors"
	"os"

	"github.com/sluice-dlp/sluice/plugins"
	"github.com/sluice-dlp/sluice/scanner"
)

func main() { plugins.Serve(frail{}) }

type frail struct{}

// Describe says what the plugin finds.
func (frail) Describe() plugins.Description {
	return plugins.Description{
		Name: "frail", Version: "1.0.0",
		Rules: []plugins.Rule{{ID: "frail-word", Kind: scanner.KindSecret}},
	}
}

// Detect finds a word, fails, or ends the process.
func (frail) Detect(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	var found []scanner.Finding
	for i, text := range texts {
		switch {
		case bytes.Contains(text.Bytes, []byte("die-now")):
			os.Exit(3)
		case bytes.Contains(text.Bytes, []byte("fail-now")):
			return nil, errors.New("asked to fail")
		}
		word := []byte("plugin-word")
		if at := bytes.Index(text.Bytes, word); at >= 0 {
			found = append(found, scanner.Finding{
				Rule: "frail-word", Kind: scanner.KindSecret, Text: i,
				Span: scanner.Span{Start: at, End: at + len(word)}, Confidence: scanner.High,
			})
		}
	}
	return found, nil
}
