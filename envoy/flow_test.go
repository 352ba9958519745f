package envoy

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestUnchanged holds that what is not edited leaves byte for byte.
func TestUnchanged(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		for _, size := range []int{0, 1 << 10, 100 << 10, 3 << 20} {
			w.provider.Reset()
			body := chat(size, needle(reportNeedle))
			if a := w.post(t, body); a.status != http.StatusOK {
				t.Fatalf("%d bytes: status %d: %s", size, a.status, a.body)
			}
			got := w.only(t)
			if got.SHA256 != sha(body) || got.Header.Get("Content-Length") == "" {
				t.Errorf("%d bytes: the provider got %d other bytes, content-length %q", len(body), got.Size, got.Header.Get("Content-Length"))
			}
		}
	})
}

func TestBlocked(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		secret := needle(blockNeedle)
		a := w.post(t, chat(100<<10, secret))
		if a.status != http.StatusForbidden || a.code() != codeBlocked {
			t.Fatalf("status %d, body %s", a.status, a.body)
		}
		if a.header.Get("X-Should-Retry") != "false" || !strings.HasPrefix(a.header.Get("X-Request-Id"), "slc_") {
			t.Errorf("headers %v", a.header)
		}
		if strings.Contains(string(a.body), secret) || !strings.Contains(string(a.body), "fake-blk") {
			t.Errorf("body %s", a.body)
		}
		w.mustNotArrive(t, secret)
		if n := len(w.provider.Requests()); n != 0 {
			t.Errorf("the provider received %d requests", n)
		}
	})
}

// TestPathIsEdited: paths and queries carry text too.
func TestPathIsEdited(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		for name, body := range map[string][]byte{"no body": nil, "body": chat(1000, "nothing")} {
			w.provider.Reset()
			hidden, secret := needle(redactNeedle), needle(blockNeedle)
			a, err := w.do(w.request(t, http.MethodPost, chatPath+"?user="+url.QueryEscape(hidden)+"&x=1", bytes.NewReader(body)))
			if err != nil || a.status != http.StatusOK {
				t.Fatalf("%s: %+v, %v", name, a, err)
			}
			w.mustNotArrive(t, hidden)
			if got := w.only(t); !strings.HasPrefix(got.URI, chatPath+"?user=") || !strings.HasSuffix(got.URI, "&x=1") || got.Size != int64(len(body)) {
				t.Errorf("%s: the provider got %s and %d bytes", name, got.URI, got.Size)
			}
			a, err = w.do(w.request(t, http.MethodPost, chatPath+"?user="+secret, bytes.NewReader(body)))
			if err != nil || a.status != http.StatusForbidden {
				t.Errorf("%s: %+v, %v", name, a, err)
			}
			w.mustNotArrive(t, secret)
		}
	})
}

// TestContinueChunkedHTTP2 sends bodies in the ways that clients have.
func TestContinueChunkedHTTP2(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		h2 := new(http.Protocols)
		h2.SetUnencryptedHTTP2(true)
		http2 := &http.Client{Transport: &http.Transport{Protocols: h2}, Timeout: time.Minute}
		t.Cleanup(http2.CloseIdleConnections)
		expecting := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: 10 * time.Second}, Timeout: time.Minute}
		t.Cleanup(expecting.CloseIdleConnections)
		for _, tc := range []struct {
			name    string
			client  *http.Client
			chunked bool
			header  string
		}{
			{"100-continue", expecting, false, "100-continue"},
			{"chunked", w.client, true, ""},
			{"http2", http2, false, ""},
			{"http2 without length", http2, true, ""},
		} {
			w.client = tc.client
			send := func(body []byte) answer {
				req := w.request(t, http.MethodPost, chatPath, bytes.NewReader(body))
				if tc.chunked {
					req.ContentLength = -1
				}
				if tc.header != "" {
					req.Header.Set("Expect", tc.header)
				}
				a, err := w.do(req)
				if err != nil {
					t.Fatalf("%s: %v", tc.name, err)
				}
				return a
			}
			w.provider.Reset()
			secret, hidden := needle(blockNeedle), needle(redactNeedle)
			if a := send(chat(200<<10, secret)); a.status != http.StatusForbidden {
				t.Errorf("%s: status %d: %s", tc.name, a.status, a.body)
			}
			w.mustNotArrive(t, secret)
			body := chat(200<<10, hidden)
			if a := send(body); a.status != http.StatusOK {
				t.Errorf("%s: status %d: %s", tc.name, a.status, a.body)
			}
			if want := bytes.ReplaceAll(body, []byte(hidden), []byte("[REDACTED:fake-red]")); w.only(t).SHA256 != sha(want) {
				t.Errorf("%s: the provider got other bytes", tc.name)
			}
		}
	})
}

// TestRefusalsHaveTheProvidersShape: client libraries read errors of their own
// provider.
func TestRefusalsHaveTheProvidersShape(t *testing.T) {
	w := newWorld(t, worldOptions{})
	req := w.request(t, http.MethodPost, "/v1/messages", bytes.NewReader(chat(100, needle(blockNeedle))))
	req.Header.Set("Anthropic-Version", "2023-06-01")
	a, err := w.do(req)
	if err != nil {
		t.Fatal(err)
	}
	var shape struct {
		Type  string
		Error struct{ Type, Message string }
	}
	if err := json.Unmarshal(a.body, &shape); err != nil || shape.Type != "error" || shape.Error.Message == "" {
		t.Errorf("%s: %v", a.body, err)
	}
	if ct := a.header.Values("Content-Type"); len(ct) != 1 || ct[0] != "application/json" {
		t.Errorf("content types %v", ct)
	}
}

// TestWithoutSidecar: what Envoy says when nobody answers it.
func TestWithoutSidecar(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		w.grpc.Stop()
		secret := needle(blockNeedle)
		a := w.post(t, chat(1000, secret))
		if a.status != http.StatusServiceUnavailable || len(a.body) != 0 || a.header.Get("X-Request-Id") != "" {
			t.Errorf("status %d, headers %v, body %q", a.status, a.header, a.body)
		}
		w.mustNotArrive(t, secret)
	})
}
