package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/rules"
)

// configFlags are the flags of every command that reads sluice.yaml.
type configFlags struct {
	file   string
	listen string
	admin  string
	rules  []string
}

func (f *configFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.file, "config", "c", "", "configuration `file`; without one the defaults hold")
	cmd.Flags().StringSliceVar(&f.rules, "rules", nil, "use these rule `files` or folders too")
	cmd.Flags().StringVar(&f.admin, "admin", "", "operators' HTTP `address`, instead of the configured one")
}

// load reads the configuration and lays the flags over it.
func (f *configFlags) load() (*Config, error) {
	c, err := loadConfig(f.file)
	if err != nil {
		return nil, err
	}
	if f.listen != "" {
		c.Listen = f.listen
	}
	if f.admin != "" {
		c.Admin.Address = f.admin
	}
	c.Rules = append(c.Rules, f.rules...)
	if err := c.validate(); err != nil {
		return nil, err
	}
	return c, nil
}

func serveCommand(std streams) *cobra.Command {
	var flags configFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the sidecar alone, for an Envoy that you run",
		Long: `Run the sidecar: Envoy's external processor on a Unix socket, and an HTTP port
for operators with /metrics, /healthz and /readyz.

Configuration and rules are read anew when a file changes and on SIGHUP. SIGTERM
drains: /readyz says no, requests under way are finished, nothing passes unread.
` + "`sluice envoy bootstrap`" + ` prints an Envoy configuration to go with it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGTERM, os.Interrupt)
			defer stop()
			return serve(ctx, flags.load, std, stop)
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&flags.listen, "listen", "", "unix:`/path` or loopback address, instead of the configured one")
	return cmd
}

// serve runs a sidecar until ctx is done. stop makes a second signal end the
// process at once.
func serve(ctx context.Context, load func() (*Config, error), std streams, stop func()) error {
	forbidCoreDumps()
	s, err := newSidecar(ctx, load, std.err)
	if err != nil {
		return err
	}
	defer s.close()
	context.AfterFunc(ctx, stop)

	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	go func() {
		for {
			select {
			case <-background.Done():
				return
			case <-hangup:
				s.hangup(background)
			}
		}
	}()
	return s.serve(ctx)
}

// hangup does what SIGHUP asks for: open the log anew, read configuration and rules anew.
func (s *sidecar) hangup(ctx context.Context) {
	if err := s.logs.reopen(); err != nil {
		s.logger.ErrorContext(ctx, "log not opened anew", "error", err.Error())
	}
	_ = s.reload(ctx) // it has been logged and counted
}

// forbidCoreDumps keeps prompts that are in memory from ending up on disk.
func forbidCoreDumps() {
	// Nothing is lost if this fails: there is no promise of it.
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}

func configCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check sluice.yaml, or print its schema or an example"}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "check [FILE]",
			Short: "Say what is wrong with a configuration, the rules it names included",
			Long: `Say what is wrong with a configuration, the rules it names included, with file
and line, and which exceptions have expired or soon will. Plugins are not started.
Exit status 2 if something is wrong.`,
			Args: cobra.MaximumNArgs(1),
			RunE: func(_ *cobra.Command, args []string) error {
				var file string
				if len(args) > 0 {
					file = args[0]
				}
				c, err := loadConfig(file)
				if err != nil {
					return err
				}
				a, err := assemble(c, nil)
				if err != nil {
					return err
				}
				for _, p := range rules.LintExceptions(a.scanner.Policy().Exceptions, time.Now(), expiresSoon) {
					_, _ = fmt.Fprintln(std.err, p)
				}
				_, err = fmt.Fprintf(std.out, "ok: %d rules, %d plugins\n", a.rules, len(c.Plugins))
				return err
			},
		},
		printCommand(std, "schema", "Print the JSON Schema of sluice.yaml, for editors", configSchema),
		printCommand(std, "example", "Print a sluice.yaml with every key, its default and what it means", exampleConfig),
	)
	return cmd
}

func printCommand(std streams, name, short string, content []byte) *cobra.Command {
	return &cobra.Command{
		Use:   name,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := std.out.Write(content)
			return err
		},
	}
}
