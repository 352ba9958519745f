package fingerprint

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/detectortest"
)

// ledger is a file of the private repository of these tests.
const ledger = `package ledger

import "fmt"

// Settle moves what is owed between two accounts and notes it in the journal.
func (l *Ledger) Settle(from, to AccountID, cents int64) (Receipt, error) {
	source, ok := l.accounts[from]
	if !ok {
		return Receipt{}, fmt.Errorf("no account %s", from)
	}
	target, ok := l.accounts[to]
	if !ok || target.Frozen {
		return Receipt{}, fmt.Errorf("account %s takes no money", to)
	}
	fee := l.tariff.For(source.Class, cents) // a fee of nothing is noted as well
	if source.Balance < cents+fee {
		return Receipt{}, ErrOverdrawn
	}
	source.Balance -= cents + fee
	target.Balance += cents
	l.house.Balance += fee
	entry := Entry{From: from, To: to, Cents: cents, Fee: fee, At: l.clock()}
	l.journal = append(l.journal, entry)
	for _, listener := range l.listeners {
		listener.Settled(entry)
	}
	return Receipt{Entry: entry, Number: len(l.journal)}, nil
}

// Close freezes an account that has nothing left, and forgets its owner.
func (l *Ledger) Close(id AccountID) error {
	account := l.accounts[id]
	if account == nil || account.Balance != 0 {
		return ErrNotEmpty
	}
	account.Frozen, account.Owner = true, Owner{}
	delete(l.byOwner, account.Owner.Number)
	return l.store.Save(account)
}
`

const memo = `The board agreed on Tuesday to buy the smaller of the two foundries in Tampere, provided that
the furnace passes its inspection before the first of March. Until the notary has seen both
signatures nobody outside this room is to learn the price, which is eleven and a half million.
Pia will tell the works council in person; the letter to our customers goes out the day after.`

var testKey = Key{1, 2, 3}

// build makes an index of named texts; those whose names end in .txt are
// documents.
func build(tb testing.TB, o Options, key Key, texts map[string]string) []byte {
	tb.Helper()
	// One hash in 2500 is found by accident: always the same in these tests.
	b, err := newBuilder(key, []byte("sixteen bytes it"), o)
	if err != nil {
		tb.Fatal(err)
	}
	for name, text := range texts {
		read := b.Code
		if strings.HasSuffix(name, ".txt") {
			read = b.Document
		}
		p, err := read(tb.Context(), []byte(text))
		if err != nil {
			tb.Fatal(err)
		}
		if err := b.Add(name, p); err != nil {
			tb.Fatal(err)
		}
	}
	var out bytes.Buffer
	n, err := b.WriteTo(&out)
	if err != nil || n != int64(out.Len()) {
		tb.Fatalf("wrote %d of %d bytes: %v", n, out.Len(), err)
	}
	return out.Bytes()
}

// open writes data to a file and opens it.
func open(tb testing.TB, data []byte, key Key) *Index {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "acme.idx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	ix, err := Open(path, key)
	if err != nil {
		tb.Fatal(err)
	}
	return ix
}

func detector(tb testing.TB, o Options) *Detector {
	tb.Helper()
	key := testKey
	return New(open(tb, build(tb, o, key, map[string]string{"billing:src/ledger.go": ledger, "board:memo.txt": memo}), key))
}

func detect(tb testing.TB, d *Detector, text string) []scanner.Finding {
	tb.Helper()
	found, err := d.Detect(tb.Context(), []scanner.Text{{Bytes: []byte(text)}})
	if err != nil {
		tb.Fatal(err)
	}
	return found
}

// linesOf returns lines of a text, from 1.
func linesOf(text string, from, to int) string {
	return strings.Join(strings.Split(text, "\n")[from-1:to], "\n")
}

const (
	ask    = "Our numbers are off by a cent now and then, and nobody here can tell why that should be:\n\n"
	thanks = "\n\nThank you very much for having a look at it, there is no hurry before the end of the week.\n"
)

func TestAccept(t *testing.T) {
	filler := strings.Repeat("The quick brown fox – schöne Grüße, 你好, 🦊 – jumps over that lazy dog of ours once more. ", 4)
	d := detector(t, Options{Names: true, Similar: true})
	detectortest.Accept(t, d, detectortest.Example{
		Rule: RuleCode, Kind: scanner.KindPrivate, Value: linesOf(ledger, 6, 28), Filler: filler, Glue: "\n```\n", Confidence: scanner.High,
	})
	detectortest.Accept(t, d, detectortest.Example{
		Rule: RuleText, Kind: scanner.KindPrivate, Value: memo, Filler: filler, Glue: "\n```\n", Confidence: scanner.High,
	})
}

// TestFindingSaysWhereItIsFrom also holds the span to what was pasted, for
// every snippet of ten lines and more.
func TestFindingSaysWhereItIsFrom(t *testing.T) {
	d := detector(t, Options{Names: true})
	last := strings.Count(ledger, "\n")
	for from := 5; from <= last-9; from++ {
		for to := from + 9; to <= last; to++ {
			piece := linesOf(ledger, from, to)
			trimmed := strings.Trim(piece, "\n")
			found := detect(t, d, ask+piece+thanks)
			if len(found) != 1 {
				t.Errorf("lines %d to %d: %d findings", from, to, len(found))
				continue
			}
			f := found[0]
			start := len(ask) + strings.Index(piece, trimmed)
			want := scanner.Finding{
				Rule: RuleCode, Kind: scanner.KindPrivate, Span: scanner.Span{Start: start, End: start + len(trimmed)},
				Confidence: scanner.High, Lines: 1 + strings.Count(trimmed, "\n"), Detail: f.Detail,
			}
			if diff := cmp.Diff(want, f); diff != "" {
				t.Errorf("lines %d to %d (-want +got):\n%s", from, to, diff)
			}
			var a, b int
			if n, err := fmt.Sscanf(f.Detail, "acme.idx billing:src/ledger.go:%d-%d", &a, &b); n != 2 || err != nil || a < from || b > to || a > b {
				t.Errorf("lines %d to %d: detail %q", from, to, f.Detail)
			}
		}
	}
}

func TestChangedCopies(t *testing.T) {
	d := detector(t, Options{Similar: true})
	body := linesOf(ledger, 6, 28)
	indented := "        " + strings.ReplaceAll(strings.ReplaceAll(body, "\t", "   "), "\n", "\r\n        ")
	nonbreaking := strings.ReplaceAll(strings.ReplaceAll(body, "\t", "\u00a0\u00a0"), `"`, "”")
	bare := strings.Replace(body, " // a fee of nothing is noted as well", "", 1)
	renamed := strings.NewReplacer("source", "src", "target", "dst", "entry", "row", "fee", "charge", "cents", "amount",
		"Ledger", "Book", "Settle", "Move", "accounts", "people", "journal", "log", "Balance", "Sum", "Frozen", "Shut").Replace(bare)
	for _, test := range []struct{ name, text, rule string }{
		{"as it stands", body, RuleCode},
		{"indented otherwise, with other line ends", indented, RuleCode},
		{"with the blanks and quotation marks of a word processor", nonbreaking, RuleCode},
		{"on one line", strings.Join(strings.Fields(bare), " "), RuleCode},
		{"without comments", bare, RuleCode},
		{"with other names", renamed, RuleSimilar},
		{"wrapped anew, in capitals", strings.ToUpper(strings.Join(strings.Fields(memo), "\n")), RuleText},
		{"without punctuation", strings.NewReplacer(",", "", ".", "", ";", "").Replace(memo), RuleText},
		{"with soft hyphens", strings.ReplaceAll(memo, "inspection", "inspec\u00adtion"), RuleText},
	} {
		t.Run(test.name, func(t *testing.T) {
			rules := make(map[string]int)
			for _, f := range detect(t, d, ask+test.text+thanks) {
				if f.Confidence > scanner.Low {
					rules[f.Rule]++
				}
				if f.Detail != "acme.idx" {
					t.Errorf("detail is %q, but this index has no names", f.Detail)
				}
			}
			if rules[test.rule] == 0 {
				t.Errorf("found %v, want %s", rules, test.rule)
			}
			if test.rule == RuleSimilar && rules[RuleCode] > 0 {
				t.Error("renamed code is taken for a copy, so this test says nothing")
			}
		})
	}
}

func TestWhatIsNotEnough(t *testing.T) {
	d := detector(t, Options{Similar: true})
	for _, test := range []struct{ name, text string }{
		{"other prose", ask + thanks},
		{"a line of the file", linesOf(ledger, 15, 15)},
		{"one line a hundred times", strings.Repeat(linesOf(ledger, 19, 19)+"\n", 100)},
		{"its imports", linesOf(ledger, 1, 4)},
		{"half a sentence", memo[:60]},
	} {
		t.Run(test.name, func(t *testing.T) {
			if found := detect(t, d, test.text); len(found) > 0 {
				t.Errorf("found %+v", found)
			}
		})
	}
}

// TestLicencesAreLeftOut indexes a file with a licence header and looks for it.
func TestLicencesAreLeftOut(t *testing.T) {
	header := `// Copyright 2031 The Authors. Licensed under the Example License, Version 2.0 (the "License");
// you may not use this file except in compliance with it. You may obtain a copy of it at
// the usual place. Unless required by applicable law or agreed to in writing, software
// distributed under it is distributed on an "as is" basis, without warranties or conditions
// of any kind, either express or implied. See the text for what governs permissions.
`
	key := testKey
	d := New(open(t, build(t, Options{Similar: true}, key, map[string]string{"a.go": header + "\n" + ledger}), key))
	if found := detect(t, d, ask+header+thanks); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
	if found := detect(t, d, header+"\n"+ledger); len(found) == 0 {
		t.Error("the program below the header is not found")
	}
}

// TestLicencesAreLeftOutWhereverTheyStand has them in a string and in a document,
// below and above what is one's own.
func TestLicencesAreLeftOutWhereverTheyStand(t *testing.T) {
	const licence = `Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:
Redistributions of source code must retain the above copyright notice, this
list of conditions and the following disclaimer. Redistributions in binary
form must reproduce it in the documentation provided with the distribution.
This software is provided by the holders as is, and any express or implied
warranties of merchantability or fitness for a particular purpose are not given.
`
	d := New(open(t, build(t, Options{}, testKey, map[string]string{
		"a.go": ledger + "\nconst text = `" + licence + "`\n", "a.txt": memo + "\n\n" + licence + "\n",
	}), testKey))
	if found := detect(t, d, ask+licence+thanks); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
	for _, own := range []string{linesOf(ledger, 6, 28), memo} {
		if found := detect(t, d, ask+own+thanks); len(found) != 1 || found[0].Confidence != scanner.High {
			t.Errorf("what stands beside it: found %+v", found)
		}
	}
}

// TestHeadsOfMethodsAreNotEnough has what an interface asks for, which is in the
// index too: it is reported and does not act.
func TestHeadsOfMethodsAreNotEnough(t *testing.T) {
	const head = `    fn serialize<S>(&self, serializer: S) -> Result<S::Ok, S::Error>
    where
        S: Serializer,
    {
        let mut state = `
	d := New(open(t, build(t, Options{}, testKey, map[string]string{"a.rs": "impl Serialize for Tariff {\n" + head + "serializer.begin_tariff(self.fees.len())?;\n" + ledger}), testKey))
	found := detect(t, d, ask+head+"other(things, of, mine, entirely)?;\n"+thanks)
	for _, f := range found {
		if f.Confidence > scanner.Low {
			t.Errorf("found %+v", f)
		}
	}
	if len(found) == 0 {
		t.Error("nothing is reported, so this test says nothing")
	}
}

// TestCommonCode has what many files say: it is common if the files are in as
// many repositories, and one's own if they are in one.
func TestCommonCode(t *testing.T) {
	const shared = `    fn default() -> Self {
        unsafe { core::mem::zeroed() }
    }
}
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Registers {
`
	for _, test := range []struct {
		name string
		copy bool
		want int
	}{{"drivers%d:src/device.rs", false, 0}, {"drivers:src/device%d.rs", false, 1}, {"drivers@%d:src/device.rs", true, 1}} {
		files := make(map[string]string)
		for i := range commonSources {
			rest := ledger + memo
			if !test.copy {
				rest = strings.NewReplacer("e", fmt.Sprint("o", i), "a", fmt.Sprint("i", i)).Replace(rest)
			}
			files[fmt.Sprintf(test.name, i)] = fmt.Sprintf("impl Default for Device%d {\n%s%s", i, shared, rest)
		}
		d := New(open(t, build(t, Options{}, testKey, files), testKey))
		if found := detect(t, d, ask+shared+thanks); len(found) != test.want {
			t.Errorf("%s: found %+v, want %d", test.name, found, test.want)
		}
	}
}

// TestLists has lines of one name each.
func TestLists(t *testing.T) {
	const list = `    InvalidParameterCombination,
    InvalidSecurityGroup,
    MissingInputError,
    OperationNotPermitted,
    ReservationNotFound,
    SnapshotIsInUse,
    SubnetTooSmall,
    TariffUnknown,
    VolumeStillAttached,
    WindowClosed,
`
	d := New(open(t, build(t, Options{}, testKey, map[string]string{"a.py": "from errors import (\n" + list + ")\n\n" + ledger}), testKey))
	if found := detect(t, d, ask+list+thanks); len(found) != 1 || found[0].Confidence != scanner.High {
		t.Errorf("found %+v", found)
	}
}

// TestLongTextsAreReadInBatches finds a snippet wherever it lies in a text that
// is many batches long.
func TestLongTextsAreReadInBatches(t *testing.T) {
	d := detector(t, Options{Names: true})
	piece := linesOf(ledger, 6, 28)
	for shift := range 40 {
		before := strings.Repeat("zig(zag, zoom); ", 8*batchSize/6+shift*3) + "\n"
		found := detect(t, d, before+piece+"\n"+before)
		want := scanner.Span{Start: len(before), End: len(before) + len(piece)}
		if len(found) != 1 || found[0].Span != want {
			t.Fatalf("shift %d: found %+v, want %v", shift, found, want)
		}
	}
}

func TestDetectorIsSafeForConcurrentUse(t *testing.T) {
	d := detector(t, Options{Names: true, Similar: true})
	text := ask + linesOf(ledger, 6, 28) + thanks + memo
	want := detect(t, d, text)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				got, err := d.Detect(t.Context(), []scanner.Text{{Bytes: []byte(text)}})
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%v\n%s", err, diff)
				}
			}
		})
	}
	wg.Wait()
}

// TestCutFileIsAnError cuts an index while it is mapped: a failure and not a
// crash, and never "nothing found".
func TestCutFileIsAnError(t *testing.T) {
	key := testKey
	files := make(map[string]string)
	for i := range 300 {
		files[fmt.Sprint(i)] = strings.ReplaceAll(ledger, "l.", fmt.Sprintf("l%d.", i))
	}
	path := filepath.Join(t.TempDir(), "a.idx")
	if err := os.WriteFile(path, build(t, Options{Names: true}, key, files), 0o600); err != nil {
		t.Fatal(err)
	}
	ix, err := Open(path, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if _, err := New(ix).Detect(t.Context(), []scanner.Text{{Bytes: []byte(files["7"])}}); err == nil {
		t.Error("no error")
	}
}
