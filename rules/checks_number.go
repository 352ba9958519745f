package rules

import (
	"strings"
)

// digitsOf returns the values of the ASCII digits in v, at most 40. It is so small that it
// becomes a part of its caller, where the result needs no memory of its own.
func digitsOf(v []byte) []byte { return appendDigits(make([]byte, 0, 40), v) }

func appendDigits(out, v []byte) []byte {
	for _, b := range v {
		if isDigit(b) && len(out) < cap(out) {
			out = append(out, b-'0')
		}
	}
	return out
}

// alnumOf returns the ASCII letters, in upper case, and digits of v, at most 64. See digitsOf.
func alnumOf(v []byte) []byte { return appendAlnum(make([]byte, 0, 64), v) }

func appendAlnum(out, v []byte) []byte {
	for _, b := range v {
		if isAlnum(b) && len(out) < cap(out) {
			if b >= 'a' && b <= 'z' {
				b -= 'a' - 'A'
			}
			out = append(out, b)
		}
	}
	return out
}

// number reads digits as a decimal number.
func number(digits []byte) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d)
	}
	return n
}

// weigh sums digits times weights, up to the shorter of the two.
func weigh(digits []byte, weights ...int) int {
	sum := 0
	for i := range min(len(digits), len(weights)) {
		sum += int(digits[i]) * weights[i]
	}
	return sum
}

func allSame(digits []byte) bool {
	for _, d := range digits {
		if d != digits[0] {
			return false
		}
	}
	return true
}

// luhn is the mod-10 check of ISO/IEC 7812-1.
func luhn(digits []byte) bool {
	return len(digits) > 1 && luhnSum(digits)%10 == 0
}

func luhnSum(digits []byte) int {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum
}

var (
	verhoeffProduct = [10]string{
		"0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
		"5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
	}
	verhoeffPermute = [8]string{
		"0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
	}
)

// verhoeff is the dihedral check digit of J. Verhoeff (1969).
func verhoeff(digits []byte) bool {
	state := byte('0')
	for i := range digits {
		d := digits[len(digits)-1-i]
		state = verhoeffProduct[state-'0'][verhoeffPermute[i%8][d]-'0']
	}
	return len(digits) > 1 && state == '0'
}

// mod97 is ISO 7064 MOD 97-10 over digits and letters (A is 10).
func mod97(s []byte) int {
	n := 0
	for _, b := range s {
		if isDigit(b) {
			n = (n*10 + int(b-'0')) % 97
		} else {
			n = (n*100 + int(b-'A') + 10) % 97
		}
	}
	return n
}

// mod11and10 is the check digit of ISO 7064 MOD 11,10.
func mod11and10(digits []byte) bool {
	p := 10
	for _, d := range digits[:len(digits)-1] {
		s := (p + int(d)) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (11-p)%10 == int(digits[len(digits)-1])
}

// issuer is a range of card number prefixes with the lengths in use.
type issuer struct{ from, to, shortest, longest int }

// Ranges of issuer identification numbers (ISO/IEC 7812), six digits.
var issuers = []issuer{
	{180000, 180099, 15, 15}, // JCB, old
	{213100, 213199, 15, 15},
	{220000, 220599, 16, 19}, // Mir, Borica
	{222100, 272099, 16, 16}, // Mastercard
	{300000, 305999, 14, 19}, // Diners Club
	{309500, 309599, 14, 19},
	{340000, 349999, 15, 15}, // American Express
	{352800, 358999, 16, 19}, // JCB
	{360000, 369999, 14, 19}, // Diners Club
	{370000, 379999, 15, 15}, // American Express
	{380000, 399999, 14, 19},
	{400000, 499999, 13, 19}, // Visa
	{500000, 509999, 12, 19}, // Maestro, RuPay
	{510000, 559999, 16, 16}, // Mastercard
	{560000, 599999, 12, 19}, // Maestro
	{600000, 609999, 12, 19}, // Discover, RuPay, Hipercard
	{620000, 639999, 12, 19}, // UnionPay, Maestro, Elo
	{644000, 659999, 16, 19}, // Discover, RuPay, Troy
	{670000, 679999, 12, 19}, // Maestro
	{810000, 829999, 16, 19}, // UnionPay, RuPay
	{860000, 860099, 16, 16}, // Uzcard
	{979200, 979299, 16, 16}, // Troy
	{986000, 986099, 16, 16}, // Humo
}

func isCard(v []byte) bool {
	d := digitsOf(v)
	if len(d) < 12 || len(d) > 19 || allSame(d) || !luhn(d) {
		return false
	}
	if d[0] == 4 && len(d) != 13 && len(d) != 16 && len(d) != 19 {
		return false
	}
	prefix := number(d[:6])
	for _, r := range issuers {
		if prefix >= r.from && prefix <= r.to {
			return len(d) >= r.shortest && len(d) <= r.longest
		}
	}
	return false
}

// ibanForms is what follows the check digits in each country: runs of digits (n), letters (a) or either (c), as in SWIFT's IBAN registry.
const ibanForms = " " +
	"AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n CY8n16c CZ20n DE18n " +
	"DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n GR7n16c GT24c HN4a20n HR17n " +
	"HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c LT16n LU3n13c LV4a13c LY21n " +
	"MC10n11c2n MD20c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n OM3n16c PK4a16c PL24n PS4a21c PT21n " +
	"QA4a21c RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c SO19n ST21n SV4a20n TL19n TN20n TR6n16c " +
	"UA6n19c VA18n VG4a16n XK16n YE4a4n18c "

// ibanForm returns the form of a country's account numbers, or "".
func ibanForm(country []byte) string {
	at := strings.Index(ibanForms, " "+string(country[:2]))
	if at < 0 {
		return ""
	}
	form, _, _ := strings.Cut(ibanForms[at+3:], " ")
	return form
}

// ibanLength is the length of a country's account numbers with country and
// check digits, or 0.
func ibanLength(country []byte) int {
	total, n := 4, 0
	for _, b := range []byte(ibanForm(country)) {
		if isDigit(b) {
			n = n*10 + int(b-'0')
			continue
		}
		total, n = total+n, 0
	}
	if total == 4 {
		return 0
	}
	return total
}

func isIBAN(v []byte) bool {
	s := alnumOf(v)
	if len(s) < 15 || !isDigit(s[2]) || !isDigit(s[3]) || !hasForm(s[4:], ibanForm(s)) {
		return false
	}
	return mod97(append(append(make([]byte, 0, 64), s[4:]...), s[:4]...)) == 1
}

// hasForm reports whether s is made of the runs of a form such as 4a14n.
func hasForm(s []byte, form string) bool {
	n := 0
	for _, b := range []byte(form) {
		if isDigit(b) {
			n = n*10 + int(b-'0')
			continue
		}
		if len(s) < n {
			return false
		}
		for _, c := range s[:n] {
			if b == 'n' && !isDigit(c) || b == 'a' && !isLetter(c) {
				return false
			}
		}
		s, n = s[n:], 0
	}
	return form != "" && len(s) == 0
}

func isABA(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 9 || weigh(d, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 != 0 {
		return false
	}
	p := number(d[:2])
	return p >= 1 && p <= 12 || p >= 21 && p <= 32 || p >= 61 && p <= 72 || p == 80
}

const vinValues = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ"

// isVIN checks the ninth character (49 CFR 565): each letter has a value, the
// sum of value times weight mod 11 is the check, ten is X.
func isVIN(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 17 {
		return false
	}
	weights := [17]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	sum := 0
	for i, b := range s {
		x := strings.IndexByte(vinValues, b)
		if x < 0 {
			return false
		}
		sum += x % 10 * weights[i]
	}
	check := byte('0' + sum%11)
	if sum%11 == 10 {
		check = 'X'
	}
	return s[8] == check
}
