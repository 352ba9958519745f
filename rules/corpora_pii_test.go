package rules

import (
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// tally counts labelled spans and findings.
type tally struct{ hit, all, alarms int }

func (c tally) recall() float64    { return percent(c.hit, c.all) }
func (c tally) precision() float64 { return percent(c.hit, c.hit+c.alarms) }
func (c tally) f1() float64        { return percent(2*c.hit, c.hit+c.all+c.alarms) }

// half splits types and countries by a hash of both. A rule that fits one half
// better than the other fits rows, not a type.
func half(entity, locale string) string {
	h := fnv.New32a()
	h.Write([]byte(entity + "/" + locale))
	if h.Sum32()%2 == 0 {
		return "first half"
	}
	return "second half"
}

// ruleOf is the rule that reports an entity of the corpora.
func ruleOf(entity string) string {
	return strings.ReplaceAll(strings.ToLower(entity), "_", "-")
}

// standAlone are the types that a rule takes without a word nearby, since
// their checks and their form leave few others.
var standAlone = []string{
	"CREDIT_CARD", "IBAN_CODE", "CRYPTO", "MAC_ADDRESS", "EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "US_ITIN", "US_MBI", "UK_NINO", "CA_SIN", "AU_ABN",
	"IN_PAN", "SG_NRIC_FIN", "FR_NIR", "ES_NIF", "ES_NIE", "IT_FISCAL_CODE", "BE_NN", "FI_PERSONAL_IDENTITY_CODE", "NO_FNR", "CH_AHV", "RU_SNILS",
	"BR_CPF", "BR_CNPJ", "MX_CURP", "MX_RFC", "AR_CUIT", "CL_RUT", "KR_RRN", "CN_RESIDENT_ID", "MY_NRIC", "ZA_ID_NUMBER", "SE_PERSONNUMMER",
	"TR_NATIONAL_ID",
}

// unbound are types whose check digit does not bind every issuer.
var unbound = []string{"VIN"}

// mislabelled are rows whose "broken" number is right after all: the digit
// that was changed does not change the sum.
var mislabelled = []string{"US_DEA/badcheck/00276", "TH_TNIN/badcheck/01948"}

func TestCorporaIDs(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	any, typed, bare := map[string]tally{}, map[string]tally{}, map[string]tally{}
	broken := 0
	for _, r := range readCorpus(t, "pii-generated-ids") {
		found := findMedium(t, set, r.Text)
		kind, _ := r.Kind.(string)
		target := r.Target[0]
		part := half(target, r.Locale)
		if kind == "badcheck" {
			if slices.Contains(unbound, target) || slices.ContainsFunc(mislabelled, func(id string) bool { return strings.HasSuffix(r.ID, id) }) {
				continue
			}
			for _, f := range found {
				if f.Rule == ruleOf(target) {
					broken++
					miss(t, "BROKEN %s: «%s» | %.200q", r.ID, r.Text[f.Span.Start:f.Span.End], r.Text)
				}
			}
			continue
		}
		for _, s := range r.Spans {
			span := byteSpan(r.Text, s.Start, s.End)
			hitAny := overlaps(found, "", span)
			hitTyped := slices.ContainsFunc(found, func(f scanner.Finding) bool { return f.Rule == ruleOf(s.Entity) && f.Span.Overlaps(span) })
			if kind == "noctx" {
				if slices.Contains(standAlone, s.Entity) {
					bare[part] = bare[part].add(hitAny)
					if !hitAny {
						miss(t, "MISS bare %s: «%s» | %.200q", r.ID, r.Text[span.Start:span.End], r.Text)
					}
				}
				continue
			}
			any[part], typed[part] = any[part].add(hitAny), typed[part].add(hitTyped)
			if !hitTyped {
				miss(t, "MISS ctx (%v) %s: «%s» | %.200q %v", hitAny, r.ID, r.Text[span.Start:span.End], r.Text, found)
			}
		}
	}
	for _, part := range []string{"first half", "second half"} {
		t.Logf("%s: with context %d of %d found (%.1f %%), %.1f %% as their own type; alone %d of %d (%.1f %%)", part,
			any[part].hit, any[part].all, any[part].recall(), typed[part].recall(), bare[part].hit, bare[part].all, bare[part].recall())
		if any[part].recall() < 98 || typed[part].recall() < 97 || bare[part].recall() < 95 {
			t.Errorf("%s: less than before", part)
		}
	}
	t.Logf("%d broken checksums reported", broken)
	if broken > 0 {
		t.Errorf("%d broken checksums reported", broken)
	}
}

func (c tally) add(hit bool) tally {
	c.all++
	if hit {
		c.hit++
	}
	return c
}

// structured are the entities of presidio-research that have a form.
var structured = []string{"CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "US_SSN", "PHONE_NUMBER"}

func TestCorporaPresidio(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	byEntity := map[string]tally{}
	var total, person, address tally
	for _, r := range readCorpus(t, "pii-presidio-research") {
		found := findMedium(t, set, r.Text)
		used := make([]bool, len(found))
		for _, s := range r.Spans {
			span := byteSpan(r.Text, s.Start, s.End)
			hit := false
			for i, f := range found {
				if f.Span.Overlaps(span) {
					group := groupOf(s.Entity)
					if group != "" && group == groupOf(entityOf(f.Rule)) || group == "" && f.Rule == ruleOf(s.Entity) {
						hit, used[i] = true, true
					}
				}
			}
			switch group := groupOf(s.Entity); {
			case slices.Contains(structured, s.Entity):
				byEntity[s.Entity] = byEntity[s.Entity].add(hit)
				total = total.add(hit)
			case group == "person":
				person = person.add(hit)
			case s.Entity == "ADDRESS" || s.Entity == "STREET_ADDRESS":
				address = address.add(hit)
			default:
				continue
			}
			if !hit {
				miss(t, "MISS %s %s: «%s» | %.300q", r.ID, s.Entity, r.Text[span.Start:span.End], r.Text)
			}
		}
		for i, f := range found {
			if used[i] {
				continue
			}
			switch entity := entityOf(f.Rule); {
			case slices.Contains(structured, entity):
				c := byEntity[entity]
				c.alarms++
				byEntity[entity] = c
				total.alarms++
			case groupOf(entity) == "person":
				person.alarms++
			case groupOf(entity) == "address":
				address.alarms++
			default:
				continue
			}
			miss(t, "ALARM %s: %s %s «%s» | %.300q", r.ID, f.Rule, f.Confidence, r.Text[f.Span.Start:f.Span.End], r.Text)
		}
	}
	for _, entity := range structured {
		c := byEntity[entity]
		t.Logf("%s: recall %.1f %% of %d, precision %.1f %%", entity, c.recall(), c.all, c.precision())
	}
	t.Logf("structured: F1 %.1f %%, recall %.1f %%, precision %.1f %%", total.f1(), total.recall(), total.precision())
	t.Logf("person: recall %.1f %% of %d, precision %.1f %% (%d alarms)", person.recall(), person.all, person.precision(), person.alarms)
	t.Logf("address: recall %.1f %% of %d, precision %.1f %% (%d alarms)", address.recall(), address.all, address.precision(), address.alarms)
	if total.f1() < 98 || person.recall() < 23 || address.recall() < 38 || person.precision() < 95 || address.precision() < 95 {
		t.Error("less than before")
	}
}

// entityOf undoes ruleOf.
func entityOf(rule string) string {
	return strings.ReplaceAll(strings.ToUpper(rule), "-", "_")
}

// groupOf joins the names that corpora have for a person's name or a place of
// living.
func groupOf(entity string) string {
	switch entity {
	case "PERSON", "PERSON_NAME":
		return "person"
	case "ADDRESS", "STREET_ADDRESS", "LOCATION", "ZIP_CODE", "POSTAL_CODE", "GPE":
		return "address"
	}
	return ""
}

// TestCorporaAuthoredPII measures personal data other than names in prompts
// that were written by hand, and alarms on prompts without any.
func TestCorporaAuthoredPII(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	var whole, names tally
	for _, r := range readCorpus(t, "authored-positives") {
		found := slices.DeleteFunc(findMedium(t, set, r.Text), func(f scanner.Finding) bool { return f.Kind != scanner.KindPII })
		for _, s := range r.Spans {
			if s.Kind != "pii" {
				continue
			}
			span := byteSpan(r.Text, s.Start, s.End)
			hit := slices.ContainsFunc(found, func(f scanner.Finding) bool { return f.Span.Contains(span) })
			if s.Type == "person" {
				names = names.add(overlaps(found, "", span))
			} else {
				whole = whole.add(hit)
			}
			if !hit {
				miss(t, "MISS %s %s: «%s» | %.300q", r.ID, s.Type, r.Text[span.Start:span.End], r.Text[max(0, span.Start-150):min(len(r.Text), span.End+150)])
			}
		}
		for _, f := range found {
			ok := false
			for _, s := range r.Spans {
				ok = ok || f.Span.Overlaps(byteSpan(r.Text, s.Start, s.End))
			}
			for _, s := range r.OptionalSpans {
				ok = ok || f.Span.Overlaps(byteSpan(r.Text, s.Start, s.End))
			}
			if !ok {
				whole.alarms++
				miss(t, "ALARM %s: %s %s «%s»", r.ID, f.Rule, f.Confidence, r.Text[f.Span.Start:f.Span.End])
			}
		}
	}
	flagged, clean := 0, 0
	for _, r := range readCorpus(t, "authored-negatives") {
		clean++
		found := slices.DeleteFunc(findMedium(t, set, r.Text), func(f scanner.Finding) bool { return f.Kind != scanner.KindPII })
		if len(found) > 0 {
			flagged++
			miss(t, "CLEAN %s: %s «%s» | %.200q", r.ID, found[0].Rule, r.Text[found[0].Span.Start:found[0].Span.End], r.Text)
		}
	}
	t.Logf("other than names: %d of %d whole (%.1f %%), precision %.1f %%; names: %d of %d; clean prompts flagged: %d of %d",
		whole.hit, whole.all, whole.recall(), whole.precision(), names.hit, names.all, flagged, clean)
	if whole.recall() < 92 || whole.precision() < 95 || percent(flagged, clean) > 1 {
		t.Error("less than before")
	}
}
