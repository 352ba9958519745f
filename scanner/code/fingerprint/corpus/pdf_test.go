package corpus

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestMain is also the program that reads PDF files.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "read-pdf" {
		os.Exit(ReadPDF(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func pdfCommand(ctx context.Context) *exec.Cmd {
	return exec.CommandContext(ctx, os.Args[0], "read-pdf")
}

// pdfOf makes a PDF of pages with these operators, in Helvetica, all of whose
// letters are taken for half as wide as high.
func pdfOf(pages ...string) []byte {
	var out bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&out, format, args...)
		out.WriteString("\nendobj\n")
	}
	out.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*i))
	}
	object("<< /Type /Pages /Count %d /Kids [%s] >>", len(pages), strings.Join(kids, " "))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 126 /Widths [%s] >>", strings.Repeat("500 ", 95))
	for i, operators := range pages {
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 5+2*i)
		var packed bytes.Buffer
		z := zlib.NewWriter(&packed)
		_, _ = z.Write([]byte(operators))
		_ = z.Close() // into memory
		object("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", packed.Len(), packed.String())
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return out.Bytes()
}

// TestPDF has the ways in which programs put words and lines on a page.
func TestPDF(t *testing.T) {
	const begin = "BT /F1 10 Tf 72 720 Td "
	for _, test := range []struct{ name, page, want string }{
		{"lines by T*", begin + "14 TL (both signa-) Tj T* (tures since) Tj T* (Monday) Tj ET", "both signatures since\nMonday"},
		{"lines by Td", begin + "(one line) Tj 0 -14 Td (and another) Tj ET", "one line\nand another"},
		{"lines by '", begin + "14 TL (one line) Tj (and another) ' ET", "one line\nand another"},
		{"lines by Tm", "BT /F1 1 Tf 10 0 0 10 72 720 Tm (one line) Tj 10 0 0 10 72 706 Tm (and another) Tj ET", "one line\nand another"},
		{"a block for each line", begin + "(one line) Tj ET BT /F1 10 Tf 72 706 Td (and another) Tj ET", "one line\nand another"},
		{"blanks by moving", begin + "[(no) -333 (bl) 20 (anks) -280 (here)] TJ ET", "no blanks here"},
		{"words one by one", begin + "(two) Tj 18 0 Td (words) Tj ET", "two words"},
		{"half a word", begin + "(whole) Tj 25 0 Td (sale) Tj ET", "wholesale"},
		{"signs of Windows", begin + "(\x93quoted\x94 \x80 20) Tj ET", "“quoted” € 20"},
		{"operands that are missing", begin + "1 Td (still) Tj Tm ( here) Tj ET", "still here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, err := pdfText(pdfOf(test.page, "BT /F1 10 Tf (next page) Tj ET"))
			if want := test.want + "\n\nnext page\n\n"; err != nil || string(text) != want {
				t.Errorf("%q, %v, want %q", text, err, want)
			}
		})
	}
}

func TestReadPDF(t *testing.T) {
	text, err := readPDF(t.Context(), pdfCommand, pdfOf("BT /F1 10 Tf (Hello there) Tj ET"), pdfTime)
	if err != nil || string(text) != "Hello there\n\n" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := readPDF(t.Context(), nil, pdfOf("x"), pdfTime); err == nil {
		t.Error("no error without a program")
	}
}

// TestPDFBombs has files that are small, and endless or huge when read.
func TestPDFBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("reads much")
	}
	page := "BT /F1 10 Tf (x) Tj ET"
	circle := pdfOf(page)
	for name, test := range map[string]struct {
		data  []byte
		limit time.Duration
		want  error
	}{
		"no PDF":             {[]byte(strings.Repeat("what is this? ", 100)), pdfTime, errPDF},
		"no text":            {pdfOf("BT ET"), pdfTime, errNoText},
		"much text":          {pdfOf("BT /F1 10 Tf " + strings.Repeat("("+strings.Repeat("words ", 1000)+") Tj ", maxExtracted/6000+10)), pdfTime, errTooMuch},
		"pages in a circle":  {bytes.Replace(circle, []byte("/Kids [4 0 R]"), []byte("/Kids [2 0 R]"), 1), pdfTime, errTooMuch},
		"parent in a circle": {[]byte(strings.NewReplacer("/Resources <", "/Resourcez <", "/Parent 2 0 R", "/Parent 4 0 R").Replace(string(circle))), time.Second, errPDFTime},
		"deep brackets":      {pdfOf(strings.Repeat("[", 4<<20)), pdfTime, errNoText},
	} {
		t.Run(name, func(t *testing.T) {
			if text, err := readPDF(t.Context(), pdfCommand, test.data, test.limit); !errors.Is(err, test.want) || text != nil {
				t.Errorf("%d bytes of text, error %v, want %v", len(text), err, test.want)
			}
		})
	}
}

// FuzzPDF holds broken files to errors: nothing that is in them ends or stops
// this process.
func FuzzPDF(f *testing.F) {
	f.Add(pdfOf("BT /F1 10 Tf (Hello there.) Tj ET"))
	f.Add([]byte("%PDF-1.4\n"))
	f.Add(bytes.Replace(pdfOf("a"), []byte("/Kids [4 0 R]"), []byte("/Kids [2 0 R]"), 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := readPDF(t.Context(), pdfCommand, data, time.Second)
		if (err == nil) != (len(text) > 0) {
			t.Errorf("%d bytes of text, error %v", len(text), err)
		}
	})
}
