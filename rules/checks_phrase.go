package rules

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the word list
	"strings"
	"sync"
)

// bip39Text is the English word list of BIP-39, one word a line, in order.
//
//go:embed bip39.txt
var bip39Text string

var bip39Words = sync.OnceValue(func() map[string]int {
	words := make(map[string]int, 2048)
	for w := range strings.FieldsSeq(bip39Text) {
		words[w] = len(words)
	}
	return words
})

// seedWords wants every word in the list; it says nothing of the checksum.
func seedWords(v []byte) bool {
	list := bip39Words()
	fields := bytes.Fields(v)
	for _, w := range fields {
		if _, ok := list[string(w)]; !ok {
			return false
		}
	}
	return len(fields) >= 12
}

// seedPhrase checks the last bits: each word is 11 bits, of which one in 33 is
// a checksum, the beginning of SHA-256 of the others.
func seedPhrase(v []byte) bool {
	list := bip39Words()
	var bits [33]byte
	n := 0
	for w := range bytes.FieldsSeq(v) {
		x, ok := list[string(w)]
		if !ok || n+11 > len(bits)*8 {
			return false
		}
		for i := 10; i >= 0; i-- {
			bits[n/8] |= byte(x>>i&1) << (7 - n%8)
			n++
		}
	}
	check := n / 33
	if n%33 != 0 || check < 4 {
		return false
	}
	entropy := (n - check) / 8
	sum := sha256.Sum256(bits[:entropy])
	return bits[entropy]>>(8-check) == sum[0]>>(8-check)
}
