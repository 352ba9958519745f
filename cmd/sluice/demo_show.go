package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// demoWidth is the widest line, in columns.
const demoWidth = 100

// page writes the demo to a terminal or to a file. It keeps the first error.
type page struct {
	w     io.Writer
	color bool
	err   error
}

// newPage uses colours on a terminal only, and there unless NO_COLOR is set.
func newPage(w io.Writer) *page {
	p := &page{w: w}
	if f, ok := w.(*os.File); ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" {
		info, err := f.Stat()
		p.color = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// Styles, as the numbers of ANSI's Select Graphic Rendition.
const (
	bold   = "1"
	faint  = "2"
	red    = "1;31"
	green  = "1;32"
	yellow = "1;33"
	leaked = "1;37;41"
)

func (p *page) styled(style, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

func (p *page) print(parts ...string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, strings.Join(parts, "")+"\n")
	}
}

// heading opens a scene: number and title to the left, the outcome to the right.
func (p *page) heading(n int, title, outcome, style string) {
	left := fmt.Sprintf("%2d  %s ", n, title)
	line := strings.Repeat("─", max(2, demoWidth-utf8.RuneCountInString(left)-utf8.RuneCountInString(outcome)-1))
	p.print("")
	p.print(p.styled(bold, left), p.styled(faint, line), " ", p.styled(style, outcome))
}

// labelled writes text under a label, wrapped and cut to a few lines, with the
// marks in their styles.
func (p *page) labelled(label, text string, lines int, marks ...mark) {
	const indent = 12
	rows := wrap(text, demoWidth-indent)
	if len(rows) > lines {
		left := len(rows) - lines + 1
		rows = append(rows[:lines-1], fmt.Sprintf("… %d more lines", left))
	}
	// A value that was broken over two rows would lose its mark, so marks are
	// found in the whole text and carried over.
	styles := stylesOf(strings.Join(rows, "\n"), marks)
	at := 0
	for i, row := range rows {
		name := ""
		if i == 0 {
			name = label
		}
		p.print("    ", p.styled(faint, fmt.Sprintf("%-*s", indent-4, name)), p.paint(row, styles[at:at+len(row)]))
		at += len(row) + 1
	}
}

// mark is what to highlight, and how.
type mark struct {
	pattern *regexp.Regexp
	style   string
}

// valueMarks highlight values even where wrapping broke them.
func valueMarks(values []string, style string) []mark {
	var marks []mark
	for _, v := range values {
		var expr strings.Builder
		for _, r := range v {
			if r == ' ' {
				expr.WriteString(`\s`)
				continue
			}
			expr.WriteString(regexp.QuoteMeta(string(r)) + `\n?`)
		}
		marks = append(marks, mark{regexp.MustCompile(strings.TrimSuffix(expr.String(), `\n?`)), style})
	}
	return marks
}

// placeholders highlights what Sluice put in the place of values.
var placeholders = mark{regexp.MustCompile(`\[REDACTED:[^\]]*\]`), green}

// stylesOf returns the style of each byte of text.
func stylesOf(text string, marks []mark) []string {
	styles := make([]string, len(text))
	for _, m := range marks {
		for _, at := range m.pattern.FindAllStringIndex(text, -1) {
			for i := at[0]; i < at[1]; i++ {
				styles[i] = m.style
			}
		}
	}
	return styles
}

func (p *page) paint(row string, styles []string) string {
	var b strings.Builder
	for i := 0; i < len(row); {
		j := i + 1
		for j < len(row) && styles[j] == styles[i] {
			j++
		}
		if styles[i] == "" {
			b.WriteString(row[i:j])
		} else {
			b.WriteString(p.styled(styles[i], row[i:j]))
		}
		i = j
	}
	return b.String()
}

// wrap breaks text into rows of at most width columns, at spaces where it can.
func wrap(text string, width int) []string {
	var rows []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\t", "  "), "\n") {
		for {
			runes := []rune(line)
			if len(runes) <= width {
				break
			}
			cut := width
			for i := width; i > width*2/3; i-- {
				if runes[i] == ' ' {
					cut = i
					break
				}
			}
			rows = append(rows, string(runes[:cut]))
			line = strings.TrimPrefix(string(runes[cut:]), " ")
		}
		rows = append(rows, line)
	}
	return rows
}

// part returns what a person would look at in a body: the value at a path, or
// by default the last message or the input.
func part(body string, path []any, decode func(string) string) string {
	var doc any
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		return body
	}
	if len(path) == 0 {
		path = []any{"input"}
		if fields, ok := doc.(object); ok && fields["messages"] != nil {
			list, _ := fields["messages"].([]any)
			path = []any{"messages", len(list) - 1, "content"}
		}
	}
	for _, step := range path {
		switch key := step.(type) {
		case string:
			fields, _ := doc.(object)
			doc = fields[key]
		case int:
			list, _ := doc.([]any)
			if key < 0 || key >= len(list) {
				return body
			}
			doc = list[key]
		}
	}
	text := textOf(doc)
	if decode != nil {
		text = decode(text)
	}
	return text
}

// textOf is a string as it is, the texts of content parts one below the other,
// and anything else as JSON.
func textOf(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if list, ok := v.([]any); ok {
		var texts []string
		for _, item := range list {
			if fields, ok := item.(object); ok {
				if s, ok := fields["text"].(string); ok {
					texts = append(texts, s)
				}
			}
		}
		if len(texts) == len(list) && len(list) > 0 {
			return strings.Join(texts, "\n")
		}
	}
	data, err := json.Marshal(v)
	if err != nil { // it came out of a JSON document
		return ""
	}
	return string(data)
}

// rulesIn lists the rules whose placeholders stand in what left.
func rulesIn(left string) []string {
	var names []string
	for _, m := range placeholders.pattern.FindAllString(left, -1) {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(m, "[REDACTED:"), "]"))
	}
	slices.Sort(names)
	return slices.Compact(names)
}
