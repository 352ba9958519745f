package code_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/code"
	"github.com/sluice-dlp/sluice/scanner/detectortest"
)

func detect(tb testing.TB, text string) []scanner.Finding {
	tb.Helper()
	found, err := code.New().Detect(tb.Context(), []scanner.Text{{Bytes: []byte(text)}})
	if err != nil {
		tb.Fatal(err)
	}
	return found
}

func ruleOf(class string) string {
	if class == "code" {
		return "source-code"
	}
	return "code-" + class
}

func sure(found []scanner.Finding) (out []scanner.Finding) {
	for _, f := range found {
		if f.Confidence >= scanner.Medium {
			out = append(out, f)
		}
	}
	return out
}

func TestSnippets(t *testing.T) {
	const before, after = "Could you tell me what is wrong with this? I have tried it twice.\n\n", "\n\nThank you very much for your help with it.\n"
	for _, s := range snippets {
		t.Run(s.name, func(t *testing.T) {
			body := strings.TrimRight(s.text, "\n")
			found := sure(detect(t, before+body+after))
			if len(found) != 1 {
				t.Fatalf("found %+v, want one segment", found)
			}
			f := found[0]
			want := scanner.Span{Start: len(before), End: len(before) + len(body)}
			if f.Span != want {
				t.Errorf("span is %q, want all of the program", (before + body + after)[f.Span.Start:f.Span.End])
			}
			n := strings.Count(body, "\n") + 1
			// A program in one line counts by its statements, about one a ';' or '{'.
			joined := n == 1 && f.Lines >= strings.Count(body, ";")+strings.Count(body, "{")
			if f.Lines != n && !joined && f.Span == want {
				t.Errorf("%d lines, want %d", f.Lines, n)
			}
			if f.Rule != ruleOf(s.class) || f.Kind != scanner.KindCode {
				t.Errorf("rule %s of kind %s, want %s", f.Rule, f.Kind, ruleOf(s.class))
			}
			class, language, _ := strings.Cut(f.Detail, " ")
			if class != s.class || s.language != "" && language != s.language {
				t.Errorf("detail %q, want %s %s", f.Detail, s.class, s.language)
			}
		})
	}
}

func TestNegatives(t *testing.T) {
	for name, text := range negatives {
		if found := sure(detect(t, text)); len(found) > 0 {
			f := found[0]
			t.Errorf("%s: %s %s (%d lines) in %q", name, f.Rule, f.Confidence, f.Lines, text[f.Span.Start:f.Span.End])
		}
	}
}

func TestLineEndings(t *testing.T) {
	prose := "Please have a look at this for me:\n\n"
	body := strings.TrimRight(snippets[0].text, "\n")
	plain := detect(t, prose+body)
	if len(plain) != 1 || plain[0].Span != (scanner.Span{Start: len(prose), End: len(prose) + len(body)}) {
		t.Fatalf("without a last newline: %+v", plain)
	}
	text := strings.ReplaceAll(prose+body+"\n", "\n", "\r\n")
	crlf := detect(t, text)
	if len(crlf) != 1 || crlf[0].Lines != plain[0].Lines {
		t.Fatalf("CRLF: %+v, want %d lines", crlf, plain[0].Lines)
	}
	if got := text[crlf[0].Span.Start:crlf[0].Span.End]; got != strings.ReplaceAll(body, "\n", "\r\n") {
		t.Errorf("CRLF: span is %q", got)
	}
}

func TestTwoSegments(t *testing.T) {
	a, b := strings.TrimSpace(snippets[1].text), strings.TrimSpace(snippets[9].text)
	text := "This is what we have now:\n\n" + a + "\n\n" + proseSample + "\n\n" + b + "\n"
	found := sure(detect(t, text))
	var got []string
	for _, f := range found {
		got = append(got, text[f.Span.Start:f.Span.End])
	}
	if diff := cmp.Diff([]string{a, b}, got); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
}

func TestFences(t *testing.T) {
	python := "def f(x):\n    y = x + 1\n    return y"
	for _, c := range []struct {
		name, text string
		want       []string // "rule detail: text"
	}{
		{"tagged", "Explain:\n```python\n" + python + "\n```\nThanks!\n", []string{"source-code code python: " + python}},
		{"tag wins over looks", "Explain:\n```kotlin\n" + python + "\n```\n", []string{"source-code code kotlin: " + python}},
		{"tilde", "Explain:\n~~~ py\n" + python + "\n~~~\n", []string{"source-code code python: " + python}},
		{"indented", "1. Explain:\n   ```python\n   x = f(1)\n   y = g(x)\n   print(x, y)\n   ```\n", []string{"source-code code python:    x = f(1)\n   y = g(x)\n   print(x, y)"}},
		{"unclosed", "Explain:\n```python\n" + python, []string{"source-code code python: " + python}},
		{"two blocks", "A:\n```python\n" + python + "\n```\n```python\n" + python + "\n```\n", []string{"source-code code python: " + python, "source-code code python: " + python}},
		{"untagged", "Explain:\n```\n" + python + "\n```\nThanks!\n", []string{"source-code code python: " + python}},
		{"prose", negatives["fenced prose"], nil},
		{"data", negatives["fenced json"], nil},
		{"sql", "Explain:\n```sql\nSELECT a, b\nFROM t\nWHERE a = 1\n```\n", []string{"code-sql sql sql: SELECT a, b\nFROM t\nWHERE a = 1"}},
	} {
		var got []string
		for _, f := range sure(detect(t, c.text)) {
			got = append(got, fmt.Sprintf("%s %s: %s", f.Rule, f.Detail, c.text[f.Span.Start:f.Span.End]))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A notice at the head of a program must not hide the program.
func TestNoticeWithProgram(t *testing.T) {
	text := negatives["notice in a comment"] + "\n\n" + goSample
	if found := sure(detect(t, text)); len(found) == 0 {
		t.Error("found nothing")
	}
}

func TestShortTextsAndRoles(t *testing.T) {
	program := []byte(goSample)
	for _, role := range []scanner.Role{scanner.RoleKey, scanner.RoleNumber, scanner.RoleURL} {
		found, err := code.New().Detect(t.Context(), []scanner.Text{{Bytes: program, Role: role}})
		if err != nil || len(found) > 0 {
			t.Errorf("role %s: %d findings, %v", role, len(found), err)
		}
	}
	for _, role := range []scanner.Role{scanner.RoleUnknown, scanner.RoleUser, scanner.RoleTool, scanner.RoleFile} {
		found, err := code.New().Detect(t.Context(), []scanner.Text{{}, {Bytes: []byte("x = f(y); z();")}, {Bytes: program, Role: role}})
		if err != nil || len(found) != 1 || found[0].Text != 2 {
			t.Errorf("role %q: %+v, %v", role, found, err)
		}
	}
}

func TestLongLine(t *testing.T) {
	statement := "for(var i=0;i<n;i++){a[i]=f(b[i],c);} "
	text := strings.Repeat(statement, (1<<20)/len(statement))
	found := sure(detect(t, text))
	if len(found) != 1 || found[0].Lines < 10000 || found[0].Span.Len() != len(text) {
		t.Errorf("program of a megabyte on one line: %+v", found)
	}
	if found := sure(detect(t, strings.Repeat("the plan is to meet, as we said, on Friday at noon. ", 20000))); len(found) > 0 {
		t.Errorf("prose of a megabyte on one line: %+v", found)
	}
}

func TestManyLines(t *testing.T) {
	text := strings.Repeat("    total += values[i];\n", 50000)
	found := detect(t, text)
	if len(found) != 1 || found[0].Lines != 50000 || found[0].Confidence != scanner.High {
		t.Errorf("found %+v, want one segment of 50000 lines", found)
	}
	if found := detect(t, strings.Repeat("\n", 1<<20)); len(found) > 0 {
		t.Errorf("found %+v in blank lines", found)
	}
}

// countdown is a context that is done after it was asked n times.
type countdown struct {
	context.Context
	n int
}

func (c *countdown) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancel(t *testing.T) {
	ctx := &countdown{t.Context(), 3}
	text := bytes.Repeat([]byte(goSample), 4096)
	if _, err := code.New().Detect(ctx, []scanner.Text{{Bytes: text}}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	if asked := 3 - ctx.n; asked > 8 {
		t.Errorf("went on for %d looks at the context", asked)
	}
}

func TestConcurrent(t *testing.T) {
	d := code.New()
	want := detect(t, goSample)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				found, err := d.Detect(t.Context(), []scanner.Text{{Bytes: []byte(goSample)}})
				if err != nil || cmp.Diff(want, found) != "" {
					t.Errorf("%+v, %v, want %+v", found, err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

// Memory is needed for the findings, not for the lines.
func TestAllocations(t *testing.T) {
	d := code.New()
	texts := []scanner.Text{{Bytes: []byte(strings.Repeat(proseSample+"\n\n", 500))}}
	n := testing.AllocsPerRun(20, func() {
		if _, err := d.Detect(t.Context(), texts); err != nil {
			t.Fatal(err)
		}
	})
	if n > 10 {
		t.Errorf("%.0f allocations for %d lines of prose", n, 500*6)
	}
}

func TestAccept(t *testing.T) {
	detectortest.Accept(t, code.New(), detectortest.Example{
		Rule: "source-code", Kind: scanner.KindCode, Value: strings.TrimSpace(goSample), Glue: "\n\n",
	})
}
