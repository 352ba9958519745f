package main

import (
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/rules"
)

// TestSidecarExceptions wants exceptions by caller, place, path and value to let
// pass what they are for and nothing else, and an expired one to be warned of.
func TestSidecarExceptions(t *testing.T) {
	const hashKey = "a key for tests, 0123456789"
	t.Setenv(hashKeyVariable, hashKey)
	revoked, err := rules.HashValue([]byte(hashKey), []byte("acme_live_7777777777"))
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, `
caller_header: x-caller
policy:
  exceptions:
    - {rules: [acme-key], callers: ['spiffe://acme/billing*'], owner: a@acme.example, reason: its own keys, expires: never}
    - {where: '/metadata/*', owner: a@acme.example, reason: ids, expires: 2999-01-01}
    - {path: '/v1/embeddings', owner: a@acme.example, reason: nothing is kept, expires: never, action: allow}
    - {value: '`+revoked+`', owner: a@acme.example, reason: revoked, expires: never}
    - {rules: [acme-key], owner: b@acme.example, reason: once, expires: 2020-01-01}
`)
	key := "acme_live_0123456789"
	metadata := []byte(`{"model":"m","metadata":{"note":"` + key + `"},"messages":[]}`)
	for _, c := range []struct {
		name    string
		headers map[string]string
		body    []byte
		passes  bool
	}{
		{"nobody", nil, chat(key), false},
		{"the caller", map[string]string{"x-caller": "spiffe://acme/billing/1"}, chat(key), true},
		{"another caller", map[string]string{"x-caller": "spiffe://acme/sales"}, chat(key), false},
		{"the place", nil, metadata, true},
		{"the path", map[string]string{":path": "/v1/embeddings?x=1"}, chat(key), true},
		{"the value", nil, chat("acme_live_7777777777"), true},
	} {
		a := r.ask(t, c.headers, c.body)
		if a.err != nil || a.status != 0 || (a.body == string(c.body)) != c.passes {
			t.Errorf("%s: answer %+v", c.name, a)
		}
	}
	eventually(t, "metrics and log say so", func() bool {
		_, metrics := r.get(t, "/metrics")
		log := r.log.String()
		return strings.Contains(metrics, `sluice_exceptions{state="active"} 4`) && strings.Contains(metrics, `sluice_exceptions{state="expired"} 1`) &&
			strings.Contains(log, "the exception expired on 2020-01-01") && strings.Contains(log, `"exceptions":["`+r.dir+`/sluice.yaml:`)
	})
	if log := r.log.String(); strings.Contains(log, "acme_live_") {
		t.Errorf("the log quotes a value: %s", log)
	}
}
