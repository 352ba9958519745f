package envoy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/sluice-dlp/sluice/bench/provider"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// flood sends the bodies all at once, and again until each was sent times
// times, and returns how often each status was the answer.
func (w *world) flood(t *testing.T, clients, times int, body func(client int) []byte) map[int]int {
	t.Helper()
	var mu sync.Mutex
	count := map[int]int{}
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			for range times {
				a, err := w.do(w.request(t, http.MethodPost, chatPath, bytes.NewReader(body(i))))
				if err != nil && !errors.Is(err, io.EOF) {
					a.status = -1
				}
				mu.Lock()
				count[a.status]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return count
}

// TestPlainFindingsAtAllSizes: five findings in bodies of 1 KB to 5 MB.
func TestPlainFindingsAtAllSizes(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		for _, size := range []int{1 << 10, 8 << 10, 64 << 10, 512 << 10, 5 << 20} {
			for _, kind := range []needleKind{redactNeedle, blockNeedle} {
				w.provider.Reset()
				var needles []string
				for range 5 {
					needles = append(needles, needle(kind))
				}
				body := chat(size, strings.Join(needles, " and "))
				a := w.post(t, body)
				for _, n := range needles {
					w.mustNotArrive(t, n)
				}
				if kind == blockNeedle {
					if a.status != http.StatusForbidden || len(w.provider.Requests()) != 0 {
						t.Errorf("%d bytes: status %d", size, a.status)
					}
					continue
				}
				for _, n := range needles {
					body = bytes.ReplaceAll(body, []byte(n), []byte("[REDACTED:fake-red]"))
				}
				if a.status != http.StatusOK || w.only(t).SHA256 != sha(body) {
					t.Errorf("%d bytes: status %d, or other bytes than redacted ones", size, a.status)
				}
			}
		}
	})
}

// TestOverloadLetsNothingThrough: with a detector that is too slow for what
// comes, requests are refused or late, and none is unread.
func TestOverloadLetsNothingThrough(t *testing.T) {
	for _, load := range []struct{ clients, size int }{{32, 64 << 10}, {6, 512 << 10}} {
		t.Run(fmt.Sprintf("%d times %d KB", load.clients, load.size>>10), func(t *testing.T) {
			bothModes(t, func(t *testing.T, mode Mode) {
				var turn sync.Mutex // one detector for all
				var calls atomic.Int32
				w := newWorld(t, worldOptions{
					mode:     mode,
					detector: &oneByOne{turn: &turn, calls: &calls, cost: 5 * time.Millisecond},
					server: func(o *Options) {
						o.ScanTimeout, o.QueueTimeout = 200*time.Millisecond, 100*time.Millisecond
						o.MaxInFlight = int64(load.clients*load.size) / 2
					},
				})
				secrets := make([]string, load.clients)
				for i := range secrets {
					secrets[i] = needle(redactNeedle)
				}
				count := w.flood(t, load.clients, 3, func(i int) []byte { return chat(load.size, secrets[i]) })
				for _, s := range secrets {
					w.mustNotArrive(t, s)
				}
				arrived := len(w.provider.Requests())
				if count[http.StatusOK] != arrived || count[http.StatusOK]+count[http.StatusServiceUnavailable] != 3*load.clients {
					t.Errorf("statuses %v, %d arrived", count, arrived)
				}
				t.Logf("statuses %v", count)
			})
		})
	}
}

// oneByOne is a detector that serves one caller at a time, each for a while.
type oneByOne struct {
	fakeDetector
	turn  *sync.Mutex
	calls *atomic.Int32
	cost  time.Duration
}

// TestCapHolds: large bodies under a small cap wait or are refused, and the cap
// is kept.
func TestCapHolds(t *testing.T) {
	for _, chunked := range []bool{false, true} {
		t.Run(fmt.Sprintf("chunked %v", chunked), func(t *testing.T) {
			const limit = 12 << 20
			w := newWorld(t, worldOptions{server: func(o *Options) {
				o.MaxInFlight = limit
				o.QueueTimeout = 2 * time.Minute
				o.Limits = prompt.Limits{MaxBody: 8 << 20}
			}})
			secret := needle(redactNeedle)
			body := chat(4<<20, secret)
			var most atomic.Int64
			stop := make(chan struct{})
			var watch sync.WaitGroup
			watch.Go(func() {
				for {
					select {
					case <-stop:
						return
					case <-time.After(time.Millisecond):
						most.Store(max(most.Load(), w.server.held()))
					}
				}
			})
			var wg sync.WaitGroup
			var served, refused atomic.Int32
			for range 12 {
				wg.Go(func() {
					req := w.request(t, http.MethodPost, chatPath, bytes.NewReader(body))
					if chunked {
						req.ContentLength = -1
					}
					a, err := w.do(req)
					switch {
					case err == nil && a.status == http.StatusOK:
						served.Add(1)
					case err != nil || a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "":
						refused.Add(1)
					default:
						t.Errorf("status %d: %s", a.status, a.body)
					}
				})
			}
			wg.Wait()
			close(stop)
			watch.Wait()
			w.mustNotArrive(t, secret)
			if int(served.Load()) != len(w.provider.Requests()) || served.Load() == 0 {
				t.Errorf("%d served, %d refused, %d arrived", served.Load(), refused.Load(), len(w.provider.Requests()))
			}
			if refused.Load() != 0 {
				t.Errorf("%d bodies were refused although each could wait", refused.Load())
			}
			if most.Load() > limit {
				t.Errorf("%d bytes held, the cap is %d", most.Load(), limit)
			}
			eventually(t, "memory is given back", func() bool { return w.server.held() == 0 })
			t.Logf("%d served, %d refused, at most %d bytes held", served.Load(), refused.Load(), most.Load())
		})
	}
}

// TestProviderHangsUp: what the provider does is not mended, and not taken for
// a fault of the sidecar.
func TestProviderHangsUp(t *testing.T) {
	w := newWorld(t, worldOptions{})
	for _, h := range []provider.HangUp{provider.BeforeBody, provider.BeforeResponse, provider.MidResponse} {
		w.provider.Behave(provider.Behavior{HangUp: h})
		a, err := w.do(w.request(t, http.MethodPost, chatPath, bytes.NewReader(chat(100, "nothing"))))
		if err == nil && a.status == http.StatusOK {
			t.Errorf("hang-up %d: a whole answer", h)
		}
	}
	w.provider.Behave(provider.Behavior{})
	if a := w.post(t, chat(100, "nothing")); a.status != http.StatusOK {
		t.Errorf("afterwards: status %d: %s", a.status, a.body)
	}
}

// TestStreamedAnswers: answers pass as they come.
func TestStreamedAnswers(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode})
		a := w.post(t, []byte(`{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}`))
		if a.status != http.StatusOK || !strings.HasSuffix(string(a.body), "data: [DONE]\n\n") {
			t.Errorf("status %d: %s", a.status, a.body)
		}
	})
}

// TestDrainBehindEnvoy: requests in hand are finished, later ones are refused,
// and a new sidecar on the same socket is found.
func TestDrainBehindEnvoy(t *testing.T) {
	g := &gate{release: make(chan struct{})}
	w := newWorld(t, worldOptions{detector: g})
	secret := needle(redactNeedle)
	inHand := make(chan answer, 1)
	go func() {
		a, err := w.do(w.request(t, http.MethodPost, chatPath, bytes.NewReader(chat(1000, secret))))
		if err != nil {
			a.status = -1
		}
		inHand <- a
	}()
	eventually(t, "the request is held", func() bool { return w.server.held() > 0 })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- w.server.Drain(ctx) }()
	eventually(t, "the server drains", func() bool { return !w.server.Ready() })
	close(g.release)
	if a := <-inHand; a.status != http.StatusOK {
		t.Errorf("the request in hand: status %d: %s", a.status, a.body)
	}
	if err := <-drained; err != nil {
		t.Errorf("Drain: %v", err)
	}
	if a := w.post(t, chat(100, "nothing")); a.status != http.StatusServiceUnavailable {
		t.Errorf("without a sidecar: status %d: %s", a.status, a.body)
	}
	w.mustNotArrive(t, secret)
	w.registry = nil
	w.serve(t, worldOptions{server: func(o *Options) { o.Registerer = nil }})
	eventually(t, "the new sidecar is found", func() bool { return w.post(t, chat(100, "nothing")).status == http.StatusOK })
}

// TestLongAnswersCostNothing: while the provider answers, no body is held and
// Envoy has ended the stream.
func TestLongAnswersCostNothing(t *testing.T) {
	bothModes(t, func(t *testing.T, mode Mode) {
		w := newWorld(t, worldOptions{mode: mode, provider: provider.Options{Behavior: provider.Behavior{Delay: time.Hour}}})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req := w.request(t, http.MethodPost, chatPath, bytes.NewReader(chat(100, "nothing"))).WithContext(ctx)
		go func() { _, _ = w.do(req) }() // ends with its context
		eventually(t, "the request arrives", func() bool { r := w.provider.Requests(); return len(r) == 1 && r[0].Complete })
		eventually(t, "Envoy ends the stream", func() bool { return w.stat(t, "ext_proc.streams_closed") == "1" })
		eventually(t, "memory is given back", func() bool { return testutil.ToFloat64(w.server.meter.inflight) == 0 })
	})
}

// Detect implements scanner.Detector.
func (d *oneByOne) Detect(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	d.turn.Lock()
	defer d.turn.Unlock()
	d.calls.Add(1)
	time.Sleep(d.cost)
	return d.fakeDetector.Detect(ctx, texts)
}

// TestSlowProvider: Envoy takes a body no faster than the provider does, and a
// drain does not wait for that for ever.
func TestSlowProvider(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.provider.Behave(provider.Behavior{ReadPause: 2 * time.Millisecond})
	body := chat(6<<20, "nothing")
	if a := w.post(t, body); a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if got := w.only(t); got.SHA256 != sha(body) {
		t.Errorf("the provider got %d of %d bytes, or others", got.Size, len(body))
	}
	w.provider.Behave(provider.Behavior{ReadPause: time.Second})
	stalled := make(chan struct{})
	go func() {
		defer close(stalled)
		_, _ = w.do(w.request(t, http.MethodPost, chatPath, bytes.NewReader(chat(16<<20, "nothing")))) // is cut off
	}()
	eventually(t, "the provider reads", func() bool { r := w.provider.Requests(); return len(r) == 2 && r[1].Size > 0 })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_ = w.server.Drain(ctx) // whether it was in time depends on Envoy's buffers
	eventually(t, "memory is given back", func() bool { return w.server.held() == 0 })
	w.provider.Close()
	<-stalled
}
