package plugins

import (
	"context"
	"errors"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/sluice-dlp/sluice/plugins/internal/pb"
)

// What both sides agree on before they talk. The cookie only tells a person who
// runs a plugin by hand what it is; it protects nothing.
const (
	cookieKey   = "SLUICE_PLUGIN"
	cookieValue = "detector"
	// parentKey names the variable that tells a plugin the process id of its
	// host, so that it can tell being orphaned from having started so.
	parentKey = "SLUICE_PLUGIN_PARENT"
	// serviceName is the only entry of the plugin set.
	serviceName = "detector"
)

// protocolVersion is the version of sluice.plugin.v1. A change that old plugins
// cannot follow gets the next number, and the host then offers both.
const protocolVersion = 1

// Message sizes in bytes. gRPC's own limit for receiving is 4 MiB, less than one
// text may be.
const (
	maxRequest  = 64 << 20 // one message of texts
	maxResponse = 8 << 20  // one message of findings, some 200 000 of them
	chunkBytes  = 4 << 20  // texts are gathered into messages of about this size
	// textOverhead is an upper bound for the encoding around one text, less
	// its Where and Role.
	textOverhead = 64
	// windowBytes is HTTP/2's flow-control window, enough to send a usual
	// chunk without waiting for the reader.
	windowBytes = 4 << 20
)

func handshake() goplugin.HandshakeConfig {
	return goplugin.HandshakeConfig{MagicCookieKey: cookieKey, MagicCookieValue: cookieValue}
}

// endpoint is go-plugin's view of the service: server is set in the plugin,
// and nil in the host, which only wants the connection.
type endpoint struct {
	goplugin.NetRPCUnsupportedPlugin
	server pb.DetectorServer
}

// GRPCServer registers the service in the plugin's process.
func (e *endpoint) GRPCServer(_ *goplugin.GRPCBroker, s *grpc.Server) error {
	if e.server == nil {
		return errors.New("no detector to serve")
	}
	pb.RegisterDetectorServer(s, e.server)
	return nil
}

// GRPCClient hands the connection to the host.
func (e *endpoint) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}

func pluginSets(server pb.DetectorServer) map[int]goplugin.PluginSet {
	return map[int]goplugin.PluginSet{protocolVersion: {serviceName: &endpoint{server: server}}}
}
