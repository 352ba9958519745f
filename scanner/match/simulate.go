package match

import (
	"bytes"
	"context"
	"regexp/syntax"
	"unicode/utf8"
)

// simProgram is a pattern to be simulated: all ways to match at the same time, one rune after the
// other, so that what is known is never more than a few threads, and text that was read need not be
// read again. It is slower than any other way to match.
type simProgram struct {
	prog   *syntax.Prog
	slots  int     // of captures: 2 for the match and 2 for each group
	first  byteSet // bytes that a match can begin with
	prefix []byte  // what every match begins with
}

func newSimProgram(expr string) (*simProgram, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	p := &simProgram{prog: prog, slots: 2 + 2*tree.MaxCap()}
	prefix, _ := prog.Prefix()
	p.prefix = []byte(prefix)
	p.firstOf(uint32(prog.Start), make([]bool, len(prog.Inst)))
	return p, nil
}

// firstOf adds the bytes that can come next at an instruction.
func (p *simProgram) firstOf(pc uint32, seen []bool) {
	if seen[pc] {
		return
	}
	seen[pc] = true
	in := &p.prog.Inst[pc]
	switch in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		p.firstOf(in.Out, seen)
		p.firstOf(in.Arg, seen)
	case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
		p.firstOf(in.Out, seen)
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		for c := range rune(utf8.RuneSelf) {
			if in.MatchRune(c) {
				p.first.add(byte(c))
			}
		}
		if beyondASCII(in) {
			p.first = p.first.union(leadBytes)
		}
	}
}

// beyondASCII reports whether an instruction may take a rune beyond ASCII.
func beyondASCII(in *syntax.Inst) bool {
	switch in.Op {
	case syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	folds := syntax.Flags(in.Arg)&syntax.FoldCase != 0 && len(in.Rune) == 1 // a k is also U+212A
	return folds || in.Rune[len(in.Rune)-1] >= utf8.RuneSelf
}

// simulation is a search that goes on as text comes.
type simulation struct {
	*simProgram
	at      int // place of the next rune to read
	threads []simThread
	next    []simThread
	closed  []simThread // threads at at, with all that takes no text behind them
	seen    []uint32    // by instruction: the step in which it was reached
	step    uint32
	free    [][]int
	best    []int // slots of the best match so far, nil if there is none
	work    int
}

// simThread is one way to match so far. Those that are to be preferred come first.
type simThread struct {
	pc    uint32
	slots []int
}

func newSimulation(p *simProgram, at int) *simulation {
	return &simulation{simProgram: p, at: at, seen: make([]uint32, len(p.prog.Inst))}
}

// idle reports whether no attempt to match is under way.
func (s *simulation) idle() bool { return len(s.threads) == 0 && s.best == nil }

// settled returns the place before which no match begins that is still to be reported.
func (s *simulation) settled() int {
	at := s.at
	if s.best != nil {
		at = s.best[0]
	}
	if len(s.threads) > 0 {
		at = min(at, s.threads[0].slots[0]) // attempts that began first are preferred
	}
	return at
}

// run reads buf, whose first byte is at base, up to its end and appends the matches that are
// certain. With last nothing comes after it.
func (s *simulation) run(ctx context.Context, dst []Match, buf []byte, base int, last bool) ([]Match, error) {
	for {
		if s.idle() {
			s.skip(buf, base)
		}
		i := s.at - base
		if i >= len(buf) && !last {
			return dst, nil
		}
		if s.work++; s.work%(blockSize/8) == 0 {
			if err := ctx.Err(); err != nil {
				return dst, err
			}
		}
		before, after, size := rune(-1), rune(-1), 0
		if i > 0 {
			before, _ = utf8.DecodeLastRune(buf[:i])
		}
		if i < len(buf) {
			after, size = utf8.DecodeRune(buf[i:])
		}
		s.read(syntax.EmptyOpContext(before, after), after)
		s.at += size
		if len(s.threads) == 0 && s.best != nil {
			m := Match{Start: s.best[0], End: s.best[1], GroupStart: s.best[0], GroupEnd: s.best[1]}
			for g := 2; g < len(s.best); g += 2 {
				if s.best[g] >= 0 && s.best[g+1] >= 0 {
					m.GroupStart, m.GroupEnd = s.best[g], s.best[g+1]
					break
				}
			}
			dst = append(dst, m)
			s.at = m.End // what was read beyond it is read again
			s.free = append(s.free, s.best)
			s.best = nil
			continue
		}
		if size == 0 {
			return dst, nil
		}
	}
}

// skip goes to the next place where a match can begin.
func (s *simulation) skip(buf []byte, base int) {
	i := s.at - base
	if i >= len(buf) {
		return
	}
	if len(s.prefix) > 0 {
		if k := bytes.Index(buf[i:], s.prefix); k >= 0 {
			s.at += k
			return
		}
		// The prefix may have begun at the end.
		i = max(i, len(buf)-len(s.prefix)+1)
		for i < len(buf) && !bytes.HasPrefix(s.prefix, buf[i:]) {
			i++
		}
		s.at = base + i
		return
	}
	for i < len(buf) && !s.first.has(buf[i]) {
		i++
	}
	s.at = base + i
}

// read takes one rune, or -1 for the end of the text, at the place at, for which flags hold.
func (s *simulation) read(flags syntax.EmptyOp, r rune) {
	s.step++
	s.closed = s.closed[:0]
	for _, t := range s.threads {
		s.close(t.pc, t.slots, flags)
		s.free = append(s.free, t.slots)
	}
	if s.best == nil {
		slots := s.slotsOf(nil)
		slots[0] = s.at
		s.close(uint32(s.prog.Start), slots, flags)
		s.free = append(s.free, slots)
	}
	s.next = s.next[:0]
	for k, t := range s.closed {
		in := &s.prog.Inst[t.pc]
		if in.Op == syntax.InstMatch {
			if s.best != nil {
				s.free = append(s.free, s.best)
			}
			t.slots[1] = s.at
			s.best = t.slots
			for _, worse := range s.closed[k+1:] {
				s.free = append(s.free, worse.slots)
			}
			break
		}
		if r >= 0 && in.MatchRune(r) {
			s.next = append(s.next, simThread{in.Out, t.slots})
		} else {
			s.free = append(s.free, t.slots)
		}
	}
	s.threads, s.next = s.next, s.threads
}

// close appends what can be reached from an instruction without reading, the preferred first.
func (s *simulation) close(pc uint32, slots []int, flags syntax.EmptyOp) {
	for s.seen[pc] != s.step {
		s.seen[pc] = s.step
		in := &s.prog.Inst[pc]
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			s.close(in.Out, slots, flags)
			pc = in.Arg
		case syntax.InstCapture:
			if int(in.Arg) < 2 || int(in.Arg) >= len(slots) {
				pc = in.Out
				continue
			}
			had := slots[in.Arg]
			slots[in.Arg] = s.at
			s.close(in.Out, slots, flags)
			slots[in.Arg] = had
			return
		case syntax.InstNop:
			pc = in.Out
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^flags != 0 {
				return
			}
			pc = in.Out
		case syntax.InstFail:
			return
		default:
			s.closed = append(s.closed, simThread{pc, s.slotsOf(slots)})
			return
		}
	}
}

// slotsOf returns a copy of slots, or empty ones.
func (s *simulation) slotsOf(slots []int) []int {
	var out []int
	if n := len(s.free); n > 0 {
		out, s.free = s.free[n-1], s.free[:n-1]
	} else {
		out = make([]int, s.slots)
	}
	if slots == nil {
		for i := range out {
			out[i] = -1
		}
		return out
	}
	copy(out, slots)
	return out
}
