package prompt

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/scanner"
)

// fuzzSeeds are bodies that reach every corner of the grammar and every layer.
func fuzzSeeds() []string {
	long := strings.Repeat("lorem ipsum ", 40)
	return []string{
		``, ` `, `{}`, `[]`, `null`, `"x"`, `0`, `-1.5e+10`, `{"a":[1,true,null,"k-1234"]}`,
		`{"messages":[{"role":"user","content":"my key k-1234 and k-77\nend"}]}`,
		`{"messages":[{"content":[{"type":"text","text":"k-12"},{"type":"text","text":"34 k-"},{"text":"9"}]}]}`,
		`{"k-55":1,"k-55":{"\u006b-7":"k\u002d8"},"n":123456789}`,
		`["k-","1","","2",["k-","3"]]`,
		`{"arguments":"{\"a\":\"k\\u002d12\",\"b\":[\"data:text/plain;base64,ay0xMjM0IGFuZCBtb3JlIGstOQ==\"]}"}`,
		`{"file_data":"data:text/plain;base64,ay0xMjM0IGFuZCBtb3JlIGstOQ=="}`,
		`{"data":"ay0xMjM0IGFuZCBtb3JlIGstOSBhbmQgbW9yZQ"}`,
		`{"url":"https://h/?a=%6b-1&b=k-2"}`, `{"u":"data:,%6b-12"}`,
		`"\ud83d\ude00 k-1 \ud800 k-2 \u0000"`, "\"caf\u00e9 k-1 \u4e16\"", "\"\xff k-1\"", "\xef\xbb\xbf{\"a\":\"k-1\"}",
		"{\"a\":1}\n{\"b\":\"k-2\"}\n", `{"a":"k-1"`, `{"a":"k-1"} x`, `[1,2,]`, `{"a" 1}`, `"\x"`, "\"\x01\"", `01`, `1.`, `tru`,
		`{"prompt":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}`,
		`{"input":["` + long + `k-","12` + long + `"],"x":"` + long + `"}`,
		strings.Repeat("[", 40) + strings.Repeat("]", 40),
	}
}

var fuzzPattern = regexp.MustCompile(`k-[0-9]+|1234567[0-9]*`)

// fuzzDetector finds k- and digits, which fuzzers hit by themselves.
var fuzzDetector = scanner.DetectorFunc(func(_ context.Context, texts []scanner.Text) ([]scanner.Finding, error) {
	var out []scanner.Finding
	for i, t := range texts {
		if !utf8.Valid(t.Bytes) {
			panic("text is not UTF-8")
		}
		for _, at := range fuzzPattern.FindAllIndex(t.Bytes, -1) {
			out = append(out, scanner.Finding{
				Rule: "k", Kind: scanner.KindSecret, Text: i, Span: scanner.Span{Start: at[0], End: at[1]}, Confidence: scanner.High,
			})
		}
	}
	return out, nil
})

func fuzzScanner(keep bool, texts *[]string) *scanner.Scanner {
	o := scanner.Options{Policy: scanner.Policy{
		Default: scanner.Levels{High: scanner.Redact}, OnError: scanner.Report,
	}, Detectors: []scanner.Detector{fuzzDetector}}
	record := scanner.DetectorFunc(func(_ context.Context, given []scanner.Text) ([]scanner.Finding, error) {
		for _, t := range given {
			*texts = append(*texts, t.Where+"\x00"+string(t.Role)+"\x00"+string(t.Bytes))
		}
		return nil, nil
	})
	if keep {
		o.Batch = append(o.Batch, record)
	} else {
		o.Detectors = append(o.Detectors, record)
	}
	return scanner.New(o)
}

func fuzzInspect(body []byte, contentType string, keep bool, cut func(n int) int) (Result, []string) {
	var texts []string
	in := Begin(fuzzScanner(keep, &texts), Request{ContentType: contentType, Path: "/v1/x?q=%6b-1"}, Limits{MaxDepth: 32})
	for rest := body; len(rest) > 0; {
		n := cut(len(rest))
		_ = in.Write(context.Background(), rest[:n:n])
		rest = rest[n:]
	}
	r, _ := in.Finish(context.Background())
	if in.Held() < 0 {
		panic("negative memory")
	}
	return r, texts
}

// FuzzChunks holds that a body gives the same texts, decisions and bytes
// however it is cut into pieces, and whether texts are kept or reused.
func FuzzChunks(f *testing.F) {
	for _, s := range fuzzSeeds() {
		for _, sizes := range []string{"\x01", "\x02\x05", "\x07\x01\x40"} {
			f.Add([]byte(s), []byte(sizes), uint8(len(sizes)))
		}
	}
	types := []string{"application/json", "application/x-ndjson", "text/plain", "application/x-www-form-urlencoded", "image/png"}
	f.Fuzz(func(t *testing.T, body, sizes []byte, kind uint8) {
		contentType := types[int(kind)%len(types)]
		whole, wholeTexts := fuzzInspect(body, contentType, false, func(n int) int { return n })
		i := 0
		cut, cutTexts := fuzzInspect(body, contentType, kind&128 != 0, func(n int) int {
			if len(sizes) == 0 {
				return 1
			}
			i++
			return min(n, 1+int(sizes[i%len(sizes)]))
		})
		if !slices.Equal(wholeTexts, cutTexts) {
			t.Errorf("texts differ:\n%q\n%q", wholeTexts, cutTexts)
		}
		if a, b := bytes.Join(whole.Body, nil), bytes.Join(cut.Body, nil); !bytes.Equal(a, b) {
			t.Errorf("bodies differ:\n%q\n%q", a, b)
		}
		whole.Body, cut.Body = nil, nil
		if !reflect.DeepEqual(whole, cut) {
			t.Errorf("results differ:\n%+v\n%+v", whole, cut)
		}
	})
}

// FuzzSplice holds that redacted JSON is JSON, and the same JSON but for the
// strings and numbers that had findings.
func FuzzSplice(f *testing.F) {
	for _, s := range fuzzSeeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, _ := fuzzInspect(body, "application/json", false, func(n int) int { return n })
		out := bytes.Join(r.Body, nil)
		if r.Length != int64(len(out)) {
			t.Fatalf("length %d, body has %d bytes", r.Length, len(out))
		}
		if !r.Edited {
			if !bytes.Equal(out, body) {
				t.Fatalf("not edited, but %q became %q", body, out)
			}
			return
		}
		if !writesBase64(body) {
			checkOutside(t, body, out, r)
		}
		if r.Verdict.Reason != "" || !json.Valid(body) {
			return
		}
		if !json.Valid(out) {
			t.Fatalf("%q became %q, which is not JSON", body, out)
		}
		compareTrees(t, decodeTokens(t, body), decodeTokens(t, out), writesBase64(body))
		again, _ := fuzzInspect(out, "application/json", false, func(n int) int { return n })
		// A placeholder can make random bytes look like a text that goes on as something else.
		if reason := again.Verdict.Reason; reason != "" && (reason != ReasonBinaryFile || !writesBase64(body)) {
			t.Fatalf("%q is not read: %s", out, reason)
		}
	})
}

// cutEscape is the beginning of an escape, perhaps one that others write, at the end of
// a stretch of bytes.
var cutEscape = regexp.MustCompile(`[%\\][%\\u0-9A-Fa-f]*$`)

// checkOutside compares the bytes between spans: each stretch of the original
// that no finding touches must be in the output, in order. (Base64 is written
// anew as a whole, so bodies with such payloads are left to compareTrees.)
func checkOutside(t *testing.T, body, out []byte, r Result) {
	t.Helper()
	var spans []scanner.Span
	for i, s := range r.Spans {
		if r.Places[i] != "query/*" {
			spans = append(spans, s...)
		}
	}
	slices.SortFunc(spans, func(a, b scanner.Span) int { return a.Start - b.Start })
	at, rest := 0, out
	for _, s := range spans {
		// A finding that begins within an escape takes all of it.
		if whole := s.Start - len(cutEscape.Find(body[at:max(at, s.Start)])); whole > at {
			i := bytes.Index(rest, body[at:whole])
			if i < 0 {
				t.Fatalf("%q became %q: %q is missing", body, out, body[at:whole])
			}
			rest = rest[i+whole-at:]
		}
		at = max(at, s.End)
	}
	if !bytes.HasSuffix(out, body[at:]) {
		t.Fatalf("%q became %q: the end differs", body, out)
	}
}

// writesBase64 reports whether a body holds a text in base64.
func writesBase64(body []byte) bool {
	var in *Inspection
	found := false
	look := scanner.DetectorFunc(func(context.Context, []scanner.Text) ([]scanner.Finding, error) {
		found = found || slices.ContainsFunc(in.texts.records, func(r record) bool { return r.codec == codecBase64 })
		return nil, nil
	})
	in = Begin(scanner.New(scanner.Options{Batch: []scanner.Detector{look}}), Request{ContentType: "application/json"}, Limits{MaxDepth: 32})
	_ = in.Write(context.Background(), body)
	_, _ = in.Finish(context.Background())
	return found
}

// decodeTokens lists the tokens of a JSON text, duplicate keys and all.
func decodeTokens(t *testing.T, b []byte) []any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var out []any
	for {
		tok, err := d.Token()
		if err != nil {
			return out
		}
		out = append(out, tok)
	}
}

func compareTrees(t *testing.T, before, after []any, encoded bool) {
	t.Helper()
	if len(before) != len(after) {
		t.Fatalf("%d tokens became %d", len(before), len(after))
	}
	for i, b := range before {
		a := after[i]
		if a == b {
			continue
		}
		switch a := a.(type) {
		case string:
			// A changed string had a finding, or a piece of one.
			if bs, ok := b.(string); ok && len(a) > 0 && !strings.Contains(a, "REDACTED") && !encoded &&
				!strings.Contains(a, "base64") && base64Class[a[0]] == 0 && len(a) >= len(bs) {
				t.Fatalf("%q became %q", bs, a)
			}
		default:
			t.Fatalf("%v became %v", b, a)
		}
	}
}

// FuzzTokenizer holds that the tokenizer takes what encoding/json takes, cut
// anywhere. Known differences: white space alone is fine, depth is limited,
// and UTF-8 is somebody else's business.
func FuzzTokenizer(f *testing.F) {
	for _, s := range fuzzSeeds() {
		f.Add([]byte(s), uint16(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, at uint16) {
		accepts := func(pieces ...[]byte) (bool, *failure) {
			tok := tokenizer{maxDepth: 9000}
			for _, p := range pieces {
				if err := tok.feed(p, discard{}); err != nil {
					return false, err
				}
			}
			err := tok.finish(discard{})
			return err == nil, err
		}
		cut := min(int(at), len(b))
		one, err := accepts(b)
		two, err2 := accepts(b[:cut], b[cut:])
		if one != two {
			t.Fatalf("%q: whole %v, cut at %d %v", b, err, cut, err2)
		}
		if len(bytes.TrimLeft(b, " \t\r\n")) == 0 || err != nil && err.reason == ReasonTooDeep {
			return
		}
		if want := json.Valid(b); one != want {
			t.Fatalf("%q: accepted %v (%v), encoding/json says %v", b, one, err, want)
		}
	})
}

// discard is a sink that wants nothing.
type discard struct{}

func (discard) open(bool)                        {}
func (discard) close()                           {}
func (discard) str(int, int, stringInfo)         {}
func (discard) number(int, int, int, numberForm) {}
func (discard) literal()                         {}
