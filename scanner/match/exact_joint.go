package match

// maxJoints is how many joints are kept in mind.
const maxJoints = 64

const (
	memoAfter = 400  // steps without a match after which it pays to keep in mind what has failed
	memoWidth = 4096 // bytes of text for which that is done
)

// again reports whether the joint was met at p before, and keeps it in mind. No match is tried from a place before start.
func (b *backtrack) again(x *exact, joint uint16, text []byte, start, p int) bool {
	width := min(len(text)-b.base+1, memoWidth)
	if !b.on {
		b.on, b.base = true, start
		width = min(len(text)-start+1, memoWidth)
		words := (x.joints*width + 63) / 64
		if cap(b.memo) < words {
			b.memo = make([]uint64, words)
		}
		b.memo = b.memo[:words]
		clear(b.memo)
	}
	if p-b.base >= width {
		return false
	}
	i := int(joint)*width + p - b.base
	bit := uint64(1) << (i & 63)
	met := b.memo[i>>6]&bit != 0
	b.memo[i>>6] |= bit
	return met
}

// join makes joints of the instructions that several others lead to. Where a loop can go round without reading,
// what is tried depends on how often it has; such patterns have none.
func (x *exact) join() {
	if x.idles() {
		return
	}
	leads := make([]uint8, len(x.ops))
	for i := range x.ops {
		op := &x.ops[i]
		if op.kind == exactMatch || op.kind == exactFail {
			continue
		}
		leads[op.out] = min(leads[op.out]+1, 2)
		if op.hasAlt() {
			leads[op.alt] = min(leads[op.alt]+1, 2)
		}
	}
	for pc, n := range leads {
		if op := &x.ops[pc]; n > 1 && op.kind != exactMatch && op.kind != exactFail && x.joints < maxJoints {
			x.joints++
			op.joint = uint16(x.joints)
		}
	}
}

// shorten notes which ways of forks are a single byte.
func (x *exact) shorten() {
	single := func(pc uint32) bool { return x.ops[pc].kind == exactByte && x.ops[pc].joint == 0 }
	for i := range x.ops {
		if op := &x.ops[i]; op.kind == exactFork {
			if single(op.out) {
				op.high |= forkOut
			}
			if single(op.alt) {
				op.high |= forkAlt
			}
		}
	}
}

// idles reports whether some instructions lead round without reading a byte.
func (x *exact) idles() bool {
	const open, done = 1, 2
	state := make([]uint8, len(x.ops))
	var visit func(pc uint32) bool
	visit = func(pc uint32) bool {
		switch state[pc] {
		case open:
			return true
		case done:
			return false
		}
		state[pc] = open
		round := false
		switch op := &x.ops[pc]; op.kind {
		case exactFork:
			round = visit(op.out) || visit(op.alt)
		case exactSlot, exactAssert:
			round = visit(op.out)
		}
		state[pc] = done
		return round
	}
	for pc := range x.ops {
		if visit(uint32(pc)) {
			return true
		}
	}
	return false
}
