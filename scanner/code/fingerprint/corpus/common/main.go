// Command common makes the set of common public code that sluice index leaves
// out, corpus/common.idx, and a record of what it was made of, common.json:
//
//	go run ./scanner/code/fingerprint/corpus/common
//
// In it is what at least two packages of the manifest of scanner/code/train have
// in common, all of which are under permissive licences. Their archives are those
// that the command train keeps in its cache; it fetches what is missing there
// (go run ./scanner/code/train -check). Nothing of a package is run, and no text of
// it is kept: the set holds hashes. The same archives give the same bytes.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sluice-dlp/sluice/scanner/code/fingerprint"
	"github.com/sluice-dlp/sluice/scanner/code/fingerprint/corpus"
)

func main() {
	manifest := flag.String("manifest", "scanner/code/train/packages.json", "the manifest of the packages")
	cache := flag.String("cache", ".cache/packages", "folder that the packages were fetched into")
	out := flag.String("out", "scanner/code/fingerprint/corpus/common", "the set and its record, without .idx and .json")
	unpacked := flag.String("unpack", "", "keep the packages' files in this folder, which must be empty or missing")
	flag.Parse()
	if err := run(context.Background(), *manifest, *cache, *out, *unpacked); err != nil {
		fmt.Fprintln(os.Stderr, "common:", err)
		os.Exit(1)
	}
}

// pack is what is read of an entry of the manifest. A package has several
// entries if several kinds of its files teach the models.
type pack struct {
	Client, Name, Version, Form, License, SHA256 string
}

// archive is the name of its file in the cache, which is train's.
func (p *pack) archive() string {
	return strings.NewReplacer("/", "_", ":", "_", "@", "").Replace(p.Client + "-" + p.Name + "-" + p.Version + "-" + p.Form)
}

// record is what common.json says of common.idx.
type record struct {
	Set      string   `json:"set_sha256"`
	Data     string   `json:"data_sha256"` // of the archives' hashes, in order
	Least    int      `json:"packages_at_least"`
	Files    int      `json:"files"`
	Bytes    int64    `json:"bytes"`
	Packages []string `json:"packages"`
	Licenses []string `json:"licenses"` // of each
}

// least is how many packages must have something in common: the fewest that
// can.
const least = 2

func run(ctx context.Context, manifest, cache, out, unpacked string) error {
	packs, err := read(manifest)
	if err != nil {
		return err
	}
	if unpacked == "" {
		if unpacked, err = os.MkdirTemp("", "common"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(unpacked) }()
	} else if some, err := os.ReadDir(unpacked); err != nil && !errors.Is(err, fs.ErrNotExist) || len(some) > 0 {
		return fmt.Errorf("%s is not empty", unpacked)
	}
	r := record{Least: least}
	data := sha256.New()
	var dirs []string
	for _, p := range packs {
		path := filepath.Join(cache, p.archive())
		content, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%w; go run ./scanner/code/train -check fetches it", err)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(content)); sum != p.SHA256 {
			return fmt.Errorf("%s: SHA-256 is %s, %s says %s", path, sum, manifest, p.SHA256)
		}
		dir := filepath.Join(unpacked, p.archive())
		if err := unpack(content, dir); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		dirs = append(dirs, dir)
		fmt.Fprintln(data, p.SHA256)
		r.Packages = append(r.Packages, p.Client+" "+p.Name+" "+p.Version)
		r.Licenses = append(r.Licenses, p.License)
	}
	report, err := corpus.Index(ctx, corpus.Options{Dirs: dirs, Out: out + ".idx", Index: fingerprint.Options{Similar: true}, Least: least})
	if err != nil {
		return err
	}
	set, err := os.ReadFile(out + ".idx")
	if err != nil {
		return err
	}
	r.Set, r.Data = fmt.Sprintf("%x", sha256.Sum256(set)), fmt.Sprintf("%x", data.Sum(nil))
	r.Files, r.Bytes = report.Files, report.Bytes
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out+".json", append(text, '\n'), 0o644)
}

// read reads the manifest, each package once.
func read(manifest string) ([]pack, error) {
	data, err := os.ReadFile(manifest)
	if err != nil {
		return nil, err
	}
	var all, packs []pack
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", manifest, err)
	}
	seen := make(map[string]bool)
	for _, p := range all {
		if !seen[p.archive()] {
			seen[p.archive()] = true
			packs = append(packs, p)
		}
	}
	return packs, nil
}
