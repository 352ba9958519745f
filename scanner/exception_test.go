package scanner_test

import (
	"context"
	"crypto/sha1"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestExceptions decides about the word that stands in a text, by exceptions of
// every sort.
func TestExceptions(t *testing.T) {
	key := []byte("0123456789abcdef")
	sum := sha1.Sum([]byte("word"))
	for _, c := range []struct {
		name string
		e    scanner.Exception
		want scanner.Action
	}{
		{"rule", scanner.Exception{Rules: []string{"other", "r"}}, scanner.Allow},
		{"other rule", scanner.Exception{Rules: []string{"other"}}, scanner.Redact},
		{"kind", scanner.Exception{Kinds: []scanner.Kind{"k"}}, scanner.Allow},
		{"other kind", scanner.Exception{Kinds: []scanner.Kind{"x"}}, scanner.Redact},
		{"where", scanner.Exception{Where: "/metadata/*"}, scanner.Allow},
		{"deeper", scanner.Exception{Where: "/*"}, scanner.Redact},
		{"anywhere below", scanner.Exception{Where: "/**"}, scanner.Allow},
		{"path", scanner.Exception{Path: "/v1/*"}, scanner.Allow},
		{"other path", scanner.Exception{Path: "/v2/*"}, scanner.Redact},
		{"caller", scanner.Exception{Callers: []string{"x", "spiffe://*/billing"}}, scanner.Allow},
		{"other caller", scanner.Exception{Callers: []string{"spiffe://*/sales"}}, scanner.Redact},
		{"keyed value", scanner.Exception{Value: scanner.KeyedDigest(key, scanner.HashValue(key, []byte("word")))}, scanner.Allow},
		{"other value", scanner.Exception{Value: scanner.KeyedDigest(key, scanner.HashValue(key, []byte("words")))}, scanner.Redact},
		{"other key", scanner.Exception{Value: scanner.KeyedDigest(nil, scanner.HashValue(key, []byte("word")))}, scanner.Redact},
		{"SHA-1", scanner.Exception{Value: scanner.SHA1Digest(sum[:])}, scanner.Allow},
		{"expired", scanner.Exception{Rules: []string{"r"}, Expires: time.Now().Add(-time.Hour)}, scanner.Redact},
		{"not yet expired", scanner.Exception{Rules: []string{"r"}, Expires: time.Now().Add(time.Hour)}, scanner.Allow},
		{"report", scanner.Exception{Rules: []string{"r"}, Action: scanner.Report}, scanner.Report},
		{"never stricter", scanner.Exception{Rules: []string{"r"}, Action: scanner.Block}, scanner.Redact},
		{"one of two fields", scanner.Exception{Rules: []string{"r"}, Where: "/x"}, scanner.Redact},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.e.Name = "file:1"
			words := scanner.DetectorFunc(func(_ context.Context, texts []scanner.Text) (found []scanner.Finding, _ error) {
				for i, text := range texts {
					if at := strings.Index(string(text.Bytes), "word"); at >= 0 {
						found = append(found, scanner.Finding{Rule: "r", Kind: "k", Text: i, Span: scanner.Span{Start: at, End: at + 4}})
					}
				}
				return found, nil
			})
			texts := []scanner.Text{{Bytes: []byte("nothing")}, {Bytes: []byte("a word"), Where: "/metadata/note"}}
			for name, opts := range map[string]scanner.Options{"at once": {Detectors: []scanner.Detector{words}}, "batch": {Batch: []scanner.Detector{words}}} {
				opts.Policy = scanner.Policy{Default: scanner.Levels{High: scanner.Redact}, OnError: scanner.Block, Exceptions: []scanner.Exception{{Rules: []string{"none"}}, c.e}}
				ctx := scanner.WithOrigin(t.Context(), scanner.Origin{Caller: "spiffe://acme/billing", Path: "/v1/chat"})
				pass := scanner.New(opts).Begin()
				for _, text := range texts {
					pass.Add(ctx, []scanner.Text{text})
				}
				v, err := pass.End(ctx)
				if err != nil || len(v.Decisions) != 1 {
					t.Fatalf("%s: %v, %v", name, v, err)
				}
				if v.Action != c.want || v.Decisions[0].Action != c.want {
					t.Errorf("%s: %v, want %v", name, v.Decisions[0].Action, c.want)
				}
				lowered := c.want != scanner.Redact || c.e.Action > scanner.Redact
				if got := v.Decisions[0].Exception; (got == "file:1") != lowered {
					t.Errorf("%s: exception %q", name, got)
				}
			}
		})
	}
}

// TestExceptionKeepsOthers wants the find of another rule to be acted on although
// one at the same place is excepted.
func TestExceptionKeepsOthers(t *testing.T) {
	both := scanner.DetectorFunc(func(context.Context, []scanner.Text) ([]scanner.Finding, error) {
		return []scanner.Finding{{Rule: "a", Kind: "k", Span: scanner.Span{End: 4}}, {Rule: "b", Kind: "k", Span: scanner.Span{Start: 2, End: 4}}}, nil
	})
	s := scanner.New(scanner.Options{
		Policy:    scanner.Policy{Default: scanner.Levels{High: scanner.Redact}, Exceptions: []scanner.Exception{{Rules: []string{"a"}}}},
		Detectors: []scanner.Detector{both},
	})
	v, err := s.Scan(t.Context(), []scanner.Text{{Bytes: []byte("word")}})
	if err != nil || v.Action != scanner.Redact || len(v.Decisions) != 1 || v.Decisions[0].Rule != "b" {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestMatchPath(t *testing.T) {
	got := map[string]bool{}
	for _, c := range [][2]string{
		{"/a/b", "/a/b"},
		{"/a/*", "/a/b"},
		{"/a/*", "/a/b/c"},
		{"/a/**", "/a/b/c"},
		{"**/x.md", "docs/x.md"},
		{"**/x.md", "x.md"},
		{"/*/content", "/messages/content"},
		{"/messages/*/content", "/messages/12/content"},
		{"/a", "/ab"},
		{"", ""},
		{"*", ""},
		{"**", "/a"},
	} {
		got[c[0]+" "+c[1]] = scanner.MatchPath(c[0], c[1])
	}
	want := map[string]bool{
		"/a/b /a/b": true, "/a/* /a/b": true, "/a/* /a/b/c": false, "/a/** /a/b/c": true, "**/x.md docs/x.md": true, "**/x.md x.md": false,
		"/*/content /messages/content": true, "/messages/*/content /messages/12/content": true, "/a /ab": false, " ": true, "* ": true, "** /a": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzMatchPath holds MatchPath to a regular expression.
func FuzzMatchPath(f *testing.F) {
	f.Add("/a/*/c", "/a/b/c")
	f.Add("**/x*", "a/b/xy")
	f.Add("*a**b*", "/a//b")
	f.Fuzz(func(t *testing.T, pattern, path string) {
		if len(pattern) > 40 || len(path) > 60 || strings.Count(pattern, "*") > 6 || !utf8.ValidString(pattern) || !utf8.ValidString(path) {
			return
		}
		expr := regexp.QuoteMeta(pattern)
		expr = strings.ReplaceAll(expr, `\*\*`, "\x00")
		if strings.Contains(pattern, "\x00") {
			return
		}
		expr = strings.ReplaceAll(strings.ReplaceAll(expr, `\*`, "[^/]*"), "\x00", ".*")
		want := regexp.MustCompile("(?s)^" + expr + "$").MatchString(path)
		if got := scanner.MatchPath(pattern, path); got != want {
			t.Errorf("MatchPath(%q, %q) is %v", pattern, path, got)
		}
	})
}
