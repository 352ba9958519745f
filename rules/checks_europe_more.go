package rules

import (
	"bytes"
	"strings"
)

// Dates inside European numbers, and checks of more than one sum.

// peselDate: the month carries the century.
func peselDate(d []byte) bool { return centuryMonth(d, 20) }

func egnDate(d []byte) bool { return centuryMonth(d, 40) }

// centuryMonth checks YYMMDD whose month is raised by so much for people born
// since 2000. Earlier centuries are out of use.
func centuryMonth(d []byte, raised int) bool {
	year, month, day := number(d[:2]), number(d[2:4]), number(d[4:6])
	if month > raised {
		return year <= lastYear%100 && isDay(2000+year, month-raised, day)
	}
	return isDay(1900+year, month, day)
}

func cnpDate(d []byte) bool {
	year, county := number(d[1:3]), number(d[7:9])
	switch d[0] {
	case 1, 2:
		year += 1900
	case 5, 6:
		if year += 2000; year > lastYear {
			return false
		}
	}
	return isDay(year, number(d[3:5]), number(d[5:7])) && (county >= 1 && county <= 48 || county == 51 || county == 52 || county == 70)
}

// jmbgDate: three digits of the year, 985 or 003.
func jmbgDate(d []byte) bool {
	year := number(d[4:7])
	if year += 1000; year < 1900 {
		if year += 1000; year > lastYear {
			return false
		}
	}
	return isDay(year, number(d[2:4]), number(d[:2]))
}

// kennitala: the check digit is the ninth, the last one is the century.
func kennitala(d []byte) bool {
	return (d[9] == 0 || d[9] == 8 || d[9] == 9) && isDay(number(d[4:6]), number(d[2:4]), number(d[:2])) && weigh(d[:9], 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

func innSecond(d []byte) bool {
	return weigh(d[:10], 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[10])
}

func ruOGRN(v []byte) bool {
	d := digitsOf(v)
	switch len(d) {
	case 13:
		return d[0] > 0 && number(d[:12])%11%10 == int(d[12])
	case 15:
		return d[0] > 0 && number(d[:14])%13%10 == int(d[14])
	}
	return false
}

// balticCode tries a second row of weights where the first leaves ten.
func balticCode(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 11 || d[0] < 1 || d[0] > 6 || !isDateDigits(d[1:7]) {
		return false
	}
	check := weigh(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11
	if check == 10 {
		check = weigh(d, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10
	}
	return check == int(d[10])
}

func lvPK(d []byte) bool {
	if d[0] == 3 && d[1] == 2 {
		return true // issued since 2017, without a date
	}
	return d[6] <= 2 && isDay(number(d[4:6]), number(d[2:4]), number(d[:2])) && (1+weigh(d, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9))%11%10 == int(d[10])
}

func luMatricule(d []byte) bool {
	year := number(d[:4])
	return year >= 1880 && isYear(max(year, firstYear), 4) && isDay(year, number(d[4:6]), number(d[6:8])) && luhn(d[:12]) &&
		verhoeff(append(append(make([]byte, 0, 12), d[:11]...), d[12]))
}

// machineSum is the 7-3-1 check sum of identity documents (ICAO 9303, part 3):
// letters count from ten, the filler < is zero.
func machineSum(s []byte) int {
	sum := 0
	for i, b := range s {
		x := 0
		switch {
		case isDigit(b):
			x = int(b - '0')
		case isLetter(b):
			x = int(b|0x20-'a') + 10
		}
		sum += x * [3]int{7, 3, 1}[i%3]
	}
	return sum % 10
}

func deIDCard(v []byte) bool {
	s := alnumOf(v)
	return len(s) == 10 && strings.IndexByte("LMNPRTVWXYCFGHJK", s[0]) >= 0 && !bytes.ContainsAny(s[:9], "ABDEIOQSU") && int(countDigits(s[:9])) >= 2 && int(s[9])-'0' == machineSum(s[:9])
}

// deSVNR weighs the letter as its place in the alphabet, two digits, and sums
// the digits of the products.
func deSVNR(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 12 || !isLetter(s[8]) {
		return false
	}
	letter := s[8] - 'A' + 1
	d := append(append(append(digitsOf(s[:8]), letter/10, letter%10), digitsOf(s[9:11])...), digitsOf(s[11:])...)
	if len(d) != 13 {
		return false
	}
	day := number(d[2:4])
	if day > 50 { // a second number for the same name and day
		day -= 50
	}
	if d[0]+d[1] == 0 || !isDay(number(d[6:8]), number(d[4:6]), day) {
		return false
	}
	sum := 0
	for i, w := range [12]int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1} {
		p := int(d[i]) * w
		sum += p/10 + p%10
	}
	return sum%10 == int(d[12])
}

// esCIF: some kinds of company have a letter for a check digit, and others
// either.
func esCIF(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 9 || strings.IndexByte("ABCDEFGHJNPQRSUVW", s[0]) < 0 {
		return false
	}
	d := digitsOf(s[1:8])
	if len(d) != 7 {
		return false
	}
	sum := 0
	for i, x := range d {
		n := int(x)
		if i%2 == 0 {
			n = n*2/10 + n*2%10
		}
		sum += n
	}
	check := (10 - sum%10) % 10
	return s[8] == byte('0'+check) || s[8] == "JABCDEFGHI"[check]
}

func esNUSS(v []byte) bool {
	d := digitsOf(v)
	if len(d) != 12 || number(d[:2]) == 0 || number(d[:2]) > 66 {
		return false
	}
	n := number(d[:10])
	if d[2] == 0 { // a number below ten million is joined to the province without its zero
		n = number(d[2:10]) + number(d[:2])*10_000_000
	}
	return n%97 == number(d[10:])
}

func frTVA(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 11 && luhn(d[2:]) && (12+3*(number(d[2:])%97))%97 == number(d[:2])
}

func iePPS(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 8 && len(s) != 9 {
		return false
	}
	d := digitsOf(s[:7])
	if len(d) != 7 {
		return false
	}
	sum := weigh(d, 8, 7, 6, 5, 4, 3, 2)
	if len(s) == 9 && s[8] != 'W' {
		if s[8] < 'A' || s[8] > 'I' {
			return false
		}
		sum += int(s[8]-'A'+1) * 9
	}
	return s[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum%23]
}

func byID(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 14 {
		return false
	}
	d := digitsOf(s[:7])
	end := string(s[11:13])
	return len(d) == 7 && d[0] >= 1 && d[0] <= 6 && isDay(number(d[5:7]), number(d[3:5]), number(d[1:3])) && strings.IndexByte("ABCHKEM", s[7]) >= 0 &&
		len(digitsOf(s[8:11])) == 3 && (end == "PB" || end == "BA" || end == "BI") && isDigit(s[13])
}

// ukDriver: five letters of the name, the birth date as decade, month (50 more
// for women), day and year, initials, and what makes it unique.
func ukDriver(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 16 {
		return false
	}
	for i, b := range s[:5] {
		if !isLetter(b) && (b != '9' || i == 0) || isLetter(b) && i > 0 && s[i-1] == '9' {
			return false
		}
	}
	d := digitsOf(s[5:11])
	if len(d) != 6 || !isLetter(s[11]) || !isLetter(s[12]) && s[12] != '9' || !isLetter(s[14]) || !isLetter(s[15]) {
		return false
	}
	month := number(d[1:3])
	return month >= 1 && month <= 12 && isDay(4, month, number(d[3:5])) || month >= 51 && month <= 62 && isDay(4, month-50, number(d[3:5]))
}

// plIDCard: the fourth place is the check digit.
func plIDCard(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 9 || int(countLetters(s[:3])) != 3 || len(digitsOf(s[3:])) != 6 {
		return false
	}
	sum := 0
	for i, w := range [9]int{7, 3, 1, 9, 7, 3, 1, 7, 3} {
		sum += base36(s[i]) * w
	}
	return sum%10 == 0
}

// ptCC is Luhn's check with letters as 10 to 35.
func ptCC(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 12 || len(digitsOf(s[:9])) != 9 || int(countLetters(s[9:11])) != 2 || !isDigit(s[11]) {
		return false
	}
	sum := 0
	for i, b := range s {
		x := base36(b)
		if i%2 == 0 {
			if x *= 2; x > 9 {
				x -= 9
			}
		}
		sum += x
	}
	return sum%10 == 0
}
