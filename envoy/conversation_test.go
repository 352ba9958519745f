package envoy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// desk is a sidecar without an Envoy: tests speak Envoy's part.
type desk struct {
	*Server
	grpc     *grpc.Server
	conn     *grpc.ClientConn
	registry *prometheus.Registry
	log      *safeBuffer
}

func newDesk(t *testing.T, d scanner.Detector, change func(*Options)) *desk {
	t.Helper()
	k := &desk{registry: prometheus.NewRegistry(), log: &safeBuffer{}}
	sc := fakeScanner(d)
	opts := Options{
		Scanner:    func() *scanner.Scanner { return sc },
		Logger:     slog.New(slog.NewJSONHandler(k.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Registerer: k.registry,
	}
	if change != nil {
		change(&opts)
	}
	k.Server = NewServer(opts)
	k.grpc = grpc.NewServer(k.GRPCServerOptions()...)
	k.Register(k.grpc)
	l := bufconn.Listen(1 << 20)
	go func() { _ = k.grpc.Serve(l) }() // ends with Stop
	t.Cleanup(k.grpc.Stop)
	var err error
	k.conn, err = grpc.NewClient("passthrough:///desk", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.conn.Close() })
	return k
}

// talk is one stream.
type talk struct {
	t *testing.T
	extprocv3.ExternalProcessor_ProcessClient
	mode    filterv3.ProcessingMode_BodySendMode
	sent    bool
	silent  bool // leave out the protocol configuration
	answers chan *extprocv3.ProcessingResponse
	end     chan error
}

const (
	full     = filterv3.ProcessingMode_FULL_DUPLEX_STREAMED
	buffered = filterv3.ProcessingMode_BUFFERED
)

func (k *desk) talk(t *testing.T, mode filterv3.ProcessingMode_BodySendMode) *talk {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return k.talkIn(ctx, t, mode)
}

func (k *desk) talkIn(ctx context.Context, t *testing.T, mode filterv3.ProcessingMode_BodySendMode) *talk {
	t.Helper()
	c, err := extprocv3.NewExternalProcessorClient(k.conn).Process(ctx)
	if err != nil {
		t.Fatal(err)
	}
	tk := &talk{t: t, ExternalProcessor_ProcessClient: c, mode: mode, answers: make(chan *extprocv3.ProcessingResponse, 100), end: make(chan error, 1)}
	go func() {
		for {
			r, err := c.Recv()
			if err != nil {
				tk.end <- err
				close(tk.answers)
				return
			}
			tk.answers <- r
		}
	}()
	return tk
}

func (tk *talk) send(m *extprocv3.ProcessingRequest) {
	tk.t.Helper()
	if !tk.sent && !tk.silent {
		m.ProtocolConfig = &extprocv3.ProtocolConfiguration{RequestBodyMode: tk.mode, ResponseBodyMode: full}
	}
	tk.sent = true
	if err := tk.Send(m); err != nil && !errors.Is(err, io.EOF) { // EOF: the server has ended the stream
		tk.t.Fatal(err)
	}
}

// headers sends the headers of a POST; pairs add to them.
func (tk *talk) headers(last bool, pairs ...string) {
	tk.t.Helper()
	m := &corev3.HeaderMap{}
	pairs = append([]string{":method", "POST", ":path", chatPath, "content-type", "application/json"}, pairs...)
	for i := 0; i < len(pairs); i += 2 {
		m.Headers = append(m.Headers, &corev3.HeaderValue{Key: pairs[i], RawValue: []byte(pairs[i+1])})
	}
	tk.send(&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_RequestHeaders{
		RequestHeaders: &extprocv3.HttpHeaders{Headers: m, EndOfStream: last},
	}})
}

func (tk *talk) body(b []byte, last bool) {
	tk.t.Helper()
	tk.send(&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_RequestBody{
		RequestBody: &extprocv3.HttpBody{Body: b, EndOfStream: last},
	}})
}

func (tk *talk) trailers() {
	tk.t.Helper()
	tk.send(&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_RequestTrailers{
		RequestTrailers: &extprocv3.HttpTrailers{Trailers: &corev3.HeaderMap{}},
	}})
}

// next returns the next answer, and nil when the stream has ended.
func (tk *talk) next() *extprocv3.ProcessingResponse {
	tk.t.Helper()
	select {
	case r := <-tk.answers:
		return r
	case <-time.After(20 * time.Second):
		tk.t.Fatal("no answer")
		return nil
	}
}

// quiet fails the test if there is an answer already.
func (tk *talk) quiet() {
	tk.t.Helper()
	select {
	case r, open := <-tk.answers:
		tk.t.Fatalf("an answer before the verdict: %v (stream open: %v)", r, open)
	case <-time.After(50 * time.Millisecond):
	}
}

// finish half-closes the stream as Envoy does and returns its status.
func (tk *talk) finish() codes.Code {
	tk.t.Helper()
	if err := tk.CloseSend(); err != nil {
		tk.t.Fatal(err)
	}
	return tk.status()
}

// status waits for the end of the stream.
func (tk *talk) status() codes.Code {
	tk.t.Helper()
	for r := tk.next(); r != nil; r = tk.next() {
		tk.t.Errorf("an answer more than expected: %v", r)
	}
	if err := <-tk.end; !errors.Is(err, io.EOF) {
		return status.Code(err)
	}
	return codes.OK
}

// collect reads the answer to a whole request: the headers, the body and
// whether the trailers were answered last.
func (tk *talk) collect(trailers bool) (head *extprocv3.CommonResponse, body []byte) {
	tk.t.Helper()
	r := tk.next()
	if r.GetRequestHeaders() == nil {
		tk.t.Fatalf("first answer %v, want headers", r)
	}
	head = r.GetRequestHeaders().GetResponse()
	for {
		r = tk.next()
		if trailers && r.GetRequestTrailers() != nil {
			return head, body
		}
		piece := r.GetRequestBody().GetResponse().GetBodyMutation().GetStreamedResponse()
		if piece == nil {
			tk.t.Fatalf("answer %v, want a piece of the body", r)
		}
		if len(piece.GetBody()) > 1<<20 {
			tk.t.Errorf("a piece of %d bytes", len(piece.GetBody()))
		}
		body = append(body, piece.GetBody()...)
		if piece.GetEndOfStream() {
			if trailers {
				tk.t.Error("a piece ends the stream although trailers follow")
			}
			return head, body
		}
	}
}

// refusedWith reads an immediate response.
func (tk *talk) refusedWith(status int, code string) *extprocv3.ImmediateResponse {
	tk.t.Helper()
	r := tk.next().GetImmediateResponse()
	if r == nil || int(r.GetStatus().GetCode()) != status || r.GetDetails() != code {
		tk.t.Fatalf("answer %v, want status %d, code %s", r, status, code)
	}
	return r
}

func mutated(c *extprocv3.CommonResponse, name string) string {
	for _, h := range c.GetHeaderMutation().GetSetHeaders() {
		if h.GetHeader().GetKey() == name {
			return string(h.GetHeader().GetRawValue())
		}
	}
	return ""
}

func TestHoldsUntilTheEnd(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	tk := k.talk(t, full)
	body := chat(700<<10, "nothing")
	tk.headers(false, "content-length", strconv.Itoa(len(body)))
	tk.body(body[:1000], false)
	tk.body(body[1000:], false)
	tk.quiet()
	tk.body(nil, true)
	head, got := tk.collect(false)
	if !bytes.Equal(got, body) || mutated(head, "content-length") != strconv.Itoa(len(body)) {
		t.Errorf("%d bytes of %d, headers %v", len(got), len(body), head)
	}
	// What follows the first end of stream is ignored.
	tk.body(nil, true)
	tk.body([]byte(needle(blockNeedle)), true)
	tk.trailers()
	if c := tk.finish(); c != codes.OK {
		t.Errorf("status %v", c)
	}
}

func TestEmptyBodies(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	tk := k.talk(t, full)
	tk.headers(true)
	if r := tk.next(); r.GetRequestHeaders() == nil {
		t.Errorf("answer %v", r)
	}
	if c := tk.finish(); c != codes.OK {
		t.Errorf("status %v", c)
	}
	tk = k.talk(t, full)
	tk.headers(false)
	tk.body(nil, true)
	if _, got := tk.collect(false); len(got) != 0 {
		t.Errorf("body %q", got)
	}
	tk = k.talk(t, full)
	tk.headers(false)
	tk.trailers()
	if _, got := tk.collect(true); len(got) != 0 {
		t.Errorf("body %q", got)
	}
	if c := tk.finish(); c != codes.OK {
		t.Errorf("status %v", c)
	}
}

func TestTrailersEndABody(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	tk := k.talk(t, full)
	body := chat(100, "nothing")
	tk.headers(false)
	tk.body(body, false)
	tk.quiet()
	tk.trailers()
	if _, got := tk.collect(true); !bytes.Equal(got, body) {
		t.Errorf("body %q", got)
	}
	secret := needle(blockNeedle)
	tk = k.talk(t, full)
	tk.headers(false)
	tk.body(chat(100, secret), false)
	tk.trailers()
	tk.refusedWith(403, codeBlocked)
}

func TestBufferedConversation(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	for _, trailers := range []bool{false, true} {
		tk := k.talk(t, buffered)
		body := chat(100, needle(redactNeedle))
		tk.headers(false, "content-length", strconv.Itoa(len(body)))
		if r := tk.next(); r.GetRequestHeaders() == nil {
			t.Fatalf("answer %v, want headers", r)
		}
		tk.body(body, !trailers) // with trailers to come, the one message is the whole body all the same
		r := tk.next().GetRequestBody().GetResponse()
		got := r.GetBodyMutation().GetBody()
		if !strings.Contains(string(got), "[REDACTED:fake-red]") || mutated(r, "content-length") != strconv.Itoa(len(got)) {
			t.Errorf("answer %v", r)
		}
		if c := tk.status(); c != codes.OK {
			t.Errorf("status %v", c)
		}
	}
	tk := k.talk(t, buffered)
	tk.headers(false)
	tk.next()
	tk.trailers() // no body at all
	if r := tk.next(); r.GetRequestTrailers() == nil {
		t.Errorf("answer %v, want trailers", r)
	}
}

// TestAssumedMode is for an Envoy that does not say which mode it uses.
func TestAssumedMode(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, func(o *Options) { o.Mode = Buffered })
	tk := k.talk(t, buffered)
	tk.silent = true
	tk.headers(false)
	if r := tk.next(); r.GetRequestHeaders() == nil {
		t.Errorf("answer %v, want headers", r)
	}
}

func TestUnsafeModes(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	for _, mode := range []filterv3.ProcessingMode_BodySendMode{
		filterv3.ProcessingMode_NONE, filterv3.ProcessingMode_STREAMED, filterv3.ProcessingMode_BUFFERED_PARTIAL,
	} {
		tk := k.talk(t, mode)
		tk.headers(false)
		tk.refusedWith(503, "sluice_unsafe_mode")
		if c := tk.finish(); c == codes.OK {
			t.Errorf("%v: the stream ended well", mode)
		}
	}
	tk := k.talk(t, full)
	tk.send(&extprocv3.ProcessingRequest{ObservabilityMode: true, Request: &extprocv3.ProcessingRequest_RequestHeaders{RequestHeaders: &extprocv3.HttpHeaders{}}})
	tk.refusedWith(503, "sluice_unsafe_mode")
}

// TestUpgradesAreRefused is for an Envoy that somebody else configured.
func TestUpgradesAreRefused(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	for _, mode := range []filterv3.ProcessingMode_BodySendMode{full, buffered} {
		tk := k.talk(t, mode)
		tk.headers(false, "connection", "upgrade", "upgrade", "websocket")
		tk.refusedWith(403, "sluice_upgrade")
	}
}

func TestOrderOfMessages(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	tk := k.talk(t, full)
	tk.body([]byte("{}"), true)
	tk.refusedWith(503, "sluice_protocol")
	tk = k.talk(t, full)
	tk.headers(false)
	tk.headers(false)
	tk.refusedWith(503, "sluice_protocol")
	tk = k.talk(t, full)
	tk.trailers()
	tk.refusedWith(503, "sluice_protocol")
}

// TestTrap06Conversation: Envoy's own replies come without a request before.
func TestTrap06Conversation(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	tk := k.talk(t, full)
	tk.send(&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseHeaders{ResponseHeaders: &extprocv3.HttpHeaders{}}})
	if r := tk.next(); r.GetResponseHeaders() == nil {
		t.Errorf("answer %v", r)
	}
	tk.send(&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseBody{ResponseBody: &extprocv3.HttpBody{Body: []byte("x"), EndOfStream: true}}})
	piece := tk.next().GetResponseBody().GetResponse().GetBodyMutation().GetStreamedResponse()
	if string(piece.GetBody()) != "x" || !piece.GetEndOfStream() {
		t.Errorf("piece %v", piece)
	}
	tk.send(&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseTrailers{ResponseTrailers: &extprocv3.HttpTrailers{}}})
	if r := tk.next(); r.GetResponseTrailers() == nil {
		t.Errorf("answer %v", r)
	}
	if c := tk.finish(); c != codes.OK {
		t.Errorf("status %v", c)
	}
}

// TestTrap01Conversation: a stream that ends before its verdict never ends well.
func TestTrap01Conversation(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	for name, speak := range map[string]func(*talk){
		"after headers":           func(tk *talk) { tk.headers(false) },
		"in the body":             func(tk *talk) { tk.headers(false); tk.body([]byte(`{"a`), false) },
		"buffered, after headers": func(tk *talk) { tk.mode = buffered; tk.headers(false); tk.next() },
	} {
		tk := k.talk(t, full)
		speak(tk)
		if c := tk.finish(); c == codes.OK {
			t.Errorf("%s: the stream ended well", name)
		}
	}
	if strings.Contains(k.log.String(), `"level":"WARN"`) {
		t.Errorf("a client that leaves is logged loudly: %s", k.log)
	}
}

func TestLimitsOfABody(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, func(o *Options) {
		o.Limits = prompt.Limits{MaxBody: 1000}
		o.BodyTimeout = 200 * time.Millisecond
	})
	tk := k.talk(t, full)
	tk.headers(false, "content-length", "1001")
	tk.refusedWith(413, "sluice_body_too_large")
	tk = k.talk(t, full)
	tk.headers(false)
	tk.body(bytes.Repeat([]byte(" "), 600), false)
	tk.body(bytes.Repeat([]byte(" "), 600), false)
	tk.refusedWith(413, "sluice_body_too_large")
	tk.body([]byte(needle(blockNeedle)), true) // dropped
	if c := tk.finish(); c == codes.OK {
		t.Error("the stream ended well")
	}
	tk = k.talk(t, full)
	tk.headers(false)
	tk.body([]byte(`{"a":`), false)
	tk.refusedWith(408, "sluice_body_timeout")
}

func TestHealthAndDrain(t *testing.T) {
	k := newDesk(t, &fakeDetector{}, nil)
	checker := grpc_health_v1.NewHealthClient(k.conn)
	for _, service := range []string{"", extprocv3.ExternalProcessor_ServiceDesc.ServiceName} {
		r, err := checker.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service})
		if err != nil || r.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
			t.Fatalf("health of %q: %v, %v", service, r, err)
		}
	}
	released := k.talk(t, full)
	released.headers(true)
	released.next()
	open := k.talk(t, full)
	open.headers(false)
	open.body([]byte(`{"a`), false)
	open.quiet()

	k.NotReady()
	r, err := checker.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil || r.GetStatus() != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
		t.Fatalf("health: %v, %v", r, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- k.Drain(ctx) }()
	if c := released.status(); c != codes.OK {
		t.Errorf("a stream whose request has left ended with %v", c)
	}
	if c := open.status(); c != codes.Unavailable {
		t.Errorf("a stream without a verdict ended with %v, want Unavailable", c)
	}
	if err := <-drained; !errors.Is(err, context.DeadlineExceeded) || k.Ready() {
		t.Errorf("Drain: %v, ready %v", err, k.Ready())
	}
}
