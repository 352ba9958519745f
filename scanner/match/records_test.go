package match_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner/match"
)

var recordKey = []byte("a key for tests only, of no use")

func records(t testing.TB, columns []string, rows ...[]string) *match.Records {
	t.Helper()
	b, err := match.NewRecordsBuilder(recordKey, columns, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if _, err := b.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	return b.Build()
}

func finder(t testing.TB, r *match.Records, opts match.RecordOptions) *match.Finder {
	t.Helper()
	f, err := r.Finder(opts)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// shown marks matches: «together» and ‹alone›.
func shown(t testing.TB, f *match.Finder, text string) string {
	t.Helper()
	found, err := f.Find(t.Context(), nil, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slices.Backward(found) {
		before, after := "‹", "›"
		if m.Pattern == match.RecordTogether {
			before, after = "«", "»"
		}
		text = text[:m.Start] + before + text[m.Start:m.End] + after + text[m.End:]
	}
	return text
}

var customers = records(nil2{}, []string{"name", "email", "number", "city"},
	[]string{"Zoë Brontë", "zoe@acme.test", "C-4711-0815", "Oslo"},
	[]string{"Bram Okonkwo", "bram@acme.test", "C-4711-0816", "Oslo"},
	[]string{"Bram Okonkwo", "bo@acme.test", "83610", "Bergen"},
	[]string{"王小明", "wang@acme.test", "C-4711-0818", "Li"},
)

// nil2 lets a table be made where there is no test yet.
type nil2 struct{ testing.TB }

func (nil2) Helper()           {}
func (nil2) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

func TestRecords(t *testing.T) {
	for _, c := range []struct {
		opts match.RecordOptions
		want []string
	}{
		{match.RecordOptions{}, []string{
			"«ZOE BRONTE» has number «c 4711 0815».",
			"‹Zoë Brontë› has number ‹C-4711-0816›.", // of two rows
			"Bram Okonkwo is in two rows",
			"«Bram Okonkwo», «Bergen»",
			"a letter from Oslo, from Bergen", // short values and common ones say nothing
			"number 83610 alone",              // one five-digit number in 100,000 is enough, but it has five characters
			"«83610»: «BRAM OKONKWO»",
			"‹zoe@acme.test›, not xzoe@acme.test or zoe@acme.testing",
			"‹王小明›" + strings.Repeat("。", 70) + "‹wang@acme.test›",
			"我是«王小明»，«wang@acme.test»",
			"‹zoe bronte›" + strings.Repeat(" .", 110) + "‹C47110815›",
			"Oslo Oslo Oslo",
			"no C-4711-081 and no C-4711-08155",
		}},
		{match.RecordOptions{Columns: []string{"number", "city"}, Window: 20}, []string{
			"Zoë Brontë, zoe@acme.test", "«Oslo», «C-4711-0815»", "Oslo" + strings.Repeat(".", 30) + "‹C47110815›",
		}},
		{match.RecordOptions{MinColumns: 3}, []string{
			"‹ZOE BRONTE› has number ‹c 4711 0815›.", "«ZOE BRONTE» of «Oslo» has number «c 4711 0815».",
		}},
		{match.RecordOptions{MinColumns: 1, Columns: []string{"city"}}, []string{"a letter from «Oslo»"}},
	} {
		f := finder(t, customers, c.opts)
		for _, want := range c.want {
			text := strings.NewReplacer("«", "", "»", "", "‹", "", "›", "").Replace(want)
			if got := shown(t, f, text); got != want {
				t.Errorf("%+v\nfound %s\nwant  %s", c.opts, got, want)
			}
		}
	}
	if _, err := customers.Finder(match.RecordOptions{Columns: []string{"phone"}}); err == nil {
		t.Error("a column that is not there is accepted")
	}
	if customers.Rows() != 4 || len(customers.Columns()) != 4 || customers.Size() == 0 {
		t.Errorf("%d rows, columns %q, %d bytes", customers.Rows(), customers.Columns(), customers.Size())
	}
	f := finder(t, customers, match.RecordOptions{})
	if _, err := f.Find(t.Context(), nil, []byte("\xff")); !errors.Is(err, match.ErrInvalidUTF8) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Find(ctx, nil, []byte("zoe")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestRecordsCommonNumbers: where one number in a thousand is a customer's, a
// number is no evidence.
func TestRecordsCommonNumbers(t *testing.T) {
	var rows [][]string
	for i := range 1001 {
		rows = append(rows, []string{fmt.Sprint(100000 + i), fmt.Sprint(100000000 + i)})
	}
	f := finder(t, records(t, []string{"short", "long"}, rows...), match.RecordOptions{})
	for _, want := range []string{"100123", "‹100000123›", "«100123» «100000123»", "100124 ‹100000123›"} {
		text := strings.NewReplacer("«", "", "»", "", "‹", "", "›", "").Replace(want)
		if got := shown(t, f, text); got != want {
			t.Errorf("found %s, want %s", got, want)
		}
	}
}

func TestRecordsBuilder(t *testing.T) {
	if _, err := match.NewRecordsBuilder([]byte("short"), []string{"a"}, 0); !errors.Is(err, match.ErrRecordKey) {
		t.Errorf("error %v", err)
	}
	for _, n := range []int{0, 65} {
		if _, err := match.NewRecordsBuilder(recordKey, make([]string, n), 0); err == nil {
			t.Errorf("%d columns are accepted", n)
		}
	}
	b, err := match.NewRecordsBuilder(recordKey, []string{"a", "b"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		row   []string
		short int
		err   error
	}{
		{[]string{"abcd", "abc"}, 1, nil},
		{[]string{"--"}, 0, nil},
		{[]string{"", "1234", "more than there are columns"}, 0, nil},
		{[]string{"", "\xff"}, 0, match.ErrInvalidUTF8},
		{[]string{strings.Repeat("x", 257)}, 0, match.ErrLongValue},
	} {
		short, err := b.Add(c.row)
		if short != c.short || !errors.Is(err, c.err) {
			t.Errorf("%.20q: %d, %v", c.row, short, err)
		}
		if err != nil && strings.Contains(err.Error(), "xx") {
			t.Errorf("the error quotes the value: %v", err)
		}
	}
	if b.Values() != 2 {
		t.Errorf("%d values", b.Values())
	}
}

// spellings of one value, as people write it.
func respell(g *rand.Rand, value string) string {
	switch g.IntN(5) {
	case 0:
		return strings.ToUpper(value)
	case 1:
		return strings.NewReplacer("-", " ", " ", "  ").Replace(value)
	case 2:
		return strings.NewReplacer("-", "_", " ", "-").Replace(value)
	case 3:
		return strings.NewReplacer("é", "e", "ü", "u\u0308", "a", "ａ").Replace(value)
	}
	return value
}

// TestRecordsEqualPlainSearch looks for every cell with a dictionary of its
// own, and pairs what it finds by hand.
func TestRecordsEqualPlainSearch(t *testing.T) {
	first := []string{"Anna", "René", "Jürgen", "Maria", "Wei", "Olga"}
	last := []string{"Meyer", "Okonkwo-Hart", "Žižek", "Santos Lima", "Li"}
	together, alone := 0, 0
	for seed := range uint64(120) {
		g := rand.New(rand.NewPCG(seed, 5))
		var rows [][]string
		for range 1 + g.IntN(40) {
			f, l := first[g.IntN(len(first))], last[g.IntN(len(last))]
			number := fmt.Sprintf("K%03d-%04d", g.IntN(1000), g.IntN(10000))
			rows = append(rows, []string{f + " " + l, fmt.Sprintf("%s.%d@x%d.test", strings.ToLower(f), g.IntN(9), g.IntN(4)), number, l})
		}
		var text strings.Builder
		for range g.IntN(60) {
			row := rows[g.IntN(len(rows))]
			cell := row[g.IntN(len(row))]
			if !strings.Contains(cell, "@") {
				cell = respell(g, cell)
			}
			text.WriteString(strings.Repeat(" word", g.IntN(12)) + ", " + cell + "; ")
		}
		opts := match.RecordOptions{MinColumns: 2 + g.IntN(2), Window: 20 + g.IntN(60)}
		r := records(t, []string{"name", "mail", "number", "last"}, rows...)
		got, err := finder(t, r, opts).Find(t.Context(), nil, []byte(text.String()))
		if err != nil {
			t.Fatal(err)
		}
		want := plainRecords(t, rows, text.String(), opts)
		show := func(list []match.Match) (out []string) {
			for _, m := range list {
				if m.Pattern == match.RecordTogether {
					out = append(out, fmt.Sprintf("%d:%s", m.Start, text.String()[m.Start:m.End]))
				}
			}
			return out
		}
		if diff := cmp.Diff(show(want), show(got)); diff != "" {
			t.Fatalf("%+v\nrows %q\ntext %s\n%s", opts, rows, text.String(), diff)
		}
		for _, m := range got {
			if m.Pattern == match.RecordAlone {
				alone++
				if n := rowsWith(t, rows, text.String()[m.Start:m.End]); n != 1 {
					t.Fatalf("%s is found alone, it stands in %d rows of %q", text.String()[m.Start:m.End], n, rows)
				}
			}
		}
		together += len(show(want))
		again := roundTrip(t, r)
		if more, err := finder(t, again, opts).Find(t.Context(), nil, []byte(text.String())); err != nil || !slices.Equal(more, got) {
			t.Fatalf("from a file: %v, error %v; want %v", more, err, got)
		}
	}
	if together < 400 || alone < 100 {
		t.Errorf("only %d and %d matches in all texts", together, alone)
	}
}

// rowsWith counts the rows that have the value in a cell.
func rowsWith(t *testing.T, rows [][]string, value string) (n int) {
	for _, row := range rows {
		for _, cell := range row {
			found, err := dictionary(t, match.DictionaryOptions{}, cell).Find(t.Context(), nil, []byte(value))
			if err != nil {
				t.Fatal(err)
			}
			if len(found) == 1 && found[0].Start == 0 && found[0].End == len(value) {
				n++
				break
			}
		}
	}
	return n
}

// TestRecordsFindEveryCell looks for each cell of a table in each of its
// spellings, and for values that are not in it.
func TestRecordsFindEveryCell(t *testing.T) {
	var rows [][]string
	g := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		rows = append(rows, []string{
			fmt.Sprintf("Renée Möller-%c%c%c", 'a'+i/100, 'a'+i/10%10, 'a'+i%10), fmt.Sprintf("r.m%d@acme.test", i),
			fmt.Sprintf("DE%02d 3704 %04d 0532 %04d 00", i%90+10, i, g.IntN(10000)), fmt.Sprintf("+49 (30) 55%04d-%02d", g.IntN(10000), i%100),
		})
	}
	f := finder(t, records(t, []string{"name", "mail", "iban", "phone"}, rows...), match.RecordOptions{})
	for i, row := range rows {
		for k, cell := range row {
			spellings := []string{cell, strings.ToUpper(cell)}
			switch k {
			case 0:
				spellings = append(spellings, "renee moller "+cell[len(cell)-3:], strings.ReplaceAll(cell, "é", "e\u0301"), strings.ReplaceAll(cell, " ", "\u00a0"))
			case 2:
				spellings = append(spellings, strings.ReplaceAll(cell, " ", ""), strings.ReplaceAll(cell, " ", "-"), strings.ToLower(cell))
			case 3:
				spellings = append(spellings, strings.NewReplacer("+", "", "(", "", ")", "", "-", " ").Replace(cell), strings.NewReplacer(" ", "", "(", "", ")", "", "-", "").Replace(cell))
			}
			for _, s := range spellings {
				for _, text := range []string{s, "to " + s + ".", "(" + s + ")", "\"" + s + "\";x"} {
					found, err := f.Find(t.Context(), nil, []byte(text))
					if err != nil || len(found) != 1 {
						t.Fatalf("row %d: %q has %d matches, error %v", i, text, len(found), err)
					}
					// What stands before the first letter or digit is no part of it.
					if got := text[found[0].Start:found[0].End]; got != strings.Trim(s, "+") {
						t.Fatalf("row %d: found %q in %q", i, got, text)
					}
				}
			}
		}
		other := fmt.Sprintf("Renée Möller-%c%c%cx, r.m%d@acme.test.example, DE%02d3704%04d05320000001, 0049 30 1%d", 'a'+i/100, 'a'+i/10%10, 'a'+i%10, i, i%90+10, i, i)
		if found, err := f.Find(t.Context(), nil, []byte(other)); err != nil || len(found) > 0 {
			t.Fatalf("%q has %d matches, error %v", other, len(found), err)
		}
	}
}

// plainRecords finds every cell with a dictionary of its own.
func plainRecords(t *testing.T, rows [][]string, text string, opts match.RecordOptions) []match.Match {
	type place struct {
		start, end, row, column int
	}
	var places []place
	for i, row := range rows {
		for c, cell := range row {
			found, err := dictionary(t, match.DictionaryOptions{}, cell).Find(t.Context(), nil, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if len([]rune(cell)) < 4 {
				continue
			}
			for _, m := range found {
				places = append(places, place{m.Start, m.End, i, c})
			}
		}
	}
	slices.SortFunc(places, func(a, b place) int { return (a.start-b.start)*1000 - (a.end - b.end) })
	marked := make(map[[2]int]bool)
	for _, p := range places {
		columns, end := map[int]bool{p.column: true}, 0
		with := [][2]int{{p.start, p.end}}
		for _, o := range places {
			near := o.start <= p.end+opts.Window && o.end >= p.start-opts.Window
			apart := o.end <= p.start || o.start >= p.end
			if o.row == p.row && near && apart && o.start >= end && !columns[o.column] {
				columns[o.column], end = true, o.end
				with = append(with, [2]int{o.start, o.end})
			}
		}
		if len(columns) >= opts.MinColumns {
			for _, w := range with {
				marked[w] = true
			}
		}
	}
	var out []match.Match
	for w := range marked {
		out = append(out, match.Match{Pattern: match.RecordTogether, Start: w[0], End: w[1]})
	}
	slices.SortFunc(out, func(a, b match.Match) int { return (a.Start-b.Start)*1000 - (a.End - b.End) })
	kept, end := out[:0], 0
	for _, m := range out {
		if m.End > end {
			kept, end = append(kept, m), m.End
		}
	}
	return kept
}

func roundTrip(t testing.TB, r *match.Records) *match.Records {
	t.Helper()
	var file bytes.Buffer
	if err := r.Write(&file, recordKey); err != nil {
		t.Fatal(err)
	}
	again, err := match.ReadRecords(file.Bytes(), recordKey)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestRecordsFile(t *testing.T) {
	var file bytes.Buffer
	if err := customers.Write(&file, recordKey); err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"zoe", "bront", "acme", "4711", "oslo", "王"} {
		if bytes.Contains(bytes.ToLower(file.Bytes()), []byte(value)) {
			t.Errorf("the file shows %s", value)
		}
	}
	if err := customers.Write(&bytes.Buffer{}, []byte("another key of enough bytes")); !errors.Is(err, match.ErrRecordKey) {
		t.Errorf("error %v", err)
	}
	if _, err := match.ReadRecords(file.Bytes(), []byte("another key of enough bytes")); !errors.Is(err, match.ErrRecordKey) {
		t.Errorf("error %v", err)
	}
	other := slices.Clone(file.Bytes())
	binary.LittleEndian.PutUint32(other[8:], 2)
	if _, err := match.ReadRecords(other, recordKey); !errors.Is(err, match.ErrNotRecords) {
		t.Errorf("error %v", err)
	}
	for i := range file.Len() {
		if _, err := match.ReadRecords(file.Bytes()[:i], recordKey); err == nil {
			t.Fatalf("a file cut after %d bytes is read", i)
		}
		damaged := slices.Clone(file.Bytes())
		damaged[i] ^= 0x10
		if _, err := match.ReadRecords(damaged, recordKey); err == nil {
			t.Fatalf("a file with byte %d changed is read", i)
		}
	}
}

// FuzzReadRecords reads files whose key and mac are right, but nothing else
// need be.
func FuzzReadRecords(f *testing.F) {
	var file bytes.Buffer
	if err := customers.Write(&file, recordKey); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add(file.Bytes()[:60])
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, match.SealRecords(data, file.Bytes(), recordKey)} {
			r, err := match.ReadRecords(data, recordKey)
			if err != nil {
				continue
			}
			if _, err := finder(t, r, match.RecordOptions{}).Find(t.Context(), nil, []byte("Zoë Brontë, C-4711-0815, Oslo, 83610")); err != nil {
				t.Fatal(err)
			}
		}
	})
}
