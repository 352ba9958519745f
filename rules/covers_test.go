package rules

import (
	"context"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// TestCovers marks with « and » what a finding takes with the value xxxx.
func TestCovers(t *testing.T) {
	for covers, texts := range map[string][]string{
		coversValue: {"u:«xxxx»@h"},
		coversLogin: {
			"x://«jane:xxxx»@h", "curl -u «jane.doe:xxxx» h", "'«jane:xxxx»'", "x://:«xxxx»@h", "«xxxx»", "«jane@acme.dev:xxxx»@h", "«jane:xxxx»",
		},
		coversURL: {
			"«https://hooks.acme.dev/T1/xxxx»", "see <«https://a.dev/xxxx/x?y=1»>.", "at «https://a.dev/xxxx», or", "(«git+ssh://a.dev/xxxx») x", "a.dev/«xxxx»",
			`{"u":"«https://a.dev/?k=xxxx&l=2»"}`, "«https://a.dev/xxxx»é", "x=«https://a.dev/xxxx».",
		},
		coversConnection: {
			"«Server=a;Password=xxxx;Encrypt=True» please", "DSN=«Data Source=a,1433;User ID=sa;Password=xxxx»", "set it to «server=a;pwd=xxxx»;, then",
			`"«Endpoint=sb://x.y/;SharedAccessKeyName=Root;SharedAccessKey=xxxx;EntityPath=a» b"`, "«password=xxxx»", "«a=1; user id=sa; password=xxxx»\nb=2;c=3",
			"X: «Max Pool Size=3;Pwd=xxxx»", "«xxxx»;", "\"Driver={x}\" ;«pwd=xxxx»",
		},
	} {
		for _, text := range texts {
			before, rest, _ := strings.Cut(text, "«")
			inside, after, _ := strings.Cut(rest, "»")
			plain := before + inside + after
			at := strings.Index(plain, "xxxx")
			c := newCandidate([]byte(plain), at, at+len("xxxx"), at, at+len("xxxx"))
			if got, want := c.cover(covers), (scanner.Span{Start: len(before), End: len(before) + len(inside)}); got != want {
				t.Errorf("%s of %s: got %q", covers, text, plain[got.Start:got.End])
			}
		}
	}
}

// FuzzCovers: a finding never loses a part of its value, nor leaves the text.
func FuzzCovers(f *testing.F) {
	set := mustCompile(f, `rules:
  - {id: login, kind: secret, pattern: 's3cr[e3]t', covers: login}
  - {id: url, kind: secret, pattern: '(?:_key: )?(s3cr[e3]t)', covers: url}
  - {id: connection, kind: secret, pattern: 's3cr[e3]t', covers: connection}
`)
	for _, seed := range []string{"a=b;c=s3cret;d", "https://x/s3cret é", ";=;=s3cret;;=", "::s3cr3t:", "s3cret"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "?")
		found, err := set.Detect(context.Background(), []scanner.Text{{Bytes: []byte(text), Where: "/api_key"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, fd := range found {
			if fd.Span.Start < 0 || fd.Span.End > len(text) || fd.Span.Start >= fd.Span.End {
				t.Errorf("%s: %+v in %q", fd.Rule, fd.Span, text)
			}
		}
	})
}
