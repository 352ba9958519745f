package fingerprint

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// Public is a set of fingerprints of public code, which say nothing about
// whose a text is. An index leaves them out. They are hashed without a key:
// there is nothing to hide about them.
type Public struct {
	tables [streams]table
	digest []byte
}

// has reports whether a gram is of public code.
func (p *Public) has(s stream, gram uint64) bool {
	if p.tables[s].count == 0 {
		return false
	}
	_, ok := p.tables[s].find(publicHash(s, gram))
	return ok
}

// publicHash is the hash of a gram in a set of public code.
func publicHash(s stream, gram uint64) uint64 {
	return (&secrets{}).hash(s, gram)
}

// anyHas reports whether a gram is in one of the sets.
func anyHas(sets []*Public, s stream, gram uint64) bool {
	for _, p := range sets {
		if p.has(s, gram) {
			return true
		}
	}
	return false
}

// NewPublicBuilder returns a Builder that makes a set of public code: nothing
// in it is secret, and sets of the same files are the same. A fingerprint is in it
// that stands in at least so many repositories, up to five.
func NewPublicBuilder(o Options, least int) (*Builder, error) {
	if least < 1 || least > commonSources {
		return nil, fmt.Errorf("fingerprint: %d repositories: give 1 to %d", least, commonSources)
	}
	b, err := newBuilder(Key{}, make([]byte, saltBytes), o)
	if err == nil {
		b.secrets.gram = [2]uint64{}
		b.public = least
	}
	return b, err
}

// NewPublic reads a set of public code, as a Builder of NewPublicBuilder wrote
// it.
func NewPublic(data []byte) (*Public, error) {
	c, err := parse(data, Key{})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return &Public{tables: c.tables, digest: bytes.Clone(sum[:])}, nil
}
