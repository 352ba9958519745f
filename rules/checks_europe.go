package rules

import (
	"bytes"
	"strings"
)

// Identifiers of Europe and its neighbours. The authorities that issue the numbers publish the
// algorithms. Values may hold separators, which are skipped.

func ukNHS(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 10 || allSame(d) {
		return false
	}
	check := 11 - weigh(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return check%11 == int(d[9])
}

func ukNINO(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 9 || bytes.ContainsAny(s[:2], "DFIQUV") || s[1] == 'O' || s[8] > 'D' {
		return false
	}
	switch string(s[:2]) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return true
}

// deTaxID also checks that, of the first ten digits, exactly one stands two or
// three times.
func deTaxID(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 11 || d[0] == 0 {
		return false
	}
	var count [10]int
	for _, x := range d[:10] {
		count[x]++
	}
	repeated := 0
	for _, n := range count {
		if n > 3 {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	return repeated == 1 && mod11and10(d)
}

func frNIR(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 15 || s[0] < '1' || s[0] > '8' {
		return false
	}
	if s[5] == '2' && s[6] == 'A' {
		s = append(append(append(make([]byte, 0, 15), s[:5]...), '1', '9'), s[7:]...)
	} else if s[5] == '2' && s[6] == 'B' {
		s = append(append(append(make([]byte, 0, 15), s[:5]...), '1', '8'), s[7:]...)
	}
	d := digitsOf(s)
	if len(d) != 15 {
		return false
	}
	m := number(d[3:5])
	if m == 0 || m > 12 && m < 20 || m > 42 && m < 50 {
		return false
	}
	return 97-number(d[:13])%97 == number(d[13:])
}

const nifLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

func esNIF(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 9 {
		return false
	}
	lead := strings.IndexByte("XYZ", s[0]) // foreigners' numbers
	if lead >= 0 {
		s[0] = byte('0' + lead)
	}
	d := digitsOf(s[:8])
	return len(d) == 8 && nifLetters[number(d)%23] == s[8]
}

// Values of digits and letters in odd places of an Italian fiscal code.
var fiscalOdd = [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

func itFiscalCode(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 16 {
		return false
	}
	sum := 0
	for i, b := range s[:15] {
		x := int(b - 'A')
		if isDigit(b) {
			x = int(b - '0')
		}
		if i%2 == 0 {
			sum += fiscalOdd[x]
		} else {
			sum += x
		}
	}
	return byte('A'+sum%26) == s[15]
}

func itVAT(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 11 && !allSame(d) && luhn(d)
}

func ptNIF(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 9 || d[0] == 0 || d[0] == 4 || allSame(d) {
		return false
	}
	check := 11 - weigh(d, 9, 8, 7, 6, 5, 4, 3, 2)%11
	if check >= 10 {
		check = 0
	}
	return check == int(d[8])
}

func nlBSN(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 9 && !allSame(d) && weigh(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
}

func beNN(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 11 || number(d[2:4]) > 12 || number(d[4:6]) > 31 {
		return false
	}
	n, check := number(d[:9]), number(d[9:])
	return 97-n%97 == check || 97-(2_000_000_000+n)%97 == check
}

func chAHV(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 13 && number(d[:3]) == 756 && weigh(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

func plPESEL(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 11 || weigh(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 != 0 {
		return false
	}
	return isDay(number(d[:2]), number(d[2:4])%20, number(d[4:6])) // months carry the century
}

func sePersonnummer(v []byte) bool {
	d := digitsOf(v)
	if len(d) == 12 {
		d = d[2:]
	}
	if len(d) != 10 {
		return false
	}
	day := number(d[4:6])
	if day > 60 { // coordination numbers
		day -= 60
	}
	return isDay(number(d[:2]), number(d[2:4]), day) && luhn(d)
}

func fiHETU(v []byte) bool {
	s := alnumOf(v)
	if len(s) == 11 { // the century sign is a letter
		s = append(append(make([]byte, 0, 10), s[:6]...), s[7:]...)
	}
	if len(s) != 10 {
		return false
	}
	d := digitsOf(s[:9])
	return len(d) == 9 && isDay(number(d[4:6]), number(d[2:4]), number(d[:2])) &&
		"0123456789ABCDEFHJKLMNPRSTUVWXY"[number(d)%31] == s[9]
}

func dkCPR(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 10 && isDay(number(d[4:6]), number(d[2:4]), number(d[:2]))
}

func noFNR(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 11 {
		return false
	}
	day := number(d[:2])
	if day > 40 { // D numbers
		day -= 40
	}
	return isDay(number(d[4:6]), number(d[2:4]), day) &&
		weigh(d, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && weigh(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

func trID(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 11 || d[0] == 0 {
		return false
	}
	odd, even := weigh(d, 1, 0, 1, 0, 1, 0, 1, 0, 1), weigh(d, 0, 1, 0, 1, 0, 1, 0, 1)
	return (odd*7-even+100)%10 == int(d[9]) && (odd+even+int(d[9]))%10 == int(d[10])
}

func ruINN(v []byte) bool {
	d := digitsOf(v)
	if len(d) > 0 && allSame(d) {
		return false
	}
	switch len(d) {
	case 10:
		return weigh(d, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[9])
	case 12:
		return weigh(d, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[10]) && weigh(d, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[11])
	}
	return false
}

func ruSNILS(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 11 && !allSame(d) && weigh(d, 9, 8, 7, 6, 5, 4, 3, 2, 1)%101%100 == number(d[9:])
}

func ilID(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 9 && !allSame(d) && luhn(d)
}

func atSVNR(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 10 && d[0] > 0 && weigh(d, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6)%11 == int(d[3])
}

func czRC(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 9 && len(d) != 10 {
		return false
	}
	month := number(d[2:4]) % 50 // women have 50 more
	if month > 20 {
		month -= 20 // spare numbers since 2004
	}
	if !isDay(number(d[:2]), month, number(d[4:6])) {
		return false
	}
	return len(d) == 9 || number(d)%11 == 0 || number(d[:9])%11 == 10 && d[9] == 0
}

func bgEGN(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 10 && isDay(number(d[:2]), number(d[2:4])%20, number(d[4:6])) &&
		weigh(d, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == int(d[9])
}

func roCNP(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 13 || d[0] == 0 || d[0] == 9 || !isDateDigits(d[1:7]) {
		return false
	}
	check := weigh(d, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if check == 10 {
		check = 1
	}
	return check == int(d[12])
}

func hrOIB(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 11 && mod11and10(d)
}
