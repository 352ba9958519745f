package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Sink is an upstream that reads each body to its end and answers with the
// number of bytes that it got, so that every answer says whether the request
// came through whole. It keeps nothing.
type Sink struct {
	URL    string // "http://127.0.0.1:port"
	server *http.Server
}

// sizeHeader carries the number of bytes of body that a Sink received.
const sizeHeader = "X-Body-Bytes"

// StartSink listens on a free loopback port until Close is called.
func StartSink() (*Sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("sink: %w", err)
	}
	s := &Sink{URL: "http://" + l.Addr().String()}
	s.server = &http.Server{
		ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, err := io.Copy(io.Discard, r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set(sizeHeader, strconv.FormatInt(n, 10))
			_, _ = io.WriteString(w, `{"object":"chat.completion","choices":[]}`)
		}),
	}
	go func() { _ = s.server.Serve(l) }() // ends with ErrServerClosed
	return s, nil
}

// Close drops every connection and stops listening.
func (s *Sink) Close() { _ = s.server.Close() }

// Bodies makes chat requests of an exact size, each different from all others.
// It is safe for concurrent use.
type Bodies struct {
	text  string // prose without a byte that JSON would escape
	size  int
	count atomic.Uint64
}

const (
	bodyHead = `{"model":"gpt-5-mini","temperature":0.2,"messages":[{"role":"system","content":"You are a careful assistant."},{"role":"user","content":"`
	bodyTail = `"}]}`
)

// NewBodies returns a maker of bodies of size bytes, which must be 512 or more.
func NewBodies(seed uint64, size int) *Bodies {
	// Twice the size, so that bodies can begin at many places.
	text := strings.ReplaceAll(Prose(seed, 2*size+4096), "\n", " ")
	return &Bodies{text: text, size: size}
}

// Append appends the next body to buf, which may be reused.
func (b *Bodies) Append(buf []byte) []byte {
	n := b.count.Add(1)
	start := len(buf)
	buf = append(buf, bodyHead...)
	// Letters only, so that no rule of any guard has a reason to look at them.
	for v := n; v > 0; v /= 20 {
		buf = append(buf, "bcdfghjklmnpqrstvwxz"[v%20])
	}
	buf = append(buf, ' ')
	fill := b.size - (len(buf) - start) - len(bodyTail)
	offset := int(n * 7919 % uint64(len(b.text)-fill))
	buf = append(buf, b.text[offset:offset+fill]...)
	return append(buf, bodyTail...)
}

// Load is a number of clients that send requests one after the other, each on
// its own connection.
type Load struct {
	URL     string // where to POST
	Bodies  *Bodies
	Clients int
	workers []*worker
}

type worker struct {
	client *http.Client
	body   []byte
}

// Run sends requests for about d, at least one from each client, and returns
// how long each took. The first request that is not answered with 200 and the
// right number of bytes is the error.
func (l *Load) Run(ctx context.Context, d time.Duration) ([]time.Duration, error) {
	for len(l.workers) < l.Clients {
		l.workers = append(l.workers, &worker{client: &http.Client{
			Transport: &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true},
			Timeout:   time.Minute,
		}})
	}
	deadline := time.Now().Add(d)
	took := make([][]time.Duration, l.Clients)
	errs := make([]error, l.Clients)
	var failed atomic.Bool
	var wg sync.WaitGroup
	for i := range l.Clients {
		wg.Go(func() {
			for len(took[i]) == 0 || time.Now().Before(deadline) && !failed.Load() && ctx.Err() == nil {
				t, err := l.workers[i].send(ctx, l.URL, l.Bodies)
				if err != nil {
					errs[i] = err
					failed.Store(true)
					return
				}
				took[i] = append(took[i], t)
			}
		})
	}
	wg.Wait()
	var all []time.Duration
	for _, t := range took {
		all = append(all, t...)
	}
	return all, errors.Join(errs...)
}

// Close drops the connections.
func (l *Load) Close() {
	for _, w := range l.workers {
		w.client.CloseIdleConnections()
	}
}

func (w *worker) send(ctx context.Context, url string, bodies *Bodies) (time.Duration, error) {
	w.body = bodies.Append(w.body[:0])
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(w.body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	start := time.Now()
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("request of %d bytes: %w", len(w.body), err)
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	took := time.Since(start)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return 0, fmt.Errorf("answer to %d bytes: %w", len(w.body), err)
	}
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("request of %d bytes: %s: %.300s", len(w.body), resp.Status, answer)
	}
	if got := resp.Header.Get(sizeHeader); got != strconv.Itoa(len(w.body)) {
		return 0, fmt.Errorf("request of %d bytes: upstream got %s", len(w.body), got)
	}
	return took, nil
}
