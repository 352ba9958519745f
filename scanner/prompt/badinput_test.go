package prompt_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// compress applies one content coding.
func compress(t testing.TB, coding, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "raw":
		w, _ = flate.NewWriter(&b, 6)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	case "br":
		w = brotli.NewWriter(&b)
	default:
		t.Fatalf("no coding %q", coding)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every body that cannot be read whole has its reason, whatever the pieces it
// comes in; and what can be read passes.
func TestBadInputs(t *testing.T) {
	utf16 := "\xff\xfe"
	for _, c := range `{"a":1}` {
		utf16 += string([]byte{byte(c), 0})
	}
	tests := []struct {
		name, body string
		req        prompt.Request
		limits     prompt.Limits
		reason     scanner.Reason // "" if the body is fine
	}{
		{name: "not JSON", body: `hello there`, reason: prompt.ReasonUnreadableJSON},
		{name: "truncated", body: `{"messages":[{"role":"us`, reason: prompt.ReasonTruncated},
		{name: "truncated escape", body: `{"messages":"\u00`, reason: prompt.ReasonTruncated},
		{name: "truncated literal", body: `[tru`, reason: prompt.ReasonTruncated},
		{name: "truncated number", body: `-`, reason: prompt.ReasonTruncated},
		{name: "trailing bytes", body: `{"a":1} x`, reason: prompt.ReasonUnreadableJSON},
		{name: "second value", body: `{"a":1}{"b":2}`, reason: prompt.ReasonUnreadableJSON},
		{name: "trailing space", body: "{\"a\":1} \r\n\t"},
		{name: "trailing comma", body: `{"a":1,}`, reason: prompt.ReasonUnreadableJSON},
		{name: "comment", body: `{"a":1 /* x */}`, reason: prompt.ReasonUnreadableJSON},
		{name: "single quotes", body: `{'a':1}`, reason: prompt.ReasonUnreadableJSON},
		{name: "NaN", body: `{"a":NaN}`, reason: prompt.ReasonUnreadableJSON},
		{name: "raw line break", body: "{\"a\":\"x\ny\"}", reason: prompt.ReasonUnreadableJSON},
		{name: "unknown escape", body: `{"a":"\x41"}`, reason: prompt.ReasonUnreadableJSON},
		{name: "leading zero", body: `[012]`, reason: prompt.ReasonUnreadableJSON},
		{name: "duplicate keys", body: `{"a":"x","a":"y"}`},
		{name: "just deep enough", body: strings.Repeat("[", 512) + strings.Repeat("]", 512)},
		{name: "too deep", body: strings.Repeat("[", 513) + strings.Repeat("]", 513), reason: prompt.ReasonTooDeep},
		{name: "100,000 levels", body: strings.Repeat(`{"a":[`, 50_000), reason: prompt.ReasonTooDeep},
		{
			name: "100,000 levels allowed", body: strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000),
			limits: prompt.Limits{MaxDepth: 100_000},
		},
		{name: "100,000 levels in a string", body: `{"a":"` + strings.Repeat(`[`, 100_000) + `"}`},
		{name: "invalid UTF-8", body: "{\"a\":\"caf\xe9\"}", reason: prompt.ReasonInvalidUTF8},
		{name: "invalid UTF-8 in a key", body: "{\"caf\xe9\":1}", reason: prompt.ReasonInvalidUTF8},
		{name: "overlong UTF-8", body: "{\"a\":\"\xc0\xaf\"}", reason: prompt.ReasonInvalidUTF8},
		{name: "lone surrogate", body: `{"a":"\ud800 and \udc00x"}`},
		{name: "NUL", body: `{"a":"\u0000"}`},
		{name: "byte order mark", body: "\xef\xbb\xbf{\"a\":1}"},
		{name: "UTF-16", body: utf16, reason: prompt.ReasonUnknownEncoding},
		{name: "UTF-16 without mark", body: "{\x00}\x00", reason: prompt.ReasonUnknownEncoding},
		{name: "UTF-16 big endian", body: "\x00{\x00}", reason: prompt.ReasonUnknownEncoding},
		{name: "UTF-32", body: "\x00\x00\x00{\x00\x00\x00}", reason: prompt.ReasonUnknownEncoding},
		{name: "charset", body: `{}`, req: prompt.Request{ContentType: "application/json; charset=utf-16"}, reason: prompt.ReasonUnknownEncoding},
		{name: "charset UTF-7", body: `{}`, req: prompt.Request{ContentType: "text/plain; charset=UTF-7"}, reason: prompt.ReasonUnknownEncoding},
		{name: "empty"},
		{name: "empty with a coding", req: prompt.Request{ContentEncoding: "gzip"}},
		{name: "empty multipart", req: prompt.Request{ContentType: "multipart/form-data; boundary=x"}},
		{name: "white space", body: " \n"},
		{name: "GET with a body", body: `{"a":"\ud800`, req: prompt.Request{Method: "GET"}, reason: prompt.ReasonTruncated},
		{name: "over the limit", body: `{"a":"` + strings.Repeat("x", 100) + `"}`, limits: prompt.Limits{MaxBody: 100}, reason: prompt.ReasonBodyTooLarge},
		{
			name: "announced over the limit", body: `{}`, req: prompt.Request{ContentLength: 101},
			limits: prompt.Limits{MaxBody: 100}, reason: prompt.ReasonBodyTooLarge,
		},
		{name: "too many texts", body: `["a","b","c"]`, limits: prompt.Limits{MaxTexts: 2}, reason: prompt.ReasonTooManyTexts},
		{
			name: "gzip bomb", body: compress(t, "gzip", `"`+strings.Repeat(" ", 3<<20)+`"`),
			req: prompt.Request{ContentEncoding: "gzip"}, reason: prompt.ReasonDecodedTooLarge,
		},
		{
			name: "gzip bomb in brotli", body: compress(t, "br", compress(t, "gzip", `"`+strings.Repeat(" ", 3<<20)+`"`)),
			req: prompt.Request{ContentEncoding: "gzip, br"}, reason: prompt.ReasonDecodedTooLarge,
		},
		{
			name: "decoded over the limit", body: compress(t, "zstd", `"`+strings.Repeat("abcdefgh", 300)+`"`),
			req: prompt.Request{ContentEncoding: "zstd"}, limits: prompt.Limits{MaxDecoded: 1000}, reason: prompt.ReasonDecodedTooLarge,
		},
		{name: "unknown coding", body: `{}`, req: prompt.Request{ContentEncoding: "compress"}, reason: prompt.ReasonUnknownEncoding},
		{name: "too many codings", body: `{}`, req: prompt.Request{ContentEncoding: "gzip,gzip,gzip,gzip"}, reason: prompt.ReasonUnknownEncoding},
		{name: "identity", body: `{}`, req: prompt.Request{ContentEncoding: "identity"}},
		{name: "not gzip", body: `{"a":1}`, req: prompt.Request{ContentEncoding: "gzip"}, reason: prompt.ReasonUnreadableEncoding},
		{
			name: "truncated gzip", body: compress(t, "gzip", `{"a":"bcdefgh"}`)[:20],
			req: prompt.Request{ContentEncoding: "gzip"}, reason: prompt.ReasonUnreadableEncoding,
		},
		{name: "gzip that is not announced", body: compress(t, "gzip", `{}`), reason: prompt.ReasonUnreadableJSON},
		{name: "image", body: "\x89PNG\r\n\x1a\n", req: prompt.Request{ContentType: "image/png"}, reason: prompt.ReasonMediaType},
		{name: "JSON as bytes", body: `{"a":1}`, req: prompt.Request{ContentType: "application/octet-stream"}},
		{name: "JSON lines", body: "{\"a\":1}\n[2]\n\"three\"\n", req: prompt.Request{ContentType: "application/x-ndjson"}},
		{name: "broken JSON lines", body: "{\"a\":1}\nx\n", req: prompt.Request{ContentType: "application/x-ndjson"}, reason: prompt.ReasonUnreadableJSON},
		{name: "multipart", body: "--x", req: prompt.Request{ContentType: "multipart/form-data; boundary=x"}, reason: prompt.ReasonMultipart},
		{name: "plain text", body: "{ hello", req: prompt.Request{ContentType: "text/plain"}},
		{name: "plain text not UTF-8", body: "hell\xf6", req: prompt.Request{ContentType: "text/plain"}, reason: prompt.ReasonInvalidUTF8},
		{name: "form", body: "a=b&c", req: prompt.Request{ContentType: "application/x-www-form-urlencoded"}},
		{name: "form not UTF-8", body: "a=%ff", req: prompt.Request{ContentType: "application/x-www-form-urlencoded"}, reason: prompt.ReasonInvalidUTF8},
		{name: "PDF", body: `{"file_data":"JVBERi0xLjcKJeLjz9MKMSAwIG9iago8PA=="}`, reason: prompt.ReasonBinaryFile},
		{name: "unknown file", body: `{"file_data":"data:application/x;base64,AAECAwQFBgcICQoLDA0ODxAREhM="}`, reason: prompt.ReasonBinaryFile},
		{name: "picture", body: `{"url":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"}`},
		{name: "signature", body: `{"signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds"}`},
	}
	for _, coding := range []string{"gzip", "deflate", "zstd", "br"} {
		tests = append(tests, struct {
			name, body string
			req        prompt.Request
			limits     prompt.Limits
			reason     scanner.Reason
		}{
			name: coding + " with garbage after it", body: compress(t, coding, `{"a":"b"}`) + "garbage!",
			req: prompt.Request{ContentEncoding: coding}, reason: prompt.ReasonUnreadableEncoding,
		})
	}
	for _, test := range tests {
		for _, size := range []int{0, 1, 3} {
			if size > 0 && len(test.body) > 50_000 {
				size *= 1000
			}
			t.Run(fmt.Sprintf("%s/%d", test.name, size), func(t *testing.T) {
				s, _ := newScanner(scanner.Block)
				r := inspect(t, s, test.req, test.limits, test.body, size)
				want := scanner.Allow
				if test.reason != "" {
					want = scanner.Block
				}
				if r.Verdict.Action != want || r.Verdict.Reason != test.reason {
					t.Errorf("action %v, reason %q; want %v, %q", r.Verdict.Action, r.Verdict.Reason, want, test.reason)
				}
				if r.Edited {
					t.Error("edited a body without findings")
				}
			})
		}
	}
}

// Under a lenient on_error the whole body leaves, with the edits that are
// certain, and what was found counts.
func TestLenientOnError(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"truncated", `{"a":"` + awsKey + `","b":"x ` + awsKey, `{"a":"[REDACTED:aws-key]","b":"x [REDACTED:aws-key]`},
		{"malformed", `{"a":"` + awsKey + `", oops "` + awsKey + `"}`, `{"a":"[REDACTED:aws-key]", oops "[REDACTED:aws-key]"}`},
		{"invalid UTF-8", "{\"a\":\"\xff" + awsKey + "\xff\"}", "{\"a\":\"\xff[REDACTED:aws-key]\xff\"}"},
		{"not JSON", `say ` + awsKey, `say [REDACTED:aws-key]`},
		{"clean", `{"a":`, `{"a":`},
	}
	for _, test := range tests {
		for _, size := range []int{0, 1} {
			s, _ := newScanner(scanner.Report)
			r := inspect(t, s, jsonRequest, prompt.Limits{}, test.body, size)
			if got := bodyOf(r); got != test.want || r.Verdict.Reason == "" || r.Verdict.Action == scanner.Block {
				t.Errorf("%s: %q (%v, %q), want %q", test.name, got, r.Verdict.Action, r.Verdict.Reason, test.want)
			}
		}
	}

	t.Run("over the limit", func(t *testing.T) {
		s, _ := newScanner(scanner.Report)
		body := `["` + strings.Repeat("y", 50) + `"]` + strings.Repeat(" ", 200)
		r := inspect(t, s, jsonRequest, prompt.Limits{MaxBody: 100}, body, 60)
		if bodyOf(r) != body || r.Verdict.Action != scanner.Report {
			t.Errorf("body of %d bytes left as %d, action %v", len(body), r.Length, r.Verdict.Action)
		}
	})
	t.Run("multipart", func(t *testing.T) {
		req := jsonRequest
		req.ContentType = "multipart/form-data; boundary=b"
		s, _ := newScanner(scanner.Report)
		r := inspect(t, s, req, prompt.Limits{}, "--b\r\n\r\n"+awsKey+"\r\n--b--\r\n", 5)
		if bodyOf(r) != "--b\r\n\r\n[REDACTED:aws-key]\r\n--b--\r\n" || r.Verdict.Reason != prompt.ReasonMultipart {
			t.Errorf("left as %q, reason %q", bodyOf(r), r.Verdict.Reason)
		}
	})
	t.Run("corrupt compression with findings", func(t *testing.T) {
		noise := rand.New(rand.NewPCG(1, 2))
		var filler strings.Builder
		for range 200_000 {
			filler.WriteByte("0123456789abcdef"[noise.IntN(16)])
		}
		body := compress(t, "gzip", `{"a":"`+awsKey+`","b":"`+filler.String()+`"}`)
		req := jsonRequest
		req.ContentEncoding = "gzip"
		s, _ := newScanner(scanner.Allow)
		r := inspect(t, s, req, prompt.Limits{}, body[:len(body)-10], 0)
		if r.Verdict.Action != scanner.Block || r.Edited {
			t.Errorf("a known secret would leave: action %v, edited %v", r.Verdict.Action, r.Edited)
		}
	})
}

// An unedited compressed body leaves as it came; an edited one uncompressed.
func TestContentEncodings(t *testing.T) {
	dirty, clean := `{"a":"`+awsKey+`"}`, `{"a":"nothing to see"}`
	for _, codings := range []string{"gzip", "x-gzip", "deflate", "zstd", "br", "gzip, br", "zstd,gzip,deflate", "identity, gzip"} {
		for _, text := range []string{dirty, clean} {
			body := text
			for coding := range strings.SplitSeq(codings, ",") {
				if coding = strings.TrimSpace(coding); coding != "identity" {
					body = compress(t, coding, body)
				}
			}
			req := jsonRequest
			req.ContentEncoding = codings
			s, _ := newScanner(scanner.Block)
			r := inspect(t, s, req, prompt.Limits{}, body, 9)
			want, drop := body, false
			if text == dirty {
				want, drop = `{"a":"[REDACTED:aws-key]"}`, true
			}
			if bodyOf(r) != want || r.DropContentEncoding != drop || r.Verdict.Reason != "" {
				t.Errorf("%s: left as %q, drop %v, reason %q", codings, bodyOf(r), r.DropContentEncoding, r.Verdict.Reason)
			}
		}
	}
	req := jsonRequest
	req.ContentEncoding = "deflate"
	s, _ := newScanner(scanner.Block)
	if r := inspect(t, s, req, prompt.Limits{}, compress(t, "raw", dirty), 0); len(rules(r)) != 1 || r.Verdict.Reason != "" {
		t.Errorf("raw deflate: rules %v, reason %q", rules(r), r.Verdict.Reason)
	}
}
