package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/envoy"
)

// hardCase hides a secret where guards tend not to look.
type hardCase struct {
	name    string
	path    string
	body    string
	headers []string
	refused int // the status, where nothing may leave at all; zero if redacted
}

func hardCases(t *testing.T, secret string) []hardCase {
	t.Helper()
	body := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	messages := func(list ...object) string { return body(object{"model": "gpt-5-mini", "messages": list}) }
	file := base64.StdEncoding.EncodeToString([]byte("# staging\nREGION=eu-north-1\nKEY_ID=" + secret + "\nDEBUG=0\n"))
	var ids []int
	for _, c := range []byte("the key is " + secret) {
		ids = append(ids, int(c)+1000)
	}
	return []hardCase{
		{name: "tool-call arguments", body: messages(
			object{"role": "user", "content": "list buckets"},
			object{"role": "assistant", "content": nil, "tool_calls": []object{{"id": "call_1", "type": "function", "function": object{
				"name": "aws", "arguments": body(object{"env": object{"AWS_ACCESS_KEY_ID": secret}}),
			}}}},
			object{"role": "tool", "tool_call_id": "call_1", "content": "[]"},
		)},
		{name: "base64 data URI of a text file", body: messages(object{"role": "user", "content": []object{
			{"type": "text", "text": "What is this file?"},
			{"type": "file", "file": object{"filename": "env.txt", "file_data": "data:text/plain;base64," + file}},
		}})},
		{name: "Responses input items", path: "/v1/responses", body: body(object{"model": "gpt-5-mini", "input": []object{
			{"type": "message", "role": "user", "content": []object{{"type": "input_text", "text": "Use " + secret}}},
			{"type": "function_call", "call_id": "c1", "name": "aws", "arguments": body(object{"id": secret})},
			{"type": "function_call_output", "call_id": "c1", "output": "denied for " + secret},
		}})},
		{name: "embeddings input", path: "/v1/embeddings", body: body(object{"model": "text-embedding-3-small", "input": []string{"harmless", "id " + secret}})},
		{name: "system message", body: messages(object{"role": "system", "content": "You deploy with " + secret + "."}, object{"role": "user", "content": "deploy"})},
		{name: "split over two content parts", body: messages(object{"role": "user", "content": []object{
			{"type": "text", "text": "The id is " + secret[:11]}, {"type": "text", "text": secret[11:] + ", is it valid?"},
		}})},
		{
			name: "multipart file upload", path: "/v1/files", headers: []string{"Content-Type", "multipart/form-data; boundary=xyz"}, refused: 415,
			body: "--xyz\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nuser_data\r\n--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"env.txt\"\r\nContent-Type: text/plain\r\n\r\nKEY_ID=" + secret + "\r\n--xyz--\r\n",
		},
		{name: "gzip body", headers: []string{"Content-Encoding", "gzip"}, body: string(gzipBody(chatBody("the key is " + secret)))},
		{name: "escaped letters", body: chatBody(`the key is \u0041\u004b` + secret[2:] + ` ok`)},
		{name: "unknown field", body: body(object{"model": "gpt-5-mini", "messages": []object{{"role": "user", "content": "hi"}}, "x_trace": object{"caller": []any{1, "id=" + secret}}})},
		{name: "token-id array", path: "/v1/embeddings", refused: 422, body: body(object{"model": "text-embedding-3-small", "input": ids})},
		{name: "image URL's query", body: messages(object{"role": "user", "content": []object{
			{"type": "image_url", "image_url": object{"url": "https://img.intern/plot.png?key=" + url.QueryEscape(secret) + "&w=300"}},
		}})},
	}
}

// TestE2EHardCases are the cases of which every other guard that was measured
// leaked four or more of the twelve.
func TestE2EHardCases(t *testing.T) {
	secret := bench.NewFiction(41).AWSAccessKeyID()
	for _, mode := range []envoy.Mode{envoy.FullDuplex, envoy.Buffered} {
		t.Run(mode.String(), func(t *testing.T) {
			base := newE2E(t, e2eConfig, inMode(mode))
			cases := hardCases(t, secret)
			if len(cases) != 12 {
				t.Fatalf("%d cases, want 12", len(cases))
			}
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) {
					e := &e2e{base.stage, t, base.stub}
					e.stub.Reset()
					path := c.path
					if path == "" {
						path = chatPath
					}
					a := e.post(path, []byte(c.body), c.headers...)
					// A value that was cut in two must not have left in halves either.
					e.mustNotHold([]string{secret, secret[2:], secret[:12]}, a)
					if c.refused != 0 {
						if a.status != c.refused || len(e.stub.Requests()) != 0 {
							t.Errorf("status %d, want %d; %d requests reached the provider: %s", a.status, c.refused, len(e.stub.Requests()), a.body)
						}
						return
					}
					if a.status != 200 {
						t.Fatalf("status %d: %s", a.status, a.body)
					}
					if got := readable(e.one()); !redacted.MatchString(got) {
						t.Errorf("no placeholder in what left: %s", got)
					}
				})
			}
		})
	}
}

// TestE2EFiveFindings sends five plain values in bodies of every size, spread
// over the whole body, so that pieces of the body end inside some of them.
func TestE2EFiveFindings(t *testing.T) {
	sizes := []int{1 << 10, 8 << 10, 64 << 10, 512 << 10, 1 << 20, 5 << 20}
	for _, mode := range []envoy.Mode{envoy.FullDuplex, envoy.Buffered} {
		t.Run(mode.String(), func(t *testing.T) {
			base := newE2E(t, e2eConfig, inMode(mode))
			for i, size := range sizes {
				t.Run(fmt.Sprintf("%d KB", size>>10), func(t *testing.T) {
					e := &e2e{base.stage, t, base.stub}
					e.stub.Reset()
					f := bench.NewFiction(uint64(50 + i))
					_, values := f.Five()
					lead := []string{"key id ", "push with ", "mail ", "card ", "IBAN "}
					fill := strings.ReplaceAll(bench.Prose(uint64(i), size), "\n", " ")
					var text strings.Builder
					step := (size - 700) / len(values)
					for k, v := range values {
						text.WriteString(fill[k*step:(k+1)*step] + " " + lead[k] + v + " and ")
					}
					body := chatBody(text.String())
					a := e.post(chatPath, []byte(body))
					if a.status != 200 {
						t.Fatalf("status %d: %s", a.status, a.body)
					}
					e.mustNotHold(values, a)
					mustBeRedacted(t, body, string(e.one().Body), values...)
				})
			}
		})
	}
}
