package rules

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// EDM is exact data match: a file of keyed hashes of the rows of a table, whose
// values are found in texts. Load reads the file, Unlock opens it.
type EDM struct {
	// File was written by BuildRecords. It is relative to the rule file.
	File string `yaml:"file"`
	// Columns are those to look at; all if left out.
	Columns []string `yaml:"columns"`
	// MinColumns is how many values of one row must stand together; 2 if left
	// out. A value that stands in one row only and is long enough counts alone.
	MinColumns int `yaml:"min_columns"`
	// Window is how many bytes may lie between values of one row; 200 if left out.
	Window int `yaml:"window"`

	place
	data    []byte
	records *match.Records
	finder  *match.Finder
}

// Rows returns the number of rows, 0 before Unlock.
func (e *EDM) Rows() int {
	if e.records == nil {
		return 0
	}
	return e.records.Rows()
}

// Used returns the columns that are looked at, nil if those are all columns of a
// file before Unlock.
func (e *EDM) Used() []string {
	if len(e.Columns) > 0 || e.records == nil {
		return e.Columns
	}
	return e.records.Columns()
}

const maxRecordWindow = 10_000

func (e *EDM) fault(r *Rule, format string, args ...any) *FileError {
	err := r.fault("edm", format, args...)
	err.Line = cmp.Or(e.line, err.Line)
	return err
}

func (e *EDM) validate(r *Rule) (faults []error) {
	add := func(format string, args ...any) { faults = append(faults, e.fault(r, format, args...)) }
	if e.File == "" {
		add("edm has no file: write `file: customers.edm`, relative to the rule file, which `sluice edm build` writes")
	}
	if e.MinColumns < 0 || len(e.Columns) > 0 && e.MinColumns > len(e.Columns) {
		add("min_columns %d: write a number from 1 to that of the columns", e.MinColumns)
	}
	if e.Window < 0 || e.Window > maxRecordWindow {
		add("window %d: write a number of bytes from 1 to %d", e.Window, maxRecordWindow)
	}
	return faults
}

func (e *EDM) load(fsys fs.FS, r *Rule) error {
	data, err := fs.ReadFile(fsys, beside(r.file, e.File))
	if err != nil {
		return e.fault(r, "%v", err)
	}
	e.data = data
	return nil
}

// source is what finds the rule's records.
func (e *EDM) source(r *Rule) (source, error) {
	if e.finder == nil {
		return source{}, e.fault(r, "%s has not been opened: give the key that it was built with, as edm.key_file in sluice.yaml, --edm-key-file or the variable SLUICE_EDM_KEY", e.File)
	}
	return source{e.finder, []scanner.Confidence{match.RecordAlone: 0, match.RecordTogether: scanner.High}}, nil
}

// Unlock opens the files for exact data match that the rules name, with the key
// that they were built with. Files without such rules need no Unlock.
func Unlock(files []*File, key []byte) error {
	var faults []error
	for _, f := range files {
		for _, r := range f.Rules {
			if r.EDM == nil || r.EDM.data == nil {
				continue
			}
			if err := r.EDM.unlock(key); err != nil {
				faults = append(faults, r.EDM.fault(r, "%s: %v", r.EDM.File, err))
			}
		}
	}
	return errors.Join(faults...)
}

func (e *EDM) unlock(key []byte) error {
	records, err := match.ReadRecords(e.data, key)
	if err != nil {
		return err
	}
	e.data, e.records = nil, records
	e.finder, err = records.Finder(match.RecordOptions{Columns: e.Columns, MinColumns: e.MinColumns, Window: e.Window})
	return err
}

// RecordsReport is what BuildRecords has read.
type RecordsReport struct {
	Rows, Values int
	Short        int // cells with too few letters and digits to be looked for
}

// BuildRecords reads a table (CSV, its separator is guessed) with heads and
// builds Records of the named columns. Cells of fewer than least letters and
// digits are left out; 0 means 4. The key has 16 bytes or more. Errors begin with
// name and a line of the table, and never quote what stands there.
func BuildRecords(table io.Reader, name string, columns []string, least int, key []byte) (*match.Records, RecordsReport, error) {
	var report RecordsReport
	in := bufio.NewReaderSize(table, maxLineBytes)
	skipMark(in)
	t, err := newTableReader(in, name)
	if err != nil {
		return nil, report, err
	}
	var indexes []int
	for _, c := range columns {
		i, err := t.column(c)
		if err != nil {
			return nil, report, err
		}
		indexes = append(indexes, i)
	}
	b, err := match.NewRecordsBuilder(key, columns, least)
	if err != nil {
		return nil, report, err
	}
	cells := make([]string, len(columns))
	for {
		row, line, err := t.next()
		if err != nil {
			return nil, report, err
		}
		if row == nil {
			break
		}
		for i, column := range indexes {
			if cells[i] = ""; column < len(row) {
				cells[i] = strings.TrimSpace(row[column])
			}
		}
		short, err := b.Add(cells)
		if err != nil {
			return nil, report, &FileError{name, line, err.Error()}
		}
		report.Short += short
		report.Rows++
	}
	if report.Values = b.Values(); report.Values == 0 {
		return nil, report, &FileError{File: name, Msg: fmt.Sprintf("no value of %d letters and digits or more in the columns", cmp.Or(least, 4))}
	}
	return b.Build(), report, nil
}
