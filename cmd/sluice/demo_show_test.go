package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-dlp/sluice/bench"
)

func TestPageMarksValuesThatWrap(t *testing.T) {
	var out bytes.Buffer
	p := &page{w: &out, color: true}
	value := strings.Repeat("abcdefghij", 12)
	p.labelled("sent", "a long one: "+value+" and [REDACTED:some-rule] after it", 7, append(valueMarks([]string{value}, red), placeholders)...)
	if p.err != nil {
		t.Fatal(p.err)
	}
	marked := 0
	for _, piece := range strings.Split(out.String(), "\x1b["+red+"m")[1:] {
		text, _, _ := strings.Cut(piece, "\x1b[0m")
		marked += len(strings.TrimSpace(text))
	}
	if marked != len(value) {
		t.Errorf("%d bytes of the value are marked, want %d:\n%q", marked, len(value), out.String())
	}
	if !strings.Contains(out.String(), "\x1b["+green+"m[REDACTED:some-rule]\x1b[0m") {
		t.Errorf("the placeholder is not marked: %q", out.String())
	}
}

func TestPageIsPlainWithoutATerminal(t *testing.T) {
	var out bytes.Buffer
	p := newPage(&out)
	p.heading(3, "A title", "PASSED", green)
	p.labelled("sent", strings.Repeat("word ", 400), 4)
	if p.err != nil || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%v: %q", p.err, out.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 1+4 || !strings.Contains(lines[4], "more lines") {
		t.Errorf("%d lines, want a heading and four:\n%s", len(lines), out.String())
	}
	for _, line := range lines {
		if utf8.RuneCountInString(line) > demoWidth {
			t.Errorf("too wide: %s", line)
		}
	}
}

func TestDemoScenesShowWhatTheyHide(t *testing.T) {
	scenes := demoScenes(bench.NewFiction(1))
	if len(scenes) < 10 {
		t.Fatalf("%d scenes", len(scenes))
	}
	for i, s := range scenes {
		if utf8.RuneCountInString(s.title) > 40 {
			t.Errorf("scene %d: the title does not fit the table", i+1)
		}
		body := jsonOf(t, s.body)
		shown := part(body, s.show, s.decode)
		if shown == "" || shown == body {
			t.Errorf("scene %d shows nothing in particular", i+1)
		}
		for _, v := range s.values {
			if !strings.Contains(shown, v) {
				t.Errorf("scene %d does not show its value", i+1)
			}
		}
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
