package bench

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"
)

// Machine says where and with what figures were made. Figures without it are
// worth nothing.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Go     string `json:"go"`
	Commit string `json:"commit"`
	Envoy  string `json:"envoy,omitempty"`
}

// ThisMachine describes the machine and the build that are running.
func ThisMachine() Machine {
	m := Machine{CPU: runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version(), Commit: "unknown"}
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		settings := map[string]string{}
		for _, s := range build.Settings {
			settings[s.Key] = s.Value
		}
		if revision := settings["vcs.revision"]; revision != "" {
			m.Commit = revision[:min(12, len(revision))]
			if settings["vcs.modified"] == "true" {
				m.Commit += " with changes"
			}
		}
	}
	return m
}

// String returns the description on one line.
func (m Machine) String() string {
	s := fmt.Sprintf("%s, %d cores, %s, commit %s", m.CPU, m.Cores, m.Go, m.Commit)
	if m.Envoy != "" {
		s += ", Envoy " + m.Envoy
	}
	return s
}

// EngineTable writes results as a table that Markdown shows as one.
func EngineTable(w io.Writer, m Machine, results []EngineResult) error {
	out := &sheet{w: w}
	out.printf("Engine, MB per second of CPU time, one thread. %s\n\n", m)
	out.row("detector", "corpus", "bytes per text", "MB/s", "cold", "findings", "first text, ms", "allocations per text")
	out.rule(2, 6)
	for _, r := range results {
		cold := "–"
		if r.ColdMBPerSec > 0 {
			cold = threeDigits(r.ColdMBPerSec)
		}
		out.row(r.Case, r.Corpus, bytesText(r.TextSize), threeDigits(r.MBPerSec), cold, fmt.Sprint(r.Findings),
			fmt.Sprintf("%.2f", r.FirstSeconds*1e3), fmt.Sprintf("%.1f", r.Allocations))
	}
	return out.flush()
}

// SlowestTable writes the slowest texts of hostile corpora.
func SlowestTable(w io.Writer, results []EngineResult) error {
	out := &sheet{w: w}
	for _, r := range results {
		if len(r.Slowest) == 0 {
			continue
		}
		if out.tab == nil {
			out.printf("\nThe slowest texts of those made to be slow\n\n")
			out.row("detector", "bytes per text", "made from", "MB/s")
			out.rule(1, 3)
		}
		for _, t := range r.Slowest {
			out.row(r.Case, bytesText(r.TextSize), t.Text, threeDigits(t.MBPerSec))
		}
	}
	return out.flush()
}

// WorkTable writes what the stages of the engine did, for the results that
// tell, per KB of text.
func WorkTable(w io.Writer, results []EngineResult) error {
	out := &sheet{w: w}
	out.printf("\nWork of the engine per KB of text\n\n")
	out.row("detector", "corpus", "bytes per text", "places let through", "anchors", "bytes walked", "windows", "exact steps", "RE2 calls", "RE2 bytes", "whole texts")
	out.rule(2, 9)
	for _, r := range results {
		if r.Work == nil {
			continue
		}
		row := []string{r.Case, r.Corpus, bytesText(r.TextSize)}
		for _, n := range []int64{r.Work.Candidates, r.Work.Anchors, r.Work.Walked, r.Work.Windows, r.Work.ExactSteps, r.Work.Calls, r.Work.CallBytes} {
			row = append(row, threeDigits(float64(n)*1024/float64(max(1, r.Work.Bytes))))
		}
		out.row(append(row, fmt.Sprint(r.Work.WholeTexts))...)
	}
	return out.flush()
}

// PathTable writes results as a table that Markdown shows as one: of the first
// contender the milliseconds themselves, of the others what they add to it.
func PathTable(w io.Writer, m Machine, results []PathResult) error {
	out := &sheet{w: w}
	out.printf("Path through Envoy, ms; rows with + are what is added to the first contender. %s\n\n", m)
	head := []string{"body", "clients", "contender"}
	for _, q := range quantiles {
		head = append(head, q.name)
	}
	out.row(append(head, "requests/s", "requests")...)
	out.rule(1, 8)
	for _, r := range results {
		row := []string{bytesText(r.Size), fmt.Sprint(r.Clients), r.Contender}
		for _, q := range quantiles {
			ms, ok := r.P[q.name]
			cell := threeDigits(ms)
			if r.Added != nil {
				ms, ok = r.Added[q.name]
				sign := "+"
				if ms < 0 {
					sign = "−"
				}
				cell = sign + threeDigits(max(ms, -ms))
			}
			if !ok {
				cell = "–"
			}
			row = append(row, cell)
		}
		out.row(append(row, fmt.Sprintf("%.0f", r.PerSecond), fmt.Sprint(r.Requests))...)
	}
	return out.flush()
}

// sheet writes aligned rows between bars and keeps the first error.
type sheet struct {
	w   io.Writer
	tab *tabwriter.Writer
	err error
}

func (s *sheet) printf(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
}

func (s *sheet) row(cells ...string) {
	if s.tab == nil {
		s.tab = tabwriter.NewWriter(s.w, 0, 0, 1, ' ', 0)
	}
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.tab, "| %s\t|\n", strings.Join(cells, "\t| "))
	}
}

// rule separates the head: left columns of words, then right columns of numbers.
func (s *sheet) rule(left, right int) {
	cells := make([]string, left+right)
	for i := range cells {
		cells[i] = "---"
		if i >= left {
			cells[i] = "--:"
		}
	}
	s.row(cells...)
}

func (s *sheet) flush() error {
	if s.tab == nil {
		return s.err
	}
	return cmp.Or(s.err, s.tab.Flush())
}

func threeDigits(v float64) string {
	switch {
	case v < 1:
		return fmt.Sprintf("%.3f", v)
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func bytesText(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KB", n>>10)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
