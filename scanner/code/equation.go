package code

// isEquation reports whether a line has nothing but numbers, letters and signs of
// arithmetic around an equals sign, as people write who work something out.
// Assignments do too: unlike says that it cannot be one, because a number stands
// before a letter or a parenthesis without a sign between them, or an expression at
// its left. Only then may there be words.
func isEquation(body []byte) (equation, unlike bool) {
	equals, words := 0, false
	for i := 0; i < len(body); {
		c := body[i]
		if isLetter(c) {
			word := i
			for i < len(body) && isLetter(body[i]) {
				i++
			}
			unlike = unlike || i-word == 1 && afterNumber(body[:word])
			words = words || i-word > 1 && !mathWords[string(body[word:i])]
			continue
		}
		before, after := byte(' '), byte(' ')
		if i > 0 {
			before = body[i-1]
		}
		if i+1 < len(body) {
			after = body[i+1]
		}
		switch {
		case c == '=':
			if after == '=' {
				return false, false
			}
			equals++
		case c == '^' || c == '+' || c == '*' || c == '/' || c == '-':
			if equals == 0 && (c == '^' || before == ' ' && after == ' ' && i > 1) {
				unlike = true // x^2 = 1, a + b = c
			}
		case c == '(':
			unlike = unlike || afterNumber(body[:i])
		case isDigit(c):
			if equals == 0 && i == 0 {
				unlike = true // 5 = x
			}
		case c == ' ', c == ')', c == '.', c == ',', c == ':', c >= 0x80:
		default:
			return false, false
		}
		i++
	}
	return equals > 0 && (unlike || !words), unlike
}

// afterNumber reports whether text ends in a number that is not part of a name.
func afterNumber(text []byte) bool {
	n := len(text)
	for n > 0 && isDigit(text[n-1]) {
		n--
	}
	return n < len(text) && (n == 0 || !isLetter(text[n-1]) && text[n-1] != '_' && text[n-1] < 0x80)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// mathWords are words between the letters of equations.
var mathWords = set("or and sin cos tan log ln exp sqrt lim min max pi cm mm km kg ms so then if")
