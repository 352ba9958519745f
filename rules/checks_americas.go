package rules

import (
	"bytes"
	"strings"
)

// Identifiers of the Americas. The authorities that issue the numbers publish the
// algorithms. Values may hold separators, which are skipped.

func usSSN(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 9 || allSame(d) {
		return false
	}
	area := number(d[:3])
	return area != 0 && area != 666 && area < 900 && number(d[3:5]) != 0 && number(d[5:]) != 0
}

func usITIN(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 9 || d[0] != 9 {
		return false
	}
	g := number(d[3:5])
	return g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g <= 92 || g >= 94
}

func usNPI(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 10 && (d[0] == 1 || d[0] == 2) && luhn(append([]byte{8, 0, 8, 4, 0}, d...))
}

func usDEA(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 9 || !strings.ContainsRune("ABCDEFGHJKLMPRSTUX", rune(s[0])) || !isLetter(s[1]) && s[1] != '9' {
		return false
	}
	d := digitsOf(s[2:])
	return len(d) == 7 && int(d[0]+d[2]+d[4]+2*(d[1]+d[3]+d[5]))%10 == int(d[6])
}

func caSIN(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 9 && d[0] != 0 && d[0] != 8 && luhn(d)
}

func brCPF(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 11 || allSame(d) {
		return false
	}
	return weigh(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)*10%11%10 == int(d[9]) && weigh(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)*10%11%10 == int(d[10])
}

// brCNPJ follows the rules of July 2026, in which the first twelve places may
// be letters, valued as their ASCII code less 48.
func brCNPJ(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 14 || !isDigit(s[12]) || !isDigit(s[13]) {
		return false
	}
	d := make([]byte, 14)
	for i, b := range s {
		d[i] = b - '0'
	}
	check := func(rest int) int {
		if rest < 2 {
			return 0
		}
		return 11 - rest
	}
	return !allSame(d) && check(weigh(d, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11) == int(d[12]) &&
		check(weigh(d, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11) == int(d[13])
}

func mxCURP(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 18 {
		return false
	}
	date := digitsOf(s[4:10])
	if len(date) != 6 || !isDateDigits(date) {
		return false
	}
	sum := 0
	for i, b := range s[:17] {
		x := int(b - '0')
		if isLetter(b) {
			if x = int(b-'A') + 10; b > 'N' {
				x++ // Ñ has a place of its own
			}
		}
		sum += x * (18 - i)
	}
	return byte('0'+(10-sum%10)%10) == s[17]
}

func mxRFC(v []byte) bool {
	s := alnumOf(bytes.ReplaceAll(v, []byte("&"), []byte("N")))
	if len(s) != 12 && len(s) != 13 {
		return false
	}
	date := digitsOf(s[len(s)-9 : len(s)-3])
	return len(date) == 6 && isDateDigits(date)
}

func arCUIT(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 11 {
		return false
	}
	switch number(d[:2]) {
	case 20, 23, 24, 25, 26, 27, 30, 33, 34:
	default:
		return false
	}
	check := 11 - weigh(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	return check != 10 && check%11 == int(d[10])
}

func clRUT(v []byte) bool {
	s := alnumOf(v)
	if len(s) < 8 || len(s) > 9 {
		return false
	}
	d := digitsOf(s[:len(s)-1])
	if len(d) != len(s)-1 || allSame(d) {
		return false
	}
	sum := 0
	for i := range d {
		sum += int(d[len(d)-1-i]) * (2 + i%6)
	}
	return "0K987654321"[sum%11] == s[len(s)-1]
}
