package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"strconv"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ServeHold runs, on l and until ctx ends, a processor that does what any guard
// in FULL_DUPLEX_STREAMED mode must do and nothing else: it keeps the body until
// its end and then sends it on. It is the floor under every figure of a guard.
// It does not bound memory and must not guard anything.
func ServeHold(ctx context.Context, l net.Listener) error {
	server := grpc.NewServer(grpc.MaxRecvMsgSize(math.MaxInt32), grpc.MaxSendMsgSize(math.MaxInt32))
	extprocv3.RegisterExternalProcessorServer(server, holder{})
	stop := context.AfterFunc(ctx, server.Stop)
	defer stop()
	if err := server.Serve(l); err != nil && ctx.Err() == nil {
		return fmt.Errorf("holding processor: %w", err)
	}
	return nil
}

type holder struct {
	extprocv3.UnimplementedExternalProcessorServer
}

// Process answers one request of Envoy's.
func (holder) Process(stream extprocv3.ExternalProcessor_ProcessServer) error {
	var chunks [][]byte
	var size int
	done := false
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) || status.Code(err) == codes.Canceled {
			return nil
		}
		if err != nil {
			return err
		}
		switch m := message.Request.(type) {
		case *extprocv3.ProcessingRequest_RequestHeaders:
			if m.RequestHeaders.GetEndOfStream() {
				done = true
				err = stream.Send(headersReply(-1))
			}
		case *extprocv3.ProcessingRequest_RequestBody:
			if done { // Envoy may mark the end twice; what follows the first is not a body
				continue
			}
			chunks = append(chunks, m.RequestBody.GetBody())
			size += len(m.RequestBody.GetBody())
			if m.RequestBody.GetEndOfStream() {
				done = true
				err = release(stream, chunks, size, true)
			}
		case *extprocv3.ProcessingRequest_RequestTrailers:
			if !done {
				done = true
				err = release(stream, chunks, size, false)
			}
			if err == nil {
				err = stream.Send(&extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestTrailers{
					RequestTrailers: &extprocv3.TrailersResponse{},
				}})
			}
		default:
			return status.Error(codes.Unimplemented, "only requests are held")
		}
		if err != nil {
			return err
		}
	}
}

// release sends the headers and then the chunks that were kept.
func release(stream extprocv3.ExternalProcessor_ProcessServer, chunks [][]byte, size int, end bool) error {
	if err := stream.Send(headersReply(size)); err != nil {
		return err
	}
	for i, chunk := range chunks {
		err := stream.Send(&extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestBody{
			RequestBody: &extprocv3.BodyResponse{Response: &extprocv3.CommonResponse{
				BodyMutation: &extprocv3.BodyMutation{Mutation: &extprocv3.BodyMutation_StreamedResponse{
					StreamedResponse: &extprocv3.StreamedBodyResponse{Body: chunk, EndOfStream: end && i == len(chunks)-1},
				}},
			}},
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

func headersReply(size int) *extprocv3.ProcessingResponse {
	common := &extprocv3.CommonResponse{}
	if size >= 0 {
		common.HeaderMutation = &extprocv3.HeaderMutation{SetHeaders: []*corev3.HeaderValueOption{{
			Header:       &corev3.HeaderValue{Key: "content-length", RawValue: strconv.AppendInt(nil, int64(size), 10)},
			AppendAction: corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD,
		}}}
	}
	return &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestHeaders{
		RequestHeaders: &extprocv3.HeadersResponse{Response: common},
	}}
}
