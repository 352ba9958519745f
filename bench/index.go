package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sluice-dlp/sluice/scanner/code/fingerprint"
)

// IndexOptions say what to measure the recognition of private code on.
type IndexOptions struct {
	// Dirs are folders of projects of which some play the private ones.
	Dirs []string
	// Exclude is a set of public code (sluice index --public) that is left out of
	// the indexes; empty means none.
	Exclude string
	// KeepCommon indexes the common public code, too, that sluice index knows of and
	// otherwise leaves out.
	KeepCommon bool
	// Without are folders of projects that take no part, and nothing that has code
	// in common with them: those that a set of public code was made of.
	Without []string
	// Snippets is how many are looked for in each half, for each change.
	Snippets int
	// Seed chooses the snippets.
	Seed uint64
	// Program makes a command that runs sluice, whose index command is measured.
	Program func(ctx context.Context, args ...string) *exec.Cmd
}

// The units of the figures of EvaluateIndex.
const (
	PerSecond Unit = "MB/s"          // 10⁶ bytes per second of CPU time
	PerByte   Unit = "byte per byte" // of index and of source
	Minutes   Unit = "minutes"
	Gigabytes Unit = "GB"
)

// EvaluateIndex measures how well an index recognises code, and how rarely it
// takes other code for its own. One half of the projects is indexed, the other
// is code that is not, and then the other way round; see halve.
func EvaluateIndex(ctx context.Context, o IndexOptions) ([]Figure, error) {
	projects, err := readProjects(ctx, o.Dirs)
	if err != nil {
		return nil, err
	}
	if len(o.Without) > 0 {
		others, err := readProjects(ctx, o.Without)
		if err != nil {
			return nil, err
		}
		projects = apart(projects, others)
	}
	dir, err := os.MkdirTemp("", "sluice-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is a temporary folder
	e := &indexEvaluation{IndexOptions: o, dir: dir, found: make(map[string]*tally)}
	halves := halve(projects)
	for i := range halves {
		if len(halves[i]) == 0 {
			return nil, fmt.Errorf("%d projects are too few, or too much alike, for two halves", len(projects))
		}
	}
	for i := range halves {
		if err := e.half(ctx, halves[i], halves[1-i]); err != nil {
			return nil, err
		}
	}
	whole, err := e.index(ctx, filepath.Join(dir, "whole.idx"), projects)
	if err != nil {
		return nil, err
	}
	return e.figures(len(projects), whole), nil
}

// indexEvaluation adds up what both halves show.
type indexEvaluation struct {
	IndexOptions
	dir   string
	found map[string]*tally // snippets, by what was changed and, behind a slash, what counts
	// windows of code that is not indexed
	windows, copies, alarms, similar int
	size                             float64
	bytes                            float64
	code, prose                      speed
}

// speed is how much was read, and how long it took.
type speed struct {
	bytes   int
	seconds float64
}

func (s speed) perSecond() float64 { return float64(s.bytes) / 1e6 / s.seconds }

// half indexes some projects, and looks for them and for others.
func (e *indexEvaluation) half(ctx context.Context, private, other []*project) error {
	path := filepath.Join(e.dir, "half.idx")
	run, err := e.index(ctx, path, private, "--no-names", "--no-cache")
	if err != nil {
		return err
	}
	e.size += run.size
	e.bytes += run.bytes
	key, err := fingerprint.ReadKey(e.keyFile())
	if err != nil {
		return err
	}
	ix, err := fingerprint.Open(path, key)
	if err != nil {
		return err
	}
	d := fingerprint.New(ix)
	if err := e.recall(ctx, d, private); err != nil {
		return err
	}
	if err := e.falseAlarms(ctx, d, private, other); err != nil {
		return err
	}
	return e.speed(ctx, d, other)
}

func (e *indexEvaluation) keyFile() string { return filepath.Join(e.dir, "index.key") }

// indexRun is what one run of sluice index took.
type indexRun struct {
	bytes, size float64 // of source and of the index
	wall, cpu   float64 // seconds
	memory      float64 // bytes, at most
}

// index runs sluice index.
func (e *indexEvaluation) index(ctx context.Context, out string, projects []*project, flags ...string) (indexRun, error) {
	args := append([]string{"index", "--key", e.keyFile(), "--output", out}, flags...)
	if e.KeepCommon {
		args = append(args, "--keep-common")
	}
	if e.Exclude != "" {
		args = append(args, "--exclude", e.Exclude)
	}
	for _, p := range projects {
		args = append(args, p.dir)
	}
	cmd := e.Program(ctx, args...)
	start := time.Now()
	_, err := cmd.Output()
	wall := time.Since(start).Seconds()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() != 1 { // 1: some files could not be read
		return indexRun{}, fmt.Errorf("sluice index: %w: %s", err, exit.Stderr)
	} else if err != nil && !ok {
		return indexRun{}, err
	}
	info, err := os.Stat(out)
	if err != nil {
		return indexRun{}, err
	}
	run := indexRun{size: float64(info.Size()), wall: wall}
	for _, p := range projects {
		run.bytes += float64(p.bytes)
	}
	run.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		run.memory = float64(usage.Maxrss) * 1024 // as Linux counts it
	}
	return run, nil
}
