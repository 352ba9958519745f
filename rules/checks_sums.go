package rules

import "slices"

// identifier is a check of a number that an authority issues: a person's or
// company's number, a card, an account.
type identifier struct {
	doc string
	// form is what numbers look like: # is a digit, @ a letter, ? either; several
	// are separated by |.
	form string
	// oneIn is how many random values of the first form there are to one that
	// passes: what a pass proves. TestFalseAcceptRates measures it.
	oneIn int
	holds func(v []byte) bool
}

// checkSum describes a number whose last digit follows from the others: their
// weighted sum, divided by mod, leaves a remainder, and digits has the check
// digit of each remainder. '!' stands where no number is issued.
type checkSum struct {
	weights []int
	mod     int
	digits  string
	first   string              // digits that a number may begin with; any if empty
	also    func(d []byte) bool // dates, ranges and second check digits
}

// What check digits are made of remainders.
const (
	asIs10  = "0123456789"  // mod 10: the remainder
	rest10  = "0987654321"  // mod 10: what is missing to the next ten
	asIs11  = "0123456789!" // mod 11: the remainder; 10 is not issued
	zero11  = "01234567890" // mod 11: the remainder, 0 for 10
	rest11  = "0!987654321" // mod 11: 11 less the remainder; 10 is not issued
	rest110 = "00987654321" // mod 11: 11 less the remainder, 0 for 10 and 11
)

// valid takes the values of a number's digits.
func (s *checkSum) valid(d []byte) bool {
	n := len(s.weights)
	if len(d) != n+1 || allSame(d) || s.first != "" && !hasDigit(s.first, d[0]) {
		return false
	}
	return s.digits[weigh(d[:n], s.weights...)%s.mod]-'0' == d[n] && (s.also == nil || s.also(slices.Clone(d))) // nearly all end before memory is taken
}

func hasDigit(set string, d byte) bool {
	for i := range len(set) {
		if set[i] == d+'0' {
			return true
		}
	}
	return false
}

// sums makes the check of a number that has one of several lengths. Like others that make checks, it is not inlined: in
// a function as large as the one that fills the table, its check would take memory each time that it is asked.
//
//go:noinline
func sums(list ...checkSum) func(v []byte) bool {
	return func(v []byte) bool {
		d := digitsOf(v)
		for i := range list {
			if len(d) == len(list[i].weights)+1 {
				return list[i].valid(d)
			}
		}
		return false
	}
}

// luhnNumber makes the check of a number of the lengths that ends in a Luhn
// digit, and begins with one of the prefixes if there are any.
//
//go:noinline
func luhnNumber(lengths []int, prefixes ...string) func(v []byte) bool {
	return func(v []byte) bool {
		d := digitsOf(v)
		return slices.Contains(lengths, len(d)) && !allSame(d) && luhn(d) && hasPrefix(d, prefixes)
	}
}

// hasPrefix is true of no prefixes.
func hasPrefix(d []byte, prefixes []string) bool {
next:
	for _, p := range prefixes {
		for i := range len(p) {
			if d[i]+'0' != p[i] {
				continue next
			}
		}
		return true
	}
	return len(prefixes) == 0
}

// digitsIn makes the check of a number without a check digit that has so many
// digits; also holds of their values.
//
//go:noinline
func digitsIn(n int, also func(d []byte) bool) func(v []byte) bool {
	return func(v []byte) bool {
		d := digitsOf(v)
		return len(d) == n && !allSame(d) && also(slices.Clone(d))
	}
}

// withIdentifiers adds the identifiers to a table of checks.
func withIdentifiers(table map[string]checkDef, lists ...map[string]identifier) map[string]checkDef {
	for _, list := range lists {
		for name, id := range list {
			table[name] = checkDef{doc: id.doc, value: id.holds, chars: charsOf(id.form), form: id.form, oneIn: id.oneIn}
		}
	}
	return table
}

// charsOf returns the numbers of letters and digits of the forms.
func charsOf(forms string) []int {
	var out []int
	n := 0
	for i := 0; i <= len(forms); i++ {
		switch {
		case i == len(forms) || forms[i] == '|':
			if n > 0 {
				out = append(out, n)
			}
			n = 0
		case isAlnum(forms[i]) || forms[i] == '#' || forms[i] == '@' || forms[i] == '?':
			n++
		}
	}
	return out
}
