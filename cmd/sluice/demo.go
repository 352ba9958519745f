package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sluice-dlp/sluice/bench"
	"github.com/sluice-dlp/sluice/bench/provider"
	"github.com/sluice-dlp/sluice/envoy/envoyproc"
)

// demoCommand shows prompts on their way.
func demoCommand(std streams) *cobra.Command {
	var python string
	var seed uint64
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show what leaves of a dozen prompts, without a key",
		Long: `Show what leaves of a dozen prompts. They are sent with the real OpenAI SDK for
Python through a real Envoy and this program to a stand-in for the provider.
Nothing leaves this machine, no key is needed, and every value is made up.

` + "`make demo`" + ` fetches what this needs. Exit status 1 if anything leaked.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGTERM, os.Interrupt)
			defer stop()
			d := &demo{page: newPage(std.out), fiction: bench.NewFiction(seed)}
			if err := d.open(ctx, python); err != nil {
				return errors.Join(err, d.close())
			}
			err := d.run(demoScenes(d.fiction))
			if err := errors.Join(err, d.close(), d.page.err); err != nil {
				return err
			}
			if d.leaks > 0 {
				return statusError(exitFindings)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&python, "python", "", "`interpreter` that has the OpenAI SDK; by default the one that `make demo` prepares")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "what the made-up values follow from")
	return cmd
}

// demo is everything that takes part. Prompts go twice: straight to one
// stand-in, for comparison, and through Envoy to the other.
type demo struct {
	page    *page
	fiction *bench.Fiction

	directTo, guardedTo *provider.Server
	stage               *stage
	direct, guarded     *sdk
	rows                []demoRow
	leaks               int
}

// demoRow is a line of the table at the end.
type demoRow struct {
	title, outcome, style, found string
	direct, guarded              float64 // milliseconds, medians
}

func (d *demo) open(ctx context.Context, python string) error {
	path, err := envoyproc.Find(ctx)
	if err != nil {
		return fmt.Errorf("%w (`make demo` fetches it)", err)
	}
	if python == "" {
		if python, err = preparedPython(); err != nil {
			return err
		}
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	const reply = "Of course. Here is what I would do."
	if d.directTo, err = provider.Start(provider.Options{Reply: reply}); err != nil {
		return err
	}
	if d.guardedTo, err = provider.Start(provider.Options{Reply: reply}); err != nil {
		return err
	}
	d.stage, err = openStage(ctx, stageOptions{Binary: binary, Envoy: path, Upstream: d.guardedTo.URL, Config: demoConfig})
	if err != nil {
		return err
	}
	script := filepath.Join(d.stage.dir, "client.py")
	if err := os.WriteFile(script, []byte(bench.PythonClient), 0o600); err != nil {
		return err
	}
	if d.direct, err = startSDK(ctx, d.directTo.URL, python, script); err != nil {
		return err
	}
	d.guarded, err = startSDK(ctx, d.stage.URL, python, script)
	return err
}

// preparedPython is the interpreter that `make demo` puts into the checkout.
func preparedPython() (string, error) {
	root, err := envoyproc.Root()
	if err != nil {
		return "", err
	}
	python := filepath.Join(root, ".cache", "clients", "python", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return "", errors.New("no Python with the OpenAI SDK: run `make demo`, or name one with --python")
	}
	return python, nil
}

func (d *demo) close() error {
	var errs []error
	for _, client := range []*sdk{d.direct, d.guarded} {
		if client != nil {
			errs = append(errs, client.close())
		}
	}
	if d.stage != nil {
		errs = append(errs, d.stage.close())
	}
	for _, server := range []*provider.Server{d.directTo, d.guardedTo} {
		if server != nil {
			server.Close()
		}
	}
	return errors.Join(errs...)
}

func (d *demo) run(scenes []scene) error {
	p := d.page
	p.print(p.styled(bold, "Sluice: what leaves, and what does not"))
	p.print("")
	p.print("  the real OpenAI SDK for Python ── Envoy ⇄ Sluice ── a stand-in for the provider")
	p.print("")
	p.print(p.styled(faint, "  All on this machine. No key, no model, and every value below is made up."))
	for i, s := range scenes {
		if err := d.play(i+1, s); err != nil {
			return fmt.Errorf("scene %d: %w", i+1, err)
		}
	}
	d.summary()
	return nil
}

// repeats is how often each prompt is timed, after a first time that is not.
const repeats = 5

// play sends one prompt and shows what became of it.
func (d *demo) play(n int, s scene) error {
	call := bench.Call{API: s.api, Body: s.body}
	var direct, guarded []float64
	var o bench.Outcome
	for i := range repeats + 1 {
		d.directTo.Reset()
		d.guardedTo.Reset()
		plain, err := d.direct.call(call)
		if err != nil {
			return err
		}
		if o, err = d.guarded.call(call); err != nil {
			return err
		}
		if i > 0 {
			direct, guarded = append(direct, plain.MS), append(guarded, o.MS)
		}
	}
	left := ""
	if requests := d.guardedTo.Requests(); len(requests) > 0 {
		left = string(requests[len(requests)-1].Body)
	}
	row := demoRow{title: s.title, direct: median(direct), guarded: median(guarded)}
	row.outcome, row.style, row.found = outcome(o, left, part(left, s.show, s.decode))
	if slices.ContainsFunc(s.values, func(v string) bool { return strings.Contains(left, v) || d.guardedTo.Contains(v) }) {
		row.outcome, row.style = "LEAKED", leaked
		d.leaks++
	}
	d.rows = append(d.rows, row)
	d.show(n, s, o, left, row)
	return d.page.err
}

// outcome is what became of a prompt, in a word, and what was found in it.
// shown is what a person reads of what left.
func outcome(o bench.Outcome, left, shown string) (word, style, what string) {
	switch {
	case !o.OK && left == "":
		_, reason, ok := strings.Cut(o.Printed, "policy: ") // "…: RULE at PLACE."
		if reason, _, _ = strings.Cut(reason, " at "); !ok {
			reason = o.Code
		}
		return "BLOCKED", red, reason
	case !o.OK:
		return "FAILED", red, o.Class
	case left == o.Sent:
		return "PASSED", bold, ""
	}
	return "REDACTED", green, strings.Join(rulesIn(shown), ", ")
}

func (d *demo) show(n int, s scene, o bench.Outcome, left string, row demoRow) {
	p := d.page
	p.heading(n, s.title, row.outcome, row.style)
	p.labelled("sent", part(o.Sent, s.show, s.decode), 7, valueMarks(s.values, red)...)
	switch left {
	case "":
		p.labelled("left", "nothing", 1)
	case o.Sent:
		p.labelled("left", "the same "+fmt.Sprint(len(left))+" bytes", 1)
	default:
		p.labelled("left", part(left, s.show, s.decode), 9, append(valueMarks(s.values, leaked), placeholders)...)
	}
	if o.OK {
		p.labelled("answer", o.Text, 2)
	} else {
		p.labelled("raised", o.Class+": "+o.Printed, 8)
		p.labelled("", fmt.Sprintf("status %d, code %q, param %q, attempts %d", o.Status, o.Code, o.Param, o.Attempts), 3)
	}
	p.print("    ", p.styled(faint, "        "+s.moral))
}

func (d *demo) summary() {
	p := d.page
	p.print("")
	p.print(p.styled(bold, "In short"))
	p.print("")
	p.print(p.styled(faint, fmt.Sprintf("      %-40s %-9s %-29s %6s %6s", "prompt", "outcome", "found", "direct", "via")))
	for i, r := range d.rows {
		what := r.found
		if runes := []rune(what); len(runes) > 29 {
			what = string(runes[:28]) + "…"
		}
		p.print(fmt.Sprintf("  %2d  %-40s ", i+1, r.title), p.styled(r.style, fmt.Sprintf("%-9s", r.outcome)),
			fmt.Sprintf(" %-29s %6.1f %6.1f", what, r.direct, r.guarded))
	}
	p.print("")
	p.print(p.styled(faint, fmt.Sprintf("  Milliseconds in the SDK, median of %d: straight to the stand-in, and through Envoy and Sluice.", repeats)))
	if d.leaks > 0 {
		p.print("  ", p.styled(leaked, fmt.Sprintf("%d prompts leaked.", d.leaks)))
		return
	}
	p.print("  Nothing that was to stay has left. Next: ", p.styled(bold, "make run"), " puts Sluice in front of a real provider.")
}

func median(ms []float64) float64 {
	slices.Sort(ms)
	return ms[len(ms)/2]
}
