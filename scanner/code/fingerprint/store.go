package fingerprint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// shards is how many parts, by the high bits of the hash, are sorted one by one.
const (
	shardBits = 6
	shards    = 1 << shardBits
)

// mostHeld is how many entries are held in memory if there is a folder to put
// the others in.
const mostHeld = 4 << 20

// diskEntry is the length in bytes of an entry in the file of a store.
const diskEntry = 16

// store holds the entries of a Builder by stream and shard: in memory as long as
// there is room, then all of them in a file, so that what an index takes does
// not grow with what is indexed. It is used in two phases: add until all is
// there, then load and replace.
type store struct {
	dir   string // of the file; empty means that there is none
	most  int    // entries to hold in memory
	held  int
	parts [streams][shards]shard
	file  *os.File
	size  int64  // of the file
	bytes []byte // of entries on their way
	room  []entry
}

// shard has entries in memory, after those that lie in runs of the file.
type shard struct {
	held []entry
	runs []run
}

// run is where entries lie one after the other.
type run struct {
	offset  int64
	entries int
}

// add appends an entry.
func (s *store) add(in stream, e entry) error {
	to := &s.parts[in][e.hash>>(64-shardBits)]
	to.held = append(to.held, e)
	if s.held++; s.held < s.most || s.dir == "" {
		return nil
	}
	return s.spill()
}

// spill moves what is held into the file.
func (s *store) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, ".sluice-index.*") // mode 0600
		if err != nil {
			return err
		}
		// Where a file that is open can be removed, nothing of it stays behind
		// however this process ends; elsewhere close removes it.
		_ = os.Remove(f.Name())
		s.file = f
	}
	for in := range s.parts {
		for i := range s.parts[in] {
			p := &s.parts[in][i]
			if len(p.held) == 0 {
				continue
			}
			r := run{s.size, len(p.held)}
			if err := s.write(r, p.held); err != nil {
				return err
			}
			s.size += int64(len(p.held)) * diskEntry
			p.runs, p.held = append(p.runs, r), p.held[:0]
		}
	}
	s.held = 0
	return nil
}

func (s *store) write(r run, entries []entry) error {
	s.bytes = s.bytes[:0]
	for _, e := range entries {
		s.bytes = binary.LittleEndian.AppendUint64(s.bytes, e.hash)
		s.bytes = binary.LittleEndian.AppendUint64(s.bytes, e.place)
	}
	_, err := s.file.WriteAt(s.bytes, r.offset)
	return err
}

// full ends the first phase.
func (s *store) full() error {
	if s.file == nil {
		return nil
	}
	err := s.spill()
	for in := range s.parts {
		for i := range s.parts[in] {
			s.parts[in][i].held = nil
		}
	}
	return err
}

// load returns the entries of a shard. If they are in the file, they stay as
// they are only until the next load.
func (s *store) load(in stream, i int) ([]entry, error) {
	p := &s.parts[in][i]
	if s.file == nil {
		return p.held, nil
	}
	s.room = s.room[:0]
	for _, r := range p.runs {
		n := r.entries * diskEntry
		if cap(s.bytes) < n {
			s.bytes = make([]byte, n)
		}
		b := s.bytes[:n]
		if _, err := s.file.ReadAt(b, r.offset); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, fmt.Errorf("%s: %w", s.file.Name(), err)
		}
		for ; len(b) > 0; b = b[diskEntry:] {
			s.room = append(s.room, entry{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])})
		}
	}
	return s.room, nil
}

// replace puts entries, which are no more than load returned, in the place of a
// shard's.
func (s *store) replace(in stream, i int, entries []entry) error {
	p := &s.parts[in][i]
	if s.file == nil {
		p.held = entries
		return nil
	}
	old := p.runs
	p.runs = p.runs[:0]
	for _, r := range old {
		if r.entries = min(r.entries, len(entries)); r.entries == 0 {
			break
		}
		if err := s.write(r, entries[:r.entries]); err != nil {
			return err
		}
		p.runs, entries = append(p.runs, r), entries[r.entries:]
	}
	return nil
}

// drop forgets a stream.
func (s *store) drop(in stream) { s.parts[in] = [shards]shard{} }

// close removes the file. What the store had is gone.
func (s *store) close() error {
	s.parts, s.held, s.room, s.bytes = [streams][shards]shard{}, 0, nil, nil
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	err := f.Close()
	_ = os.Remove(f.Name()) // fails where it was removed when it was made
	return err
}
