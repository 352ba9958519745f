package fingerprint

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"

	"github.com/sluice-dlp/sluice/scanner"
)

// Options say what an index is to hold.
type Options struct {
	// Names keeps where each fingerprint comes from, so that findings name the
	// file. It makes an index about five times as large. The names are
	// encrypted.
	Names bool
	// Similar adds the abstract stream, which finds code whose names were
	// changed.
	Similar bool
	// Public holds sets of fingerprints of public code, which are left out.
	Public []*Public
	// Temporary is a folder for a file of fingerprints that have no room in
	// memory: sixteen bytes for each, about two for a byte of source. The file is gone
	// when the Builder is closed. If the folder is empty, all are held in memory.
	Temporary string
}

// Builder collects fingerprints and writes an index. It is safe for concurrent
// use.
type Builder struct {
	options Options
	salt    []byte
	secrets secrets
	readers sync.Pool
	// public is in how many repositories a gram must stand to be kept, if it is
	// public code that is collected, and zero otherwise.
	public int

	mu      sync.Mutex
	files   []string          // if the index has names
	sources []uint32          // of each file, which repository it is from
	named   map[string]uint32 // numbers those
	entries store
}

// NewBuilder returns an empty Builder. Indexes of one key differ: each has a
// salt of its own.
func NewBuilder(key Key, o Options) (*Builder, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	return newBuilder(key, salt, o)
}

func newBuilder(key Key, salt []byte, o Options) (*Builder, error) {
	s, err := derive(key, salt)
	if err != nil {
		return nil, err
	}
	return &Builder{
		options: o, salt: salt, secrets: s, named: make(map[string]uint32),
		entries: store{dir: o.Temporary, most: mostHeld},
	}, nil
}

// Prints are the fingerprints of one file, under the key of the Builder that
// made them.
type Prints struct {
	document bool
	of       [streams][]Print
}

// Print is one fingerprint: a keyed hash and the line, from 1, that it begins on.
type Print struct {
	Hash uint64
	Line uint32
}

// leastVariety is how many different tokens make a gram worth keeping.
const leastVariety = 4

// Code returns the fingerprints of a file of source code.
func (b *Builder) Code(ctx context.Context, text []byte) (Prints, error) {
	return b.prints(ctx, text, Prints{}, [streams]bool{words: true, abstract: b.options.Similar})
}

// Document returns the fingerprints of a document's text.
func (b *Builder) Document(ctx context.Context, text []byte) (Prints, error) {
	return b.prints(ctx, text, Prints{document: true}, [streams]bool{words: true})
}

func (b *Builder) prints(ctx context.Context, text []byte, p Prints, want [streams]bool) (Prints, error) {
	r, _ := b.readers.Get().(*reader)
	if r == nil {
		r = &reader{lexer: lexer{all: true}}
	}
	defer b.readers.Put(r)
	var lines [streams]lineCounter
	var lists [streams]imports
	var legal [streams][]scanner.Span
	spans := commonRanges(text, p.document)
	for s := range streams {
		lines[s], lists[s], legal[s] = lineCounter{text: text}, imports{text: text}, spans
	}
	err := r.read(ctx, text, want, func(s stream, grams []gram, batch *batch) {
		for _, g := range grams {
			tokens := batch.of(g, shapes[s].length)
			if variety(tokens) < leastVariety || anyHas(b.options.Public, s, g.hash) {
				continue
			}
			first, last := int(tokens[0].at), int(tokens[len(tokens)-1].at)
			var notice bool
			if legal[s], notice = inside(legal[s], first, last); notice {
				continue
			}
			if !p.document && lists[s].all(first, last) {
				continue
			}
			p.of[s] = append(p.of[s], Print{b.secrets.hash(s, g.hash), lines[s].of(first)})
		}
	})
	return p, err
}

// hash is the keyed hash of a gram.
func (s *secrets) hash(in stream, gram uint64) uint64 {
	return sipHash(s.gram, gram^uint64(in)<<62)
}

// hashAll replaces grams by their keyed hashes.
func (s *secrets) hashAll(in stream, grams []uint64) {
	for i := range grams {
		grams[i] ^= uint64(in) << 62
	}
	sipHashes(s.gram, grams)
}

// Add puts the fingerprints of a file into the index. The name is what
// findings say: "repository:path". An error is one of the file of fingerprints;
// there is no index then.
func (b *Builder) Add(name string, p Prints) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	file := uint64(len(b.sources)) << 32
	if p.document {
		file |= documentPlace
	}
	source, _, _ := strings.Cut(name, ":")
	number, ok := b.named[source]
	if !ok {
		number = uint32(len(b.named))
		b.named[source] = number
	}
	b.sources = append(b.sources, number)
	if b.options.Names {
		b.files = append(b.files, name)
	}
	for s := range p.of {
		for _, print := range p.of[s] {
			if err := b.entries.add(stream(s), entry{print.Hash, file | uint64(print.Line)&(documentPlace-1)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close frees what the Builder has in memory and in a file. It is needed where
// WriteTo is not called, and does nothing after it.
func (b *Builder) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.entries.close()
}
