package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/scanner"
)

// canaries are values that must show up nowhere but in the request itself.
// They are made here, so that none stands in the repository.
func canaries() []string {
	f := bench.NewFiction(7)
	return []string{
		f.AWSAccessKeyID(), f.GitHubToken(), f.OpenAIKey(), f.Email(), f.Card(), f.Password(),
		"acme_live_" + strings.Repeat("7310", 3)[:10],
		"plain-canary-" + strings.Repeat("xq", 6), // nothing finds this one; it is text all the same
	}
}

// noCanary fails the test if what may be seen by others holds a canary.
func noCanary(t *testing.T, where, text string) {
	t.Helper()
	for i, c := range canaries() {
		if strings.Contains(text, c) {
			t.Errorf("%s holds canary %d", where, i)
		}
	}
}

func gzipOf(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestNothingShowsWhatWasScanned sends marked values down every path, at debug
// level, and looks for them in whatever leaves the process but the request.
func TestNothingShowsWhatWasScanned(t *testing.T) {
	r := start(t, "log: {level: debug}\npolicy: {rules: {acme-key: block}}\n")
	all := strings.Join(canaries(), " ")
	key := chat("x")
	key = bytes.Replace(key, []byte(`"model"`), []byte(`"`+strings.ReplaceAll(all, `"`, "")+`":1,"model"`), 1)
	cases := map[string]struct {
		headers map[string]string
		body    [][]byte
	}{
		"text":          {nil, [][]byte{chat(all)}},
		"chunks":        {nil, [][]byte{chat(all)[:40], chat(all)[40:]}},
		"object key":    {nil, [][]byte{key}},
		"truncated":     {nil, [][]byte{chat(all)[:len(chat(all))-9]}},
		"not JSON":      {nil, [][]byte{[]byte(all)}},
		"plain text":    {map[string]string{"content-type": "text/plain"}, [][]byte{[]byte(all)}},
		"invalid UTF-8": {nil, [][]byte{chat("\xff" + all)}},
		"raw bytes":     {nil, [][]byte{append(chat(all), 0xff, 0xfe)}},
		"form":          {map[string]string{"content-type": "application/x-www-form-urlencoded"}, [][]byte{[]byte("a=" + all)}},
		"multipart":     {map[string]string{"content-type": "multipart/form-data; boundary=" + canaries()[6]}, [][]byte{[]byte(all)}},
		"gzip":          {map[string]string{"content-encoding": "gzip"}, [][]byte{gzipOf(t, chat(all))}},
		"broken gzip":   {map[string]string{"content-encoding": "gzip"}, [][]byte{[]byte(all)}},
		"odd encoding":  {map[string]string{"content-encoding": canaries()[6]}, [][]byte{chat(all)}},
		"odd type":      {map[string]string{"content-type": canaries()[6] + "/" + canaries()[7]}, [][]byte{chat(all)}},
		"query":         {map[string]string{":path": "/v1/x?k=" + canaries()[6] + "&e=" + canaries()[3]}, [][]byte{chat("x")}},
		"path":          {map[string]string{":path": "/v1/" + canaries()[6]}, [][]byte{chat("x")}},
		"headers":       {map[string]string{"x-request-id": canaries()[6], "user-agent": canaries()[7]}, [][]byte{chat(all)}},
		"anthropic":     {map[string]string{":path": "/v1/messages", "anthropic-version": "1"}, [][]byte{chat(all)}},
	}
	refused := 0
	for name, c := range cases {
		a := r.ask(t, c.headers, c.body...)
		if a.status != 0 {
			refused++
			noCanary(t, name+": the refusal's body", a.body)
			noCanary(t, name+": the refusal's headers", a.headers)
		}
		if a.err != nil {
			noCanary(t, name+": the stream's error", a.err.Error())
		}
		if strings.Contains(a.body, canaries()[6]) {
			t.Errorf("%s: a key that the policy blocks left", name)
		}
	}
	if refused < 8 {
		t.Errorf("only %d of %d requests were refused", refused, len(cases))
	}
	r.lookAround(t)
}

// lookAround searches the log and the admin port.
func (r *running) lookAround(t *testing.T) {
	t.Helper()
	for _, path := range []string{"/metrics", "/healthz", "/readyz", "/" + "nothing-here"} {
		_, body := r.get(t, path)
		noCanary(t, path, body)
	}
	// A request is logged after it is answered; a log that lacks some would say nothing.
	var log string
	eventually(t, "the log holds every request", func() bool {
		r.logs.Flush()
		log = r.log.String()
		return strings.Count(log, `"msg":"request"`) >= r.asked
	})
	if r.asked == 0 {
		t.Error("nothing was asked, so that searching the log says nothing")
	}
	noCanary(t, "the log", log)
}

// TestFailingDetectorsQuoteNothing gives detectors that say what they read when
// they fail.
func TestFailingDetectorsQuoteNothing(t *testing.T) {
	for name, detect := range map[string]scanner.DetectorFunc{
		"panic with text": func(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			panic(string(texts[len(texts)-1].Bytes))
		},
		"panic with an error": func(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			panic(errors.New(string(texts[len(texts)-1].Bytes)))
		},
		"bad span": func(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
			return []scanner.Finding{{Rule: "x", Text: 0, Span: scanner.Span{Start: -1, End: 1 << 40}}}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, "log: {level: debug}\n")
			now := *r.current.Load()
			now.scanner = scanner.New(scanner.Options{
				Policy:    *now.scanner.Policy(),
				Detectors: []scanner.Detector{detect},
			})
			r.current.Store(&now)
			a := r.ask(t, nil, chat(strings.Join(canaries(), " ")))
			if a.status < 400 {
				t.Errorf("answer = %d, %v; want a refusal, since nothing is known", a.status, a.err)
			}
			noCanary(t, "the refusal", a.body+a.headers)
			r.lookAround(t)
		})
	}
}

func TestScanShowsPlacesOnly(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the built-in rules again and again, which is slow under the race detector")
	}
	dir := t.TempDir()
	all := strings.Join(canaries(), "\n")
	plain, body, lines, broken := filepath.Join(dir, "a.txt"), filepath.Join(dir, "b.json"), filepath.Join(dir, "c.jsonl"), filepath.Join(dir, "d.jsonl")
	write(t, plain, all)
	write(t, body, string(chat(strings.Join(canaries(), " "))))
	write(t, lines, `{"id":1,"text":"`+strings.Join(canaries(), " ")+"\"}\n")
	write(t, broken, `{"id":1,"text":"`+strings.Join(canaries(), " ")+"\n")
	for _, args := range [][]string{
		{plain},
		{"--format", "json", plain},
		{"--format", "sarif", plain},
		{"--input", "request", "--format", "json", body},
		{"--input", "request", "--format", "text", body},
		{"--input", "request", "--format", "sarif", body},
		{"--input", "request", plain},
		{"--input", "jsonl", lines},
		{"--input", "jsonl", "--format", "sarif", lines},
		{"--input", "jsonl", broken},
		{"--stats", plain},
	} {
		var out, errs bytes.Buffer
		status := execute(t.Context(), append([]string{"scan"}, args...), streams{nil, &out, &errs})
		if status == exitOK {
			t.Errorf("scan %v found nothing", args)
		}
		if out.Len()+errs.Len() == 0 {
			t.Errorf("scan %v printed nothing", args)
		}
		noCanary(t, strings.Join(args, " "), out.String()+errs.String())
	}
	if err := os.Remove(plain); err != nil {
		t.Fatal(err)
	}
}
