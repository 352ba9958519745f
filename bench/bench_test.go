package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

func TestFictionHasValidChecksums(t *testing.T) {
	f := NewFiction(1)
	for range 200 {
		card := strings.ReplaceAll(f.Card(), " ", "")
		if len(card) != 16 || luhnCheck(card[:15]) != card[15]-'0' {
			t.Fatalf("card of %d digits does not pass mod 10", len(card))
		}
		iban := strings.ReplaceAll(f.IBAN(), " ", "")
		n, ok := new(big.Int).SetString(iban[4:]+"1314"+iban[2:4], 10)
		if !ok || len(iban) != 22 || new(big.Int).Mod(n, big.NewInt(97)).Int64() != 1 {
			t.Fatalf("IBAN of %d characters does not pass mod 97", len(iban))
		}
		for value, pattern := range map[string]string{
			f.AWSAccessKeyID():     `^AKIA[A-Z2-7]{16}$`,
			f.AWSSecretAccessKey(): `^[A-Za-z0-9/+]{40}$`,
			f.GitHubToken():        `^ghp_[A-Za-z0-9]{36}$`,
			f.Email():              `^[a-z.]+@[a-z0-9-]+\.de$`,
		} {
			if !regexp.MustCompile(pattern).MatchString(value) {
				t.Fatalf("a value does not look like %s", pattern)
			}
		}
	}
	a, _ := NewFiction(7).Five()
	b, _ := NewFiction(7).Five()
	c, _ := NewFiction(8).Five()
	if a != b || a == c {
		t.Error("the seed does not decide the values")
	}
}

func TestBodiesAreDifferentJSONOfTheRightSize(t *testing.T) {
	for _, size := range []int{512, 1 << 10, 64 << 10} {
		bodies := NewBodies(3, size)
		seen := map[string]bool{}
		for range 50 {
			body := bodies.Append(nil)
			if len(body) != size || !json.Valid(body) || seen[string(body)] {
				t.Fatalf("body of %d bytes: length %d, valid %t, seen before %t", size, len(body), json.Valid(body), seen[string(body)])
			}
			seen[string(body)] = true
		}
	}
}

func TestCorporaRepeat(t *testing.T) {
	a, b := Corpora(5, 64<<10, 8<<10), Corpora(5, 64<<10, 8<<10)
	for i := range a {
		if strings.Join(a[i].Texts, "") != strings.Join(b[i].Texts, "") || a[i].Bytes() < 64<<10 {
			t.Errorf("%s: %d bytes, not the same twice", a[i].Name, a[i].Bytes())
		}
	}
	least := map[string]int{"1 per 21 KB": 2, "1 per 2.2 KB": 20, "1 per 270 B": 100, "pii": 400}
	for _, c := range a {
		if c.Findings < least[c.Name] || c.Exact != (least[c.Name] == 0) || c.Exact && c.Findings > 0 {
			t.Errorf("%s holds %d findings, exact %t", c.Name, c.Findings, c.Exact)
		}
		delete(least, c.Name)
	}
	if len(least) > 0 {
		t.Errorf("no texts of %v", least)
	}
}

// byteDetector finds every occurrence of a byte.
type byteDetector byte

func (d byteDetector) Detect(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	var found []scanner.Finding
	for i, text := range texts {
		for j, b := range text.Bytes {
			if b == byte(d) {
				found = append(found, scanner.Finding{Text: i, Span: scanner.Span{Start: j, End: j + 1}, Confidence: scanner.High})
			}
		}
	}
	return found, nil
}

func TestEngineCounts(t *testing.T) {
	corpora := []Corpus{{Name: "at", Texts: []string{"a@b", "none", "@@"}, Findings: 3, Exact: true}}
	results, err := Engine(t.Context(), []EngineCase{{Name: "at", Detector: byteDetector('@'), Expect: Exactly}}, corpora, EngineOptions{MinCPU: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	r := results[0]
	if r.Findings != 3 || r.Bytes != 9 || r.Passes == 0 || r.MBPerSec <= 0 {
		t.Errorf("result %+v", r)
	}
	corpora[0].Hostile = true
	results, err = Engine(t.Context(), []EngineCase{{Name: "at", Detector: byteDetector('@'), Work: func(_ context.Context, texts []scanner.Text) (match.Stats, error) {
		return match.Stats{Bytes: int64(len(texts[0].Bytes)), Calls: 1}, nil
	}}}, corpora, EngineOptions{MinCPU: time.Millisecond, ColdTexts: 2})
	if err != nil || len(results[0].Slowest) != 3 || results[0].Slowest[0].MBPerSec <= 0 || results[0].Slowest[2].MBPerSec < results[0].Slowest[0].MBPerSec || results[0].Work.Bytes != 9 || results[0].Work.Calls != 3 {
		t.Errorf("result %+v, %v", results, err)
	}
	corpora[0].Hostile = false
	results, err = Engine(t.Context(), []EngineCase{{Name: "at", Detector: byteDetector('@')}}, corpora, EngineOptions{MinCPU: time.Millisecond, ColdTexts: 2})
	if err != nil || results[0].ColdMBPerSec <= 0 || results[0].Slowest != nil {
		t.Errorf("result %+v, %v", results, err)
	}
	corpora[0].Findings = 4
	if _, err := Engine(t.Context(), []EngineCase{{Name: "at", Detector: byteDetector('@'), Expect: Exactly}}, corpora, EngineOptions{}); err == nil {
		t.Error("a wrong count is not an error")
	}
	var out bytes.Buffer
	if err := EngineTable(&out, ThisMachine(), results); err != nil || !strings.Contains(out.String(), "| at") {
		t.Errorf("table %q, %v", out.String(), err)
	}
}

func TestPathChecksEveryAnswer(t *testing.T) {
	sink, err := StartSink()
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	same := []Contender{{"one", sink.URL + "/v1/chat/completions"}, {"two", sink.URL}}
	opts := PathOptions{Sizes: []int{1 << 10, 64 << 10}, Clients: []int{1, 4}, Time: 40 * time.Millisecond, Slice: 20 * time.Millisecond}
	results, err := Path(t.Context(), same, opts)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 8 {
		t.Fatalf("%d results, want 8", len(results))
	}
	for _, r := range results {
		if r.Requests < r.Clients || r.PerSecond <= 0 || r.P["p50"] <= 0 || (r.Added == nil) != (r.Contender == "one") {
			t.Errorf("result %+v", r)
		}
	}
	var out bytes.Buffer
	if err := PathTable(&out, ThisMachine(), results); err != nil || strings.Count(out.String(), "\n") != 2+2+8 {
		t.Errorf("table:\n%s%v", out.String(), err)
	}
	sink.Close()
	if _, err := Path(t.Context(), same, opts); err == nil {
		t.Error("an upstream that is gone is not an error")
	}
}

func TestPercentiles(t *testing.T) {
	var took []time.Duration
	for i := range 1000 {
		took = append(took, time.Duration(1000-i)*time.Millisecond)
	}
	p := percentiles(took)
	if p["p50"] != 500 || p["p90"] != 900 || p["p99"] != 990 {
		t.Errorf("percentiles of 1..1000 ms: %v", p)
	}
	if _, ok := p["p99.9"]; ok {
		t.Error("p99.9 of 1000 requests is one request")
	}
}

func TestHostileTextsAreWhatPatternsDescribe(t *testing.T) {
	exprs := []Named{{"key", `key_[0-9]{8}`}, {"pass", `(?i)pass: \S{6,}`}, {"japan", `日本+`}}
	c, err := Hostile(4, exprs, 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Texts) != 3*len(exprs) || !c.Hostile || c.Labels[4] != "pass, without its end" {
		t.Fatalf("%d texts, hostile %t", len(c.Texts), c.Hostile)
	}
	for i, text := range c.Texts {
		if len(text) < 1<<10 || len(text) > 2<<10 || !utf8.ValidString(text) {
			t.Errorf("text %d has %d bytes, valid %t", i, len(text), utf8.ValidString(text))
		}
		if n := len(regexp.MustCompile(exprs[i/3].Expr).FindAllString(text, -1)); i%3 == 0 && n < 10 {
			t.Errorf("text %d holds %d matches", i, n)
		}
	}
	if _, err := Hostile(4, []Named{{"bad", "("}}, 10); err == nil {
		t.Error("a bad pattern is no error")
	}
}

func TestRuleCosts(t *testing.T) {
	file, err := rules.Parse("r.yaml", []byte(`rules:
  - {id: digits, kind: pii, title: Digits, pattern: '\b[0-9]{4}-[0-9]{4}\b'}
  - {id: absent, kind: secret, title: Absent, pattern: 'zq_[a-f]{9}'}
`))
	if err != nil {
		t.Fatal(err)
	}
	texts := []scanner.Text{{Bytes: []byte(strings.Repeat("call 1234-5678 now ", 400))}}
	costs, err := RuleCosts(t.Context(), []*rules.File{file}, texts, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	byRule := map[string]RuleCost{}
	for _, c := range costs {
		byRule[c.Rule] = c
	}
	if d := byRule["digits"]; d.Findings != 400 || d.Work.Matches != 400 || d.Work.Anchors < 400 || d.Work.Bytes != int64(len(texts[0].Bytes)) {
		t.Errorf("digits: %+v", d)
	}
	if a := byRule["absent"]; a.Findings != 0 || a.Work.Matches != 0 || a.Work.Windows != 0 {
		t.Errorf("absent: %+v", a)
	}
	var out bytes.Buffer
	if err := RuleTable(&out, ThisMachine(), "a text", costs); err != nil || !strings.Contains(out.String(), "| digits") {
		t.Errorf("table %q, %v", out.String(), err)
	}
}
