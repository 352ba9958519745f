package prompt_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// corpus opens a file of the corpora, which are too large and too full of
// other people's test credentials to live beside the code.
func corpus(t *testing.T, name string) *gzip.Reader {
	t.Helper()
	dir := os.Getenv("CORPORA")
	if dir == "" {
		t.Skip("CORPORA is not set: it names the folder of request bodies to test with")
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// Every body from the providers' own client libraries and specifications is
// read, and every string in it that carries a user's text is a Text, unless it
// is a name from the API itself.
func TestProvidersBodies(t *testing.T) {
	files := map[string][]byte{}
	archive := tar.NewReader(corpus(t, "api-bodies.tar.gz"))
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(archive); err != nil {
			t.Fatal(err)
		}
	}
	read, checked := 0, 0
	for name, body := range files {
		facts, ok := files[strings.TrimSuffix(name, ".json")+".pointers.json"]
		if !ok || strings.HasSuffix(name, ".pointers.json") {
			continue
		}
		var about struct {
			Path        string
			ContentType string                            `json:"content_type"`
			UserText    []struct{ Pointer, Class string } `json:"user_text"`
		}
		if err := json.Unmarshal(facts, &about); err != nil {
			t.Fatal(name, err)
		}
		s, texts := newScanner(scanner.Block)
		r := inspect(t, s, prompt.Request{Path: about.Path, ContentType: about.ContentType}, prompt.Limits{}, string(body), 700)
		if r.Verdict.Reason != "" && r.Verdict.Reason != prompt.ReasonBinaryFile && r.Verdict.Reason != prompt.ReasonTokenIDs {
			t.Errorf("%s: %s", name, r.Verdict.Reason)
		}
		if r.Verdict.Reason != "" {
			t.Logf("%s: %s", name, r.Verdict.Reason)
		}
		if !json.Valid([]byte(bodyOf(r))) {
			t.Errorf("%s leaves as something that is not JSON", name)
		}
		read++
		where := map[string]bool{}
		for _, text := range texts.texts {
			where[text.Where] = true
		}
		for _, u := range about.UserText {
			var v any
			if err := json.Unmarshal(body, &v); err != nil {
				t.Fatal(name, err)
			}
			value, isString := at(v, u.Pointer).(string)
			if !isString || value == "" || len(u.Pointer) > 200 {
				continue
			}
			checked++
			if !where[u.Pointer] {
				t.Errorf("%s: %s is no text", name, u.Pointer)
			}
		}
	}
	t.Logf("%d bodies read, %d places checked", read, checked)
	if read < 300 || checked < 500 {
		t.Errorf("only %d bodies and %d places", read, checked)
	}
}

// at returns the value at a JSON Pointer.
func at(v any, pointer string) any {
	for segment := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		segment = strings.NewReplacer("~1", "/", "~0", "~").Replace(segment)
		switch x := v.(type) {
		case map[string]any:
			v = x[segment]
		case []any:
			i := 0
			for _, c := range segment {
				i = i*10 + int(c-'0')
			}
			if i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// Realistic conversations are read without a complaint, in any pieces, and
// leave untouched where nothing is found.
func TestConversations(t *testing.T) {
	lines := bufio.NewScanner(corpus(t, "llm-requests.jsonl.gz"))
	lines.Buffer(nil, 8<<20)
	n := 0
	for lines.Scan() {
		var row struct{ Body string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		n++
		whole, _ := newScanner(scanner.Block)
		a := inspect(t, whole, jsonRequest, prompt.Limits{}, row.Body, 0)
		b := inspect(t, whole, jsonRequest, prompt.Limits{}, row.Body, 97)
		if a.Verdict.Reason != "" || a.Texts != b.Texts || a.Bytes != b.Bytes || bodyOf(a) != bodyOf(b) {
			t.Errorf("row %d: reason %q, %d and %d texts", n, a.Verdict.Reason, a.Texts, b.Texts)
		}
		if !a.Edited && !bytes.Equal(bytes.Join(a.Body, nil), []byte(row.Body)) {
			t.Errorf("row %d changed", n)
		}
	}
	if lines.Err() != nil || n < 100 {
		t.Errorf("%d rows, error %v", n, lines.Err())
	}
}
