package match

import (
	"crypto/hmac"
	"crypto/sha256"
)

// FirstSteps names the ways in which this machine can do the first step.
func FirstSteps() []string {
	var names []string
	for _, s := range firstSteps {
		names = append(names, s.name)
	}
	return names
}

// CompileFor is Compile for a machine with the named first step.
func CompileFor(step string, patterns []Pattern) (*Set, error) {
	for i := range firstSteps {
		if firstSteps[i].name == step {
			return compile(patterns, &firstSteps[i])
		}
	}
	panic("no first step " + step)
}

// SealRecords puts the head of a good file, and a right mac, around data.
func SealRecords(data, good, key []byte) []byte {
	const head = len(recordsMagic) + 4 + saltSize + 8
	keys, err := newRecordKeys(key, (*[saltSize]byte)(good[len(recordsMagic)+4:]))
	if err != nil || len(data) < head+macSize {
		return data
	}
	sealed := append(append([]byte(nil), good[:head]...), data[head:len(data)-macSize]...)
	mac := hmac.New(sha256.New, keys.mac[:])
	mac.Write(sealed)
	return mac.Sum(sealed)
}
