// Peers measures scanner/match beside other engines with the same patterns, those of
// gitleaks' default configuration, on the same texts, in one run. `sluice bench engine --peer`
// runs it.
//
//	go run . [-quick] [-corpus prose,adversarial] [-engine sluice,vectorscan] [-sizes 1024,8192,1048576]
//
// Every figure is of one thread and of CPU time in user mode, which a busy machine
// changes little; still, read the ratios. The slow engines read only the beginning of a text. The
// matches of scanner/match are held to those of package regexp there.
//
// Vectorscan is measured if a C compiler and Debian's libvectorscan-dev or
// libhyperscan-dev are installed. It reports the ends of matches, every one possible, so its
// number of matches is not comparable.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/detect"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// options are the flags.
type options struct {
	corpora, engines []string
	sizes            []int
	seed             uint64
	seconds          float64 // of CPU time for each figure
	bytes            int     // of each text
	format           string
}

func main() {
	var o options
	corpora := flag.String("corpus", "", "texts to measure, separated by commas; all if empty")
	engines := flag.String("engine", "", "engines to measure, separated by commas; all if empty")
	sizes := flag.String("sizes", "", "bytes of text in one call, separated by commas")
	quick := flag.Bool("quick", false, "8 KB only, and rough")
	eval := flag.String("eval", "", "score the detection of secrets on the labelled texts of this folder, and nothing else")
	serve := flag.Bool("serve", false, "measure scanner/match for another process of this program")
	flag.Float64Var(&o.seconds, "seconds", .5, "CPU time for each figure")
	flag.Uint64Var(&o.seed, "seed", 1, "what generated texts follow from")
	flag.StringVar(&o.format, "format", "table", "table or json")
	flag.Parse()
	zerolog.SetGlobalLevel(zerolog.Disabled)
	o.corpora, o.engines = split(*corpora), split(*engines)
	o.bytes = 2 << 20
	o.sizes = []int{1 << 10, 8 << 10, 1 << 20}
	if *quick {
		o.sizes, o.seconds, o.bytes = []int{8 << 10}, .2, 1<<20
	}
	if list := split(*sizes); len(list) > 0 {
		o.sizes = nil
		for _, s := range list {
			n, err := strconv.Atoi(s)
			if err != nil || n < 1 {
				fail(fmt.Errorf("-sizes %q: not a number of bytes", s))
			}
			o.sizes = append(o.sizes, n)
		}
	}
	ctx := context.Background()
	if *eval != "" {
		if err := evaluate(ctx, *eval, o.format); err != nil {
			fail(err)
		}
		return
	}
	if *serve {
		if err := serveSluice(ctx, os.Stdin, os.Stdout); err != nil {
			fail(err)
		}
		return
	}
	if err := run(ctx, o); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// figure is one engine on one text.
type figure struct {
	Corpus   string  `json:"corpus"`
	Piece    int     `json:"piece"` // bytes in one call
	Engine   string  `json:"engine"`
	MBPerSec float64 `json:"mb_per_cpu_second"`
	// Ratio is to Vectorscan on the same text; 0 if that was not measured.
	Ratio float64 `json:"times_vectorscan,omitempty"`
	// Same is the ratio to Vectorscan with the built-in patterns, for what has them too.
	Same    float64 `json:"times_vectorscan_builtin,omitempty"`
	Matches int     `json:"matches"`
	KB      int     `json:"kb"` // of text read in one pass
	// Worst is what the slowest text, by ratio, was made from.
	Worst string `json:"worst,omitempty"`
}

func run(ctx context.Context, o options) error {
	detector, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return err
	}
	named := patterns(detector)
	exprs := make([]string, len(named))
	for i, n := range named {
		exprs[i] = n.Expr
	}
	p := &printer{json: o.format == "json"}
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	engines, notes, err := newEngines(ctx, dir, o, detector, exprs)
	if err != nil {
		return err
	}
	defer func() {
		for _, e := range engines {
			e.close()
		}
	}()
	p.notes(append([]string{fmt.Sprintf("%d patterns of gitleaks; MB per second of CPU time, one thread", len(exprs))}, notes...))
	set, err := match.Compile(listOf(exprs))
	if err != nil {
		return err
	}
	std := make([]*regexp.Regexp, len(exprs))
	for i, e := range exprs {
		std[i] = regexp.MustCompile(e)
	}
	for _, size := range o.sizes {
		list, err := texts(exprs, o.seed, o.bytes)
		if err != nil {
			return err
		}
		for _, t := range list {
			if len(o.corpora) > 0 && !slices.Contains(o.corpora, t.name) {
				continue
			}
			pieces := cut(t.text, size)
			if err := compare(ctx, set, std, pieces[:min(len(pieces), 1+(32<<10)/size)]); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			figures, err := measureAll(engines, t.name, size, pieces, o.seconds)
			if err != nil {
				return err
			}
			p.add(figures)
		}
		if len(o.corpora) == 0 || slices.Contains(o.corpora, "adversarial") {
			figures, err := adversarial(engines, o, named, size)
			if err != nil {
				return err
			}
			p.add(figures)
		}
	}
	return p.end()
}

// measureAll measures every engine on one text, Vectorscan first.
func measureAll(engines []*engine, name string, size int, pieces [][]byte, seconds float64) ([]figure, error) {
	var out []figure
	peer, same := 0.0, 0.0
	for _, e := range engines {
		head := pieces
		if n := max(1, e.limit/size); e.limit > 0 && len(head) > n {
			head = head[:n]
		}
		speed, n, err := e.measure(head, seconds)
		if err != nil {
			return nil, fmt.Errorf("%s on %s: %w", e.name, name, err)
		}
		f := figure{Corpus: name, Piece: size, Engine: e.name, MBPerSec: speed, Matches: n, KB: bytesOf(head) >> 10}
		switch e.name {
		case "vectorscan":
			peer = speed
		case vectorscanBuiltin:
			same = speed
		}
		if peer > 0 {
			f.Ratio = speed / peer
		}
		if e.builtin && same > 0 {
			f.Same = speed / same
		}
		out = append(out, f)
	}
	return out, nil
}

// patterns are the expressions of gitleaks' default rules.
func patterns(detector *detect.Detector) []bench.Named {
	var list []bench.Named
	for _, rule := range detector.Config.Rules {
		if rule.Regex != nil {
			list = append(list, bench.Named{Name: rule.RuleID, Expr: rule.Regex.String()})
		}
	}
	slices.SortFunc(list, func(a, b bench.Named) int { return cmp.Compare(a.Expr, b.Expr) })
	return list
}

func listOf(exprs []string) []match.Pattern {
	list := make([]match.Pattern, len(exprs))
	for i, e := range exprs {
		list[i].Expr = e
	}
	return list
}

// compare holds the matches of scanner/match to those of package regexp.
func compare(ctx context.Context, set *match.Set, std []*regexp.Regexp, pieces [][]byte) error {
	for _, p := range pieces {
		if len(p) > 64<<10 {
			p = cut(p, 64<<10)[0]
		}
		got, err := set.Find(ctx, nil, p)
		if err != nil {
			return err
		}
		have := make([][][]int, len(std))
		for _, m := range got {
			have[m.Pattern] = append(have[m.Pattern], []int{m.Start, m.End})
		}
		for i, re := range std {
			if want := re.FindAllIndex(p, -1); fmt.Sprint(have[i]) != fmt.Sprint(want) {
				return fmt.Errorf("pattern %d: matches at %v, package regexp %v", i, have[i], want)
			}
		}
	}
	return nil
}

// row is a row of the table; the last column is for remarks and has no head.
const row = "| %-12s | %7s | %-25s | %8s | %12s | %10s | %7s | %6s | %s\n"

// printer writes figures as they come, or all at the end.
type printer struct {
	json bool
	all  []figure
}

func (p *printer) notes(lines []string) {
	if p.json {
		for _, l := range lines {
			fmt.Fprintln(os.Stderr, l)
		}
		return
	}
	for _, l := range lines {
		fmt.Println(l)
	}
	fmt.Println()
	fmt.Printf(row, "text", "piece", "engine", "MB/s", "× vectorscan", "× the same", "matches", "in KB", "")
	fmt.Printf(row, "---", "--:", "---", "--:", "--:", "--:", "--:", "--:", "")
}

func (p *printer) add(figures []figure) {
	p.all = append(p.all, figures...)
	if p.json {
		return
	}
	for _, f := range figures {
		fmt.Printf(row, f.Corpus, fmt.Sprint(f.Piece), f.Engine, fmt.Sprintf("%.2f", f.MBPerSec), ratio(f.Ratio), ratio(f.Same), fmt.Sprint(f.Matches), fmt.Sprint(f.KB), f.Worst)
	}
}

// ratio writes one that is known.
func ratio(r float64) string {
	if r == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f", r)
}

func (p *printer) end() error {
	if !p.json {
		return nil
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(p.all)
}
