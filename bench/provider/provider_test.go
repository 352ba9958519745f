package provider

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func start(t *testing.T, opts Options) *Server {
	t.Helper()
	s, err := Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func post(t *testing.T, url, body string) (*http.Response, []byte) {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, data
}

func TestAnswers(t *testing.T) {
	s := start(t, Options{Reply: "one two"})
	for _, tc := range []struct{ path, body, want string }{
		{"/v1/chat/completions", `{"model":"m"}`, `"content":"one two"`},
		{"/openai/deployments/d/chat/completions?api-version=1", `{}`, `"object":"chat.completion"`},
		{"/v1/responses", `{"model":"m"}`, `"text":"one two"`},
		{"/v1/messages", `{"model":"m"}`, `"stop_reason":"end_turn"`},
		{"/v1/embeddings", `{"input":["a","b"]}`, `"index":1`},
		{"/v1/unheard-of", `{}`, `"code":"not_found"`},
	} {
		resp, data := post(t, s.URL+tc.path, tc.body)
		if !json.Valid(data) || !strings.Contains(string(data), tc.want) {
			t.Errorf("%s: status %d, body %s; want %s in it", tc.path, resp.StatusCode, data, tc.want)
		}
	}
	if n := len(s.Requests()); n != 6 {
		t.Errorf("recorded %d requests, want 6", n)
	}
}

func TestStreams(t *testing.T) {
	s := start(t, Options{Reply: "one two"})
	for _, tc := range []struct {
		path, last string
		events     int
	}{
		{"/v1/chat/completions", "data: [DONE]", 5},
		{"/v1/responses", "", 10},
		{"/v1/messages", "", 8},
	} {
		_, data := post(t, s.URL+tc.path, `{"stream":true}`)
		var n int
		var last string
		lines := bufio.NewScanner(bytes.NewReader(data))
		for lines.Scan() {
			if payload, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				n++
				last = lines.Text()
				if payload != "[DONE]" && !json.Valid([]byte(payload)) {
					t.Errorf("%s: event is not JSON: %s", tc.path, payload)
				}
			}
		}
		if n != tc.events || (tc.last != "" && last != tc.last) {
			t.Errorf("%s: %d events, last %q; want %d, last %q", tc.path, n, last, tc.events, tc.last)
		}
	}
}

func TestRecordsWhatArrived(t *testing.T) {
	s := start(t, Options{})
	var zipped bytes.Buffer
	zw := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(zw, "needle-in-gzip")
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(zipped.Bytes())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/responses?q=needle-in-query", &zipped)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Encoding", "gzip")
	req.Header.Set("X-Thing", "needle-in-header")
	req.Trailer = http.Header{"X-Late": {"needle-in-trailer"}}
	req.ContentLength = -1
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for _, place := range []string{"gzip", "query", "header", "trailer"} {
		if !s.Contains("needle-in-" + place) {
			t.Errorf("did not find the needle in the %s", place)
		}
	}
	if s.Contains("needle-nowhere") {
		t.Error("found a needle that was not sent")
	}
	got := s.Requests()[0]
	if !got.Complete || got.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("complete %v, digest %s; want the whole body", got.Complete, got.SHA256)
	}
	s.Reset()
	if s.Contains("needle") || len(s.Requests()) != 0 {
		t.Error("Reset left something behind")
	}
}

func TestCaps(t *testing.T) {
	s := start(t, Options{BodyCap: 10, MaxRequests: 1})
	post(t, s.URL+"/v1/responses", `{"input":"0123456789"}`)
	got := s.Requests()[0]
	if len(got.Body) != 10 || got.Size != 22 || !s.Truncated() {
		t.Errorf("kept %d of %d bytes, truncated %v; want 10 of 22, true", len(got.Body), got.Size, s.Truncated())
	}
	if resp, _ := post(t, s.URL+"/v1/responses", `{}`); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a request beyond the cap got status %d, want 503", resp.StatusCode)
	}
}

func TestHangUps(t *testing.T) {
	for _, h := range []HangUp{BeforeBody, BeforeResponse, MidResponse} {
		s := start(t, Options{Behavior: Behavior{HangUp: h}})
		resp, err := http.Post(s.URL+"/v1/responses", "application/json", strings.NewReader(`{}`))
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		if err == nil {
			t.Errorf("hang-up %d: the answer was read whole", h)
		}
		if len(s.Requests()) == 0 {
			t.Errorf("hang-up %d: the request was not recorded", h)
		}
	}
}

func TestLight(t *testing.T) {
	s := start(t, Options{Light: true, MaxRequests: 2})
	body := `{"stream":true,"input":"` + strings.Repeat("x", 100<<10) + `"}`
	for range 3 {
		if resp, data := post(t, s.URL+"/v1/responses", body); resp.StatusCode != http.StatusOK || !strings.HasPrefix(string(data), "event: ") {
			t.Errorf("status %d, body %.40s", resp.StatusCode, data)
		}
	}
	all := s.Requests()
	if len(all) != 1 || all[0].Size != int64(len(body)) || len(all[0].Body) != lightCap || !s.Truncated() {
		t.Errorf("%d requests kept, truncated %v", len(all), s.Truncated())
	}
}
