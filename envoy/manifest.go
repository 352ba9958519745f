package envoy

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v4"
)

// The types below are as much of Kubernetes' and Istio's resources as is
// printed; their keys are those of networking.istio.io/v1, v1alpha3 and
// apps/v1.

type manifest struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   metadata `yaml:"metadata"`
	Spec       any      `yaml:"spec"`
}

type metadata struct {
	Name        string            `yaml:"name,omitempty"`
	Namespace   string            `yaml:"namespace,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

type labelSelector struct {
	Labels map[string]string `yaml:"labels"`
}

type serviceEntry struct {
	Hosts      []string      `yaml:"hosts"`
	Location   string        `yaml:"location"`
	Resolution string        `yaml:"resolution"`
	Ports      []servicePort `yaml:"ports"`
}

type servicePort struct {
	Number     uint32 `yaml:"number"`
	Name       string `yaml:"name"`
	Protocol   string `yaml:"protocol"`
	TargetPort uint32 `yaml:"targetPort"`
}

type destinationRule struct {
	Host          string        `yaml:"host"`
	TrafficPolicy trafficPolicy `yaml:"trafficPolicy"`
}

type trafficPolicy struct {
	PortLevelSettings []portSettings `yaml:"portLevelSettings"`
}

type portSettings struct {
	Port struct {
		Number uint32 `yaml:"number"`
	} `yaml:"port"`
	TLS            clientTLS      `yaml:"tls"`
	ConnectionPool connectionPool `yaml:"connectionPool"`
}

type clientTLS struct {
	Mode            string   `yaml:"mode"`
	SNI             string   `yaml:"sni,omitempty"`
	SubjectAltNames []string `yaml:"subjectAltNames"`
	CACertificates  string   `yaml:"caCertificates"`
}

type connectionPool struct {
	HTTP struct {
		HTTP1MaxPendingRequests uint32 `yaml:"http1MaxPendingRequests"`
		HTTP2MaxRequests        uint32 `yaml:"http2MaxRequests"`
	} `yaml:"http"`
}

type outboundPolicy struct {
	WorkloadSelector      labelSelector `yaml:"workloadSelector"`
	OutboundTrafficPolicy struct {
		Mode string `yaml:"mode"`
	} `yaml:"outboundTrafficPolicy"`
}

type envoyFilter struct {
	WorkloadSelector labelSelector `yaml:"workloadSelector"`
	ConfigPatches    []configPatch `yaml:"configPatches"`
}

type configPatch struct {
	ApplyTo string     `yaml:"applyTo"`
	Match   patchMatch `yaml:"match"`
	Patch   patch      `yaml:"patch"`
}

type patch struct {
	Operation string     `yaml:"operation"`
	Value     *yaml.Node `yaml:"value"`
}

type patchMatch struct {
	Context            string              `yaml:"context"`
	Listener           *listenerMatch      `yaml:"listener,omitempty"`
	RouteConfiguration *routeConfiguration `yaml:"routeConfiguration,omitempty"`
}

type listenerMatch struct {
	PortNumber  uint32      `yaml:"portNumber"`
	FilterChain filterChain `yaml:"filterChain"`
}

type filterChain struct {
	Filter filterMatch `yaml:"filter"`
}

type filterMatch struct {
	Name      string     `yaml:"name"`
	SubFilter *subFilter `yaml:"subFilter,omitempty"`
}

type subFilter struct {
	Name string `yaml:"name"`
}

type routeConfiguration struct {
	Name  string     `yaml:"name"`
	VHost vhostMatch `yaml:"vhost"`
}

type vhostMatch struct {
	Name  string      `yaml:"name"`
	Route *routeMatch `yaml:"route,omitempty"`
}

type routeMatch struct {
	Action string `yaml:"action"`
}

// documents prints resources as one stream of YAML documents, each after a
// comment.
func documents(parts ...any) ([]byte, error) {
	var out bytes.Buffer
	for _, part := range parts {
		if comment, ok := part.(string); ok {
			fmt.Fprintf(&out, "---\n# %s\n", comment)
			continue
		}
		data, err := printYAML(part)
		if err != nil {
			return nil, err
		}
		out.Write(data)
	}
	return out.Bytes(), nil
}
