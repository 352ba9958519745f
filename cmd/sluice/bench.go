package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/envoy"
	"github.com/sluice-dlp/sluice/envoy/envoyproc"
)

// benchCommand measures the scanner and the path through Envoy.
func benchCommand(std streams) *cobra.Command {
	engine, path := benchEngineCommand(std), benchEnvoyCommand(std)
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure the scanner, and the path through Envoy",
		Long: `Measure the scanner alone (engine) and what it adds to a request on its way
through a real Envoy (envoy); without either word, both. A run in which something
was not found, or a request was not answered as it must be, is an error. The
method is described in the file README.md of the folder bench.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, part := range []*cobra.Command{engine, path} {
				part.SetContext(cmd.Context())
				if err := part.RunE(part, nil); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.AddCommand(engine, path, benchRulesCommand(std), benchEvalCommand(std), benchIndexCommand(std), benchHoldCommand())
	return cmd
}

// quickness and shape of the output are flags of both benchmarks.
type benchFlags struct {
	quick  bool
	format string
	seed   uint64
}

func (f *benchFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.quick, "quick", false, "about a minute; figures are rough")
	cmd.Flags().StringVar(&f.format, "format", "table", "table or json")
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, "what the generated texts follow from")
}

func (f *benchFlags) check() error {
	if f.format != "table" && f.format != "json" {
		return fmt.Errorf("--format %q: use table or json", f.format)
	}
	return nil
}

// write prints the results with the machine that they were made on.
func (f *benchFlags) write(w io.Writer, m bench.Machine, results any, table func() error) error {
	if f.format == "table" {
		return table()
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Machine bench.Machine `json:"machine"`
		Results any           `json:"results"`
	}{m, results})
}

func benchEnvoyCommand(std streams) *cobra.Command {
	var flags benchFlags
	var mode string
	opts := bench.PathOptions{}
	cmd := &cobra.Command{
		Use:   "envoy",
		Short: "What is added to a request on its way through a real Envoy",
		Long: `What is added to a request on its way through a real Envoy, in milliseconds,
and how many requests per second there are:

  none    no processor
  hold    a processor that holds the body until its end and does nothing else
  sluice  this program with its default configuration

Each has an Envoy and, if any, a processor process of its own; they take turns.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			m, err := envoy.ParseMode(mode)
			if err != nil {
				return err
			}
			if flags.quick && !cmd.Flags().Changed("time") {
				opts.Time = time.Second
			}
			if i := slices.IndexFunc(opts.Sizes, func(n int) bool { return n < 512 }); i >= 0 {
				return fmt.Errorf("--sizes: a body has 512 bytes or more, not %d", opts.Sizes[i])
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGTERM, os.Interrupt)
			defer stop()
			opts.Seed = flags.seed
			opts.Progress = func(size, clients int) {
				_, _ = fmt.Fprintf(std.err, "%d bytes, %d clients …\n", size, clients) // a lost progress line costs nothing
			}
			machine := bench.ThisMachine()
			machine.Envoy = envoyproc.Version
			results, err := benchEnvoy(ctx, opts, m)
			if err != nil {
				return err
			}
			return flags.write(std.out, machine, results, func() error { return bench.PathTable(std.out, machine, results) })
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&mode, "mode", envoy.FullDuplex.String(), "full-duplex or buffered, for sluice; hold is always full-duplex")
	cmd.Flags().IntSliceVar(&opts.Sizes, "sizes", []int{1 << 10, 8 << 10, 64 << 10, 512 << 10, 4 << 20}, "bytes of a body")
	cmd.Flags().IntSliceVar(&opts.Clients, "clients", []int{1, 16}, "requests in flight")
	cmd.Flags().DurationVar(&opts.Time, "time", 8*time.Second, "for each contender at each size and number of clients")
	return cmd
}

// benchEnvoy lays out the three ways and measures them.
func benchEnvoy(ctx context.Context, opts bench.PathOptions, mode envoy.Mode) (_ []bench.PathResult, err error) {
	path, err := envoyproc.Find(ctx)
	if err != nil {
		return nil, err
	}
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	sink, err := bench.StartSink()
	if err != nil {
		return nil, err
	}
	defer sink.Close()
	s, err := openStage(ctx, stageOptions{Binary: binary, Envoy: path, Upstream: sink.URL, Config: "log: {level: warn}\n", Mode: mode})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	stopNone, none, err := s.unguarded(ctx)
	if err != nil {
		return nil, err
	}
	defer stopNone()
	stopHold, hold, err := s.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer stopHold()
	const path1 = "/v1/chat/completions"
	return bench.Path(ctx, []bench.Contender{
		{Name: "none", URL: none + path1}, {Name: "hold", URL: hold + path1}, {Name: "sluice", URL: s.URL + path1},
	}, opts)
}

// benchHoldCommand is the processor that does nothing, as a process of its own
// like the sidecar.
func benchHoldCommand() *cobra.Command {
	var socket string
	cmd := &cobra.Command{
		Use:    "hold",
		Short:  "Run a processor that holds bodies and lets everything through unread",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// It reads nothing, so it may not stand where anyone would look for a guard.
			if !strings.HasPrefix(socket, os.TempDir()) {
				return fmt.Errorf("--listen must be a socket below %s: this processor guards nothing", os.TempDir())
			}
			l, err := net.Listen("unix", socket)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGTERM, os.Interrupt)
			defer stop()
			return bench.ServeHold(ctx, l)
		},
	}
	cmd.Flags().StringVar(&socket, "listen", "", "`socket` to listen on")
	return cmd
}
