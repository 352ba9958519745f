package envoyproc

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Module is the module path by which a checkout of the project is recognised.
const Module = "github.com/sluice-dlp/sluice"

// Version is the version of Envoy that Fetch fetches and the project is tested
// with.
const Version = "1.40.0"

// ErrNotFound means that there is no Envoy binary in any of the places where
// Find looks.
var ErrNotFound = errors.New("no Envoy binary: set ENVOY to one, put envoy on PATH, or fetch the pinned release")

// Find returns the path of an Envoy binary that starts. It looks at the
// environment variable ENVOY, which must work if it is set; at PATH; and at the
// copies that Fetch leaves below the given roots, or, if none are given, below
// the checkout of this project that holds the working directory and below the
// user's cache directory. The error is ErrNotFound if there is none.
func Find(ctx context.Context, roots ...string) (string, error) {
	if path := os.Getenv("ENVOY"); path != "" {
		if err := probe(ctx, path); err != nil {
			return "", fmt.Errorf("ENVOY is set, but: %w", err)
		}
		return path, nil
	}
	var candidates []string
	if path, err := exec.LookPath("envoy"); err == nil {
		candidates = append(candidates, path)
	}
	if len(roots) == 0 {
		roots = defaultRoots()
	}
	for _, root := range roots {
		candidates = append(candidates, Fetched(root))
	}
	failures := []error{ErrNotFound}
	for _, path := range candidates {
		if _, err := os.Stat(path); err != nil {
			continue
		}
		err := probe(ctx, path)
		if err == nil {
			return path, nil
		}
		failures = append(failures, err)
	}
	return "", errors.Join(failures...)
}

// Fetched is the path at which Fetch puts its copy below root. The folder
// .cache is meant to be ignored by version control.
func Fetched(root string) string {
	return filepath.Join(root, ".cache", "envoy", Version, "envoy")
}

func defaultRoots() []string {
	var roots []string
	if root, ok := checkout(); ok {
		roots = append(roots, root)
	}
	if dir, err := UserRoot(); err == nil {
		roots = append(roots, dir)
	}
	return roots
}

// UserRoot is the root, in the user's cache directory, for copies that belong
// to no checkout.
func UserRoot() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache directory: %w", err)
	}
	return filepath.Join(dir, "sluice"), nil
}

// Root is where Fetch puts its copy unless told otherwise: the checkout of
// this project that holds the working directory, else UserRoot.
func Root() (string, error) {
	if root, ok := checkout(); ok {
		return root, nil
	}
	return UserRoot()
}

// checkout walks up from the working directory to this module's go.mod.
func checkout() (string, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		if data, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && modulePath(data) == Module {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

func modulePath(gomod []byte) string {
	lines := bufio.NewScanner(bytes.NewReader(gomod))
	for lines.Scan() {
		if path, ok := strings.CutPrefix(lines.Text(), "module "); ok {
			return strings.TrimSpace(path)
		}
	}
	return ""
}

// probe starts the binary once, since a file of another platform also exists.
func probe(ctx context.Context, path string) error {
	_, err := versionOf(ctx, path)
	return err
}

// versionOf returns what the binary says about its version.
func versionOf(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s does not run: %w", path, err)
	}
	version := strings.TrimSpace(string(out))
	if !strings.Contains(version, "version:") {
		return "", fmt.Errorf("%s does not answer --version like Envoy", path)
	}
	return version, nil
}
