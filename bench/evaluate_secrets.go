package bench

import (
	"fmt"
	"slices"

	"github.com/sluice-dlp/sluice/scanner"
)

// The collections of secrets, by the project that their examples are from. Most
// rows of the first two are generated from their own rules.
var (
	generatedSecrets = []string{"gitleaks", "betterleaks"}
	exampleSecrets   = []string{"kingfisher", "noseyparker", "titus", "credsweeper", "secretlint"}
)

// secrets measures what is found of keys, tokens and passwords.
func (e *evaluation) secrets() {
	var found, flagged tally
	for _, name := range exampleSecrets {
		a, b := e.collection(name, nil)
		found.plus(a)
		flagged.plus(b)
	}
	e.share("the five", "secrets found", found, atLeast(.90))
	for _, name := range generatedSecrets {
		_, b := e.collection(name, atLeast(.97))
		flagged.plus(b)
	}
	e.share("all seven", "negatives flagged", flagged, atMost(.05))
	e.authoredSecrets()
	e.cleanSecrets()
}

// collection measures one collection. A negative is flagged by any secret,
// though it is only known to be none of its own rule's.
func (e *evaluation) collection(name string, target *Target) (found, flagged tally) {
	corpus := "secrets-" + name
	var whole tally
	rows := e.rows(corpus)
	for i := range rows {
		r := &rows[i]
		if r.Label == "negative" {
			alarms := r.of(scanner.KindSecret)
			flagged.add(len(alarms) > 0)
			for _, f := range alarms {
				e.alarm(corpus, r, f)
			}
			continue
		}
		for _, value := range r.Secrets {
			places := Occurrences(r.Text, value)
			hit := slices.ContainsFunc(places, func(s scanner.Span) bool { return r.overlapping(s, scanner.KindSecret, scanner.KindPII) })
			found.add(hit)
			whole.add(slices.ContainsFunc(places, func(s scanner.Span) bool { return r.containing(s, scanner.KindSecret, scanner.KindPII) }))
			if !hit {
				s := scanner.Span{}
				if len(places) > 0 {
					s = places[0]
				}
				e.miss(corpus, r, r.Rule, s)
			}
		}
	}
	e.share(name, "secrets found", found, target)
	e.share(name, "secrets found whole", whole, nil)
	e.share(name, "negatives flagged", flagged, nil)
	return found, flagged
}

// authoredSecrets measures prompts that were written by hand.
func (e *evaluation) authoredSecrets() {
	const corpus = "authored-positives"
	var found, whole, secret tally
	hard := map[int]*tally{1: {}, 2: {}, 3: {}}
	rows := e.rows(corpus)
	for i := range rows {
		r := &rows[i]
		for _, l := range r.Spans {
			if l.Kind != "secret" {
				continue
			}
			hit := r.overlapping(l.span, scanner.KindSecret, scanner.KindPII)
			contained := r.containing(l.span, scanner.KindSecret, scanner.KindPII)
			found.add(hit)
			whole.add(contained)
			secret.add(r.overlapping(l.span, scanner.KindSecret))
			if t := hard[r.Difficulty]; t != nil {
				t.add(contained)
			}
			if !contained {
				e.miss(corpus, r, l.Type, l.span)
			}
		}
	}
	e.share(corpus, "secrets found whole", whole, atLeast(.85))
	e.share(corpus, "secrets found", found, nil)
	e.share(corpus, "secrets found as a secret", secret, nil)
	for d := 1; d <= 3; d++ {
		e.share(corpus, fmt.Sprintf("found whole, difficulty %d", d), *hard[d], nil)
	}
}

// cleanSecrets counts findings where there is nothing to find. A person would
// call some of them right, so the figure is an upper bound.
func (e *evaluation) cleanSecrets() {
	const corpus = "authored-negatives"
	flagged, placeholders := 0, 0
	rows := e.rows(corpus)
	for i := range rows {
		r := &rows[i]
		alarms := append(r.of(scanner.KindSecret), r.of(scanner.KindPII)...)
		for _, f := range alarms {
			e.alarm(corpus, r, f)
		}
		if len(alarms) == 0 {
			continue
		}
		flagged++
		if r.Class == "placeholder" || r.Class == "documentation_values" || r.Class == "vendor_test_number" {
			placeholders++
		}
	}
	if len(rows) > 0 {
		of := fmt.Sprintf("of %d", len(rows))
		e.number(Figure{Corpus: corpus, Measure: "clean prompts flagged", Value: float64(flagged), Unit: Times, Count: of, Target: atMost(0)})
		e.number(Figure{Corpus: corpus, Measure: "of these, placeholders and published samples", Value: float64(placeholders), Unit: Times, Target: atMost(0)})
	}
	total, size := 0, 0
	for _, name := range []string{"pii-clean-text", "code-prose", "code-code"} {
		n, bytes := e.findingsIn(name, func(f scanner.Finding) bool { return f.Kind == scanner.KindSecret })
		e.rate(name, "secrets reported", n, bytes, nil)
		total, size = total+n, size+bytes
	}
	e.rate("the three", "secrets reported (≥ false ones)", total, size, atMost(.5))
}

// findingsIn counts the findings in a corpus of clean texts.
func (e *evaluation) findingsIn(corpus string, counts func(scanner.Finding) bool) (n, bytes int) {
	rows := e.rows(corpus)
	for i := range rows {
		r := &rows[i]
		bytes += len(r.Text)
		for _, f := range r.found {
			if counts(f) {
				n++
				e.alarm(corpus, r, f)
			}
		}
	}
	return n, bytes
}
