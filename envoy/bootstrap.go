package envoy

import (
	"fmt"
	"time"

	accesslogv3 "github.com/envoyproxy/go-control-plane/envoy/config/accesslog/v3"
	bootstrapv3 "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	mutationv3 "github.com/envoyproxy/go-control-plane/envoy/config/common/mutation_rules/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	filelogv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/file/v3"
	routerv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	earlyv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/http/early_header_mutation/header_mutation/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	httpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Bootstrap returns the whole configuration of an Envoy that takes requests on
// a listener, has the sidecar inspect them, and sends them to one provider.
// YAML prints it.
func Bootstrap(opts BootstrapOptions) (*bootstrapv3.Bootstrap, error) {
	o := opts.withDefaults()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	up, err := parseUpstream(o.Upstream)
	if err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	admin, err := addressOf(o.Admin)
	if err != nil {
		return nil, fmt.Errorf("bootstrap: admin: %w", err)
	}
	l, err := listener(o, up)
	if err != nil {
		return nil, fmt.Errorf("bootstrap: listener: %w", err)
	}
	provider, err := providerOf(o, up)
	if err != nil {
		return nil, fmt.Errorf("bootstrap: provider: %w", err)
	}
	sidecar, err := processor(o.FilterOptions)
	if err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	b := &bootstrapv3.Bootstrap{
		Admin: &bootstrapv3.Admin{Address: admin, AllowPaths: adminPaths()},
		StaticResources: &bootstrapv3.Bootstrap_StaticResources{
			Listeners: []*listenerv3.Listener{l},
			Clusters:  []*clusterv3.Cluster{provider, sidecar},
		},
	}
	if err := b.ValidateAll(); err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	return b, nil
}

// adminPaths leaves what probes, metrics and an orderly end need, and closes
// the rest of the admin interface.
func adminPaths() []*matcherv3.StringMatcher {
	return []*matcherv3.StringMatcher{
		exactly("/ready"), prefixed("/stats"), prefixed("/listeners"), exactly("/server_info"), prefixed("/drain_listeners"),
	}
}

func listener(o BootstrapOptions, up upstream) (*listenerv3.Listener, error) {
	address, err := addressOf(o.Listen)
	if err != nil {
		return nil, err
	}
	manager, err := connectionManager(o, up)
	if err != nil {
		return nil, err
	}
	config, err := packed(manager)
	if err != nil {
		return nil, err
	}
	return &listenerv3.Listener{
		Name:                          listenerName,
		Address:                       address,
		PerConnectionBufferLimitBytes: wrapperspb.UInt32(o.ConnectionBuffer),
		FilterChains: []*listenerv3.FilterChain{{Filters: []*listenerv3.Filter{{
			Name:       hcmName,
			ConfigType: &listenerv3.Filter_TypedConfig{TypedConfig: config},
		}}}},
	}, nil
}

func connectionManager(o BootstrapOptions, up upstream) (*hcmv3.HttpConnectionManager, error) {
	early, err := stripEarly()
	if err != nil {
		return nil, err
	}
	sluice, err := processorFilter(o.FilterOptions)
	if err != nil {
		return nil, err
	}
	router, err := packed(&routerv3.Router{SuppressEnvoyHeaders: true})
	if err != nil {
		return nil, err
	}
	m := &hcmv3.HttpConnectionManager{
		StatPrefix:                    listenerName,
		HttpProtocolOptions:           &corev3.Http1ProtocolOptions{EnableTrailers: true},
		StreamIdleTimeout:             durationpb.New(o.StreamIdleTimeout),
		RequestHeadersTimeout:         durationpb.New(time.Minute),
		GenerateRequestId:             wrapperspb.Bool(true),
		EarlyHeaderMutationExtensions: []*corev3.TypedExtensionConfig{early},
		RouteSpecifier:                &hcmv3.HttpConnectionManager_RouteConfig{RouteConfig: routes(o, up)},
		HttpFilters: []*hcmv3.HttpFilter{
			sluice,
			{Name: routerName, ConfigType: &hcmv3.HttpFilter_TypedConfig{TypedConfig: router}},
		},
		// No upgrade_configs: Envoy then refuses upgrades, whose frames nothing
		// here could read, with 403.
	}
	if up.tls {
		// The scheme that clients used on loopback is not the provider's.
		m.SchemeHeaderTransformation = &corev3.SchemeHeaderTransformation{MatchUpstream: true}
	}
	if o.AccessLog != "" {
		entry, err := accessLog(o.AccessLog)
		if err != nil {
			return nil, err
		}
		m.AccessLog = []*accesslogv3.AccessLog{entry}
	}
	return m, nil
}

// stripEarly removes, before a route is chosen, the headers by which a client
// could steer Envoy or pose as the sidecar.
func stripEarly() (*corev3.TypedExtensionConfig, error) {
	strip := func(prefix string) *mutationv3.HeaderMutation {
		return &mutationv3.HeaderMutation{Action: &mutationv3.HeaderMutation_RemoveOnMatch_{
			RemoveOnMatch: &mutationv3.HeaderMutation_RemoveOnMatch{KeyMatcher: prefixed(prefix)},
		}}
	}
	config, err := packed(&earlyv3.HeaderMutation{Mutations: []*mutationv3.HeaderMutation{strip("x-sluice-"), strip("x-envoy-")}})
	if err != nil {
		return nil, err
	}
	return &corev3.TypedExtensionConfig{Name: "envoy.http.early_header_mutation.header_mutation", TypedConfig: config}, nil
}

func routes(o BootstrapOptions, up upstream) *routev3.RouteConfiguration {
	host := &routev3.VirtualHost{
		Name:    providerCluster,
		Domains: []string{"*"},
		Routes: []*routev3.Route{{
			Name:  providerCluster,
			Match: &routev3.RouteMatch{PathSpecifier: &routev3.RouteMatch_Prefix{Prefix: "/"}},
			Action: &routev3.Route_Route{Route: &routev3.RouteAction{
				ClusterSpecifier:     &routev3.RouteAction_Cluster{Cluster: providerCluster},
				HostRewriteSpecifier: &routev3.RouteAction_HostRewriteLiteral{HostRewriteLiteral: up.authority()},
				Timeout:              durationpb.New(0), // answers take as long as they take
			}},
			// Envoy adds it; the client did not send it.
			RequestHeadersToRemove: []string{"x-forwarded-proto"},
		}},
	}
	if o.Mode == Buffered {
		host.RequestBodyBufferLimit = wrapperspb.UInt64(uint64(o.MaxBody))
	}
	return &routev3.RouteConfiguration{Name: providerCluster, VirtualHosts: []*routev3.VirtualHost{host}}
}

// providerOf is the cluster of the provider.
func providerOf(o BootstrapOptions, up upstream) (*clusterv3.Cluster, error) {
	c := &clusterv3.Cluster{
		Name:                 providerCluster,
		ClusterDiscoveryType: &clusterv3.Cluster_Type{Type: clusterv3.Cluster_LOGICAL_DNS},
		DnsLookupFamily:      clusterv3.Cluster_ALL,
		ConnectTimeout:       durationpb.New(5 * time.Second),
		LoadAssignment:       oneEndpoint(providerCluster, socketAddress(up.host, up.port)),
		CircuitBreakers:      wideBreakers(),
	}
	if up.isIP() {
		c.ClusterDiscoveryType = &clusterv3.Cluster_Type{Type: clusterv3.Cluster_STATIC}
	}
	http1 := &corev3.Http1ProtocolOptions{EnableTrailers: true}
	options := &httpv3.HttpProtocolOptions{
		UpstreamProtocolOptions: &httpv3.HttpProtocolOptions_ExplicitHttpConfig_{
			ExplicitHttpConfig: &httpv3.HttpProtocolOptions_ExplicitHttpConfig{
				ProtocolConfig: &httpv3.HttpProtocolOptions_ExplicitHttpConfig_HttpProtocolOptions{HttpProtocolOptions: http1},
			},
		},
	}
	if up.tls {
		options.UpstreamProtocolOptions = &httpv3.HttpProtocolOptions_AutoConfig{
			AutoConfig: &httpv3.HttpProtocolOptions_AutoHttpConfig{
				HttpProtocolOptions:  http1,
				Http2ProtocolOptions: &corev3.Http2ProtocolOptions{},
			},
		}
		socket, err := tlsSocket(o.CAFile, up)
		if err != nil {
			return nil, err
		}
		c.TransportSocket = socket
	}
	var err error
	c.TypedExtensionProtocolOptions, err = protocolOptions(options)
	return c, err
}

// tlsSocket verifies the provider's certificate against the bundle and its
// name: TLS without a name check proves nothing about who answers.
func tlsSocket(caFile string, up upstream) (*corev3.TransportSocket, error) {
	san := &tlsv3.SubjectAltNameMatcher{SanType: tlsv3.SubjectAltNameMatcher_DNS, Matcher: exactly(up.host)}
	sni := up.host
	if up.isIP() {
		san.SanType, sni = tlsv3.SubjectAltNameMatcher_IP_ADDRESS, ""
	}
	config, err := packed(&tlsv3.UpstreamTlsContext{
		Sni: sni,
		CommonTlsContext: &tlsv3.CommonTlsContext{
			TlsParams: &tlsv3.TlsParameters{TlsMinimumProtocolVersion: tlsv3.TlsParameters_TLSv1_2},
			ValidationContextType: &tlsv3.CommonTlsContext_ValidationContext{
				ValidationContext: &tlsv3.CertificateValidationContext{
					TrustedCa:                 &corev3.DataSource{Specifier: &corev3.DataSource_Filename{Filename: caFile}},
					MatchTypedSubjectAltNames: []*tlsv3.SubjectAltNameMatcher{san},
				},
			},
		},
	})
	if err != nil {
		return nil, err
	}
	return &corev3.TransportSocket{
		Name:       "envoy.transport_sockets.tls",
		ConfigType: &corev3.TransportSocket_TypedConfig{TypedConfig: config},
	}, nil
}

// accessLog is a JSON line per request. It holds no header but the request id,
// and no query: queries carry text.
func accessLog(path string) (*accesslogv3.AccessLog, error) {
	fields := map[string]string{
		"time":        "%START_TIME%",
		"request_id":  "%REQ(X-REQUEST-ID)%",
		"event_id":    "%RESP(X-REQUEST-ID)%",
		"method":      "%REQ(:METHOD)%",
		"path":        "%PATH(NQ:PATH)%",
		"status":      "%RESPONSE_CODE%",
		"details":     "%RESPONSE_CODE_DETAILS%",
		"flags":       "%RESPONSE_FLAGS%",
		"received":    "%BYTES_RECEIVED%",
		"sent":        "%BYTES_SENT%",
		"duration_ms": "%DURATION%",
	}
	format := &structpb.Struct{Fields: make(map[string]*structpb.Value, len(fields))}
	for name, operator := range fields {
		format.Fields[name] = structpb.NewStringValue(operator)
	}
	var config *anypb.Any
	config, err := packed(&filelogv3.FileAccessLog{
		Path: path,
		AccessLogFormat: &filelogv3.FileAccessLog_LogFormat{LogFormat: &corev3.SubstitutionFormatString{
			Format: &corev3.SubstitutionFormatString_JsonFormat{JsonFormat: format},
		}},
	})
	if err != nil {
		return nil, err
	}
	return &accesslogv3.AccessLog{
		Name:       "envoy.access_loggers.file",
		ConfigType: &accesslogv3.AccessLog_TypedConfig{TypedConfig: config},
	}, nil
}
