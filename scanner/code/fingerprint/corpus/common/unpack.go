package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// largest bounds the size of a file that is unpacked.
const largest = 8 << 20

// unpack writes the regular files of a zip or a gzip'd tar into a folder. Names
// that lead out of it are left out.
func unpack(archive []byte, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // nothing is lost
	write := func(name string, size int64, in io.Reader) error {
		if name = filepath.FromSlash(name); !filepath.IsLocal(name) || size > largest {
			return nil
		}
		if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		f, err := root.Create(name)
		if err != nil {
			return err
		}
		_, err = io.CopyN(f, in, size)
		return errors.Join(err, f.Close())
	}
	if bytes.HasPrefix(archive, []byte("PK")) {
		files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		if err != nil {
			return err
		}
		for _, f := range files.File {
			if !f.Mode().IsRegular() {
				continue
			}
			in, err := f.Open()
			if err != nil {
				return err
			}
			if err := errors.Join(write(f.Name, int64(f.UncompressedSize64), in), in.Close()); err != nil {
				return err
			}
		}
		return nil
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return fmt.Errorf("neither a zip nor a gzip'd tar: %w", err)
	}
	for files := tar.NewReader(unzipped); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		if err := write(head.Name, head.Size, files); err != nil {
			return err
		}
	}
}
