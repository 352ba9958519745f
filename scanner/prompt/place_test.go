package prompt_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

func TestSafePlace(t *testing.T) {
	for pointer, want := range map[string]string{
		"":                                       "",
		"/messages/0/content":                    "/messages/0/content",
		"/messages/0/content/12/text":            "/messages/0/content/12/text",
		"/metadata/jane.doe":                     "/metadata/*",
		"/tools/0/function/parameters/a~1b/type": "/tools/0/function/parameters/*/type",
		"/1234567":                               "/*", // a number, not an index
		"/":                                      "/*",
		"path":                                   "path",
		"query/my-token":                         "query/*",
		"form/prompt":                            "form/prompt",
		"jane@corp.example":                      "*",
		"/query":                                 "/query",
	} {
		if got := prompt.SafePlace(pointer); got != want {
			t.Errorf("%q gives %q, want %q", pointer, got, want)
		}
	}
}

func TestPointers(t *testing.T) {
	body := `{"a/b":{"c~d":["x",{"\u00e9":"` + awsKey + `"}]},"` + mailbox + `":{"k":"` + awsKey + `"},"` + strings.Repeat("n", 300) + `":"` + awsKey + `"}`
	s, _ := newScanner(scanner.Block)
	r := inspect(t, s, jsonRequest, prompt.Limits{}, body, 0)
	want := []string{"/a~1b/c~0d/1/é", "/*", "/*/k", "/*"}
	if strings.Join(r.Pointers, " ") != strings.Join(want, " ") {
		t.Errorf("pointers %q, want %q", r.Pointers, want)
	}
	for i, p := range r.Places {
		if strings.Contains(p, "n") || strings.Contains(p, "@") {
			t.Errorf("place %d is %q", i, p)
		}
	}
}

func TestURL(t *testing.T) {
	req := jsonRequest
	req.Path = "/v1/files/x%41" + awsKey[1:] + "?q=a+" + account + "&" + mailbox + "&z=%zz"
	s, texts := newScanner(scanner.Block)
	r := inspect(t, s, req, prompt.Limits{}, "", 0)
	if want := "/v1/files/x%5BREDACTED:aws-key%5D?q=a+%5BREDACTED:account%5D&%5BREDACTED:email%5D&z=%zz"; r.Path != want {
		t.Errorf("path %s, want %s", r.Path, want)
	}
	if strings.Join(r.Places, " ") != "path query/* query/*" || r.Edited {
		t.Errorf("places %q, body edited %v", r.Places, r.Edited)
	}
	for _, text := range texts.texts {
		if text.Role != scanner.RoleURL && text.Role != scanner.RoleKey {
			t.Errorf("role %q of %q", text.Role, text.Where)
		}
	}
	r = inspect(t, s, jsonRequest, prompt.Limits{}, `{"a":"`+awsKey+`"}`, 0)
	if r.Path != "" {
		t.Errorf("path %q was not edited", r.Path)
	}
}

func TestNumbers(t *testing.T) {
	body := `{"a":` + account + `,"b":[1.5,-` + account + `,1e400,0.` + account + `],"c":` + account + `.25}`
	want := `{"a":"[REDACTED:account]","b":[1.5,"[REDACTED:account]",1e400,0.` + account + `],"c":"[REDACTED:account]"}`
	for _, size := range []int{0, 1} {
		s, _ := newScanner(scanner.Block)
		r := inspect(t, s, jsonRequest, prompt.Limits{}, body, size)
		if bodyOf(r) != want {
			t.Errorf("left as %s, want %s", bodyOf(r), want)
		}
	}
}

// A body that is clean leaves as the very chunks that came.
func TestCleanBodyIsUntouched(t *testing.T) {
	s, _ := newScanner(scanner.Block)
	in := prompt.Begin(s, jsonRequest, prompt.Limits{})
	chunks := [][]byte{[]byte(`{"a":"caf\u00e9 `), []byte(`and so on"}`)}
	for _, c := range chunks {
		if err := in.Write(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	r, err := in.Finish(t.Context())
	if err != nil || r.Edited || len(r.Body) != 2 || &r.Body[0][0] != &chunks[0][0] || &r.Body[1][0] != &chunks[1][0] {
		t.Errorf("error %v, edited %v, %d chunks", err, r.Edited, len(r.Body))
	}
}

// Texts that a batch detector reads at the end are still what they were.
func TestKeptTexts(t *testing.T) {
	batch := new(seen)
	s := scanner.New(scanner.Options{Policy: fakePolicy(scanner.Block), Batch: []scanner.Detector{batch}})
	body := `{"messages":[` + strings.TrimSuffix(strings.Repeat(`{"content":"line\n`+awsKey+`"},`, 2000), ",") + `]}`
	r := inspect(t, s, jsonRequest, prompt.Limits{}, body, 5000)
	if len(r.Verdict.Decisions) != 2000 || strings.Contains(bodyOf(r), awsKey) {
		t.Errorf("%d decisions", len(r.Verdict.Decisions))
	}
}

func TestDetectorFailure(t *testing.T) {
	broken := scanner.DetectorFunc(func(context.Context, []scanner.Text) ([]scanner.Finding, error) { return nil, errors.New("broken") })
	s := scanner.New(scanner.Options{Policy: fakePolicy(scanner.Block), Detectors: []scanner.Detector{broken}})
	if r := inspect(t, s, jsonRequest, prompt.Limits{}, `{}`, 0); r.Verdict.Action != scanner.Block || r.Verdict.Reason != scanner.ReasonDetector {
		t.Errorf("verdict %v, %q", r.Verdict.Action, r.Verdict.Reason)
	}
	good, _ := newScanner(scanner.Block)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in := prompt.Begin(good, jsonRequest, prompt.Limits{})
	_ = in.Write(ctx, []byte(`{}`))
	if r, err := in.Finish(ctx); err == nil || r.Verdict.Action != scanner.Block {
		t.Errorf("canceled: verdict %v, error %v", r.Verdict.Action, err)
	}
}

func TestScanText(t *testing.T) {
	s, texts := newScanner(scanner.Block)
	text := "hello " + awsKey + "\nand {\"x\": 4111} 492900001111"
	r, err := prompt.ScanText(t.Context(), s, []byte(text))
	if err != nil || len(texts.texts) != 1 || len(r.Spans) != 2 || r.Spans[0][0] != (scanner.Span{Start: 6, End: 26}) {
		t.Errorf("error %v, %d texts, spans %v", err, len(texts.texts), r.Spans)
	}
	if want := "hello [REDACTED:aws-key]\nand {\"x\": 4111} [REDACTED:account]"; bodyOf(r) != want {
		t.Errorf("left as %q", bodyOf(r))
	}
	r, err = prompt.ScanText(t.Context(), s, []byte(`{"k":"A\u004bI`+awsKey[3:]+`"}`))
	if want := `{"k":"[REDACTED:aws-key]"}`; err != nil || bodyOf(r) != want {
		t.Errorf("error %v, left as %q", err, bodyOf(r))
	}
	r, err = prompt.ScanText(t.Context(), s, []byte("\xff"+awsKey+"\xff"))
	if err == nil || r.Verdict.Reason != prompt.ReasonInvalidUTF8 || bodyOf(r) != "\xff[REDACTED:aws-key]\xff" {
		t.Errorf("error %v, reason %q, left as %q", err, r.Verdict.Reason, bodyOf(r))
	}
	if r, err = prompt.ScanText(t.Context(), s, nil); err != nil || r.Texts != 0 {
		t.Errorf("empty: error %v, %d texts", err, r.Texts)
	}
}

func TestProviders(t *testing.T) {
	header := func(name string) func(string) string {
		return func(asked string) string {
			if asked == name {
				return "x"
			}
			return ""
		}
	}
	tests := []struct {
		path   string
		header string
		want   prompt.Provider
	}{
		{"/v1/chat/completions", "", prompt.ProviderOpenAI},
		{"/v1/messages?beta=true", "", prompt.ProviderAnthropic},
		{"/v1/messages/count_tokens", "", prompt.ProviderAnthropic},
		{"/v1/threads/t/messages", "", prompt.ProviderOpenAI},
		{"/v1/complete", "anthropic-version", prompt.ProviderAnthropic},
		{"/v1beta/models/g:generateContent?alt=sse", "", prompt.ProviderGemini},
		{"/openai/deployments/d/chat/completions?api-version=1", "", prompt.ProviderAzure},
		{"/model/m/converse", "", prompt.ProviderBedrock},
		{"/v2/chat", "", prompt.ProviderCohere},
		{"/api/chat", "", prompt.ProviderOllama},
		{"", "", prompt.ProviderOpenAI},
	}
	for _, test := range tests {
		if got := prompt.ProviderOf(test.path, header(test.header)); got != test.want {
			t.Errorf("%s: %s, want %s", test.path, got, test.want)
		}
	}
}

func TestErrorBody(t *testing.T) {
	e := prompt.Error{
		Message: "refused", Type: "policy_violation", Code: "sluice_blocked", Param: "/messages/0/content", RequestID: "req_1", Status: 403,
	}
	for p, want := range map[prompt.Provider]string{
		prompt.ProviderOpenAI: `{"error":{"message":"refused","type":"policy_violation","param":"/messages/0/content","code":"sluice_blocked"}}`,
		prompt.ProviderAzure:  `{"error":{"message":"refused","type":"policy_violation","param":"/messages/0/content","code":"sluice_blocked"}}`,
		prompt.ProviderAnthropic: `{"type":"error","error":{"type":"permission_error","message":"refused","code":"sluice_blocked",` +
			`"param":"/messages/0/content"},"request_id":"req_1"}`,
		prompt.ProviderBedrock: `{"message":"refused"}`,
		prompt.ProviderOllama:  `{"error":"refused"}`,
	} {
		kind, body := prompt.ErrorBody(p, e)
		if kind != "application/json" || string(body) != want {
			t.Errorf("%s: %s %s", p, kind, body)
		}
	}
	_, body := prompt.ErrorBody(prompt.ProviderGemini, e)
	var g struct {
		Error struct {
			Code            int
			Message, Status string
		}
	}
	if err := json.Unmarshal(body, &g); err != nil || g.Error.Code != 403 || g.Error.Status != "PERMISSION_DENIED" || g.Error.Message != "refused" {
		t.Errorf("Gemini: %s", body)
	}
}
