package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/scanner/code/fingerprint"
	"github.com/sluice-dlp/sluice/scanner/code/fingerprint/corpus"
)

// indexOptions are the flags of `sluice index`.
type indexOptions struct {
	out, key, cache, exclude            string
	noNames, noSimilar, noCache, public bool
	keepCommon                          bool
	least                               int
}

func indexCommand(std streams) *cobra.Command {
	var opts indexOptions
	cmd := &cobra.Command{
		Use:   "index [flags] --key FILE -o FILE DIR…",
		Short: "Make an index that recognises your own code and documents",
		Long: `Make an index of fingerprints by which the sidecar recognises your own source
code and documents in prompts, down to ten lines of a file, indented otherwise or
with other names. Name it under indexes in sluice.yaml, or with sluice scan --index.

The index holds no text. Without the key file nobody can ask it whether it has
one; keep the key as secret as the source. A key file that does not exist is made.

Read are the files that git tracks or does not ignore; folders of other people's
code, generated files, licences and data are left out. PDF, DOCX, Markdown and
plain text count as documents. Beside the index a cache is kept, so that the next
run reads only files that changed; it belongs where the source is, not where the
sidecar runs.

Exit status: 0 if all was indexed, 1 if files could not be read, 2 after an error.`,
		Example: `  sluice index --key index.key -o acme.idx ~/src/billing ~/src/ledger
  sluice scan --index acme.idx --index-key index.key prompt.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return index(cmd, opts, args, std)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&opts.out, "output", "o", "", "the index `file` to write")
	f.StringVar(&opts.key, "key", "", "the key `file`, 64 hexadecimal digits; it is made if it does not exist")
	f.BoolVar(&opts.noNames, "no-names", false, "do not keep which file a fingerprint is from: a fifth of the size")
	f.BoolVar(&opts.noSimilar, "no-similar", false, "leave out what finds code whose names were changed")
	f.StringVar(&opts.cache, "cache", "", "the cache `file` (default: the index file's name and .cache)")
	f.BoolVar(&opts.noCache, "no-cache", false, "neither use nor write a cache")
	f.StringVar(&opts.exclude, "exclude", "", "leave out the public code in this `file`, made with --public")
	f.BoolVar(&opts.keepCommon, "keep-common", false, "do not leave out what the built-in set says is common public code")
	f.BoolVar(&opts.public, "public", false, "make a set of public code for --exclude, which needs no key")
	f.IntVar(&opts.least, "least", 1, "with --public: only what at least so `many` of the folders have in common, up to 5")
	return cmd
}

// index runs the command.
func index(cmd *cobra.Command, opts indexOptions, dirs []string, std streams) error {
	switch {
	case len(dirs) == 0:
		return errors.New("index: name the folders to index")
	case opts.out == "":
		return errors.New("index: --output is missing: name the index file to write")
	case opts.key == "" && !opts.public:
		return errors.New("index: --key is missing: name a key file; it is made if it does not exist")
	case opts.least != 1 && !opts.public:
		return errors.New("index: --least needs --public")
	case opts.key != "" && opts.public:
		return errors.New("index: --public needs no --key: what is public can be read by anyone")
	}
	o := corpus.Options{
		Dirs: dirs, Out: opts.out, Cache: opts.cache,
		Index: fingerprint.Options{Names: !opts.noNames && !opts.public, Similar: !opts.noSimilar},
		Least: opts.least,
		PDF:   pdfCommand,
	}
	if !opts.public && !opts.keepCommon {
		common, err := corpus.Common()
		if err != nil {
			return err
		}
		o.Index.Public = append(o.Index.Public, common)
	}
	switch {
	case opts.noCache || opts.public:
		o.Cache = ""
	case o.Cache == "":
		o.Cache = opts.out + ".cache"
	}
	if opts.exclude != "" {
		data, err := os.ReadFile(opts.exclude)
		if err != nil {
			return err
		}
		public, err := fingerprint.NewPublic(data)
		if err != nil {
			return fmt.Errorf("%s: %w", opts.exclude, err)
		}
		o.Index.Public = append(o.Index.Public, public)
	}
	if !opts.public {
		var err error
		if o.Key, err = fingerprint.ReadKey(opts.key); errors.Is(err, fs.ErrNotExist) {
			if o.Key, err = fingerprint.CreateKey(opts.key); err == nil {
				_, _ = fmt.Fprintf(std.err, "sluice: %s: a new key\n", opts.key)
			}
		}
		if err != nil {
			return err
		}
	}
	report, err := corpus.Index(cmd.Context(), o)
	if err != nil {
		return err
	}
	if report.CacheErr != nil {
		_, _ = fmt.Fprintf(std.err, "sluice: all files were read: %v\n", report.CacheErr)
	}
	for _, err := range report.Failures {
		_, _ = fmt.Fprintf(std.err, "sluice: not in the index: %v\n", err)
	}
	_, err = fmt.Fprintf(std.out, "%s: %d files (%d unchanged), %.1f MB read, index %.1f MB%s\n",
		opts.out, report.Files, report.Unchanged, float64(report.Bytes)/1e6, float64(report.Size)/1e6, leftOut(report.Left))
	if err == nil && len(report.Failures) > 0 {
		err = statusError(exitFindings)
	}
	return err
}

// readPDF is the command that reads one PDF for sluice index, which no one needs
// to know of.
const readPDF = "read-pdf"

// pdfCommand makes it.
func pdfCommand(ctx context.Context) *exec.Cmd {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	cmd := exec.CommandContext(ctx, program, readPDF)
	cmd.Args[0] = "sluice"
	cmd.Env = []string{} // it needs nothing of it
	return cmd
}

func readPDFCommand(std streams) *cobra.Command {
	return &cobra.Command{
		Use:    readPDF,
		Short:  "Write the text of a PDF, within limits of time and memory",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(*cobra.Command, []string) error {
			if status := corpus.ReadPDF(std.in, std.out); status != corpus.PDFRead {
				return statusError(status)
			}
			return nil
		},
	}
}

// leftOut says how many files were left out, and why.
func leftOut(left map[corpus.Reason]int) string {
	var parts []string
	for _, why := range slices.Sorted(maps.Keys(left)) {
		parts = append(parts, fmt.Sprintf("%d %s", left[why], why))
	}
	if len(parts) == 0 {
		return ""
	}
	return "; left out: " + strings.Join(parts, ", ")
}
