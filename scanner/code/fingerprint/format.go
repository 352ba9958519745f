package fingerprint

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
)

// An index file, version 2; all numbers are little-endian:
//
//	header    magic (16 bytes), version (uint32), zero (uint32), salt (16)
//	sections  each begins at a multiple of 64
//	footer    for each section: what it is (uint32: stream<<8 | part), how many
//	          blocks hashes choose from (uint32), offset (uint64), length in bytes
//	          (uint64); the number of sections (uint64); HMAC-SHA256 of all bytes
//	          before (32)
//
// A stream's parts are its blocks (see table) and, with names, their places:
// for each slot of each block a uint64: the file's number in the high half, 1<<31 if
// it is a document, and the line. The part names, of no stream, is
// a nonce of 12 bytes and, sealed with AES-256-GCM, the files' names in order,
// each with its length before it as a uvarint.
const (
	magic      = "sluice-index\r\n\x1a\x00"
	version    = 2
	saltBytes  = 16
	headBytes  = 40
	macBytes   = sha256.Size
	entryBytes = 24
	alignment  = blockBytes
)

type part uint32

const (
	partBlocks part = 1 + iota
	partPlaces
	partNames
)

// noStream is what the section of names has for a stream.
const noStream = streams

type section struct {
	stream         stream
	part           part
	count          uint32 // of blocks that hashes choose from
	offset, length uint64
}

// indexWriter writes sections one after the other and keeps count.
type indexWriter struct {
	out      *bufio.Writer
	mac      hash.Hash
	at       uint64
	sections []section
}

func (w *indexWriter) Write(p []byte) (int, error) {
	w.mac.Write(p)
	w.at += uint64(len(p))
	return w.out.Write(p)
}

// begin starts a section.
func (w *indexWriter) begin(s stream, p part) error {
	_, err := w.Write(make([]byte, -w.at&(alignment-1)))
	w.sections = append(w.sections, section{stream: s, part: p, offset: w.at})
	return err
}

// end ends the section that begin started.
func (w *indexWriter) end() {
	s := &w.sections[len(w.sections)-1]
	s.length = w.at - s.offset
}

// WriteTo writes the index. The Builder is empty and closed afterwards and must
// not be used again.
func (b *Builder) WriteTo(to io.Writer) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := &indexWriter{out: bufio.NewWriterSize(to, 1<<20), mac: hmac.New(sha256.New, b.secrets.mac)}
	err := b.entries.full()
	if err == nil {
		err = b.writeAll(w)
	}
	if err == nil {
		err = w.out.Flush()
	}
	return int64(w.at), errors.Join(err, b.entries.close())
}

func (b *Builder) writeAll(w *indexWriter) error {
	head := append([]byte(magic), make([]byte, 8)...)
	binary.LittleEndian.PutUint32(head[16:], version)
	if _, err := w.Write(append(head, b.salt...)); err != nil {
		return err
	}
	for s := range streams {
		if err := b.writeStream(w, s); err != nil {
			return err
		}
	}
	if b.options.Names {
		if err := b.writeNames(w); err != nil {
			return err
		}
	}
	var foot []byte
	for _, s := range w.sections {
		foot = binary.LittleEndian.AppendUint32(foot, uint32(s.stream)<<8|uint32(s.part))
		foot = binary.LittleEndian.AppendUint32(foot, s.count)
		foot = binary.LittleEndian.AppendUint64(foot, s.offset)
		foot = binary.LittleEndian.AppendUint64(foot, s.length)
	}
	foot = binary.LittleEndian.AppendUint64(foot, uint64(len(w.sections)))
	if _, err := w.Write(foot); err != nil {
		return err
	}
	_, err := w.Write(w.mac.Sum(nil))
	return err
}

// writeStream writes the table of a stream, and the places of what is in it.
func (b *Builder) writeStream(w *indexWriter, s stream) error {
	defer b.entries.drop(s)
	total, err := b.reduceAll(s)
	if err != nil || total == 0 {
		return err
	}
	if err := w.begin(s, partBlocks); err != nil {
		return err
	}
	w.sections[len(w.sections)-1].count = uint32(blocksFor(total)) // which has room for 10^11 hashes
	err = b.eachBlock(s, total, func(block []byte, _ []uint64) error {
		_, err := w.Write(block)
		return err
	})
	if err != nil {
		return err
	}
	w.end()
	if !b.options.Names {
		return nil
	}
	if err := w.begin(s, partPlaces); err != nil {
		return err
	}
	var buf [8 * blockSlots]byte
	err = b.eachBlock(s, total, func(_ []byte, places []uint64) error {
		for i, p := range places {
			binary.LittleEndian.PutUint64(buf[8*i:], p)
		}
		_, err := w.Write(buf[:])
		return err
	})
	if err != nil {
		return err
	}
	w.end()
	return nil
}

// eachBlock makes the table of a stream of so many hashes and calls f with the
// bytes and places of each block.
func (b *Builder) eachBlock(s stream, total int, f func([]byte, []uint64) error) error {
	table := tableWriter{count: blocksFor(total), block: f}
	for i := range shards {
		entries, err := b.entries.load(s, i)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := table.add(e); err != nil {
				return err
			}
		}
	}
	return table.end()
}

// writeNames seals and writes the names of the files.
func (b *Builder) writeNames(w *indexWriter) error {
	var plain []byte
	for _, name := range b.files {
		plain = binary.AppendUvarint(plain, uint64(len(name)))
		plain = append(plain, name...)
	}
	aead, err := sealer(b.secrets.seal)
	if err != nil {
		return err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	if err := w.begin(noStream, partNames); err != nil {
		return err
	}
	if _, err := w.Write(aead.Seal(nonce, nonce, plain, nil)); err != nil {
		return err
	}
	w.end()
	return nil
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// ErrIndex is what is wrong with every file that is no index, is damaged, or
// belongs to another key.
var ErrIndex = errors.New("not a usable index")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrIndex, fmt.Sprintf(format, args...))
}

// parse checks the data of an index file and finds its parts. Whatever the
// data, it returns an index whose lookups stay inside the data, or an error.
func parse(data []byte, key Key) (*contents, error) {
	if len(data) < headBytes+8+macBytes || string(data[:16]) != magic {
		return nil, bad("it does not begin or end like one")
	}
	if v := binary.LittleEndian.Uint32(data[16:]); v != version {
		return nil, bad("it has version %d, this program reads version %d: make it anew with sluice index", v, version)
	}
	keys, err := derive(key, data[24:headBytes])
	if err != nil {
		return nil, err
	}
	body := data[:len(data)-macBytes]
	mac := hmac.New(sha256.New, keys.mac)
	mac.Write(body)
	if !hmac.Equal(mac.Sum(nil), data[len(body):]) {
		return nil, bad("it is damaged, or was made with another key")
	}
	c := &contents{secrets: keys}
	n := binary.LittleEndian.Uint64(body[len(body)-8:])
	foot := uint64(len(body) - headBytes - 8)
	if n > foot/entryBytes {
		return nil, bad("it has too many sections")
	}
	foot = uint64(len(body)-8) - n*entryBytes
	for i := range n {
		e := body[foot+i*entryBytes:]
		id := binary.LittleEndian.Uint32(e)
		offset, length := binary.LittleEndian.Uint64(e[8:]), binary.LittleEndian.Uint64(e[16:])
		if offset > foot || length > foot-offset {
			return nil, bad("a section lies outside of it")
		}
		count := binary.LittleEndian.Uint32(e[4:])
		if err := c.section(stream(id>>8), part(id&0xff), count, body[offset:offset+length:offset+length]); err != nil {
			return nil, err
		}
	}
	return c, c.check()
}

// contents are the parts of an index in memory or in a mapped file.
type contents struct {
	secrets secrets
	tables  [streams]table
	places  [streams][]byte
	names   []string
}

func (c *contents) section(s stream, p part, count uint32, data []byte) error {
	if p == partNames && s == noStream {
		var err error
		c.names, err = openNames(c.secrets.seal, data)
		return err
	}
	if s < 0 || s >= streams {
		return bad("it has an unknown stream")
	}
	switch p {
	case partBlocks:
		c.tables[s] = table{blocks: data, count: uint64(count)}
	case partPlaces:
		c.places[s] = data
	default:
		return bad("it has an unknown section")
	}
	return nil
}

// check makes sure that no answer of a table leads outside of the data.
func (c *contents) check() error {
	for s := range streams {
		t := &c.tables[s]
		if len(t.blocks)%blockBytes != 0 || t.count > uint64(len(t.blocks)/blockBytes) {
			return bad("a section has a wrong length")
		}
		if c.places[s] != nil && len(c.places[s]) != 8*len(t.blocks)/blockBytes*blockSlots {
			return bad("the places do not fit the fingerprints")
		}
	}
	return nil
}

// openNames decrypts the names of the files.
func openNames(key, data []byte) ([]string, error) {
	aead, err := sealer(key)
	if err != nil {
		return nil, err
	}
	if len(data) < aead.NonceSize() {
		return nil, bad("the names are cut off")
	}
	plain, err := aead.Open(nil, data[:aead.NonceSize()], data[aead.NonceSize():], nil)
	if err != nil {
		return nil, bad("the names cannot be decrypted")
	}
	var names []string
	for len(plain) > 0 {
		n, size := binary.Uvarint(plain)
		if size <= 0 || n > uint64(len(plain)-size) {
			return nil, bad("the names are cut off")
		}
		names = append(names, string(plain[size:uint64(size)+n]))
		plain = plain[uint64(size)+n:]
	}
	return names, nil
}

// place returns the name of the file and the line that an answer of a table
// stands for; an index without names has neither.
func (c *contents) place(s stream, at int) (file, line uint32, ok bool) {
	if c.places[s] == nil {
		return 0, 0, false
	}
	p := binary.LittleEndian.Uint64(c.places[s][8*at:])
	file, line = uint32(p>>32), uint32(p)&(documentPlace-1)
	return file, line, int(file) < len(c.names)
}
