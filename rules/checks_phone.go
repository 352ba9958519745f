package rules

import (
	_ "embed" // for the metadata
	"regexp"
	"strings"
	"sync"
)

// phoneText has a line for each calling code: the code, a space, and an
// expression for its national numbers, from libphonenumber's metadata. A test
// makes it anew from the module github.com/nyaruka/phonenumbers, which is not
// linked: it would read all of the metadata whenever the program starts.
//
//go:embed phones.txt
var phoneText string

// phoneCodes are the national numbers by calling code. An expression is compiled
// when its country first occurs.
var phoneCodes = sync.OnceValue(func() map[string]func() *regexp.Regexp {
	codes := make(map[string]func() *regexp.Regexp)
	for line := range strings.Lines(phoneText) {
		code, expr, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		codes[code] = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(?:" + expr + ")$") })
	}
	return codes
})

// validPhone is true of an international number, with + or 00, that its country
// gives out.
func validPhone(v []byte) bool {
	d, ok := internationalDigits(v)
	if !ok {
		return false
	}
	codes := phoneCodes()
	for n := 1; n <= 3 && n < len(d); n++ {
		expr, ok := codes[string(d[:n])]
		if !ok {
			continue
		}
		national := d[n:]
		return expr().Match(national) || national[0] == '0' && expr().Match(national[1:]) // +44 020 ..., as many write
	}
	return false
}

// internationalDigits returns the digits of a number from its calling code on,
// without an extension and without a national prefix in parentheses.
func internationalDigits(v []byte) (digits []byte, ok bool) {
	v = withoutExtension(v)
	for i := 0; i < len(v); i++ {
		if len(v)-i >= 3 && string(v[i:i+3]) == "(0)" {
			i += 2
			continue
		}
		if isDigit(v[i]) {
			digits = append(digits, v[i])
		}
	}
	switch {
	case len(v) > 0 && (v[0] == '+' || len(v) > 1 && v[0] == '(' && v[1] == '+'):
	case len(digits) > 2 && digits[0] == '0' && digits[1] == '0':
		digits = digits[2:]
	case len(digits) > 3 && string(digits[:3]) == "011": // dialled in North America
		digits = digits[3:]
	default:
		return nil, false
	}
	return digits, len(digits) > 4 && len(digits) <= 17
}

// withoutExtension cuts "x123" or "ext. 123" off.
func withoutExtension(v []byte) []byte {
	for i, b := range v {
		if b|0x20 == 'x' || b|0x20 == 'e' {
			return v[:i]
		}
	}
	return v
}
