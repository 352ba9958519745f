package rules

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// corpusRow is one labelled text. Offsets count code points.
type corpusRow struct {
	ID      string   `json:"id"`
	Text    string   `json:"text"`
	Label   string   `json:"label"`
	Secrets []string `json:"secrets"`
	Rule    string   `json:"rule"`
	Kind    any      `json:"kind"`
	Class   string   `json:"class"`
	Locale  string   `json:"locale"`
	Target  []string `json:"target"` // types that a number was made as
	Spans   []struct {
		Start  int    `json:"start"`
		End    int    `json:"end"`
		Entity string `json:"entity"`
		Kind   string `json:"kind"`
		Type   string `json:"type"`
	} `json:"spans"`
	OptionalSpans []struct {
		Start int `json:"start"`
		End   int `json:"end"`
	} `json:"optional_spans"`
}

func readCorpus(t testing.TB, name string) []corpusRow {
	t.Helper()
	dir := os.Getenv("CORPORA")
	if dir == "" {
		t.Skip("set CORPORA to a folder of labelled texts to measure recall and false alarms")
	}
	file, err := os.Open(filepath.Join(dir, name+".jsonl.gz"))
	if err != nil {
		t.Skipf("no corpus %s: %v", name, err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 1<<24)
	var rows []corpusRow
	for lines.Scan() {
		var r corpusRow
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// compiledBuiltin is shared, since under the race detector it takes ten seconds.
var compiledBuiltin = sync.OnceValues(func() (*Set, error) {
	files, err := Builtin()
	if err != nil {
		return nil, err
	}
	return Compile(files)
})

// builtinSet returns the built-in rules, compiled.
func builtinSet(t testing.TB) *Set {
	t.Helper()
	set, err := compiledBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// skipIfShort skips what takes minutes under the race detector, which runs
// with -short, and has nothing concurrent in it.
func skipIfShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs every built-in rule many times: left to runs without -short")
	}
}

// findMedium returns the resolved findings of medium confidence and above.
func findMedium(t testing.TB, set *Set, text string) []scanner.Finding {
	t.Helper()
	found, err := set.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(scanner.Resolve(found), func(f scanner.Finding) bool { return f.Confidence < scanner.Medium })
}

// byteSpan turns code point offsets into a span of bytes.
func byteSpan(text string, start, end int) scanner.Span {
	n, span := 0, scanner.Span{Start: len(text), End: len(text)}
	for i := range text {
		if n == start {
			span.Start = i
		}
		if n == end {
			span.End = i
			break
		}
		n++
	}
	return span
}

func overlaps(found []scanner.Finding, kind scanner.Kind, s scanner.Span) bool {
	return slices.ContainsFunc(found, func(f scanner.Finding) bool { return (kind == "" || f.Kind == kind) && f.Span.Overlaps(s) })
}

// holds reports whether one of the findings holds all of a span.
func holds(found []scanner.Finding, s scanner.Span) bool {
	return slices.ContainsFunc(found, func(f scanner.Finding) bool { return f.Span.Contains(s) })
}

func percent(a, b int) float64 { return 100 * float64(a) / float64(max(b, 1)) }

// miss logs a missed value if the environment asks for it.
func miss(t *testing.T, format string, args ...any) {
	if os.Getenv("MISSES") != "" {
		t.Logf(format, args...)
	}
}

// provider is the part of a corpus rule's name that says whose secret it is:
// dropbox of kingfisher.dropbox.1 and of dropbox-api-token.
func provider(rule string) string {
	rule = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(rule), "kingfisher."), "np.")
	if at := strings.IndexAny(rule, ".-_ "); at > 0 {
		rule = rule[:at]
	}
	return rule
}

// unseen reports whether a provider belongs to the half whose rows are counted
// but never looked at.
func unseen(provider string) bool {
	h := fnv.New32a()
	h.Write([]byte(provider))
	return h.Sum32()>>8&1 == 1
}

func TestCorporaSecrets(t *testing.T) {
	skipIfShort(t)
	// Labels include user names, hosts and values such as 1234567890abcdef,
	// which are reported as low.
	floors := map[string]float64{
		"gitleaks": 98, "betterleaks": 98, "kingfisher": 92, "noseyparker": 71, "titus": 84, "credsweeper": 88, "secretlint": 58,
	}
	set := builtinSet(t)
	for _, name := range []string{"gitleaks", "betterleaks", "kingfisher", "noseyparker", "titus", "credsweeper", "secretlint"} {
		t.Run(name, func(t *testing.T) {
			var hit, all, alarms, negatives [2]int // tuned on, held out
			for _, r := range readCorpus(t, "secrets-"+name) {
				half := 0
				if unseen(provider(r.Rule)) {
					half = 1
				}
				found := findMedium(t, set, r.Text)
				if r.Label == "negative" {
					negatives[half]++
					if slices.ContainsFunc(found, func(f scanner.Finding) bool { return f.Kind == scanner.KindSecret }) {
						alarms[half]++
						for _, f := range found {
							if half == 0 {
								miss(t, "ALARM %s %s: %s «%s» | %.300q", r.ID, r.Rule, f.Rule, r.Text[f.Span.Start:f.Span.End], r.Text)
							}
						}
					}
					continue
				}
				for _, s := range r.Secrets {
					all[half]++
					at := strings.Index(r.Text, s)
					if at >= 0 && overlaps(found, "", scanner.Span{Start: at, End: at + len(s)}) {
						hit[half]++
					} else if half == 0 {
						miss(t, "MISS %s %s: «%.80s» | %.300q", r.ID, r.Rule, s, r.Text)
					}
				}
			}
			for half, label := range []string{"tuned on", "held out"} {
				t.Logf("%s, %s: %d of %d secrets found (%.1f %%), %d alarms on %d negatives",
					name, label, hit[half], all[half], percent(hit[half], all[half]), alarms[half], negatives[half])
			}
			t.Logf("%s: %d of %d secrets found (%.1f %%), %d alarms on %d negatives", name, hit[0]+hit[1], all[0]+all[1],
				percent(hit[0]+hit[1], all[0]+all[1]), alarms[0]+alarms[1], negatives[0]+negatives[1])
			if got := percent(hit[0]+hit[1], all[0]+all[1]); got < floors[name] {
				t.Errorf("recall %.1f %%, was %.1f", got, floors[name])
			}
		})
	}
}

func keysOf[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

func TestCorporaClean(t *testing.T) {
	skipIfShort(t)
	// Code, posts and logs hold authors' addresses and hosts, which are no
	// false alarms; the figure bounds them with the rest.
	ceilings := map[string]float64{
		"pii-lookalikes": 0.4, "authored-negatives": 1, "pii-clean-text": 0.1, "code-code": 1.3, "code-prose": 1.1, "code-negatives": 6,
	}
	set := builtinSet(t)
	for _, name := range []string{"pii-lookalikes", "authored-negatives", "pii-clean-text", "code-code", "code-prose", "code-negatives"} {
		t.Run(name, func(t *testing.T) {
			rows := readCorpus(t, name)
			alarms, bytes := 0, 0
			for _, r := range rows {
				bytes += len(r.Text)
				found := slices.DeleteFunc(findMedium(t, set, r.Text), func(f scanner.Finding) bool {
					// They do hold marks of ownership and people's names.
					return f.Kind != scanner.KindSecret && f.Kind != scanner.KindPII || strings.HasPrefix(f.Rule, "person")
				})
				if len(found) > 0 {
					alarms++
				}
				for _, f := range found {
					miss(t, "ALARM %s %s: %s %s «%s» | %.160q", r.ID, r.Class, f.Rule, f.Confidence, r.Text[f.Span.Start:f.Span.End], r.Text[max(0, f.Span.Start-60):min(len(r.Text), f.Span.End+30)])
				}
			}
			t.Logf("%s: false alarms in %d of %d texts (%.2f %%, %d bytes)", name, alarms, len(rows), percent(alarms, len(rows)), bytes)
			if got := percent(alarms, len(rows)); got > ceilings[name] {
				t.Errorf("%.2f %% of texts have false alarms, were %.2f", got, ceilings[name])
			}
		})
	}
}

func TestCorporaAuthored(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	hit, whole, all, alarms := map[string]int{}, map[string]int{}, map[string]int{}, 0
	for _, r := range readCorpus(t, "authored-positives") {
		found := findMedium(t, set, r.Text)
		for _, s := range r.Spans {
			span := byteSpan(r.Text, s.Start, s.End)
			all[s.Kind]++
			if overlaps(found, "", span) {
				hit[s.Kind]++
			} else if s.Type != "person" {
				miss(t, "MISS %s %s: «%s» | %.300q", r.ID, s.Type, r.Text[span.Start:span.End], r.Text)
			}
			if slices.ContainsFunc(found, func(f scanner.Finding) bool { return f.Span.Contains(span) }) {
				whole[s.Kind]++
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
				alarms++
				miss(t, "ALARM %s: %s %s «%s»", r.ID, f.Rule, f.Confidence, r.Text[f.Span.Start:f.Span.End])
			}
		}
	}
	for _, kind := range sorted(keysOf(all)) {
		t.Logf("%s: %d of %d found (%.1f %%), %d whole", kind, hit[kind], all[kind], percent(hit[kind], all[kind]), whole[kind])
	}
	t.Logf("%d false alarms", alarms)
	if percent(hit["secret"], all["secret"]) < 86 || percent(hit["pii"], all["pii"]) < 92 || alarms > 2 {
		t.Errorf("worse than before")
	}
}
