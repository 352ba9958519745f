package rules

import (
	"strings"
)

// Identifiers of Asia, the Pacific and Africa. The authorities that issue the numbers publish the
// algorithms. Values may hold separators, which are skipped.
var asianIDs = map[string]identifier{
	"ae-id":          {"prefix, year and Luhn check digit of an Emirates ID are right", "###############", 750000, digitsIn(15, func(d []byte) bool { return number(d[:3]) == 784 && isYear(number(d[3:7]), 4) && luhn(d) })},
	"au-abn":         {"mod-89 check of an Australian business number", "###########", 95, auABN},
	"au-acn":         {"check digit of an Australian company number", "#########", 9, sums(checkSum{weights: []int{8, 7, 6, 5, 4, 3, 2, 1}, mod: 10, digits: rest10})},
	"au-ihi":         {"prefix and Luhn check digit of an Australian healthcare identifier are right", "################", 3000000, luhnNumber([]int{16}, "800360", "800361", "800362")},
	"au-medicare":    {"first digit and check digit of an Australian Medicare number are right", "##########|###########", 19, auMedicare},
	"au-tfn":         {"mod-11 check of an Australian tax file number", "#########|########", 11, sums(checkSum{weights: []int{1, 4, 3, 7, 5, 8, 6, 9}, mod: 11, digits: asIs11}, checkSum{weights: []int{10, 7, 8, 4, 6, 3, 5}, mod: 11, digits: rest11})},
	"cn-resident-id": {"region, date and ISO 7064 check character of a Chinese resident number are right", "##################|#################@", 20000, cnResidentID},
	"eg-nid":         {"century, date and governorate of an Egyptian national number are possible", "##############", 580, digitsIn(14, egNID)},
	"hk-id":          {"check character of a Hong Kong identity card", "@######?|@@######?", 11, hkID},
	"id-nik":         {"region and date of an Indonesian NIK are possible", "################", 16, idNIK},
	"in-aadhaar":     {"first digit and Verhoeff check digit of an Indian Aadhaar number are right", "############", 12, inAadhaar},
	"in-gstin":       {"state and base-36 check character of an Indian GST number are right", "##@@@@@####@?@?", 92, inGSTIN},
	"ir-national-id": {"mod-11 check digit of an Iranian national number", "##########", 9, sums(checkSum{weights: []int{10, 9, 8, 7, 6, 5, 4, 3, 2}, mod: 11, digits: "01987654321"})},
	"jp-my-number":   {"mod-11 check digit of a Japanese individual number", "############", 10, sums(checkSum{weights: []int{6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, mod: 11, digits: rest110})},
	"kr-brn": {"check digit of a Korean business number", "##########", 10, digitsIn(10, func(d []byte) bool {
		return (10-(weigh(d[:9], 1, 3, 7, 1, 3, 7, 1, 3, 5)+int(d[8])*5/10)%10)%10 == int(d[9])
	})},
	"kr-rrn":      {"date, century and check digit of a Korean resident number are right; there is none since October 2020", "#############", 44, digitsIn(13, krRRN)},
	"kw-civil-id": {"date and check digit of a Kuwaiti civil number are right", "############", 1800, sums(checkSum{weights: []int{2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}, mod: 11, digits: "!!987654321", first: "23", also: func(d []byte) bool { return isDateDigits(d[1:7]) }})},
	"kz-iin":      {"date, century and check digit of a Kazakh IIN are right", "############", 470, digitsIn(12, kzIIN)},
	"lk-nic":      {"day of the year in a Sri Lankan identity card number is possible", "#########@|############", 17, lkNIC},
	"my-nric":     {"date and place code of a Malaysian identity card are possible", "############", 30, myNRIC},
	"nz-ird":      {"range and mod-11 check digit of a New Zealand IRD number are right", "########|#########", 11, nzIRD},
	"nz-nhi":      {"check character of a New Zealand NHI number", "@@@####|@@@##@@", 13, nzNHI},
	"sa-id":       {"first digit and Luhn check digit of a Saudi national or resident number are right", "##########", 49, luhnNumber([]int{10}, "1", "2")},
	"sg-nric":     {"check letter of a Singapore NRIC or FIN", "@#######@", 130, sgNRIC},
	"th-id":       {"mod-11 check digit of a Thai identity number", "#############", 12, thID},
	"tw-id":       {"check digit of a Taiwanese identity number", "@#########", 9, twID},
	"vn-cccd": {"province and century of a Vietnamese identity number are possible", "############", 40, digitsIn(12, func(d []byte) bool {
		p := number(d[:3])
		return p >= 1 && p <= 96 && d[3] <= 3 && (d[3] < 2 || number(d[4:6]) <= lastYear%100)
	})},
	"za-id": {"date, citizenship and Luhn check digit of a South African identity number are right", "#############", 900, zaID},
}

func auABN(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 11 && d[0] != 0 && (weigh(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
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

func auMedicare(v []byte) bool {
	d := digitsOf(v)
	return len(d) >= 10 && len(d) <= 11 && d[0] >= 2 && d[0] <= 6 && weigh(d, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(d[8])
}

// krRRN wants the check digit of those who have one: numbers given out since
// October 2020 have none, to the newborn and to foreigners who arrive.
func krRRN(d []byte) bool {
	if !isDateDigits(d) || allSame(d[6:]) {
		return false
	}
	foreign := d[6] >= 5 && d[6] <= 8
	newborn := (d[6] == 3 || d[6] == 4) && number(d[:4]) >= 2010
	return foreign || newborn || (11-weigh(d, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11)%10 == int(d[12])
}

// kzIIN tries a second row of weights where the first leaves ten.
func kzIIN(d []byte) bool {
	if !isDateDigits(d) || d[6] < 1 || d[6] > 6 {
		return false
	}
	check := weigh(d[:11], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) % 11
	if check == 10 {
		check = weigh(d[:11], 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) % 11
	}
	return check == int(d[11])
}

func egNID(d []byte) bool {
	place := number(d[7:9])
	return (d[0] == 2 || d[0] == 3 && number(d[1:3]) <= lastYear%100) && isDateDigits(d[1:7]) && (place >= 1 && place <= 35 || place == 88)
}

// lkNIC: the birth year, then the day of the year, 500 more for women.
func lkNIC(v []byte) bool {
	s := alnumOf(v)
	d := digitsOf(s)
	switch {
	case len(d) == 9 && len(s) == 10 && (s[9] == 'V' || s[9] == 'X'):
		d = d[2:5]
	case len(d) == 12 && isYear(number(d[:4]), 4):
		d = d[4:7]
	default:
		return false
	}
	day := number(d) % 500
	return day >= 1 && day <= 366 && number(d) < 1000
}

// inGSTIN: the product of value and weight counts as its two digits in base 36.
func inGSTIN(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 15 {
		return false
	}
	if state := number(digitsOf(s[:2])); state < 1 || state > 38 && state != 97 && state != 99 {
		return false
	}
	sum := 0
	for i, b := range s[:14] {
		p := base36(b) * (1 + i%2)
		sum += p/36 + p%36
	}
	return base36(s[14]) == (36-sum%36)%36
}

func base36(b byte) int {
	if isDigit(b) {
		return int(b - '0')
	}
	return int(b-'A') + 10
}

// nzIRD has a second row of weights for numbers without a check digit in the
// first.
func nzIRD(v []byte) bool {
	d := digitsOf(v)
	var nine [9]byte
	if len(d) == 8 {
		copy(nine[1:], d)
		d = nine[:]
	}
	if n := number(d); len(d) != 9 || n < 10_000_000 || n > 150_000_000 {
		return false
	}
	rest := weigh(d, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	if rest == 1 {
		rest = weigh(d, 7, 4, 3, 2, 5, 2, 7, 6) % 11
	}
	return rest != 1 && (11-rest)%11 == int(d[8])
}

// nzNHI takes both forms, AAANNNC and, since 2026, AAANNAX. I and O are not used.
func nzNHI(v []byte) bool {
	const letters = ".ABCDEFGHJKLMNPQRSTUVWXYZ"
	s := alnumOf(v)
	if len(s) != 7 {
		return false
	}
	sum := 0
	for i, b := range s[:6] {
		x := strings.IndexByte(letters, b)
		if isDigit(b) {
			x = int(b - '0')
		}
		if x < 0 || isDigit(b) != (i > 2 && (i < 5 || isDigit(s[6]))) {
			return false
		}
		sum += x * (7 - i)
	}
	if isDigit(s[6]) {
		return sum%11 != 0 && (11-sum%11)%10 == int(s[6]-'0')
	}
	check := 24 - sum%24
	return check < len(letters) && letters[check] == s[6]
}
