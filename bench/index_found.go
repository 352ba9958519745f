package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code/fingerprint"
	"github.com/sluice-dlp/sluice/scanner/code/fingerprint/corpus"
)

// changes are what happens to code on its way into a prompt.
var changes = []struct {
	name string
	of   func(r *rand.Rand, text, suffix string) string
}{
	{"as they stand", func(_ *rand.Rand, text, _ string) string { return text }},
	{"indented anew", func(_ *rand.Rand, text, _ string) string { return indented(text) }},
	{"without comments", func(_ *rand.Rand, text, suffix string) string { return uncommented(text, suffix) }},
	{"30 % of names changed", func(r *rand.Rand, text, _ string) string { return renamed(r, text, .3) }},
	{"all names changed", func(r *rand.Rand, text, _ string) string { return renamed(r, text, 1) }},
	{"20 % of lines edited", func(r *rand.Rand, text, _ string) string { return edited(r, text) }},
}

// snippetLines are the lengths of the snippets that are looked for.
var snippetLines = []int{5, 10, 20}

// recall looks for snippets of the files that are indexed.
func (e *indexEvaluation) recall(ctx context.Context, d scanner.Detector, private []*project) error {
	var files []*corpus.File
	for _, p := range private {
		for i := range p.files {
			if isSource(&p.files[i]) {
				files = append(files, &p.files[i])
			}
		}
	}
	if len(files) == 0 {
		return errors.New("half of the projects have no file of a programming language")
	}
	for _, lines := range snippetLines {
		r := rand.New(rand.NewPCG(e.Seed, uint64(lines)))
		for range e.Snippets {
			text, suffix, err := snippet(ctx, r, files, lines)
			if err != nil {
				return err
			}
			for _, c := range changes {
				prompt := "Can you see why this does not do what we expect?\n\n" + c.of(r, text, suffix) + "\n\nThanks a lot for the help."
				code, any, err := recognised(ctx, d, prompt)
				if err != nil {
					return err
				}
				e.count(fmt.Sprintf("%d lines %s/acts", lines, c.name), code)
				e.count(fmt.Sprintf("%d lines %s/reports", lines, c.name), any)
				if lines == 10 && c.name == changes[0].name {
					e.count("suffix "+suffix, code)
				}
			}
		}
	}
	return nil
}

func (e *indexEvaluation) count(name string, hit bool) {
	if e.found[name] == nil {
		e.found[name] = new(tally)
	}
	e.found[name].add(hit)
}

// recognised reports whether a text is taken for private code, and whether it
// is at least said to be similar.
func recognised(ctx context.Context, d scanner.Detector, text string) (code, any bool, err error) {
	found, err := d.Detect(ctx, []scanner.Text{{Bytes: []byte(text)}})
	for _, f := range found {
		if f.Confidence >= scanner.Medium {
			any = true
			code = code || f.Rule != fingerprint.RuleSimilar
		}
	}
	return code, any, err
}

// snippet takes lines of a file, most of which say something and which
// are no list of imports and no licence.
func snippet(ctx context.Context, r *rand.Rand, files []*corpus.File, n int) (text, suffix string, err error) {
	for range 10_000 {
		f := files[r.IntN(len(files))]
		data, err := f.Text(ctx)
		if err != nil {
			return "", "", err
		}
		lines := strings.Split(string(data), "\n")
		if len(lines) < n {
			continue
		}
		at := r.IntN(len(lines) - n + 1)
		full, imports := 0, 0
		for _, l := range lines[at : at+n] {
			if len(strings.TrimSpace(l)) > 2 {
				full++
			}
			if importLine.MatchString(l) {
				imports++
			}
		}
		text := strings.Join(lines[at:at+n], "\n")
		if full*10 >= n*7 && imports*2 < n && !legalWords.MatchString(text) {
			return text, filepath.Ext(f.Path), nil
		}
	}
	return "", "", fmt.Errorf("no file has %d lines of code in a row", n)
}

var (
	importLine = regexp.MustCompile(`^\s*((\w+ )?"[^" ]+"|(import|from|use|using|#include|require)\b.*)$`)
	legalWords = regexp.MustCompile(`(?i)copyright|licen[sc]e|warrant|liab(le|ility)|damages`)
	slashes    = regexp.MustCompile(`(?m)(^|[^:"'])//.*$`)
	hashes     = regexp.MustCompile(`(?m)(^|\s)#.*$`)
	identifier = regexp.MustCompile(`\b[A-Za-z_][A-Za-z0-9_]{2,}\b`)
)

func indented(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString("      " + strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

func uncommented(text, suffix string) string {
	switch suffix {
	case ".py", ".rb", ".sh", ".yaml", ".yml", ".toml", ".pl", ".r":
		return hashes.ReplaceAllString(text, "$1")
	}
	return slashes.ReplaceAllString(text, "$1")
}

// reserved are words that renaming leaves alone, in any language.
var reserved = func() map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(`and any append as assert async await bool boolean break byte case catch char class const
continue def default defer del delete double elif else end enum error except export extends false False final finally float
for foreach from func function global goto if impl implements import in int int32 int64 interface is lambda len let long
loop make map match mod module mut namespace new nil None not null NULL or package panic pass pub private protected public
raise range return select self Self short signed sizeof static str string String struct super switch template this throw
trait true True try type typedef typeof uint uint32 uint64 undefined union unsafe unsigned use using var virtual void
volatile where while with yield`) {
		m[w] = true
	}
	return m
}()

// renamed gives a share of the names another name each.
func renamed(r *rand.Rand, text string, share float64) string {
	to := make(map[string]string)
	return identifier.ReplaceAllStringFunc(text, func(word string) string {
		if reserved[word] {
			return word
		}
		if _, ok := to[word]; !ok {
			to[word] = word
			if r.Float64() < share {
				to[word] = fmt.Sprint("v", len(to))
			}
		}
		return to[word]
	})
}

// edited changes, adds or drops one line of five.
func edited(r *rand.Rand, text string) string {
	lines := strings.Split(text, "\n")
	for range len(lines) / 5 {
		i := r.IntN(len(lines))
		switch r.IntN(3) {
		case 0:
			lines[i] = strings.Replace(lines[i], "(", "(ctx, ", 1) + " // todo"
		case 1:
			lines = append(lines[:i], append([]string{`    log("debug here", x1)`}, lines[i:]...)...)
		default:
			lines = append(lines[:i], lines[i+1:]...)
		}
	}
	return strings.Join(lines, "\n")
}

// alarmLines is the length of the windows in which there is nothing to find.
const alarmLines = 20

// falseAlarms reads code that is not indexed. A window of which five lines in a
// row stand in an indexed file is a copy: to find it is right.
func (e *indexEvaluation) falseAlarms(ctx context.Context, d scanner.Detector, private, other []*project) error {
	type alarm struct {
		runs []uint64
		code bool
	}
	var alarms []alarm
	wanted := make(map[uint64]bool) // runs of lines of the windows that were found, then whether they are indexed
	err := eachText(ctx, other, isSource, func(data []byte) error {
		lines := strings.Split(string(data), "\n")
		for i := 0; i+alarmLines <= len(lines); i += alarmLines {
			text := strings.Join(lines[i:i+alarmLines], "\n")
			e.windows++
			code, any, err := recognised(ctx, d, text)
			if err != nil {
				return err
			}
			if any {
				a := alarm{runsOf([]byte(text)), code}
				for _, h := range a.runs {
					wanted[h] = false
				}
				alarms = append(alarms, a)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = eachText(ctx, private, isSource, func(data []byte) error {
		for _, h := range runsOf(data) {
			if _, ok := wanted[h]; ok {
				wanted[h] = true
			}
		}
		return nil
	})
	for _, a := range alarms {
		copied := false
		for _, h := range a.runs {
			copied = copied || wanted[h]
		}
		switch {
		case copied:
			e.copies++
		case a.code:
			e.alarms++
			fallthrough
		default:
			e.similar++
		}
	}
	return err
}

// isSource reports whether a file is of a programming language, by its name.
func isSource(f *corpus.File) bool { return slices.Contains(sourceSuffixes, filepath.Ext(f.Name)) }

func isDocument(f *corpus.File) bool { return f.Document }

// eachText reads the files of projects one after the other.
func eachText(ctx context.Context, projects []*project, which func(*corpus.File) bool, f func([]byte) error) error {
	for _, p := range projects {
		for i := range p.files {
			if !which(&p.files[i]) {
				continue
			}
			text, err := p.files[i].Text(ctx)
			if err != nil || len(text) == 0 {
				if err != nil {
					return err
				}
				continue
			}
			if err := f(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// runLines is how many lines in a row make a copy.
const runLines = 5

// runsOf returns the hashes of all runs of lines that have eight characters or
// more.
func runsOf(text []byte) (out []uint64) {
	var last [runLines]uint64
	n := 0
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) < 8 {
			continue
		}
		copy(last[:], last[1:])
		last[runLines-1] = hashLine(line)
		if n++; n >= runLines {
			sum := uint64(0)
			for _, h := range last {
				sum = sum*0x9e3779b97f4a7c15 ^ h
			}
			out = append(out, sum)
		}
	}
	return out
}
