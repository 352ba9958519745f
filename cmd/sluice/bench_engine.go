package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// engineFlags choose what `sluice bench engine` measures.
type engineFlags struct {
	benchFlags
	corpora   string
	corpus    []string
	detectors []string
	sizes     []int
	peer      bool
}

func benchEngineCommand(std streams) *cobra.Command {
	var flags engineFlags
	cmd := &cobra.Command{
		Use:   "engine",
		Short: "MB per second of CPU time of the detectors",
		Long: `MB per second of CPU time of the detectors, by kind and size of text, with warm
and with cold caches, and what each stage of the engine did.

With --peer, other engines read the same texts with the patterns of gitleaks in
the same run, and ratios to Vectorscan are printed. They live in a module of
their own that is built then: this needs Go, a checkout of Sluice as the working
directory or above it, and for Vectorscan a C compiler and Debian's
libvectorscan-dev (or libhyperscan-dev).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			if flags.peer {
				return benchPeers(cmd.Context(), flags, std)
			}
			results, err := benchEngine(cmd.Context(), flags)
			if err != nil {
				return err
			}
			m := bench.ThisMachine()
			return flags.write(std.out, m, results, func() error {
				return errors.Join(bench.EngineTable(std.out, m, results), bench.SlowestTable(std.out, results), bench.WorkTable(std.out, results))
			})
		},
	}
	flags.register(cmd)
	f := cmd.Flags()
	f.StringVar(&flags.corpora, "corpora", os.Getenv("CORPORA"), "also measure on the *.jsonl and *.jsonl.gz files of this `folder`")
	f.StringSliceVar(&flags.corpus, "corpus", nil, "only these `texts`, such as prose,adversarial")
	f.StringSliceVar(&flags.detectors, "detector", nil, "only these `detectors`: rules, code, all")
	f.IntSliceVar(&flags.sizes, "sizes", nil, "bytes of a text, such as 1024,8192,1048576")
	f.BoolVar(&flags.peer, "peer", false, "measure other engines beside Sluice's, on the same texts")
	return cmd
}

// maxHostile is how large a text that is made to be slow is at most, in bytes.
const maxHostile = 16 << 10

func benchEngine(ctx context.Context, flags engineFlags) ([]bench.EngineResult, error) {
	size, sizes := 4<<20, []int{1 << 10, 8 << 10, 1 << 20}
	opts := bench.EngineOptions{ColdTexts: 64}
	if flags.quick {
		size, sizes = 1<<20, []int{8 << 10}
		opts = bench.EngineOptions{ColdTexts: 16, MinCPU: 200 * time.Millisecond}
	}
	if len(flags.sizes) > 0 {
		sizes = flags.sizes
	}
	if i := slices.IndexFunc(sizes, func(n int) bool { return n < 256 }); i >= 0 {
		return nil, fmt.Errorf("--sizes: a text has 256 bytes or more, not %d", sizes[i])
	}
	files, err := rules.Builtin()
	if err != nil {
		return nil, err
	}
	var sets []bench.Corpus
	var hostileSizes []int
	for _, textSize := range sizes {
		sets = append(sets, bench.Corpora(flags.seed, size, textSize)...)
		// There are thousands of these, three for each pattern.
		hostileSize := min(textSize, maxHostile)
		if slices.Contains(hostileSizes, hostileSize) {
			continue
		}
		hostileSizes = append(hostileSizes, hostileSize)
		hostile, err := bench.Hostile(flags.seed, expressions(files), hostileSize)
		if err != nil {
			return nil, err
		}
		sets = append(sets, hostile)
	}
	if flags.corpora != "" {
		own, err := ownCorpora(flags.corpora, size)
		if err != nil {
			return nil, err
		}
		sets = append(sets, own...)
	}
	if sets, err = chosen(sets, flags.corpus, "corpus", func(c bench.Corpus) string { return c.Name }); err != nil {
		return nil, err
	}
	cases, err := engineCases(ctx, files)
	if err != nil {
		return nil, err
	}
	if cases, err = chosen(cases, flags.detectors, "detector", func(c bench.EngineCase) string { return c.Name }); err != nil {
		return nil, err
	}
	return bench.Engine(ctx, cases, sets, opts)
}

// chosen keeps the members of a list whose names are wanted; all if none are
// named. A name that no member has is an error.
func chosen[T any](list []T, names []string, flag string, nameOf func(T) string) ([]T, error) {
	if len(names) == 0 {
		return list, nil
	}
	var all []string
	for _, v := range list {
		if !slices.Contains(all, nameOf(v)) {
			all = append(all, nameOf(v))
		}
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("--%s %q: use %s", flag, name, strings.Join(all, ", "))
		}
	}
	return slices.DeleteFunc(list, func(v T) bool { return !slices.Contains(names, nameOf(v)) }), nil
}

// ownCorpora reads the texts of a folder.
func ownCorpora(folder string, size int) ([]bench.Corpus, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl*"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("--corpora: no *.jsonl or *.jsonl.gz files in %s", folder)
	}
	var sets []bench.Corpus
	for _, file := range files {
		c, err := bench.ReadCorpus(file, int64(size))
		if err != nil {
			return nil, err
		}
		sets = append(sets, c)
	}
	return sets, nil
}

// expressions are the patterns of the rules, by the rules' ids.
func expressions(files []*rules.File) []bench.Named {
	var out []bench.Named
	for _, f := range files {
		for _, r := range f.Rules {
			for _, p := range r.Patterns {
				out = append(out, bench.Named{Name: r.ID, Expr: p.Expr})
			}
		}
	}
	return out
}

// engineCases are the detectors that come with Sluice: the rules, what finds
// code, and both as a request meets them.
func engineCases(ctx context.Context, files []*rules.File) ([]bench.EngineCase, error) {
	source := ruleSource{builtin: true}
	detectors, _, err := source.detectors(files, known(files))
	if err != nil {
		return nil, err
	}
	for _, d := range detectors {
		if set, ok := d.(*rules.Set); ok {
			if err := set.Warm(ctx); err != nil {
				return nil, err
			}
		}
	}
	all := scanner.DetectorFunc(func(ctx context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
		var found []scanner.Finding
		for _, d := range detectors {
			more, err := d.Detect(ctx, texts)
			if err != nil {
				return nil, err
			}
			found = append(found, more...)
		}
		return found, nil
	})
	var done rules.Work
	counting, err := rules.CompileCounting(files, &done)
	if err != nil {
		return nil, err
	}
	work := func(ctx context.Context, texts []scanner.Text) (match.Stats, error) {
		done = rules.Work{}
		_, err := counting.Detect(ctx, texts)
		return done.Stats, err
	}
	return []bench.EngineCase{
		{Name: "rules", Detector: detectors[0], Expect: expectPlanted, Work: work},
		{Name: "code", Detector: detectors[1], Expect: expectCode},
		{Name: "all", Detector: all},
	}, nil
}

// expectPlanted holds the rules to the generated corpora; what the others hold
// is not known.
func expectPlanted(c bench.Corpus, n int) error {
	if !c.Exact && c.Findings == 0 {
		return nil
	}
	return bench.Exactly(c, n)
}

// expectCode holds the code detector to the generated prose and code.
func expectCode(c bench.Corpus, n int) error {
	switch {
	case c.Name == "prose" && c.Exact && n > 0:
		return fmt.Errorf("%d segments of code in prose", n)
	case c.Name == "code" && c.Exact && n < len(c.Texts):
		return fmt.Errorf("%d segments in %d texts of code", n, len(c.Texts))
	}
	return nil
}

// benchPeers measures other engines.
func benchPeers(ctx context.Context, flags engineFlags, std streams) error {
	args := []string{"-seed", fmt.Sprint(flags.seed), "-format", flags.format}
	if flags.quick {
		args = append(args, "-quick")
	}
	if len(flags.corpus) > 0 {
		args = append(args, "-corpus", strings.Join(flags.corpus, ","))
	}
	if len(flags.sizes) > 0 {
		args = append(args, "-sizes", strings.Trim(strings.ReplaceAll(fmt.Sprint(flags.sizes), " ", ","), "[]"))
	}
	return runPeers(ctx, std, args...)
}

// runPeers builds the module of the peers and runs it.
func runPeers(ctx context.Context, std streams, args ...string) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "bench", "peers", "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return errors.New("--peer: run it in a checkout of Sluice: the peers are built from its folder bench/peers")
		}
		dir = parent
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"run", "-C", filepath.Join(dir, "bench", "peers"), "."}, args...)...)
	cmd.Stdout, cmd.Stderr = std.out, std.err
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("--peer: go run in bench/peers: %w", err)
	}
	return nil
}
