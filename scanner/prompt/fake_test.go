package prompt_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// The values that the fake detector knows. The key is the one of the provider's
// documentation, which is no credential inside an encoding either; the others are
// put together at run time so that no file of this project looks as if it held one.
var (
	awsKey   = "AKIAIOSFODNN7EXAMPLE"
	mailbox  = "jane.doe" + "@" + "corp.example"
	account  = "4929" + "0000" + "1111"
	pemBlock = "-----BEGIN" + " TEST KEY-----\n" + strings.Repeat("Zm9vYmFyYmF6\n", 120) + "-----END" + " TEST KEY-----"
)

// fakeRules are the detectors' rules in these tests.
var fakeRules = []struct {
	id      string
	kind    scanner.Kind
	pattern *regexp.Regexp
	conf    scanner.Confidence
	lines   bool
	detail  string
}{
	{"aws-key", scanner.KindSecret, regexp.MustCompile(`AKIA[0-9A-Z]{16}`), scanner.High, false, ""},
	{"email", scanner.KindPII, regexp.MustCompile(`[a-z0-9.]+@[a-z0-9]+\.example`), scanner.Medium, false, ""},
	{"account", scanner.KindPII, regexp.MustCompile(`\b4929[0-9]{8}\b`), scanner.Medium, false, ""},
	{"private-key", scanner.KindSecret, regexp.MustCompile(`-----BEGIN TEST KEY-----[A-Za-z0-9\s]+-----END TEST KEY-----`), scanner.High, false, ""},
	{"stop-word", "policy", regexp.MustCompile(`PROJECT-NIGHTFALL`), scanner.High, false, ""},
	{"watch-word", "policy", regexp.MustCompile(`PROJECT-DAYLIGHT`), scanner.Low, false, ""},
	{"code-code", scanner.KindCode, regexp.MustCompile(`(?m)(^(func |\t|\}).*(\n|\z))+`), scanner.High, true, "code go"},
}

// seen collects what a detector was given.
type seen struct {
	mu    sync.Mutex
	texts []scanner.Text
}

func (s *seen) Detect(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	var out []scanner.Finding
	for i, t := range texts {
		if s != nil {
			s.mu.Lock()
			s.texts = append(s.texts, scanner.Text{Bytes: bytes.Clone(t.Bytes), Where: t.Where, Role: t.Role})
			s.mu.Unlock()
		}
		for _, rule := range fakeRules {
			for _, at := range rule.pattern.FindAllIndex(t.Bytes, -1) {
				f := scanner.Finding{
					Rule: rule.id, Kind: rule.kind, Text: i, Span: scanner.Span{Start: at[0], End: at[1]},
					Confidence: rule.conf, Detail: rule.detail,
				}
				if rule.lines {
					f.Lines = bytes.Count(bytes.TrimRight(t.Bytes[at[0]:at[1]], "\n"), []byte("\n")) + 1
				}
				out = append(out, f)
			}
		}
	}
	return out, nil
}

func fakePolicy(onError scanner.Action) scanner.Policy {
	redact := scanner.Levels{Low: scanner.Report, Medium: scanner.Redact, High: scanner.Redact}
	return scanner.Policy{
		OnError: onError,
		Default: redact,
		Rules:   map[string]scanner.Levels{"stop-word": {Low: scanner.Block, Medium: scanner.Block, High: scanner.Block}},
	}
}

// newScanner returns a scanner with the fake detector, and what it was given.
func newScanner(onError scanner.Action) (*scanner.Scanner, *seen) {
	s := new(seen)
	return scanner.New(scanner.Options{Policy: fakePolicy(onError), Detectors: []scanner.Detector{s}}), s
}

// inspect runs one body through an inspection, in pieces of the given size (0:
// in one).
func inspect(t testing.TB, s *scanner.Scanner, req prompt.Request, limits prompt.Limits, body string, size int) prompt.Result {
	t.Helper()
	in := prompt.Begin(s, req, limits)
	for rest := []byte(body); len(rest) > 0; {
		n := len(rest)
		if size > 0 {
			n = min(n, size)
		}
		_ = in.Write(t.Context(), rest[:n:n])
		rest = rest[n:]
	}
	r, _ := in.Finish(t.Context())
	return r
}

func bodyOf(r prompt.Result) string { return string(bytes.Join(r.Body, nil)) }

// jsonRequest is a request to an endpoint that speaks JSON.
var jsonRequest = prompt.Request{Method: "POST", Path: "/v1/chat/completions", ContentType: "application/json", ContentLength: -1}

// rules returns the rules of a result's decisions.
func rules(r prompt.Result) []string {
	var out []string
	for _, d := range r.Verdict.Decisions {
		out = append(out, d.Rule)
	}
	return out
}
