package main

import (
	"context"
	"strings"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/sluice-dlp/sluice/plugins/internal/pb"
)

// serveRaw is what a plugin that does not use the SDK, or means ill, could do.
func serveRaw() {
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig:  goplugin.HandshakeConfig{MagicCookieKey: "SLUICE_PLUGIN", MagicCookieValue: "detector"},
		VersionedPlugins: map[int]goplugin.PluginSet{1: {"detector": endpoint{}}},
		GRPCServer:       goplugin.DefaultGRPCServer,
		Logger:           hclog.NewNullLogger(),
	})
}

type endpoint struct {
	goplugin.NetRPCUnsupportedPlugin
}

// GRPCServer implements goplugin.GRPCPlugin.
func (endpoint) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	pb.RegisterDetectorServer(s, rawServer{})
	return nil
}

// GRPCClient implements goplugin.GRPCPlugin.
func (endpoint) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, status.Error(codes.Unimplemented, "")
}

type rawServer struct{ pb.UnimplementedDetectorServer }

// Describe implements pb.DetectorServer.
func (rawServer) Describe(context.Context, *pb.DescribeRequest) (*pb.DescribeResponse, error) {
	return &pb.DescribeResponse{Name: "raw", Version: "1", Rules: []*pb.Rule{{Id: "needle", Kind: "pii", Details: []string{"sharp"}}}}, nil
}

// Detect implements pb.DetectorServer. It obeys the first text.
func (rawServer) Detect(stream grpc.BidiStreamingServer[pb.DetectRequest, pb.DetectResponse]) error {
	for {
		request, err := stream.Recv()
		if err != nil {
			return err
		}
		if request.GetCancel() || len(request.GetTexts()) == 0 {
			if err := stream.Send(&pb.DetectResponse{Id: request.GetId()}); err != nil {
				return err
			}
			continue
		}
		text := request.GetTexts()[0].GetBytes()
		command, argument, _ := strings.Cut(string(text), "\n")
		f := &pb.Finding{Rule: "needle", End: uint64(len(text)), Confidence: pb.Confidence_CONFIDENCE_HIGH}
		response := &pb.DetectResponse{Id: request.GetId(), Findings: []*pb.Finding{f}}
		switch command {
		case "outside":
			f.End++
		case "empty":
			f.Start = f.End
		case "wraps":
			f.Start = 1 << 63
		case "text":
			f.Text = 7
		case "text wraps":
			f.Text = 1<<32 - 1
		case "cut":
			f.End-- // the text ends in a character of two bytes
		case "rule":
			f.Rule = argument
		case "detail":
			f.Detail = argument
		case "confidence":
			f.Confidence = 77
		case "lines":
			f.Lines = 1 << 20
		case "code":
			response.Code = 77
		case "negative code":
			response.Code = -1
		case "id":
			response.Id += 1000
		case "status":
			return status.Error(codes.FailedPrecondition, argument)
		case "no answer":
			continue
		case "big answer":
			f.Rule = strings.Repeat("x", 9<<20)
		}
		if err := stream.Send(response); err != nil {
			return err
		}
	}
}
