// Peers measures scanner/match beside other engines with the same patterns, those of
// gitleaks' default configuration, on the same texts, in one run.
//
//	go run . [-text prose,code] [-seconds 1] [-piece 8192]
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
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/wasilibs/go-re2/experimental"
	"github.com/zricethezav/gitleaks/v8/detect"

	"github.com/sluice-dlp/sluice/scanner/match"
)

//go:embed vectorscan/vectorscan.c
var source []byte

func main() {
	only := flag.String("text", "", "texts to measure, separated by commas; all if empty")
	engines := flag.String("engine", "", "engines to measure, separated by commas; all if empty")
	seconds := flag.Float64("seconds", 1, "CPU time for each figure")
	piece := flag.Int("piece", 8<<10, "bytes of text in one call")
	size := flag.Int("size", 2<<20, "bytes of each text")
	flag.Parse()
	zerolog.SetGlobalLevel(zerolog.Disabled)
	if err := run(context.Background(), split(*only), split(*engines), *seconds, *piece, *size); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// engine reads pieces and returns the number of matches.
type engine struct {
	name  string
	limit int // bytes of a text that it reads
	find  func(pieces [][]byte) (int, error)
}

func run(ctx context.Context, only, names []string, seconds float64, piece, size int) error {
	detector, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return err
	}
	var exprs []string
	for _, rule := range detector.Config.Rules {
		if rule.Regex != nil {
			exprs = append(exprs, rule.Regex.String())
		}
	}
	slices.Sort(exprs)
	start := cpu()
	patterns := make([]match.Pattern, len(exprs))
	for i, e := range exprs {
		patterns[i].Expr = e
	}
	set, err := match.Compile(patterns)
	if err != nil {
		return err
	}
	compiled := cpu() - start
	if err := set.Warm(ctx); err != nil {
		return err
	}
	fmt.Printf("%d patterns; Compile %.0f ms, Warm %.0f ms\n", len(exprs), compiled*1e3, (cpu()-start-compiled)*1e3)

	std := make([]*regexp.Regexp, len(exprs))
	for i, e := range exprs {
		std[i] = regexp.MustCompile(e)
	}
	all := []engine{
		{"sluice", size, func(pieces [][]byte) (n int, err error) {
			var dst []match.Match
			for _, p := range pieces {
				if dst, err = set.Find(ctx, dst[:0], p); err != nil {
					return n, err
				}
				n += len(dst)
			}
			return n, nil
		}},
		{"gitleaks", 64 << 10, func(pieces [][]byte) (n int, err error) {
			for _, p := range pieces {
				n += len(detector.DetectBytes(p))
			}
			return n, nil
		}},
		{"go regexp", 16 << 10, func(pieces [][]byte) (n int, err error) {
			for _, p := range pieces {
				for _, re := range std {
					n += len(re.FindAllIndex(p, -1))
				}
			}
			return n, nil
		}},
	}
	if len(names) == 0 || slices.Contains(names, "go-re2 set") {
		re2set, err := experimental.CompileSet(exprs)
		if err != nil {
			return err
		}
		all = append(all, engine{"go-re2 set", 16 << 10, func(pieces [][]byte) (n int, err error) {
			for _, p := range pieces {
				n += len(re2set.FindAll(p, -1))
			}
			return n, nil
		}})
	}
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	vectorscan, err := build(ctx, dir, exprs)
	if err != nil {
		fmt.Println("no Vectorscan:", err)
	}
	for _, t := range texts(exprs, size) {
		if len(only) > 0 && !slices.Contains(only, t.name) {
			continue
		}
		var peer float64
		if vectorscan != nil {
			if peer, err = vectorscan(cut(t.text, piece), seconds); err != nil {
				return err
			}
			fmt.Printf("%-12s %-12s %9.2f MB/s\n", t.name, "vectorscan", peer)
		}
		for _, e := range all {
			if len(names) > 0 && !slices.Contains(names, e.name) {
				continue
			}
			pieces := cut(head(t.text, e.limit), piece)
			speed, n, err := measure(e, pieces, seconds)
			if err != nil {
				return fmt.Errorf("%s on %s: %w", e.name, t.name, err)
			}
			ratio := ""
			if peer > 0 {
				ratio = fmt.Sprintf("  %6.3f x vectorscan", speed/peer)
			}
			fmt.Printf("%-12s %-12s %9.2f MB/s  %6d matches in %4d KB%s\n", t.name, e.name, speed, n, bytesOf(pieces)>>10, ratio)
		}
		if err := compare(ctx, set, std, cut(head(t.text, 32<<10), piece)); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// compare holds the matches of scanner/match to those of package regexp.
func compare(ctx context.Context, set *match.Set, std []*regexp.Regexp, pieces [][]byte) error {
	for _, p := range pieces {
		got, err := set.Find(ctx, nil, p)
		if err != nil {
			return err
		}
		for i, re := range std {
			want := re.FindAllIndex(p, -1)
			var have [][]int
			for _, m := range got {
				if m.Pattern == i {
					have = append(have, []int{m.Start, m.End})
				}
			}
			if fmt.Sprint(have) != fmt.Sprint(want) {
				return fmt.Errorf("%s: matches %v, package regexp %v", re, have, want)
			}
		}
	}
	return nil
}

// measure repeats an engine for the given CPU time; it must find the same each time.
func measure(e engine, pieces [][]byte, seconds float64) (speed float64, matches int, err error) {
	if matches, err = e.find(pieces); err != nil {
		return 0, 0, err
	}
	total, start := 0, cpu()
	for {
		n, err := e.find(pieces)
		if err != nil {
			return 0, 0, err
		}
		if n != matches {
			return 0, 0, fmt.Errorf("%d matches, then %d", matches, n)
		}
		total += bytesOf(pieces)
		if used := cpu() - start; used >= seconds {
			return float64(total) / used / 1e6, matches, nil
		}
	}
}

// build compiles the C program. The function it returns measures it.
func build(ctx context.Context, dir string, exprs []string) (func(pieces [][]byte, seconds float64) (float64, error), error) {
	flags, err := exec.CommandContext(ctx, "pkg-config", "--cflags", "--libs", "libhs").Output()
	if err != nil {
		return nil, fmt.Errorf("pkg-config libhs: %w", err)
	}
	bin := filepath.Join(dir, "vectorscan")
	file := bin + ".c"
	if err := os.WriteFile(file, source, 0o600); err != nil {
		return nil, err
	}
	args := append([]string{"-O2", "-o", bin, file}, strings.Fields(string(flags))...)
	if out, err := exec.CommandContext(ctx, "cc", args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cc: %w: %s", err, out)
	}
	list := filepath.Join(dir, "patterns")
	if err := os.WriteFile(list, []byte(strings.Join(exprs, "\n")), 0o600); err != nil {
		return nil, err
	}
	return func(pieces [][]byte, seconds float64) (float64, error) {
		var all []byte
		for _, p := range pieces {
			all = append(fmt.Appendf(all, "%d\n", len(p)), p...)
		}
		text := filepath.Join(dir, "text")
		if err := os.WriteFile(text, all, 0o600); err != nil {
			return 0, err
		}
		cmd := exec.CommandContext(ctx, bin, list, text, fmt.Sprint(seconds))
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return 0, fmt.Errorf("vectorscan: %w", err)
		}
		var used, matches int
		var speed, compiled float64
		if _, err := fmt.Sscan(string(out), &used, &matches, &speed, &compiled); err != nil {
			return 0, fmt.Errorf("vectorscan: %w", err)
		}
		if used != len(exprs) {
			fmt.Printf("vectorscan uses only %d of %d patterns\n", used, len(exprs))
		}
		return speed, nil
	}, nil
}

// head returns about the first n bytes of a text.
func head(text []byte, n int) []byte { return cut(text, n)[0] }

func bytesOf(pieces [][]byte) (n int) {
	for _, p := range pieces {
		n += len(p)
	}
	return n
}

// cpu returns the CPU time of this process in user mode, in seconds.
func cpu() float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return float64(time.Now().UnixNano()) / 1e9
	}
	return float64(r.Utime.Nano()) / 1e9
}
