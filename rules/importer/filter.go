package importer

import (
	"regexp/syntax"
	"strconv"
	"strings"
)

// filter translates a filter expression of betterleaks: a finding is dropped where
// it is true. Terms joined by || are taken one by one: an entropy below a number,
// matchesAny and containsAny over the secret, the match or the line. Any other
// term is noted and not applied.
func (r *Rule) filter(text string) {
	for _, term := range splitTerms(unwrap(strings.TrimSpace(text))) {
		if !r.filterTerm(unwrap(strings.TrimSpace(term))) {
			r.note("a filter has no counterpart and is not applied: %s", shorten(term))
		}
	}
}

func (r *Rule) filterTerm(term string) bool {
	if check, ok := demand(term); ok {
		r.Checks = append(r.Checks, check)
		return true
	}
	term = strings.TrimPrefix(term, "filter.")
	name, rest, ok := strings.Cut(term, "(")
	if !ok {
		return false
	}
	field, rest, ok := strings.Cut(rest, "]")
	if !ok {
		return false
	}
	field = strings.Trim(strings.TrimPrefix(strings.TrimSpace(field), "finding["), `"`)
	switch name {
	case "entropy":
		rest = strings.TrimSpace(rest)
		rest, ok = strings.CutPrefix(rest, ")")
		number := strings.TrimLeft(rest, " <=")
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if !ok || field != "secret" || err != nil || !strings.HasPrefix(strings.TrimSpace(rest), "<") {
			return false
		}
		r.entropyAbove(n)
		return true
	case "matchesAny", "containsAny":
		texts, ok := stringList(rest)
		if !ok {
			return false
		}
		if name == "containsAny" {
			if field == "secret" {
				r.Unless.StopWords = append(r.Unless.StopWords, texts...)
				return true
			}
			for i := range texts {
				texts[i] = quoteMeta(texts[i])
			}
		}
		for _, t := range texts {
			if _, err := syntax.Parse(t, syntax.Perl); err != nil {
				return false
			}
		}
		switch field {
		case "secret":
			r.Unless.Patterns = append(r.Unless.Patterns, texts...)
		case "match":
			r.Unless.MatchPatterns = append(r.Unless.MatchPatterns, texts...)
		case "line":
			r.Unless.LinePatterns = append(r.Unless.LinePatterns, texts...)
		default:
			return false
		}
		return true
	}
	return false
}

// demand translates a term that drops what has too few digits or letters:
// !matchesAny(finding["secret"], ["[0-9]"]) and its like.
func demand(term string) (check string, ok bool) {
	list, ok := strings.CutPrefix(term, `!matchesAny(finding["secret"]`)
	if !ok {
		return "", false
	}
	texts, ok := stringList(list)
	if !ok || len(texts) != 1 {
		return "", false
	}
	switch texts[0] {
	case "[0-9]":
		return "digits>=1", true
	case "[a-z]":
		return "lower>=1", true
	case "[A-Z]":
		return "upper>=1", true
	}
	n, ok := strings.CutPrefix(texts[0], "^(?:[^0-9]*[0-9]){")
	if n, ok2 := strings.CutSuffix(n, "}"); ok && ok2 && strings.Trim(n, "0123456789") == "" {
		return "digits>=" + n, true
	}
	return "", false
}

// splitTerms splits an expression at each || outside strings and brackets.
func splitTerms(text string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'', '`':
			i = endOfString(text, i)
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '|':
			if depth == 0 && strings.HasPrefix(text[i:], "||") {
				out = append(out, text[start:i])
				i++
				start = i + 1
			}
		}
	}
	return append(out, text[start:])
}

// endOfString returns where the string that begins at i ends.
func endOfString(text string, i int) int {
	quote := text[i]
	for i++; i < len(text); i++ {
		if text[i] == '\\' && quote != '`' {
			i++
			continue
		}
		if text[i] == quote {
			return i
		}
	}
	return len(text) - 1
}

// unwrap takes off parentheses around the whole.
func unwrap(text string) string {
	for strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		depth := 0
		for i := 0; i < len(text); i++ {
			switch text[i] {
			case '"', '\'', '`':
				i = endOfString(text, i)
			case '(':
				depth++
			case ')':
				depth--
			}
			if depth == 0 && i < len(text)-1 {
				return text
			}
		}
		text = strings.TrimSpace(text[1 : len(text)-1])
	}
	return text
}

// stringList reads `, [ "…", … ])`, with strings in quotes or back quotes.
func stringList(text string) ([]string, bool) {
	var out []string
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'', '`':
			end := endOfString(text, i)
			if end == i || text[end] != c {
				return nil, false
			}
			raw := text[i+1 : end]
			if c == '`' {
				out = append(out, raw)
			} else if s, err := strconv.Unquote(`"` + strings.ReplaceAll(raw, `\'`, "'") + `"`); err == nil {
				out = append(out, s)
			} else {
				return nil, false
			}
			i = end
		case ',', '[', ']', ' ', '\n', '\t', '\r', ')':
		default:
			return nil, false
		}
	}
	return out, len(out) > 0
}

func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return text
}
