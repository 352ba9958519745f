package code

// leastClauses is how many clauses a query on a line or two has if it is one beyond
// doubt: what it takes, from where, which of it and in what order. A line of shell
// has as many steps.
const leastClauses = 4

// clauseWords begin the clauses of SQL.
var clauseWords = set(`select from where join group order having union insert values update set delete limit with create alter returning
partition`)

// clauses counts the clauses of a query. They are to a query that was joined into one
// line what statements are to a program.
func clauses(text []byte) (n int) {
	var word [9]byte // as long as the longest of them
	for i := 0; i < len(text); {
		if !isLetter(text[i]) {
			i++
			continue
		}
		size := 0
		for ; i < len(text) && (isLetter(text[i]) || text[i] == '_'); i++ {
			if size < len(word) {
				word[size] = text[i] | 0x20
			}
			size++
		}
		if size <= len(word) && clauseWords[string(word[:size])] {
			n++
		}
	}
	return n
}

// steps counts the commands of a line of shell: those that pipes, && and semicolons
// part, outside of quotes.
func steps(text []byte) int {
	n, quote := 1, byte(0)
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == ';' || c == '|' && (i == 0 || text[i-1] != '|') || c == '&' && i > 0 && text[i-1] == '&':
			n++
		}
	}
	return n
}
