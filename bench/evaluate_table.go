package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// partTitles head the tables of an evaluation.
var partTitles = map[string]string{"secrets": "Secrets", "pii": "Personal data", "code": "Source code", "index": "Private code"}

// EvalTable writes the figures as one table for each part, targets beside
// them. The parts of a figure are written if details is set. It returns how
// many figures have a target and how many reach it.
func EvalTable(w io.Writer, m Machine, figures []Figure, details bool) (reached, targets int, err error) {
	out := &sheet{w: w}
	what := "Detection on labelled texts"
	if len(figures) > 0 && figures[0].Part == "index" {
		what = "Recognition of code by an index"
	}
	out.printf("%s; findings of medium confidence and above. %s\n", what, m)
	part := ""
	for i := range figures {
		f := &figures[i]
		if f.Detail && !details {
			continue
		}
		if f.Part != part {
			if err := out.flush(); err != nil {
				return reached, targets, err
			}
			part = f.Part
			out.tab = nil
			out.printf("\n## %s\n\n", partTitles[part])
			out.row("corpus", "measure", "figure", "count", "target", "reached")
			out.rule(2, 4)
		}
		verdict := ""
		if f.Target != nil {
			targets++
			verdict = "**no**"
			if f.Reached() {
				reached++
				verdict = "yes"
			}
		}
		out.row(f.Corpus, f.Measure, f.text(f.Value), f.Count, f.targetText(), verdict)
	}
	if err := out.flush(); err != nil {
		return reached, targets, err
	}
	_, err = fmt.Fprintf(w, "\n%d of %d targets reached\n", reached, targets)
	return reached, targets, err
}

func (f *Figure) targetText() string {
	switch {
	case f.Target == nil:
		return ""
	case f.Target.Value == 0:
		return "0"
	case f.Target.Most:
		return "≤ " + f.text(f.Target.Value)
	}
	return "≥ " + f.text(f.Target.Value)
}

// text writes a value in the figure's unit.
func (f *Figure) text(v float64) string {
	switch {
	case f.Unit == Times:
		return fmt.Sprintf("%.0f", v)
	case f.Unit == PerMB:
		return fmt.Sprintf("%.2f", v)
	case f.Unit == PerSecond:
		return fmt.Sprintf("%.0f MB/s", v)
	case f.Unit == PerByte, f.Unit == Minutes, f.Unit == Gigabytes:
		return fmt.Sprintf("%.2f %s", v, f.Unit)
	case strings.Contains(f.Measure, "F1"):
		return fmt.Sprintf("%.3f", v)
	}
	return fmt.Sprintf("%.1f %%", 100*v)
}

// CompareTable writes the figures of several detectors side by side, those of
// the first in the order in which they are. Counts are those of the first.
func CompareTable(w io.Writer, m Machine, names []string, all [][]Figure) error {
	out := &sheet{w: w}
	out.printf("Detection on labelled texts by several detectors; of Sluice findings of medium confidence and above. %s\n\n", m)
	out.row(append([]string{"corpus", "measure"}, append(slices.Clone(names), "count of the first")...)...)
	out.rule(2, len(names)+1)
	for i := range all[0] {
		f := &all[0][i]
		if f.Detail {
			continue
		}
		row := []string{f.Corpus, f.Measure}
		for _, figures := range all {
			cell := "–"
			for k := range figures {
				if g := &figures[k]; g.Part == f.Part && g.Corpus == f.Corpus && g.Measure == f.Measure {
					cell = g.text(g.Value)
				}
			}
			row = append(row, cell)
		}
		out.row(append(row, f.Count)...)
	}
	return out.flush()
}
