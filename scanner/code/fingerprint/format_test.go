package fingerprint

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestSipHash has the vector of the reference implementation for the message
// 00 01 … 07 under the key 00 01 … 0f.
func TestSipHash(t *testing.T) {
	key := [2]uint64{0x0706050403020100, 0x0f0e0d0c0b0a0908}
	if got, want := sipHash(key, 0x0706050403020100), uint64(0x93f5f5799a932462); got != want {
		t.Errorf("got %x, want %x", got, want)
	}
}

// TestTableHasAllAndLittleElse fills tables of several sizes, one of them with
// hashes that crowd in few blocks.
func TestTableHasAllAndLittleElse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := []int{1, 25, 1000, 100_000}
	if testing.Short() {
		sizes = sizes[:3] // the last takes minutes under the race detector
	}
	for _, n := range sizes {
		for _, crowded := range []bool{false, true} {
			var entries []entry
			for i := range n {
				h := r.Uint64()
				if crowded {
					h &= 1<<62 - 1
				}
				entries = append(entries, entry{h, uint64(i) << 32})
			}
			b := &Builder{sources: make([]uint32, n)}
			sortEntries(entries)
			entries = b.reduce(entries)
			var blocks []byte
			var places []uint64
			w := tableWriter{count: blocksFor(len(entries)), block: func(b []byte, p []uint64) error {
				blocks, places = append(blocks, b...), append(places, p...)
				return nil
			}}
			for _, e := range entries {
				if err := w.add(e); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.end(); err != nil {
				t.Fatal(err)
			}
			table := table{blocks: blocks, count: w.count}
			same := 0
			for _, e := range entries {
				at, ok := table.find(e.hash)
				if !ok {
					t.Fatalf("%d hashes: %x is not found", n, e.hash)
				}
				if places[at] == e.place {
					same++
				}
			}
			// Two hashes with one tag share a place if they are near each other.
			if !crowded && same < n*99/100 {
				t.Errorf("%d hashes: %d have their own place", n, same)
			}
			if !crowded {
				if bytesEach := float64(len(blocks)) / float64(n); n > 1000 && bytesEach > 2.4 {
					t.Errorf("%d hashes: %.2f bytes each", n, bytesEach)
				}
				wrong := 0
				for range 100_000 {
					if _, ok := table.find(r.Uint64()); ok {
						wrong++
					}
				}
				if wrong > 100 {
					t.Errorf("%d hashes: %d of 100000 others are found", n, wrong)
				}
			}
		}
	}
}

func TestKeyFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	k, err := CreateKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if got, err := ReadKey(path); err != nil || got != k {
		t.Errorf("another key is read: %v", err)
	}
	if _, err := CreateKey(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a key is overwritten: %v", err)
	}
	for _, text := range []string{"", "abc", strings.Repeat("zz", 32), strings.Repeat("ab", 33), strings.Repeat("ab", 31)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadKey(path); err == nil || !strings.Contains(err.Error(), "64 hexadecimal") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestIndexTellsNothingWithoutItsKey looks for names and hashes in the bytes,
// and opens with another key.
func TestIndexTellsNothingWithoutItsKey(t *testing.T) {
	data := build(t, Options{Names: true, Similar: true}, testKey, map[string]string{"billing:src/ledger.go": ledger})
	for _, word := range []string{"ledger", "billing", "Settle"} {
		if bytes.Contains(data, []byte(word)) {
			t.Errorf("%q stands in the index", word)
		}
	}
	if _, err := parse(data, NewKey()); !errors.Is(err, ErrIndex) || !strings.Contains(err.Error(), "another key") {
		t.Errorf("another key: %v", err)
	}
	one, two := salted(t), salted(t)
	if len(one) == 0 || bytes.Equal(one, two) {
		t.Error("two indexes of one text are alike: their salts do nothing")
	}
}

// salted returns the blocks of an index with a salt of its own.
func salted(t *testing.T) []byte {
	t.Helper()
	b, err := NewBuilder(testKey, Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Code(t.Context(), []byte(ledger))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Add("a", p); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := b.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	c, err := parse(out.Bytes(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	return c.tables[words].blocks
}

func TestDamagedIndexIsRefused(t *testing.T) {
	key := testKey
	data := build(t, Options{Names: true}, key, map[string]string{"a": ledger})
	for i := 0; i < len(data); i += 7 {
		damaged := bytes.Clone(data)
		damaged[i] ^= 1
		if _, err := parse(damaged, key); !errors.Is(err, ErrIndex) {
			t.Fatalf("byte %d of %d: %v", i, len(data), err)
		}
		if _, err := parse(data[:i], key); !errors.Is(err, ErrIndex) {
			t.Fatalf("cut at %d of %d: %v", i, len(data), err)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(empty, key); !errors.Is(err, ErrIndex) {
		t.Errorf("an empty file: %v", err)
	}
}

// FuzzIndex reads indexes whose authentication holds and whose content is
// anybody's: no input panics, and no answer leads out of the data.
func FuzzIndex(f *testing.F) {
	var key Key
	texts := map[string]string{"a": ledger, "b.txt": memo}
	for _, o := range []Options{{}, {Names: true, Similar: true}} {
		data := build(f, o, key, texts)
		f.Add(data[headBytes : len(data)-macBytes])
	}
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 100))
	f.Fuzz(func(t *testing.T, body []byte) {
		data := append([]byte(magic), make([]byte, headBytes-16)...)
		binary.LittleEndian.PutUint32(data[16:], version)
		data = append(data, body...)
		keys, err := derive(key, data[24:headBytes])
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, keys.mac)
		mac.Write(data)
		c, err := parse(mac.Sum(data), key)
		if err != nil {
			if !errors.Is(err, ErrIndex) {
				t.Errorf("the error is %v", err)
			}
			return
		}
		text := []byte(ledger + memo)
		found, err := New(&Index{name: "x", contents: c}).Detect(t.Context(), []scanner.Text{{Bytes: text}})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if f.Span.Start < 0 || f.Span.Len() <= 0 || f.Span.End > len(text) {
				t.Errorf("the span is %v", f.Span)
			}
		}
	})
}

// FuzzDetect holds findings in any text to the contract.
func FuzzDetect(f *testing.F) {
	key := testKey
	c, err := parse(build(f, Options{Names: true, Similar: true}, key, map[string]string{"a": ledger, "b.txt": memo}), key)
	if err != nil {
		f.Fatal(err)
	}
	d := New(&Index{name: "x", contents: c})
	f.Add([]byte(ask + ledger + thanks))
	f.Add([]byte(memo + "\r\n\r\n" + ledger[200:700]))
	f.Add([]byte(strings.ReplaceAll(ledger, " ", "\u2003\u200b")))
	f.Add([]byte("// /* */ */ <!-- # -- ;; \n* \n ﬁ 你好 a\u0301 \xff\xfe"))
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		found, err := d.Detect(t.Context(), []scanner.Text{{Bytes: text}})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, text) {
			t.Error("the text was changed")
		}
		for _, f := range found {
			if f.Span.Start < 0 || f.Span.Len() <= 0 || f.Span.End > len(text) || f.Lines < 1 || f.Confidence == 0 {
				t.Errorf("finding %+v in %d bytes", f, len(text))
			}
		}
	})
}
