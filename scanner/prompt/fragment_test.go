package prompt_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// perByte writes every byte of s with the format.
func perByte(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, format, s[i])
		}
		return b.String()
	}
}

var fragmentEncodings = map[string]func(string) string{
	"base64":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 raw": func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) },
	"base64url":  func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	"base64 twice": func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(s))))
	},
	"hex":            func(s string) string { return hex.EncodeToString([]byte(s)) },
	"hex upper":      func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"hex 0x":         func(s string) string { return "0x" + hex.EncodeToString([]byte(s)) },
	"hex in base64":  func(s string) string { return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString([]byte(s)))) },
	"percent":        perByte("%%%02X"),
	"percent, some":  func(s string) string { return strings.NewReplacer("7", "%37", "@", "%40").Replace(s) },
	"entities":       perByte("&#%d;"),
	"hex entities":   perByte("&#x%x;"),
	"entities, some": func(s string) string { return strings.NewReplacer("7", "&#55;", "@", "&commat;").Replace(s) },
	`\u`:             perByte(`\u%04x`),
	`\u, some`:       func(s string) string { return strings.NewReplacer("7", `\u0037`, "@", `\u0040`).Replace(s) },
	`\u{}`:           perByte(`\u{%x}`),
	`\U`:             perByte(`\U%08x`),
	`\x`:             perByte(`\x%02x`),
	"octal":          perByte(`\%03o`),
}

// A secret in a word of a sentence is found whatever its encoding, and nothing
// but the word is taken out.
func TestFragments(t *testing.T) {
	for name, encode := range fragmentEncodings {
		for _, secret := range []string{"id is " + awsKey, "write to " + mailbox} {
			value := strings.Fields(secret)[len(strings.Fields(secret))-1]
			if strings.HasPrefix(name, "base64") || strings.HasPrefix(name, "hex") && name != "hex entities" {
				value = secret + " ok?"
			}
			const before, after = "Why is héé ", " refused, please? \U0001F600"
			text := before + encode(value) + after
			s, _ := newScanner(scanner.Block)
			r := inspect(t, s, jsonRequest, prompt.Limits{}, `{"messages":[{"role":"user","content":`+quote(text)+`}]}`, 0)
			if len(r.Verdict.Decisions) != 1 || r.Verdict.Reason != "" || !r.Edited {
				t.Errorf("%s: decisions %v, reason %q", name, rules(r), r.Verdict.Reason)
				continue
			}
			var body struct {
				Messages []struct{ Content string }
			}
			if err := json.Unmarshal([]byte(bodyOf(r)), &body); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got := body.Messages[0].Content
			if !strings.HasPrefix(got, before) || !strings.HasSuffix(got, after) {
				t.Errorf("%s: the sentence around it was changed: %q", name, got)
			}
			if strings.Contains(html.UnescapeString(got), value) || strings.Contains(got, encode(value)) {
				t.Errorf("%s: the value is still there: %q", name, got)
			}
		}
	}
}

// Escapes of characters that only look like others, or like nothing, are read.
func TestFragmentsInDisguise(t *testing.T) {
	for escaped, want := range map[string]string{`\uff21`: "Ａ", `\u{ff41}`: "ａ", `\uff10`: "０", `\u200d`: "\u200d", `\\u00ad`: "\u00ad"} {
		s, seen := newScanner(scanner.Block)
		inspect(t, s, jsonRequest, prompt.Limits{}, `[`+quote("AK"+escaped+"IA")+`]`, 0)
		if !slices.ContainsFunc(seen.texts, func(x scanner.Text) bool { return string(x.Bytes) == "AK"+want+"IA" }) {
			t.Errorf("%s is not read", escaped)
		}
	}
}

// A document in a string hides no more, nor does one in the middle of a sentence,
// one that is cut, or a sentence that begins like one.
func TestFragmentsInDocuments(t *testing.T) {
	secret := "id is " + awsKey + " ok?"
	for name, encode := range fragmentEncodings {
		document := `{"n": 1, "a": ` + quote("Why is "+encode(secret)+" refused?") + `}`
		for place, text := range map[string]string{
			"a document": document, "a sentence": "please look at " + document, "two layers": `see {"b": ` + quote(document) + `}`,
			"brackets": "[note] is " + encode(secret) + " refused?", "braces": "{name}, is\n\"" + encode(secret) + "\" refused?",
			"half a document": document[:len(document)-1], "two thirds": document[:len(document)-11], "no escape": `{"n": "Why is ` + encode(secret) + ` refused?"}`, "more": document + " and " + encode(secret),
		} {
			if place == "two layers" && strings.ContainsRune(encode(secret), '\\') {
				continue // as in many regular expressions: four backslashes are not read
			}
			s, _ := newScanner(scanner.Block)
			before := `{"messages":[{"role":"user","content":` + quote(text) + `}]}`
			r := inspect(t, s, jsonRequest, prompt.Limits{}, before, 0)
			left := bodyOf(r)
			if len(r.Verdict.Decisions) == 0 || r.Verdict.Reason != "" || !r.Edited {
				t.Errorf("%s in %s: decisions %v, reason %q", name, place, rules(r), r.Verdict.Reason)
				continue
			}
			checkDocuments(t, name, before, left)
			for _, reading := range readings(left, 7) {
				if strings.Contains(html.UnescapeString(reading), awsKey) {
					t.Fatalf("%s in %s: left as %s", name, place, left)
				}
			}
		}
	}
}

// Words, paths, hashes and pictures are no encoded text.
func TestFragmentsOfOrdinaryText(t *testing.T) {
	for name, text := range map[string]string{
		"path":       "open src/components/settings/UserPreferencesPanel/index and look",
		"identifier": "call TheQuickBrownFoxJumpsOverTheLazyDogAgainAndAgain() twice",
		"hash":       "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of nothing",
		"dashes":     strings.Repeat("-", 80) + "\n" + strings.Repeat("_", 80),
		"escapes":    `printf("%d\n", x); s = "a\tb\"c\\"; re = "\d+\w*"`,
		"percent":    "it grew by 12% 34 of them",
		"entities":   "R&D; AT&T; &unknown; &#; &#x; &#99999999;",
	} {
		s, seen := newScanner(scanner.Block)
		r := inspect(t, s, jsonRequest, prompt.Limits{}, `{"messages":[{"role":"user","content":`+quote(text)+`}]}`, 0)
		if r.Edited || r.Verdict.Reason != "" {
			t.Errorf("%s: edited %v, reason %q", name, r.Edited, r.Verdict.Reason)
		}
		for _, given := range seen.texts {
			if string(given.Bytes) != text && strings.Contains(given.Where, "content") {
				t.Errorf("%s: also scanned as %q", name, given.Bytes)
			}
		}
	}
}

// Encodings in encodings end somewhere, and what is deeper is refused.
func TestFragmentsAreBounded(t *testing.T) {
	value := "id " + awsKey
	for range 4 {
		value = base64.StdEncoding.EncodeToString([]byte("take " + value + " now"))
	}
	s, _ := newScanner(scanner.Block)
	body := func(v string) string { return `{"a":` + quote("see "+v+" there") + `}` }
	if r := inspect(t, s, jsonRequest, prompt.Limits{}, body(value), 0); len(r.Verdict.Decisions) != 1 || r.Verdict.Reason != "" {
		t.Errorf("four layers: %v, reason %q", rules(r), r.Verdict.Reason)
	}
	value = base64.StdEncoding.EncodeToString([]byte("take " + value + " now"))
	if r := inspect(t, s, jsonRequest, prompt.Limits{}, body(value), 0); r.Verdict.Reason != prompt.ReasonTooDeep || r.Verdict.Action != scanner.Block {
		t.Errorf("five layers: %v, reason %q", r.Verdict.Action, r.Verdict.Reason)
	}
	// Many escapes, far apart, are read in a bounded number of pieces.
	s, seen := newScanner(scanner.Block)
	text := strings.Repeat(`\u0041`+strings.Repeat("x ", 300)+"\n", 1000) + mailbox[:4] + `\u002e` + mailbox[5:]
	r := inspect(t, s, jsonRequest, prompt.Limits{}, body(text), 0)
	if len(r.Verdict.Decisions) != 1 || len(seen.texts) > 300 {
		t.Errorf("%v in %d texts", rules(r), len(seen.texts))
	}
}

// A value whose letters are written in several ways is found, whichever stand
// first, and so is one in an escape that another writes.
func TestEscapesOfSeveralKinds(t *testing.T) {
	ways := []string{`\x%02x`, "&#%d;", "%%%02X"}
	wrap := []func(string) string{
		func(s string) string { return strings.ReplaceAll(s, `\`, `\x5c`) },
		func(s string) string { return strings.ReplaceAll(s, "&", "&amp;") },
		func(s string) string { return strings.ReplaceAll(s, "%", "%25") },
		func(s string) string { return strings.ReplaceAll(s, "&", `\x26`) },
		func(s string) string { return strings.ReplaceAll(s, `\`, "&#92;") },
		func(s string) string { return strings.ReplaceAll(s, "%", "&#37;") },
		func(s string) string { return strings.ReplaceAll(s, "&", "%26") },
		func(s string) string { return s },
	}
	for a, first := range ways {
		for b, second := range ways {
			for c, third := range ways {
				value := fmt.Sprintf("%s"+first+"%s"+second+"%s"+third+"%s",
					awsKey[:4], awsKey[4], awsKey[5:9], awsKey[9], awsKey[10:14], awsKey[14], awsKey[15:])
				for k, in := range wrap {
					text := "Why is\n" + in(value) + " refused, and a%41b \\x41 &#65; not?\nsay a%41b"
					s, _ := newScanner(scanner.Block)
					r := inspect(t, s, jsonRequest, prompt.Limits{}, `["`+strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), "\n", `\n`)+`"]`, 0)
					if len(r.Verdict.Decisions) != 1 || r.Verdict.Reason != "" {
						t.Errorf("%d %d %d in %d: %v, reason %q", a, b, c, k, rules(r), r.Verdict.Reason)
					} else if left := bodyOf(r); strings.Contains(left, awsKey[5:9]) || !json.Valid([]byte(left)) {
						t.Errorf("%d %d %d in %d: left as %s", a, b, c, k, left)
					}
				}
			}
		}
	}
}

// What encodings in one string become is bounded by the string, whatever stands
// beside what, and by the limits.
func TestEscapesDoNotMultiply(t *testing.T) {
	// Layers are put together here, since this file is to be readable itself.
	layers := func(n int) string {
		return `\` + strings.Repeat("x5c", n) + "x41 &" + strings.Repeat("amp;", n) + "#65; a%" + strings.Repeat("25", n) + "41b"
	}
	for _, line := range []string{
		`%41`, `\x41`, "&#65;", `%41\x41&#65;`, `\x41 &#65; a%41b and so on` + "\n", layers(2) + " and so on\n", layers(3) + "\n",
		`a%41b ` + strings.Repeat("z", 2100), `\x41 &#65;` + strings.Repeat("z ", 210) + "a%41b ",
		strings.Repeat(`\`, 4) + "x41", "a " + strings.Repeat(`\`, 2) + "x41 %" + "41 &" + "#65;\n", strings.Repeat(`\`, 8) + "u0041\n",
		`"a%41b &#65;",`, `"` + strings.Repeat(`\`, 2) + `x41 %41",`, `{"a":"&#65;"},`, // of a document, below
	} {
		s, seen := newScanner(scanner.Block)
		text := "see " + strings.Repeat(line, 200_000/len(line))
		if strings.HasSuffix(line, ",") {
			text = "[" + text[4:len(text)-1] + "]"
		}
		r := inspect(t, s, jsonRequest, prompt.Limits{}, `[`+quote(text)+`]`, 0)
		sum := 0
		for _, given := range seen.texts {
			sum += len(given.Bytes)
		}
		if sum < len(text) || sum > 8*len(text) {
			t.Errorf("%.40q: %d bytes became %d, reason %q", line, len(text), sum, r.Verdict.Reason)
		}
		r = inspect(t, s, jsonRequest, prompt.Limits{MaxDecoded: 50_000}, `[`+quote(text)+`]`, 0)
		if r.Verdict.Reason != prompt.ReasonDecodedTooLarge || r.Verdict.Action != scanner.Block {
			t.Errorf("%.40q: limit: %v, reason %q", line, r.Verdict.Action, r.Verdict.Reason)
		}
	}
}

// Runs of base64 stand beside each other, and none is skipped.
func TestRunsBesideEachOther(t *testing.T) {
	value := base64.StdEncoding.EncodeToString([]byte("id " + mailbox)[:18])
	if len(value) != 24 {
		t.Fatalf("%d letters", len(value))
	}
	for pads, other := range []string{"some text, more of it, ok", "some text, more of it, no!", "some text, more of it, no"} {
		text := "see " + base64.StdEncoding.EncodeToString([]byte(other)) + value + " there"
		s, seen := newScanner(scanner.Block)
		inspect(t, s, jsonRequest, prompt.Limits{}, `[`+quote(text)+`]`, 0)
		if !slices.ContainsFunc(seen.texts, func(x scanner.Text) bool {
			return strings.Contains(string(x.Bytes), mailbox[:10]) && !strings.HasPrefix(string(x.Bytes), "see")
		}) {
			t.Errorf("%d: not read", pads)
		}
	}
}
