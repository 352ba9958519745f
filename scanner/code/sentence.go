package code

// leastSentence is the length in bytes of the shortest sentence that is looked
// for.
const leastSentence = 6

// isSentence reports whether a line, which begins with a letter, has the form of
// a sentence: words, most of them in lower case, between single blanks, no more
// punctuation than people use, and a mark that ends it.
func isSentence(body []byte) bool {
	n := len(body)
	if n < leastSentence {
		return false
	}
	switch body[n-1] {
	case '.', '?', '!', ':':
	default:
		return false
	}
	words, lower := 0, 0
	for i := 0; i < n; {
		c := body[i]
		if isLetter(c) || c >= 0x80 {
			word := i
			for i < n && (isLetter(body[i]) || body[i] >= 0x80 || body[i] == '\'' || body[i] == '-') {
				i++
			}
			words++
			if isLower(body[word:i]) {
				lower++
			}
			continue
		}
		switch c {
		case ' ':
			if body[i+1] == ' ' {
				return false
			}
		case '(':
			if body[i-1] != ' ' {
				return false // a call
			}
		case ')', '.', '?', '!', ':':
			if i+1 < n && isLetter(body[i+1]) {
				return false // a name with parts
			}
		case ',', '"':
		default:
			if c < '0' || c > '9' {
				return false
			}
		}
		i++
	}
	return words >= 2 && lower*2 >= words
}

// isLower reports whether a word has no capital letter of ASCII.
func isLower(word []byte) bool {
	for _, c := range word {
		if c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return true
}
