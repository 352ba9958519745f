package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/bench/provider"
	"github.com/sluice-dlp/sluice/envoy"
)

const chatPath = "/v1/chat/completions"

// chatBody is a chat request whose last message is text, which must need no
// escaping.
func chatBody(text string) string {
	return `{"model":"gpt-5-mini","messages":[{"role":"user","content":"` + text + `"}]}`
}

// badInput is a row of the table of what is refused and how.
type badInput struct {
	name    string
	body    []byte
	headers []string
	status  int
	code    string // of the error; empty if the request must leave, redacted
}

func badInputs(secret string) []badInput {
	body := chatBody("the key is " + secret)
	rows := []badInput{
		{name: "not JSON", body: []byte("the key is " + secret), status: 400, code: "sluice_unreadable_json"},
		{name: "truncated JSON", body: []byte(body[:len(body)-3]), status: 400, code: "sluice_truncated"},
		{name: "trailing bytes", body: []byte(body + "x"), status: 400, code: "sluice_unreadable_json"},
		{name: "second document", body: []byte(body + body), status: 400, code: "sluice_unreadable_json"},
		{name: "duplicate keys", body: []byte(`{"messages":[{"role":"user","content":"` + secret + `"}],"messages":[{"role":"user","content":"` + secret + `"}]}`), status: 200},
		{name: "nesting of 100,000", body: []byte(strings.Repeat("[", 100_000) + `"` + secret + `"` + strings.Repeat("]", 100_000)), status: 400, code: "sluice_too_deep"},
		{name: "invalid UTF-8", body: []byte(chatBody(secret + " \xff\xfe")), status: 400, code: "sluice_invalid_utf8"},
		{name: "lone surrogate", body: []byte(chatBody(secret + ` \ud800 and more`)), status: 200},
		{name: "escaped NUL", body: []byte(chatBody(`\u0000` + secret + `\u0000`)), status: 200},
		{name: "raw NUL", body: []byte(chatBody(secret + " \x00")), status: 400, code: "sluice_unreadable_json"},
		{name: "byte order mark", body: []byte("\xef\xbb\xbf" + body), status: 200},
		{name: "UTF-16", body: utf16Bytes(body), status: 415, code: "sluice_unknown_encoding"},
		{name: "body over the limit", body: []byte(chatBody(secret + strings.Repeat(" x", 1<<20))), status: 413, code: "sluice_body_too_large"},
		{name: "gzip bomb", body: gzipBody(chatBody(secret + strings.Repeat(" ", 32<<20))), headers: []string{"Content-Encoding", "gzip"}, status: 413, code: "sluice_decoded_too_large"},
		{name: "damaged gzip", body: gzipBody(body)[:60], headers: []string{"Content-Encoding", "gzip"}, status: 400, code: "sluice_unreadable_encoding"},
		{name: "unknown encoding", body: []byte(body), headers: []string{"Content-Encoding", "compress"}, status: 415, code: "sluice_unknown_encoding"},
		{name: "multipart", body: []byte("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n" + secret + "\r\n--b--\r\n"), headers: []string{"Content-Type", "multipart/form-data; boundary=b"}, status: 415, code: "sluice_multipart"},
		{name: "token ids", body: []byte(`{"model":"text-embedding-3-small","input":[15496,11,1917,318,281,3586,13,464,1994,318,15496,11,1917,318,281,3586,13]}`), status: 422, code: "sluice_token_ids"},
	}
	return rows
}

func gzipBody(text string) []byte {
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	_, _ = io.WriteString(zw, text) // a buffer does not fail
	_ = zw.Close()
	return b.Bytes()
}

func utf16Bytes(s string) []byte {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

// limitsConfig has small limits, so that what exceeds them is quickly sent.
const limitsConfig = "limits: {body: 1MiB, decoded: 8MiB, in_flight: 32MiB, scan_timeout: 5s, queue_timeout: 2s}\n" + e2eConfig

func TestE2EBadInput(t *testing.T) {
	secret := bench.NewFiction(31).AWSAccessKeyID()
	for _, mode := range []envoy.Mode{envoy.FullDuplex, envoy.Buffered} {
		t.Run(mode.String(), func(t *testing.T) {
			e := newE2E(t, limitsConfig, inMode(mode))
			for _, row := range badInputs(secret) {
				t.Run(row.name, func(t *testing.T) {
					e := &e2e{e.stage, t, e.stub}
					e.stub.Reset()
					a := e.post(chatPath, row.body, row.headers...)
					e.mustNotHold([]string{secret}, a)
					e.mustBeAnswered(a, row.status, row.code)
					if row.code == "" {
						mustBeRedacted(t, string(row.body), string(e.one().Body), secret)
					}
				})
			}
		})
	}
}

// mustBeAnswered holds an answer to a status and, unless code is empty, to an
// error in the provider's shape that SDKs do not retry, of which nothing
// reached the provider.
func (e *e2e) mustBeAnswered(a reply, status int, code string) {
	e.t.Helper()
	if a.status != status {
		e.t.Errorf("status %d, want %d: %.300s (%v)", a.status, status, a.body, a.err)
	}
	if code == "" {
		return
	}
	if got := a.code(); got != code {
		e.t.Errorf("code %q, want %q, in %.300q", got, code, a.body)
	}
	if status < 500 && status != 408 && a.header.Get("X-Should-Retry") != "false" {
		e.t.Errorf("x-should-retry is %q", a.header.Get("X-Should-Retry"))
	}
	if a.header.Get("X-Request-Id") == "" {
		e.t.Error("no x-request-id")
	}
	if n := len(e.stub.Requests()); n != 0 {
		e.t.Errorf("%d requests reached the provider, want none", n)
	}
}

// dial opens a connection to Envoy for requests that no library would send.
func (e *e2e) dial() net.Conn {
	e.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(e.URL, "http://"))
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		e.t.Fatal(err)
	}
	return conn
}

func (e *e2e) write(conn net.Conn, text string) {
	e.t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		e.t.Fatal(err)
	}
}

// read reads one answer from a connection; an end without one has status 0.
func (e *e2e) read(conn net.Conn) reply {
	e.t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(data), err}
}

func requestHead(length string) string {
	return "POST " + chatPath + " HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n" + length + "\r\n\r\n"
}

// TestE2EBadConversations is about requests that are wrong on the wire rather
// than in their content.
func TestE2EBadConversations(t *testing.T) {
	secret := bench.NewFiction(32).AWSAccessKeyID()
	body := chatBody("the key is " + secret)
	base := newE2E(t, limitsConfig)
	run := func(name string, test func(t *testing.T, e *e2e) []reply) {
		t.Run(name, func(t *testing.T) {
			e := &e2e{base.stage, t, base.stub}
			e.stub.Behave(provider.Behavior{})
			e.stub.Reset()
			answers := test(t, e)
			e.mustNotHold([]string{secret}, answers...)
		})
	}
	run("empty body", func(t *testing.T, e *e2e) []reply {
		a := e.post(chatPath, nil)
		if a.status != 200 || e.one().Size != 0 {
			t.Errorf("status %d, provider got %d bytes", a.status, e.one().Size)
		}
		return []reply{a}
	})
	run("no body at all", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, "GET /v1/models HTTP/1.1\r\nHost: api\r\n\r\n")
		a := e.read(conn)
		if a.status != 200 || e.one().Method != "GET" {
			t.Errorf("status %d", a.status)
		}
		return []reply{a}
	})
	run("GET with a body", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, fmt.Sprintf("GET /v1/models HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
		a := e.read(conn)
		if a.status != 200 {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		mustBeRedacted(t, body, string(e.one().Body), secret)
		return []reply{a}
	})
	run("chunked, over the limit", func(t *testing.T, e *e2e) []reply {
		a := e.send(chatPath, io.MultiReader(strings.NewReader(chatBody(secret+strings.Repeat(" x", 1<<20)))))
		e.mustBeAnswered(a, 413, "sluice_body_too_large")
		return []reply{a}
	})
	run("content-length too small", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, requestHead(fmt.Sprintf("Content-Length: %d", len(body)-4))+body)
		a := e.read(conn)
		e.mustBeAnswered(a, 400, "sluice_truncated")
		return []reply{a}
	})
	run("content-length too large, then the end", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, requestHead(fmt.Sprintf("Content-Length: %d", len(body)+50))+body)
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		a := e.read(conn)
		if a.status == 200 || len(e.stub.Requests()) != 0 {
			t.Errorf("status %d, %d requests reached the provider", a.status, len(e.stub.Requests()))
		}
		return []reply{a}
	})
	run("two lengths", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, requestHead(fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked", len(body)))+fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body))
		a := e.read(conn)
		if a.status != 400 || len(e.stub.Requests()) != 0 {
			t.Errorf("status %d, %d requests reached the provider", a.status, len(e.stub.Requests()))
		}
		return []reply{a}
	})
	run("trailers", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, requestHead("Transfer-Encoding: chunked\r\nTrailer: X-Sum")+
			fmt.Sprintf("%x\r\n%s\r\n%x\r\n%s\r\n0\r\nX-Sum: 7\r\n\r\n", 20, body[:20], len(body)-20, body[20:]))
		a := e.read(conn)
		if a.status != 200 {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		r := e.one()
		mustBeRedacted(t, body, string(r.Body), secret)
		if r.Trailer.Get("X-Sum") != "7" {
			t.Errorf("trailers %v", r.Trailer)
		}
		return []reply{a}
	})
	run("one byte at a time", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, requestHead("Transfer-Encoding: chunked"))
		for i := range len(body) {
			e.write(conn, "1\r\n"+body[i:i+1]+"\r\n")
		}
		e.write(conn, "0\r\n\r\n")
		a := e.read(conn)
		if a.status != 200 {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		mustBeRedacted(t, body, string(e.one().Body), secret)
		return []reply{a}
	})
	run("client hangs up", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, requestHead(fmt.Sprintf("Content-Length: %d", len(body)))+body[:len(body)-2])
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		// A request after it shows that everything before has been dealt with.
		a := e.post(chatPath, []byte(chatBody("hello")))
		if a.status != 200 || len(e.stub.Requests()) != 1 {
			t.Errorf("status %d, %d requests reached the provider, want the second only", a.status, len(e.stub.Requests()))
		}
		return []reply{a}
	})
	run("provider hangs up", func(t *testing.T, e *e2e) []reply {
		e.stub.Behave(provider.Behavior{HangUp: provider.BeforeResponse})
		a := e.post(chatPath, []byte(body))
		if a.status != 503 && a.status != 502 {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		mustBeRedacted(t, body, string(e.one().Body), secret)
		return []reply{a}
	})
	run("secret in the query", func(t *testing.T, e *e2e) []reply {
		a := e.post(chatPath+"?note="+secret, []byte(chatBody("hello")))
		if a.status != 200 && a.status != 403 {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		return []reply{a}
	})
	run("upgrade", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, "GET /v1/realtime HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
		a := e.read(conn)
		if a.status != 403 || len(e.stub.Requests()) != 0 {
			t.Errorf("status %d, %d requests reached the provider", a.status, len(e.stub.Requests()))
		}
		return []reply{a}
	})
	run("processor killed mid-body", func(t *testing.T, e *e2e) []reply {
		conn := e.dial()
		e.write(conn, requestHead(fmt.Sprintf("Content-Length: %d", len(body)))+body[:len(body)-2])
		e.awaitMetric("the first bytes", func(m string) bool {
			return strings.Contains(m, "sluice_inflight_bytes ") && !strings.Contains(m, "sluice_inflight_bytes 0\n")
		})
		e.sidecar.kill()
		e.write(conn, body[len(body)-2:])
		a := e.read(conn)
		if a.status != 503 || len(e.stub.Requests()) != 0 {
			t.Errorf("status %d, %d requests reached the provider", a.status, len(e.stub.Requests()))
		}
		if err := e.startSidecar(t.Context()); err != nil {
			t.Fatal(err)
		}
		e.stub.Reset()
		again := e.post(chatPath, []byte(body))
		if again.status != 200 {
			t.Errorf("after the restart: status %d: %s", again.status, again.body)
		}
		mustBeRedacted(t, body, string(e.one().Body), secret)
		return []reply{a, again}
	})
}

// awaitMetric polls the sidecar's metrics until what they say is true.
func (e *e2e) awaitMetric(what string, ok func(metrics string) bool) {
	e.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		m, err := e.metrics(e.t.Context())
		if err == nil && ok(m) {
			return
		}
		if time.Now().After(deadline) {
			e.t.Fatalf("still waiting for %s: %v\n%s", what, err, m)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
