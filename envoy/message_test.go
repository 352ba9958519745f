package envoy

import (
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// Whoever sends a request must not be able to make it look like one that an
// exception is for.
func TestOriginIsUnambiguous(t *testing.T) {
	for path, want := range map[string]string{
		"/v1/embeddings?x=/..":                "/v1/embeddings",
		"/v1/models/ft%3Agpt/x.y":             "/v1/models/ft%3Agpt/x.y",
		"/v1/embeddings/../chat/completions":  "",
		"/v1/embeddings/%2E./chat":            "",
		"/v1/embeddings/..%2fchat":            "",
		"/v1/embeddings/..%252fchat":          "",
		`/v1/embeddings/..\chat`:              "",
		"/v1/embeddings/..;/chat":             "",
		"/v1//chat":                           "",
		"/v1/./chat":                          "",
		"http://api.example/v1/../embeddings": "",
	} {
		r := request{Request: prompt.Request{Path: path}, caller: "c"}
		if got := *r.origin(); got != (scanner.Origin{Caller: "c", Path: want}) {
			t.Errorf("%s: %+v, want %q", path, got, want)
		}
	}
	header := func(values ...string) *corev3.HeaderMap {
		m := &corev3.HeaderMap{Headers: []*corev3.HeaderValue{{Key: "x-other", Value: "b"}}}
		for _, v := range values {
			m.Headers = append(m.Headers, &corev3.HeaderValue{Key: "x-caller", RawValue: []byte(v)})
		}
		return m
	}
	if got := callerOf(header("a"), "x-caller"); got != "a" {
		t.Errorf("got %q, want a", got)
	}
	for _, m := range []*corev3.HeaderMap{header(), header("a", "b"), header("a", "a"), nil} {
		if got := callerOf(m, "x-caller"); got != "" {
			t.Errorf("got %q, want nobody", got)
		}
	}
}
