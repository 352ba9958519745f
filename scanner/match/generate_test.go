package match_test

import (
	"math/rand/v2"
	"regexp/syntax"
	"unicode/utf8"
)

// generator writes strings that a pattern matches, or nearly: assertions
// are not looked at.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) *generator {
	return &generator{rand.New(rand.NewPCG(seed, 7))}
}

func (g *generator) write(out []byte, re *syntax.Regexp) []byte {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			out = utf8.AppendRune(out, g.fold(r, re.Flags))
		}
	case syntax.OpCharClass:
		out = utf8.AppendRune(out, g.runeOf(re.Rune))
	case syntax.OpAnyChar:
		out = utf8.AppendRune(out, g.runeOf([]rune{0, 0x7f, 0x7f, 0x2fff}))
	case syntax.OpAnyCharNotNL:
		out = utf8.AppendRune(out, g.runeOf([]rune{' ', 0x7e, ' ', 0x7e, 0xa0, 0x2fff}))
	case syntax.OpBeginLine, syntax.OpEndLine:
		if g.IntN(2) == 0 {
			out = append(out, '\n')
		}
	case syntax.OpCapture:
		out = g.write(out, re.Sub[0])
	case syntax.OpConcat:
		for _, s := range re.Sub {
			out = g.write(out, s)
		}
	case syntax.OpAlternate:
		out = g.write(out, re.Sub[g.IntN(len(re.Sub))])
	case syntax.OpStar:
		out = g.repeat(out, re.Sub[0], 0, 4)
	case syntax.OpPlus:
		out = g.repeat(out, re.Sub[0], 1, 5)
	case syntax.OpQuest:
		out = g.repeat(out, re.Sub[0], 0, 1)
	case syntax.OpRepeat:
		most := re.Max
		if most < 0 || most > re.Min+6 && g.IntN(4) > 0 {
			most = re.Min + 6
		}
		out = g.repeat(out, re.Sub[0], re.Min, most)
	}
	return out
}

func (g *generator) repeat(out []byte, re *syntax.Regexp, least, most int) []byte {
	for range least + g.IntN(most-least+1) {
		out = g.write(out, re)
	}
	return out
}

// fold sometimes writes a letter in another case, the long s and the Kelvin sign included.
func (g *generator) fold(r rune, flags syntax.Flags) rune {
	if flags&syntax.FoldCase == 0 {
		return r
	}
	lower := r | 0x20
	switch n := g.IntN(12); {
	case n == 0 && lower == 'k':
		return '\u212a'
	case n == 0 && lower == 's':
		return '\u017f'
	case n < 6 && lower >= 'a' && lower <= 'z':
		return r ^ 0x20
	}
	return r
}

func (g *generator) runeOf(ranges []rune) rune {
	if len(ranges) == 0 {
		return 'q'
	}
	for {
		i := g.IntN(len(ranges)/2) * 2
		lo, hi := ranges[i], min(ranges[i+1], ranges[i]+5000)
		if r := lo + g.Int32N(hi-lo+1); utf8.ValidRune(r) {
			return r
		}
	}
}

// pieces are what stands between generated strings: neighbours that
// decide assertions, near misses and multi-byte runes at the cuts.
var pieces = []string{
	"", "", " ", " ", "\n", "\r\n", "\r\n\r\n", "\x00", "_", "a", "Z", "0", "9", ".", "-", "\"", "'", ": ", "=",
	"é", "ß", "日", "語", "\u212a", "\u017f", "😀", "key", "api token", "secret=", "sk-", "AKIA", "ghp_",
	"-----BEGIN PRIVATE KEY-----", "@", "://", "0000", "1234 5678", "aaaaaaaa", "ffffffff", "<<", ">>", "<", ">",
	"The quick brown fox jumps over the lazy dog, and then it rests a while. ",
	"if err != nil {\n\t\treturn nil, err\n\t}\n", "                ", "----------------", "................",
}

// text joins strings of the given patterns with pieces, and breaks some
// of them.
func (g *generator) text(trees []*syntax.Regexp, parts int) []byte {
	if g.IntN(4) == 0 && parts == 1 {
		return g.write(nil, trees[g.IntN(len(trees))])
	}
	var out []byte
	for range parts {
		for range g.IntN(3) {
			out = append(out, pieces[g.IntN(len(pieces))]...)
		}
		s := g.write(nil, trees[g.IntN(len(trees))])
		switch g.IntN(6) {
		case 0: // cut short at a rune
			n := g.IntN(len(s) + 1)
			for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
				n--
			}
			s = s[:n]
		case 1: // one rune replaced
			if n := g.IntN(len(s) + 1); n < len(s) && s[n] < utf8.RuneSelf {
				s[n] = "x -9Z."[g.IntN(6)]
			}
		}
		out = append(out, s...)
		if g.IntN(4) == 0 {
			out = append(out, s...)
		}
	}
	return out
}

// atoms are the leaves of generated expressions; few letters, so that
// near misses are frequent.
var atoms = []string{
	"a", "b", "k", "s", "key", "token", "abc", "é", "日", "-", "_", " ", "0", `\.`, `\n`, `\x00`, `\r\n`, "ſ", "\u212a", "ß",
	`\d`, `\w`, `\s`, `\S`, `\W`, ".", `[a-f0-9]`, `[^a]`, `[^\n]`, `[ks]`, `[é日a]`, `[A-Za-z0-9+/]`, `\p{L}`, `[^\x00-\x7f]`,
	`\b`, `\B`, "^", "$", `\A`, `\z`, `(?m:^)`, `(?m:$)`, `(?s:.)`, `(?i:key)`, `(?i:s)`, `(?i:[k-m])`, `(?i:\w)`, `(?i:ß)`,
}

// expression writes a random expression.
func (g *generator) expression(depth int) string {
	if depth == 0 {
		return atoms[g.IntN(len(atoms))]
	}
	switch g.IntN(8) {
	case 0:
		return "(?:" + g.expression(depth-1) + "|" + g.expression(depth-1) + ")"
	case 1:
		return "(" + g.expression(depth-1) + ")"
	case 2:
		repeats := []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{3,}", "{1,4}", "{0,2}?", "{12}", "{9,30}", "{40}", "{2,70}"}
		return "(?:" + g.expression(depth-1) + ")" + repeats[g.IntN(len(repeats))]
	case 3:
		return "(?i:" + g.expression(depth-1) + ")"
	}
	return g.expression(depth-1) + g.expression(depth-1)
}
