package prompt_test

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var base64Placeholder = regexp.MustCompile(`\$\{base64:([^}]*)\}`)

// expand writes out the placeholders of a golden file.
func expand(s string) string {
	half := len(awsKey) / 2
	s = strings.NewReplacer("${aws}", awsKey, "${aws-1}", awsKey[:half], "${aws-2}", awsKey[half:], "${aws-rest}", awsKey[2:], "${mail}", mailbox,
		"${account}", account, "${pem}", pemBlock).Replace(s)
	return base64Placeholder.ReplaceAllStringFunc(s, func(m string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64Placeholder.FindStringSubmatch(m)[1]))
	})
}

// contract is the inverse, as far as files need it.
func contract(s string) string {
	half := len(awsKey) / 2
	return strings.NewReplacer(awsKey, "${aws}", awsKey[:half], "${aws-1}", awsKey[half:], "${aws-2}", awsKey[2:], "${aws-rest}", mailbox, "${mail}", account,
		"${account}").Replace(s)
}

// Each golden file is a request, the texts that were found in it, what was
// decided about them, and what leaves. Run with -update after a change that
// is meant, and read the difference.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			req, body := readRequest(t, archive)
			got := run(t, req, body, 0)
			for _, size := range []int{1, 13} {
				if diff := cmp.Diff(got, run(t, req, body, size)); diff != "" {
					t.Errorf("pieces of %d differ:\n%s", size, diff)
				}
			}
			if *update {
				archive.Files = append(archive.Files[:2], got...)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(archive.Files[2:], got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// readRequest reads the first two files of an archive.
func readRequest(t *testing.T, archive *txtar.Archive) (prompt.Request, string) {
	t.Helper()
	if len(archive.Files) < 2 || archive.Files[0].Name != "request" || archive.Files[1].Name != "body" {
		t.Fatal("want a file named request, then one named body")
	}
	req := prompt.Request{Method: "POST", ContentLength: -1}
	for line := range strings.Lines(string(archive.Files[0].Data)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "path":
			req.Path = expand(value)
		case "content-type":
			req.ContentType = value
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	return req, expand(strings.TrimSuffix(string(archive.Files[1].Data), "\n"))
}

// run inspects a body and describes what came of it.
func run(t *testing.T, req prompt.Request, body string, size int) []txtar.File {
	s, texts := newScanner(scanner.Report)
	r := inspect(t, s, req, prompt.Limits{}, body, size)
	var list, findings strings.Builder
	for _, text := range texts.texts {
		shown := string(text.Bytes)
		if len(shown) > 200 {
			shown = shown[:90] + "…" + shown[len(shown)-90:]
		}
		fmt.Fprintf(&list, "%s %s %q\n", text.Where, text.Role, contract(shown))
	}
	for i, d := range r.Verdict.Decisions {
		fmt.Fprintf(&findings, "%v %s at %s (%s)", d.Action, d.Rule, contract(r.Pointers[i]), r.Places[i])
		for _, s := range r.Spans[i] {
			fmt.Fprintf(&findings, " %d-%d", s.Start, s.End)
		}
		findings.WriteByte('\n')
	}
	fmt.Fprintf(&findings, "verdict %v %s\n", r.Verdict.Action, r.Verdict.Reason)
	if r.Path != "" {
		fmt.Fprintf(&findings, "path %s\n", contract(r.Path))
	}
	return []txtar.File{
		{Name: "texts", Data: []byte(list.String())},
		{Name: "findings", Data: []byte(findings.String())},
		{Name: "redacted", Data: []byte(contract(bodyOf(r)) + "\n")},
	}
}
