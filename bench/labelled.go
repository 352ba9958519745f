package bench

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ReadCorpus reads texts from a file of JSON lines, gzip'd or not: of each line
// the field "text", or "body" where there is no text. At most size bytes are
// read. How many findings it holds is not known: Findings is zero and Exact false.
func ReadCorpus(path string, size int64) (c Corpus, err error) {
	f, err := os.Open(path)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return c, fmt.Errorf("%s: %w", path, err)
		}
	}
	c.Name, _, _ = strings.Cut(filepath.Base(path), ".")
	lines := bufio.NewReader(r)
	for total := int64(0); total < size; {
		line, readErr := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			var row struct{ Text, Body string }
			if err := json.Unmarshal(line, &row); err != nil {
				return c, fmt.Errorf("%s: line %d is not a JSON object with a text", path, len(c.Texts)+1)
			}
			if row.Text == "" {
				row.Text = row.Body
			}
			c.Texts = append(c.Texts, row.Text)
			total += int64(len(row.Text))
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return c, fmt.Errorf("%s: %w", path, readErr)
		}
	}
	if len(c.Texts) == 0 {
		return c, fmt.Errorf("%s holds no texts", path)
	}
	return c, nil
}
