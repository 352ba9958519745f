package match

import (
	"context"
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

// FindWith is FindStats with the named first step.
func (s *Set) FindWith(ctx context.Context, dst []Match, text []byte, stats *Stats, step string) ([]Match, error) {
	for i := range firstSteps {
		if firstSteps[i].name == step {
			return s.findWith(ctx, dst, text, stats, &firstSteps[i], nil)
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
