package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// The exit statuses of every command.
const (
	exitOK       = 0
	exitFindings = 1 // something was found, or a check did not pass
	exitError    = 2 // the command could not do its work
)

// streams are the standard streams of a command, so that tests can give their own.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// statusError ends the program with a status and without a message: what there
// is to say has been said.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func main() {
	os.Exit(execute(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// execute runs one command line and returns the exit status.
func execute(ctx context.Context, args []string, std streams) int {
	root := newRoot(std)
	root.SetArgs(args)
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if status, ok := errors.AsType[statusError](err); ok {
		return int(status)
	}
	printErrors(std.err, err)
	return exitError
}

// printErrors writes one line for each fault, with the place first where there
// is one, as compilers do.
func printErrors(w io.Writer, err error) {
	for _, e := range faults(err) {
		_, _ = fmt.Fprintf(w, "sluice: %v\n", e)
	}
}

// faults takes apart what errors.Join joined, at every depth.
func faults(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, faults(e)...)
	}
	return all
}

func newRoot(std streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "sluice",
		Short: "Data-loss prevention for prompts, beside Envoy",
		Long: `Sluice finds secrets, personal data and source code in requests to LLM APIs, and
blocks or redacts them before a byte reaches the provider.

  sluice run      the sidecar and an Envoy in front of a provider, to try it out
  sluice serve    the sidecar alone, for an Envoy that you run
  sluice scan     the same detectors over files`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		runCommand(std),
		serveCommand(std),
		scanCommand(std),
		rulesCommand(std),
		edmCommand(std),
		indexCommand(std),
		readPDFCommand(std),
		envoyCommand(std),
		configCommand(std),
		benchCommand(std),
		demoCommand(std),
		versionCommand(std),
	)
	return root
}

func versionCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(std.out, "sluice %s\n", version())
			return err
		},
	}
}

// version says what was built, as far as the Go toolchain noted it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "development"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v += " " + s.Value
			}
		}
	}
	return v + " " + info.GoVersion
}
