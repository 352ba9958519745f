package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// tuningSources are the sources that weights and thresholds may be fitted on.
// Everything else is held out; corpora_test.go of package code keeps the same
// list.
var tuningSources = map[string]bool{
	"answer:arena-hard": true, "detexc": true, "md-mixed": true, "mxeval": true,
	"real:arena-hard": true, "real:self-instruct-seed": true,
	"awesome": true, "md-prose": true, "moby-dick": true, "prompts.chat": true, "sotu": true,
	"gsm8k": true, "udhr": true, "vega-csv": true, "vega-json": true, "talon-email": true,
	"arena1": true, "selfinstruct": true, "oasst": true,
}

// checkGroups are the groups that crossCheck leaves out in turn.
var checkGroups = []string{"mxeval", "arena", "markdown", "other", "packages"}

func groupOf(source string) int {
	switch {
	case strings.HasPrefix(source, "package:"):
		return 4
	case source == "mxeval" || source == "moby-dick" || source == "vega-csv":
		return 0
	case strings.Contains(source, "arena") || source == "gsm8k":
		return 1
	case strings.HasPrefix(source, "md-") || source == "awesome":
		return 2
	}
	return 3
}

// row is a labelled text. Lines[i] is nil where a line is not to be scored.
type row struct {
	ID, Text, Lang, Source, License string
	Lines                           []*int
	File                            string `json:"-"` // of a package, that it was cut from
	NameOnly                        bool   `json:"-"` // for the names of languages, not for what is code
}

func (r *row) tuning() bool    { return tuningSources[r.Source] }
func (r *row) packaged() bool  { return strings.HasPrefix(r.Source, "package:") }
func (r *row) split() [][]byte { return bytes.Split([]byte(r.Text), []byte("\n")) }

// permissive reports whether the row's licence lets weights be derived from it.
func (r *row) permissive() bool { return permissive(r.License) }

// permissive reads a licence, or several of which all apply or one may be
// chosen.
func permissive(license string) bool {
	name, _, _ := strings.Cut(license, " (")
	for part := range strings.SplitSeq(strings.NewReplacer(" OR ", "/", " AND ", "/").Replace(name), "/") {
		switch part {
		case "MIT", "Apache-2.0", "BSD-2", "BSD-3", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "public domain":
		default:
			return false
		}
	}
	return true
}

func load(folder string) ([]row, error) {
	var rows []row
	for _, name := range []string{"code-code", "code-prose", "code-negatives", "code-real"} {
		f, err := os.Open(filepath.Join(folder, name+".jsonl.gz"))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		some, err := readRows(z)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

// loadOwn reads a file of texts that a user labelled.
func loadOwn(path string) ([]row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := readRows(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i := range rows {
		rows[i].Source, rows[i].License = "own", "own"
	}
	return rows, nil
}

// holdOut parts rows into those to train on and those to measure on, one in five,
// by the hash of their text: which is which does not change with their order.
func holdOut(rows []row) (fit, rest []row) {
	for _, r := range rows {
		if sum := sha256.Sum256([]byte(r.Text)); sum[0]%5 == 0 {
			rest = append(rest, r)
		} else {
			fit = append(fit, r)
		}
	}
	return fit, rest
}

func readRows(r io.Reader) ([]row, error) {
	var rows []row
	in := bufio.NewScanner(r)
	in.Buffer(nil, 64<<20)
	for n := 1; in.Scan(); n++ {
		var r row
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		r.File = r.ID
		if want := strings.Count(r.Text, "\n") + 1; len(r.Lines) != want {
			return nil, fmt.Errorf("line %d: %d labels for %d lines: give one for each, null for those not to be scored", n, len(r.Lines), want)
		}
		rows = append(rows, r)
	}
	return rows, in.Err()
}

// digest is the SHA-256 of the rows' texts and labels, in order.
func digest(rows []row) string {
	h := sha256.New()
	for _, r := range rows {
		fmt.Fprintf(h, "%d %s\n", len(r.Text), r.Text)
		for _, l := range r.Lines {
			if l == nil {
				fmt.Fprint(h, "?")
			} else {
				fmt.Fprint(h, *l)
			}
		}
		fmt.Fprintln(h)
	}
	return hex.EncodeToString(h.Sum(nil))
}
