package prompt_test

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// The letters of pictures and sounds are not scanned, whatever they spell;
// those of everything else are.
func TestPicturesPass(t *testing.T) {
	noise := bytes.Repeat([]byte{0x00, 0x10, 0x83, 0x10, 0x51, 0x87}, 200) // "ABCDEFGH…"
	payload := func(magic string) string {
		return base64.StdEncoding.EncodeToString([]byte(magic + string(noise)))[:1200] + awsKey
	}
	tests := []struct {
		name, value string
		scanned     bool
		reason      scanner.Reason
	}{
		{name: "png", value: "data:image/png;base64," + payload("\x89PNG\r\n\x1a\n")},
		{name: "jpeg under another name", value: "data:application/pdf;base64," + payload("\xFF\xD8\xFF\xE0")},
		{name: "webp", value: "data:image/webp;base64," + payload("RIFF\x00\x00\x00\x00WEBP")},
		{name: "wav without a URI", value: payload("RIFF\x00\x00\x00\x00WAVE")},
		{name: "png without a URI", value: payload("\x89PNG\r\n\x1a\n")},
		{name: "RIFF of another kind", value: payload("RIFF\x00\x00\x00\x00ABCD"), scanned: true},
		{name: "two bytes are too few", value: payload("\xFF\xFBab"), scanned: true},
		{name: "too short", value: "data:image/gif;base64," + base64.StdEncoding.EncodeToString([]byte("GIF89a"+strings.Repeat("x", 60))) + awsKey, scanned: true},
		{name: "not base64", value: "data:image/png;base64,<" + awsKey + ">", scanned: true},
		{name: "pdf", value: payload("%PDF-1.7"), scanned: true, reason: prompt.ReasonBinaryFile},
		{name: "zip", value: "data:application/zip;base64," + payload("PK\x03\x04"), scanned: true, reason: prompt.ReasonBinaryFile},
		{name: "unknown", value: payload("\x01\x02\x03\x04"), scanned: true},
		{name: "unknown file", value: "data:x/y;base64," + payload("\x01\x02\x03\x04"), scanned: true, reason: prompt.ReasonBinaryFile},
	}
	for _, test := range tests {
		s, _ := newScanner(scanner.Report)
		r := inspect(t, s, jsonRequest, prompt.Limits{}, `{"data":`+quote(test.value)+`}`, 0)
		if found := len(r.Verdict.Decisions) == 1; found != test.scanned || r.Verdict.Reason != test.reason {
			t.Errorf("%s: found %v, reason %q; want %v, %q", test.name, found, r.Verdict.Reason, test.scanned, test.reason)
		}
	}
}

// A redacted file stays in its alphabet, with its padding, and decodes to the
// same text but for what was found.
func TestBase64IsRewritten(t *testing.T) {
	encodings := map[string]*base64.Encoding{
		"std": base64.StdEncoding, "raw std": base64.RawStdEncoding, "url": base64.URLEncoding, "raw url": base64.RawURLEncoding,
	}
	for name, encoding := range encodings {
		for pad := range 4 {
			text := strings.Repeat("?>~", 9) + strings.Repeat("x", pad) + " key=" + awsKey + " mail=" + mailbox + "\nlast line?>"
			want := strings.NewReplacer(awsKey, "[REDACTED:aws-key]", mailbox, "[REDACTED:email]").Replace(text)
			s, _ := newScanner(scanner.Block)
			r := inspect(t, s, jsonRequest, prompt.Limits{}, `{"file_data":"data:text/plain;base64,`+encoding.EncodeToString([]byte(text))+`"}`, 0)
			_, payload, _ := strings.Cut(strings.TrimSuffix(bodyOf(r), `"}`), "base64,")
			payload = strings.TrimRight(payload, "=")
			raw := base64.RawStdEncoding
			if strings.Contains(name, "url") {
				raw = base64.RawURLEncoding
			}
			got, err := raw.DecodeString(payload)
			if err != nil || string(got) != want || len(r.Verdict.Decisions) != 2 {
				t.Errorf("%s, %d: %q, error %v, %d decisions", name, pad, got, err, len(r.Verdict.Decisions))
			}
		}
	}
}

func TestLayers(t *testing.T) {
	file := "to " + mailbox + "\n"
	uri := "data:text/plain;base64," + base64.StdEncoding.EncodeToString([]byte(file))
	wrapped := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("some lines of a text ", 6) + awsKey))
	wrapped = wrapped[:76] + "\n" + wrapped[76:]
	tests := []struct {
		name, value string
		rules       []string
	}{
		{"file in arguments", `{"f":` + quote(uri) + `}`, []string{"email"}},
		{"file in arguments in arguments", `{"a":` + quote(`{"f":`+quote(uri)+`}`) + `}`, []string{"email"}},
		{"wrapped base64", wrapped, []string{"aws-key"}},
		{"percent in a data URI", "data:text/plain," + url.PathEscape("k "+mailbox), []string{"email"}},
		{"URL", "https://h.example/?m=" + url.QueryEscape(mailbox), []string{"email"}},
		{"JSON lines in a string", "{\"a\":1}\n{\"b\":\"A\\u004b" + awsKey[2:] + "\"}", []string{"aws-key"}},
		{"cut JSON in a string", `{"a":"A\u004b` + awsKey[2:] + `","b":"x`, []string{"aws-key"}},
		{"Latin-1 file", "data:text/plain;base64," + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("gr\xfc\xdfe und mehr ", 5)+awsKey)), []string{"aws-key"}},
		{"found twice, counted once", `{"a":"` + awsKey + `\n"}`, []string{"aws-key"}},
		{"prose with brackets", "[1] see {" + awsKey + "}", []string{"aws-key"}},
	}
	for _, test := range tests {
		for _, size := range []int{0, 1} {
			s, _ := newScanner(scanner.Block)
			r := inspect(t, s, jsonRequest, prompt.Limits{}, `{"x":["`+"pad"+`",`+quote(test.value)+`]}`, size)
			if !slices.Equal(rules(r), test.rules) || r.Verdict.Reason != "" {
				t.Errorf("%s: rules %v, reason %q", test.name, rules(r), r.Verdict.Reason)
			}
			if len(r.Pointers) > 0 && r.Pointers[0] != "/x/1" {
				t.Errorf("%s: pointer %q", test.name, r.Pointers[0])
			}
			again := inspect(t, s, jsonRequest, prompt.Limits{}, bodyOf(r), 0)
			if len(again.Verdict.Decisions) != 0 || again.Verdict.Reason != "" {
				t.Errorf("%s: left as %s, in which %v is found", test.name, bodyOf(r), rules(again))
			}
		}
	}
}

func TestRoles(t *testing.T) {
	body := `{"instructions":"i","system":"s","messages":[{"role":"developer","content":"d"},{"role":"user","content":"u"},` +
		`{"role":"assistant","content":"a","tool_calls":[{"function":{"arguments":"g"}}]},{"role":"tool","content":"t"},` +
		`{"content":"late","role":"user"},{"role":"user","content":[{"type":"tool_result","content":"r"}]}],` +
		`"tools":[{"description":"e"}],"input":"n","other":"o","contents":[{"role":"model","parts":[{"text":"m"}]}]}`
	want := map[string]scanner.Role{
		"i": scanner.RoleSystem, "s": scanner.RoleSystem, "d": scanner.RoleSystem, "u": scanner.RoleUser, "a": scanner.RoleAssistant,
		"g": scanner.RoleTool, "t": scanner.RoleTool, "late": scanner.RoleUnknown, "r": scanner.RoleTool, "e": scanner.RoleTool,
		"n": scanner.RoleUser, "o": scanner.RoleUnknown, "m": scanner.RoleAssistant,
	}
	s, texts := newScanner(scanner.Block)
	inspect(t, s, jsonRequest, prompt.Limits{}, body, 0)
	n := 0
	for _, text := range texts.texts {
		if role, ok := want[string(text.Bytes)]; ok {
			n++
			if text.Role != role {
				t.Errorf("%q has role %q, want %q", text.Bytes, text.Role, role)
			}
		}
	}
	if n != len(want) {
		t.Errorf("%d of %d texts", n, len(want))
	}
}
