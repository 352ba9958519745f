// Package provider is a stand-in for the HTTP API of an LLM provider. It
// answers the calls that SDKs make with well-formed bodies, plain and
// streamed, and keeps what it was sent, so that a test can ask the question
// that matters: did any of this text arrive?
//
// It imports the standard library only, listens on loopback only, and bounds
// the memory it uses.
//
// # Design
//
// A request is recorded the moment its headers arrive, and its body as it
// arrives, so that a request which broke off half-way is as visible as a whole
// one. What is beyond the caps is still counted and hashed; Truncated then
// says that Contains has not seen everything.
package provider

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// HangUp says when a provider drops the connection instead of answering well.
type HangUp uint8

// The places at which a provider can hang up.
const (
	Never          HangUp = iota
	BeforeResponse        // after the request was read, before a byte of the answer
	MidResponse           // after the headers and about half of the answer's body
	BeforeBody            // after the headers of the request, with its body unread
)

// Behavior is how a provider treats the requests that arrive from now on.
type Behavior struct {
	Delay     time.Duration // wait between the end of the request and the answer
	HangUp    HangUp
	ReadPause time.Duration // wait before each read of at most 32 KiB of the body
	TokenGap  time.Duration // wait between the events of a streamed answer
	Status    int           // answer with this error status instead, if not zero
}

// Options are what a Provider is made of. The zero value is ready to use.
type Options struct {
	Behavior Behavior
	// Reply is the text of the answers; empty means "Hello from the stub."
	Reply string
	// BodyCap is how many bytes of each body are kept; zero means 16 MiB.
	BodyCap int
	// TotalCap is how many bytes of bodies are kept in all; zero means 256 MiB.
	TotalCap int
	// MaxRequests is how many requests are kept; zero means 10 000.
	MaxRequests int
	// Light is for measurements: bodies are counted, not hashed (SHA256 is that
	// of nothing), only the beginning of each is kept, and when there are
	// MaxRequests, all of them are forgotten.
	Light bool
}

// Request is what arrived. Bodies are bytes as sent, still compressed if they
// were sent so.
type Request struct {
	Method   string
	URI      string // path and query exactly as sent
	Proto    string
	Host     string
	Header   http.Header
	Trailer  http.Header
	Body     []byte // at most Options.BodyCap bytes
	Size     int64  // bytes of body received
	SHA256   string // hex digest of all of the body that was received
	Complete bool   // the body's end arrived
}

// Provider is an http.Handler that answers like an LLM API and records what it
// was sent. It is safe for concurrent use.
type Provider struct {
	opts Options

	mu        sync.Mutex
	behavior  Behavior
	records   []*record
	kept      int
	truncated bool
}

type record struct {
	Request
	sum hash.Hash
}

// lightCap is how much of a body a light provider keeps.
const lightCap = 512

// New returns a Provider that is not listening.
func New(opts Options) *Provider {
	if opts.Reply == "" {
		opts.Reply = "Hello from the stub."
	}
	if opts.Light {
		opts.BodyCap = lightCap
	}
	if opts.BodyCap == 0 {
		opts.BodyCap = 16 << 20
	}
	if opts.TotalCap == 0 {
		opts.TotalCap = 256 << 20
	}
	if opts.MaxRequests == 0 {
		opts.MaxRequests = 10_000
	}
	return &Provider{opts: opts, behavior: opts.Behavior}
}

// Behave changes how requests that arrive from now on are treated.
func (p *Provider) Behave(b Behavior) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behavior = b
}

// Requests returns a copy of what has arrived, in order of arrival, the bodies
// that are still arriving included. The Body slices must not be changed.
func (p *Provider) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Request, len(p.records))
	for i, r := range p.records {
		out[i] = r.Request
		out[i].Body = slices.Clip(r.Body)
		out[i].SHA256 = hex.EncodeToString(r.sum.Sum(nil))
	}
	return out
}

// Reset forgets what has arrived.
func (p *Provider) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.records, p.kept, p.truncated = nil, 0, false
}

// Truncated reports whether a cap was reached, so that Contains has not seen
// everything that arrived.
func (p *Provider) Truncated() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.truncated
}

// Contains reports whether the needle stands in anything that arrived: request
// lines, header and trailer names and values, bodies, and bodies after gzip
// decoding.
func (p *Provider) Contains(needle string) bool {
	return slices.ContainsFunc(p.Requests(), func(r Request) bool { return r.Contains(needle) })
}

// Contains reports whether the needle stands anywhere in the request.
func (r Request) Contains(needle string) bool {
	if strings.Contains(r.Method+" "+r.URI+" "+r.Host, needle) || inHeader(r.Header, needle) || inHeader(r.Trailer, needle) {
		return true
	}
	return bytes.Contains(r.Body, []byte(needle)) || bytes.Contains(r.decoded(), []byte(needle))
}

func inHeader(h http.Header, needle string) bool {
	for name, values := range h {
		if strings.Contains(name, needle) || slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, needle) }) {
			return true
		}
	}
	return false
}

// decoded returns as much of the body as gzip can decode, at most 64 MiB, or
// the body itself if it was not compressed.
func (r Request) decoded() []byte {
	if !strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		return r.Body
	}
	zr, err := gzip.NewReader(bytes.NewReader(r.Body))
	if err != nil {
		return r.Body
	}
	// An error means the body broke off; what was decoded until then counts.
	out, _ := io.ReadAll(io.LimitReader(zr, 64<<20))
	return out
}

// errTooMany stands for a record that was not kept.
var errTooMany = errors.New("too many requests to record")

func (p *Provider) begin(r *http.Request) (*record, Behavior, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.records) >= p.opts.MaxRequests {
		p.truncated = true
		if !p.opts.Light {
			return nil, p.behavior, errTooMany
		}
		p.records = nil
		p.kept = 0
	}
	rec := &record{
		Request: Request{Method: r.Method, URI: r.RequestURI, Proto: r.Proto, Host: r.Host, Header: r.Header.Clone()},
		sum:     sha256.New(),
	}
	p.records = append(p.records, rec)
	return rec, p.behavior, nil
}

// read records the body as it arrives.
func (p *Provider) read(rec *record, r *http.Request, pause time.Duration) error {
	buf := make([]byte, 32<<10)
	for {
		if pause > 0 {
			time.Sleep(pause)
		}
		n, err := r.Body.Read(buf)
		p.mu.Lock()
		if !p.opts.Light {
			rec.sum.Write(buf[:n])
		}
		rec.Size += int64(n)
		keep := min(n, p.opts.BodyCap-len(rec.Body), p.opts.TotalCap-p.kept)
		rec.Body = append(rec.Body, buf[:keep]...)
		p.kept += keep
		p.truncated = p.truncated || keep < n
		if err != nil {
			rec.Complete = errors.Is(err, io.EOF)
			rec.Trailer = r.Trailer.Clone()
		}
		p.mu.Unlock()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read request body: %w", err)
		}
	}
}

// ServeHTTP records the request and answers it.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec, b, err := p.begin(r)
	if err != nil {
		writeError(w, http.StatusServiceUnavailable, "stub_full", err.Error())
		return
	}
	if b.HangUp == BeforeBody {
		panic(http.ErrAbortHandler)
	}
	if err := p.read(rec, r, b.ReadPause); err != nil {
		return // the sender is gone; there is nobody to answer
	}
	select {
	case <-time.After(b.Delay):
	case <-r.Context().Done():
		return
	}
	if b.HangUp == BeforeResponse {
		panic(http.ErrAbortHandler)
	}
	if b.Status != 0 {
		writeError(w, b.Status, "stub_error", "The stub was told to fail.")
		return
	}
	p.answer(w, r, rec.Request, b)
}

// Server is a Provider that listens on loopback.
type Server struct {
	*Provider
	URL  string // "http://127.0.0.1:port"
	http *http.Server
}

// Start listens on a free loopback port and serves HTTP/1.1 and cleartext
// HTTP/2 until Close is called.
func Start(opts Options) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("provider stub: %w", err)
	}
	p := New(opts)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	s := &Server{
		Provider: p,
		URL:      "http://" + l.Addr().String(),
		http:     &http.Server{Handler: p, Protocols: protocols, ReadHeaderTimeout: time.Minute},
	}
	go func() { _ = s.http.Serve(l) }() // ends with ErrServerClosed
	return s, nil
}

// Close drops every connection and stops listening.
func (s *Server) Close() {
	_ = s.http.Close() // the listener's error has no consequence here
}
