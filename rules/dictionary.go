package rules

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// Dictionary is a file of words and phrases to find. Load reads it, together
// with the rule file.
type Dictionary struct {
	// File is a text of one entry a line, or a table (.csv, .tsv). It is relative
	// to the rule file.
	File string `yaml:"file"`
	// Column is the head of the table's column that holds the entries, or its
	// number, from 1, in a table without heads.
	Column string `yaml:"column"`
	// Normalise is whether spelling makes no difference: case, accents,
	// full-width forms, what stands between words. Left out, it is true.
	Normalise *bool `yaml:"normalise"`
	// MinLength is how many letters and digits an entry must have to be looked
	// for; letters of Chinese, Japanese, Korean and the like count twice. The
	// default is 3.
	MinLength int `yaml:"min_length"`

	place
	loaded *match.Dictionary
	short  int // entries left out
}

// Len returns the number of entries that differ, 0 before Load.
func (d *Dictionary) Len() int {
	if d.loaded == nil {
		return 0
	}
	return d.loaded.Len()
}

const (
	defaultMinLength = 3
	maxMinLength     = 100
	maxListBytes     = 1 << 30
	maxListFaults    = 10
	maxLineBytes     = 1 << 20
)

// listing is what finds candidates other than by patterns. Pattern of its
// matches is an index into levels.
type listing interface {
	Find(ctx context.Context, dst []match.Match, text []byte) ([]match.Match, error)
}

// source is a listing of a rule, and the confidence that its matches begin
// with; 0 is the rule's own.
type source struct {
	listing
	levels []scanner.Confidence
}

// sources returns what finds candidates for the rule besides its patterns.
func (r *Rule) sources() ([]source, error) {
	var out []source
	if d := r.Dictionary; d != nil {
		if d.loaded == nil {
			return nil, d.fault(r, "the dictionary was not read: rules that name files must be loaded from files")
		}
		out = append(out, source{d.loaded, []scanner.Confidence{0}})
	}
	if r.EDM != nil {
		src, err := r.EDM.source(r)
		if err != nil {
			return nil, err
		}
		out = append(out, src)
	}
	return out, nil
}

// loadLists reads the files that the rules name.
func (f *File) loadLists(fsys fs.FS) error {
	var faults []error
	for _, r := range f.Rules {
		if r.Dictionary != nil {
			faults = append(faults, r.Dictionary.load(fsys, r)...)
		}
		if r.EDM != nil {
			if err := r.EDM.load(fsys, r); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return errors.Join(faults...)
}

// Lists returns the files that rules name, such as dictionaries, as Load would
// open them. It reads the rule files, but not the lists; what is wrong with
// them is Load's to say.
func Lists(fsys fs.FS, paths ...string) []string {
	var lists []string
	for _, name := range paths {
		names, err := ruleFiles(fsys, name)
		if err != nil {
			continue
		}
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err != nil || !bytes.Contains(data, []byte("file:")) {
				continue
			}
			if f, err := Parse(name, data); err == nil {
				lists = append(lists, f.lists()...)
			}
		}
	}
	return lists
}

func (f *File) lists() []string {
	var names []string
	for _, r := range f.Rules {
		if r.Dictionary != nil {
			names = append(names, beside(r.file, r.Dictionary.File))
		}
		if r.EDM != nil {
			names = append(names, beside(r.file, r.EDM.File))
		}
	}
	return names
}

// beside is a path that a file names, relative to its folder.
func beside(file, name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(path.Dir(file), name)
}

func (d *Dictionary) fault(r *Rule, format string, args ...any) *FileError {
	err := r.fault("dictionary", format, args...)
	err.Line = cmp.Or(d.line, err.Line)
	return err
}

func (d *Dictionary) validate(r *Rule) (faults []error) {
	if d.File == "" {
		faults = append(faults, d.fault(r, "dictionary has no file: write `file: names.txt`, relative to the rule file"))
	}
	if d.MinLength < 0 || d.MinLength > maxMinLength {
		faults = append(faults, d.fault(r, "min_length %d: write a number of letters from 1 to %d", d.MinLength, maxMinLength))
	}
	return faults
}

// load reads the file and builds the dictionary. Errors name lines of the file,
// never what stands there.
func (d *Dictionary) load(fsys fs.FS, r *Rule) []error {
	name := beside(r.file, d.File)
	b := match.NewDictionaryBuilder(match.DictionaryOptions{
		Exact:     d.Normalise != nil && !*d.Normalise,
		MinLength: cmp.Or(d.MinLength, defaultMinLength),
	})
	d.short = 0
	added := 0
	var faults []error
	err := readList(fsys, name, d.Column, func(line int, entry []byte) error {
		ok, err := b.Add(entry)
		switch {
		case ok:
			added++
		case err == nil:
			d.short++
		case errors.Is(err, match.ErrNoWord):
			// A dash in a cell is not there to be found.
		case errors.Is(err, match.ErrInvalidUTF8):
			faults = append(faults, &FileError{name, line, "the entry is not UTF-8: save the file as UTF-8"})
		default:
			faults = append(faults, &FileError{name, line, "the entry is longer than 256 bytes or 32 words: shorten it, or write a rule with a pattern"})
		}
		if len(faults) == maxListFaults {
			return errors.New("there may be more faults, these are the first")
		}
		return nil
	})
	if err != nil {
		if _, placed := errors.AsType[*FileError](err); !placed {
			err = d.fault(r, "%v", err)
		}
		faults = append(faults, err)
	}
	if len(faults) > 0 {
		return faults
	}
	if added == 0 {
		return []error{&FileError{File: name, Msg: fmt.Sprintf("no entry of %d letters or more: write one a line", cmp.Or(d.MinLength, defaultMinLength))}}
	}
	d.loaded = b.Build()
	return nil
}

// readList gives the entries of a list with their lines, starting at 1: the
// lines of a text but empty ones and those that begin with #, or the cells of
// one column of a table.
func readList(fsys fs.FS, name, column string, yield func(line int, entry []byte) error) error {
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return &FileError{File: name, Msg: "is a folder: name a file"}
	}
	limited := &io.LimitedReader{R: f, N: maxListBytes + 1}
	in := bufio.NewReaderSize(limited, maxLineBytes)
	skipMark(in)
	ext := path.Ext(name)
	if column != "" || ext == ".csv" || ext == ".tsv" {
		err = readTable(in, name, column, yield)
	} else {
		err = readLines(in, name, yield)
	}
	if err == nil && limited.N == 0 {
		err = &FileError{File: name, Msg: "the file is larger than 1 GiB: split it"}
	}
	return err
}

// skipMark skips a byte order mark.
func skipMark(in *bufio.Reader) {
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" {
		_, _ = in.Discard(3)
	}
}

func readLines(in *bufio.Reader, name string, yield func(line int, entry []byte) error) error {
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return &FileError{name, n, "the line is longer than 1 MiB: write one entry a line"}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if entry := trimSpace(line); len(entry) > 0 && entry[0] != '#' {
			if err := yield(n, entry); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

func trimSpace(line []byte) []byte {
	for len(line) > 0 && line[len(line)-1] <= ' ' {
		line = line[:len(line)-1]
	}
	for len(line) > 0 && line[0] <= ' ' {
		line = line[1:]
	}
	return line
}

// readTable gives the cells of one column.
func readTable(in *bufio.Reader, name, column string, yield func(line int, entry []byte) error) error {
	t, err := newTableReader(in, name)
	if err != nil {
		return err
	}
	index, err := t.column(column)
	if err != nil {
		return err
	}
	for {
		row, line, err := t.next()
		if err != nil || row == nil {
			return err
		}
		if index >= len(row) {
			continue
		}
		if entry := strings.TrimSpace(row[index]); entry != "" {
			if err := yield(line, []byte(entry)); err != nil {
				return err
			}
		}
	}
}

// tableReader reads CSV, whose separator it guesses from the first line.
type tableReader struct {
	name  string
	csv   *csv.Reader
	heads []string
	first bool // heads is to be given as a row, too
}

func newTableReader(in *bufio.Reader, name string) (*tableReader, error) {
	t := &tableReader{name: name, csv: csv.NewReader(in)}
	t.csv.Comment = '#'
	t.csv.FieldsPerRecord = -1
	t.csv.Comma = separator(in)
	heads, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, &FileError{File: name, Msg: "the table is empty"}
	}
	if err != nil {
		return nil, t.fault(err)
	}
	t.heads = heads
	t.csv.ReuseRecord = true
	return t, nil
}

// separator is the most frequent one of the first line that is no comment.
func separator(in *bufio.Reader) rune {
	head, _ := in.Peek(min(in.Size(), 64<<10))
	best, most := ',', 0
	for line := range strings.Lines(string(head)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		for _, c := range ",;\t|" {
			if n := strings.Count(line, string(c)); n > most {
				best, most = c, n
			}
		}
		break
	}
	return best
}

// column finds a column by its head or, if no head is so called, by its number.
// The first row is then taken for an entry.
func (t *tableReader) column(name string) (int, error) {
	if name == "" && len(t.heads) == 1 {
		t.first = true
		return 0, nil
	}
	for i, head := range t.heads {
		if strings.TrimSpace(head) == name && name != "" {
			return i, nil
		}
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(t.heads) {
		t.first = true
		return n - 1, nil
	}
	if name == "" {
		return 0, &FileError{t.name, 1, fmt.Sprintf("the table has %d columns: say which with `column:`, its head or its number", len(t.heads))}
	}
	return 0, &FileError{t.name, 1, fmt.Sprintf("no column is called %q: write the head of one, or a number from 1 to %d", name, len(t.heads))}
}

// next returns a row, valid until the next call, and its line; nil at the end.
func (t *tableReader) next() (row []string, line int, err error) {
	if t.first {
		t.first = false
		return t.heads, 1, nil
	}
	row, err = t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, t.fault(err)
	}
	line, _ = t.csv.FieldPos(0)
	return row, line, nil
}

// fault places an error of the CSV reader, which quotes nothing.
func (t *tableReader) fault(err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return &FileError{t.name, e.Line, "not a table: " + e.Err.Error()}
	}
	return fmt.Errorf("read %s: %w", t.name, err)
}
