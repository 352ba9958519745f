package prompt_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// parts returns a chat of one message with the given content parts.
func parts(texts ...string) string {
	var list []string
	for _, s := range texts {
		list = append(list, `{"type":"text","text":`+quote(s)+`}`)
	}
	return `{"messages":[{"role":"user","content":[` + strings.Join(list, ",") + `]}]}`
}

func TestSplitValues(t *testing.T) {
	filler := strings.Repeat("all work and no play ", 2000)
	var letters []string
	for _, c := range awsKey {
		letters = append(letters, string(c))
	}
	tests := []struct {
		name, body, want string
		rules            []string
	}{
		{"two parts", parts("a "+awsKey[:9], awsKey[9:]+" b"), parts("a [REDACTED:aws-key]", " b"), []string{"aws-key"}},
		{
			"letter by letter", parts(letters...),
			parts(append([]string{"[REDACTED:aws-key]"}, make([]string, len(letters)-1)...)...),
			[]string{"aws-key"},
		},
		{
			"long parts", parts(filler+awsKey[:5], awsKey[5:]+filler, filler+awsKey),
			parts(filler+"[REDACTED:aws-key]", filler, filler+"[REDACTED:aws-key]"),
			[]string{"aws-key", "aws-key"},
		},
		{
			"a private key in halves", parts("key:\n"+pemBlock[:800], pemBlock[800:]+filler),
			parts("key:\n[REDACTED:private-key]", filler),
			[]string{"private-key"},
		},
		{"empty part between", parts(awsKey[:9], "", awsKey[9:]), parts("[REDACTED:aws-key]", "", ""), []string{"aws-key"}},
		{"whole in one part", parts("x", awsKey, "y"), parts("x", "[REDACTED:aws-key]", "y"), []string{"aws-key"}},
		{
			"messages", `{"messages":[{"role":"user","content":"` + awsKey[:9] + `"},{"role":"user","content":"` + awsKey[9:] + `"}]}`,
			`{"messages":[{"role":"user","content":"[REDACTED:aws-key]"},{"role":"user","content":""}]}`,
			[]string{"aws-key"},
		},
		{
			"system blocks", `{"system":[{"type":"text","text":"` + awsKey[:9] + `"},{"type":"text","text":"\u00` +
				fmt.Sprintf("%02x", awsKey[9]) + awsKey[10:] + `"}]}`,
			`{"system":[{"type":"text","text":"[REDACTED:aws-key]"},{"type":"text","text":""}]}`,
			[]string{"aws-key"},
		},
		{
			"Gemini parts", `{"contents":[{"parts":[{"text":"` + awsKey[:9] + `"},{"text":"` + awsKey[9:] + `"}]}]}`,
			`{"contents":[{"parts":[{"text":"[REDACTED:aws-key]"},{"text":""}]}]}`,
			[]string{"aws-key"},
		},
		{"stop strings", `{"stop":["` + awsKey[:9] + `","` + awsKey[9:] + `"]}`, `{"stop":["[REDACTED:aws-key]",""]}`, []string{"aws-key"}},
		{
			"names in a schema", `{"enum":["` + awsKey[:9] + `","` + awsKey[9:] + `"]}`,
			`{"enum":["` + awsKey[:9] + `","` + awsKey[9:] + `"]}`, nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, size := range []int{0, 1, 1000} {
				if size == 1 && len(test.body) > 50_000 {
					continue
				}
				s, _ := newScanner(scanner.Block)
				r := inspect(t, s, jsonRequest, prompt.Limits{}, test.body, size)
				if got := bodyOf(r); got != test.want || !json.Valid([]byte(got)) {
					t.Errorf("pieces of %d: left as %.300s", size, got)
				}
				if !slices.Equal(rules(r), test.rules) {
					t.Errorf("pieces of %d: rules %v, want %v", size, rules(r), test.rules)
				}
			}
		})
	}
}

// A finding that depends on a neighbour lies in one part only.
func TestEvidenceInTheNeighbour(t *testing.T) {
	d := scanner.DetectorFunc(func(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
		var out []scanner.Finding
		for i, text := range texts {
			const word = "password: "
			if k := strings.Index(string(text.Bytes), word); k >= 0 && len(text.Bytes) > k+len(word) {
				out = append(out, scanner.Finding{
					Rule: "password", Text: i, Span: scanner.Span{Start: k + len(word), End: len(text.Bytes)}, Confidence: scanner.High,
				})
			}
		}
		return out, nil
	})
	s := scanner.New(scanner.Options{Policy: fakePolicy(scanner.Block), Detectors: []scanner.Detector{d}})
	r := inspect(t, s, jsonRequest, prompt.Limits{}, parts("the password: ", "hunter"), 0)
	if want := parts("the password: ", "[REDACTED:password]"); bodyOf(r) != want {
		t.Errorf("left as %s", bodyOf(r))
	}
	if !slices.Equal(r.Places, []string{"/messages/0/content/1/text"}) {
		t.Errorf("places %v", r.Places)
	}
}

// Overlapping findings leave one placeholder, the strictest one's.
func TestOverlaps(t *testing.T) {
	d := scanner.DetectorFunc(func(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
		var out []scanner.Finding
		for i, text := range texts {
			if string(text.Bytes) != "one\ntwo\nthree\n" {
				continue
			}
			out = append(out,
				scanner.Finding{Rule: "code-code", Kind: scanner.KindCode, Text: i, Span: scanner.Span{Start: 0, End: 14}, Lines: 3, Detail: "code go", Confidence: scanner.High},
				scanner.Finding{Rule: "stop-word", Kind: "policy", Text: i, Span: scanner.Span{Start: 4, End: 7}, Confidence: scanner.High})
		}
		return out, nil
	})
	s := scanner.New(scanner.Options{Policy: fakePolicy(scanner.Block), Detectors: []scanner.Detector{d}})
	r := inspect(t, s, jsonRequest, prompt.Limits{}, `{"text":"one\ntwo\nthree\n"}`, 0)
	if want := `{"text":"[REDACTED:stop-word]\n"}`; bodyOf(r) != want || r.Verdict.Action != scanner.Block {
		t.Errorf("left as %s, %v", bodyOf(r), r.Verdict.Action)
	}
	if len(r.Verdict.Decisions) != 2 {
		t.Errorf("%d decisions", len(r.Verdict.Decisions))
	}
}
