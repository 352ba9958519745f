package bench

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// labelled is one line of a file of labelled texts. Which fields are there
// depends on the file.
type labelled struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Label  string `json:"label"` // positive or negative
	Source string `json:"source"`
	Lang   string `json:"lang"`

	Secrets    []string `json:"secrets"`
	Rule       string   `json:"rule"` // of the project that the text is from
	Kind       any      `json:"kind"` // how a value stands in its text: ctx, noctx, badcheck
	Class      string   `json:"class"`
	Difficulty int      `json:"difficulty"`
	Target     []string `json:"target"`
	Spans      []label  `json:"spans"`
	Optional   []label  `json:"optional_spans"` // neither to be found nor to be left

	Lines   []*int `json:"lines"` // of each line 1 for code, 0 for none, nil for neither
	HasCode *bool  `json:"has_code"`
}

// label is a marked part of a text.
type label struct {
	Start  int    `json:"start"` // in code points
	End    int    `json:"end"`
	Entity string `json:"entity"`
	Kind   string `json:"kind"`
	Type   string `json:"type"`

	span scanner.Span // in bytes
}

// readLabelled reads dir/name.jsonl.gz, or .jsonl.
func readLabelled(dir, name string) (rows []labelled, err error) {
	path := filepath.Join(dir, name+".jsonl.gz")
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		path = strings.TrimSuffix(path, ".gz")
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for n := 1; lines.Scan(); n++ {
		var r labelled
		// The decoder's own message may quote the line.
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			return nil, fmt.Errorf("%s:%d: not a JSON object with the fields of labelled texts", path, n)
		}
		bytesOf := byteOffsets(r.Text)
		for _, list := range [][]label{r.Spans, r.Optional} {
			for i := range list {
				l := &list[i]
				if l.Start < 0 || l.End < l.Start || l.End >= len(bytesOf) {
					return nil, fmt.Errorf("%s:%d: span %d-%d is not within the text", path, n, l.Start, l.End)
				}
				l.span = scanner.Span{Start: bytesOf[l.Start], End: bytesOf[l.End]}
			}
		}
		rows = append(rows, r)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rows, nil
}

// byteOffsets returns the place of each code point, and the end.
func byteOffsets(text string) []int {
	at := make([]int, 0, len(text)+1)
	for i := range text {
		at = append(at, i)
	}
	return append(at, len(text))
}

// Occurrences returns the places of a value in a text.
func Occurrences(text, value string) []scanner.Span {
	var out []scanner.Span
	for at := 0; value != ""; {
		i := strings.Index(text[at:], value)
		if i < 0 {
			break
		}
		out = append(out, scanner.Span{Start: at + i, End: at + i + len(value)})
		at += i + len(value)
	}
	return out
}
