package envoy

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	bootstrapv3 "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/sluice-dlp/sluice/bench/provider"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// Each of these tests is about one way in which external processing leaks or
// hangs, and looks at what the provider received.

// TestTrap01ProcessorEndsMidBody: a processor that goes away must not make
// Envoy forward what it has.
func TestTrap01ProcessorEndsMidBody(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		secret := needle(blockNeedle)
		body := chat(300<<10, secret)
		r, wr := io.Pipe()
		done := make(chan answer, 1)
		go func() {
			a, err := w.do(w.request(t, http.MethodPost, chatPath, r))
			if err == nil {
				done <- a
			}
			close(done)
		}()
		if _, err := wr.Write(body[:250<<10]); err != nil {
			t.Fatal(err)
		}
		if mode == FullDuplex {
			eventually(t, "the processor holds the body", func() bool { return w.server.held() > 200<<10 })
		}
		w.grpc.Stop()
		go func() {
			_, _ = wr.Write(body[250<<10:]) // the answer may come first
			_ = wr.Close()
		}()
		if a, ok := <-done; ok && a.status != http.StatusServiceUnavailable {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		w.mustNotArrive(t, secret)
		if n := len(w.provider.Requests()); n != 0 {
			t.Errorf("the provider received %d requests", n)
		}
	})
}

// held is what the budget has given out.
func (s *Server) held() int64 {
	s.budget.mu.Lock()
	defer s.budget.mu.Unlock()
	return s.budget.used
}

// TestTrap02LargeMessages: grpc's own limit is 4 MB.
func TestTrap02LargeMessages(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		for _, size := range []int{5 << 20, 20 << 20} {
			secret := needle(blockNeedle)
			if a := w.post(t, chat(size, secret)); a.status != http.StatusForbidden {
				t.Errorf("%d bytes: status %d: %s", size, a.status, a.body)
			}
			w.mustNotArrive(t, secret)
		}
		body := chat(6<<20, "nothing")
		if a := w.post(t, body); a.status != http.StatusOK {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		if got := w.only(t); got.SHA256 != sha(body) {
			t.Errorf("the provider got %d of %d bytes, or others", got.Size, len(body))
		}
	})
}

// TestTrap03MessageTimeout: Envoy's default would end a scan after 200 ms.
func TestTrap03MessageTimeout(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode, detector: &fakeDetector{delay: 300 * time.Millisecond}})
		secret := needle(blockNeedle)
		if a := w.post(t, chat(1000, secret)); a.status != http.StatusForbidden {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		w.mustNotArrive(t, secret)
		if a := w.post(t, chat(1000, "nothing")); a.status != http.StatusOK {
			t.Errorf("status %d: %s", a.status, a.body)
		}
	})
}

// TestTrap04ForgedHeaders: a client must not choose the route, nor steer Envoy.
func TestTrap04ForgedHeaders(t *testing.T) {
	other, err := provider.Start(provider.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	w := newWorld(t, worldOptions{edit: func(b *bootstrapv3.Bootstrap) {
		up, err := parseUpstream(other.URL)
		if err != nil {
			t.Fatal(err)
		}
		c, err := providerOf(BootstrapOptions{}, up)
		if err != nil {
			t.Fatal(err)
		}
		c.Name = "other"
		b.StaticResources.Clusters = append(b.StaticResources.Clusters, c)
		editManager(t, b, func(m *hcmv3.HttpConnectionManager) {
			host := m.GetRouteConfig().GetVirtualHosts()[0]
			host.Routes = append([]*routev3.Route{{
				Match: &routev3.RouteMatch{
					PathSpecifier: &routev3.RouteMatch_Prefix{Prefix: "/"},
					Headers: []*routev3.HeaderMatcher{{
						Name:                 "x-sluice-route",
						HeaderMatchSpecifier: &routev3.HeaderMatcher_StringMatch{StringMatch: exactly("other")},
					}},
				},
				Action: &routev3.Route_Route{Route: &routev3.RouteAction{ClusterSpecifier: &routev3.RouteAction_Cluster{Cluster: "other"}}},
			}}, host.GetRoutes()...)
		})
	}})
	req := w.request(t, http.MethodPost, chatPath, bytes.NewReader(chat(100, "nothing")))
	for _, name := range []string{"X-Sluice-Route", "X-Sluice-Anything", "X-Envoy-Retry-On", "X-Envoy-Upstream-Rq-Timeout-Ms"} {
		req.Header.Set(name, "other")
	}
	if a, err := w.do(req); err != nil || a.status != http.StatusOK {
		t.Fatalf("%+v, %v", a, err)
	}
	if n := len(other.Requests()); n != 0 {
		t.Error("a forged header chose the route")
	}
	for name := range w.only(t).Header {
		if strings.HasPrefix(name, "X-Sluice-") || strings.HasPrefix(name, "X-Envoy-") || name == "X-Forwarded-Proto" {
			t.Errorf("the provider received %s", name)
		}
	}
}

// TestTrap05Trailers: trailers end a body too.
func TestTrap05Trailers(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		send := func(body []byte) answer {
			req := w.request(t, http.MethodPost, chatPath, bytes.NewReader(body))
			req.ContentLength = -1
			req.Trailer = http.Header{"X-Late": {"late"}}
			a, err := w.do(req)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		secret, hidden := needle(blockNeedle), needle(redactNeedle)
		if a := send(chat(100<<10, secret)); a.status != http.StatusForbidden {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		w.mustNotArrive(t, secret)
		body := chat(100<<10, hidden)
		if a := send(body); a.status != http.StatusOK {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		w.mustNotArrive(t, hidden)
		got := w.only(t)
		if want := bytes.ReplaceAll(body, []byte(hidden), []byte("[REDACTED:fake-red]")); got.SHA256 != sha(want) || !got.Complete {
			t.Errorf("the provider got %d bytes, want %d", got.Size, len(want))
		}
		if got.Trailer.Get("X-Late") != "late" {
			t.Errorf("trailers %v", got.Trailer)
		}
	})
}

// TestTrap06EnvoysOwnReplies: Envoy's 413 reaches a processor that is shown
// answers, without a whole request before it.
func TestTrap06EnvoysOwnReplies(t *testing.T) {
	w := newWorld(t, worldOptions{
		mode: Buffered,
		boot: func(o *BootstrapOptions) { o.MaxBody, o.ConnectionBuffer = 20_000, 10_000 }, // the larger counts
		edit: func(b *bootstrapv3.Bootstrap) {
			editFilter(t, b, func(f *filterv3.ExternalProcessor) {
				f.ProcessingMode.ResponseHeaderMode = filterv3.ProcessingMode_SEND
			})
		},
	})
	secret := needle(blockNeedle)
	if a := w.post(t, chat(100<<10, secret)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d: %s", a.status, a.body)
	}
	w.mustNotArrive(t, secret)
	if a := w.post(t, chat(100, "nothing")); a.status != http.StatusOK {
		t.Errorf("status %d: %s", a.status, a.body)
	}
}

// TestTrap07OneAnswerPerMessage: Envoy counts answers that it did not expect.
func TestTrap07OneAnswerPerMessage(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		for _, text := range []string{"nothing", needle(redactNeedle), needle(blockNeedle)} {
			for _, size := range []int{0, 1 << 20} {
				w.post(t, chat(size, text))
			}
		}
		if a, err := w.do(w.request(t, http.MethodGet, "/v1/models", nil)); err != nil || a.status != http.StatusOK {
			t.Errorf("%+v, %v", a, err)
		}
		for _, name := range []string{"ext_proc.spurious_msgs_received", "ext_proc.streams_failed", "ext_proc.message_timeouts", "ext_proc.rejected_header_mutations"} {
			if n := w.stat(t, name); n != "0" {
				t.Errorf("%s is %s", name, n)
			}
		}
	})
}

// TestTrap08BlockPrecedesAnswer: a block that comes after the headers of the
// answer would be a broken 200. Held requests cannot have an answer yet.
func TestTrap08BlockPrecedesAnswer(t *testing.T) {
	w := newWorld(t, worldOptions{})
	secret := needle(blockNeedle)
	body := chat(200<<10, secret)
	r, wr := io.Pipe()
	go func() {
		for piece := range slices.Chunk(body, 50<<10) {
			_, _ = wr.Write(piece) // an early answer ends it
			time.Sleep(20 * time.Millisecond)
		}
		_ = wr.Close()
	}()
	a, err := w.do(w.request(t, http.MethodPost, chatPath, r))
	if err != nil || a.status != http.StatusForbidden || a.code() != codeBlocked {
		t.Errorf("%+v, %v", a, err)
	}
	if n := len(w.provider.Requests()); n != 0 {
		t.Errorf("the provider received %d requests", n)
	}
}

func zipped(t *testing.T, body []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	if _, err := zw.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestTrap09CompressedBodies: compressed bodies arrive compressed.
func TestTrap09CompressedBodies(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		send := func(body []byte, coding string) answer {
			req := w.request(t, http.MethodPost, chatPath, bytes.NewReader(body))
			req.Header.Set("Content-Encoding", coding)
			a, err := w.do(req)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		secret, hidden := needle(blockNeedle), needle(redactNeedle)
		if a := send(zipped(t, chat(100<<10, secret)), "gzip"); a.status != http.StatusForbidden {
			t.Errorf("status %d: %s", a.status, a.body)
		}
		w.mustNotArrive(t, secret)
		if a := send(chat(100, secret), "x-unknown"); a.status != http.StatusUnsupportedMediaType {
			t.Errorf("unknown coding: status %d: %s", a.status, a.body)
		}
		if a := send(zipped(t, chat(20<<20, "nothing")), "gzip"); a.status != http.StatusRequestEntityTooLarge {
			t.Errorf("bomb: status %d: %s", a.status, a.body)
		}
		if n := len(w.provider.Requests()); n != 0 {
			t.Fatalf("the provider received %d requests", n)
		}
		clean := zipped(t, chat(100<<10, "nothing"))
		if a := send(clean, "gzip"); a.status != http.StatusOK {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		if got := w.only(t); got.SHA256 != sha(clean) || got.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("a clean body did not leave as it came: %v", got.Header)
		}
		w.provider.Reset()
		if a := send(zipped(t, chat(100<<10, hidden)), "gzip"); a.status != http.StatusOK {
			t.Fatalf("status %d: %s", a.status, a.body)
		}
		w.mustNotArrive(t, hidden)
		if got := w.only(t); !got.Contains("[REDACTED:fake-red]") || !got.Complete {
			t.Errorf("the provider got %d bytes without the placeholder, headers %v", got.Size, got.Header)
		}
	})
}

// TestTrap10GetWithABody: a GET can carry a body.
func TestTrap10GetWithABody(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		secret := needle(blockNeedle)
		a, err := w.do(w.request(t, http.MethodGet, "/v1/models", bytes.NewReader(chat(1000, secret))))
		if err != nil || a.status != http.StatusForbidden {
			t.Errorf("%+v, %v", a, err)
		}
		w.mustNotArrive(t, secret)
		if a, err = w.do(w.request(t, http.MethodGet, "/v1/models", nil)); err != nil || a.status != http.StatusOK {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

// TestTrap11Upgrades: frames after an upgrade could not be read. Envoy refuses
// upgrades by itself, and the sidecar does where an Envoy allows them.
func TestTrap11Upgrades(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		t.Run(fmt.Sprintf("allowed %v", allowed), func(t *testing.T) {
			bothModes(t, func(t *testing.T, mode Mode) {
				w := newWorld(t, worldOptions{mode: mode, edit: func(b *bootstrapv3.Bootstrap) {
					if allowed {
						editManager(t, b, func(m *hcmv3.HttpConnectionManager) {
							m.UpgradeConfigs = []*hcmv3.HttpConnectionManager_UpgradeConfig{{UpgradeType: "websocket"}}
						})
					}
				}})
				c, r := w.dial(t)
				if _, err := fmt.Fprintf(c, "GET /v1/realtime HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
					"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				resp, err := http.ReadResponse(r, nil)
				if err != nil || resp.StatusCode != http.StatusForbidden {
					t.Errorf("%v, %v", resp, err)
				}
				if n := len(w.provider.Requests()); n != 0 {
					t.Errorf("the provider received %d requests", n)
				}
			})
		})
	}
}

// gate is a detector that waits for release when it sees a block needle.
type gate struct {
	fakeDetector
	release chan struct{}
}

// Detect implements scanner.Detector.
func (g *gate) Detect(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	found, err := g.fakeDetector.Detect(ctx, texts)
	if len(found) > 0 {
		select {
		case <-g.release:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return found, err
}

// TestTrap12SlowDetectorDoesNotStopOthers: all streams share a connection, and
// one that is not read must not stop the rest.
func TestTrap12SlowDetectorDoesNotStopOthers(t *testing.T) {
	g := &gate{release: make(chan struct{})}
	w := newWorld(t, worldOptions{detector: g})
	secret := needle(blockNeedle)
	body := chat(2<<20, secret)
	var wg sync.WaitGroup
	statuses := make([]int, 8)
	for i := range statuses {
		wg.Go(func() {
			if a, err := w.do(w.request(t, http.MethodPost, chatPath, bytes.NewReader(body))); err == nil {
				statuses[i] = a.status
			}
		})
	}
	eventually(t, "all large bodies are held", func() bool { return w.server.held() >= int64(len(statuses)*len(body)) })
	for range 20 {
		if a := w.post(t, chat(100, "nothing")); a.status != http.StatusOK {
			t.Errorf("status %d: %s", a.status, a.body)
		}
	}
	close(g.release)
	wg.Wait()
	for i, s := range statuses {
		if s != http.StatusForbidden {
			t.Errorf("large body %d: status %d", i, s)
		}
	}
	w.mustNotArrive(t, secret)
}

// TestTrap13RoutingIsNotEdited: a processor may edit the path and nothing else
// that says where a request goes.
func TestTrap13RoutingIsNotEdited(t *testing.T) {
	for _, name := range []string{":authority", "host", ":scheme", ":method"} {
		w := newWorld(t, worldOptions{processor: func(g extprocv3.ExternalProcessor_ProcessServer) error {
			if _, err := g.Recv(); err != nil {
				return err
			}
			if err := g.Send(&extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestHeaders{
				RequestHeaders: &extprocv3.HeadersResponse{Response: &extprocv3.CommonResponse{
					HeaderMutation:  &extprocv3.HeaderMutation{SetHeaders: []*corev3.HeaderValueOption{header(name, "elsewhere")}},
					ClearRouteCache: true,
				}},
			}}); err != nil {
				return err
			}
			<-g.Context().Done()
			return status.FromContextError(g.Context().Err()).Err()
		}})
		a, err := w.do(w.request(t, http.MethodGet, "/v1/models", nil))
		if err != nil || a.status < 500 {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		if n := len(w.provider.Requests()); n != 0 {
			t.Errorf("%s: the provider received %d requests", name, n)
		}
	}
}

// TestTrap14ClientLeaves: that is no error of the sidecar.
func TestTrap14ClientLeaves(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		secret := needle(blockNeedle)
		body := chat(100<<10, secret)
		c, _ := w.dial(t)
		if _, err := fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", chatPath, len(body), body[:len(body)-10]); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the processor sees the request", func() bool { return w.server.held() > 0 })
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the stream is over", func() bool { return strings.Contains(w.log.String(), `"action":"cancel"`) })
		if log := w.log.String(); strings.Contains(log, "WARN") || strings.Contains(log, "ERROR") || strings.Contains(log, "INFO") {
			t.Errorf("logged loudly: %s", log)
		}
		eventually(t, "memory is given back", func() bool { return w.server.held() == 0 })
		w.mustNotArrive(t, secret)
	})
}

// TestTrap15CredentialsStayInEnvoy: the processor has no use for them.
func TestTrap15CredentialsStayInEnvoy(t *testing.T) {
	var seen sync.Map
	w := newWorld(t, worldOptions{processor: func(g extprocv3.ExternalProcessor_ProcessServer) error {
		for {
			m, err := g.Recv()
			if err != nil {
				return status.Error(codes.Aborted, "done")
			}
			if h := m.GetRequestHeaders(); h != nil {
				for _, name := range append(DefaultWithheld(), "x-request-id") {
					seen.Store(name, headerOf(h.GetHeaders(), name))
				}
				r := request{mode: FullDuplex, bodyless: true}
				if err := g.Send(headersAnswer(r, &verdict{Result: prompt.Result{}})); err != nil {
					return err
				}
			}
		}
	}})
	req := w.request(t, http.MethodGet, "/v1/models", nil)
	for _, name := range DefaultWithheld() {
		req.Header.Set(name, "credential")
	}
	if a, err := w.do(req); err != nil || a.status != http.StatusOK {
		t.Fatalf("%+v, %v", a, err)
	}
	for _, name := range DefaultWithheld() {
		if v, _ := seen.Load(name); v != "" {
			t.Errorf("the processor was shown %s", name)
		}
		if w.only(t).Header.Get(name) != "credential" {
			t.Errorf("the provider did not receive %s", name)
		}
	}
	if v, _ := seen.Load("x-request-id"); v == "" {
		t.Error("the processor was not shown the request id")
	}
}
