package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/rules/importer"
)

func rulesImportCommand(std streams) *cobra.Command {
	var opts importer.Options
	var output string
	cmd := &cobra.Command{
		Use:   "import --from FORMAT FILE|-",
		Short: "Translate the rules of another tool",
		Long: `Translate the rules of another tool into a rule file. FORMAT is one of
` + strings.Join(importer.Formats(), ", ") + `.

What has no counterpart is said in comments of the rule file, and in a summary on
standard error. Examples that come with a rule are run; look at the summary for
those that do not come out as they should. A baseline of detect-secrets becomes
exceptions: of its entries those that an audit has called false alarms.

Exit status: 0 if all was translated, 1 if a rule was left out, 2 after an error.`,
		Example: `  sluice rules import --from gitleaks .gitleaks.toml -o rules/gitleaks.yaml
  sluice rules import --from detect-secrets .secrets.baseline -o rules/baseline.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if opts.Format == "" {
				return fmt.Errorf("--from is missing: use one of %s", strings.Join(importer.Formats(), ", "))
			}
			if !slices.Contains(importer.Formats(), opts.Format) {
				return fmt.Errorf("--from: no format is called %q: use one of %s", opts.Format, strings.Join(importer.Formats(), ", "))
			}
			data, err := readNamed(args[0], std.in)
			if err != nil {
				return err
			}
			opts.Name = args[0]
			result, err := importer.Import(data, opts)
			if err != nil {
				return err
			}
			text, err := result.YAML()
			if err != nil {
				return err
			}
			if output == "" || output == "-" {
				_, err = std.out.Write(text)
			} else {
				err = os.WriteFile(output, text, 0o644)
			}
			if err != nil {
				return err
			}
			if _, err := io.WriteString(std.err, result.Summary()); err != nil {
				return err
			}
			if len(result.Left) > 0 {
				return statusError(exitFindings)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.Format, "from", "", "`format` of the file")
	f.StringVarP(&output, "output", "o", "-", "`file` to write, - for standard output")
	f.StringVar(&opts.Prefix, "prefix", "", "what ids begin with; the format's name if left out")
	f.BoolVar(&opts.Unaudited, "unaudited", false, "with detect-secrets: take over entries that were never audited")
	return cmd
}

// readNamed reads a file, or standard input if its name is -.
func readNamed(name string, in io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(name)
}
