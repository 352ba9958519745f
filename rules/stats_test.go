package rules

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/sluice-dlp/sluice/scanner"
)

func TestCompileCountingFindsTheSame(t *testing.T) {
	files, err := Load(fstest.MapFS{"r.yaml": &fstest.MapFile{Data: []byte(`rules:
  - {id: acme, kind: secret, title: Acme key, confidence: high, pattern: 'acme_[0-9a-f]{8}', match: ['acme_${hex:8}'], nomatch: ['acme']}
`)}}, "r.yaml")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	var work Work
	counting, err := CompileCounting(files, &work)
	if err != nil {
		t.Fatal(err)
	}
	texts := []scanner.Text{{Bytes: []byte("acme_0123abcd and acme_ff")}, {Bytes: []byte("none")}}
	want, err := plain.Detect(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	got, err := counting.Detect(t.Context(), texts)
	if err != nil || !slices.Equal(got, want) || len(got) != 1 {
		t.Errorf("found %v, %v; without counting %v", got, err, want)
	}
	if work.Bytes != 29 || work.Windows == 0 || work.Matches != 1 {
		t.Errorf("counted %+v", work)
	}
	if _, err := CompileCounting(append(files, files...), &work); err == nil {
		t.Error("two rules with one id are no error")
	}
}
