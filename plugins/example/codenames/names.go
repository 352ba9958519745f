package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/sluice-dlp/sluice/plugins"
	"github.com/sluice-dlp/sluice/scanner"
)

// The rules of this plugin.
const (
	ruleName   = "code-name"
	ruleTicket = "internal-ticket"
	kind       = scanner.Kind("internal")
)

// anyNumber is the last word of an entry that stands for ticket numbers.
const anyNumber = "#"

// names finds what is on a list. It is immutable.
type names struct {
	// byFirst holds the entries by their first word, those with more words
	// first. Words are in lower case.
	byFirst map[string][][]string
}

// parse reads a list: one name on each line, "PREFIX-#" for the tickets of a
// tracker, "#" at the beginning of a line for a remark.
func parse(r io.Reader) (*names, error) {
	n := &names{byFirst: make(map[string][][]string)}
	lines := bufio.NewScanner(r)
	for i := 1; lines.Scan(); i++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, ticket := strings.CutSuffix(line, "-"+anyNumber)
		var entry []string
		for _, w := range words(name) {
			entry = append(entry, fold(name[w.Start:w.End]))
		}
		if len(entry) == 0 || strings.Contains(name, anyNumber) {
			return nil, fmt.Errorf("line %d: not a name", i)
		}
		if ticket {
			entry = append(entry, anyNumber)
		}
		n.byFirst[entry[0]] = append(n.byFirst[entry[0]], entry)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(n.byFirst) == 0 {
		return nil, errors.New("the list of words is empty")
	}
	for _, entries := range n.byFirst {
		slices.SortFunc(entries, func(a, b []string) int { return cmp.Compare(len(b), len(a)) })
	}
	return n, nil
}

// Describe implements plugins.Plugin.
func (n *names) Describe() plugins.Description {
	return plugins.Description{
		Name:    "codenames",
		Version: "1.0.0",
		Rules:   []plugins.Rule{{ID: ruleName, Kind: kind}, {ID: ruleTicket, Kind: kind}},
	}
}

// Detect implements scanner.Detector.
func (n *names) Detect(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	var found []scanner.Finding
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, f := range n.find(string(text.Bytes)) {
			f.Text = i
			found = append(found, f)
		}
	}
	return found, nil
}

func (n *names) find(text string) []scanner.Finding {
	var found []scanner.Finding
	all := words(text)
	for i := 0; i < len(all); {
		entry := n.match(text, all[i:])
		if entry == nil {
			i++
			continue
		}
		f := scanner.Finding{
			Rule:       ruleName,
			Kind:       kind,
			Span:       scanner.Span{Start: all[i].Start, End: all[i+len(entry)-1].End},
			Confidence: scanner.Medium, // a single word may mean something else
		}
		if len(entry) > 1 {
			f.Confidence = scanner.High
		}
		if entry[len(entry)-1] == anyNumber {
			f.Rule = ruleTicket
		}
		found = append(found, f)
		i += len(entry)
	}
	return found
}

// match returns the longest entry that the words begin with, or nil.
func (n *names) match(text string, all []scanner.Span) []string {
	first := fold(text[all[0].Start:all[0].End])
next:
	for _, entry := range n.byFirst[first] {
		if len(entry) > len(all) {
			continue
		}
		for i := 1; i < len(entry); i++ {
			between := text[all[i-1].End:all[i].Start]
			word := text[all[i].Start:all[i].End]
			if entry[i] == anyNumber {
				if between != "-" || strings.Trim(word, "0123456789") != "" {
					continue next
				}
			} else if fold(word) != entry[i] || strings.Trim(between, " \t-_") != "" {
				continue next
			}
		}
		return entry
	}
	return nil
}

// fold makes words comparable that differ in case only.
func fold(word string) string { return strings.ToLower(word) }

// words returns the places of the runs of letters and digits.
func words(text string) []scanner.Span {
	var out []scanner.Span
	start := -1
	for i, r := range text {
		inWord := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		switch {
		case inWord && start < 0:
			start = i
		case !inWord && start >= 0:
			out = append(out, scanner.Span{Start: start, End: i})
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, scanner.Span{Start: start, End: len(text)})
	}
	return out
}
