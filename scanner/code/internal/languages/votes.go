package languages

import (
	"bytes"
	_ "embed" // the votes are data, fitted by scanner/code/train
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	// slotBits is the width of a slot's number; slots is how many there are.
	slotBits = 15
	slots    = 1 << slotBits
	// Most bounds the number of features that can vote.
	Most = slots * 3 / 4
	// Ballot is how many languages a feature votes for.
	Ballot = 4
	// maxLanguages bounds how many languages there are.
	maxLanguages = 128
)

// Vote is what a feature says for a language. The unit is arbitrary.
type Vote struct {
	Language uint8
	Weight   int8
}

// Votes is a fitted model: a hash table of features. A feature that is not in
// it, as most words of a text are not, votes for nothing.
type Votes struct {
	// Languages are those that can be guessed.
	Languages []Language

	tags  [slots]uint16 // of the slot's feature; 0 is an empty slot
	votes [slots][Ballot]Vote
}

// find returns the slot of a feature, or the empty slot where it would be. The
// number of features is bounded, so that there is an empty slot.
func (v *Votes) find(feature uint32) (slot uint32, found bool) {
	tag := tagOf(feature)
	for slot = feature >> (32 - slotBits); ; slot = (slot + 1) % slots {
		switch v.tags[slot] {
		case tag:
			return slot, true
		case 0:
			return slot, false
		}
	}
}

func tagOf(feature uint32) uint16 { return max(1, uint16(feature)) }

// Add adds a feature with its votes; of two features with one tag the first
// counts. It does nothing once there are Most.
func (v *Votes) Add(feature uint32, votes [Ballot]Vote) {
	if slot, found := v.find(feature); !found && v.Len() < Most {
		v.tags[slot], v.votes[slot] = tagOf(feature), votes
	}
}

// Len is the number of features.
func (v *Votes) Len() int {
	n := 0
	for _, tag := range v.tags {
		if tag != 0 {
			n++
		}
	}
	return n
}

//go:embed votes.bin
var fitted []byte

// Fitted returns the votes that scanner/code/train fitted; votes.json beside
// them says on what data and how well.
func Fitted() (*Votes, error) { return Decode(fitted) }

// header opens a file of votes. Its digit is raised whenever features change.
const header = "slv2"

// Encode returns a header, the number of languages, their names, each ended by a
// line break, and for each slot of the table a tag (little-endian) and, if it is
// not 0, pairs of language and weight.
func (v *Votes) Encode() []byte {
	data := append([]byte(header), byte(len(v.Languages)))
	for _, l := range v.Languages {
		data = append(append(data, l.Name...), '\n')
	}
	for i, tag := range v.tags {
		data = binary.LittleEndian.AppendUint16(data, tag)
		if tag == 0 {
			continue
		}
		for _, vote := range v.votes[i] {
			data = append(data, vote.Language, byte(vote.Weight))
		}
	}
	return data
}

// Decode is the inverse of Encode.
func Decode(data []byte) (*Votes, error) {
	rest, ok := bytes.CutPrefix(data, []byte(header))
	if !ok || len(rest) == 0 {
		return nil, fmt.Errorf("not a file of votes that begins with %q: fit it again", header)
	}
	v := &Votes{}
	n := int(rest[0])
	rest = rest[1:]
	if n == 0 || n > maxLanguages {
		return nil, fmt.Errorf("votes for %d languages, want 1 to %d", n, maxLanguages)
	}
	for range n {
		name, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok {
			return nil, errCut
		}
		l := named(string(name))
		if l.Name == "" {
			return nil, fmt.Errorf("votes for %q, which is no language", name)
		}
		v.Languages = append(v.Languages, l)
		rest = after
	}
	features := 0
	for i := range v.tags {
		if len(rest) < 2 {
			return nil, errCut
		}
		v.tags[i] = binary.LittleEndian.Uint16(rest)
		rest = rest[2:]
		if v.tags[i] == 0 {
			continue
		}
		if features++; features > Most || len(rest) < 2*Ballot {
			return nil, errCut
		}
		for k := range Ballot {
			if int(rest[0]) >= n {
				return nil, fmt.Errorf("a vote for language %d of %d", rest[0], n)
			}
			v.votes[i][k] = Vote{rest[0], int8(rest[1])}
			rest = rest[2:]
		}
	}
	if len(rest) > 0 {
		return nil, errCut
	}
	return v, nil
}

var errCut = errors.New("a file of votes that was cut off, or has too much")
