package bench

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner"
)

// RuleCost is what one rule costs on some texts.
type RuleCost struct {
	Rule string `json:"rule"`
	// Nanoseconds of CPU time per KB of text that the rule alone takes, beyond
	// those of a rule that no text comes near to. Differences of a few are noise.
	NanosPerKB float64 `json:"ns_per_kb"`
	// Work is what its patterns did in one pass.
	Work rules.Work `json:"work"`
	// Findings of one pass, of every confidence.
	Findings int `json:"findings"`
}

// RuleCosts measures every rule of the files on the texts, one rule at a time,
// for about the given CPU time each, and returns the dearest first. The cost of
// what rules share, reading the text once, is in none of them.
func RuleCosts(ctx context.Context, files []*rules.File, texts []scanner.Text, minCPU time.Duration) ([]RuleCost, error) {
	idle, err := idleRule()
	if err != nil {
		return nil, err
	}
	bytes := 0
	for _, t := range texts {
		bytes += len(t.Bytes)
	}
	var base float64
	for range 3 { // the first time is slower, and a neighbour may be busy
		_, nanos, err := timeRule(ctx, idle, texts, minCPU)
		if err != nil {
			return nil, err
		}
		if base == 0 || nanos < base {
			base = nanos
		}
	}
	var out []RuleCost
	for _, f := range files {
		for _, r := range f.Rules {
			cost, nanos, err := timeRule(ctx, &rules.File{Name: f.Name, Rules: []*rules.Rule{r}}, texts, minCPU)
			if err != nil {
				return nil, fmt.Errorf("rule %s: %w", r.ID, err)
			}
			cost.Rule = r.ID
			cost.NanosPerKB = max(0, nanos-base) * 1024 / float64(max(1, bytes))
			out = append(out, cost)
		}
	}
	slices.SortStableFunc(out, func(a, b RuleCost) int {
		switch {
		case a.NanosPerKB > b.NanosPerKB:
			return -1
		case a.NanosPerKB < b.NanosPerKB:
			return 1
		}
		return 0
	})
	return out, nil
}

// idleRule is a rule whose first bytes stand in no text.
func idleRule() (*rules.File, error) {
	return rules.Parse("idle.yaml", []byte(`rules: [{id: idle, kind: secret, title: Never found, pattern: '\x01\x02\x03\x04idle'}]`))
}

// timeRule measures a file of one rule: nanoseconds of CPU time for one pass.
func timeRule(ctx context.Context, file *rules.File, texts []scanner.Text, minCPU time.Duration) (cost RuleCost, nanos float64, err error) {
	counting, err := rules.CompileCounting([]*rules.File{file}, &cost.Work)
	if err != nil {
		return cost, 0, err
	}
	// This pass builds what is built late, and counts.
	found, err := detectEach(ctx, counting, texts)
	if err != nil {
		return cost, 0, err
	}
	cost.Findings = found
	set, err := rules.Compile([]*rules.File{file})
	if err != nil {
		return cost, 0, err
	}
	if _, err := detectEach(ctx, set, texts); err != nil {
		return cost, 0, err
	}
	// The shortest pass is the one that was disturbed least.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	best, spent := time.Duration(math.MaxInt64), time.Duration(0)
	for passes := 0; spent < minCPU || passes < 5; passes++ {
		start, err := threadTime()
		if err != nil {
			return cost, 0, err
		}
		again, err := detectEach(ctx, set, texts)
		if err != nil {
			return cost, 0, err
		}
		if again != found {
			return cost, 0, fmt.Errorf("%d findings, then %d", found, again)
		}
		end, err := threadTime()
		if err != nil {
			return cost, 0, err
		}
		best = min(best, end-start)
		spent += end - start
	}
	return cost, float64(best), nil
}

// detectEach gives a detector one text at a time.
func detectEach(ctx context.Context, d scanner.Detector, texts []scanner.Text) (n int, err error) {
	for i := range texts {
		found, err := d.Detect(ctx, texts[i:i+1])
		if err != nil {
			return n, err
		}
		n += len(found)
	}
	return n, nil
}

// RuleTable writes the costs as a table that Markdown shows as one.
func RuleTable(w io.Writer, m Machine, what string, costs []RuleCost) error {
	out := &sheet{w: w}
	out.printf("Cost of rules, each alone, on %s. %s\n\n", what, m)
	out.row("rule", "ns per KB", "anchors", "bytes walked", "windows", "exact steps", "RE2 calls", "RE2 bytes", "matches", "findings")
	out.rule(1, 9)
	for _, c := range costs {
		row := []string{c.Rule, fmt.Sprintf("%.1f", c.NanosPerKB)}
		for _, n := range []int64{c.Work.Anchors, c.Work.Walked, c.Work.Windows, c.Work.ExactSteps, c.Work.Calls, c.Work.CallBytes, c.Work.Matches} {
			row = append(row, fmt.Sprint(n))
		}
		out.row(append(row, fmt.Sprint(c.Findings))...)
	}
	return out.flush()
}
