package importer

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// expression is a regular expression of another dialect on its way to RE2's.
type expression struct {
	text string
	// secret names the groups that hold the value, best first. Without one of
	// them the only group is the value, and of several the whole match: what is
	// left out of the value would not be redacted.
	secret []string
	first  bool // of several groups, the first that took part is the value
	group  int  // the group that is the value, if it is known by number
	notes  []string
}

// translate returns the expression in RE2's syntax, with its value in the one
// capture group or, if it has none, as the whole match.
func (e *expression) translate() (string, error) {
	text, err := plainSyntax(e.text)
	if err != nil {
		return "", err
	}
	if text, err = e.edges(text); err != nil {
		return "", err
	}
	text = e.clampRepeats(text)
	if text, err = e.groups(text); err != nil {
		return "", err
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return "", errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	if least(tree) == 0 {
		return "", errors.New("the pattern can match the empty text")
	}
	return text, nil
}

// least is the least number of characters that an expression matches.
func least(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return least(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min * least(re.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, sub := range re.Sub {
			n += least(sub)
		}
		return n
	case syntax.OpAlternate:
		n := least(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			n = min(n, least(sub))
		}
		return n
	}
	return 0
}

// plainSyntax takes out what RE2 does not know and what means nothing: comments,
// the blanks of extended mode ((?x)), atomic groups' marks, Python's \Z.
func plainSyntax(expr string) (string, error) {
	var b strings.Builder
	extended := []bool{false} // by open group
	for i := 0; i < len(expr); {
		c := expr[i]
		on := extended[len(extended)-1]
		switch {
		case c == '\\' && i+1 < len(expr):
			b.WriteString(escape(expr[i+1]))
			i += 2
		case c == '[':
			end, class, err := classAt(expr, i, on)
			if err != nil {
				return "", err
			}
			b.WriteString(class)
			i = end
		case strings.HasPrefix(expr[i:], "(?#"):
			end := strings.IndexByte(expr[i:], ')')
			if end < 0 {
				return "", errors.New("a comment has no end")
			}
			i += end + 1
		case strings.HasPrefix(expr[i:], "(?>"):
			b.WriteString("(?:")
			extended = append(extended, on)
			i += 3
		case strings.HasPrefix(expr[i:], "(?"):
			n, flags, scoped := flagsAt(expr[i:])
			if n == 0 { // a group of another sort
				b.WriteString("(?")
				extended = append(extended, on)
				i += 2
				break
			}
			set, unset, _ := strings.Cut(flags, "-")
			x := on
			if strings.Contains(set, "x") {
				x = true
			}
			if strings.Contains(unset, "x") {
				x = false
			}
			drop := func(s string) string { return strings.Map(keepFlag, s) }
			left := drop(set)
			if u := drop(unset); u != "" {
				left += "-" + u
			}
			switch {
			case scoped:
				b.WriteString("(?" + left + ":")
				extended = append(extended, x)
			case left != "":
				b.WriteString("(?" + left + ")")
				extended[len(extended)-1] = x
			default:
				extended[len(extended)-1] = x
			}
			i += n
		case c == '(':
			b.WriteByte(c)
			extended = append(extended, on)
			i++
		case c == ')':
			if len(extended) > 1 {
				extended = extended[:len(extended)-1]
			}
			b.WriteByte(c)
			i++
		case on && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			i++
		case on && c == '#':
			for i < len(expr) && expr[i] != '\n' {
				i++
			}
		case c == '+' && i > 0 && b.Len() > 0 && isQuantified(b.String()):
			i++ // possessive: it matches no more than the greedy form
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), nil
}

// escape is a character behind a backslash as RE2 has it.
func escape(c byte) string {
	switch c {
	case 'Z':
		return `\z`
	case '<', '>', '_': // letters of other dialects' own, and plain characters here
		return string(c)
	}
	return `\` + string(c)
}

// isQuantified reports whether an expression ends in a quantifier, so that a plus
// sign behind it is a possessive one.
func isQuantified(s string) bool {
	switch s[len(s)-1] {
	case '*', '+', '?':
		return len(s) < 2 || s[len(s)-2] != '\\'
	case '}':
		at := strings.LastIndexByte(s, '{')
		return at > 0 && strings.Trim(s[at+1:len(s)-1], "0123456789,") == "" && s[at-1] != '\\'
	}
	return false
}

// keepFlag drops the flags that RE2 has no use for: x, and Unicode's, which is
// always on.
func keepFlag(r rune) rune {
	if strings.ContainsRune("imsU", r) {
		return r
	}
	return -1
}

// flagsAt reads (?flags) or (?flags:. n is 0 if that is not what stands there.
func flagsAt(s string) (n int, flags string, scoped bool) {
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c == 'U' || c == '-':
		case c == ':' || c == ')':
			return i + 1, s[2:i], c == ':'
		default:
			return 0, "", false
		}
	}
	return 0, "", false
}

// classAt copies a class in brackets. In extended mode blanks in it count for
// nothing, as in Rust's dialect.
func classAt(expr string, i int, extended bool) (end int, class string, err error) {
	var b strings.Builder
	b.WriteByte('[')
	i++
	if i < len(expr) && expr[i] == '^' {
		b.WriteByte('^')
		i++
	}
	for first := true; i < len(expr); first = false {
		c := expr[i]
		switch {
		case c == ']' && !first:
			b.WriteByte(c)
			return i + 1, b.String(), nil
		case c == ']':
			b.WriteString(`\]`)
			i++
		case c == '\\' && i+1 < len(expr):
			if next := expr[i+1]; next == '<' || next == '>' || next == '_' {
				b.WriteByte(next)
			} else {
				b.WriteString(expr[i : i+2])
			}
			i += 2
		case strings.HasPrefix(expr[i:], "[:"):
			at := strings.Index(expr[i:], ":]")
			if at < 0 {
				b.WriteString(`\[`)
				i++
				break
			}
			b.WriteString(expr[i : i+at+2])
			i += at + 2
		case c == '[':
			b.WriteString(`\[`)
			i++
		case strings.HasPrefix(expr[i:], "&&"):
			return 0, "", errors.New("a class is an intersection (&&), which RE2 does not have")
		case extended && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			i++
		default:
			b.WriteByte(c)
			i++
		}
	}
	return 0, "", errors.New("a class in brackets has no end")
}

// edges turns look-arounds at the ends of the expression into neighbours outside
// the value. Others cannot be translated.
func (e *expression) edges(expr string) (string, error) {
	var flags, before, after string
	for {
		if n, f, scoped := flagsAt(expr); n > 0 && strings.HasPrefix(expr, "(?") && !scoped {
			flags += "(?" + f + ")"
			expr = expr[n:]
			continue
		}
		body, rest, negative, ok := leadingLook(expr)
		if !ok {
			break
		}
		if negative {
			class, ok := negated(body)
			if !ok {
				return "", fmt.Errorf("it looks behind for %q, which RE2 cannot", body)
			}
			body = "^|" + class
		}
		before += "(?:" + body + ")"
		expr = rest
	}
	for {
		body, rest, negative, ok := trailingLook(expr)
		if !ok {
			break
		}
		if negative {
			class, ok := negated(body)
			if !ok {
				return "", fmt.Errorf("it looks ahead for %q, which RE2 cannot", body)
			}
			body = class + "|$"
		}
		after = "(?:" + body + ")" + after
		expr = rest
	}
	for _, mark := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.Contains(strings.ReplaceAll(expr, `\(`, ""), mark) {
			return "", errors.New("it looks around in the middle, which RE2 cannot")
		}
	}
	if before+after == "" {
		return flags + expr, nil
	}
	e.notes = append(e.notes, "a look-around became a neighbour that the match takes in: of two values with one character between them the second is missed")
	if !hasGroup(expr) {
		return flags + before + "(" + expr + ")" + after, nil
	}
	return flags + before + "(?:" + expr + ")" + after, nil
}

func leadingLook(expr string) (body, rest string, negative, ok bool) {
	for _, mark := range []string{"(?<=", "(?<!"} {
		if after, found := strings.CutPrefix(expr, mark); found {
			end := closing(after)
			if end < 0 || strings.HasPrefix(after[end+1:], "?") || topAlternates(after[end+1:]) {
				return "", "", false, false
			}
			return after[:end], after[end+1:], mark == "(?<!", true
		}
	}
	return "", "", false, false
}

func trailingLook(expr string) (body, rest string, negative, ok bool) {
	if !strings.HasSuffix(expr, ")") || topAlternates(expr) {
		return "", "", false, false
	}
	for _, mark := range []string{"(?=", "(?!"} {
		for at := strings.LastIndex(expr, mark); at >= 0; at = strings.LastIndex(expr[:at], mark) {
			if end := closing(expr[at+3:]); end >= 0 && at+3+end == len(expr)-1 {
				return expr[at+3 : len(expr)-1], expr[:at], mark == "(?!", true
			}
		}
	}
	return "", "", false, false
}

// closing returns where the group ends that is open at the beginning of s.
func closing(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			end, _, err := classAt(s, i, false)
			if err != nil {
				return -1
			}
			i = end - 1
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// topAlternates reports whether a bar stands outside all groups.
func topAlternates(s string) bool {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			if end, _, err := classAt(s, i, false); err == nil {
				i = end - 1
			}
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				return true
			}
		}
	}
	return false
}

// negated is the class of the characters that an expression for one character
// does not match.
func negated(body string) (string, bool) {
	tree, err := syntax.Parse(body, syntax.Perl)
	if err != nil {
		return "", false
	}
	for tree.Op == syntax.OpCapture {
		tree = tree.Sub[0]
	}
	var ranges []rune
	switch tree.Op {
	case syntax.OpCharClass:
		ranges = tree.Rune
	case syntax.OpLiteral:
		if len(tree.Rune) != 1 {
			return "", false
		}
		ranges = []rune{tree.Rune[0], tree.Rune[0]}
	default:
		return "", false
	}
	var b strings.Builder
	b.WriteString("[^")
	for i := 0; i+1 < len(ranges); i += 2 {
		fmt.Fprintf(&b, `\x{%x}-\x{%x}`, ranges[i], ranges[i+1])
	}
	return b.String() + "]", true
}

// clampRepeats keeps repeats within RE2's 1000.
func (e *expression) clampRepeats(expr string) string {
	const most = 1000
	var b strings.Builder
	for i := 0; i < len(expr); i++ {
		if expr[i] == '\\' && i+1 < len(expr) {
			b.WriteString(expr[i : i+2])
			i++
			continue
		}
		end := strings.IndexByte(expr[i:], '}')
		if expr[i] != '{' || end < 0 || strings.Trim(expr[i+1:i+end], "0123456789,") != "" {
			b.WriteByte(expr[i])
			continue
		}
		low, high, comma := strings.Cut(expr[i+1:i+end], ",")
		lowest, _ := strconv.Atoi(low)
		highest, _ := strconv.Atoi(high)
		if lowest > most || highest > most {
			e.notes = append(e.notes, fmt.Sprintf("a repeat {%s} has lost its limits: RE2 counts to %d", expr[i+1:i+end], most))
			comma = true
		}
		b.WriteString("{" + strconv.Itoa(min(lowest, most)))
		if comma {
			b.WriteByte(',')
			if high != "" && highest <= most {
				b.WriteString(high)
			}
		}
		b.WriteByte('}')
		i += end
	}
	return b.String()
}

func hasGroup(expr string) bool { return len(groupsOf(expr)) > 0 }

// openGroup is where a capture group begins.
type openGroup struct {
	at, size int // of "(" or "(?P<name>"
	name     string
}

// groupsOf lists the capture groups of an expression.
func groupsOf(expr string) (out []openGroup) {
	for i := 0; i < len(expr); i++ {
		switch {
		case expr[i] == '\\':
			i++
		case expr[i] == '[':
			if end, _, err := classAt(expr, i, false); err == nil {
				i = end - 1
			}
		case strings.HasPrefix(expr[i:], "(?P<") || strings.HasPrefix(expr[i:], "(?<") && !strings.HasPrefix(expr[i:], "(?<=") && !strings.HasPrefix(expr[i:], "(?<!"):
			open := strings.IndexByte(expr[i:], '<')
			end := strings.IndexByte(expr[i:], '>')
			if end < open {
				return out
			}
			out = append(out, openGroup{i, end + 1, expr[i+open+1 : i+end]})
			i += end
		case expr[i] == '(' && !strings.HasPrefix(expr[i:], "(?"):
			out = append(out, openGroup{i, 1, ""})
		}
	}
	return out
}

// groups leaves one capture group at most, that of the value.
func (e *expression) groups(expr string) (string, error) {
	list := groupsOf(expr)
	keep := -1
	switch {
	case e.group > len(list):
		return "", fmt.Errorf("its value is group %d, and it has %d", e.group, len(list))
	case e.group > 0:
		keep = e.group - 1
	case len(list) == 1:
		keep = 0
	case e.first:
		return unnamed(expr, list, func(int) bool { return true }), nil
	case len(list) > 1:
		for _, name := range e.secret {
			if keep = slices.IndexFunc(list, func(g openGroup) bool { return strings.EqualFold(g.name, name) }); keep >= 0 {
				break
			}
		}
		if keep < 0 {
			e.notes = append(e.notes, "it has several groups and none is known to be the value: the whole match is")
		}
	}
	return unnamed(expr, list, func(i int) bool { return i == keep }), nil
}

// unnamed takes the names off groups, and makes those that are not kept plain
// ones.
func unnamed(expr string, list []openGroup, keep func(i int) bool) string {
	var b strings.Builder
	at := 0
	for i, g := range list {
		b.WriteString(expr[at:g.at])
		if keep(i) {
			b.WriteString("(")
		} else {
			b.WriteString("(?:")
		}
		at = g.at + g.size
	}
	return b.String() + expr[at:]
}
