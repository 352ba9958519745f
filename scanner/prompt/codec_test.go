package prompt

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// FuzzCodec holds that any span of a decoded text maps to a range of the raw
// bytes that writes at least that span, and that the bytes around the range
// write the rest.
func FuzzCodec(f *testing.F) {
	f.Add([]byte(`a\u0041\ud83d\ude00\n\ud800x`), uint16(1), uint16(4))
	f.Add([]byte("caf\u00e9 \xff\xfe end"), uint16(3), uint16(6))
	f.Add([]byte("a%41%zz+%c3%a9%"), uint16(0), uint16(3))
	f.Add([]byte("aGVsbG8gd29ybGQsIGhlbGxv"), uint16(2), uint16(9))
	f.Add([]byte("aGVsbG8g\nd29ybGQs\r\nIGhlbGxvIQ=="), uint16(5), uint16(14))
	f.Add([]byte("%ca\x88\x88\x10x"), uint16(2), uint16(3))
	f.Add([]byte("run \x97\x97\x97 run"), uint16(2), uint16(1))
	f.Fuzz(func(t *testing.T, raw []byte, from, to uint16) {
		for _, c := range []codec{codecPlain, codecJSON, codecPercent, codecForm, codecBase64} {
			if c == codecJSON {
				tok := tokenizer{maxDepth: 1}
				if err := tok.feed(slices.Concat([]byte{'"'}, raw, []byte{'"'}), discard{}); err != nil || tok.finish(discard{}) != nil {
					continue
				}
			}
			text := c.decode(nil, raw)
			if c != codecBase64 && c != codecPercent && c != codecForm && !utf8.Valid(text) {
				t.Fatalf("codec %d: %q decodes to %q", c, raw, text)
			}
			if len(text) == 0 {
				continue
			}
			span := scanner.Span{Start: int(from) % len(text)}
			span.End = span.Start + 1 + int(to)%(len(text)-span.Start)
			// Twice the same, and one inside: order and ties must not matter.
			spans := []scanner.Span{span, span, {Start: span.Start, End: span.Start + 1}}
			out := c.outer(raw, spans)
			o := out[0]
			if out[0] != out[1] || o.Start < 0 || o.Start >= o.End || o.End > len(raw) || out[2].Start != o.Start || out[2].End > o.End {
				t.Fatalf("codec %d: %v of %q maps to %v", c, spans, raw, out)
			}
			if c == codecBase64 {
				form, _ := base64FormOf(raw)
				if form.spaced {
					continue // a range may begin in the middle of a line
				}
			}
			before, after := c.decode(nil, raw[:o.Start]), c.decode(nil, raw[o.End:])
			if len(before) > span.Start || len(text)-len(after) < span.End {
				t.Fatalf("codec %d: %v of %q maps to %v, which is too narrow", c, span, raw, o)
			}
			if !bytes.HasPrefix(text, before) || !bytes.HasSuffix(text, after) {
				t.Fatalf("codec %d: %v of %q maps to %v, which cuts a unit", c, span, raw, o)
			}
		}
	})
}

// The document gathers tiny pieces and still gives back every byte.
func TestTinyChunks(t *testing.T) {
	var d document
	var want []byte
	for i := range 40_000 {
		n := 1 + i%3
		if i%5000 == 4999 {
			n = 700
		}
		piece := bytes.Repeat([]byte{byte(i)}, n)
		want = append(want, piece...)
		if stored := d.add(piece); !bytes.Equal(stored, piece) {
			t.Fatalf("piece %d is stored as %q", i, stored)
		}
	}
	if got := bytes.Join(d.chunks, nil); !bytes.Equal(got, want) || d.size != len(want) {
		t.Fatalf("%d bytes of %d came back", len(got), len(want))
	}
	if len(d.chunks) > 100 {
		t.Errorf("%d chunks", len(d.chunks))
	}
	for _, r := range [][2]int{{0, 1}, {60, 70}, {0, len(want)}, {30_000, 50_001}, {5, 5}} {
		if got := d.bytes(r[0], r[1]); !bytes.Equal(got, want[r[0]:r[1]]) {
			t.Errorf("range %v differs", r)
		}
	}
}

func TestMergeEdits(t *testing.T) {
	span := func(a, b int) scanner.Span { return scanner.Span{Start: a, End: b} }
	edits := mergeEdits([]edit{
		{span(20, 25), []byte("late"), 3},
		{span(0, 5), []byte("weak"), 3},
		{span(3, 9), []byte("strict"), 5},
		{span(8, 10), []byte("weak"), 3},
		{span(10, 12), []byte("next"), 3},
		{span(20, 22), []byte("inner"), 3},
	})
	want := []edit{{span(0, 10), []byte("strict"), 5}, {span(10, 12), []byte("next"), 3}, {span(20, 25), []byte("late"), 3}}
	if len(edits) != len(want) {
		t.Fatalf("%v", edits)
	}
	for i := range want {
		if edits[i].Span != want[i].Span || string(edits[i].with) != string(want[i].with) {
			t.Errorf("edit %d is %v %s", i, edits[i].Span, edits[i].with)
		}
	}
	var d document
	d.add([]byte("0123456"))
	d.add([]byte("789ABCDEFGHIJ"))
	d.add([]byte("KLMNOPQ"))
	if got := string(bytes.Join(d.splice(edits), nil)); got != "strictnextCDEFGHIJlatePQ" {
		t.Errorf("spliced to %q", got)
	}
}
