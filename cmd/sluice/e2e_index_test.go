package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestE2EPrivateCode indexes a repository, pastes a file of it, indented anew,
// and asks: nothing reaches the provider, and nobody is told what it is from.
func TestE2EPrivateCode(t *testing.T) {
	dir := t.TempDir()
	repository := filepath.Join(dir, "ledger")
	if err := os.Mkdir(repository, 0o700); err != nil {
		t.Fatal(err)
	}
	const file = `package ledger

func (l *Ledger) Settle(from, to AccountID, cents int64) error {
	source, ok := l.accounts[from]
	if !ok {
		return fmt.Errorf("no account %s", from)
	}
	target, ok := l.accounts[to]
	if !ok || target.Frozen {
		return fmt.Errorf("account %s takes no money", to)
	}
	fee := l.tariff.For(source.Class, cents)
	source.Balance -= cents + fee
	target.Balance += cents
	l.house.Balance += fee
	return l.save(source, target)
}
`
	write(t, filepath.Join(repository, "settle.go"), file)
	index, key := filepath.Join(dir, "acme.idx"), filepath.Join(dir, "index.key")
	var log bytes.Buffer
	if status := execute(t.Context(), []string{"index", "--key", key, "-o", index, repository}, streams{out: io.Discard, err: &log}); status != 0 {
		t.Fatalf("sluice index: status %d: %s", status, &log)
	}
	e := newE2E(t, fmt.Sprintf("indexes: [{path: %s, key_file: %s}]\n%s", index, key, e2eConfig)) // whose policy does not name private
	escape := strings.NewReplacer("\n", `\n`, `"`, `\"`, "\t", "        ")
	pasted := "What is wrong here?\n\n" + file
	a := e.post(chatPath, []byte(chatBody(escape.Replace(pasted))))
	e.mustBeAnswered(a, 403, "")
	if strings.Contains(string(a.body), "settle.go") || strings.Contains(string(a.body), "Settle") {
		t.Errorf("the answer names the file or quotes it: %s", a.body)
	}
	if a := e.post(chatPath, []byte(chatBody("How do ledgers settle accounts?"))); a.status != 200 {
		t.Errorf("a question about ledgers: status %d: %s", a.status, a.body)
	}
	if n := len(e.stub.Requests()); n != 1 {
		t.Errorf("the provider received %d requests, want the question alone", n)
	}
	e.awaitMetric("the finding to be counted", func(m string) bool {
		return strings.Contains(m, `sluice_findings_total{action="block",kind="private",rule="private-code"} 1`)
	})
}
