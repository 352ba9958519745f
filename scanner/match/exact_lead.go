package match

import (
	"bytes"
	"math"
	"regexp/syntax"
	"unicode/utf8"
)

// lead is a repeated class that a pattern begins with, as in [\w.-]{0,50}?key.
//
// From each place of a word, such a pattern would read on to its end, and the key be tried as often as
// there are places before it. So what comes behind the lead is looked for first. Where that is found, the match begins
// as far before it as the class and the number of repeats allow. No other match begins earlier: it would have the place
// in its lead, and could not begin farther back from there.
type lead struct {
	set       byteSet
	high      uint8  // runes beyond ASCII that it takes
	ranges    []rune // if high says so
	min, max  int    // runes
	reluctant bool   // prefers fewer
}

// leadKind says what is known of the lead of a pattern.
type leadKind uint8

const (
	leadNone leadKind = iota
	leadOpen          // it may be left out, and prefers to be short: wherever what is behind matches, the pattern does
	leadOther
)

// leadKindOf returns that of an expression with the given byte pattern.
func leadKindOf(tree *syntax.Regexp, root *node) leadKind {
	first := leadIn(tree)
	if first == nil {
		return leadNone
	}
	least := 0
	for _, n := range root.sub[1:] {
		l, _ := n.widths()
		least += l
	}
	switch mayMiss := first.Op == syntax.OpStar || first.Op == syntax.OpQuest || first.Op == syntax.OpRepeat && first.Min == 0; {
	case least == 0:
		return leadNone
	case mayMiss && first.Flags&syntax.NonGreedy != 0:
		return leadOpen
	}
	return leadOther
}

// leadIn returns the repeated class that an expression begins with, or nil.
func leadIn(tree *syntax.Regexp) *syntax.Regexp {
	if tree.Op != syntax.OpConcat || len(tree.Sub) < 2 {
		return nil
	}
	switch first := tree.Sub[0]; first.Op {
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		switch first.Sub[0].Op {
		case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
			return first
		}
	}
	return nil
}

// splitLead returns the repeat that an expression begins with, and what comes behind, or nil and all of it.
func splitLead(tree *syntax.Regexp) (leading, rest *syntax.Regexp) {
	if leading = leadIn(tree); leading == nil {
		return nil, tree
	}
	behind := *tree
	behind.Sub = tree.Sub[1:]
	if least, _ := (builder{}).build(&behind).widths(); least == 0 {
		return nil, tree
	}
	return leading, &behind
}

// newLead returns nil if the versions of Unicode could differ about the class; explicit says that they cannot about
// ranges.
func newLead(repeat *syntax.Regexp, explicit bool) *lead {
	l := &lead{min: repeat.Min, max: repeat.Max, reluctant: repeat.Flags&syntax.NonGreedy != 0}
	switch repeat.Op {
	case syntax.OpStar:
		l.min, l.max = 0, math.MaxInt
	case syntax.OpPlus:
		l.min, l.max = 1, math.MaxInt
	case syntax.OpQuest:
		l.min, l.max = 0, 1
	}
	if l.max < 0 {
		l.max = math.MaxInt
	}
	prog, err := syntax.Compile(repeat.Sub[0])
	if err != nil {
		return nil
	}
	for i := range prog.Inst {
		switch in := &prog.Inst[i]; in.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			var ok bool
			if l.high, ok = highOf(in); !ok {
				if !explicit {
					return nil
				}
				l.high, l.ranges = highRanges, rangesOf(in)
			}
			l.set = asciiOf(in)
			return l
		}
	}
	return nil
}

// back returns where a lead that ends at p begins at the earliest, not before the given place, and how many runes it
// has then.
func (l *lead) back(text []byte, p, before int) (start, runes int) {
	for runes < l.max && p > before {
		c := text[p-1]
		if c < utf8.RuneSelf {
			if !l.set.has(c) {
				break
			}
			p--
		} else {
			r, n := utf8.DecodeLastRune(text[before:p])
			if l.high == 0 || !takesHigh(l.high, l.ranges, r) {
				break
			}
			p -= n
		}
		runes++
	}
	return p, runes
}

// ahead returns where a lead that begins before p ends at the latest, by its class, and no farther than the
// given number of runes.
func (l *lead) ahead(text []byte, p, runes int) int {
	for ; runes > 0 && p < len(text); runes-- {
		c := text[p]
		if c < utf8.RuneSelf {
			if !l.set.has(c) {
				break
			}
			p++
			continue
		}
		r, n := utf8.DecodeRune(text[p:])
		if l.high == 0 || !takesHigh(l.high, l.ranges, r) {
			break
		}
		p += n
	}
	return p
}

// findLed is findAll for a pattern with a lead.
func (x *exact) findLed(b *backtrack, dst []Match, pattern int, text []byte, from, to int) (_ []Match, ok bool) {
	l, had := x.lead, len(dst)
	// What a match that begins before to has behind its lead begins no farther.
	last := min(to, len(text))
	if from < to {
		start := to - 1
		for start > from && !utf8.RuneStart(text[start]) {
			start--
		}
		last = max(last, l.ahead(text, start, l.max)+1)
	}
	for p, low, check := from, from, from+askSteps; p < last; {
		if p >= check {
			if check = p + askSteps; b.ctx.Err() != nil {
				return dst[:had], false
			}
		}
		if x.lone >= 0 {
			n := bytes.IndexByte(text[p:min(last, len(text), check)], byte(x.lone))
			if n < 0 {
				p = check
				continue
			}
			p += n
		} else if p < len(text) && x.begin[text[p]] == 0 && (p > 0 || !x.first.has(text[p])) {
			p++
			p += x.begin.skip(text[p:max(p, min(last, len(text), check))])
			continue
		}
		if p >= len(text) {
			break
		}
		start, runes := p, 0
		if l.min > 0 {
			start, runes = l.back(text, p, low)
			if b.steps -= runes / stepBytes; runes < l.min || start >= to {
				p++
				continue
			}
		}
		b.on = b.on && p-b.base < memoWidth/2
		end := x.match(b, text, p, p)
		if b.steps < 0 {
			return dst[:had], false
		}
		if end < 0 {
			p++
			continue
		}
		if l.min == 0 {
			start, runes = l.back(text, p, low)
			b.steps -= runes / stepBytes
		}
		if start >= to {
			break
		}
		if !l.reluctant {
			if end = x.greediest(b, text, start, p); end < 0 {
				return dst[:had], false
			}
		}
		dst = append(dst, x.matched(b, pattern, start, end))
		p, low = end, end
		b.on, b.memoAt = false, b.steps-memoAfter
	}
	return dst, true
}

// greediest returns the end of the match that begins at start and has the longest lead, no shorter than up to
// least, where it is known that there is one. It returns -1 if the budget is used up.
func (x *exact) greediest(b *backtrack, text []byte, start, least int) int {
	b.on = false
	for p := x.lead.ahead(text, start, x.lead.max); p > least; p-- {
		if p == len(text) || !x.later.has(text[p]) && (p > 0 || !x.first.has(text[p])) {
			continue
		}
		if end := x.match(b, text, p, least); end >= 0 || b.steps < 0 {
			return end
		}
	}
	return x.match(b, text, least, least)
}
