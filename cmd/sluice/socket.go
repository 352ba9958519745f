package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// socketMode lets the group in, which Envoy shares with the sidecar, and no one else.
const socketMode = 0o660

// unixListener removes its socket when it is closed, unless another process
// has put its own there since.
type unixListener struct {
	*net.UnixListener
	path string
	made os.FileInfo
}

// listenUnix binds under a private name, sets the mode and renames, so that
// the socket is never there with the wrong mode and takes the place of a stale
// one in one step.
func listenUnix(path string) (net.Listener, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	private, err := os.MkdirTemp(dir, ".sluice-")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	defer func() { _ = os.RemoveAll(private) }()
	name := filepath.Join(private, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	l.SetUnlinkOnClose(false)
	for _, step := range []func() error{
		func() error { return os.Chmod(name, socketMode) },
		func() error { return os.Rename(name, path) },
	} {
		if err := step(); err != nil {
			_ = l.Close()
			return nil, fmt.Errorf("listen: %w", err)
		}
	}
	made, err := os.Lstat(path)
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("listen: %w", err)
	}
	return &unixListener{l, path, made}, nil
}

// Close stops listening and removes the socket.
func (l *unixListener) Close() error {
	if now, err := os.Lstat(l.path); err == nil && os.SameFile(now, l.made) {
		_ = os.Remove(l.path)
	}
	return l.UnixListener.Close()
}
