package fingerprint

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"os"
)

// Key is the secret that an index is made with. Without it an index tells
// neither what was indexed nor whether a text at hand was.
type Key [32]byte

// NewKey returns a random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:]) // never fails
	return k
}

// ReadKey reads a key file: 64 hexadecimal digits, and white space around them.
func ReadKey(path string) (Key, error) {
	var k Key
	data, err := os.ReadFile(path)
	if err != nil {
		return k, err
	}
	data = bytes.TrimSpace(data)
	if n, err := hex.Decode(k[:], data[:min(len(data), 2*len(k))]); err != nil || n != len(k) || len(data) != 2*len(k) {
		return Key{}, fmt.Errorf("%s: a key file holds 64 hexadecimal digits, as `openssl rand -hex 32` prints them", path)
	}
	return k, nil
}

// CreateKey writes a new key to a file that does not exist yet, which only its
// owner may read. If the file exists, the error is fs.ErrExist.
func CreateKey(path string) (Key, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Key{}, err
	}
	k := NewKey()
	_, err = fmt.Fprintf(f, "%x\n", k[:])
	return k, errors.Join(err, f.Close())
}

// secrets are what is derived from a key and the salt of one index.
type secrets struct {
	gram [2]uint64 // SipHash
	mac  []byte    // HMAC-SHA256 of the file
	seal []byte    // AES-256-GCM of the names
}

// derive makes an index's own keys, with HKDF (RFC 5869).
func derive(k Key, salt []byte) (secrets, error) {
	material, err := hkdf.Key(sha256.New, k[:], salt, "sluice index, version 1", 80)
	if err != nil {
		return secrets{}, err
	}
	return secrets{
		gram: [2]uint64{binary.LittleEndian.Uint64(material), binary.LittleEndian.Uint64(material[8:])},
		mac:  material[16:48],
		seal: material[48:80],
	}, nil
}

// sipState is what SipHash begins with.
func sipState(key [2]uint64) [4]uint64 {
	return [4]uint64{
		key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573,
	}
}

// sipHashes replaces each number by its sipHash.
func sipHashes(key [2]uint64, hashes []uint64) {
	if fours := len(hashes) / 4; useAVX2 && fours > 0 {
		state := sipState(key)
		sipHashAVX2(&state, &hashes[0], fours)
		hashes = hashes[4*fours:]
	}
	for i, m := range hashes {
		hashes[i] = sipHash(key, m)
	}
}

// sipHash is SipHash-2-4 of eight bytes (Aumasson and Bernstein, "SipHash: a
// fast short-input PRF", 2012).
func sipHash(key [2]uint64, m uint64) uint64 {
	state := sipState(key)
	v0, v1, v2, v3 := state[0], state[1], state[2], state[3]
	round := func() {
		v0 += v1
		v1 = bits.RotateLeft64(v1, 13) ^ v0
		v0 = bits.RotateLeft64(v0, 32)
		v2 += v3
		v3 = bits.RotateLeft64(v3, 16) ^ v2
		v0 += v3
		v3 = bits.RotateLeft64(v3, 21) ^ v0
		v2 += v1
		v1 = bits.RotateLeft64(v1, 17) ^ v2
		v2 = bits.RotateLeft64(v2, 32)
	}
	const length = 8 << 56 // the padding block holds the length only
	v3 ^= m
	round()
	round()
	v0 ^= m
	v3 ^= length
	round()
	round()
	v0 ^= length
	v2 ^= 0xff
	round()
	round()
	round()
	round()
	return v0 ^ v1 ^ v2 ^ v3
}
