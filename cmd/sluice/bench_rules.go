package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/scanner"
)

// benchRulesCommand measures rules one by one.
func benchRulesCommand(std streams) *cobra.Command {
	var (
		flags   benchFlags
		corpora string
		corpus  []string
		kinds   []string
		top     int
	)
	cmd := &cobra.Command{
		Use:   "rules [PATH…]",
		Short: "What each rule costs: time, anchors, calls of RE2, matches, findings",
		Long: `What each rule costs on generated texts of all kinds, or on those of a folder:
CPU time, anchors, calls of RE2, matches before checks, and findings; the dearest
first. Without a PATH the rules that come with Sluice are measured. A rule is
measured alone; what all rules share, reading the text once, is in none of them.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			source := ruleSource{builtin: len(paths) == 0, paths: paths, kinds: kinds}
			files, err := source.load()
			if err != nil {
				return err
			}
			if files, err = source.keep(files, known(files)); err != nil {
				return err
			}
			size, minCPU := 128<<10, 20*time.Millisecond
			if flags.quick {
				size, minCPU = 32<<10, 2*time.Millisecond
			}
			sets := bench.Corpora(flags.seed, size, 8<<10)
			if corpora != "" {
				if sets, err = ownCorpora(corpora, size); err != nil {
					return err
				}
			}
			if sets, err = chosen(sets, corpus, "corpus", func(c bench.Corpus) string { return c.Name }); err != nil {
				return err
			}
			var texts []scanner.Text
			var names []string
			for _, c := range sets {
				names = append(names, c.Name)
				for _, t := range c.Texts {
					texts = append(texts, scanner.Text{Bytes: []byte(t)})
				}
			}
			costs, err := bench.RuleCosts(cmd.Context(), files, texts, minCPU)
			if err != nil {
				return err
			}
			if top > 0 && len(costs) > top {
				costs = costs[:top]
			}
			m := bench.ThisMachine()
			return flags.write(std.out, m, costs, func() error {
				return bench.RuleTable(std.out, m, fmt.Sprintf("%d KB each of %s", size>>10, strings.Join(names, ", ")), costs)
			})
		},
	}
	flags.register(cmd)
	f := cmd.Flags()
	f.StringVar(&corpora, "corpora", "", "measure on the *.jsonl and *.jsonl.gz files of this `folder`")
	f.StringSliceVar(&corpus, "corpus", nil, "only these `texts`, such as prose,code")
	f.StringSliceVar(&kinds, "kinds", nil, "only rules of these `kinds`")
	f.IntVar(&top, "top", 0, "print only so many rules; 0 means all")
	return cmd
}
