package match

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// The file of Records, version 1. Numbers are little-endian; nothing is aligned.
//
//	magic    8 bytes, "SLUICEDM"
//	version  uint32, 1
//	salt     16 bytes; with the key it gives all keys below (newRecordKeys)
//	check    8 bytes of the key, to tell a wrong one
//	sizes    uint64 each: rows, nodes, buckets, lists; for each kind
//	         of first words, the words of the filter and the lengths as bits; the
//	         lengths of compact values as bits
//	columns  uint16 their number; then for each uint16 its length, and its name
//	starts   uint32 × (buckets + 1)   table.starts
//	hashes   uint64 × nodes           table.hashes: SipHash-2-4 of the value
//	extra    uint16 × nodes           table.extra
//	refs     uint32 × nodes           Records.refs
//	filters  uint64 × words           firstWords.filter, of each kind
//	lists    uint32 × lists           Records.lists
//	mac      32 bytes, HMAC-SHA256 of all before it
//
// Names of columns are readable, and so is how many values there are and how
// often one repeats. Values are not, without the key. Who has the key can guess
// them: a column of few possible values is no secret from him.
const (
	recordsMagic   = "SLUICEDM"
	recordsVersion = 1
)

var (
	// ErrNotRecords is returned for a file that does not hold Records of a
	// version that is known.
	ErrNotRecords = errors.New("the file does not hold records of version 1")
	// ErrRecordsDamaged is returned for a file that was cut or changed.
	ErrRecordsDamaged = errors.New("the file of records is damaged")
)

// sizes are how long the parts of a file are.
type recordSizes struct {
	Rows, Nodes, Buckets, Lists uint64
	First                       [wordKinds]struct{ Words, Lengths uint64 }
	Compact                     uint64
}

// body returns the bytes of the parts after the columns, and whether a file may
// have such parts.
func (z *recordSizes) body() (int64, bool) {
	const most = 1 << 32
	if z.Nodes > most || z.Buckets > most || z.Lists > most || z.Rows > maxCells || z.Buckets == 0 {
		return 0, false
	}
	size := 4*(z.Buckets+1) + (8+2+4)*z.Nodes + 4*z.Lists
	for _, f := range z.First {
		if f.Words == 0 || f.Words > most {
			return 0, false
		}
		size += 8 * f.Words
	}
	return int64(size), true
}

// Write writes the records to w, with the key that they were built with.
func (r *Records) Write(w io.Writer, key []byte) error {
	keys, err := newRecordKeys(key, &r.salt)
	if err != nil {
		return err
	}
	if newSipKey(&keys.hash) != r.index.key {
		return ErrRecordKey
	}
	mac := hmac.New(sha256.New, keys.mac[:])
	out := &recordWriter{w: io.MultiWriter(w, mac)}
	x, t := r.index, &r.index.table
	out.put([]byte(recordsMagic))
	out.put(uint32(recordsVersion))
	out.put(r.salt[:])
	out.put(keys.check[:])
	z := recordSizes{
		Rows: uint64(r.rows), Nodes: uint64(len(t.hashes)), Buckets: uint64(len(t.starts) - 1), Lists: uint64(len(r.lists)),
		Compact: x.compact,
	}
	for kind, f := range x.first {
		z.First[kind].Words, z.First[kind].Lengths = uint64(len(f.filter)), f.lengths
	}
	out.put(z)
	out.put(uint16(len(r.columns)))
	for _, name := range r.columns {
		if len(name) > math.MaxUint16 {
			return errors.New("the name of a column is longer than 65,535 bytes")
		}
		out.put(uint16(len(name)))
		out.put([]byte(name))
	}
	out.put(t.starts)
	out.put(t.hashes)
	out.put(t.extra)
	out.put(r.refs)
	for _, f := range x.first {
		out.put([]uint64(f.filter))
	}
	out.put(r.lists)
	if out.err != nil {
		return out.err
	}
	_, err = w.Write(mac.Sum(nil))
	return err
}

// recordWriter writes numbers until the first error.
type recordWriter struct {
	w   io.Writer
	err error
}

func (w *recordWriter) put(v any) {
	if w.err == nil {
		w.err = binary.Write(w.w, binary.LittleEndian, v)
	}
}

// ReadRecords reads what Write wrote. It keeps nothing of data. The error wraps
// ErrNotRecords, ErrRecordKey or ErrRecordsDamaged.
func ReadRecords(data, key []byte) (*Records, error) {
	in := recordReader{rest: data}
	if string(in.take(len(recordsMagic))) != recordsMagic || in.uint32() != recordsVersion {
		return nil, ErrNotRecords
	}
	r := &Records{}
	copy(r.salt[:], in.take(saltSize))
	check := in.take(8)
	if in.short {
		return nil, ErrRecordsDamaged
	}
	keys, err := newRecordKeys(key, &r.salt)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(check, keys.check[:]) {
		return nil, ErrRecordKey
	}
	signed := data[:max(0, len(data)-macSize)]
	mac := hmac.New(sha256.New, keys.mac[:])
	_, _ = mac.Write(signed)
	if !hmac.Equal(mac.Sum(nil), data[len(signed):]) {
		return nil, ErrRecordsDamaged
	}
	if len(in.rest) < macSize {
		return nil, ErrRecordsDamaged
	}
	in.rest = in.rest[:len(in.rest)-macSize]
	if err := r.read(&in, keys); err != nil {
		return nil, err
	}
	return r, r.verify()
}

// read fills the records from what follows the key's check.
func (r *Records) read(in *recordReader, keys recordKeys) error {
	var z recordSizes
	for _, n := range []*uint64{&z.Rows, &z.Nodes, &z.Buckets, &z.Lists} {
		*n = in.uint64()
	}
	for i := range z.First {
		z.First[i].Words, z.First[i].Lengths = in.uint64(), in.uint64()
	}
	z.Compact = in.uint64()
	columns := int(in.uint16())
	for range min(columns, maxColumns) {
		r.columns = append(r.columns, string(in.take(int(in.uint16()))))
	}
	size, ok := z.body()
	if !ok || in.short || columns == 0 || columns > maxColumns || int64(len(in.rest)) != size {
		return fmt.Errorf("%w: its parts do not add up", ErrRecordsDamaged)
	}
	r.rows = int(z.Rows)
	r.index = &index{key: newSipKey(&keys.hash), words: reader{table: spellings()}, compact: z.Compact}
	t := &r.index.table
	t.starts = numbers[uint32](in, z.Buckets+1)
	t.hashes = numbers[uint64](in, z.Nodes)
	t.extra = numbers[uint16](in, z.Nodes)
	r.refs = numbers[uint32](in, z.Nodes)
	for kind, f := range z.First {
		r.index.setFirst(kind, firstWords{numbers[uint64](in, f.Words), f.Lengths})
	}
	r.lists = numbers[uint32](in, z.Lists)
	return nil
}

// verify looks at every place that another one names, so that none leads
// astray.
func (r *Records) verify() error {
	fault := fmt.Errorf("%w: a part points outside", ErrRecordsDamaged)
	t := &r.index.table
	nodes, cells := uint32(len(t.hashes)), uint64(r.rows)*uint64(len(r.columns))
	if t.starts[0] != 0 || t.starts[len(t.starts)-1] != nodes || !slices.IsSorted(t.starts) || cells > maxCells {
		return fault
	}
	for i, ref := range r.refs {
		if t.extra[i]&(nodeValue|nodeMail) == 0 {
			continue
		}
		if ref < listed {
			if uint64(ref) >= cells {
				return fault
			}
			continue
		}
		at := uint64(ref - listed)
		if at >= uint64(len(r.lists)) || r.lists[at] == 0 || uint64(r.lists[at]) > uint64(len(r.lists))-at-1 {
			return fault
		}
		list := r.lists[at+1 : at+1+uint64(r.lists[at])]
		if !slices.IsSorted(list) || uint64(list[len(list)-1]) >= cells {
			return fault
		}
	}
	return nil
}

// recordReader takes pieces off data until one is not there.
type recordReader struct {
	rest  []byte
	short bool
}

func (r *recordReader) take(n int) []byte {
	if r.short = r.short || len(r.rest) < n; r.short {
		return make([]byte, min(n, 1<<16))
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *recordReader) uint16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *recordReader) uint32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *recordReader) uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// numbers takes n numbers, which are known to be there.
func numbers[T uint16 | uint32 | uint64](in *recordReader, n uint64) []T {
	out := make([]T, n)
	size := binary.Size(T(0))
	data := in.take(int(n) * size)
	switch out := any(out).(type) {
	case []uint16:
		for i := range out {
			out[i] = binary.LittleEndian.Uint16(data[2*i:])
		}
	case []uint32:
		for i := range out {
			out[i] = binary.LittleEndian.Uint32(data[4*i:])
		}
	case []uint64:
		for i := range out {
			out[i] = binary.LittleEndian.Uint64(data[8*i:])
		}
	}
	return out
}
