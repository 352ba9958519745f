package main

import (
	"context"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/bench"
)

// benchIndexCommand measures sluice index and what it recognises.
func benchIndexCommand(std streams) *cobra.Command {
	var (
		flags   benchFlags
		opts    bench.IndexOptions
		details bool
	)
	cmd := &cobra.Command{
		Use:   "index [flags] DIR…",
		Short: "How well an index recognises private code, with targets beside it",
		Long: `How well an index recognises private code, and how much it takes to make one:
the projects below the folders are dealt out in two halves, one is indexed and
plays the private code, the other is code that nobody indexed, and then the other
way round. Projects with code in common are in one half. Folders of other people's
packages do, such as those of go, pip, npm and cargo. The method is described in
the file README.md of the folder bench.`,
		Example: `  sluice bench index "$(go env GOMODCACHE)" ~/.cargo/registry/src`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, dirs []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			program, err := os.Executable()
			if err != nil {
				return err
			}
			opts.Dirs, opts.Seed = dirs, flags.seed
			opts.Program = func(ctx context.Context, args ...string) *exec.Cmd {
				cmd := exec.CommandContext(ctx, program, args...)
				cmd.Args[0] = "sluice"
				return cmd
			}
			figures, err := bench.EvaluateIndex(cmd.Context(), opts)
			if err != nil {
				return err
			}
			m := bench.ThisMachine()
			return flags.write(std.out, m, figures, func() error {
				_, _, err := bench.EvalTable(std.out, m, figures, details)
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.Exclude, "exclude", "", "leave out the public code in this `file`, made with sluice index --public")
	f.BoolVar(&opts.KeepCommon, "keep-common", false, "do not leave out what the built-in set says is common public code")
	f.StringArrayVar(&opts.Without, "without", nil, "leave out the projects below this `folder` and what has code in common with them, such as those that a set of public code was made of; may be repeated")
	f.IntVar(&opts.Snippets, "snippets", 1000, "how many `snippets` to look for in each half, of each length")
	f.BoolVar(&details, "details", false, "also shorter and longer snippets, and by language")
	f.Uint64Var(&flags.seed, "seed", 1, "what the choice of snippets follows from")
	f.StringVar(&flags.format, "format", "table", "table or json")
	return cmd
}
