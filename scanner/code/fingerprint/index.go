package fingerprint

import (
	"fmt"
	"path/filepath"
	"runtime"
)

// Index is an index file that was opened. It is safe for concurrent use. Its
// file is mapped into memory until the Index is garbage: replace the file by
// renaming another over it, as sluice index does, and never write into it.
type Index struct {
	name string
	*contents
}

// Open maps an index file, checks all of it and decrypts the names in it. An
// error says what to do, and wraps ErrIndex if the file cannot be used.
func Open(path string, key Key) (*Index, error) {
	data, unmap, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	c, err := parse(data, key)
	if err != nil {
		unmap()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	ix := &Index{name: filepath.Base(path), contents: c}
	runtime.AddCleanup(ix, func(unmap func()) { unmap() }, unmap)
	return ix, nil
}

// Name is the file's name, without its folder.
func (ix *Index) Name() string { return ix.name }

// Fingerprints is the number of fingerprints that the index has room for, and
// about how many it has.
func (ix *Index) Fingerprints() int {
	n := 0
	for s := range streams {
		n += int(ix.tables[s].count) * blockFill
	}
	return n
}
