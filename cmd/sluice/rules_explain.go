package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
)

// explainOptions are the flags of `sluice rules explain`.
type explainOptions struct {
	source   ruleSource
	config   string
	text     string
	where    string
	format   string
	showText bool
	hashKey  KeyConfig
}

func rulesExplainCommand(std streams) *cobra.Command {
	var opts explainOptions
	noBuiltin := false
	cmd := &cobra.Command{
		Use:   "explain [flags] [ID…]",
		Short: "Say what a rule looks for, or why a text is found or not",
		Long: `Say what the rules with these ids look for or, with --text, what they make of a
text: what the filter saw, what each pattern matched and how far it got, each check
and each piece of evidence, which of several findings wins, and what the policy
does about it. Without an ID every rule that has a candidate in the text is
explained.

The text is read as it is; unlike scan, nothing in it is decoded. Places are given
in bytes. What stands there is printed only with --show-text. In what the filter
looks for, {10} is any of ten bytes, such as a digit.

Exit status: 0, or 2 after an error.`,
		Example: `  sluice rules explain github-token
  sluice rules explain --text - < prompt.txt
  sluice rules explain credit-card --text 'card 4111 1111 1111 1111'
  sluice rules explain --rules my-rules acme-api-key --text 'acme_live_x'`,
		RunE: func(cmd *cobra.Command, ids []string) error {
			opts.source.builtin = !noBuiltin
			return explainRules(cmd.Context(), opts, ids, cmd.Flags().Changed("text"), std)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.text, "text", "", "the `text` to explain, - for standard input")
	f.StringVar(&opts.where, "where", "", "JSON `pointer` of the text in its request: its last name is its key")
	f.StringSliceVar(&opts.source.paths, "rules", nil, "use these rule `files` or folders too")
	f.BoolVar(&noBuiltin, "no-builtin", false, "leave out the rules that come with Sluice")
	f.StringVar(&opts.config, "config", "", "take rules and policy from this sluice.yaml")
	f.StringVar(&opts.format, "format", "text", "text or json")
	hashKeyFlag(cmd, &opts.hashKey)
	f.BoolVar(&opts.showText, "show-text", false, "print what stands at the places that are named")
	return cmd
}

func explainRules(ctx context.Context, opts explainOptions, names []string, hasText bool, std streams) error {
	if opts.format != "text" && opts.format != "json" {
		return fmt.Errorf("--format %q: use text or json", opts.format)
	}
	config, err := loadConfig(opts.config)
	if err != nil {
		return err
	}
	if opts.config != "" {
		opts.source.builtin = opts.source.builtin && config.BuiltinRules
		opts.source.paths = append(opts.source.paths, config.Rules...)
		opts.source.disable = config.Disable
	}
	files, err := opts.source.load()
	if err != nil {
		return err
	}
	loaded, all := files, known(files)
	nameable := all
	if len(config.Plugins) > 0 {
		nameable = rules.Known{} // plugins name kinds and rules of their own
	}
	policy, err := config.Policy.Policy(nameable)
	if err != nil {
		return err
	}
	var ids []string
	for _, name := range names {
		found := all.IDs(name)
		if len(found) == 0 {
			return unknownRule(name, all)
		}
		ids = append(ids, found...)
	}
	if files, err = opts.source.keep(files, all); err != nil {
		return err
	}
	if !hasText {
		if len(ids) == 0 {
			return fmt.Errorf("nothing to explain: name a rule, or give a text with --text")
		}
		return describeRules(files, ids, &policy, opts.format, std.out)
	}
	if opts.text == "-" {
		data, err := io.ReadAll(std.in)
		if err != nil {
			return err
		}
		opts.text = string(data)
	}
	if !utf8.ValidString(opts.text) {
		return fmt.Errorf("--text is not valid UTF-8")
	}
	set, err := rules.Compile(files)
	if err != nil {
		return err
	}
	if opts.hashKey.KeyFile == "" {
		opts.hashKey = config.HashKey
	}
	if policy.Exceptions, err = opts.hashKey.exceptions(loaded, &config.Policy, all); err != nil {
		return err
	}
	text := scanner.Text{Bytes: []byte(opts.text), Where: opts.where}
	explanation, err := set.Explain(ctx, text, ids...)
	if err != nil {
		return err
	}
	scan := scanner.New(scanner.Options{Policy: policy, Detectors: []scanner.Detector{set}})
	verdict, err := scan.Scan(ctx, []scanner.Text{text})
	if err != nil {
		return err
	}
	e := explainer{w: std.out, text: opts.text, show: opts.showText, policy: &policy, verdict: &verdict}
	if opts.format == "json" {
		return e.json(explanation)
	}
	e.all(explanation)
	return e.err
}

// describeRules says what rules look for.
func describeRules(files []*rules.File, ids []string, policy *scanner.Policy, format string, w io.Writer) error {
	for _, f := range files {
		for _, r := range f.Rules {
			if !slices.Contains(ids, r.ID) {
				continue
			}
			var err error
			if format == "json" {
				err = newEncoder(w).Encode(newListedRule(r))
			} else {
				err = describeRule(r, policy, w)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func describeRule(r *rules.Rule, policy *scanner.Policy, w io.Writer) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			fmt.Fprintf(&b, "  %-12s %s\n", name, text)
		}
	}
	file, n := r.Place()
	fmt.Fprintf(&b, "%s: %s (%s:%d)\n", r.ID, r.Title, file, n)
	line("description", "%s", r.Description)
	line("aliases", "%s", strings.Join(r.Aliases, ", "))
	line("kind", "%s", r.Kind)
	line("severity", "%s", r.Severity)
	line("tags", "%s", strings.Join(r.Tags, ", "))
	line("frameworks", "%s", strings.Join(r.Mappings(), ", "))
	for i, c := range rules.PatternCosts(r) {
		line("pattern", "%s", c.Pattern)
		switch {
		case len(c.Filter) == 0:
			line("  filter", "none: every text is read whole")
		default:
			line("  filter", "looks for %s", strings.Join(c.Filter, " or "))
		}
		if extra := r.Patterns[i].Checks; len(extra) > 0 {
			line("  checks", "%s", strings.Join(extra, ", "))
		}
	}
	if d := r.Dictionary; d != nil {
		line("dictionary", "%d entries of %s", d.Len(), d.File)
	}
	if e := r.EDM; e != nil {
		line("edm", "%d rows of %s, columns %s", e.Rows(), e.File, strings.Join(e.Used(), ", "))
	}
	docs := make(map[string]string)
	for _, c := range rules.Checks() {
		docs[c.Name] = c.Doc
	}
	for _, list := range []struct {
		name   string
		checks []string
	}{{"check", r.Checks}, {"high if", r.HighIf}, {"low if", r.LowIf}} {
		for _, c := range list.checks {
			name, _, _ := strings.Cut(c, ">=")
			doc := docs[strings.TrimSpace(name)]
			if base, not := strings.CutPrefix(name, "not-"); not && doc == "" {
				doc = "not so: " + docs[base]
			}
			line(list.name, "%s: %s", c, doc)
		}
	}
	for _, n := range r.Near {
		line("near", "%s", strings.Join(n.Words, ", "))
	}
	if u := r.Unless; u != nil {
		line("unless", "%s", strings.Join(slices.Concat(u.Words, u.Values, u.Patterns, u.MatchPatterns, u.LinePatterns), ", "))
		if n := len(u.StopWords); n > 0 {
			line("unless", "the value contains one of %d stop words", n)
		}
	}
	for _, p := range r.Parts {
		line("part", "%s", p.Rule+p.Pattern)
	}
	if r.MinCount > 1 {
		line("min count", "%d different values in one text", r.MinCount)
	}
	line("confidence", "%s, before other evidence", r.Confidence)
	var levels []string
	for c := scanner.Low; c <= scanner.High; c++ {
		levels = append(levels, fmt.Sprintf("%s %s", c, policy.Action(scanner.Finding{Rule: r.ID, Kind: r.Kind, Confidence: c})))
	}
	line("policy", "%s", strings.Join(levels, ", "))
	for _, m := range r.Match {
		line("match", "%q", m)
	}
	for _, m := range r.NoMatch {
		line("no match", "%q", m)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
