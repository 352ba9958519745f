package plugins

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/sluice-dlp/sluice/plugins/internal/pb"
	"github.com/sluice-dlp/sluice/scanner"
)

// session is one life of a plugin's process and the stream to it.
type session struct {
	proc        *process
	plugin      *goplugin.Client
	conn        *grpc.ClientConn
	stream      grpc.BidiStreamingClient[pb.DetectRequest, pb.DetectResponse]
	cancel      context.CancelFunc // ends the stream
	description Description
	rules       vocabulary
	started     time.Time

	requests chan *pb.DetectRequest
	cancels  chan uint64 // ids nobody waits for any more; best effort

	mu      sync.Mutex
	lastID  uint64
	waiting map[uint64]chan<- *pb.DetectResponse

	done  chan struct{} // closed when the stream has ended
	ended atomic.Bool   // somebody was told
}

// startSession starts the process and returns when it is ready to be asked.
// Errors are safe to print.
func startSession(ctx context.Context, cfg Config, lines *atomic.Int64) (*session, error) {
	if err := checkPin(cfg); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.StartTimeout)
	defer cancel()
	s := &session{
		proc:     &process{ended: make(chan struct{})},
		started:  time.Now(),
		requests: make(chan *pb.DetectRequest),
		cancels:  make(chan uint64, 64),
		waiting:  make(map[uint64]chan<- *pb.DetectResponse),
		done:     make(chan struct{}),
	}
	s.plugin = goplugin.NewClient(clientConfig(cfg, s.proc, lines))
	// go-plugin's start cannot be interrupted, but the process can.
	stop := context.AfterFunc(ctx, func() { _ = s.proc.Kill(ctx) })
	defer stop()
	if err := s.connect(ctx); err != nil {
		s.stop(true)
		if ctx.Err() != nil {
			return nil, errNotReady
		}
		return nil, err
	}
	go s.send()
	go s.receive()
	return s, nil
}

// Errors of a start. What go-plugin says may quote the plugin's output, so it
// is only read, never passed on.
var (
	errChecksum  = errors.New("the file's SHA-256 is not the configured one")
	errNotReady  = errors.New("not ready in time")
	errVersion   = errors.New("speaks another version of the plugin protocol")
	errHandshake = errors.New("no handshake: is it a plugin, for this machine, and does it start when run by hand?")
	errProtocol  = errors.New("does not serve " + pb.Detector_ServiceDesc.ServiceName)
)

func checkPin(cfg Config) error {
	if err := cfg.checkFile(); err != nil {
		return err
	}
	if cfg.SHA256 == "" { // Validate has seen Insecure
		return nil
	}
	sum, err := hex.DecodeString(cfg.SHA256)
	if err != nil {
		return err
	}
	// go-plugin makes this check itself only if it also runs the command.
	pin := goplugin.SecureConfig{Checksum: sum, Hash: sha256.New()}
	ok, err := pin.Check(cfg.Path)
	if err == nil && !ok {
		err = errChecksum
	}
	return err
}

func clientConfig(cfg Config, proc *process, lines *atomic.Int64) *goplugin.ClientConfig {
	output := &lineCounter{lines: lines}
	return &goplugin.ClientConfig{
		HandshakeConfig:  handshake(),
		VersionedPlugins: pluginSets(nil),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true,
		StartTimeout:     cfg.StartTimeout,
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, socketDir string) (runner.Runner, error) {
			return proc, proc.prepare(cfg, spec, socketDir)
		},
		UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: cfg.SocketDir},
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Off, Output: io.Discard}),
		Stderr:           output,
		SyncStdout:       output,
		SyncStderr:       output,
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxResponse), grpc.MaxCallSendMsgSize(maxRequest)),
			grpc.WithInitialWindowSize(windowBytes),
			grpc.WithInitialConnWindowSize(windowBytes),
		},
	}
}

// connect does the handshakes: go-plugin's, Describe, and the stream.
func (s *session) connect(ctx context.Context) error {
	protocol, err := s.plugin.Client()
	if err != nil {
		switch {
		case errors.Is(err, errForeignSocket):
			return errForeignSocket
		case strings.HasPrefix(err.Error(), "incompatible API version"):
			return errVersion
		case strings.HasPrefix(err.Error(), "timeout"):
			return errNotReady
		}
		return errHandshake
	}
	raw, err := protocol.Dispense(serviceName)
	conn, ok := raw.(*grpc.ClientConn)
	if err != nil || !ok {
		return errProtocol
	}
	s.conn = conn
	client := pb.NewDetectorClient(s.conn)
	response, err := client.Describe(ctx, &pb.DescribeRequest{}, grpc.WaitForReady(true))
	if err != nil {
		return errProtocol
	}
	s.description = decodeDescription(response)
	if err := s.description.Validate(); err != nil {
		return err
	}
	s.rules = newVocabulary(s.description)
	var streamCtx context.Context
	streamCtx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if s.stream, err = client.Detect(streamCtx); err != nil {
		return errProtocol
	}
	return nil
}

// send is the only caller of stream.Send. A failure shows in receive.
func (s *session) send() {
	for {
		select {
		case r := <-s.requests:
			_ = s.stream.Send(r)
		case id := <-s.cancels:
			_ = s.stream.Send(&pb.DetectRequest{Id: id, Cancel: true})
		case <-s.done:
			return
		}
	}
}

// receive hands answers to those who wait, until the stream ends. An answer
// to a question that was never asked ends it too.
func (s *session) receive() {
	defer close(s.done)
	for {
		response, err := s.stream.Recv()
		if err != nil {
			return
		}
		s.mu.Lock()
		waiter := s.waiting[response.GetId()]
		delete(s.waiting, response.GetId())
		unknown := response.GetId() == 0 || response.GetId() > s.lastID
		s.mu.Unlock()
		if unknown {
			return
		}
		if waiter != nil {
			waiter <- response // has room for the one answer it gets
		}
	}
}

// ask sends one message of texts and waits for its answer.
func (s *session) ask(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, *failure) {
	answer := make(chan *pb.DetectResponse, 1)
	s.mu.Lock()
	s.lastID++
	id := s.lastID
	s.waiting[id] = answer
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.waiting, id)
		s.mu.Unlock()
	}()
	request := &pb.DetectRequest{Id: id, Texts: encodeTexts(texts)}
	if deadline, ok := ctx.Deadline(); ok {
		request.TimeoutMicros = time.Until(deadline).Microseconds()
	}
	select {
	case s.requests <- request:
	case <-s.done:
		return nil, s.crashed()
	case <-ctx.Done():
		return nil, failContext(ctx)
	}
	select {
	case response := <-answer:
		return s.rules.decode(response, texts)
	case <-s.done:
		return nil, s.crashed()
	case <-ctx.Done():
		select {
		case s.cancels <- id:
		default: // the plugin knows the deadline
		}
		return nil, failContext(ctx)
	}
}

func (s *session) crashed() *failure {
	return &failure{cause: CauseCrashed, counted: s.ended.Swap(true)}
}

// ping asks the process's health service.
func (s *session) ping(ctx context.Context) *failure {
	response, err := grpc_health_v1.NewHealthClient(s.conn).Check(ctx,
		&grpc_health_v1.HealthCheckRequest{Service: goplugin.GRPCServiceName})
	switch {
	case ctx.Err() != nil:
		return failContext(ctx)
	case status.Code(err) == codes.Unavailable:
		return fail(CauseCrashed, "")
	case err != nil:
		return fail(CauseStatus, status.Code(err).String())
	case response.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING:
		return fail(CauseStatus, "not serving")
	}
	return nil
}

// goodbye is how long a process may take to end when it is asked to.
const goodbye = 2 * time.Second

// stop ends the process, at once or after having asked it to end, and returns
// when it is gone.
func (s *session) stop(now bool) {
	if s.cancel != nil {
		s.cancel()
	}
	kill := func() { _ = s.proc.Kill(context.Background()) }
	if now {
		kill()
	}
	// go-plugin's own grace begins only once the process has answered its call.
	timer := time.AfterFunc(goodbye, kill)
	defer timer.Stop()
	s.plugin.Kill()
}

// lineCounter counts what a plugin prints and forgets it.
type lineCounter struct{ lines *atomic.Int64 }

// Write counts line ends.
func (c *lineCounter) Write(p []byte) (int, error) {
	n := int64(0)
	for _, b := range p {
		if b == '\n' {
			n++
		}
	}
	c.lines.Add(n)
	return len(p), nil
}
