package corpus

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What is taken from one document, at most.
const (
	maxExtracted = 64 << 20
	maxPages     = 20_000 // of a PDF
	maxParts     = 64     // of a DOCX
)

var errTooMuch = errors.New("it holds more text than is read of one document")

// docxText returns the text of a DOCX (ECMA-376, part 1): its body, headers,
// footers and notes.
func docxText(ctx context.Context, data []byte) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	parts := 0
	for _, f := range archive.File {
		name, ok := strings.CutPrefix(f.Name, "word/")
		if !ok || !isPart(name) {
			continue
		}
		if parts++; parts > maxParts {
			return nil, errTooMuch
		}
		if err := docxPart(ctx, f, &out); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if parts == 0 {
		return nil, errors.New("it has no word/document.xml")
	}
	return out.Bytes(), nil
}

func isPart(name string) bool {
	for _, p := range []string{"document", "header", "footer", "footnotes", "endnotes", "comments"} {
		if strings.HasPrefix(name, p) && strings.HasSuffix(name, ".xml") && !strings.Contains(name, "/") {
			return true
		}
	}
	return false
}

// docxPart appends the text of one part. The archive's own sizes are not
// believed.
func docxPart(ctx context.Context, f *zip.File, out *bytes.Buffer) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // it was read only
	limited := &io.LimitedReader{R: r, N: 8 * maxExtracted}
	d := xml.NewDecoder(limited)
	inText := false
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) && limited.N > 0 {
			return nil
		}
		if err != nil {
			if limited.N <= 0 {
				return errTooMuch
			}
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "t", "delText":
				inText = true
			case "tab":
				out.WriteByte('\t')
			case "br", "cr":
				out.WriteByte('\n')
			}
		case xml.EndElement:
			inText = inText && token.Name.Local != "t" && token.Name.Local != "delText"
			if token.Name.Local == "p" {
				out.WriteByte('\n')
			}
		case xml.CharData:
			if inText {
				out.Write(token)
			}
		}
		if out.Len() > maxExtracted {
			return errTooMuch
		}
	}
}

// joinHyphens joins words that were broken at the end of a line.
func joinHyphens(text []byte) []byte {
	out := text[:0]
	for i := 0; i < len(text); i++ {
		if text[i] == '-' && i > 0 && i+2 < len(text) && text[i+1] == '\n' && isLower(text[i-1]) && isLower(text[i+2]) {
			i++
			continue
		}
		out = append(out, text[i])
	}
	return out
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
