package corpus

import (
	"bytes"
	"hash/fnv"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func hashLine(line []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(line) // never fails
	return h.Sum64()
}

func sortFiles(files []evalFile) {
	slices.SortStableFunc(files, func(a, b evalFile) int { return strings.Compare(a.dir, b.dir) })
}

// families maps each module to a name that it shares with its forks, copies and
// other versions: modules that have many long lines in common. Lines are
// compared as they stand, which is not how the detector compares code.
func families(files []evalFile) map[string]string {
	lines := make(map[uint64][]int) // modules that have a line
	number := make(map[string]int)
	var names []string
	var sizes []int
	for _, f := range files {
		m, ok := number[f.module]
		if !ok {
			m = len(names)
			number[f.module] = m
			names, sizes = append(names, f.module), append(sizes, 0)
		}
		for line := range bytes.Lines(f.text) {
			if line = bytes.TrimSpace(line); len(line) < 40 || bytes.HasPrefix(line, []byte("//")) {
				continue
			}
			h := hashLine(line)
			if have := lines[h]; !slices.Contains(have, m) {
				lines[h] = append(have, m)
				sizes[m]++
			}
		}
	}
	common := make(map[[2]int]int)
	for _, have := range lines {
		if len(have) > 6 {
			continue // what everybody writes
		}
		for i, a := range have {
			for _, b := range have[:i] {
				common[[2]int{min(a, b), max(a, b)}]++
			}
		}
	}
	parent := make([]int, len(names))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			i = parent[i]
		}
		return i
	}
	for pair, n := range common {
		if a, b := pair[0], pair[1]; n > 15 && n*40 > min(sizes[a], sizes[b]) || n > 150 {
			x, y := root(a), root(b)
			parent[max(x, y)] = min(x, y)
		}
	}
	out := make(map[string]string)
	for i, name := range names {
		out[name] = names[root(i)]
	}
	return out
}

// cpuTime is what this process has used of its processors.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
