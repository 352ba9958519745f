package envoy

import (
	"errors"
	"fmt"
	"net"
	"path"
	"strconv"
	"strings"
)

// KubernetesOptions describe the sidecar's container in a Deployment. The zero
// value with a Deployment and an Image is usable.
type KubernetesOptions struct {
	FilterOptions
	Deployment string // whose pods get the sidecar
	Namespace  string // of the Deployment; empty means "default"
	Image      string // of the sidecar
	// Config is the ConfigMap whose key sluice.yaml is the sidecar's
	// configuration; empty means that there is none and defaults hold.
	Config string
	// Admin is the "host:port" of the sidecar's own HTTP port for probes and
	// metrics; empty means "0.0.0.0:9902". The kubelet must reach it.
	Admin string
	// Memory is the container's limit; empty means "1Gi". It must exceed
	// MaxInFlight by the needs of rules and the runtime, some 300 MB.
	Memory string
	// CPU is the container's request; empty means "500m".
	CPU string
	// Labels are put on the pods; nil means sluice: enabled.
	Labels map[string]string
}

// Identity of the sidecar's process. Its group is that of Istio's proxy, so
// that the proxy may write to the socket and nobody else.
const (
	sidecarUser  = 65532
	sidecarGroup = 1337
)

func (o KubernetesOptions) withDefaults() KubernetesOptions {
	o.FilterOptions = o.FilterOptions.withDefaults()
	o.Namespace = or(o.Namespace, "default")
	o.Admin = or(o.Admin, "0.0.0.0:9902")
	o.Memory = or(o.Memory, "1Gi")
	o.CPU = or(o.CPU, "500m")
	if o.Labels == nil {
		o.Labels = defaultLabels()
	}
	return o
}

type deployment struct {
	Template podTemplate `yaml:"template"`
}

type podTemplate struct {
	Metadata metadata `yaml:"metadata"`
	Spec     podSpec  `yaml:"spec"`
}

type podSpec struct {
	InitContainers []container `yaml:"initContainers"`
	Volumes        []volume    `yaml:"volumes"`
}

type container struct {
	Name            string           `yaml:"name"`
	Image           string           `yaml:"image"`
	RestartPolicy   string           `yaml:"restartPolicy"`
	Args            []string         `yaml:"args,flow"`
	Env             []variable       `yaml:"env"`
	Ports           []containerPort  `yaml:"ports"`
	StartupProbe    probe            `yaml:"startupProbe"`
	ReadinessProbe  probe            `yaml:"readinessProbe"`
	LivenessProbe   probe            `yaml:"livenessProbe"`
	Resources       resources        `yaml:"resources"`
	SecurityContext containerContext `yaml:"securityContext"`
	VolumeMounts    []volumeMount    `yaml:"volumeMounts"`
}

type variable struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

type containerPort struct {
	Name          string `yaml:"name"`
	ContainerPort int    `yaml:"containerPort"`
}

type probe struct {
	HTTPGet struct {
		Path string `yaml:"path"`
		Port int    `yaml:"port"`
	} `yaml:"httpGet"`
	PeriodSeconds    int `yaml:"periodSeconds"`
	FailureThreshold int `yaml:"failureThreshold"`
}

type resources struct {
	Requests map[string]string `yaml:"requests"`
	Limits   map[string]string `yaml:"limits"`
}

type containerContext struct {
	RunAsNonRoot             bool `yaml:"runAsNonRoot"`
	RunAsUser                int  `yaml:"runAsUser"`
	RunAsGroup               int  `yaml:"runAsGroup"`
	AllowPrivilegeEscalation bool `yaml:"allowPrivilegeEscalation"`
	ReadOnlyRootFilesystem   bool `yaml:"readOnlyRootFilesystem"`
	Capabilities             struct {
		Drop []string `yaml:"drop,flow"`
	} `yaml:"capabilities"`
	SeccompProfile struct {
		Type string `yaml:"type"`
	} `yaml:"seccompProfile"`
}

type volumeMount struct {
	Name      string `yaml:"name"`
	MountPath string `yaml:"mountPath"`
	ReadOnly  bool   `yaml:"readOnly,omitempty"`
}

type volume struct {
	Name      string          `yaml:"name"`
	EmptyDir  *emptyDir       `yaml:"emptyDir,omitempty"`
	ConfigMap *configMapEntry `yaml:"configMap,omitempty"`
}

type emptyDir struct {
	Medium    string `yaml:"medium"`
	SizeLimit string `yaml:"sizeLimit"`
}

type configMapEntry struct {
	Name string `yaml:"name"`
}

// Kubernetes returns a patch, for kubectl patch or kustomize, that adds the
// sidecar to a Deployment as a native sidecar: an init container that keeps
// running, so that it is up before Istio's proxy and outlives it.
func Kubernetes(opts KubernetesOptions) ([]byte, error) {
	o := opts.withDefaults()
	switch {
	case o.check() != nil:
		return nil, fmt.Errorf("kubernetes: %w", o.check())
	case o.Deployment == "":
		return nil, errors.New("kubernetes: name the Deployment")
	case o.Image == "":
		return nil, errors.New("kubernetes: name the sidecar's image")
	case !strings.HasPrefix(o.Processor, "/"):
		return nil, fmt.Errorf("kubernetes: processor %q: use the path of a socket", o.Processor)
	}
	_, portName, err := net.SplitHostPort(o.Admin)
	if err != nil {
		return nil, fmt.Errorf("kubernetes: admin: %w", err)
	}
	port, err := strconv.ParseUint(portName, 10, 16)
	if err != nil || port == 0 {
		return nil, fmt.Errorf("kubernetes: admin: port %q is not one", portName)
	}
	out, err := documents("kubectl patch deployment "+o.Deployment+" --patch-file THIS_FILE", manifest{
		"apps/v1", "Deployment",
		metadata{Name: o.Deployment, Namespace: o.Namespace},
		deployment{Template: podTemplate{Metadata: podMetadata(o, int(port)), Spec: pod(o, int(port))}},
	})
	if err != nil {
		return nil, fmt.Errorf("kubernetes: %w", err)
	}
	return out, nil
}

const (
	socketVolume = "sluice-socket"
	configVolume = "sluice-config"
	configFolder = "/etc/sluice"
)

func podMetadata(o KubernetesOptions, port int) metadata {
	return metadata{
		Labels: o.Labels,
		Annotations: map[string]string{
			// Istio's proxy must see the socket, and must stay out of the way of
			// the kubelet's probes.
			"sidecar.istio.io/userVolumeMount":             fmt.Sprintf(`[{"name":%q,"mountPath":%q}]`, socketVolume, path.Dir(o.Processor)),
			"traffic.sidecar.istio.io/excludeInboundPorts": strconv.Itoa(port),
		},
	}
}

func pod(o KubernetesOptions, port int) podSpec {
	c := container{
		Name: "sluice", Image: o.Image, RestartPolicy: "Always",
		Args:  []string{"serve", "--listen", "unix:" + o.Processor, "--admin", o.Admin},
		Ports: []containerPort{{Name: "sluice-admin", ContainerPort: port}},
		// The Go runtime collects in time instead of being killed.
		Env:            []variable{{Name: "GOMEMLIMIT", Value: goMemoryLimit(o.Memory)}},
		StartupProbe:   get("/readyz", port, 1, 60),
		ReadinessProbe: get("/readyz", port, 5, 2),
		LivenessProbe:  get("/healthz", port, 10, 6),
		Resources: resources{
			Requests: map[string]string{"cpu": o.CPU, "memory": o.Memory},
			Limits:   map[string]string{"memory": o.Memory},
		},
		SecurityContext: containerContext{RunAsNonRoot: true, RunAsUser: sidecarUser, RunAsGroup: sidecarGroup, ReadOnlyRootFilesystem: true},
		VolumeMounts:    []volumeMount{{Name: socketVolume, MountPath: path.Dir(o.Processor)}},
	}
	c.SecurityContext.Capabilities.Drop = []string{"ALL"}
	c.SecurityContext.SeccompProfile.Type = "RuntimeDefault"
	spec := podSpec{Volumes: []volume{{Name: socketVolume, EmptyDir: &emptyDir{Medium: "Memory", SizeLimit: "1Mi"}}}}
	if o.Config != "" {
		c.Args = append(c.Args, "--config", configFolder+"/sluice.yaml")
		c.VolumeMounts = append(c.VolumeMounts, volumeMount{Name: configVolume, MountPath: configFolder, ReadOnly: true})
		spec.Volumes = append(spec.Volumes, volume{Name: configVolume, ConfigMap: &configMapEntry{o.Config}})
	}
	spec.InitContainers = []container{c}
	return spec
}

func get(path string, port, period, failures int) probe {
	p := probe{PeriodSeconds: period, FailureThreshold: failures}
	p.HTTPGet.Path, p.HTTPGet.Port = path, port
	return p
}

// goMemoryLimit is nine tenths of a Kubernetes quantity in Mi or Gi, in the
// spelling of GOMEMLIMIT; of any other quantity it is "off".
func goMemoryLimit(quantity string) string {
	for unit, mebibytes := range map[string]int{"Mi": 1, "Gi": 1024} {
		if n, err := strconv.Atoi(strings.TrimSuffix(quantity, unit)); err == nil && strings.HasSuffix(quantity, unit) {
			return strconv.Itoa(n*mebibytes*9/10) + "MiB"
		}
	}
	return "off"
}
