package fingerprint

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// A cache holds the fingerprints of each file that went into an index, so that
// an index made anew reads only files that changed. It stays where the source
// is. All numbers are little-endian or uvarints:
//
//	header  magic (16 bytes), version (uint32), zero (uint32), salt (16),
//	        digest of the options that the fingerprints depend on (32)
//	files   for each: length of the name and the name, identity (16), one byte
//	        that is 1 for a document, for each stream the number of fingerprints and, for each, its hash (uint64)
//	        and how many lines it is after the one before
//	end     length zero; HMAC-SHA256 of all bytes before (32)
const (
	cacheMagic   = "sluice-cache\r\n\x1a\x00"
	identityLen  = 16
	maxCacheName = 1 << 16
)

// Identity says whether a file is still the same.
type Identity [identityLen]byte

// Identify returns the identity that a description of a file's content stands
// for, such as a hash of it. It cannot be traced back without the key.
func (b *Builder) Identify(description string) Identity {
	mac := hmac.New(sha256.New, b.secrets.mac)
	mac.Write([]byte("file " + description))
	return Identity(mac.Sum(nil)[:identityLen])
}

// digest is of what fingerprints depend on beside a file's content.
func (o *Options) digest() [sha256.Size]byte {
	what := fmt.Appendf(nil, "%d %v", version, o.Similar)
	for _, p := range o.Public {
		what = fmt.Appendf(what, " %x", p.digest)
	}
	return sha256.Sum256(what)
}

// Cache is a cache file that is being read.
type Cache struct {
	salt   []byte
	digest [sha256.Size]byte
	file   *os.File
}

// OpenCache opens a cache of the same key. It checks all of it first.
func OpenCache(path string, key Key) (*Cache, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	c, err := readCache(f, key)
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func readCache(f *os.File, key Key) (*Cache, error) {
	var head [headBytes + sha256.Size]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:16]) != cacheMagic || binary.LittleEndian.Uint32(head[16:]) != version {
		return nil, bad("it is no cache, or another version's")
	}
	keys, err := derive(key, head[24:headBytes])
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	body := info.Size() - int64(len(head)) - macBytes
	if body < 0 {
		return nil, bad("it is cut off")
	}
	mac := hmac.New(sha256.New, keys.mac)
	mac.Write(head[:])
	if _, err := io.CopyN(mac, f, body); err != nil {
		return nil, err
	}
	var sum [macBytes]byte
	if _, err := io.ReadFull(f, sum[:]); err != nil || !hmac.Equal(sum[:], mac.Sum(nil)) {
		return nil, bad("it is damaged, or was made with another key")
	}
	if _, err := f.Seek(int64(len(head)), io.SeekStart); err != nil {
		return nil, err
	}
	return &Cache{salt: bytes.Clone(head[24:headBytes]), digest: [sha256.Size]byte(head[headBytes:]), file: f}, nil
}

// Builder returns a Builder whose fingerprints are comparable with the cache's,
// or nil if the cache was made with other options.
func (c *Cache) Builder(key Key, o Options) (*Builder, error) {
	if c.digest != o.digest() {
		return nil, nil
	}
	return newBuilder(key, c.salt, o)
}

// Files calls f for each file in the cache. It can be called once.
func (c *Cache) Files(f func(name string, id Identity, p Prints) error) error {
	r := bufio.NewReaderSize(c.file, 1<<20)
	for {
		n, err := binary.ReadUvarint(r)
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		if n > maxCacheName {
			return bad("a name is too long")
		}
		name := make([]byte, n)
		if _, err := io.ReadFull(r, name); err != nil {
			return err
		}
		var id Identity
		if _, err := io.ReadFull(r, id[:]); err != nil {
			return err
		}
		kind, err := r.ReadByte()
		if err != nil {
			return err
		}
		p := Prints{document: kind == 1}
		for s := range p.of {
			if p.of[s], err = readPrints(r); err != nil {
				return err
			}
		}
		if err := f(string(name), id, p); err != nil {
			return err
		}
	}
}

func readPrints(r *bufio.Reader) ([]Print, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil || n == 0 {
		return nil, err
	}
	prints := make([]Print, 0, min(n, 1<<16))
	line := uint64(0)
	var b [8]byte
	for range n {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return nil, err
		}
		step, err := binary.ReadUvarint(r)
		if err != nil {
			return nil, err
		}
		line += step
		prints = append(prints, Print{binary.LittleEndian.Uint64(b[:]), uint32(line)})
	}
	return prints, nil
}

// Close closes the file.
func (c *Cache) Close() error { return c.file.Close() }

// CacheWriter writes a cache. It is for one goroutine at a time.
type CacheWriter struct {
	out *bufio.Writer
	mac hash.Hash
	buf []byte
}

// WriteCache begins a cache of the files that go into b.
func (b *Builder) WriteCache(w io.Writer) *CacheWriter {
	c := &CacheWriter{out: bufio.NewWriterSize(w, 1<<20), mac: hmac.New(sha256.New, b.secrets.mac)}
	head := append([]byte(cacheMagic), make([]byte, 8)...)
	binary.LittleEndian.PutUint32(head[16:], version)
	digest := b.options.digest()
	c.buf = append(append(head, b.salt...), digest[:]...)
	return c
}

// Add writes one file.
func (c *CacheWriter) Add(name string, id Identity, p Prints) error {
	if name == "" || len(name) > maxCacheName {
		return errors.New("fingerprint: a name that is empty or very long")
	}
	c.buf = binary.AppendUvarint(c.buf, uint64(len(name)))
	c.buf = append(c.buf, name...)
	c.buf = append(c.buf, id[:]...)
	kind := byte(0)
	if p.document {
		kind = 1
	}
	c.buf = append(c.buf, kind)
	for s := range p.of {
		c.buf = binary.AppendUvarint(c.buf, uint64(len(p.of[s])))
		line := uint32(0)
		for _, print := range p.of[s] {
			c.buf = binary.LittleEndian.AppendUint64(c.buf, print.Hash)
			c.buf = binary.AppendUvarint(c.buf, uint64(print.Line-line))
			line = print.Line
		}
	}
	return c.flush()
}

func (c *CacheWriter) flush() error {
	c.mac.Write(c.buf)
	_, err := c.out.Write(c.buf)
	c.buf = c.buf[:0]
	return err
}

// Close ends the cache. It does not close the file.
func (c *CacheWriter) Close() error {
	c.buf = append(c.buf, 0)
	if err := c.flush(); err != nil {
		return err
	}
	if _, err := c.out.Write(c.mac.Sum(nil)); err != nil {
		return err
	}
	return c.out.Flush()
}
