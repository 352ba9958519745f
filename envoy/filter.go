package envoy

import (
	"fmt"
	"math"
	"net"
	"strconv"
	"strings"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	mutationv3 "github.com/envoyproxy/go-control-plane/envoy/config/common/mutation_rules/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	httpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Names that configuration and its tests refer to.
const (
	filterName       = "envoy.filters.http.ext_proc"
	routerName       = "envoy.filters.http.router"
	hcmName          = "envoy.filters.network.http_connection_manager"
	httpOptionsName  = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
	processorCluster = "sluice_processor"
	providerCluster  = "provider"
	listenerName     = "llm_egress"
)

// manyRequests replaces Envoy's default of 1024 concurrent requests to a
// cluster: answers of LLMs take minutes, and a refusal by a circuit breaker
// looks like a failure of the sidecar.
const manyRequests = 1 << 20

// externalProcessor is the ext_proc filter. Answers of the provider are not
// shown to the sidecar.
func externalProcessor(o FilterOptions) *extprocv3.ExternalProcessor {
	f := &extprocv3.ExternalProcessor{
		GrpcService: &corev3.GrpcService{
			TargetSpecifier: &corev3.GrpcService_EnvoyGrpc_{
				EnvoyGrpc: &corev3.GrpcService_EnvoyGrpc{ClusterName: processorCluster},
			},
			// None: in full duplex the stream lives as long as the request, and
			// the sidecar has deadlines of its own.
			Timeout: durationpb.New(0),
		},
		FailureModeAllow: false,
		StatusOnError:    &typev3.HttpStatus{Code: typev3.StatusCode_ServiceUnavailable},
		ProcessingMode: &extprocv3.ProcessingMode{
			RequestHeaderMode:   extprocv3.ProcessingMode_SEND,
			RequestBodyMode:     extprocv3.ProcessingMode_FULL_DUPLEX_STREAMED,
			RequestTrailerMode:  extprocv3.ProcessingMode_SEND,
			ResponseHeaderMode:  extprocv3.ProcessingMode_SKIP,
			ResponseBodyMode:    extprocv3.ProcessingMode_NONE,
			ResponseTrailerMode: extprocv3.ProcessingMode_SKIP,
		},
		// The sidecar edits the path, the length and the encoding; the host,
		// the scheme, the method and Envoy's own headers are refused to it, and
		// a refusal is an error rather than a request that leaves half edited.
		MutationRules: &mutationv3.HeaderMutationRules{DisallowIsError: wrapperspb.Bool(true)},
		// Whatever the sidecar edits, it cannot send a request elsewhere.
		RouteCacheAction: extprocv3.ExternalProcessor_RETAIN,
		// The sidecar sets the length of what it edits.
		AllowContentLengthHeader: true,
	}
	if len(o.Withhold) > 0 {
		f.ForwardRules = &extprocv3.HeaderForwardingRules{DisallowedHeaders: &matcherv3.ListStringMatcher{}}
		for _, name := range o.Withhold {
			f.ForwardRules.DisallowedHeaders.Patterns = append(f.ForwardRules.DisallowedHeaders.Patterns, exactly(strings.ToLower(name)))
		}
	}
	if o.Mode == Buffered {
		f.ProcessingMode.RequestBodyMode = extprocv3.ProcessingMode_BUFFERED
		// The body is complete without them, and Envoy can end the stream.
		f.ProcessingMode.RequestTrailerMode = extprocv3.ProcessingMode_SKIP
		f.MessageTimeout = durationpb.New(o.MessageTimeout)
	}
	return f
}

// processorFilter is the filter as it stands in a chain.
func processorFilter(o FilterOptions) (*hcmv3.HttpFilter, error) {
	config, err := anypb.New(externalProcessor(o))
	if err != nil {
		return nil, err
	}
	return &hcmv3.HttpFilter{Name: filterName, ConfigType: &hcmv3.HttpFilter_TypedConfig{TypedConfig: config}}, nil
}

// processor is the cluster of the sidecar.
func processor(o FilterOptions) (*clusterv3.Cluster, error) {
	address, err := addressOf(o.Processor)
	if err != nil {
		return nil, fmt.Errorf("processor: %w", err)
	}
	options, err := protocolOptions(&httpv3.HttpProtocolOptions{
		UpstreamProtocolOptions: &httpv3.HttpProtocolOptions_ExplicitHttpConfig_{
			ExplicitHttpConfig: &httpv3.HttpProtocolOptions_ExplicitHttpConfig{
				ProtocolConfig: &httpv3.HttpProtocolOptions_ExplicitHttpConfig_Http2ProtocolOptions{
					Http2ProtocolOptions: &corev3.Http2ProtocolOptions{MaxConcurrentStreams: wrapperspb.UInt32(1024)},
				},
			},
		},
	})
	if err != nil {
		return nil, err
	}
	c := &clusterv3.Cluster{
		Name:                          processorCluster,
		ClusterDiscoveryType:          &clusterv3.Cluster_Type{Type: clusterv3.Cluster_STATIC},
		ConnectTimeout:                durationpb.New(time.Second),
		LoadAssignment:                oneEndpoint(processorCluster, address),
		CircuitBreakers:               wideBreakers(),
		TypedExtensionProtocolOptions: options,
	}
	if s := address.GetSocketAddress(); s != nil && net.ParseIP(s.GetAddress()) == nil {
		c.ClusterDiscoveryType = &clusterv3.Cluster_Type{Type: clusterv3.Cluster_STRICT_DNS}
	}
	return c, nil
}

func oneEndpoint(cluster string, address *corev3.Address) *endpointv3.ClusterLoadAssignment {
	return &endpointv3.ClusterLoadAssignment{
		ClusterName: cluster,
		Endpoints: []*endpointv3.LocalityLbEndpoints{{LbEndpoints: []*endpointv3.LbEndpoint{{
			HostIdentifier: &endpointv3.LbEndpoint_Endpoint{Endpoint: &endpointv3.Endpoint{Address: address}},
		}}}},
	}
}

func wideBreakers() *clusterv3.CircuitBreakers {
	return &clusterv3.CircuitBreakers{Thresholds: []*clusterv3.CircuitBreakers_Thresholds{{
		MaxConnections:     wrapperspb.UInt32(manyRequests),
		MaxPendingRequests: wrapperspb.UInt32(manyRequests),
		MaxRequests:        wrapperspb.UInt32(manyRequests),
	}}}
}

func protocolOptions(o *httpv3.HttpProtocolOptions) (map[string]*anypb.Any, error) {
	if err := o.ValidateAll(); err != nil {
		return nil, err
	}
	config, err := anypb.New(o)
	if err != nil {
		return nil, err
	}
	return map[string]*anypb.Any{httpOptionsName: config}, nil
}

// addressOf reads an absolute socket path, an abstract socket ("@name") or
// "host:port".
func addressOf(s string) (*corev3.Address, error) {
	if strings.HasPrefix(s, "/") || strings.HasPrefix(s, "@") {
		return &corev3.Address{Address: &corev3.Address_Pipe{Pipe: &corev3.Pipe{Path: s}}}, nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return nil, fmt.Errorf("%q is neither an absolute socket path nor host:port", s)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || host == "" {
		return nil, fmt.Errorf("%q is neither an absolute socket path nor host:port", s)
	}
	return socketAddress(host, uint32(n)), nil
}

func socketAddress(host string, port uint32) *corev3.Address {
	return &corev3.Address{Address: &corev3.Address_SocketAddress{SocketAddress: &corev3.SocketAddress{
		Address:       host,
		PortSpecifier: &corev3.SocketAddress_PortValue{PortValue: port},
	}}}
}

func exactly(s string) *matcherv3.StringMatcher {
	return &matcherv3.StringMatcher{MatchPattern: &matcherv3.StringMatcher_Exact{Exact: s}}
}

func prefixed(s string) *matcherv3.StringMatcher {
	return &matcherv3.StringMatcher{MatchPattern: &matcherv3.StringMatcher_Prefix{Prefix: s}}
}

// check returns what Envoy would object to in the options.
func (o FilterOptions) check() error {
	switch {
	case o.Mode > Buffered:
		return fmt.Errorf("mode %v is not known", o.Mode)
	case o.MaxBody < 1 || o.MaxBody > math.MaxUint32:
		return fmt.Errorf("largest body of %d bytes: use 1 to %d", o.MaxBody, uint32(math.MaxUint32))
	case o.MessageTimeout < time.Second:
		return fmt.Errorf("message timeout %v: use at least 1s", o.MessageTimeout)
	}
	return nil
}

// packed puts a message into an Any after checking it.
func packed(m interface {
	proto.Message
	ValidateAll() error
},
) (*anypb.Any, error) {
	if err := m.ValidateAll(); err != nil {
		return nil, err
	}
	return anypb.New(m)
}
