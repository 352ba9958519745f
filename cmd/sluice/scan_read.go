package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// read gives every record below the paths to yield, in order.
func (o *scanOptions) read(paths []string, stdin io.Reader, yield func(*record) error) error {
	for _, path := range paths {
		if path == "-" {
			if err := o.readStream(path, stdin, yield); err != nil {
				return err
			}
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			if err := o.readFile(path, yield); err != nil {
				return err
			}
			continue
		}
		if o.output == "redacted" && o.input != "jsonl" {
			return fmt.Errorf("--output redacted: %s is a folder, give one file", path)
		}
		if err := o.readFolder(path, yield); err != nil {
			return err
		}
	}
	return nil
}

func (o *scanOptions) readFolder(root string, yield func(*record) error) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil // symbolic links may lead out, sockets and devices never end
		}
		binary, err := isBinary(path)
		if err != nil || binary {
			return err
		}
		return o.readFile(path, yield)
	})
}

// isBinary looks for a NUL byte near the beginning, as git does. A byte order
// mark of UTF-16 says that NULs are text.
func isBinary(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 8000)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	head = head[:n]
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return false, nil
	}
	return bytes.IndexByte(head, 0) >= 0, nil
}

func (o *scanOptions) readFile(path string, yield func(*record) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return o.readStream(path, f, yield)
}

func (o *scanOptions) readStream(path string, r io.Reader, yield func(*record) error) error {
	if o.input != "jsonl" {
		data, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return yield(&record{path: path, raw: data})
	}
	in := bufio.NewReaderSize(r, 256<<10)
	for line := 1; ; line++ {
		data, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: %w", path, err)
		}
		if len(bytes.TrimSpace(data)) > 0 {
			if err := yield(&record{path: path, line: line, raw: data}); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}
