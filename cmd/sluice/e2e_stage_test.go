package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sluice-dlp/sluice/bench/provider"
	"github.com/sluice-dlp/sluice/envoy"
	"github.com/sluice-dlp/sluice/envoy/envoyproc"
)

// e2eConfig is the default policy with private keys blocked.
const e2eConfig = `log: {level: debug}
policy:
  on_error: block
  default: {low: allow, medium: report, high: report}
  kinds:
    secret: {low: report, medium: redact, high: redact}
    pii: {low: allow, medium: redact, high: redact}
    code: {low: allow, medium: block, high: block, report_lines: 3, act_lines: 10}
  rules:
    private-key: block
`

// everything reports whether a missing piece is a failure and tests run in
// their full size, as `make e2e` asks for.
func everything() bool { return os.Getenv("SLUICE_E2E") == "1" }

// missing skips a test that needs what is not there.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if everything() {
		t.Fatalf("SLUICE_E2E=1, but "+format, args...)
	}
	t.Skipf(format, args...)
}

// buildBinary builds this program once for all tests, into the folder for what
// is built.
var buildBinary = sync.OnceValues(func() (string, error) {
	root, err := filepath.Abs("../..")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(root, ".cache", "e2e", "sluice")
	if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return binary, nil
})

// e2e is a sidecar, an Envoy and a stand-in for the provider, all real processes
// or servers on loopback.
type e2e struct {
	*stage
	t    *testing.T
	stub *provider.Server
}

// stageParts finds an Envoy, builds the program and starts a stand-in for the provider; without an
// Envoy the test is skipped.
func stageParts(t *testing.T, o provider.Options) (envoy, binary string, stub *provider.Server) {
	t.Helper()
	envoy, err := envoyproc.Find(t.Context())
	if errors.Is(err, envoyproc.ErrNotFound) {
		missing(t, "there is no Envoy: `make envoy` fetches one")
	}
	if err != nil {
		t.Fatal(err)
	}
	if binary, err = buildBinary(); err != nil {
		t.Fatal(err)
	}
	if stub, err = provider.Start(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stub.Close)
	return envoy, binary, stub
}

// newE2E starts a stage that ends with the test.
func newE2E(t *testing.T, config string, change ...func(*stageOptions)) *e2e {
	t.Helper()
	path, binary, stub := stageParts(t, provider.Options{MaxRequests: 50_000, TotalCap: 1 << 30})
	o := stageOptions{Binary: binary, Envoy: path, Upstream: stub.URL, Config: config}
	for _, f := range change {
		f(&o)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s, err := openStage(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	e := &e2e{s, t, stub}
	t.Cleanup(func() {
		if t.Failed() {
			log := s.sidecar.said()
			t.Logf("the end of the sidecar's log:\n%s", log[max(0, len(log)-1500):])
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// inMode is a change for newE2E.
func inMode(m envoy.Mode) func(*stageOptions) { return func(o *stageOptions) { o.Mode = m } }

// reply is what a client got.
type reply struct {
	status int // zero if there was no reply
	header http.Header
	body   string
	err    error
}

// code is the code in an error of OpenAI's shape, or "" if it is none.
func (a reply) code() string {
	var shape struct {
		Error struct {
			Message, Type string
			Code          *string
			Param         *string
		}
	}
	if json.Unmarshal([]byte(a.body), &shape) != nil || shape.Error.Message == "" || shape.Error.Type == "" || shape.Error.Code == nil {
		return ""
	}
	return *shape.Error.Code
}

// post sends one body on a connection of its own.
func (e *e2e) post(path string, body []byte, headers ...string) reply {
	e.t.Helper()
	return e.send(path, bytes.NewReader(body), headers...)
}

func (e *e2e) send(path string, body io.Reader, headers ...string) reply {
	e.t.Helper()
	req, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost, e.URL+path, body)
	if err != nil {
		e.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}, Timeout: time.Minute}
	resp, err := client.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(data), err}
}

// mustNotHold fails if a value can be read in anything that reached the
// provider, in whatever way it is spelled, or in what the sidecar logged or
// says to operators, or in the answers given.
func (e *e2e) mustNotHold(values []string, answers ...reply) {
	e.t.Helper()
	var places strings.Builder
	for _, r := range e.stub.Requests() {
		places.WriteString(readable(r))
	}
	reached := places.String()
	metrics, err := e.metrics(e.t.Context())
	if err != nil {
		e.t.Errorf("metrics: %v", err)
	}
	kept := e.sidecar.said() + metrics
	for i, v := range values {
		if strings.Contains(reached, v) || e.stub.Contains(v) {
			e.t.Errorf("value %d reached the provider", i)
		}
		if strings.Contains(kept, v) {
			e.t.Errorf("value %d stands in the log or the metrics", i)
		}
		for _, a := range answers {
			if strings.Contains(a.body, v) {
				e.t.Errorf("value %d stands in the reply to the client", i)
			}
		}
	}
}

// readable is a request as someone who looks for a value would read it: as
// sent, decompressed, with escapes and base64 decoded, and with neighbouring
// strings joined.
func readable(r provider.Request) string {
	var b strings.Builder
	b.WriteString(r.URI)
	if plain, err := url.QueryUnescape(r.URI); err == nil {
		b.WriteString(plain)
	}
	body := r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		if zr, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, _ = io.ReadAll(io.LimitReader(zr, 64<<20)) // as far as it goes
		}
	}
	decodeInto(&b, string(body), 4)
	return b.String()
}

var base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{16,}={0,2}`)

func decodeInto(b *strings.Builder, text string, depth int) {
	b.WriteString(text)
	b.WriteByte('\n')
	if depth == 0 {
		return
	}
	var doc any
	if json.Unmarshal([]byte(text), &doc) == nil {
		var all []string
		stringsOf(doc, &all)
		b.WriteString(strings.Join(all, "") + "\n")
		for _, s := range all {
			if s != text {
				decodeInto(b, s, depth-1)
			}
		}
	}
	if len(text) > 1<<20 {
		return
	}
	for _, run := range base64Run.FindAllString(text, -1) {
		run = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(run, "="))
		if data, err := base64.RawStdEncoding.DecodeString(run); err == nil {
			b.Write(data)
			b.WriteByte('\n')
		}
	}
}

func stringsOf(v any, out *[]string) {
	switch v := v.(type) {
	case string:
		*out = append(*out, v)
	case []any:
		for _, item := range v {
			stringsOf(item, out)
		}
	case map[string]any:
		for key, item := range v {
			*out = append(*out, key)
			stringsOf(item, out)
		}
	}
}

// one returns the only request that reached the provider.
func (e *e2e) one() provider.Request {
	e.t.Helper()
	requests := e.stub.Requests()
	if len(requests) != 1 {
		e.t.Fatalf("%d requests reached the provider, want 1", len(requests))
	}
	return requests[0]
}

// redacted matches what stands in the place of a value.
var redacted = regexp.MustCompile(`\[REDACTED:[a-z0-9:-]+\]`)

// mustBeRedacted fails unless got is sent with each value replaced by a
// placeholder and no other byte changed.
func mustBeRedacted(t *testing.T, sent, got string, values ...string) {
	t.Helper()
	expr := regexp.QuoteMeta(sent)
	for _, v := range values {
		if !strings.Contains(sent, v) {
			t.Fatalf("test sends no such value")
		}
		expr = strings.ReplaceAll(expr, regexp.QuoteMeta(v), redacted.String())
	}
	if !regexp.MustCompile("^(?s:" + expr + ")$").MatchString(got) {
		same := 0
		for same < min(len(sent), len(got)) && sent[same] == got[same] {
			same++
		}
		t.Errorf("body is not the one sent with %d values replaced; of %d and %d bytes, the first that differs is %d:\nsent %.200q\ngot  %.200q",
			len(values), len(sent), len(got), same, sent[max(0, same-40):], got[max(0, same-40):])
	}
}
