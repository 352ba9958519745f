package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReloadOnChange(t *testing.T) {
	r := start(t, "")
	file := filepath.Join(r.dir, "rules.yaml")
	write(t, file, acmeRule("zeta_live"))
	eventually(t, "the new rules are in force", func() bool {
		return strings.Contains(r.ask(t, nil, chat("zeta_live_0123456789")).body, "[REDACTED:acme-key]")
	})
	if a := r.ask(t, nil, chat("acme_live_0123456789")); strings.Contains(a.body, "REDACTED") {
		t.Errorf("the old rule is still in force: %+v", a)
	}

	write(t, file, "rules:\n  - id: acme-key\n    kynd: secret\n")
	eventually(t, "the broken file is counted", func() bool {
		_, metrics := r.get(t, "/metrics")
		return strings.Contains(metrics, "sluice_config_valid 0\n") && strings.Contains(metrics, `sluice_reload_total{result="failure"} 1`)
	})
	if a := r.ask(t, nil, chat("zeta_live_0123456789")); !strings.Contains(a.body, "[REDACTED:acme-key]") {
		t.Errorf("the rules before the broken file are not in force: %+v", a)
	}
	eventually(t, "file and line are logged", func() bool {
		return strings.Contains(r.log.String(), "rules.yaml:3: ") && strings.Contains(r.log.String(), "did you mean")
	})
	if code, _ := r.get(t, "/readyz"); code != 200 {
		t.Errorf("readyz = %d although the old rules are in force", code)
	}

	write(t, file, acmeRule("acme_live"))
	eventually(t, "the mended file is in force", func() bool {
		_, metrics := r.get(t, "/metrics")
		return strings.Contains(metrics, "sluice_config_valid 1\n") &&
			strings.Contains(r.ask(t, nil, chat("acme_live_0123456789")).body, "[REDACTED:acme-key]")
	})
}

// A list that a rule names is watched too, wherever it lies.
func TestReloadOnChangedList(t *testing.T) {
	r := start(t, "")
	lists := filepath.Join(r.dir, "elsewhere")
	if err := os.Mkdir(lists, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(lists, "names.txt"), "Bram Okonkwo\n")
	write(t, filepath.Join(r.dir, "rules.yaml"), "rules:\n  - {id: name, kind: pii, dictionary: {file: elsewhere/names.txt}}\n")
	eventually(t, "the list is in force", func() bool {
		return strings.Contains(r.ask(t, nil, chat("bram okonkwo")).body, "[REDACTED:name]")
	})
	write(t, filepath.Join(lists, "names.txt"), "Bram Okonkwo\nZoe Bronte\n")
	eventually(t, "the longer list is in force", func() bool {
		return strings.Contains(r.ask(t, nil, chat("Zoë Brontë")).body, "[REDACTED:name]")
	})
}

// A mounted ConfigMap changes by swapping a symbolic link to a folder.
func TestReloadOnSwappedLink(t *testing.T) {
	r := start(t, "")
	mount := filepath.Join(r.dir, "mount")
	for name, prefix := range map[string]string{"..one": "acme_live", "..two": "zeta_live"} {
		if err := os.MkdirAll(filepath.Join(mount, name), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(mount, name, "r.yaml"), acmeRule(prefix))
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(mount, name+".new")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(mount, name+".new"), filepath.Join(mount, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("..one", "..data")
	link("..data/r.yaml", "r.yaml")
	config := filepath.Join(r.dir, "sluice.yaml")
	data, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	write(t, config, strings.Replace(string(data), "[rules.yaml]", "[mount]", 1))
	eventually(t, "the mounted folder is read", func() bool {
		_, metrics := r.get(t, "/metrics")
		return strings.Contains(metrics, `sluice_reload_total{result="success"} 1`)
	})
	link("..two", "..data")
	eventually(t, "the swapped folder is in force", func() bool {
		return strings.Contains(r.ask(t, nil, chat("zeta_live_0123456789")).body, "[REDACTED:acme-key]")
	})
}

func TestHangupReloadsAndOpensTheLogAnew(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "sluice.log")
	r := start(t, "log: {file: "+file+"}\n")
	if err := os.Rename(file, file+".1"); err != nil {
		t.Fatal(err)
	}
	r.hangup(t.Context())
	eventually(t, "the new file is written to", func() bool {
		data, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(data), "configuration reloaded")
	})
}

// An index that is not there or is damaged is refused at the start. Later, what is
// in force stays until there is a good one.
func TestReloadOfIndex(t *testing.T) {
	const memo = "The board agreed on Tuesday to buy the smaller of the two foundries in Tampere, provided that the furnace passes " +
		"its inspection before the first of March. Until the notary has seen both signatures nobody outside this room is to learn the price.\n"
	const other = "Whoever waters the cactus on the fourth floor is asked to do so on odd days only, since the caretaker, who is fond of it, does " +
		"the same on even ones, and a cactus that is watered every day by two people who mean well does not see the spring.\n"
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.Mkdir(path("docs"), 0o700); err != nil {
		t.Fatal(err)
	}
	index := func(text string) {
		t.Helper()
		write(t, path("docs/memo.md"), text)
		var out, errs bytes.Buffer
		if status := execute(t.Context(), []string{"index", "--no-cache", "--key", path("index.key"), "-o", path("acme.idx"), path("docs")}, streams{nil, &out, &errs}); status != exitOK {
			t.Fatalf("index: %d, %s", status, errs.String())
		}
	}
	index(memo)
	extra := "indexes: [{path: '" + path("acme.idx") + "', key_file: '" + path("index.key") + "'}]\n"
	for name, text := range map[string]string{
		"gone":        strings.Replace(extra, "acme.idx", "gone.idx", 1),
		"no index":    strings.Replace(extra, "acme.idx", "docs/memo.md", 1),
		"no key":      strings.Replace(extra, "index.key", "gone.key", 1),
		"another key": strings.Replace(extra, "index.key", "other.key", 1),
	} {
		write(t, path("other.key"), strings.Repeat("0f", 32))
		write(t, path("sluice.yaml"), "listen: unix:"+path("s.sock")+"\nbuiltin_rules: false\nrules: [rules.yaml]\n"+text)
		write(t, path("rules.yaml"), acmeRule("acme_live"))
		if s, err := newSidecar(t.Context(), (&configFlags{file: path("sluice.yaml")}).load, new(buffer)); err == nil {
			s.close()
			t.Errorf("%s: the sidecar starts", name)
		} else if !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v names no file", name, err)
		}
	}

	r := start(t, extra)
	private := func(text string) bool { return r.ask(t, nil, chat(strings.TrimSpace(text))).status == 403 }
	if !private(memo) || private(other) {
		t.Error("the index does not do what it is for")
	}
	good, err := os.ReadFile(path("acme.idx"))
	if err != nil {
		t.Fatal(err)
	}
	good[len(good)/2] ^= 1
	write(t, path("acme.idx"), string(good))
	eventually(t, "the damaged index is counted", func() bool {
		_, metrics := r.get(t, "/metrics")
		return strings.Contains(metrics, "sluice_config_valid 0\n")
	})
	eventually(t, "it is named in the log", func() bool { return strings.Contains(r.log.String(), "acme.idx: not a usable index") })
	if !private(memo) {
		t.Error("the index before the damaged one is not in force")
	}
	index(other)
	eventually(t, "the new index is in force", func() bool { return private(other) })
	if private(memo) {
		t.Error("the old index is still in force")
	}
}
