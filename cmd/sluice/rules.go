package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
)

func rulesCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{Use: "rules", Short: "Check, test, explain, list and import rules"}
	cmd.AddCommand(
		rulesLintCommand(std),
		rulesTestCommand(std),
		rulesListCommand(std),
		rulesExplainCommand(std),
		rulesImportCommand(std),
		rulesHashCommand(std),
		printCommand(std, "schema", "Print the JSON Schema of rule files, for editors", rules.Schema()),
	)
	return cmd
}

// namedRules are the rules of the paths, or those that come with Sluice.
func namedRules(paths []string) ([]*rules.File, error) {
	return ruleSource{builtin: len(paths) == 0, paths: paths}.load()
}

func rulesLintCommand(std streams) *cobra.Command {
	var key KeyConfig
	cmd := &cobra.Command{
		Use:   "lint [PATH…]",
		Short: "Say what makes rules slow, vague or untested",
		Long: `Say what makes rules slow, vague or untested, with file and line: patterns that cost
every text time, examples that are missing, rules whose finds another rule takes,
exceptions that have expired or soon will.
Without a PATH the rules that come with Sluice are looked at.

Exit status: 0 if all is well, 1 if a rule should be better, 2 if a file cannot
be used.`,
		RunE: func(_ *cobra.Command, paths []string) error {
			files, err := namedRules(paths)
			if err != nil {
				return err
			}
			if _, err := rules.Compile(files); err != nil {
				return err
			}
			var beside []*rules.File
			if len(paths) > 0 {
				if beside, err = namedRules(nil); err != nil {
					return err
				}
			}
			problems := rules.Lint(files, beside...)
			exceptions, err := key.exceptions(files, nil, known(append(slices.Clone(files), beside...)))
			if err != nil {
				return err
			}
			problems = append(problems, rules.LintExceptions(exceptions, time.Now(), expiresSoon)...)
			for _, p := range problems {
				if _, err := fmt.Fprintln(std.out, p); err != nil {
					return err
				}
			}
			if len(problems) > 0 {
				return statusError(exitFindings)
			}
			return nil
		},
	}
	hashKeyFlag(cmd, &key)
	return cmd
}

func rulesTestCommand(std streams) *cobra.Command {
	var corpus string
	showText := false
	cmd := &cobra.Command{
		Use:   "test [PATH…]",
		Short: "Run the examples that stand in rules, and labelled texts",
		Long: `Run the match and nomatch examples that stand in rules. Without a PATH the rules
that come with Sluice are tested.

--corpus names a folder of labelled texts to compare with what the rules find:

  *.jsonl      {"id": …, "text": …, "findings": [{"rule": …, "start": …, "end": …}]}
               in each line, as scan writes findings, with offsets in bytes
  other files  one text each, with «marks» or «rule-id|marks» around what must be
               found; placeholders such as ${hex:32} are replaced

What must be found and is not is listed with -, what is found and not marked with +.

Exit status: 0 if all pass, 1 if one does not, 2 if a file cannot be used.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			files, err := namedRules(paths)
			if err != nil {
				return err
			}
			report, err := rules.Test(files)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprint(std.out, report); err != nil {
				return err
			}
			ok := report.OK()
			if corpus != "" {
				same, err := testCorpus(cmd.Context(), files, corpus, showText, std)
				if err != nil {
					return err
				}
				ok = ok && same
			}
			if !ok {
				return statusError(exitFindings)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&corpus, "corpus", "", "compare with the labelled texts of this `folder`")
	cmd.Flags().BoolVar(&showText, "show-text", false, "print what stands at the places that are named")
	return cmd
}

// testCorpus prints how what the rules find differs from the labels, and reports
// whether it does not.
func testCorpus(ctx context.Context, files []*rules.File, folder string, show bool, std streams) (bool, error) {
	texts, err := rules.ReadLabelled(diskFiles{}, folder)
	if err != nil {
		return false, err
	}
	set, err := rules.Compile(files)
	if err != nil {
		return false, err
	}
	report, err := rules.TestCorpus(ctx, set, texts)
	if err != nil {
		return false, err
	}
	_, err = fmt.Fprint(std.out, report.Format(show))
	return report.OK(), err
}

func rulesListCommand(std streams) *cobra.Command {
	var format, framework string
	var kinds []string
	cmd := &cobra.Command{
		Use:   "list [PATH…]",
		Short: "List rules: id, kind, confidence and title",
		RunE: func(_ *cobra.Command, paths []string) error {
			source := ruleSource{builtin: len(paths) == 0, paths: paths, kinds: kinds}
			files, err := source.load()
			if err != nil {
				return err
			}
			if files, err = source.keep(files, known(files)); err != nil {
				return err
			}
			if framework != "" {
				if files, err = rules.InFramework(files, framework); err != nil {
					return fmt.Errorf("--framework: %w", err)
				}
			}
			switch format {
			case "text":
				w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
				for _, f := range files {
					for _, r := range f.Rules {
						_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Kind, r.Confidence, r.Title)
					}
				}
				return w.Flush()
			case "json":
				e := newEncoder(std.out)
				for _, f := range files {
					for _, r := range f.Rules {
						if err := e.Encode(newListedRule(r)); err != nil {
							return err
						}
					}
				}
				return nil
			}
			return fmt.Errorf("--format %q: use text or json", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json, one line for each rule")
	cmd.Flags().StringSliceVar(&kinds, "kinds", nil, "only rules of these `kinds`")
	cmd.Flags().StringVar(&framework, "framework", "", "only rules mapped to this `framework`, such as gdpr or pci-dss")
	return cmd
}

// listedRule is a rule as --format json prints it.
type listedRule struct {
	ID          string       `json:"id"`
	Kind        scanner.Kind `json:"kind"`
	Confidence  string       `json:"confidence"`
	Severity    string       `json:"severity,omitempty"`
	Title       string       `json:"title"`
	Description string       `json:"description,omitempty"`
	Aliases     []string     `json:"aliases,omitempty"`
	Tags        []string     `json:"tags,omitempty"`
	Frameworks  []string     `json:"frameworks,omitempty"`
	File        string       `json:"file"`
	Line        int          `json:"line"`
}

func newListedRule(r *rules.Rule) listedRule {
	file, line := r.Place()
	return listedRule{
		r.ID, r.Kind, r.Confidence.String(), r.Severity, r.Title, r.Description,
		r.Aliases, r.Tags, r.Mappings(), file, line,
	}
}
