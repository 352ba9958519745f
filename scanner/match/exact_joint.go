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

// join puts a joint before instructions that several others lead to. Where a loop can go round without reading,
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
	joint := make([]uint32, len(x.ops))
	ops := x.ops
	joints := 0
	for _, n := range leads {
		joints += int(n >> 1)
	}
	x.ops = append(make([]exactOp, 0, len(ops)+joints), ops...) // there are a lot in all: no room to spare
	for pc, n := range leads {
		joint[pc] = uint32(pc)
		if kind := x.ops[pc].kind; n > 1 && kind != exactMatch && kind != exactFail && x.joints < maxJoints {
			joint[pc] = uint32(len(x.ops))
			x.ops = append(x.ops, exactOp{kind: exactJoint, arg: uint16(x.joints), out: uint32(pc)})
			x.joints++
		}
	}
	for i := range joint {
		if op := &x.ops[i]; op.kind != exactMatch && op.kind != exactFail {
			op.out = joint[op.out]
			if op.hasAlt() {
				op.alt = joint[op.alt]
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
