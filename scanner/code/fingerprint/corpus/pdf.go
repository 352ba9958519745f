package corpus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/ledongthuc/pdf"
)

// What one PDF may take, at most. The library that reads it goes in circles
// with some broken files and overflows the stack with others, neither of which
// a program can stop in itself: files are read in processes of their own.
const (
	pdfTime   = 2 * time.Minute
	pdfCPU    = 60      // seconds
	pdfMemory = 1 << 30 // bytes
	pdfTree   = 32      // levels of the tree of pages
)

// The exit statuses of a process that reads a PDF, beside those of Go itself.
const (
	PDFRead    = 0
	PDFDamaged = 3
	PDFTooMuch = 4
)

var (
	errPDF     = errors.New("it is damaged, encrypted, or takes too much memory to read")
	errPDFTime = errors.New("it takes too long to read")
	errNoText  = errors.New("it holds no text: its pages may be pictures")
)

// readPDF has another process turn a PDF into text.
func readPDF(ctx context.Context, command func(context.Context) *exec.Cmd, data []byte, limit time.Duration) ([]byte, error) {
	if command == nil {
		return nil, errors.New("no program is known that reads PDF files")
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := command(ctx)
	cmd.Stdin = bytes.NewReader(data)
	cmd.WaitDelay = time.Second
	text, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, errPDFTime // or the caller gave up, who knows it
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if exit.ExitCode() == PDFTooMuch {
			return nil, errTooMuch
		}
		return nil, errPDF
	}
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errNoText
	}
	return text, nil
}

// ReadPDF reads a PDF and writes its text. It limits what this process may use
// from now on and returns the status that the process is to exit with.
func ReadPDF(in io.Reader, out io.Writer) int {
	limitProcess()
	data, err := io.ReadAll(io.LimitReader(in, maxDocument))
	if err != nil {
		return PDFDamaged
	}
	text, err := pdfText(data)
	switch {
	case errors.Is(err, errTooMuch):
		return PDFTooMuch
	case err != nil:
		return PDFDamaged
	}
	if _, err := out.Write(text); err != nil {
		return PDFDamaged
	}
	return PDFRead
}

// pdfText returns the text of a PDF, page by page. The library answers broken
// files by panics; they are errors here.
func pdfText(data []byte) (text []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			if text, err = nil, errPDF; p == errTooMuch { //nolint:errorlint // a panic's value
				err = errTooMuch
			}
		}
	}()
	r, err := pdf.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	var p pages
	p.walk(r.Trailer().Key("Root").Key("Pages"), 0)
	return joinHyphens(p.out.Bytes()), nil
}

// pages collects the text of the pages of a document.
type pages struct {
	out   bytes.Buffer
	nodes int
	fonts map[string]*font // of the page, by form and name
}

// walk reads what is below a node of the tree of pages.
func (p *pages) walk(node pdf.Value, depth int) {
	if p.nodes++; p.nodes > maxPages || depth > pdfTree {
		panic(errTooMuch)
	}
	kids := node.Key("Kids")
	if kids.Kind() == pdf.Array {
		for i := range kids.Len() {
			p.walk(kids.Index(i), depth+1)
		}
		return
	}
	page := pdf.Page{V: node}
	contents := node.Key("Contents")
	if contents.IsNull() {
		return
	}
	p.fonts = make(map[string]*font)
	w := pageWriter{out: &p.out, pages: p}
	w.run(contents, page.Resources(), 0)
	w.breakLine()
	p.out.WriteByte('\n')
}

func tooLong(out *bytes.Buffer) {
	if out.Len() > maxExtracted {
		panic(errTooMuch)
	}
}

// font is a font of a page, with what is asked of it often.
type font struct {
	encoder pdf.TextEncoding
	widths  []float64 // of glyphs, in thousandths of the font's size
	first   int       // the code of the first
}

func (p *pages) font(resources pdf.Value, name string, form int) *font {
	key := fmt.Sprint(form, name)
	if f := p.fonts[key]; f != nil {
		return f
	}
	v := pdf.Font{V: resources.Key("Font").Key(name)}
	f := &font{encoder: v.Encoder(), widths: v.Widths(), first: v.FirstChar()}
	p.fonts[key] = f
	return f
}

// width is how far a string goes, in sizes of the font, if that is known.
func (f *font) width(raw string) (float64, bool) {
	if f == nil || len(f.widths) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, c := range []byte(raw) {
		if i := int(c) - f.first; i >= 0 && i < len(f.widths) {
			sum += f.widths[i]
		}
	}
	return sum / 1000, true
}
