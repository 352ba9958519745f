package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// scanOptions are the flags of `sluice scan`.
type scanOptions struct {
	input    string // text, jsonl or request
	format   string // text, json or sarif; jsonl's default is json
	output   string // findings or redacted
	least    string // the confidence from which on findings count
	source   ruleSource
	indexes  []string
	indexKey string
	stats    bool
	hashKey  KeyConfig
	request  prompt.Request
}

func scanCommand(std streams) *cobra.Command {
	opts := scanOptions{request: prompt.Request{Method: "POST", ContentLength: -1}}
	noBuiltin := false
	cmd := &cobra.Command{
		Use:   "scan [flags] [PATH…|-]",
		Short: "Look for secrets, personal data and code in files, folders or standard input",
		Long: `Look for secrets, personal data and source code with the detectors that the
sidecar uses. Folders are read with all below them but .git and binary files;
without a PATH, or with -, standard input is read.

  --input text     each file is one text (the default)
  --input jsonl    each line is {"id": …, "text": "…"}; one line each is written,
                   in the same order
  --input request  each file is the body of one request to an LLM API

What was found is never printed, only where it is. No policy applies: findings of
every confidence are listed, and --output redacted replaces those of medium
confidence and above. Exceptions that stand in rule files hold: what they cover is
neither listed nor replaced.

Exit status: 0 if nothing was found, 1 if something was, 2 after an error.`,
		Example: `  sluice scan notes.txt src/
  sluice scan --format sarif . > findings.sarif
  git diff | sluice scan --min-confidence medium -
  sluice scan --input request --output redacted body.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.source.builtin = !noBuiltin
			return scan(cmd.Context(), opts, args, std)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.input, "input", "text", "what a file holds: text, jsonl or request")
	f.StringVar(&opts.format, "format", "", "how findings are written: text, json or sarif")
	f.StringVar(&opts.output, "output", "findings", "what is written: findings or redacted")
	f.StringSliceVar(&opts.source.kinds, "kinds", nil, "look for these `kinds` only, such as secret,pii,code")
	f.StringSliceVar(&opts.source.paths, "rules", nil, "use these rule `files` or folders too")
	f.BoolVar(&noBuiltin, "no-builtin", false, "leave out the rules that come with Sluice")
	f.StringSliceVar(&opts.source.disable, "disable", nil, "leave out the rules with these `ids`")
	hashKeyFlag(cmd, &opts.hashKey)
	f.StringVar(&opts.source.edm.KeyFile, "edm-key-file", "", "`file` with the key of exact data match (default the variable "+edmKeyVariable+")")
	f.StringSliceVar(&opts.indexes, "index", nil, "recognise what is in these index `files`, made by sluice index")
	f.StringVar(&opts.indexKey, "index-key", "", "the key `file` that the indexes were made with")
	f.StringVar(&opts.least, "min-confidence", "low", "ignore findings below: low, medium or high")
	f.BoolVar(&opts.stats, "stats", false, "print one line of figures to standard error")
	f.StringVar(&opts.request.ContentType, "content-type", "application/json", "of the bodies, with --input request")
	f.StringVar(&opts.request.ContentEncoding, "content-encoding", "", "of the bodies, with --input request")
	f.StringVar(&opts.request.Path, "request-path", "/v1/chat/completions", "`path` and query that the bodies are sent to")
	return cmd
}

// check refuses flags that do not go together.
func (o *scanOptions) check(paths []string) error {
	oneOf := func(flag, value string, choices ...string) error {
		if slices.Contains(choices, value) {
			return nil
		}
		return fmt.Errorf("--%s %q: use %s", flag, value, strings.Join(choices, ", "))
	}
	if o.format == "" {
		o.format = "text"
		if o.input == "jsonl" {
			o.format = "json"
		}
	}
	if err := errors.Join(
		oneOf("input", o.input, "text", "jsonl", "request"),
		oneOf("format", o.format, "text", "json", "sarif"),
		oneOf("output", o.output, "findings", "redacted"),
		oneOf("min-confidence", o.least, "low", "medium", "high"),
	); err != nil {
		return err
	}
	if (len(o.indexes) > 0) != (o.indexKey != "") {
		return errors.New("--index and --index-key belong together: give both")
	}
	for _, path := range o.indexes {
		o.source.indexes = append(o.source.indexes, IndexConfig{path, o.indexKey})
	}
	if o.output == "redacted" && o.input != "jsonl" && len(paths) > 1 {
		return errors.New("--output redacted: give one file, what is written could not be told apart")
	}
	return nil
}

// loadGCPercent is for the time in which rules are read: most of what that takes is soon thrown away, and the heap is small.
const loadGCPercent = 300

// scanner builds the Scanner: the sidecar's detectors with a policy that
// redacts what is likely.
func (o *scanOptions) scanner() (*scanner.Scanner, []*rules.File, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(loadGCPercent))
	files, err := o.source.load()
	if err != nil {
		return nil, nil, err
	}
	names := known(files)
	detectors, _, err := o.source.detectors(files, names)
	if err != nil {
		return nil, nil, err
	}
	levels := scanner.Levels{Low: scanner.Report, Medium: scanner.Redact, High: scanner.Redact}
	if o.least == "high" {
		levels.Medium = scanner.Report
	}
	policy := scanner.Policy{Default: levels, OnError: scanner.Block}
	if policy.Exceptions, err = o.hashKey.exceptions(files, nil, names); err != nil {
		return nil, nil, err
	}
	return scanner.New(scanner.Options{Policy: policy, Detectors: detectors}), files, nil
}

// scan runs the command.
func scan(ctx context.Context, opts scanOptions, paths []string, std streams) error {
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	if err := opts.check(paths); err != nil {
		return err
	}
	s, files, err := opts.scanner()
	if err != nil {
		return err
	}
	least, err := scanner.ParseConfidence(opts.least)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(std.out, 64<<10)
	r := &scanRun{
		opts:    opts,
		scanner: s,
		least:   least,
		out:     newReporter(opts, files, out),
		errs:    std.err,
	}
	err = r.all(ctx, paths, std.in)
	if err == nil {
		err = r.out.end()
	}
	err = errors.Join(err, out.Flush())
	if opts.stats {
		r.totals.print(std.err)
	}
	switch {
	case err != nil:
		return err
	case r.failed:
		return statusError(exitError)
	case r.totals.findings > 0:
		return statusError(exitFindings)
	}
	return nil
}

// totals are what --stats prints.
type totals struct {
	bytes    int64
	texts    int
	findings int
	cpu      time.Duration
}

func (t *totals) print(w io.Writer) {
	seconds := t.cpu.Seconds()
	rate := 0.0
	if seconds > 0 {
		rate = float64(t.bytes) / 1e6 / seconds
	}
	_, _ = fmt.Fprintf(w, "%d bytes, %d texts, %d findings, %.3f s CPU, %.1f MB/s\n",
		t.bytes, t.texts, t.findings, seconds, rate)
}

// scanRun is one run of `sluice scan`.
type scanRun struct {
	opts    scanOptions
	scanner *scanner.Scanner
	least   scanner.Confidence
	out     reporter
	errs    io.Writer
	totals  totals
	failed  bool // something could not be read whole
}

// all scans every record of every path. Records are scanned at the same time
// and reported in order.
func (r *scanRun) all(ctx context.Context, paths []string, stdin io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	work := make(chan *record)
	ordered := make(chan *record, 4*workers)
	for range workers {
		go func() {
			// The thread's clock is the scan's only if nothing else runs on it.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for rec := range work {
				r.scanOne(ctx, rec)
				close(rec.done)
			}
		}()
	}
	var readErr error
	go func() {
		defer close(ordered)
		defer close(work)
		readErr = r.opts.read(paths, stdin, func(rec *record) error {
			rec.done = make(chan struct{})
			select {
			case ordered <- rec:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case work <- rec:
			case <-ctx.Done():
				return ctx.Err()
			}
			return nil
		})
	}()
	for rec := range ordered {
		select {
		case <-rec.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := r.report(rec); err != nil {
			return err
		}
	}
	return readErr
}

// report writes one record's findings and adds them to the totals.
func (r *scanRun) report(rec *record) error {
	if rec.err != nil {
		return rec.err
	}
	if rec.reason != "" || rec.cause != nil {
		r.failed = true
		_, _ = fmt.Fprintf(r.errs, "sluice: %s: not read whole: %s: %v\n", rec.place(), rec.reason, rec.cause)
	}
	r.totals.bytes += rec.bytes
	r.totals.texts += rec.texts
	r.totals.findings += len(rec.hits)
	r.totals.cpu += rec.cpu
	return r.out.record(rec)
}
