package envoy

import (
	"errors"
	"fmt"
	"strconv"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"go.yaml.in/yaml/v4"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// IstioOptions describe how the pods of a mesh reach one provider through the
// sidecar. The zero value with an Upstream is usable.
type IstioOptions struct {
	FilterOptions
	// Upstream is the provider's base URL; its scheme must be https, since
	// Istio's proxy, not the client, speaks TLS.
	Upstream string
	// Name begins the names of the resources; empty means "sluice".
	Name string
	// Namespace is where the pods are; empty means "default".
	Namespace string
	// Labels select the pods; nil means sluice: enabled.
	Labels map[string]string
	// Port is the plain-HTTP port at which clients in the mesh call the
	// provider; zero means 80. The filter is on every HTTP request to this
	// port, so one that nothing else uses keeps other services out.
	Port uint32
	// CAFile is the certificate bundle in the image of Istio's proxy; empty
	// means the one of Istio's own image.
	CAFile string
}

// istioCAs is the bundle in Istio's proxy images.
const istioCAs = "/etc/ssl/certs/ca-certificates.crt"

func (o IstioOptions) withDefaults() IstioOptions {
	o.FilterOptions = o.FilterOptions.withDefaults()
	o.Name = or(o.Name, "sluice")
	o.Namespace = or(o.Namespace, "default")
	o.Port = or(o.Port, 80)
	o.CAFile = or(o.CAFile, istioCAs)
	if o.Labels == nil {
		o.Labels = defaultLabels()
	}
	return o
}

func defaultLabels() map[string]string { return map[string]string{"sluice": "enabled"} }

// Istio returns, as YAML documents, what makes Istio's proxies ask the sidecar
// about requests to one provider: a ServiceEntry and a DestinationRule by which
// clients call the provider over plain HTTP and the proxy speaks TLS, an
// EnvoyFilter with the same filter and cluster as Bootstrap, and a Sidecar
// resource that closes other ways out. The pods need the patch that Kubernetes
// returns.
func Istio(opts IstioOptions) ([]byte, error) {
	o := opts.withDefaults()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("istio: %w", err)
	}
	up, err := parseUpstream(o.Upstream)
	if err != nil {
		return nil, fmt.Errorf("istio: %w", err)
	}
	if !up.tls || up.isIP() {
		return nil, errors.New("istio: upstream: give an https URL with a host name")
	}
	patches, err := istioPatches(o, up)
	if err != nil {
		return nil, fmt.Errorf("istio: %w", err)
	}
	named := func(apiVersion, kind string, spec any) manifest {
		return manifest{apiVersion, kind, metadata{Name: o.Name + "-" + providerCluster, Namespace: o.Namespace}, spec}
	}
	out, err := documents(
		"Clients call "+clientURL(up.host, o.Port)+" inside the mesh; the proxy makes it TLS on its way out.",
		named("networking.istio.io/v1", "ServiceEntry", serviceEntry{
			Hosts: []string{up.host}, Location: "MESH_EXTERNAL", Resolution: "DNS",
			Ports: []servicePort{{Number: o.Port, Name: "http-" + providerCluster, Protocol: "HTTP", TargetPort: up.port}},
		}),
		"The provider's certificate is checked for its name.",
		named("networking.istio.io/v1", "DestinationRule", tlsRule(o, up)),
		"The sidecar is asked about every request; without its answer nothing leaves.",
		named("networking.istio.io/v1alpha3", "EnvoyFilter", envoyFilter{WorkloadSelector: labelSelector{o.Labels}, ConfigPatches: patches}),
		"Hosts that are not registered, the provider's port 443 among them, are closed to these pods.",
		named("networking.istio.io/v1", "Sidecar", closedOutbound(o)),
	)
	if err != nil {
		return nil, fmt.Errorf("istio: %w", err)
	}
	return out, nil
}

func clientURL(host string, port uint32) string {
	return "http://" + upstream{host: host, port: port}.authority()
}

func tlsRule(o IstioOptions, up upstream) destinationRule {
	s := portSettings{TLS: clientTLS{Mode: "SIMPLE", SNI: up.host, SubjectAltNames: []string{up.host}, CACertificates: o.CAFile}}
	s.Port.Number = o.Port
	s.ConnectionPool.HTTP.HTTP1MaxPendingRequests = manyRequests
	s.ConnectionPool.HTTP.HTTP2MaxRequests = manyRequests
	return destinationRule{Host: up.host, TrafficPolicy: trafficPolicy{PortLevelSettings: []portSettings{s}}}
}

func closedOutbound(o IstioOptions) outboundPolicy {
	p := outboundPolicy{WorkloadSelector: labelSelector{o.Labels}}
	p.OutboundTrafficPolicy.Mode = "REGISTRY_ONLY"
	return p
}

// istioPatches puts the parts of a static configuration into the
// configuration that Istio makes.
func istioPatches(o IstioOptions, up upstream) ([]configPatch, error) {
	sidecar, err := processor(o.FilterOptions)
	if err != nil {
		return nil, err
	}
	early, err := stripEarly()
	if err != nil {
		return nil, err
	}
	manager, err := anypb.New(&hcmv3.HttpConnectionManager{EarlyHeaderMutationExtensions: []*corev3.TypedExtensionConfig{early}}) // a part, so not valid alone
	if err != nil {
		return nil, err
	}
	filter, err := processorFilter(o.FilterOptions)
	if err != nil {
		return nil, err
	}
	const outbound = "SIDECAR_OUTBOUND"
	at := func(sub string) patchMatch {
		m := patchMatch{Context: outbound, Listener: &listenerMatch{PortNumber: o.Port, FilterChain: filterChain{filterMatch{Name: hcmName}}}}
		if sub != "" {
			m.Listener.FilterChain.Filter.SubFilter = &subFilter{sub}
		}
		return m
	}
	// Istio names routes after the port, and virtual hosts after host and port.
	port := strconv.Itoa(int(o.Port))
	vhost := func(r *routeMatch) patchMatch {
		return patchMatch{Context: outbound, RouteConfiguration: &routeConfiguration{Name: port, VHost: vhostMatch{Name: up.host + ":" + port, Route: r}}}
	}
	var out []configPatch
	add := func(applyTo, operation string, match patchMatch, value proto.Message) {
		if err != nil {
			return
		}
		var node *yaml.Node
		node, err = yamlNode(value)
		out = append(out, configPatch{ApplyTo: applyTo, Match: match, Patch: patch{Operation: operation, Value: node}})
	}
	add("CLUSTER", "ADD", patchMatch{Context: outbound}, sidecar)
	add("NETWORK_FILTER", "MERGE", at(""), &listenerv3.Filter{Name: hcmName, ConfigType: &listenerv3.Filter_TypedConfig{TypedConfig: manager}})
	add("HTTP_FILTER", "INSERT_BEFORE", at(routerName), filter)
	add("HTTP_ROUTE", "MERGE", vhost(&routeMatch{Action: "ROUTE"}), &routev3.Route{Action: &routev3.Route_Route{Route: &routev3.RouteAction{
		// The port by which clients call is not the provider's.
		HostRewriteSpecifier: &routev3.RouteAction_HostRewriteLiteral{HostRewriteLiteral: up.authority()},
		// Istio allows upgrades to WebSocket everywhere; their frames cannot be read.
		UpgradeConfigs: []*routev3.RouteAction_UpgradeConfig{{UpgradeType: "websocket", Enabled: wrapperspb.Bool(false)}},
	}}})
	if o.Mode == Buffered {
		add("VIRTUAL_HOST", "MERGE", vhost(nil), &routev3.VirtualHost{RequestBodyBufferLimit: wrapperspb.UInt64(uint64(o.MaxBody))})
	}
	return out, err
}
