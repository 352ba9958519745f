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
)

// largest bounds the size of a file that is looked at.
const largest = 1 << 20

// eachFile calls visit for every regular file of a zip or a gzip'd tar, in the
// archive's order. It is nothing but read.
func eachFile(path string, visit func(name string, data []byte)) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(data, []byte("PK")) {
		return eachZipped(data, visit)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s is neither a zip nor a gzip'd tar: %w", path, err)
	}
	for archive := tar.NewReader(unzipped); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if head.Typeflag != tar.TypeReg || head.Size > largest {
			continue
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return err
		}
		visit(head.Name, content)
	}
}

func eachZipped(data []byte, visit func(name string, data []byte)) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	for _, f := range archive.File {
		if f.FileInfo().IsDir() || f.UncompressedSize64 > largest {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return err
		}
		content, err := io.ReadAll(io.LimitReader(in, largest))
		_ = in.Close()
		if err != nil {
			return err
		}
		visit(f.Name, content)
	}
	return nil
}
