package envoy

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
)

// split reads a stream of YAML documents.
func split(t *testing.T, data []byte) []map[string]any {
	t.Helper()
	var docs []map[string]any
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc map[string]any
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return docs
		}
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, doc)
	}
}

// checkResources holds documents to what the resource definitions require; the
// schema knows only the keys that are printed, so that a misspelt one fails.
func checkResources(t *testing.T, docs []map[string]any) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "resources.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	parsed, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("resources.json", parsed); err != nil {
		t.Fatal(err)
	}
	for _, doc := range docs {
		kind, _ := doc["kind"].(string)
		schema, err := c.Compile("resources.json#/$defs/" + kind)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(plainJSON(doc)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// plainJSON turns YAML's integers into what the schema checker knows.
func plainJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = plainJSON(e)
		}
	case []any:
		for i, e := range v {
			v[i] = plainJSON(e)
		}
	case int:
		return float64(v)
	}
	return v
}

func TestIstio(t *testing.T) {
	for name, opts := range map[string]IstioOptions{
		"istio": {Upstream: "https://api.openai.com"},
		"istio-buffered": {
			FilterOptions: FilterOptions{Mode: Buffered, MaxBody: 8 << 20}, Upstream: "https://llm.example.com:8443",
			Name: "dlp", Namespace: "apps", Labels: map[string]string{"team": "ml"}, Port: 8088, CAFile: "/etc/ca.pem",
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := Istio(opts)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".yaml", out)
			docs := split(t, out)
			checkResources(t, docs)
			if len(docs) != 4 {
				t.Fatalf("%d documents, want 4", len(docs))
			}
			checkPatches(t, docs[2], opts)
		})
	}
}

// checkPatches reads the values of patches back into Envoy's own types and
// compares them with the parts of a static configuration.
func checkPatches(t *testing.T, doc map[string]any, opts IstioOptions) {
	t.Helper()
	static, err := Bootstrap(BootstrapOptions{FilterOptions: opts.FilterOptions, Upstream: opts.Upstream})
	if err != nil {
		t.Fatal(err)
	}
	manager := &hcmv3.HttpConnectionManager{}
	if err := static.GetStaticResources().GetListeners()[0].GetFilterChains()[0].GetFilters()[0].GetTypedConfig().UnmarshalTo(manager); err != nil {
		t.Fatal(err)
	}
	want := map[string]proto.Message{
		"CLUSTER":     static.GetStaticResources().GetClusters()[1],
		"HTTP_FILTER": manager.GetHttpFilters()[0],
	}
	seen := map[string]bool{}
	patches, _ := doc["spec"].(map[string]any)["configPatches"].([]any)
	for _, p := range patches {
		p, _ := p.(map[string]any)
		applyTo, _ := p["applyTo"].(string)
		seen[applyTo] = true
		var m proto.Message
		switch applyTo {
		case "CLUSTER":
			m = &clusterv3.Cluster{}
		case "NETWORK_FILTER":
			m = &listenerv3.Filter{}
		case "HTTP_FILTER":
			m = &hcmv3.HttpFilter{}
		case "HTTP_ROUTE":
			m = &routev3.Route{}
		case "VIRTUAL_HOST":
			m = &routev3.VirtualHost{}
		default:
			t.Fatalf("a patch of %q", applyTo)
		}
		data, err := yaml.Marshal(p["patch"].(map[string]any)["value"])
		if err != nil {
			t.Fatal(err)
		}
		yamlInto(t, data, m)
		if w := want[applyTo]; w != nil {
			if diff := cmp.Diff(w, m, protocmp.Transform()); diff != "" {
				t.Errorf("%s is not that of a static configuration:\n%s", applyTo, diff)
			}
		}
	}
	for _, applyTo := range []string{"CLUSTER", "NETWORK_FILTER", "HTTP_FILTER", "HTTP_ROUTE"} {
		if !seen[applyTo] {
			t.Errorf("no patch of %s", applyTo)
		}
	}
	if seen["VIRTUAL_HOST"] != (opts.Mode == Buffered) {
		t.Error("the buffer limit belongs to the mode Buffered, and only there")
	}
}

func TestKubernetes(t *testing.T) {
	for name, opts := range map[string]KubernetesOptions{
		"kubernetes": {Deployment: "app", Image: "registry.example.com/sluice:1"},
		"kubernetes-config": {
			FilterOptions: FilterOptions{Processor: "/run/dlp/x.sock"}, Deployment: "app", Namespace: "apps", Image: "registry.example.com/sluice:1",
			Config: "sluice", Admin: "0.0.0.0:9000", Memory: "2048Mi", CPU: "1", Labels: map[string]string{"team": "ml"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := Kubernetes(opts)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".yaml", out)
			checkResources(t, split(t, out))
		})
	}
}

func TestManifestsRefuse(t *testing.T) {
	istio := func(o IstioOptions) error { _, err := Istio(o); return err }
	kube := func(o KubernetesOptions) error { _, err := Kubernetes(o); return err }
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"plain http":    {istio(IstioOptions{Upstream: "http://example.com"}), "https"},
		"an address":    {istio(IstioOptions{Upstream: "https://127.0.0.1"}), "host name"},
		"no upstream":   {istio(IstioOptions{}), "base URL"},
		"no deployment": {kube(KubernetesOptions{Image: "i"}), "Deployment"},
		"no image":      {kube(KubernetesOptions{Deployment: "d"}), "image"},
		"tcp":           {kube(KubernetesOptions{Deployment: "d", Image: "i", FilterOptions: FilterOptions{Processor: "127.0.0.1:1"}}), "socket"},
		"admin":         {kube(KubernetesOptions{Deployment: "d", Image: "i", Admin: "9902"}), "admin"},
		"admin port":    {kube(KubernetesOptions{Deployment: "d", Image: "i", Admin: ":0"}), "port"},
	} {
		if tc.err == nil || !strings.Contains(tc.err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one that says %q", name, tc.err, tc.want)
		}
	}
}

func TestGoMemoryLimit(t *testing.T) {
	for quantity, want := range map[string]string{"1Gi": "921MiB", "512Mi": "460MiB", "1000000000": "off", "1.5Gi": "off"} {
		if got := goMemoryLimit(quantity); got != want {
			t.Errorf("goMemoryLimit(%q) = %q, want %q", quantity, got, want)
		}
	}
}
