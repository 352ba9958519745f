package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// detectMarks finds S… as secrets, P… as personal data and lines with {} as code;
// a ? behind makes it low.
func detectMarks(_ context.Context, text []byte) ([]scanner.Finding, error) {
	var found []scanner.Finding
	at := 0
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		if bytes.Contains(line, []byte("{}")) {
			found = append(found, scanner.Finding{Rule: "code", Kind: scanner.KindCode, Span: scanner.Span{Start: at, End: at + len(line)}, Confidence: scanner.High, Lines: 1, Detail: "code cpp"})
		}
		for word := range bytes.FieldsSeq(line) {
			start := at + bytes.Index(line, word)
			f := scanner.Finding{Span: scanner.Span{Start: start, End: start + len(word)}, Confidence: scanner.Medium}
			if word[len(word)-1] == '?' {
				f.Confidence = scanner.Low
			}
			switch word[0] {
			case 'S':
				f.Rule, f.Kind = "mark", scanner.KindSecret
			case 'P':
				f.Rule, f.Kind = "credit-card", scanner.KindPII
			default:
				continue
			}
			found = append(found, f)
		}
		at += len(line) + 1
	}
	return found, nil
}

func writeLabelled(t *testing.T, dir, name, rows string) {
	t.Helper()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(rows)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".jsonl.gz"), zipped.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// figureOf returns the count of a figure, "" if it is not there.
func figureOf(figures []Figure, corpus, measure string) string {
	for _, f := range figures {
		if f.Corpus == corpus && f.Measure == measure {
			return f.Count
		}
	}
	return ""
}

func TestEvaluateCounts(t *testing.T) {
	dir := t.TempDir()
	writeLabelled(t, dir, "secrets-titus", `{"id":"a","text":"é S1 and S2","label":"positive","secrets":["S1","and"],"rule":"r"}
{"id":"b","text":"x S3x","label":"positive","secrets":["3"],"rule":"r"}
{"id":"c","text":"S4? low","label":"negative","secrets":[]}
{"id":"d","text":"S5","label":"negative","secrets":[]}
`)
	writeLabelled(t, dir, "pii-generated-ids", `{"id":"e","text":"é P1","kind":"ctx","spans":[{"start":2,"end":4,"entity":"CREDIT_CARD"}]}
{"id":"f","text":"x 1","kind":"noctx","spans":[{"start":2,"end":3,"entity":"IBAN_CODE"}]}
{"id":"g","text":"P2","kind":"badcheck","target":["CREDIT_CARD"],"spans":[]}
`)
	writeLabelled(t, dir, "code-code", `{"id":"h","text":"if {}\n\nword\n{}","has_code":true,"lines":[1,0,0,0],"source":"s","lang":"C++"}
{"id":"i","text":"none","has_code":false,"lines":[0],"source":"t"}
{"id":"k","text":"word","has_code":true,"lines":[1],"source":"s","lang":"Quux"}
`)
	var misses bytes.Buffer
	figures, missing, err := Evaluate(t.Context(), dir, detectMarks, EvalOptions{
		Misses: &misses, Trained: func(source string) bool { return source == "t" }, Unseen: []string{"Quux"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct{ corpus, measure, count string }{
		{"titus", "secrets found", "2 of 3"},
		{"titus", "secrets found whole", "2 of 3"},
		{"titus", "negatives flagged", "1 of 2"},
		{"the five", "secrets found", "2 of 3"},
		{"pii-generated-ids", "found, with a word nearby", "1 of 1"},
		{"pii-generated-ids", "found alone, of the types that may", "0 of 1"},
		{"pii-generated-ids", "broken checksums reported as that type, but VIN", "of 1"},
		{"sources not trained on", "documents, F1", "1 right, 0 false, 1 missed"},
		{"of these, languages never trained on", "documents, F1", "0 right, 0 false, 1 missed"},
		{"code-code", "right language, 25 common ones, not trained on", "1 of 1"},
		{"all sources", "lines, F1", "1 right, 1 false, 1 missed"},
		{"all sources", "texts without code flagged", "0 of 1"},
		{"code-code", "secrets reported", "0 in 0.00 MB"},
	} {
		if got := figureOf(figures, want.corpus, want.measure); got != want.count {
			t.Errorf("%s: %s: %q, want %q", want.corpus, want.measure, got, want.count)
		}
	}
	if len(missing) == 0 || !strings.Contains(strings.Join(missing, " "), "authored-positives") {
		t.Errorf("missing %v", missing)
	}
	for _, line := range []string{"miss\tsecrets-titus\ta\tr\t6-9", "alarm\tsecrets-titus\td\tmark\t0-2", "miss\tpii-generated-ids\tf\tnoctx IBAN_CODE\t2-3"} {
		if !strings.Contains(misses.String(), line+"\n") {
			t.Errorf("no line %q in %q", line, misses.String())
		}
	}
	var out bytes.Buffer
	reached, targets, err := EvalTable(&out, ThisMachine(), figures, false)
	if err != nil || targets == 0 || reached >= targets || !strings.Contains(out.String(), "| the five") || !strings.Contains(out.String(), "≥ 90.0 %") {
		t.Errorf("%d of %d reached, %v, table %s", reached, targets, err, out.String())
	}
}

func TestCompareTable(t *testing.T) {
	a := []Figure{{Part: "secrets", Corpus: "c", Measure: "m", Value: .5, Unit: Share, Count: "1 of 2"}, {Part: "secrets", Corpus: "c", Measure: "only here", Unit: Times}}
	b := []Figure{{Part: "secrets", Corpus: "c", Measure: "m", Value: .25, Unit: Share, Count: "1 of 4"}}
	var out bytes.Buffer
	if err := CompareTable(&out, ThisMachine(), []string{"first", "second"}, [][]Figure{a, b}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| 50.0 % | 25.0 % | 1 of 2", "| only here | 0      | –      |"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestEvaluateFails(t *testing.T) {
	if _, _, err := Evaluate(t.Context(), t.TempDir(), detectMarks, EvalOptions{}); err == nil {
		t.Error("an empty folder is no error")
	}
	dir := t.TempDir()
	writeLabelled(t, dir, "secrets-titus", `{"id":"a","text":"S1","label":"negative"}`)
	failing := errors.New("cannot read")
	fail := func(context.Context, []byte) ([]scanner.Finding, error) { return nil, failing }
	if _, _, err := Evaluate(t.Context(), dir, fail, EvalOptions{}); !errors.Is(err, failing) {
		t.Errorf("a detector that fails gives %v", err)
	}
	for rows, want := range map[string]string{
		`{"id":"a","text":"topsecret","spans":[{"start":3,"end":99}]}`: "span 3-99 is not within the text",
		`{"id":"a","text":topsecret}`:                                  ":1: not a JSON object",
	} {
		writeLabelled(t, dir, "secrets-titus", rows)
		_, _, err := Evaluate(t.Context(), dir, detectMarks, EvalOptions{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "topsecret") {
			t.Errorf("error %v, want %q and no text", err, want)
		}
	}
}
