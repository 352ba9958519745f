package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// benchEvalCommand measures detection.
func benchEvalCommand(std streams) *cobra.Command {
	var (
		flags           benchFlags
		dir             string
		opts            bench.EvalOptions
		source          ruleSource
		details, misses bool
		peer            bool
	)
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "Recall and false alarms on labelled texts, with targets beside them",
		Long: `Recall and false alarms on a folder of labelled texts, with targets beside
them: what ` + "`sluice scan --input jsonl`" + ` finds in each text with medium confidence or
above. The files are described in the file README.md of the folder bench. This
command only prints; floors are held by tests.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			if dir == "" {
				return errors.New("name a folder of labelled texts with --corpora, or in the variable CORPORA")
			}
			for _, part := range opts.Parts {
				if !slices.Contains([]string{"secrets", "pii", "code"}, part) {
					return fmt.Errorf("--only %q: use secrets, pii, code", part)
				}
			}
			if peer {
				folder, err := filepath.Abs(dir)
				if err != nil {
					return err
				}
				return runPeers(cmd.Context(), std, "-eval", folder, "-format", flags.format)
			}
			if misses {
				opts.Misses = std.err
			}
			opts.Trained, opts.Unseen = code.TrainedOn, code.UnseenLanguages()
			source.builtin = true
			detect, err := scanDetect(source)
			if err != nil {
				return err
			}
			figures, missing, err := bench.Evaluate(cmd.Context(), dir, detect, opts)
			if err != nil {
				return err
			}
			if len(missing) > 0 {
				_, _ = fmt.Fprintf(std.err, "not in %s: %s\n", dir, strings.Join(missing, ", "))
			}
			m := bench.ThisMachine()
			return flags.write(std.out, m, figures, func() error {
				_, _, err := bench.EvalTable(std.out, m, figures, details)
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&dir, "corpora", os.Getenv("CORPORA"), "`folder` of labelled texts")
	f.StringSliceVar(&opts.Parts, "only", nil, "only these `parts`: secrets, pii, code")
	f.StringSliceVar(&source.paths, "rules", nil, "use these rule `files` or folders too")
	f.BoolVar(&details, "details", false, "also by type and by source")
	f.BoolVar(&misses, "misses", false, "write each miss and each false alarm to standard error: ids and places, no text")
	f.BoolVar(&peer, "peer", false, "secrets only, with gitleaks' detector beside Sluice's; built from a checkout")
	f.StringVar(&flags.format, "format", "table", "table or json")
	return cmd
}

// scanDetect finds what `sluice scan` finds in a text.
func scanDetect(source ruleSource) (bench.Detect, error) {
	opts := scanOptions{source: source}
	s, _, err := opts.scanner()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, text []byte) ([]scanner.Finding, error) {
		result, err := prompt.ScanText(ctx, s, text)
		if err != nil {
			return nil, err
		}
		found := make([]scanner.Finding, len(result.Verdict.Decisions))
		for i, d := range result.Verdict.Decisions {
			found[i] = d.Finding
			found[i].Text, found[i].Span = 0, hull(result.Spans[i])
		}
		return found, nil
	}, nil
}
