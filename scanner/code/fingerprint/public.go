package fingerprint

// Public is a set of fingerprints of public code. They are hashed without a
// key: there is nothing to hide about them.
type Public struct {
	tables [streams]table
}

// has reports whether a gram is of public code. A nil set is empty.
func (p *Public) has(s stream, gram uint64) bool {
	if p == nil || p.tables[s].count == 0 {
		return false
	}
	_, ok := p.tables[s].find(publicHash(s, gram))
	return ok
}

func publicHash(s stream, gram uint64) uint64 {
	return sipHash([2]uint64{}, gram^uint64(s)<<62)
}
