package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// buffer is a log that tests read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// running is a sidecar that serves until the test ends.
type running struct {
	*sidecar
	dir    string
	log    *buffer
	conn   *grpc.ClientConn
	stop   func()
	result chan error
	asked  int // requests so far; a test asks them one after another
}

// acmeRule is a rule that finds prefix followed by ten digits.
func acmeRule(prefix string) string {
	return "rules:\n  - id: acme-key\n    kind: secret\n    title: Acme API key\n    pattern: '" + prefix +
		"_[0-9]{10}'\n    unless: {placeholders: keep}\n    match: ['" + prefix + "_0123456789']\n    nomatch: ['nothing']\n"
}

// start runs a sidecar on a socket of its own. extra is added to its sluice.yaml.
func start(t *testing.T, extra string) *running {
	t.Helper()
	// Socket paths are limited to about a hundred bytes; a test's own folder may exceed that.
	dir, err := os.MkdirTemp("", "sl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	write(t, filepath.Join(dir, "rules.yaml"), acmeRule("acme_live"))
	write(t, filepath.Join(dir, "sluice.yaml"), "listen: unix:"+dir+"/s.sock\nadmin: {address: 127.0.0.1:0}\nbuiltin_rules: false\n"+
		"rules: [rules.yaml]\ndrain: {delay: 0s, timeout: 5s}\n"+extra)
	r := &running{dir: dir, log: &buffer{}, result: make(chan error, 1)}
	load := (&configFlags{file: filepath.Join(dir, "sluice.yaml")}).load
	if r.sidecar, err = newSidecar(t.Context(), load, r.log); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { r.result <- r.serve(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-r.result; err != nil {
			t.Errorf("serve: %v", err)
		}
		r.close()
	})
	t.Cleanup(r.stop)
	r.conn, err = grpc.NewClient("unix:"+dir+"/s.sock", grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.conn.Close() })
	return r
}

func write(t *testing.T, path, content string) {
	t.Helper()
	// A name that is swapped is never seen half written.
	if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// answer is what Envoy would make of a conversation.
type answer struct {
	status  int    // of an immediate response; 0 if the request may go on
	body    string // of the immediate response, or what would be sent
	headers string // that were set
	err     error  // of the stream
}

// ask sends one request as Envoy does and collects the answer.
func (r *running) ask(t *testing.T, headers map[string]string, chunks ...[]byte) answer {
	t.Helper()
	r.asked++
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stream, err := extprocv3.NewExternalProcessorClient(r.conn).Process(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{
		":method": "POST", ":path": "/v1/chat/completions", ":authority": "api.example.com", ":scheme": "https",
		"content-type": "application/json",
	}
	maps.Copy(all, headers)
	list := &corev3.HeaderMap{}
	for k, v := range all {
		list.Headers = append(list.Headers, &corev3.HeaderValue{Key: k, RawValue: []byte(v)})
	}
	send := func(m *extprocv3.ProcessingRequest) {
		if err := stream.Send(m); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
	send(&extprocv3.ProcessingRequest{
		ProtocolConfig: &extprocv3.ProtocolConfiguration{
			RequestBodyMode: filterv3.ProcessingMode_FULL_DUPLEX_STREAMED,
		},
		Request: &extprocv3.ProcessingRequest_RequestHeaders{RequestHeaders: &extprocv3.HttpHeaders{Headers: list}},
	})
	for i, chunk := range chunks {
		send(&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_RequestBody{
			RequestBody: &extprocv3.HttpBody{Body: chunk, EndOfStream: i == len(chunks)-1},
		}})
	}
	var a answer
	for {
		m, err := stream.Recv()
		if err != nil {
			a.err = err
			return a
		}
		switch m := m.GetResponse().(type) {
		case *extprocv3.ProcessingResponse_ImmediateResponse:
			a.status = int(m.ImmediateResponse.GetStatus().GetCode())
			a.body = string(m.ImmediateResponse.GetBody())
			a.headers += m.ImmediateResponse.GetHeaders().String()
			return a
		case *extprocv3.ProcessingResponse_RequestHeaders:
			a.headers += m.RequestHeaders.GetResponse().GetHeaderMutation().String()
		case *extprocv3.ProcessingResponse_RequestBody:
			piece := m.RequestBody.GetResponse().GetBodyMutation().GetStreamedResponse()
			a.body += string(piece.GetBody())
			if piece.GetEndOfStream() {
				return a
			}
		}
	}
}

func chat(content string) []byte {
	return fmt.Appendf(nil, `{"model":"m","messages":[{"role":"user","content":%q}]}`, content)
}

// get asks the admin port.
func (r *running) get(t *testing.T, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.adminAddress()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// eventually waits for a condition; a test's own deadline ends the wait.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

func TestSidecarRedactsAndAnswersProbes(t *testing.T) {
	r := start(t, "")
	a := r.ask(t, nil, chat("use acme_live_0123456789 please"))
	if a.err != nil || a.status != 0 || a.body != string(chat("use [REDACTED:acme-key] please")) {
		t.Errorf("answer = %+v", a)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, body := r.get(t, path); code != 200 || body != "ok\n" {
			t.Errorf("%s: %d %q", path, code, body)
		}
	}
	eventually(t, "the request is counted", func() bool {
		_, metrics := r.get(t, "/metrics")
		return strings.Contains(metrics, `sluice_requests_total{action="redact"} 1`+"\n")
	})
	code, metrics := r.get(t, "/metrics")
	for _, line := range []string{"sluice_config_valid 1", "sluice_rules 1", "sluice_log_write_errors_total 0"} {
		if code != 200 || !strings.Contains(metrics, line+"\n") {
			t.Errorf("metrics lack %s", line)
		}
	}
	if code, _ := r.get(t, "/debug/pprof/"); code != 404 {
		t.Errorf("pprof answers %d and was not asked for", code)
	}
	info, err := os.Stat(r.dir + "/s.sock")
	if err != nil || info.Mode().Perm() != socketMode {
		t.Errorf("socket: %v, %v", info.Mode(), err)
	}
}

// A disk that is full costs log lines, not requests, and blocks none that
// should pass nor passes one that should be redacted.
func TestLogThatCannotBeWritten(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skipf("needs /dev/full: %v", err)
	}
	r := start(t, "log: {file: /dev/full, level: debug}\n")
	for range 3 {
		if a := r.ask(t, nil, chat("hello")); a.err != nil || a.status != 0 || a.body != string(chat("hello")) {
			t.Errorf("clean request: %+v", a)
		}
		if a := r.ask(t, nil, chat("acme_live_0123456789")); !strings.Contains(a.body, "[REDACTED:acme-key]") {
			t.Errorf("request with a key: %+v", a)
		}
	}
	eventually(t, "lost lines are counted", func() bool {
		_, metrics := r.get(t, "/metrics")
		return strings.Contains(metrics, "sluice_log_write_errors_total ") && !strings.Contains(metrics, "sluice_log_write_errors_total 0\n")
	})
}

// stuckWriter is a log whose reader has stopped.
type stuckWriter struct{ release chan struct{} }

func (w stuckWriter) Write(p []byte) (int, error) {
	<-w.release
	return len(p), nil
}

func TestLogWhoseReaderHasStopped(t *testing.T) {
	r := start(t, "log: {level: debug}\n")
	stuck := stuckWriter{make(chan struct{})}
	r.logs.mu.Lock()
	r.logs.out = stuck
	r.logs.mu.Unlock()
	for range 2 * logQueue {
		r.logger.Info("line")
	}
	if a := r.ask(t, nil, chat("acme_live_0123456789")); !strings.Contains(a.body, "[REDACTED:acme-key]") {
		t.Errorf("request with a key: %+v", a)
	}
	close(stuck.release)
	if _, metrics := r.get(t, "/metrics"); strings.Contains(metrics, "sluice_log_write_errors_total 0\n") {
		t.Error("lines that were lost are not counted")
	}
}

func TestDrainFinishesWhatIsUnderWay(t *testing.T) {
	r := start(t, "")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stream, err := extprocv3.NewExternalProcessorClient(r.conn).Process(ctx)
	if err != nil {
		t.Fatal(err)
	}
	headers := &corev3.HeaderMap{Headers: []*corev3.HeaderValue{
		{Key: ":method", RawValue: []byte("POST")},
		{Key: ":path", RawValue: []byte("/v1/chat/completions")},
		{Key: "content-type", RawValue: []byte("application/json")},
	}}
	if err := stream.Send(&extprocv3.ProcessingRequest{
		ProtocolConfig: &extprocv3.ProtocolConfiguration{RequestBodyMode: filterv3.ProcessingMode_FULL_DUPLEX_STREAMED},
		Request:        &extprocv3.ProcessingRequest_RequestHeaders{RequestHeaders: &extprocv3.HttpHeaders{Headers: headers}},
	}); err != nil {
		t.Fatal(err)
	}
	body := chat("acme_live_0123456789")
	if err := stream.Send(&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_RequestBody{
		RequestBody: &extprocv3.HttpBody{Body: body[:10]},
	}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the request has arrived", func() bool {
		_, metrics := r.get(t, "/metrics")
		return !strings.Contains(metrics, "sluice_inflight_bytes 0\n")
	})
	stopped := make(chan struct{})
	go func() {
		r.stop()
		close(stopped)
	}()
	eventually(t, "readiness is off", r.draining.Load)
	if err := stream.Send(&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_RequestBody{
		RequestBody: &extprocv3.HttpBody{Body: body[10:], EndOfStream: true},
	}}); err != nil {
		t.Fatal(err)
	}
	var sent string
	for {
		m, err := stream.Recv()
		if err != nil {
			break
		}
		sent += string(m.GetRequestBody().GetResponse().GetBodyMutation().GetStreamedResponse().GetBody())
	}
	if sent != string(chat("[REDACTED:acme-key]")) {
		t.Errorf("sent %q", sent)
	}
	<-stopped
	if _, err := os.Stat(r.dir + "/s.sock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestStaleSocketIsReplacedAndALiveOneIsNot(t *testing.T) {
	dir, err := os.MkdirTemp("", "sl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "s.sock")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	if err := stale.Close(); err != nil {
		t.Fatal(err)
	}
	first, err := listen("unix:" + path)
	if err != nil {
		t.Fatalf("a stale socket was not replaced: %v", err)
	}
	if _, err := listen("unix:" + path); err == nil || !strings.Contains(err.Error(), "in use by a running process") {
		t.Errorf("second listener: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
