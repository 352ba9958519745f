package prompt_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

var base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{20,}`)

// readings returns all that a text can be read as: itself, what is in its JSON
// strings, its escapes, its percent-encoding and its base64, layer by layer.
func readings(text string, depth int) []string {
	out := []string{text}
	if depth == 0 {
		return out
	}
	var inner []string
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	joined := "" // neighbouring values read as one
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch token := token.(type) {
		case string:
			inner = append(inner, token)
			joined += token
		case json.Number:
			if f, err := token.Float64(); err == nil {
				inner = append(inner, fmt.Sprintf("%.0f", f))
			}
		}
	}
	var unescaped string
	if json.Unmarshal([]byte(`"`+strings.ReplaceAll(text, `"`, ``)+`"`), &unescaped) == nil && unescaped != text {
		inner = append(inner, unescaped)
	}
	if s, err := url.QueryUnescape(text); err == nil && s != text {
		inner = append(inner, s)
	}
	for _, run := range base64Run.FindAllString(strings.NewReplacer("\n", "", "\r", "").Replace(text), -1) {
		run = run[:len(run)/4*4]
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if b, err := e.DecodeString(run); err == nil {
				inner = append(inner, string(b))
			}
		}
	}
	out = append(out, joined)
	for _, s := range inner {
		out = append(out, readings(s, depth-1)...)
	}
	return out
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// percent escapes every byte of a text.
func percent(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// escape writes every character of a text as a JSON escape.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}

// Wherever a value hides, it is gone from every reading of what leaves, and
// JSON is still JSON; or the body is refused.
func TestNothingLeavesInAnyReading(t *testing.T) {
	const form, lines, text = "application/x-www-form-urlencoded", "application/x-ndjson", "text/plain"
	file := "name,key\njane,<" + awsKey + ">\n"
	head := strings.Repeat("a text file, for a while. ", 20)
	digits := account // as a number it is whole and long
	tests := []struct {
		name, contentType, body string
		reason                  scanner.Reason // "" if it is redacted
	}{
		{name: "every letter escaped", body: `["` + escape(awsKey) + `"]`},
		{name: "between surrogate pairs", body: `["\ud83d\ude00` + awsKey + `\ud83d\ude00","\ud83d` + awsKey + `\ude00"]`},
		{name: "duplicate keys", body: `{"a":"` + awsKey + `","a":"` + awsKey + `"}`},
		{name: "a key with a finding, escaped", body: `{"` + escape(awsKey) + `":{"x":"` + awsKey + `"}}`},
		{name: "touching findings", body: `["` + awsKey + awsKey + awsKey + mailbox + `"]`},
		{name: "seam of three parts", body: parts("a "+awsKey[:5], awsKey[5:9], awsKey[9:]+awsKey[:7], awsKey[7:])},
		{name: "JSON in JSON in base64", body: `["` + b64(`{"a":`+quote(`{"b":"`+escape(awsKey)+`"}`)+`}`) + `"]`},
		{name: "base64 in JSON in base64", body: `["` + b64(`{"a":`+quote(b64(file))+`}`) + `"]`},
		{name: "layers over layers", body: `["` + b64(b64(b64(b64(b64(b64(file)))))) + `"]`, reason: prompt.ReasonTooDeep},
		{name: "data URI with a charset", body: `["data:text/plain;charset=UTF-8;base64,` + b64(file) + `"]`},
		{name: "data URI after a space", body: `[" \n data:text/plain;base64,` + b64(file) + `"]`},
		{name: "data URI with a long name", body: `["data:text/plain;name=` + strings.Repeat("n", 300) + `;base64,` + b64(file) + `"]`},
		{name: "data URI with a comma in a name", body: `["data:text/plain;name=\"a,b\";base64,` + b64(file) + `"]`},
		{name: "data URI with escaped padding", body: `["data:text/plain;base64,` + url.QueryEscape(b64(file+"x")) + `"]`},
		{name: "data URI with words after it", body: `["data:text/plain;base64,` + b64(file) + ` is my file"]`},
		{name: "data URI with a letter too many", body: `["data:text/plain;base64,` + b64(file+"xx") + `A"]`},
		{name: "data URI in percent", body: `["data:,` + percent(file) + `"]`},
		{name: "base64 after a line break", body: `["\n` + b64(file+head) + `"]`},
		{name: "text that ends as bytes", body: `["` + b64(head+awsKey+strings.Repeat("\x00\x01", 400)) + `"]`, reason: prompt.ReasonBinaryFile},
		{name: "URL escaped twice", body: `["https://h.example/?a=` + strings.ReplaceAll(percent(awsKey), "%", "%25") + `"]`},
		{name: "URL in capitals", body: `["HTTPS://h.example/` + percent(awsKey) + `"]`},
		{name: "part of a URL", body: `["/search?q=` + percent(awsKey) + `&x=1"]`},
		{name: "broken JSON in a string", body: `[` + quote(`{"a":NaN,"b":"`+escape(awsKey)+`"}`) + `]`},
		{name: "JSON in a string, cut", body: `[` + quote(`{"a":"`+escape(awsKey)) + `]`},
		{name: "a byte order mark", body: "\xef\xbb\xbf" + `{"a":"` + awsKey + `"}`},
		{name: "JSON lines", contentType: lines, body: `{"a":"` + awsKey + "\"}\n\"" + escape(awsKey) + "\"\n"},
		{name: "JSON lines with a bad one", contentType: lines, body: "{\"a\":1}\n{x}\n\"" + awsKey + "\"\n", reason: prompt.ReasonUnreadableJSON},
		{name: "form", contentType: form, body: "a=" + awsKey + "&" + awsKey + "=b&c=" + percent(awsKey) + "&d=+" + awsKey + "+"},
		{name: "form escaped twice", contentType: form, body: "a=" + strings.ReplaceAll(percent(awsKey), "%", "%25")},
		{name: "JSON in a form", contentType: form, body: "payload=" + url.QueryEscape(`{"a":"`+escape(awsKey)+`"}`)},
		{name: "JSON said to be text", contentType: text, body: `{"a":"` + escape(awsKey) + `"}`},
		{name: "JSON said to be a picture", contentType: "image/png", body: `{"a":"` + escape(awsKey) + `"}`},
		{name: "a number", body: `[` + digits + `,-` + digits + `]`},
		{name: "a number with a fraction", body: `[` + digits + `.0,` + digits + `.000]`},
		{name: "a number with an exponent", body: `[` + digits[:1] + "." + digits[1:] + `E+11,` + digits + `0e-1,0.` + digits + `e12]`},
		{name: "a number in arguments", body: `{"arguments":` + quote(`{"n":`+digits+`,"m":[`+digits+`,1]}`) + `}`},
		{name: "an escape before an address", body: `{"arguments":` + quote(`{"n":"hi\n`+mailbox+`\tthere"}`) + `}`},
		{name: "an escape before an address in a URL", body: `["https://h.example/?m=%3A` + mailbox + `%20"]`},
		{name: "two charsets", contentType: "application/json; charset=utf-8; charset=utf-7", body: `{}`, reason: prompt.ReasonUnknownEncoding},
	}
	for _, test := range tests {
		for _, size := range []int{0, 1, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", test.name, size), func(t *testing.T) {
				req := jsonRequest
				if test.contentType != "" {
					req.ContentType = test.contentType
				}
				s, _ := newScanner(scanner.Block)
				r := inspect(t, s, req, prompt.Limits{}, test.body, size)
				if r.Verdict.Reason != test.reason {
					t.Fatalf("reason %q, want %q", r.Verdict.Reason, test.reason)
				}
				if test.reason != "" {
					if r.Verdict.Action != scanner.Block {
						t.Fatalf("action %v", r.Verdict.Action)
					}
					return
				}
				left := bodyOf(r)
				if !r.Edited || len(r.Places) == 0 || int64(len(left)) != r.Length {
					t.Fatalf("edited %v, %d findings, length %d", r.Edited, len(r.Places), r.Length)
				}
				checkDocuments(t, req.ContentType, test.body, left)
				for _, reading := range readings(left, 7) {
					for _, value := range []string{awsKey, mailbox, account} {
						if strings.Contains(reading, value) {
							t.Fatalf("left as %s, in which %q can be read", left, reading)
						}
					}
				}
				for _, pointer := range append(r.Pointers, r.Places...) {
					if strings.Contains(pointer, awsKey) {
						t.Errorf("a pointer names the value: %q", pointer)
					}
				}
			})
		}
	}
}

// checkDocuments holds that JSON is still JSON after it was edited, and so are
// the documents in its strings.
func checkDocuments(t *testing.T, contentType, before, after string) {
	t.Helper()
	var b, a any
	if json.Unmarshal([]byte(before), &b) != nil {
		return
	}
	if err := json.Unmarshal([]byte(after), &a); err != nil {
		t.Fatalf("%s is not JSON any more: %v", contentType, err)
	}
	checkValues(t, b, a)
}

func checkValues(t *testing.T, before, after any) {
	t.Helper()
	switch before := before.(type) {
	case map[string]any:
		for key, value := range before {
			if other, ok := after.(map[string]any)[key]; ok {
				checkValues(t, value, other)
			}
		}
	case []any:
		for i, value := range before {
			checkValues(t, value, after.([]any)[i])
		}
	case string:
		if strings.HasPrefix(before, "{") {
			checkDocuments(t, "a document in a string", before, after.(string))
		}
	}
}

// A query is read like a body, and a name that holds a finding is not told.
func TestQueryLeaks(t *testing.T) {
	for _, path := range []string{
		"/v1/x?a=" + awsKey, "/v1/x?" + awsKey + "=a", "/v1/x?" + percent(awsKey), "/v1/" + percent(awsKey) + "/x",
		"/v1/x?a=" + strings.ReplaceAll(percent(awsKey), "%", "%25"), "/v1/x?a=+" + awsKey + "+&b", "/v1/x?a=" + url.QueryEscape(b64("key: "+awsKey)),
	} {
		s, _ := newScanner(scanner.Block)
		req := jsonRequest
		req.Path = path
		r := inspect(t, s, req, prompt.Limits{}, `{}`, 0)
		if r.Path == "" || r.Verdict.Action != scanner.Redact {
			t.Fatalf("%s: left as %q, action %v", path, r.Path, r.Verdict.Action)
		}
		if _, err := url.ParseRequestURI(r.Path); err != nil {
			t.Errorf("%s is no path: %v", r.Path, err)
		}
		for _, reading := range append(readings(r.Path, 4), r.Pointers...) {
			if strings.Contains(reading, awsKey) {
				t.Errorf("%s: left as %s, pointers %q", path, r.Path, r.Pointers)
			}
		}
	}
}
