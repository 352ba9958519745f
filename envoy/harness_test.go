package envoy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	bootstrapv3 "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"github.com/sluice-dlp/sluice/bench/provider"
	"github.com/sluice-dlp/sluice/envoy/envoyproc"
	"github.com/sluice-dlp/sluice/scanner"
)

// Needles are what the fake detector finds. They are made at run time and look
// like no one's tokens.
type needleKind string

const (
	blockNeedle  needleKind = "blk"
	redactNeedle needleKind = "red"
	reportNeedle needleKind = "rep"
)

// needleLength is that of a kind, an underscore and sixteen hex digits.
const needleLength = 20

// needle returns a new value that the fake detector finds.
func needle(k needleKind) string {
	return string(k) + "_" + hex.EncodeToString(fmt.Appendf(nil, "%08x", rand.Uint32()))
}

// fakeDetector finds needles, fast enough for large bodies under the race
// detector.
type fakeDetector struct {
	delay time.Duration // waits before it looks, obeying its context
	stuck chan struct{} // if set, waits for it and does not obey its context
	fail  error
	panic bool
}

// Detect implements scanner.Detector.
func (d *fakeDetector) Detect(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	if d.stuck != nil {
		<-d.stuck
	}
	if d.panic {
		panic("the detector panics")
	}
	if d.delay > 0 {
		select {
		case <-time.After(d.delay):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if d.fail != nil {
		return nil, d.fail
	}
	var found []scanner.Finding
	for i, text := range texts {
		for _, kind := range []needleKind{blockNeedle, redactNeedle, reportNeedle} {
			for at := 0; ; {
				n := bytes.Index(text.Bytes[at:], []byte(kind+"_"))
				if n < 0 || at+n+needleLength > len(text.Bytes) {
					break
				}
				start := at + n
				at = start + needleLength
				found = append(found, scanner.Finding{
					Rule: "fake-" + string(kind), Kind: scanner.KindSecret, Text: i,
					Span: scanner.Span{Start: start, End: at}, Confidence: scanner.High,
				})
			}
		}
	}
	return found, ctx.Err()
}

func fakePolicy() scanner.Policy {
	always := func(a scanner.Action) scanner.Levels { return scanner.Levels{Low: a, Medium: a, High: a} }
	return scanner.Policy{
		OnError: scanner.Block,
		Rules: map[string]scanner.Levels{
			"fake-blk": always(scanner.Block), "fake-red": always(scanner.Redact), "fake-rep": always(scanner.Report),
		},
	}
}

func fakeScanner(d scanner.Detector) *scanner.Scanner {
	return scanner.New(scanner.Options{Policy: fakePolicy(), Detectors: []scanner.Detector{d}})
}

// worldOptions are what a test changes about its world.
type worldOptions struct {
	mode     Mode
	detector scanner.Detector
	scanner  *scanner.Scanner // overrides detector
	server   func(*Options)
	boot     func(*BootstrapOptions)
	edit     func(*bootstrapv3.Bootstrap) // changes what Bootstrap made
	provider provider.Options
	// processor, if set, serves instead of a Server.
	processor func(extprocv3.ExternalProcessor_ProcessServer) error
}

// processorFunc is a processor made of a function.
type processorFunc struct {
	extprocv3.UnimplementedExternalProcessorServer
	process func(extprocv3.ExternalProcessor_ProcessServer) error
}

// Process implements the service.
func (p processorFunc) Process(g extprocv3.ExternalProcessor_ProcessServer) error {
	return p.process(g)
}

// world is a whole deployment: provider stub, sidecar and a real Envoy.
type world struct {
	provider *provider.Server
	server   *Server
	grpc     *grpc.Server
	registry *prometheus.Registry
	log      *safeBuffer
	socket   string
	envoy    *envoyproc.Process
	url      string // of Envoy's listener
	client   *http.Client
}

// envoyPath returns a binary or skips the test.
func envoyPath(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out what needs Envoy")
	}
	path, err := envoyproc.Find(t.Context())
	if err != nil && os.Getenv("SLUICE_FETCH_ENVOY") == "1" {
		path, err = envoyproc.Fetch(t.Context(), "", os.Stderr)
	}
	if err != nil {
		t.Skipf("needs Envoy (SLUICE_FETCH_ENVOY=1 fetches one): %v", err)
	}
	return path
}

// newWorld starts everything; it is stopped when the test ends.
func newWorld(t *testing.T, o worldOptions) *world {
	t.Helper()
	path := envoyPath(t)
	w := &world{registry: prometheus.NewRegistry(), log: &safeBuffer{}}
	var err error
	if w.provider, err = provider.Start(o.provider); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.provider.Close)

	dir, err := os.MkdirTemp("", "sluice-") // t.TempDir is too long for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	w.socket = filepath.Join(dir, "p.sock")
	w.serve(t, o)

	boot := BootstrapOptions{
		FilterOptions: FilterOptions{Processor: w.socket, Mode: o.mode},
		Listen:        "127.0.0.1:0", Admin: "127.0.0.1:0",
		Upstream: w.provider.URL,
	}
	if o.boot != nil {
		o.boot(&boot)
	}
	config, err := Bootstrap(boot)
	if err != nil {
		t.Fatal(err)
	}
	if o.edit != nil {
		o.edit(config)
	}
	printed, err := YAML(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	w.envoy, err = envoyproc.Start(ctx, envoyproc.Options{Path: path, Bootstrap: printed, Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = w.envoy.Stop(ctx)
	})
	w.url = "http://" + listenerOf(t, w.envoy)
	w.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 5 * time.Minute}
	t.Cleanup(w.client.CloseIdleConnections)
	return w
}

// serve starts the sidecar on the world's socket.
func (w *world) serve(t *testing.T, o worldOptions) {
	t.Helper()
	if o.detector == nil {
		o.detector = &fakeDetector{}
	}
	if o.scanner == nil {
		o.scanner = fakeScanner(o.detector)
	}
	opts := Options{
		Scanner:    func() *scanner.Scanner { return o.scanner },
		Logger:     slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Registerer: w.registry,
		// Tests that are not about time must not depend on it.
		ScanTimeout: 2 * time.Minute,
	}
	if o.server != nil {
		o.server(&opts)
	}
	w.server = NewServer(opts)
	w.grpc = grpc.NewServer(w.server.GRPCServerOptions()...)
	if o.processor != nil {
		extprocv3.RegisterExternalProcessorServer(w.grpc, processorFunc{process: o.processor})
	} else {
		w.server.Register(w.grpc)
	}
	l, err := net.Listen("unix", w.socket)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = w.grpc.Serve(l) }() // ends with Stop
	t.Cleanup(w.grpc.Stop)
}

// listenerOf asks Envoy which port it chose.
func listenerOf(t *testing.T, p *envoyproc.Process) string {
	t.Helper()
	data, err := p.Get(t.Context(), "/listeners")
	if err != nil {
		t.Fatal(err)
	}
	_, address, ok := strings.Cut(strings.TrimSpace(string(data)), "::")
	if !ok {
		t.Fatalf("no listener in %q", data)
	}
	return address
}

// answer is a response, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// code is the error's code, or "".
func (a answer) code() string {
	var shape struct {
		Error struct{ Code string }
	}
	_ = json.Unmarshal(a.body, &shape) // what is not an error has no code
	return shape.Error.Code
}

// do sends a request through Envoy.
func (w *world) do(req *http.Request) (answer, error) {
	resp, err := w.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, body}, err
}

func (w *world) request(t *testing.T, method, path string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, w.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req
}

// post sends a JSON body to the chat endpoint and fails the test if there is no
// answer.
func (w *world) post(t *testing.T, body []byte) answer {
	t.Helper()
	a, err := w.do(w.request(t, http.MethodPost, chatPath, bytes.NewReader(body)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const chatPath = "/v1/chat/completions"

// mustNotArrive fails the test if the provider got the text.
func (w *world) mustNotArrive(t *testing.T, text string) {
	t.Helper()
	if w.provider.Contains(text) {
		t.Errorf("the provider received what it must not")
	}
	if w.provider.Truncated() {
		t.Error("the provider stub did not keep everything")
	}
	if strings.Contains(w.log.String(), text) {
		t.Error("the log holds what was found")
	}
}

// only returns the one request that the provider got.
func (w *world) only(t *testing.T) provider.Request {
	t.Helper()
	all := w.provider.Requests()
	if len(all) != 1 {
		t.Fatalf("the provider received %d requests, want 1", len(all))
	}
	return all[0]
}

// chat is a request body of about size bytes with the text in its middle.
func chat(size int, text string) []byte {
	const words = "the quick brown fox jumps over the lazy dog "
	half := strings.Repeat(words, max(0, size-len(text)-100)/(2*len(words))+1)
	body, err := json.Marshal(map[string]any{
		"model":    "m",
		"messages": []any{map[string]string{"role": "user", "content": half + text + " " + half}},
	})
	if err != nil {
		panic(err) // strings only
	}
	return body
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// eventually waits for something that another process or goroutine does.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// dial opens a raw connection to Envoy, for what http.Client will not send.
func (w *world) dial(t *testing.T) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

// safeBuffer is a buffer that may be written and read at the same time.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String returns what was written.
func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// editManager changes the connection manager of a configuration.
func editManager(t *testing.T, b *bootstrapv3.Bootstrap, change func(*hcmv3.HttpConnectionManager)) {
	t.Helper()
	filter := b.GetStaticResources().GetListeners()[0].GetFilterChains()[0].GetFilters()[0]
	m := &hcmv3.HttpConnectionManager{}
	if err := filter.GetTypedConfig().UnmarshalTo(m); err != nil {
		t.Fatal(err)
	}
	change(m)
	if err := filter.GetTypedConfig().MarshalFrom(m); err != nil {
		t.Fatal(err)
	}
}

// editFilter changes the ext_proc filter of a configuration.
func editFilter(t *testing.T, b *bootstrapv3.Bootstrap, change func(*filterv3.ExternalProcessor)) {
	t.Helper()
	editManager(t, b, func(m *hcmv3.HttpConnectionManager) {
		f := &filterv3.ExternalProcessor{}
		if err := m.GetHttpFilters()[0].GetTypedConfig().UnmarshalTo(f); err != nil {
			t.Fatal(err)
		}
		change(f)
		if err := m.GetHttpFilters()[0].GetTypedConfig().MarshalFrom(f); err != nil {
			t.Fatal(err)
		}
	})
}

// stat returns a counter or gauge of Envoy.
func (w *world) stat(t *testing.T, name string) string {
	t.Helper()
	data, err := w.envoy.Get(t.Context(), "/stats?filter="+name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && strings.HasSuffix(key, name) {
			return value
		}
	}
	t.Fatalf("Envoy has no %s in %s", name, data)
	return ""
}

// bothModes runs a test in each mode.
func bothModes(t *testing.T, run func(t *testing.T, mode Mode)) {
	for _, mode := range []Mode{FullDuplex, Buffered} {
		t.Run(mode.String(), func(t *testing.T) { run(t, mode) })
	}
}
