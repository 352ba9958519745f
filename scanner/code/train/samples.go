package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner/code/internal/languages"
)

// How much is taken of a language: lines in all, lines of a window, windows of
// a file. A language in few files must not be learnt from those alone, and one
// in many must not outweigh the others.
const (
	linesPerLanguage = 2500
	// linesToName are lines more, by which a popular language is told from the
	// others: that takes more programs than to tell code from prose.
	linesToName    = 12000
	shortestWindow = 5
	longestWindow  = 40
	windowsPerFile = 10
	// Files of text and data, which are not code.
	linesOfText = 12000
	linesOfData = 2500
)

// notPrograms are tags of samples that are text, data or a mixture, which a
// label for the whole file would get wrong.
var notPrograms = set(`text plaintext txt output email irc kmsg csv json json-doc json5 jsonld jsonl hexdump notmuch todotxt rst
markdown md wikitext trac-wiki moin gemtext org creole ldif mime console doscon tcshcon rconsole pwsh-session pypylog pytb
py2tb psysh iex sgf pot po gettext sourceslist registry http diff wdiff udiff bib bibtex bst cucumber gherkin inform6 inform7
vctreestatus webvtt mozhashpreproc srcinfo debian.sources control postgres-explain bash-session shell-session dylan-console gap-repl
julia-repl matlabsession nodejsrepl erl rbcon jlcon pycon sqlite3 syzlang syzprog plain escape conf textile ezhil shakespeare
scdoc tid apiblueprint markless groff ms aheui mcschema nt tnt`)

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// sample is a file of a package, as it will be cut into windows.
type sample struct {
	source, tag string
	key         uint64 // the order in which files are taken
	lines       [][]byte
	limit       int
}

// fromPackages fetches the packages of the manifest and cuts rows from them:
// windows of programs, prose and fenced programs of Markdown files, licence
// texts, data, and translated messages.
func fromPackages(ctx context.Context, cache string, heldOut []row) ([]row, error) {
	list, err := packages()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	known := linesOf(heldOut)
	c := cutter{known: known, byTag: map[string][]sample{}, seen: map[[32]byte]bool{}, left: map[string]int{"md": linesOfText, "po": linesOfText / 3, "data": linesOfData, "licence": linesOfText}}
	for _, p := range list {
		archive, err := p.fetch(ctx, cache)
		if err != nil {
			return nil, err
		}
		take := regexp.MustCompile(p.Take)
		if err := eachFile(archive, func(name string, data []byte) { c.file(&p, take, name, data) }); err != nil {
			return nil, err
		}
	}
	for _, tag := range sortedKeys(c.byTag) {
		c.windows(c.byTag[tag])
	}
	return c.rows, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// cutter cuts rows from files.
type cutter struct {
	byTag map[string][]sample
	seen  map[[32]byte]bool // files, by hash
	left  map[string]int    // lines of what is no program
	rows  []row
	known map[string]bool // lines of texts that are measured on
}

// longLine is the length in bytes from which a line is taken to be no
// coincidence.
const longLine = 25

// linesOf is the set of the rows' long lines.
func linesOf(rows []row) map[string]bool {
	known := make(map[string]bool)
	for i := range rows {
		for _, line := range rows[i].split() {
			if line = bytes.TrimSpace(line); len(line) >= longLine {
				known[string(line)] = true
			}
		}
	}
	return known
}

// shared reports whether a row has lines of texts that are measured on: some
// programs stand in several collections of samples.
func (c *cutter) shared(r *row) bool {
	n := 0
	for _, line := range r.split() {
		if c.known[string(bytes.TrimSpace(line))] {
			n++
		}
	}
	return n >= 2
}

var openLicense = regexp.MustCompile(`GNU (?:Lesser |Library |Affero )?General Public|\bA?L?GPL|Mozilla Public|Eclipse Public|CC BY-SA|CC-BY-SA`)

// file sorts a file by its name.
func (c *cutter) file(p *pack, take *regexp.Regexp, name string, data []byte) {
	sum := sha256.Sum256(data)
	if c.seen[sum] || bytes.IndexByte(data, 0) >= 0 || len(data) < 40 || openLicense.Match(data) {
		return
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	source := "package:" + p.Name
	base, ext := strings.ToUpper(path.Base(name)), strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	switch {
	case strings.HasPrefix(base, "LICENSE") || strings.HasPrefix(base, "LICENCE") || strings.HasPrefix(base, "COPYING") || strings.HasPrefix(base, "NOTICE"):
		c.add("licence", row{Source: source, Lines: labels(data, 0), Text: string(data)})
	case ext == "md":
		c.add("md", markdown(source, data))
	case ext == "po":
		c.add("po", messages(source, data))
	case ext == "json" || ext == "csv" || ext == "jsonl":
		split := bytes.Split(data, []byte("\n"))
		data = bytes.Join(split[:min(len(split), longestWindow)], []byte("\n"))
		if len(data) < 20000 {
			c.add("data", row{Source: source, Lines: labels(data, 0), Text: string(data)})
		}
	default:
		found := take.FindStringSubmatch(name)
		if found == nil {
			return
		}
		tag := ext
		if ext == "" {
			tag = strings.ToLower(path.Base(name))
		}
		for _, group := range found[1:] {
			if group != "" {
				tag = strings.ToLower(group)
			}
		}
		if notPrograms[tag] || !bytes.Contains(data, []byte("\n")) {
			return
		}
		limit := linesPerLanguage
		if p.Lines > 0 {
			limit = p.Lines
		}
		c.byTag[tag] = append(c.byTag[tag], sample{source, tag, binary.LittleEndian.Uint64(sum[:]), bytes.Split(data, []byte("\n")), limit})
	}
	c.seen[sum] = true
}

// add adds what is no program, up to the bound of its kind.
func (c *cutter) add(kind string, r row) {
	if c.left[kind] <= 0 || len(r.Lines) == 0 || c.shared(&r) {
		return
	}
	c.left[kind] -= len(r.Lines)
	r.ID = fmt.Sprint(r.Source, " ", kind, " ", len(c.rows))
	c.rows = append(c.rows, r)
}

// labels gives every line the same label.
func labels(text []byte, label int) []*int {
	out := make([]*int, bytes.Count(text, []byte("\n"))+1)
	for i := range out {
		out[i] = &label
	}
	return out
}

// windows cuts the programs of one language, a window of each file before a
// second one of any, the packages taking turns.
func (c *cutter) windows(files []sample) {
	slices.SortStableFunc(files, func(a, b sample) int { return cmp.Compare(a.key, b.key) })
	turn, before := make(map[uint64]int), make(map[string]int)
	for _, f := range files {
		turn[f.key] = before[f.source]
		before[f.source]++
	}
	slices.SortStableFunc(files, func(a, b sample) int { return turn[a.key] - turn[b.key] })
	more := 0
	if l, _ := languages.OfTag([]byte(files[0].tag)); popular[l.Name] && !unclear[files[0].tag] {
		more = linesToName
	}
	taken := 0
	for round := range windowsPerFile {
		for _, f := range files {
			if taken >= f.limit+more {
				continue
			}
			rng := rand.New(rand.NewPCG(f.key, uint64(round)))
			n := shortestWindow + rng.IntN(longestWindow-shortestWindow)
			if len(f.lines) < n {
				if round > 0 {
					continue
				}
				n = len(f.lines)
			}
			start := rng.IntN(len(f.lines) - n + 1)
			r := program(&f, start, start+n)
			if r.Lines == nil || c.shared(&r) {
				continue
			}
			r.ID = fmt.Sprint(f.source, " ", f.tag, " ", len(c.rows))
			r.NameOnly = taken >= f.limit
			c.rows = append(c.rows, r)
			taken += n
		}
	}
}

// program labels the lines of a window as code, but for the inside of block
// comments and doc strings: those are prose, and telling them from prose
// elsewhere is the decoder's business, not that of a line.
func program(f *sample, start, end int) row {
	one := 1
	r := row{Source: f.source, Lang: f.tag, File: fmt.Sprint(f.key), Text: string(bytes.Join(f.lines[start:end], []byte("\n")))}
	legal, inside := 0, ""
	for i, line := range f.lines[:end] {
		was := inside
		inside = comment(line, inside)
		if i < start {
			continue
		}
		label := &one
		if was != "" && inside != "" && !bytes.HasPrefix(bytes.TrimSpace(line), []byte("*")) || len(line) > 4000 {
			label = nil
		}
		if legalWords.Match(line) {
			legal++
		}
		r.Lines = append(r.Lines, label)
	}
	if legal >= 3 {
		return row{}
	}
	return r
}

var legalWords = regexp.MustCompile(`(?i)copyright|licen[sc]e|warrant|redistribut|liab(?:le|ility)|merchantab`)

// openComments are marks that open a comment or a doc string, and what ends it.
var openComments = [][2]string{{`"""`, `"""`}, {`'''`, `'''`}, {"/*", "*/"}, {"<!--", "-->"}, {"(*", "*)"}, {"{-", "-}"}, {"=begin", "=end"}, {"--[[", "]]"}}

// comment returns the mark that will end the comment or doc string that the
// line leaves open, given that which it began in.
func comment(line []byte, inside string) string {
	for {
		if inside != "" {
			_, rest, ok := bytes.Cut(line, []byte(inside))
			if !ok {
				return inside
			}
			line, inside = rest, ""
			continue
		}
		first, after := -1, 0
		for _, marks := range openComments {
			if i := bytes.Index(line, []byte(marks[0])); i >= 0 && (first < 0 || i < first) {
				first, after, inside = i, i+len(marks[0]), marks[1]
			}
		}
		if first < 0 {
			return ""
		}
		line = line[after:]
	}
}

// markdown labels prose and fenced programs; what is neither for certain has no
// label.
func markdown(source string, data []byte) row {
	zero, one := 0, 1
	r := row{Source: source, Text: string(data)}
	fenced, program := false, false
	for line := range strings.SplitSeq(r.Text, "\n") {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "```") {
			fenced = !fenced
			tag := strings.ToLower(strings.Trim(trimmed, "` {.}"))
			program = fenced && fencedPrograms[tag]
			r.Lines = append(r.Lines, nil)
			continue
		}
		switch {
		case program:
			r.Lines = append(r.Lines, &one)
		case fenced || strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t") || strings.ContainsAny(trimmed, "<>{}|=;"):
			r.Lines = append(r.Lines, nil)
		default:
			r.Lines = append(r.Lines, &zero)
		}
	}
	return r
}

var fencedPrograms = set(`python py go js javascript ts typescript java kotlin rust rust,no_run rust,ignore ruby c cpp c++ bash sh shell yaml toml sql php swift
scala groovy html css scss jsx tsx dockerfile lua perl objc haskell diff xml`)

// messages takes the translations of a gettext catalogue: prose in other
// languages.
func messages(source string, data []byte) row {
	zero := 0
	r := row{Source: source}
	var out []string
	for line := range strings.SplitSeq(string(data), "\n") {
		text, ok := strings.CutPrefix(line, `msgstr "`)
		if !ok || len(text) < 60 {
			continue
		}
		text = strings.TrimSuffix(text, `"`)
		if strings.ContainsAny(text, `\<>{}%`) {
			continue
		}
		out = append(out, text)
		r.Lines = append(r.Lines, &zero)
		if len(out) == 6 {
			break
		}
	}
	r.Text = strings.Join(out, "\n")
	return r
}
