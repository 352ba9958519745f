package prompt_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// The hard cases are requests in which the guards that were measured before
// this project began let a secret through.
func TestHardCases(t *testing.T) {
	file := base64.StdEncoding.EncodeToString([]byte("name,key\njane," + awsKey + "\n"))
	escaped := `A\u004b\u0049A` + awsKey[4:]
	half := len(awsKey) / 2
	args := `{"key":` + quote(awsKey) + `,"note":"a\nb"}`
	tests := []struct {
		name, body string
		place      string
		gone       string // must not be in the body that leaves
		texts      string // must be in it, after decoding where that is said
	}{
		{
			"tool-call arguments",
			`{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":` + quote(args) + `}}]}]}`,
			"/messages/0/tool_calls/0/function/arguments", awsKey, `{\"key\":\"[REDACTED:aws-key]\",\"note\":\"a\\nb\"}`,
		},
		{
			"escaped inside tool-call arguments",
			`{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":` +
				quote(`{"key":"`+escaped+`"}`) + `}}]}]}`,
			"/messages/0/tool_calls/0/function/arguments", awsKey[4:], `{\"key\":\"[REDACTED:aws-key]\"}`,
		},
		{
			"data URI of a text file",
			`{"messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:text/csv;base64,` + file + `"}}]}]}`,
			"/messages/0/content/0/file/file_data", file, "data:text/csv;base64," +
				base64.StdEncoding.EncodeToString([]byte("name,key\njane,[REDACTED:aws-key]\n")),
		},
		{
			"bare base64 of a text file",
			`{"messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"` + file + `"}}]}]}`,
			"/messages/0/content/0/file/file_data", file,
			base64.StdEncoding.EncodeToString([]byte("name,key\njane,[REDACTED:aws-key]\n")),
		},
		{
			"responses input items",
			`{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"use ` + awsKey + ` now"}]}]}`,
			"/input/0/content/0/text", awsKey, `"use [REDACTED:aws-key] now"`,
		},
		{
			"embeddings input", `{"input":["a","` + awsKey + `"],"model":"m"}`, "/input/1", awsKey, `["a","[REDACTED:aws-key]"]`,
		},
		{
			"system message", `{"messages":[{"role":"system","content":"` + awsKey + `"}]}`, "/messages/0/content", awsKey,
			`"[REDACTED:aws-key]"`,
		},
		{
			"split over two content parts",
			`{"messages":[{"role":"user","content":[{"type":"text","text":"it is ` + awsKey[:half] + `"},{"type":"text","text":"` +
				awsKey[half:] + ` okay"}]}]}`,
			"/messages/0/content/0/text", awsKey[half:],
			`[{"type":"text","text":"it is [REDACTED:aws-key]"},{"type":"text","text":" okay"}]`,
		},
		{
			"escapes", `{"messages":[{"role":"user","content":"key: ` + escaped + `\n"}]}`, "/messages/0/content", awsKey[4:],
			`"key: [REDACTED:aws-key]\n"`,
		},
		{
			"unknown field", `{"x_new":{"y":"` + awsKey + `"}}`, "/*/*", awsKey, `{"x_new":{"y":"[REDACTED:aws-key]"}}`,
		},
		{
			"image_url query",
			`{"messages":[{"content":[{"image_url":{"url":"https://h.example/i.png?k=` + awsKey[:4] + "%" +
				fmt.Sprintf("%02x", awsKey[4]) + awsKey[5:] + `&z=1"}}]}]}`,
			"/messages/0/content/0/image_url/url", awsKey[5:], `"https://h.example/i.png?k=%5BREDACTED:aws-key%5D&z=1"`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, size := range []int{0, 1, 7} {
				s, _ := newScanner(scanner.Block)
				r := inspect(t, s, jsonRequest, prompt.Limits{}, test.body, size)
				if r.Verdict.Action != scanner.Redact || r.Verdict.Reason != "" {
					t.Fatalf("pieces of %d: action %v, reason %q", size, r.Verdict.Action, r.Verdict.Reason)
				}
				if len(r.Places) != 1 || r.Places[0] != test.place {
					t.Errorf("pieces of %d: places %q, want %q", size, r.Places, test.place)
				}
				out := bodyOf(r)
				if strings.Contains(out, test.gone) || !strings.Contains(out, test.texts) || !json.Valid([]byte(out)) {
					t.Errorf("pieces of %d: body is\n%s\nwant in it\n%s", size, out, test.texts)
				}
				if int64(len(out)) != r.Length || !r.Edited {
					t.Errorf("length %d of %d, edited %v", r.Length, len(out), r.Edited)
				}
			}
		})
	}
}

func TestHardCaseGzip(t *testing.T) {
	plain := `{"messages":[{"role":"user","content":"` + awsKey + `"}]}`
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write([]byte(plain))
	_ = w.Close()
	req := jsonRequest
	req.ContentEncoding = "gzip"
	s, _ := newScanner(scanner.Block)
	r := inspect(t, s, req, prompt.Limits{}, z.String(), 10)
	want := strings.Replace(plain, awsKey, "[REDACTED:aws-key]", 1)
	if bodyOf(r) != want || !r.DropContentEncoding || r.Verdict.Reason != "" {
		t.Errorf("body %q, drop %v, reason %q", bodyOf(r), r.DropContentEncoding, r.Verdict.Reason)
	}
}

func TestHardCasesThatAreRefused(t *testing.T) {
	ids := strings.TrimSuffix(strings.Repeat("1012,", 40), ",")
	tests := []struct {
		name, contentType, body string
		reason                  scanner.Reason
	}{
		{"token ids", "application/json", `{"prompt":[` + ids + `]}`, prompt.ReasonTokenIDs},
		{"lists of token ids", "application/json", `{"input":["x",[1,2,3,4,5,6,7,8],[1,2,3,4,5,6,7,8,9]]}`, prompt.ReasonTokenIDs},
		{"multipart", `multipart/form-data; boundary="b"`, "--b\r\n\r\nx\r\n--b--\r\n", prompt.ReasonMultipart},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newScanner(scanner.Block)
			req := jsonRequest
			req.ContentType = test.contentType
			r := inspect(t, s, req, prompt.Limits{}, test.body, 0)
			if r.Verdict.Action != scanner.Block || r.Verdict.Reason != test.reason {
				t.Errorf("action %v, reason %q; want block, %q", r.Verdict.Action, r.Verdict.Reason, test.reason)
			}
		})
	}
}

func TestIntegersThatAreNotTokens(t *testing.T) {
	ids := strings.TrimSuffix(strings.Repeat("1012,", 40), ",")
	for _, body := range []string{
		`{"logit_bias":{"1":1,"2":2}}`,
		`{"input":{"bbox":[` + ids + `]}}`,
		`{"input":[` + strings.ReplaceAll(ids, "1012", "0.25") + `]}`,
		`{"input":[1,2,3]}`,
		`{"allowed":[` + ids + `]}`,
	} {
		s, _ := newScanner(scanner.Block)
		if r := inspect(t, s, jsonRequest, prompt.Limits{}, body, 0); r.Verdict.Reason != "" {
			t.Errorf("%s: reason %q", body, r.Verdict.Reason)
		}
	}
}
