package plugins

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/sluice-dlp/sluice/plugins/internal/pb"
	"github.com/sluice-dlp/sluice/scanner"
)

// Serve serves p to the host that started this process, and returns when the
// host says goodbye. Call it last in main. It exits the process with status 1
// if p's description is not valid, if it was not started by a host, or as soon
// as the host is gone.
//
// A panic in Detect fails that call only. Whatever the process prints is
// dropped by the host; to look at it, call the detector from a test.
func Serve(p Plugin) {
	description := p.Describe()
	if err := description.Validate(); err != nil {
		fmt.Fprintln(os.Stderr, "this plugin does not describe itself well:", err)
		os.Exit(1)
	}
	go exitWithParent(os.Getppid(), os.Getenv(parentKey))
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig:  handshake(),
		VersionedPlugins: pluginSets(newServer(p, description)),
		Logger:           hclog.NewNullLogger(),
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts,
				grpc.MaxRecvMsgSize(maxRequest),
				grpc.MaxSendMsgSize(maxResponse),
				grpc.InitialWindowSize(windowBytes),
				grpc.InitialConnWindowSize(windowBytes),
			)...)
		},
	})
}

// exitWithParent ends the process when its parent is gone: a host that was
// killed cannot say goodbye. host is the process id that the host gave, for the
// case that it died before the first look at the parent.
func exitWithParent(parent int, host string) {
	if pid, err := strconv.Atoi(host); err == nil && parent == 1 && pid != 1 {
		os.Exit(1)
	}
	for range time.Tick(time.Second) {
		if os.Getppid() != parent {
			os.Exit(1)
		}
	}
}

// server answers the wire protocol with a Plugin.
type server struct {
	pb.UnimplementedDetectorServer
	plugin      Plugin
	description Description
	rules       vocabulary
}

func newServer(p Plugin, d Description) *server {
	return &server{plugin: p, description: d, rules: newVocabulary(d)}
}

// Describe answers with what the plugin said when it started.
func (s *server) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return encodeDescription(s.description), nil
}

// Detect answers requests until the stream ends, each in its own goroutine.
// How many run at once is for the host to limit.
func (s *server) Detect(stream grpc.BidiStreamingServer[pb.DetectRequest, pb.DetectResponse]) error {
	calls := &runningCalls{stream: stream, cancel: make(map[uint64]context.CancelFunc)}
	defer calls.close()
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if request.GetCancel() {
			calls.finish(request.GetId())
			continue
		}
		timeout := time.Duration(request.GetTimeoutMicros()) * time.Microsecond
		ctx, cancel := context.WithTimeout(stream.Context(), timeout)
		calls.begin(request.GetId(), cancel)
		go func() {
			defer calls.finish(request.GetId())
			calls.send(s.answer(ctx, request))
		}()
	}
}

// answer runs the detector over one request.
func (s *server) answer(ctx context.Context, request *pb.DetectRequest) *pb.DetectResponse {
	texts := decodeTexts(request.GetTexts())
	response := &pb.DetectResponse{Id: request.GetId()}
	found, err := detectSafely(ctx, s.plugin, texts)
	if err == nil {
		response.Findings, err = s.rules.encode(found, texts)
	}
	if err == nil && proto.Size(response) > maxResponse {
		err = errTooManyFindings
	}
	if err != nil {
		return &pb.DetectResponse{Id: request.GetId(), Code: int32(codeOf(err))}
	}
	return response
}

var (
	errPanic           = errors.New("panicked")
	errTooManyFindings = errors.New("too many findings")
)

func detectSafely(ctx context.Context, d scanner.Detector, texts []scanner.Text) (found []scanner.Finding, err error) {
	defer func() {
		if recover() != nil {
			found, err = nil, errPanic
		}
	}()
	return d.Detect(ctx, texts)
}

// codeOf is all that the host is told about an error.
func codeOf(err error) codes.Code {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return codes.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return codes.Canceled
	case errors.Is(err, errPanic), errors.Is(err, errInvalidFinding):
		return codes.Internal
	case errors.Is(err, errTooManyFindings):
		return codes.ResourceExhausted
	}
	return codes.Unknown
}

// runningCalls is the state of one stream.
type runningCalls struct {
	mu     sync.Mutex // guards cancel
	cancel map[uint64]context.CancelFunc

	sending sync.Mutex // guards stream.Send and closed
	stream  grpc.BidiStreamingServer[pb.DetectRequest, pb.DetectResponse]
	closed  bool
}

func (c *runningCalls) begin(id uint64, cancel context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancel[id] = cancel
}

func (c *runningCalls) finish(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel, ok := c.cancel[id]; ok {
		cancel()
		delete(c.cancel, id)
	}
}

// send answers, unless the stream has ended: nobody waits then.
func (c *runningCalls) send(response *pb.DetectResponse) {
	c.sending.Lock()
	defer c.sending.Unlock()
	if !c.closed {
		_ = c.stream.Send(response) // the reading side sees the same failure and ends the stream
	}
}

func (c *runningCalls) close() {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.closed = true
}
