package bench

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// standAlone are the types whose format and check are enough without a word
// nearby, in the format in which the corpus writes them.
var standAlone = strings.Fields(`CREDIT_CARD EMAIL_ADDRESS IBAN_CODE PHONE_NUMBER IP_ADDRESS MAC_ADDRESS US_SSN US_ITIN CRYPTO UK_NINO
	IN_PAN SG_NRIC_FIN FR_NIR ES_NIF ES_NIE IT_FISCAL_CODE BE_NN FI_PERSONAL_IDENTITY_CODE BR_CPF BR_CNPJ MX_CURP MX_RFC KR_RRN
	CN_RESIDENT_ID CH_AHV RU_SNILS TR_NATIONAL_ID`)

// structured are the types of prose that have a format.
var structured = strings.Fields("CREDIT_CARD EMAIL_ADDRESS IBAN_CODE IP_ADDRESS US_SSN PHONE_NUMBER")

// ruleOf is the id of an entity's rule.
func ruleOf(entity string) string { return strings.ReplaceAll(strings.ToLower(entity), "_", "-") }

// cueRule reports whether a rule finds persons or street addresses by the words
// around them, and which of the two.
func cueRule(id string) (what string, ok bool) {
	switch {
	case strings.Contains(id, "person"):
		return "person", !strings.Contains(id, "personal") && !strings.Contains(id, "personnummer")
	case strings.Contains(id, "name") && !strings.Contains(id, "username"):
		return "person", true
	case strings.Contains(id, "address") && !strings.HasPrefix(id, "email") && !strings.HasPrefix(id, "ip-") && !strings.HasPrefix(id, "mac-"),
		strings.Contains(id, "po-box"):
		return "street address", true
	}
	return "", false
}

// pii measures what is found of personal data.
func (e *evaluation) pii() {
	e.generatedIDs()
	e.structuredTypes()
	e.authoredPII()
	e.cleanPII()
	e.cueTypes()
}

// generatedIDs measures made-up numbers of many countries: with a word nearby,
// alone, and with a broken checksum.
func (e *evaluation) generatedIDs() {
	const corpus = "pii-generated-ids"
	var context, typed, alone tally
	broken := map[string]*tally{}
	byType, bare := map[string]*tally{}, map[string]*tally{}
	rows := e.rows(corpus)
	for i := range rows {
		r := &rows[i]
		kind, _ := r.Kind.(string)
		if kind == "badcheck" {
			for _, entity := range r.Target {
				hit := slices.ContainsFunc(r.found, func(f scanner.Finding) bool { return f.Rule == ruleOf(entity) })
				count(broken, entity, hit)
				if hit {
					e.note("alarm", corpus, r, "broken "+entity, scanner.Span{End: len(r.Text)})
				}
			}
			continue
		}
		for _, l := range r.Spans {
			hit := r.overlapping(l.span, scanner.KindPII, scanner.KindSecret)
			right := slices.ContainsFunc(r.found, func(f scanner.Finding) bool { return f.Rule == ruleOf(l.Entity) && f.Span.Overlaps(l.span) })
			switch kind {
			case "ctx":
				context.add(hit)
				typed.add(right)
				count(byType, l.Entity, hit)
			case "noctx":
				count(bare, l.Entity, hit)
				if !slices.Contains(standAlone, l.Entity) {
					continue
				}
				alone.add(hit)
			}
			if !hit {
				e.miss(corpus, r, kind+" "+l.Entity, l.span)
			}
		}
	}
	e.share(corpus, "found, with a word nearby", context, atLeast(.98))
	e.share(corpus, "found as their own type, with a word nearby", typed, nil)
	e.share(corpus, "found alone, of the types that may", alone, atLeast(.95))
	if len(broken) > 0 {
		n, all := 0, 0
		for entity, t := range broken {
			if entity != "VIN" { // its check digit does not bind outside North America
				n, all = n+t.hits, all+t.all
			}
		}
		e.number(Figure{Corpus: corpus, Measure: "broken checksums reported as that type, but VIN", Value: float64(n), Unit: Times, Count: fmt.Sprintf("of %d", all), Target: atMost(0)})
	}
	e.details(corpus, "found, with a word nearby: ", byType)
	e.details(corpus, "found alone: ", bare)
	e.details(corpus, "broken, reported: ", broken)
}

// structuredTypes measures the types with a format in filled-in templates.
func (e *evaluation) structuredTypes() {
	const corpus = "pii-presidio-research"
	type score struct{ tp, fn, fp int }
	scores := map[string]*score{}
	for _, entity := range structured {
		scores[entity] = &score{}
	}
	rows := e.rows(corpus)
	for i := range rows {
		r := &rows[i]
		for _, l := range r.Spans {
			s := scores[l.Entity]
			if s == nil {
				continue
			}
			if r.overlapping(l.span, scanner.KindPII, scanner.KindSecret) {
				s.tp++
			} else {
				s.fn++
				e.miss(corpus, r, l.Entity, l.span)
			}
		}
		for _, f := range r.found {
			for entity, s := range scores {
				// A number of one type that is reported as another is found, not false.
				if f.Rule == ruleOf(entity) && !slices.ContainsFunc(r.Spans, func(l label) bool { return scores[l.Entity] != nil && l.span.Overlaps(f.Span) }) {
					s.fp++
					e.alarm(corpus, r, f)
				}
			}
		}
	}
	if len(rows) == 0 {
		return
	}
	var all score
	for _, entity := range structured {
		s := scores[entity]
		all.tp, all.fn, all.fp = all.tp+s.tp, all.fn+s.fn, all.fp+s.fp
		e.f1(Figure{Corpus: corpus, Measure: "F1: " + entity, Detail: true}, s.tp, s.fp, s.fn)
	}
	e.f1(Figure{Corpus: corpus, Measure: "F1 of the types with a format", Target: atLeast(.95)}, all.tp, all.fp, all.fn)
}

// f1 adds an F1 score.
func (e *evaluation) f1(f Figure, tp, fp, fn int) {
	f.Unit = Share
	f.Value = 2 * float64(tp) / float64(max(1, 2*tp+fp+fn))
	f.Count = fmt.Sprintf("%d right, %d false, %d missed", tp, fp, fn)
	e.number(f)
}

// authoredPII measures prompts that were written by hand.
func (e *evaluation) authoredPII() {
	const corpus = "authored-positives"
	var whole, found, precise tally
	types := map[string]*tally{}
	rows := e.rows(corpus)
	for i := range rows {
		r := &rows[i]
		for _, l := range r.Spans {
			if l.Kind != "pii" {
				continue
			}
			contained := r.containing(l.span, scanner.KindPII, scanner.KindSecret)
			count(types, l.Type, contained)
			if l.Type == "person" {
				continue
			}
			whole.add(contained)
			found.add(r.overlapping(l.span, scanner.KindPII, scanner.KindSecret))
			if !contained {
				e.miss(corpus, r, l.Type, l.span)
			}
		}
		for _, f := range r.of(scanner.KindPII) {
			right := slices.ContainsFunc(slices.Concat(r.Spans, r.Optional), func(l label) bool { return l.span.Overlaps(f.Span) })
			precise.add(right)
			if !right {
				e.alarm(corpus, r, f)
			}
		}
	}
	e.share(corpus, "found whole, but names", whole, atLeast(.90))
	e.share(corpus, "found, but names", found, nil)
	e.share(corpus, "precision", precise, atLeast(.95))
	e.details(corpus, "found whole: ", types)
}

// cleanPII measures texts that hold no personal data with a format.
func (e *evaluation) cleanPII() {
	for _, c := range []struct {
		corpus, measure string
		most            float64
	}{{"authored-negatives", "clean prompts flagged", .01}, {"pii-lookalikes", "look-alikes flagged", .01}} {
		var flagged tally
		rows := e.rows(c.corpus)
		for i := range rows {
			alarms := rows[i].of(scanner.KindPII)
			flagged.add(len(alarms) > 0)
			for _, f := range alarms {
				e.alarm(c.corpus, &rows[i], f)
			}
		}
		e.share(c.corpus, c.measure, flagged, atMost(c.most))
	}
	const corpus = "pii-clean-text"
	n, bytes := e.findingsIn(corpus, func(f scanner.Finding) bool {
		_, cue := cueRule(f.Rule)
		return f.Kind == scanner.KindPII && !cue
	})
	e.rate(corpus, "data with a format reported", n, bytes, atMost(1))
}

// cueTypes measures persons and street addresses, which only the words around
// them give away.
func (e *evaluation) cueTypes() {
	for _, c := range []struct {
		what   string
		labels []string
	}{{"person", []string{"PERSON", "person"}}, {"street address", []string{"STREET_ADDRESS", "ADDRESS", "address"}}} {
		var precise tally
		for _, corpus := range []string{"pii-presidio-research", "authored-positives"} {
			var found tally
			rows := e.rows(corpus)
			for i := range rows {
				r := &rows[i]
				for _, l := range r.Spans {
					if slices.Contains(c.labels, l.Entity+l.Type) {
						found.add(r.overlapping(l.span, scanner.KindPII))
					}
				}
				for _, f := range r.found {
					if what, ok := cueRule(f.Rule); !ok || what != c.what {
						continue
					}
					right := slices.ContainsFunc(slices.Concat(r.Spans, r.Optional), func(l label) bool {
						return slices.Contains(c.labels, l.Entity+l.Type) && l.span.Overlaps(f.Span)
					})
					precise.add(right)
					if !right {
						e.note("alarm", corpus, r, c.what+" "+f.Rule, f.Span)
					}
				}
			}
			e.share(corpus, c.what+" found", found, nil)
		}
		e.share("both", c.what+" precision", precise, atLeast(.95))
	}
}

// count adds to the tally of a name.
func count(m map[string]*tally, name string, hit bool) {
	if m[name] == nil {
		m[name] = &tally{}
	}
	m[name].add(hit)
}

// details adds a figure for each name.
func (e *evaluation) details(corpus, measure string, m map[string]*tally) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		e.detail(corpus, measure+name, *m[name])
	}
}
