package prompt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// What is over a limit at the very end of a body is over it too.
func TestTooManyTextsAtTheEnd(t *testing.T) {
	tests := []struct{ contentType, body string }{
		{"application/x-www-form-urlencoded", "a=1&b=2&c=" + awsKey},
		{"application/json", `"x"`},
		{"application/x-ndjson", "12345678"},
		{"text/plain", `text`},
	}
	for _, test := range tests {
		limits := prompt.Limits{MaxTexts: 1} // the path takes it
		req := jsonRequest
		req.ContentType = test.contentType
		s, _ := newScanner(scanner.Block)
		r := inspect(t, s, req, limits, test.body, 0)
		if r.Verdict.Action != scanner.Block || r.Verdict.Reason != prompt.ReasonTooManyTexts {
			t.Errorf("%s: action %v, reason %q", test.contentType, r.Verdict.Action, r.Verdict.Reason)
		}
	}
}

// A bomb may go off between two codings, and leave nothing.
func TestBombBetweenCodings(t *testing.T) {
	for _, coding := range []string{"gzip", "zstd", "br"} {
		body := compress(t, coding, strings.Repeat(compress(t, "gzip", ""), 100_000))
		req := jsonRequest
		req.ContentEncoding = "gzip, " + coding
		s, _ := newScanner(scanner.Block)
		r := inspect(t, s, req, prompt.Limits{}, body, 0)
		if r.Verdict.Action != scanner.Block || r.Verdict.Reason != prompt.ReasonDecodedTooLarge {
			t.Errorf("%s: action %v, reason %q", coding, r.Verdict.Action, r.Verdict.Reason)
		}
	}
}

// Members and frames that follow each other are one body.
func TestConcatenatedMembers(t *testing.T) {
	skippable := "\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
	for coding, between := range map[string]string{"gzip": "", "zstd": skippable} {
		body := compress(t, coding, `{"a":"`+awsKey[:7]) + between + compress(t, coding, awsKey[7:]+`"}`)
		req := jsonRequest
		req.ContentEncoding = coding
		s, _ := newScanner(scanner.Block)
		if r := inspect(t, s, req, prompt.Limits{}, body, 5); bodyOf(r) != `{"a":"[REDACTED:aws-key]"}` || !r.DropContentEncoding {
			t.Errorf("%s: left as %q, reason %q", coding, bodyOf(r), r.Verdict.Reason)
		}
	}
}

// What is known to be in a body and cannot be taken out does not leave, however
// lenient the policy; what would only be reported does.
func TestTooManyFindings(t *testing.T) {
	tests := []struct {
		word   string
		action scanner.Action
		reason scanner.Reason
	}{
		{awsKey, scanner.Block, scanner.ReasonTooManyFindings},
		{"PROJECT-DAYLIGHT", scanner.Report, ""},
	}
	for _, test := range tests {
		s := scanner.New(scanner.Options{
			Policy: fakePolicy(scanner.Allow), Detectors: []scanner.Detector{new(seen)}, MaxFindings: 2,
		})
		r := inspect(t, s, jsonRequest, prompt.Limits{}, `["`+strings.Repeat(test.word+" ", 3)+`"]`, 0)
		if r.Verdict.Action != test.action || r.Verdict.Reason != test.reason || len(r.Places) != 2 {
			t.Errorf("action %v, reason %q, %d findings", r.Verdict.Action, r.Verdict.Reason, len(r.Places))
		}
	}
}

// A policy that asks to redact what could not be read blocks it.
func TestOnErrorThatMakesNoSense(t *testing.T) {
	for _, onError := range []scanner.Action{scanner.Tokenize, scanner.Redact, scanner.Reroute} {
		s, _ := newScanner(onError)
		if r := inspect(t, s, jsonRequest, prompt.Limits{}, `{"a"`, 0); r.Verdict.Action != scanner.Block {
			t.Errorf("on error %v: action %v", onError, r.Verdict.Action)
		}
	}
}

// Bodies that once took quadratic time, or memory in proportion to their depth
// times their findings. Each ends at once, or the test run does not.
func TestHostileShapes(t *testing.T) {
	deep := strings.Repeat(`{"abcdefg":`, 500)
	tests := []struct {
		name, contentType, body string
	}{
		{"a string of bytes that are not UTF-8", "application/json", `["` + strings.Repeat("\xff", 2<<20) + " " + awsKey + `"]`},
		{"a form of findings", "application/x-www-form-urlencoded", strings.Repeat("a="+awsKey+"&", 20_000)},
		{"deep findings", "application/json", deep + `[` + strings.Repeat(`{"a":"`+awsKey+`"},`, 20_000) + `1]` + strings.Repeat("}", 500)},
		{"many strings in a string", "application/json", `[` + quote(`[`+strings.Repeat(`"\n",`, 100_000)+`"`+escape(awsKey)+`"]`) + `]`},
		{"letter by letter", "application/json", parts(strings.Split(strings.Repeat(awsKey, 500), "")...)},
	}
	for _, test := range tests {
		req := jsonRequest
		req.ContentType = test.contentType
		s, _ := newScanner(scanner.Block)
		r := inspect(t, s, req, prompt.Limits{}, test.body, 64<<10)
		if len(r.Places) == 0 || strings.Contains(bodyOf(r), awsKey) {
			t.Errorf("%s: %d findings", test.name, len(r.Places))
		}
		pointers := 0
		for i := range r.Pointers {
			pointers += len(r.Pointers[i]) + len(r.Places[i])
		}
		if pointers > 16<<20 {
			t.Errorf("%s: %d bytes of pointers", test.name, pointers)
		}
	}
}

// No error tells what was scanned.
func TestErrorsAreSilent(t *testing.T) {
	bodies := []string{
		`{"` + awsKey + `"`, awsKey, `["` + awsKey + "\xff\"]", `["\u` + awsKey + `"]`, `{"a":"` + b64("%PDF-1.7 "+awsKey) + `"}`,
		`{"` + awsKey + `":[` + strings.Repeat("[", 600), "[-" + awsKey, `{"prompt":[` + strings.Repeat("1012,", 40) + `"` + awsKey + `"]}`,
	}
	for _, contentType := range []string{"application/json", "text/plain", "application/" + awsKey, "text/plain; charset=" + awsKey} {
		for _, coding := range []string{"", "gzip", "zstd", "br", "deflate", awsKey} {
			for _, body := range bodies {
				s, _ := newScanner(scanner.Report)
				in := prompt.Begin(s, prompt.Request{Path: "/" + awsKey, ContentType: contentType, ContentEncoding: coding}, prompt.Limits{})
				first := in.Write(t.Context(), []byte(body))
				r, second := in.Finish(t.Context())
				if told := fmt.Sprint(first, second, r.Verdict, r.Places); strings.Contains(told, awsKey) {
					t.Errorf("%q, %q: %s", contentType, coding, told)
				}
			}
		}
	}
}
