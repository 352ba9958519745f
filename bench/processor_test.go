package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/sluice-dlp/sluice/envoy"
	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
)

// BenchmarkProcessor is one request as the processor sees it, over a Unix socket
// and without an Envoy: what holding costs, what the server adds to it with no
// detector to run, and what the detectors add to that. CPU time counts this
// process, client included, and every body is different.
func BenchmarkProcessor(b *testing.B) {
	files, err := rules.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	set, err := rules.Compile(files)
	if err != nil {
		b.Fatal(err)
	}
	if err := set.Warm(b.Context()); err != nil {
		b.Fatal(err)
	}
	with := func(detectors ...scanner.Detector) func(context.Context, net.Listener) error {
		sc := scanner.New(scanner.Options{Policy: scanner.Policy{OnError: scanner.Block}, Detectors: detectors})
		return func(ctx context.Context, l net.Listener) error {
			s := envoy.NewServer(envoy.Options{Scanner: func() *scanner.Scanner { return sc }})
			g := grpc.NewServer(s.GRPCServerOptions()...)
			s.Register(g)
			defer context.AfterFunc(ctx, g.Stop)()
			return g.Serve(l)
		}
	}
	for _, size := range []int{1 << 10, 8 << 10, 64 << 10} {
		for _, contender := range []struct {
			name  string
			serve func(context.Context, net.Listener) error
		}{
			{"hold", ServeHold},
			{"empty", with()},
			{"rules", with(set)},
			{"all", with(set, code.New())},
		} {
			b.Run(fmt.Sprintf("%dKB/%s", size>>10, contender.name), func(b *testing.B) {
				socket := filepath.Join(b.TempDir(), "s")
				l, err := net.Listen("unix", socket)
				if err != nil {
					b.Fatal(err)
				}
				ctx, stop := context.WithCancel(b.Context())
				served := make(chan error, 1)
				go func() { served <- contender.serve(ctx, l) }()
				defer func() { stop(); <-served }()
				conn, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
				if err != nil {
					b.Fatal(err)
				}
				defer conn.Close()
				client := extprocv3.NewExternalProcessorClient(conn)
				bodies := NewBodies(1, size)
				start, err := cpuTime()
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					got, err := askProcessor(b.Context(), client, bodies.Append(nil))
					if err != nil || got != size {
						b.Fatalf("%d of %d bytes came back, error %v", got, size, err)
					}
				}
				end, err := cpuTime()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64((end-start).Microseconds())/float64(b.N), "cpu-µs/op")
			})
		}
	}
}

// askProcessor speaks Envoy's part for one request and returns how many bytes
// of body were released.
func askProcessor(ctx context.Context, client extprocv3.ExternalProcessorClient, body []byte) (int, error) {
	stream, err := client.Process(ctx)
	if err != nil {
		return 0, err
	}
	headers := &corev3.HeaderMap{}
	for _, h := range [][2]string{
		{":method", "POST"},
		{":path", "/v1/chat/completions"},
		{"content-type", "application/json"},
		{"content-length", fmt.Sprint(len(body))},
	} {
		headers.Headers = append(headers.Headers, &corev3.HeaderValue{Key: h[0], RawValue: []byte(h[1])})
	}
	full := filterv3.ProcessingMode_FULL_DUPLEX_STREAMED
	messages := []*extprocv3.ProcessingRequest{
		{
			Request:        &extprocv3.ProcessingRequest_RequestHeaders{RequestHeaders: &extprocv3.HttpHeaders{Headers: headers}},
			ProtocolConfig: &extprocv3.ProtocolConfiguration{RequestBodyMode: full, ResponseBodyMode: full},
		},
		{Request: &extprocv3.ProcessingRequest_RequestBody{RequestBody: &extprocv3.HttpBody{Body: body, EndOfStream: true}}},
	}
	for _, m := range messages {
		if err := stream.Send(m); err != nil {
			return 0, err
		}
	}
	got := 0
	for {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		piece := answer.GetRequestBody().GetResponse().GetBodyMutation().GetStreamedResponse()
		got += len(piece.GetBody())
		if piece.GetEndOfStream() {
			if err := stream.CloseSend(); err != nil {
				return got, err
			}
		}
	}
}
