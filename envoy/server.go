package envoy

import (
	"context"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// Options are what a Server is made of. Only Scanner is required.
type Options struct {
	// Scanner returns the scanner for the next request. It is called once per
	// request, from many goroutines, and must be quick: load an atomic pointer.
	Scanner func() *scanner.Scanner
	// Limits bound one body. Bodies above Limits.MaxBody are refused whatever
	// the policy says, since a body that is not held cannot be inspected.
	Limits prompt.Limits
	// Mode is assumed of an Envoy that does not say which it uses; those that
	// the project is tested with do.
	Mode Mode
	// MaxInFlight is how many bytes of bodies, decoded copies included, are
	// held at one time; zero means 512 MiB.
	MaxInFlight int64
	// ScanTimeout bounds the work on one request; zero means 10 s.
	ScanTimeout time.Duration
	// QueueTimeout bounds the wait for memory under MaxInFlight; zero means 5 s.
	QueueTimeout time.Duration
	// BodyTimeout bounds the time from a request's headers to its body's end;
	// zero means 2 min.
	BodyTimeout time.Duration
	// CallerHeader is the request header, in lower case, that says who the caller
	// is, for the policy's exceptions; empty means that nobody is known. Envoy must
	// set it, or remove it from what clients send.
	CallerHeader string
	// Logger receives a line per request; nil discards them.
	Logger *slog.Logger
	// Registerer receives the metrics; nil keeps them to the Server.
	Registerer prometheus.Registerer
}

// Server is Envoy's external processor. It holds each request until the
// verdict on all of it and answers nothing before that. It is safe for
// concurrent use.
type Server struct {
	extprocv3.UnimplementedExternalProcessorServer
	opts   Options
	log    *slog.Logger
	meter  *meter
	budget *budget
	turns  chan struct{} // held while a step of a large body is inspected
	health *health.Server
	crew   *crew // receives

	drainOnce sync.Once
	draining  chan struct{} // closed when no new work should come
	killOnce  sync.Once
	killed    chan struct{} // closed when work in hand must end

	mu      sync.Mutex
	servers []*grpc.Server
}

// messageSlack is what a message holds beside the body.
const messageSlack = 1 << 20

// NewServer returns a Server that serves nothing yet: see Register.
func NewServer(opts Options) *Server {
	defaults := prompt.DefaultLimits()
	opts.Limits.MaxBody = or(opts.Limits.MaxBody, defaults.MaxBody)
	opts.Limits.MaxDecoded = or(opts.Limits.MaxDecoded, defaults.MaxDecoded)
	opts.MaxInFlight = or(opts.MaxInFlight, 512<<20)
	opts.ScanTimeout = or(opts.ScanTimeout, 10*time.Second)
	opts.QueueTimeout = or(opts.QueueTimeout, 5*time.Second)
	opts.BodyTimeout = or(opts.BodyTimeout, 2*time.Minute)
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	m := newMeter(opts.Registerer)
	draining := make(chan struct{})
	return &Server{
		opts:     opts,
		log:      opts.Logger,
		meter:    m,
		budget:   newBudget(opts.MaxInFlight, func(used int64) { m.inflight.Set(float64(used)) }),
		turns:    make(chan struct{}, max(2, runtime.GOMAXPROCS(0))),
		health:   health.NewServer(),
		crew:     newCrew(draining),
		draining: draining,
		killed:   make(chan struct{}),
	}
}

// GRPCServerOptions are the options that a grpc.Server needs to carry this
// service: with grpc's own limit on messages, large bodies would be errors.
func (s *Server) GRPCServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(int(s.opts.Limits.MaxBody) + messageSlack),
		// Fixed windows bound what a stream that waits for memory holds
		// outside the budget; grpc would grow them to 16 MiB.
		grpc.InitialWindowSize(256 << 10),
		grpc.InitialConnWindowSize(4 << 20),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
	}
}

// Register adds the processor and the gRPC health service to a server made
// with GRPCServerOptions. Drain ends every server that was registered.
func (s *Server) Register(g *grpc.Server) {
	extprocv3.RegisterExternalProcessorServer(g, s)
	grpc_health_v1.RegisterHealthServer(g, s.health)
	s.health.SetServingStatus(extprocv3.ExternalProcessor_ServiceDesc.ServiceName, grpc_health_v1.HealthCheckResponse_SERVING)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.servers = append(s.servers, g)
}

// Ready reports whether the server takes new work.
func (s *Server) Ready() bool {
	select {
	case <-s.draining:
		return false
	default:
		return true
	}
}

// NotReady turns the health service to NOT_SERVING and goes on serving, for
// the time that others need to notice. It cannot be taken back.
func (s *Server) NotReady() { s.health.Shutdown() }

// Drain ends the server in order: health turns to NOT_SERVING, requests in
// hand are finished, connections close. When ctx ends before that, what is
// left is refused with an error status, which Envoy turns into a 503: nothing
// is let through. The error is ctx.Err() in that case.
func (s *Server) Drain(ctx context.Context) error {
	s.health.Shutdown()
	s.drainOnce.Do(func() { close(s.draining) })
	s.mu.Lock()
	servers := s.servers
	s.mu.Unlock()
	graceful := make(chan struct{})
	go func() {
		defer close(graceful)
		for _, g := range servers {
			g.GracefulStop()
		}
	}()
	select {
	case <-graceful:
		return nil
	case <-ctx.Done():
	}
	s.killOnce.Do(func() { close(s.killed) })
	// Streams return their error status at once; Stop would cut the
	// connection before it is written.
	select {
	case <-graceful:
	case <-time.After(time.Second):
		for _, g := range servers {
			g.Stop()
		}
	}
	return ctx.Err()
}

// Process serves one stream, which is one HTTP request. It returns nil only
// after a verdict was sent in full, because Envoy takes a clean end as leave
// to forward the rest.
func (s *Server) Process(g extprocv3.ExternalProcessor_ProcessServer) (err error) {
	st := newStream(s, g)
	defer st.close()
	defer func() {
		if recover() != nil {
			s.logPanic(st.event)
			st.mu.Lock()
			st.report(outcome{refused: ReasonInternal})
			st.mu.Unlock()
			err = status.Error(codes.Internal, "panic")
		}
	}()
	return st.run()
}

// logPanic is called while a panic is recovered. It leaves out the panic's
// value, which may quote a body; the stack holds no text.
func (s *Server) logPanic(event string) {
	s.log.LogAttrs(context.Background(), slog.LevelError, "panic", slog.String("event", event), slog.String("stack", string(debug.Stack())))
}
