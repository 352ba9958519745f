package envoy

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bootstrapv3 "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/sluice-dlp/sluice/envoy/envoyproc"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file under testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// yamlInto reads printed YAML back into a message; unknown fields are errors.
func yamlInto(t *testing.T, data []byte, m proto.Message) {
	t.Helper()
	var loose any
	if err := yaml.Unmarshal(data, &loose); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(loose)
	if err != nil {
		t.Fatal(err)
	}
	if err := protojson.Unmarshal(asJSON, m); err != nil {
		t.Fatal(err)
	}
}

var bootstraps = []struct {
	name string
	opts BootstrapOptions
}{
	{"static", BootstrapOptions{Upstream: "https://api.openai.com", CAFile: "/etc/ssl/certs/ca-certificates.crt"}},
	{"static-buffered", BootstrapOptions{
		FilterOptions: FilterOptions{
			Processor: "127.0.0.1:9000", Mode: Buffered, MaxBody: 8 << 20, MessageTimeout: 20 * time.Second, Withhold: []string{"authorization"},
		},
		Listen: "0.0.0.0:8080", Admin: "127.0.0.1:9902", Upstream: "https://llm.example.com:8443", CAFile: "/etc/ssl/cert.pem",
		ConnectionBuffer: 256 << 10, StreamIdleTimeout: time.Minute, AccessLog: "/dev/stdout",
	}},
	{"static-stub", BootstrapOptions{Upstream: "http://127.0.0.1:8000", CAFile: "unused"}},
}

func TestBootstrap(t *testing.T) {
	for _, tc := range bootstraps {
		t.Run(tc.name, func(t *testing.T) {
			b, err := Bootstrap(tc.opts)
			if err != nil {
				t.Fatal(err)
			}
			printed, err := YAML(b)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, tc.name+".yaml", printed)
			back := &bootstrapv3.Bootstrap{}
			yamlInto(t, printed, back)
			if diff := cmp.Diff(b, back, protocmp.Transform()); diff != "" {
				t.Errorf("what is printed is not what was built:\n%s", diff)
			}
		})
	}
}

// TestEnvoyAcceptsBootstraps lets Envoy itself check what is printed.
func TestEnvoyAcceptsBootstraps(t *testing.T) {
	path := envoyPath(t)
	for _, tc := range bootstraps {
		t.Run(tc.name, func(t *testing.T) {
			tc.opts.CAFile = SystemCAs() // Envoy reads the file
			b, err := Bootstrap(tc.opts)
			if err != nil {
				t.Fatal(err)
			}
			for name, print := range map[string]func(proto.Message) ([]byte, error){"YAML": YAML, "JSON": JSON} {
				printed, err := print(b)
				if err != nil {
					t.Fatal(err)
				}
				if err := envoyproc.Validate(t.Context(), path, printed); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	if err := envoyproc.Validate(t.Context(), path, []byte("admin: {unheard_of: 1}\n")); err == nil {
		t.Error("Validate accepts an unknown field")
	}
}

func TestBootstrapRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, want string
		opts       BootstrapOptions
	}{
		{"no upstream", "base URL", BootstrapOptions{}},
		{"scheme", "scheme", BootstrapOptions{Upstream: "ftp://example.com"}},
		{"path", "host only", BootstrapOptions{Upstream: "https://example.com/v1"}},
		{"userinfo", "host only", BootstrapOptions{Upstream: "https://u:p@example.com"}},
		{"port", "port", BootstrapOptions{Upstream: "https://example.com:99999"}},
		{"listen", "host:port", BootstrapOptions{Upstream: "https://example.com", Listen: "8080"}},
		{"processor", "socket path", BootstrapOptions{Upstream: "https://example.com", FilterOptions: FilterOptions{Processor: "run/x.sock"}}},
		{"body", "largest body", BootstrapOptions{Upstream: "https://example.com", FilterOptions: FilterOptions{MaxBody: -1}}},
		{"mode", "mode", BootstrapOptions{Upstream: "https://example.com", FilterOptions: FilterOptions{Mode: 7}}},
		{"timeout", "timeout", BootstrapOptions{Upstream: "https://example.com", FilterOptions: FilterOptions{MessageTimeout: 1}}},
	} {
		_, err := Bootstrap(tc.opts)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one that says %q", tc.name, err, tc.want)
		}
	}
}

func TestUpstreamAuthority(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.openai.com": "api.openai.com", "https://api.openai.com:443/": "api.openai.com",
		"https://h:8443": "h:8443", "http://127.0.0.1:80": "127.0.0.1", "http://[::1]:9": "[::1]:9", "https://[::1]": "[::1]",
	} {
		u, err := parseUpstream(raw)
		if err != nil || u.authority() != want {
			t.Errorf("%s: %q, %v; want %q", raw, u.authority(), err, want)
		}
	}
}
