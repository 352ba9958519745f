package match

import (
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// newExact returns nil if the pattern cannot be done.
func newExact(expr string, ts *lookups) *exact {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	groups := tree.MaxCap()
	if groups > maxExactGroups {
		return nil
	}
	// Ranges that are written out are the same for both engines.
	byName := named.MatchString(expr)
	explicit := byName || unicode.Version == foldsAgree || !folded.MatchString(expr)
	leading, tree := splitLead(tree)
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > maxExactOps {
		return nil
	}
	x := &exact{ops: make([]exactOp, len(prog.Inst)), start: uint32(prog.Start), slots: 2 * groups, named: byName}
	if leading != nil {
		if x.lead = newLead(leading, explicit); x.lead == nil {
			return nil
		}
	}
	numbers := map[byteSet]uint16{}
	number := func(s byteSet) uint16 {
		n, ok := numbers[s]
		if !ok {
			n = uint16(len(x.sets))
			numbers[s] = n
			x.sets = append(x.sets, s)
		}
		return n
	}
	type runes struct {
		first *rune
		n     int
		fold  bool
	}
	type known struct {
		set    byteSet
		high   uint8
		ranges uint16
	}
	seen := map[runes]known{}
	next := make([]byteSet, len(prog.Inst)) // bytes that can come next at an instruction
	for pc := range prog.Inst {
		in, op := &prog.Inst[pc], &x.ops[pc]
		op.out, op.alt = in.Out, in.Arg
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			op.kind = exactFork
		case syntax.InstCapture:
			op.kind = exactSlot
			op.arg = uint16(in.Arg)
		case syntax.InstNop:
			op.kind = exactAssert
		case syntax.InstEmptyWidth:
			op.kind = exactAssert
			op.arg = uint16(in.Arg)
		case syntax.InstMatch:
			op.kind = exactMatch
			next[pc] = anyByte
		case syntax.InstFail:
			op.kind = exactFail
		default:
			key := runes{n: len(in.Rune), fold: in.Op == syntax.InstRune && syntax.Flags(in.Arg)&syntax.FoldCase != 0}
			if key.n > 0 {
				key.first = &in.Rune[0]
			}
			k, ok := seen[key]
			if !ok || in.Op == syntax.InstRuneAny || in.Op == syntax.InstRuneAnyNotNL {
				if k.high, ok = highOf(in); !ok {
					if !explicit {
						return nil
					}
					k.high, k.ranges = highRanges, uint16(len(x.ranges))
					x.ranges = append(x.ranges, rangesOf(in))
				}
				k.set = asciiOf(in)
				seen[key] = k
			}
			op.kind, op.set, op.high = exactByte, number(k.set), k.high
			op.arg = k.ranges
			next[pc] = k.set
			if k.high != 0 {
				next[pc] = k.set.union(leadBytes)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for pc := len(x.ops) - 1; pc >= 0; pc-- {
			op, s := &x.ops[pc], next[pc]
			switch op.kind {
			case exactFork:
				s = s.union(next[op.out]).union(next[op.alt])
			case exactSlot:
				s = s.union(next[op.out])
			case exactAssert:
				s = s.union(beforeByte(syntax.EmptyOp(op.arg), next[op.out]))
			}
			if s != next[pc] {
				next[pc], changed = s, true
			}
		}
	}
	for pc := range x.ops {
		if op := &x.ops[pc]; op.kind == exactFork {
			op.set, op.altSet = number(next[op.out]), number(next[op.alt])
		}
	}
	x.first = next[x.start]
	// A continuation byte begins no rune.
	x.first[2] = 0
	x.lone = -1
	if x.first.size() == 1 {
		for c := range 256 {
			if x.first.has(byte(c)) {
				x.lone = c
			}
		}
	}
	// Moves that do nothing are skipped.
	for pc := range x.ops {
		op := &x.ops[pc]
		op.out = x.skip(op.out)
		if op.kind == exactFork {
			op.alt = x.skip(op.alt)
		}
	}
	x.start = x.skip(x.start)
	first := &x.ops[x.start]
	for first.kind == exactSlot {
		first = &x.ops[first.out]
	}
	x.bound = first.kind == exactAssert && first.arg == uint16(syntax.EmptyWordBoundary)
	x.later = x.laterBytes().intersect(x.first)
	x.pack()
	x.compact()
	x.looks(ts)
	if !x.spread() {
		return nil
	}
	return x
}

// beforeByte returns those of the bytes that can stand where an assertion holds.
func beforeByte(cond syntax.EmptyOp, s byteSet) byteSet {
	switch {
	case cond&syntax.EmptyEndText != 0:
		return byteSet{}
	case cond&syntax.EmptyEndLine != 0:
		return s.intersect(kindBytes[kindLine])
	}
	return s
}

// laterBytes returns the bytes that a match can begin with where the text does not. It must be asked before instructions
// are joined.
func (x *exact) laterBytes() (s byteSet) {
	seen := make([]bool, len(x.ops))
	stack := []uint32{x.start}
	for len(stack) > 0 {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch op := &x.ops[pc]; op.kind {
		case exactByte:
			if s = s.union(x.sets[op.set]); op.high != 0 {
				s = s.union(leadBytes)
			}
		case exactFork:
			stack = append(stack, op.out, op.alt)
		case exactSlot:
			stack = append(stack, op.out)
		case exactAssert:
			if syntax.EmptyOp(op.arg)&syntax.EmptyBeginText == 0 {
				stack = append(stack, op.out)
			}
		case exactMatch:
			return anyByte
		}
	}
	return s
}

// compact leaves out what nothing leads to any more, and puts what is done in succession side by side:
// what a match takes is mostly the time until the memory answers.
func (x *exact) compact() {
	const unseen = ^uint32(0)
	number := make([]uint32, len(x.ops))
	for pc := range number {
		number[pc] = unseen
	}
	var ops []exactOp
	stack := []uint32{x.start}
	for len(stack) > 0 {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for number[pc] == unseen {
			op := x.ops[pc]
			number[pc] = uint32(len(ops))
			ops = append(ops, op)
			if op.hasAlt() {
				stack = append(stack, op.alt)
			}
			if op.kind == exactMatch || op.kind == exactFail {
				break
			}
			pc = op.out
		}
	}
	for i := range ops {
		if op := &ops[i]; op.kind != exactMatch && op.kind != exactFail {
			op.out = number[op.out]
			if op.hasAlt() {
				op.alt = number[op.alt]
			}
		}
	}
	x.ops, x.start = slices.Clone(ops), 0
	numbers := map[byteSet]uint16{}
	for pc := range x.ops {
		x.chain(uint32(pc), numbers)
	}
	x.join()
	x.shorten()
}

// chain notes at a fork that a class is repeated there, as in \w{0,50} or [^"]*: with bytes that only the class takes, all of
// them are read at once.
func (x *exact) chain(pc uint32, numbers map[byteSet]uint16) {
	op := &x.ops[pc]
	if op.kind != exactFork {
		return
	}
	for _, lazy := range []bool{false, true} {
		// step returns where one more byte of the class leads from a fork like the first.
		step := func(pc uint32) (to uint32, ok bool) {
			f := &x.ops[pc]
			if f.kind != exactFork || f.set != op.set || f.altSet != op.altSet {
				return 0, false
			}
			b, first := &x.ops[f.out], &x.ops[op.out]
			if lazy {
				b, first = &x.ops[f.alt], &x.ops[op.alt]
			}
			return b.out, b.kind == exactByte && b.set == first.set && b.high == first.high && b.arg == first.arg
		}
		to, ok := step(pc)
		if !ok || x.ops[to].kind != exactFork {
			continue
		}
		only, other := x.sets[x.ops[op.out].set], x.sets[op.altSet]
		if lazy {
			only, other = x.sets[x.ops[op.alt].set], x.sets[op.set]
		}
		for i := range only {
			only[i] &^= other[i]
		}
		class, ok := numbers[only]
		if !ok {
			class = uint16(len(x.sets))
			numbers[only] = class
			x.sets = append(x.sets, only)
		}
		n := 1
		if to == pc {
			n = maxChain // a loop
		} else {
			for n < maxChain {
				next, ok := step(to + 2*uint32(n-1))
				if !ok || next != to+2*uint32(n) {
					break
				}
				n++
			}
		}
		op.arg, op.class, op.next = uint16(n), class, to
		return
	}
}

func (x *exact) skip(pc uint32) uint32 {
	for range x.ops {
		op := &x.ops[pc]
		if nothing := op.kind == exactSlot && op.arg < 2 || op.kind == exactAssert && op.arg == 0; !nothing {
			break
		}
		pc = op.out
	}
	return pc
}

// asciiOf returns the bytes in ASCII that an instruction takes.
func asciiOf(in *syntax.Inst) (s byteSet) {
	for c := range rune(utf8.RuneSelf) {
		if in.MatchRune(c) {
			s.add(byte(c))
		}
	}
	return s
}

// highOf says which runes beyond ASCII an instruction takes; ok is false if that cannot be
// said simply.
func highOf(in *syntax.Inst) (high uint8, ok bool) {
	switch in.Op {
	case syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return highAll, true
	}
	if len(in.Rune) == 1 {
		r := in.Rune[0]
		fold := in.Op == syntax.InstRune && syntax.Flags(in.Arg)&syntax.FoldCase != 0
		switch {
		case fold && r >= utf8.RuneSelf:
			return 0, false
		case r >= utf8.RuneSelf:
			return 0, false
		case fold && r|0x20 == 's':
			return highLongS, true
		case fold && r|0x20 == 'k':
			return highKelvin, true
		}
		return 0, true
	}
	for i := 0; i+1 < len(in.Rune); i += 2 {
		lo, hi := in.Rune[i], in.Rune[i+1]
		switch {
		case hi < utf8.RuneSelf:
		case hi >= utf8.MaxRune && lo <= utf8.RuneSelf:
			high |= highAll
		case lo == longS && hi == longS:
			high |= highLongS
		case lo == kelvin && hi == kelvin:
			high |= highKelvin
		default:
			return 0, false
		}
	}
	return high, true
}

// rangesOf returns the runes that an instruction takes beyond ASCII, as pairs in their order, or alone if it is one.
func rangesOf(in *syntax.Inst) []rune {
	if len(in.Rune) > 1 || syntax.Flags(in.Arg)&syntax.FoldCase == 0 {
		return in.Rune
	}
	r := in.Rune[0]
	ranges := []rune{r, r}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		ranges = append(ranges, f, f)
	}
	slices.Sort(ranges) // of single runes each
	return ranges
}
