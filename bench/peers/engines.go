package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/wasilibs/go-re2/experimental"
	"github.com/zricethezav/gitleaks/v8/detect"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// engine reads pieces: in this process by find, or in another by session.
type engine struct {
	name    string
	limit   int  // bytes of a text that it reads; 0 means all
	builtin bool // it has the built-in patterns, not those of gitleaks
	find    func(pieces [][]byte) (matches int, err error)
	session *session
}

func (e *engine) close() {
	if e.session != nil {
		e.session.close()
	}
}

// measure repeats an engine for the given CPU time; it must find the same each time.
func (e *engine) measure(pieces [][]byte, seconds float64) (speed float64, matches int, err error) {
	if e.session != nil {
		return e.session.measure(pieces, seconds)
	}
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

// newEngines makes those that are wanted. Notes say what is missing, and why.
func newEngines(ctx context.Context, dir string, o options, detector *detect.Detector, exprs []string) (all []*engine, notes []string, err error) {
	builtin, err := builtinSet()
	if err != nil {
		return nil, nil, err
	}
	makers := []struct {
		name string
		make func(name string) (*engine, error)
	}{
		{"vectorscan", func(name string) (*engine, error) {
			s, err := startVectorscan(ctx, dir, exprs)
			if err == nil && s.inUse != len(exprs) {
				err = fmt.Errorf("it takes only %d of %d patterns: %s", s.inUse, len(exprs), s.errs.String())
			}
			if err != nil {
				notes = append(notes, fmt.Sprintf("no Vectorscan, and so no ratios: %v; install a C compiler, pkg-config and libvectorscan-dev (Debian, Ubuntu) or libhyperscan-dev", err))
				return nil, nil
			}
			return &engine{name: name, session: s}, nil
		}},
		{vectorscanBuiltin, func(name string) (*engine, error) {
			s, err := startVectorscan(ctx, dir, expressions(builtin.Patterns()))
			if err != nil {
				return nil, nil // the note of the other says why
			}
			notes = append(notes, fmt.Sprintf("%d of %d built-in patterns in Vectorscan", s.inUse, len(builtin.Patterns())))
			return &engine{name: name, session: s, builtin: true}, nil
		}},
		{"sluice", func(name string) (*engine, error) { return sluice(ctx, name, listOf(exprs)) }},
		{"sluice, AVX2", func(name string) (*engine, error) { return limited(ctx, dir, name, "cpu.avx512vbmi=off") }},
		{"sluice, pure Go", func(name string) (*engine, error) { return limited(ctx, dir, name, "cpu.avx512vbmi=off,cpu.avx2=off") }},
		{"sluice, built-in patterns", func(name string) (*engine, error) {
			e, err := sluice(ctx, name, builtin.Patterns())
			if err == nil {
				e.builtin = true
			}
			return e, err
		}},
		{"sluice, built-in rules", func(name string) (*engine, error) { return builtinRules(ctx, name, builtin) }},
		{"gitleaks", func(name string) (*engine, error) {
			return &engine{name: name, limit: 64 << 10, find: each(func(p []byte) int { return len(detector.DetectBytes(p)) })}, nil
		}},
		{"go regexp", func(name string) (*engine, error) { return goRegexp(name, exprs), nil }},
		{"go-re2 set", func(name string) (*engine, error) {
			set, err := experimental.CompileSet(exprs)
			if err != nil {
				return nil, err
			}
			// Less text than this stays in its cache of states, and would flatter it.
			return &engine{name: name, limit: 256 << 10, find: each(func(p []byte) int { return len(set.FindAll(p, -1)) })}, nil
		}},
	}
	for _, name := range o.engines {
		if !slices.ContainsFunc(makers, func(m struct {
			name string
			make func(name string) (*engine, error)
		},
		) bool {
			return m.name == name
		}) {
			return nil, nil, fmt.Errorf("-engine: there is no %q", name)
		}
	}
	for _, m := range makers {
		if len(o.engines) > 0 && !slices.Contains(o.engines, m.name) {
			continue
		}
		e, err := m.make(m.name)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", m.name, err)
		}
		if e != nil {
			all = append(all, e)
		}
	}
	return all, notes, nil
}

// each sums what a function finds in each piece.
func each(find func([]byte) int) func([][]byte) (int, error) {
	return func(pieces [][]byte) (n int, err error) {
		for _, p := range pieces {
			n += find(p)
		}
		return n, nil
	}
}

func sluice(ctx context.Context, name string, list []match.Pattern) (*engine, error) {
	set, err := match.Compile(list)
	if err != nil {
		return nil, err
	}
	if err := set.Warm(ctx); err != nil {
		return nil, err
	}
	return &engine{name: name, find: func(pieces [][]byte) (n int, err error) {
		var dst []match.Match
		for _, p := range pieces {
			if dst, err = set.Find(ctx, dst[:0], p); err != nil {
				return n, err
			}
			n += len(dst)
		}
		return n, nil
	}}, nil
}

// vectorscanBuiltin is what the engines with the built-in patterns are compared with.
const vectorscanBuiltin = "vectorscan, built-in"

func builtinSet() (*rules.Set, error) {
	files, err := rules.Builtin()
	if err != nil {
		return nil, err
	}
	return rules.Compile(files)
}

func expressions(list []match.Pattern) []string {
	exprs := make([]string, len(list))
	for i, p := range list {
		exprs[i] = strings.ReplaceAll(p.Expr, "\n", `\n`) // one on each line of a file
	}
	return exprs
}

// builtinRules is all that package rules does with the rules that come with Sluice: checks, words nearby, exceptions.
func builtinRules(ctx context.Context, name string, set *rules.Set) (*engine, error) {
	if err := set.Warm(ctx); err != nil {
		return nil, err
	}
	return &engine{name: name, builtin: true, find: func(pieces [][]byte) (n int, err error) {
		for _, p := range pieces {
			found, err := set.Detect(ctx, []scanner.Text{{Bytes: p}})
			if err != nil {
				return n, err
			}
			n += len(found)
		}
		return n, nil
	}}, nil
}

func goRegexp(name string, exprs []string) *engine {
	std := make([]*regexp.Regexp, len(exprs))
	for i, e := range exprs {
		std[i] = regexp.MustCompile(e)
	}
	return &engine{name: name, limit: 16 << 10, find: each(func(p []byte) (n int) {
		for _, re := range std {
			n += len(re.FindAllIndex(p, -1))
		}
		return n
	})}
}

// limited is scanner/match in a process that is told that the machine has less.
func limited(ctx context.Context, dir, name, cpu string) (*engine, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s, err := startSession(ctx, dir, []string{"GODEBUG=" + cpu}, self, "-serve")
	if err != nil {
		return nil, err
	}
	return &engine{name: name, session: s}, nil
}

// serveSluice answers as the C program does, with scanner/match.
func serveSluice(ctx context.Context, in io.Reader, out io.Writer) error {
	detector, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return err
	}
	var exprs []string
	for _, p := range patterns(detector) {
		exprs = append(exprs, p.Expr)
	}
	e, err := sluice(ctx, "sluice", listOf(exprs))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, len(exprs), 0); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		seconds, file, _ := strings.Cut(lines.Text(), " ")
		var s float64
		if _, err := fmt.Sscan(seconds, &s); err != nil {
			return err
		}
		pieces, err := readPieces(file)
		if err != nil {
			return err
		}
		speed, matches, err := e.measure(pieces, s)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, matches, speed); err != nil {
			return err
		}
	}
	return lines.Err()
}

// adversarial measures every hostile text on its own. Of each engine the slowest is shown,
// and its ratio is the worst of all texts, which need not be the same. There are hundreds, so the time for each is so short
// that the clock and whatever else the machine does show; those that look worst are measured again for longer, and so is what
// they are compared with.
func adversarial(engines []*engine, o options, named []bench.Named, size int) ([]figure, error) {
	corpus, err := bench.Hostile(o.seed, named, min(size, 64<<10))
	if err != nil {
		return nil, err
	}
	const (
		short, long = .01, .1 // seconds
		again       = 12      // texts
	)
	// Both are compared with what comes first in the list of engines.
	var peer, builtin *hostile
	var out []figure
	for _, e := range engines {
		if e.limit > 0 {
			continue // minutes for each text
		}
		h := &hostile{engine: e, texts: corpus.Texts, speeds: make([]float64, len(corpus.Texts))}
		f := figure{Corpus: "adversarial", Piece: min(size, 64<<10), Engine: e.name, MBPerSec: math.MaxFloat64}
		order := make([]int, len(corpus.Texts))
		for i, text := range corpus.Texts {
			n, err := h.measure(i, short)
			if err != nil {
				return nil, fmt.Errorf("%s on %s: %w", e.name, corpus.Labels[i], err)
			}
			f.Matches += n
			f.KB += len(text) >> 10
			order[i] = i
		}
		switch e.name {
		case "vectorscan":
			peer = h
		case vectorscanBuiltin:
			builtin = h
		}
		for _, by := range []struct {
			of    *hostile
			ratio *float64
			worst *string
		}{{nil, &f.MBPerSec, nil}, {peer, &f.Ratio, &f.Worst}, {builtin, &f.Same, nil}} {
			if by.of == nil && by.ratio != &f.MBPerSec || by.ratio == &f.Same && !e.builtin {
				continue
			}
			slices.SortFunc(order, func(i, j int) int { return cmp.Compare(h.ratio(by.of, i), h.ratio(by.of, j)) })
			*by.ratio = math.MaxFloat64
			for _, i := range order[:min(again, len(order))] {
				for _, one := range []*hostile{by.of, h} {
					if one == nil {
						continue
					}
					if _, err := one.measure(i, long); err != nil {
						return nil, fmt.Errorf("%s on %s: %w", one.engine.name, corpus.Labels[i], err)
					}
				}
				if r := h.ratio(by.of, i); r < *by.ratio {
					*by.ratio = r
					if by.worst != nil {
						*by.worst = corpus.Labels[i]
					}
				}
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// hostile is what an engine makes of each hostile text.
type hostile struct {
	engine *engine
	texts  []string
	speeds []float64
}

// measure sets the speed of a text.
func (h *hostile) measure(i int, seconds float64) (matches int, err error) {
	h.speeds[i], matches, err = h.engine.measure([][]byte{[]byte(h.texts[i])}, seconds)
	return matches, err
}

// ratio is the speed of a text, or its ratio to that of another engine.
func (h *hostile) ratio(to *hostile, i int) float64 {
	if to == nil {
		return h.speeds[i]
	}
	return h.speeds[i] / to.speeds[i]
}

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
