package rules

import (
	"strings"
)

// Identifiers of Asia, the Pacific and Africa. The authorities that issue the numbers publish the
// algorithms. Values may hold separators, which are skipped.

func auTFN(v []byte) bool {
	d := digitsOf(v)
	switch len(d) {
	case 9:
		return !allSame(d) && weigh(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0
	case 8:
		return !allSame(d) && weigh(d, 10, 7, 8, 4, 6, 3, 5, 1)%11 == 0
	}
	return false
}

func auABN(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 11 && d[0] != 0 && (weigh(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}

func auMedicare(v []byte) bool {
	d := digitsOf(v)
	return len(d) >= 10 && len(d) <= 11 && d[0] >= 2 && d[0] <= 6 && weigh(d, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(d[8])
}

func inAadhaar(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 12 && d[0] >= 2 && !allSame(d) && verhoeff(d)
}

func sgNRIC(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 9 {
		return false
	}
	d := digitsOf(s[1:8])
	if len(d) != 7 {
		return false
	}
	sum := weigh(d, 2, 7, 6, 5, 4, 3, 2)
	switch s[0] {
	case 'S':
		return s[8] == "JZIHGFEDCBA"[sum%11]
	case 'T':
		return s[8] == "JZIHGFEDCBA"[(sum+4)%11]
	case 'F':
		return s[8] == "XWUTRQPNMLK"[sum%11]
	case 'G':
		return s[8] == "XWUTRQPNMLK"[(sum+4)%11]
	case 'M':
		return s[8] == "XWUTRQPNJLK"[(sum+3)%11]
	}
	return false
}

func myNRIC(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 12 || !isDateDigits(d) {
		return false
	}
	p := number(d[6:8])
	return p >= 1 && p <= 16 || p >= 21 && p <= 68 || p >= 71 && p <= 93 || p >= 98
}

func idNIK(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 16 || number(d[12:]) == 0 {
		return false
	}
	day, province := number(d[6:8]), number(d[:2])
	if day > 40 { // women
		day -= 40
	}
	return province >= 11 && province <= 96 && number(d[2:4]) > 0 && isDay(number(d[10:12]), number(d[8:10]), day)
}

func thID(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 13 && d[0] > 0 && d[0] < 9 && (11-weigh(d, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == int(d[12])
}

// krRRN does not use the check digit: numbers issued since October 2020 have
// none.
func krRRN(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 13 && isDateDigits(d) && !allSame(d[6:])
}

func jpMyNumber(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 12 || allSame(d) {
		return false
	}
	rest := weigh(d, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	check := 0
	if rest > 1 {
		check = 11 - rest
	}
	return check == int(d[11])
}

func cnResidentID(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 18 {
		return false
	}
	d := digitsOf(s[:17])
	if len(d) != 17 {
		return false
	}
	province := number(d[:2])
	if province < 11 || province > 82 || province%10 > 7 || province%10 == 0 {
		return false
	}
	year := number(d[6:10])
	if !isYear(year, 4) || !isDay(year, number(d[10:12]), number(d[12:14])) {
		return false
	}
	sum := weigh(d, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	return "10X98765432"[sum%11] == s[17]
}

func zaID(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 13 && isDateDigits(d) && d[10] <= 2 && luhn(d)
}

// hkID weighs letters as 10 to 35, a missing first letter as 36.
func hkID(v []byte) bool {
	s := alnumOf(v)
	if len(s) == 8 {
		s = append([]byte{' '}, s...)
	}
	if len(s) != 9 {
		return false
	}
	sum := 0
	for i, b := range s {
		x := 36
		switch {
		case isDigit(b):
			x = int(b - '0')
		case i == 8 && b == 'A':
			x = 10
		case isLetter(b):
			x = int(b-'A') + 10
		}
		sum += x * (9 - i)
	}
	return sum%11 == 0
}

// twLetters has the letters in the order of their codes, from 10.
const twLetters = "ABCDEFGHJKLMNPQRSTUVXYWZIO"

func twID(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 10 {
		return false
	}
	code := strings.IndexByte(twLetters, s[0]) + 10
	d := digitsOf(s[1:])
	return code >= 10 && len(d) == 9 && (code/10+code%10*9+weigh(d, 8, 7, 6, 5, 4, 3, 2, 1, 1))%10 == 0
}
