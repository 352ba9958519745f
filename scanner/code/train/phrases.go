package main

import (
	_ "embed" // the phrases are data
	"strings"
)

//go:embed phrases.txt
var phraseText string

// phrases are lines as programs of a language have them, one a line, by the
// language's name. They stand in for programs where packages have few, or few of
// the sort that people ask about.
var phrases = parsePhrases(phraseText)

// parsePhrases reads lines of languages, each below a line of == and its name. A
// language may come more than once.
func parsePhrases(text string) map[string]string {
	all := make(map[string]string)
	name := ""
	for line := range strings.Lines(text) {
		if after, ok := strings.CutPrefix(line, "== "); ok {
			name = strings.TrimSpace(after)
			continue
		}
		all[name] += line
	}
	for name := range all {
		all[name] = strings.TrimSuffix(all[name], "\n")
	}
	return all
}
