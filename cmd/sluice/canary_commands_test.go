package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/rules/importer"
)

// sent is one command that was given canaries.
type sent struct {
	name   string
	args   []string
	stdin  string
	status int
}

// run runs the command in dir and returns what it printed.
func (s sent) run(t *testing.T, dir string) string {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	status := execute(t.Context(), s.args, streams{strings.NewReader(s.stdin), &out, &errs})
	if status != s.status {
		t.Errorf("%s: status %d, want %d: %s", s.name, status, s.status, errs.String())
	}
	printed := out.String() + errs.String()
	if printed == "" && status != exitOK {
		t.Errorf("%s: nothing was printed", s.name)
	}
	return printed
}

// quiet runs commands and looks for canaries in what they print.
func quiet(t *testing.T, dir string, list ...sent) {
	t.Helper()
	for _, s := range list {
		noCanary(t, s.name, s.run(t, dir))
	}
}

// lines puts each canary on a line of its own.
func canaryLines() string { return strings.Join(canaries(), "\n") + "\n" }

func TestExplainShowsPlacesOnly(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "acme.yaml"), acmeRule("acme_live")+
		"  - {id: words, kind: pii, words: [canary], near: {words: [plain]}}\n")
	all := strings.Join(canaries(), " ")
	explain := []string{"rules", "explain", "--no-builtin", "--rules", "acme.yaml", "--text", "-"}
	quiet(t, dir,
		sent{"text", explain, all, exitOK},
		sent{"json", append(explain, "--format", "json"), all, exitOK},
		sent{"one rule", append(explain, "acme-key"), all, exitOK},
		sent{"a rule that begins to match", append(explain, "acme-key"), canaries()[6][:14], exitOK},
		sent{"not UTF-8", explain, "\xff" + all, exitError},
	)
	// What the others do not show is there to be shown.
	for _, format := range []string{"text", "json"} {
		if printed := (sent{"shown", append(explain, "--show-text", "--format", format), all, exitOK}).run(t, dir); !strings.Contains(printed, canaries()[6]) {
			t.Errorf("--show-text, %s: printed %s", format, printed)
		}
	}
}

func TestExplainOfBuiltinRulesShowsPlacesOnly(t *testing.T) {
	if testing.Short() {
		t.Skip("explains with the built-in rules, which is slow under the race detector")
	}
	explain := []string{"rules", "explain", "--text", "-"}
	all := "password: " + strings.Join(canaries(), "\nsecret key = ")
	for _, s := range []sent{{"text", explain, all, exitOK}, {"json", append(explain, "--format", "json"), all, exitOK}} {
		printed := s.run(t, t.TempDir())
		noCanary(t, s.name, printed)
		if !strings.Contains(printed, "github-token") {
			t.Errorf("%s: no rule is explained", s.name)
		}
	}
}

// Labelled texts are real ones. The comparison names places in them.
func TestCorpusShowsPlacesOnly(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "acme.yaml"), acmeRule("acme_live"))
	for _, name := range []string{"marks", "lines", "open", "json", "span"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	all := strings.Join(canaries(), " ")
	write(t, filepath.Join(dir, "marks", "a.txt"), "«"+canaries()[7]+"» «acme-key|"+canaries()[3]+"» "+all)
	write(t, filepath.Join(dir, "open", "a.txt"), "«"+all)
	row, err := json.Marshal(map[string]any{"id": 1, "text": all, "findings": []any{map[string]any{"rule": "acme-key", "start": 0, "end": 4}}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "lines", "a.jsonl"), string(row)+"\n")
	write(t, filepath.Join(dir, "json", "a.jsonl"), `{"text": "`+all+"\n")
	write(t, filepath.Join(dir, "span", "a.jsonl"), strings.Replace(string(row), `"end":4`, `"end":4000`, 1)+"\n")
	for name, status := range map[string]int{"marks": exitFindings, "lines": exitFindings, "open": exitError, "json": exitError, "span": exitError} {
		quiet(t, dir, sent{name, []string{"rules", "test", "acme.yaml", "--corpus", name}, "", status})
	}
}

// Files that are taken for what they are not, such as a .env file, are not quoted.
func TestImportQuotesNothing(t *testing.T) {
	dir := t.TempDir()
	all := strings.Join(canaries(), " ")
	for _, format := range importer.Formats() {
		for name, text := range map[string]string{
			"lines": canaryLines(), "env": "TITLE='x'\nTOKEN=" + all + "\n", "value": "rules: " + all + "\n", "entry": "rules:\n  - min_entropy: " + all + "\n",
			"score": "recognizers:\n  - patterns: [{score: '" + all + "'}]\n", "pattern": "patterns:\n  - pattern: " + all + "\n",
			"json": `{"results": "` + all + `"}`, "entropy": "[[rules]]\nentropy = \"" + all + "\"\n", "alias": "rules: *" + canaries()[7] + "\n",
		} {
			printed := sent{format + " " + name, []string{"rules", "import", "--from", format, "-"}, text, exitError}.run(t, dir)
			noCanary(t, format+" "+name, printed)
			if !strings.Contains(printed, "not a file of "+format) {
				t.Errorf("%s %s: printed %s", format, name, printed)
			}
		}
	}
}

// Neither messages nor files that are made of private tables and texts hold what
// stands in them.
func TestPrivateFilesAreNotQuoted(t *testing.T) {
	dir := t.TempDir()
	all := canaries()
	write(t, filepath.Join(dir, "edm.key"), strings.Repeat("k", 32))
	write(t, filepath.Join(dir, "table.csv"), "name,note\n"+strings.Join(all, ",x\n")+",y\n")
	write(t, filepath.Join(dir, "long.csv"), "name\n"+strings.Repeat(strings.Join(all, " "), 9)+"\n")
	write(t, filepath.Join(dir, "quote.csv"), "name,note\n\""+strings.Join(all, " ")+"\n")
	write(t, filepath.Join(dir, "bytes.csv"), "name\n\xff"+strings.Join(all, "\n")+"\n")
	build := func(table, column string) []string {
		return []string{"edm", "build", "--key-file", "edm.key", "--columns", column, "-o", "out.edm", table}
	}
	quiet(t, dir,
		sent{"edm: column", build("table.csv", "mail"), "", exitError},
		sent{"edm: long", build("long.csv", "name"), "", exitError},
		sent{"edm: quote", build("quote.csv", "name"), "", exitError},
		sent{"edm: no UTF-8", build("bytes.csv", "name"), "", exitError},
		sent{"edm: built", build("table.csv", "name"), "", exitOK},
		sent{"edm: standard input", build("-", "name"), "name\n" + canaryLines(), exitOK},
	)
	edm, err := os.ReadFile(filepath.Join(dir, "out.edm"))
	if err != nil {
		t.Fatal(err)
	}
	noCanary(t, "the file of records", string(edm))

	write(t, filepath.Join(dir, "names.txt"), canaryLines())
	write(t, filepath.Join(dir, "bad.txt"), canaryLines()+"\xff"+canaryLines()+strings.Repeat(all[0], 40)+"\n")
	write(t, filepath.Join(dir, "rules.yaml"), "rules:\n  - {id: names, kind: pii, dictionary: {file: names.txt}}\n  - {id: rows, kind: pii, edm: {file: out.edm}}\n")
	write(t, filepath.Join(dir, "bad.yaml"), "rules: [{id: names, kind: pii, dictionary: {file: bad.txt}}]\n")
	scan := []string{"scan", "--no-builtin", "--edm-key-file", "edm.key"}
	quiet(t, dir,
		sent{"dictionary: bad", append(scan, "--rules", "bad.yaml", "-"), canaryLines(), exitError},
		sent{"dictionary and records", append(scan, "--rules", "rules.yaml", "-"), canaryLines(), exitFindings},
		sent{"lint", []string{"rules", "lint", "bad.yaml"}, "", exitError},
	)

	write(t, filepath.Join(dir, "hash.key"), strings.Repeat("h", 32))
	hash := sent{"hash", []string{"rules", "hash", "--hash-key-file", "hash.key"}, all[6], exitOK}.run(t, dir)
	noCanary(t, "hash", hash)
	write(t, filepath.Join(dir, "acme.yaml"), acmeRule("acme_live")+"exceptions: [{value: '"+strings.TrimSpace(hash)+"', owner: me, reason: x, expires: never, action: allow}]\n")
	write(t, filepath.Join(dir, "value.yaml"), "exceptions: [{value: '"+all[6]+"', owner: me, reason: x, expires: never}]\n")
	quiet(t, dir,
		sent{"exception", append(scan, "--kinds", "secret", "--rules", "acme.yaml", "--hash-key-file", "hash.key", "-"), all[6], exitOK},
		sent{"a value that is no hash", append(scan, "--rules", "value.yaml", "-"), all[6], exitError},
	)
}

func TestIndexHoldsNoText(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "docs"), 0o700); err != nil {
		t.Fatal(err)
	}
	memo := "The board agreed on Tuesday to buy the smaller of the two foundries, and wrote down that " + strings.Join(canaries(), " and that ") +
		" are to be kept until the notary has seen both signatures.\n"
	write(t, filepath.Join(dir, "docs", "memo.md"), memo+strings.ToUpper(memo))
	write(t, filepath.Join(dir, "docs", "broken.pdf"), "%PDF-1.7\n"+canaryLines())
	make := []string{"index", "--key", "index.key", "-o", "acme.idx", "docs"}
	quiet(t, dir,
		sent{"index", make, "", exitFindings},
		sent{"index again", make, "", exitFindings},
		sent{"scan", []string{"scan", "--index", "acme.idx", "--index-key", "index.key", "--kinds", "private", "docs/memo.md"}, "", exitFindings},
		sent{"no index", []string{"scan", "--index", "docs/memo.md", "--index-key", "index.key", "-"}, "", exitError},
		sent{"no key", []string{"index", "--key", "docs/memo.md", "-o", "acme.idx", "docs"}, "", exitError},
	)
	for _, name := range []string{"acme.idx", "acme.idx.cache"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		noCanary(t, name, string(data))
	}
}

// A caller that an exception knows is named nowhere: it may be a person.
func TestExceptionsShowNoCaller(t *testing.T) {
	all := canaries()
	r := start(t, "log: {level: debug}\ncaller_header: x-caller\npolicy:\n  rules: {acme-key: block}\n  exceptions:\n"+
		"    - {rules: [acme-key], callers: ['plain-canary-*'], owner: me, reason: x, expires: never}\n")
	body := chat(strings.Join(all, " "))
	if a := r.ask(t, map[string]string{"x-caller": all[7]}, body); a.status != 0 || a.body != string(body) {
		t.Errorf("the caller that the exception is for: answer %d", a.status)
	}
	a := r.ask(t, map[string]string{"x-caller": all[6]}, body)
	if a.status != 403 {
		t.Errorf("another caller: answer %d", a.status)
	}
	noCanary(t, "the refusal", a.body+a.headers)
	eventually(t, "the exception is logged", func() bool {
		r.logs.Flush()
		return strings.Contains(r.log.String(), "/sluice.yaml:")
	})
	r.lookAround(t)
}
