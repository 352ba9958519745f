package corpus

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// docx makes a DOCX of the parts given.
func docx(tb testing.TB, parts map[string]string) []byte {
	tb.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

const wordPart = `<?xml version="1.0"?><w:document xmlns:w="urn:w"><w:body>
<w:p><w:r><w:t>The board agreed </w:t></w:r><w:r><w:t>on Tues</w:t></w:r><w:r><w:t>day</w:t><w:tab/><w:t>to buy &amp; sell.</w:t></w:r></w:p>
<w:p><w:r><w:delText>Struck out.</w:delText></w:r></w:p><w:instrText>no text</w:instrText></w:body></w:document>`

func TestDocuments(t *testing.T) {
	text, err := docxText(t.Context(), docx(t, map[string]string{
		"word/document.xml": wordPart, "word/media/document.xml": "<w:t>a picture</w:t>", "docProps/app.xml": "<w:t>a program</w:t>",
	}))
	if want := "The board agreed on Tuesday\tto buy & sell.\nStruck out.\n"; err != nil || string(text) != want {
		t.Errorf("DOCX: %q, %v, want %q", text, err, want)
	}
}

// TestBombs has documents that are small on the disk only.
func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("decompresses 64 MB")
	}
	paragraph := "<w:p><w:t>" + strings.Repeat("a b c d ", 1000) + "</w:t></w:p>"
	bomb := docx(t, map[string]string{"word/document.xml": "<w:d>" + strings.Repeat(paragraph, maxExtracted/8000+10) + "</w:d>"})
	if len(bomb) > 1<<20 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	if _, err := docxText(t.Context(), bomb); !errors.Is(err, errTooMuch) {
		t.Errorf("much text: %v", err)
	}
	parts := make(map[string]string)
	for i := range maxParts + 1 {
		parts[fmt.Sprintf("word/header%d.xml", i)] = "<w:t>x</w:t>"
	}
	if _, err := docxText(t.Context(), docx(t, parts)); !errors.Is(err, errTooMuch) {
		t.Errorf("many parts: %v", err)
	}
}

func FuzzDOCX(f *testing.F) {
	f.Add(wordPart)
	f.Add("<w:t>")
	f.Add("<w:t>a</w:t></w:t></w:p><!DOCTYPE x [<!ENTITY y 'z'>]><w:t>&y;</w:t>")
	f.Fuzz(func(t *testing.T, part string) {
		text, err := docxText(t.Context(), docx(t, map[string]string{"word/document.xml": part}))
		if err == nil && len(text) > len(part) {
			t.Errorf("%d bytes of text in %d", len(text), len(part))
		}
	})
}
