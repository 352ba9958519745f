package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/bench"
)

// TestRecordsShowNothing finds the rows of a table through the sidecar, changes
// its key, and looks for the table's values wherever somebody could read them.
func TestRecordsShowNothing(t *testing.T) {
	f := bench.NewFiction(11)
	var table strings.Builder
	var values []string
	table.WriteString("name;mail;number\n")
	for i := range 50 {
		row := []string{fmt.Sprintf("Canary%c Rowson", 'a'+i%26), f.Email(), fmt.Sprintf("KD-%05d-%03d", 70001+i*7, i)}
		values = append(values, row...)
		table.WriteString(strings.Join(row, ";") + "\n")
	}
	r := start(t, "log: {level: debug}\n")
	path := func(name string) string { return filepath.Join(r.dir, name) }
	if err := os.Mkdir(path("keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	const key = "first key of enough bytes"
	var out bytes.Buffer
	build := func(key string) {
		t.Helper()
		write(t, path("keys/edm.key"), key+"\n")
		args := []string{"edm", "build", "--key-file", path("keys/edm.key"), "--columns", "name,mail,number", "-o", path("t.edm"), path("t.csv")}
		if status := execute(t.Context(), args, streams{nil, &out, &out}); status != exitOK {
			t.Fatalf("edm build: %s", out.String())
		}
	}
	write(t, path("t.csv"), table.String())
	build(key)
	config, err := os.ReadFile(path("sluice.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, path("sluice.yaml"), string(config)+"edm: {key_file: keys/none.key}\n")
	eventually(t, "the missing key is logged with its place", func() bool {
		return strings.Contains(r.log.String(), "sluice.yaml:7: edm: open ")
	})
	write(t, path("sluice.yaml"), string(config)+"edm: {key_file: keys/edm.key}\n")
	write(t, path("rules.yaml"), "rules:\n  - {id: row, kind: pii, title: Row, edm: {file: t.edm}}\n")
	prompt := chat("tell " + strings.ToUpper(values[3]) + ", " + strings.ReplaceAll(values[5], "-", " ") + " all")
	found := func() bool {
		return strings.Contains(r.ask(t, nil, prompt).body, "tell [REDACTED:row], [REDACTED:row] all")
	}
	eventually(t, "rows are found", found)

	write(t, path("keys/edm.key"), "another key of enough bytes\n")
	eventually(t, "the wrong key is logged", func() bool {
		return strings.Contains(r.log.String(), "the key is not that of the records")
	})
	if !found() {
		t.Error("what was in force before the wrong key is not")
	}
	build("another key of enough bytes")
	eventually(t, "the new key is in force", func() bool {
		_, metrics := r.get(t, "/metrics")
		return strings.Contains(metrics, "sluice_config_valid 1\n") && found()
	})
	file, err := os.ReadFile(path("t.edm"))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path("t.edm")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	_, metrics := r.get(t, "/metrics")
	r.logs.Flush()
	for where, text := range map[string]string{"the file": string(file), "the log": r.log.String(), "the metrics": metrics, "what edm build prints": out.String()} {
		text = strings.ToLower(text)
		for i, v := range append(values, key, "another key") {
			if strings.Contains(text, strings.ToLower(v)) {
				t.Errorf("%s has value %d in it", where, i)
			}
		}
	}
}
