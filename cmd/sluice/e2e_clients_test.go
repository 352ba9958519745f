package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/bench"
)

// sdkCommands are the real SDKs, as `make clients` lays them out.
func sdkCommands(t *testing.T) map[string][]string {
	t.Helper()
	root, err := filepath.Abs("../../.cache/clients")
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string][]string{
		"python": {filepath.Join(root, "python/bin/python"), filepath.Join(root, "../../bench/clients/python/client.py")},
		"node":   {filepath.Join(root, "python/bin/node"), filepath.Join(root, "node/client.mjs")},
		"go":     {filepath.Join(root, "go-client")},
	}
	for _, command := range commands {
		for _, path := range command {
			if _, err := os.Stat(path); err != nil {
				missing(t, "the SDK clients are not there: `make clients` fetches them")
			}
		}
	}
	return commands
}

func (e *e2e) sdk(command []string) *sdk {
	e.t.Helper()
	s, err := startSDK(context.WithoutCancel(e.t.Context()), e.URL, command...)
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() {
		if err := s.close(); err != nil {
			e.t.Error(err)
		}
	})
	return s
}

// prompts are a body for each API that holds the text.
func prompts(api, text string, stream bool) object {
	var body object
	switch api {
	case "chat":
		body = object{"model": "gpt-5-mini", "messages": []object{{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}}}
	case "responses":
		body = object{"model": "gpt-5-mini", "instructions": "Be brief.", "input": text}
	default:
		body = object{"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": []object{{"role": "user", "content": text}}}
	}
	if stream {
		body["stream"] = true
	}
	return body
}

// TestE2ESDKs sends with every real SDK what must pass, what must be redacted
// and what must be blocked, and looks at both ends.
func TestE2ESDKs(t *testing.T) {
	commands := sdkCommands(t)
	e := newE2E(t, e2eConfig)
	f := bench.NewFiction(21)
	key := f.PrivateKey()
	keyLine := strings.Split(key, "\n")[1]
	five, values := f.Five()
	type combination struct{ client, api string }
	var combinations []combination
	for _, client := range []string{"python", "node", "go"} {
		combinations = append(combinations, combination{client, "chat"}, combination{client, "responses"})
	}
	combinations = append(combinations, combination{"python", "anthropic"})
	clients := map[string]*sdk{}
	for name, command := range commands {
		clients[name] = e.sdk(command)
	}
	for _, c := range combinations {
		for _, stream := range []bool{false, true} {
			name := c.client + "/" + c.api + map[bool]string{false: "/json", true: "/stream"}[stream]
			call := func(t *testing.T, text string) bench.Outcome {
				e.stub.Reset()
				o, err := clients[c.client].call(bench.Call{API: c.api, Body: prompts(c.api, text, stream)})
				if err != nil {
					t.Fatal(err)
				}
				return o
			}
			t.Run(name+"/allowed", func(t *testing.T) {
				o := call(t, "What is the capital of Norway? Größe, 日本語, \"quotes\" and \\ too.")
				if !o.OK || o.Text != "Hello from the stub." || o.Attempts != 1 {
					t.Errorf("outcome %+v", o)
				}
				if got := string(e.one().Body); got != o.Sent {
					t.Errorf("body changed:\nsent %s\ngot  %s", o.Sent, got)
				}
			})
			t.Run(name+"/redacted", func(t *testing.T) {
				o := call(t, five)
				if !o.OK || o.Text != "Hello from the stub." || o.Attempts != 1 {
					t.Errorf("outcome %+v", o)
				}
				mustBeRedacted(t, o.Sent, string(e.one().Body), values...)
			})
			t.Run(name+"/blocked", func(t *testing.T) {
				o := call(t, "Fix this key:\n"+key)
				mustBeBlocked(t, c.client, c.api, o)
				if strings.Contains(o.Printed, keyLine) {
					t.Error("the exception quotes the key")
				}
				if n := len(e.stub.Requests()); n != 0 {
					t.Errorf("%d requests reached the provider", n)
				}
			})
		}
	}
	e.mustNotHold(append(values, keyLine))
}

// mustBeBlocked holds the exception to what programs match on.
func mustBeBlocked(t *testing.T, client, api string, o bench.Outcome) {
	t.Helper()
	class := map[string]string{"python": "openai.PermissionDeniedError", "node": "openai.PermissionDeniedError", "go": "openai.Error"}[client]
	if api == "anthropic" {
		class = "anthropic.PermissionDeniedError"
	}
	if o.OK || o.Class != class || o.Status != 403 {
		t.Errorf("outcome %+v, want %s with status 403", o, class)
	}
	if o.Attempts != 1 {
		t.Errorf("the SDK tried %d times", o.Attempts)
	}
	if api == "anthropic" {
		if o.Type != "permission_error" {
			t.Errorf("type %q, want permission_error", o.Type)
		}
	} else if o.Code != codeOfBlock || o.Param == "" {
		t.Errorf("code %q and param %q, want %q and a place", o.Code, o.Param, codeOfBlock)
	}
	if o.RequestID == "" {
		t.Error("no request id to ask the operator about")
	}
	if client != "go" && !strings.Contains(o.Printed, "private-key") { // openai-go prints the status line only
		t.Errorf("exception %q does not name the rule", o.Printed)
	}
}

// codeOfBlock is the code of an error that findings caused.
const codeOfBlock = "sluice_blocked"
