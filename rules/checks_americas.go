package rules

import (
	"bytes"
	"strings"
)

// Identifiers of the Americas. The authorities that issue the numbers publish the
// algorithms. Values may hold separators, which are skipped.
var americanIDs = map[string]identifier{
	"ar-cbu":  {"both check digits of an Argentine CBU", "######################", 100, digitsIn(22, arCBU)},
	"ar-cuit": {"prefix and mod-11 check digit of an Argentine CUIT are right", "###########", 110, arCUIT},
	"br-cnh":  {"both check digits of a Brazilian driving licence", "###########", 100, digitsIn(11, brCNH)},
	"br-cnpj": {"both check digits of a Brazilian CNPJ, letters allowed", "##############|????????????##", 100, brCNPJ},
	"br-cns": {"first digit and mod-11 check of a Brazilian health card are right", "###############", 21, digitsIn(15, func(d []byte) bool {
		return hasDigit("12789", d[0]) && weigh(d, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0
	})},
	"br-cpf":    {"both check digits of a Brazilian CPF", "###########", 99, brCPF},
	"br-pis":    {"mod-11 check digit of a Brazilian PIS, PASEP or NIT number", "###########", 9, sums(checkSum{weights: []int{3, 2, 9, 8, 7, 6, 5, 4, 3, 2}, mod: 11, digits: rest110})},
	"br-titulo": {"state and both check digits of a Brazilian voter registration are right", "############", 350, digitsIn(12, brTitulo)},
	"ca-bn":     {"Luhn check digit and program of a Canadian business number", "#########@@####", 10, func(v []byte) bool { s := alnumOf(v); return len(s) == 15 && luhn(digitsOf(s[:9])) }},
	"ca-ohip":   {"Luhn check digit of an Ontario health card", "##########@@|##########", 9, func(v []byte) bool { d := digitsOf(v); return len(d) == 10 && !allSame(d) && luhn(d) }},
	"ca-ramq":   {"birth date in a Quebec health card number is possible", "@@@@########", 13, caRAMQ},
	"ca-sin":    {"first digit and Luhn check digit of a Canadian SIN are right", "#########", 12, caSIN},
	"cl-rut":    {"mod-11 check character of a Chilean RUT", "########?|#######?", 36, clRUT},
	"co-nit":    {"check digit of a Colombian NIT", "##########", 10, sums(checkSum{weights: []int{41, 37, 29, 23, 19, 17, 13, 7, 3}, mod: 11, digits: "01987654321"})},
	"do-cedula": {"Luhn check digit of a Dominican cédula", "###########", 9, luhnNumber([]int{11})},
	"ec-ci":     {"province and check digit of an Ecuadorian cédula or RUC of a person are right", "##########|#############", 65, ecCI},
	"gt-dpi":    {"check digit, department and municipality of a Guatemalan DPI are right", "#############", 150, digitsIn(13, gtDPI)},
	"mx-clabe":  {"check digit of a Mexican CLABE bank account", "##################", 9, sums(checkSum{weights: []int{3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7}, mod: 10, digits: rest10})},
	"mx-curp":   {"date and check digit of a Mexican CURP are right", "@@@@######@@@@@@?#", 270, mxCURP},
	"mx-nss":    {"Luhn check digit of a Mexican social security number", "###########", 9, luhnNumber([]int{11})},
	"mx-rfc":    {"date and mod-11 check character of a Mexican RFC are right", "@@@@######???|@@@######???|@@######???", 940, mxRFC},
	"pe-ruc":    {"prefix and check digit of a Peruvian RUC are right", "###########", 200, sums(checkSum{weights: []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, mod: 11, digits: "10987654321", also: func(d []byte) bool { return hasPrefix(d, []string{"10", "15", "16", "17", "20"}) }})},
	"sv-dui":    {"check digit of a Salvadoran DUI", "#########", 9, sums(checkSum{weights: []int{9, 8, 7, 6, 5, 4, 3, 2}, mod: 10, digits: rest10})},
	"us-dea":    {"letters and check digit of a US DEA number are right", "@@#######|@########", 14, usDEA},
	"us-ein":    {"prefix of a US employer number is in use", "#########", 1, digitsIn(9, usEIN)},
	"us-itin":   {"group of a US individual taxpayer number is in use", "#########", 22, usITIN},
	"us-npi":    {"Luhn check digit of a US provider number, with prefix 80840", "##########", 48, usNPI},
	"us-ssn":    {"area, group and serial of a US social security number are possible", "#########", 1, usSSN},
	"uy-ci":     {"check digit of a Uruguayan identity card", "########", 9, sums(checkSum{weights: []int{2, 9, 8, 7, 6, 3, 4}, mod: 10, digits: rest10})},
	"ve-rif":    {"letter and mod-11 check digit of a Venezuelan RIF are right", "@#########", 51, veRIF},
}

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

// rfcValues are the characters of an RFC in the order of their values. A
// company's, which is one shorter, begins with the space.
const rfcValues = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ #" // # stands for Ñ

func mxRFC(v []byte) bool {
	s := make([]byte, 0, 13)
	for _, b := range bytes.ReplaceAll(bytes.ReplaceAll(v, []byte("Ñ"), []byte("#")), []byte("ñ"), []byte("#")) {
		if isLetter(b) {
			b &^= 0x20
		}
		if (isAlnum(b) || b == '&' || b == '#') && len(s) < cap(s) {
			s = append(s, b)
		}
	}
	if len(s) == 12 {
		s = append([]byte{' '}, s...)
	}
	if len(s) != 13 {
		return false
	}
	if date := digitsOf(s[4:10]); len(date) != 6 || !isDateDigits(date) {
		return false
	}
	sum := 0
	for i, b := range s[:12] {
		sum += strings.IndexByte(rfcValues, b) * (13 - i)
	}
	return s[12] == "0A987654321"[sum%11]
}

// arCUIT gives 9 to the few numbers whose sum leaves no digit.
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
	return "09987654321"[weigh(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11]-'0' == d[10]
}

func brCNH(d []byte) bool {
	first, less := weigh(d, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11, 0
	if first == 10 {
		first, less = 0, 2
	}
	second := (weigh(d, 1, 2, 3, 4, 5, 6, 7, 8, 9)%11 - less + 11) % 11 % 10
	return first == int(d[9]) && second == int(d[10])
}

func brTitulo(d []byte) bool {
	state := number(d[8:10])
	first := weigh(d[:8], 2, 3, 4, 5, 6, 7, 8, 9) % 11 % 10
	second := (int(d[8])*7 + int(d[9])*8 + first*9) % 11 % 10
	return state >= 1 && state <= 28 && first == int(d[10]) && second == int(d[11])
}

// caRAMQ: three letters of the name and one of the first name, then the birth
// date, the month 50 more for women.
func caRAMQ(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 12 || int(countLetters(s[:4])) != 4 {
		return false
	}
	d := digitsOf(s[4:])
	return len(d) == 8 && isDay(number(d[:2]), number(d[2:4])%50, number(d[4:6])) && number(d[2:4]) <= 62
}

// ecCI: the digits in odd places are doubled, as in Luhn's check, of ten digits.
func ecCI(v []byte) bool {
	d := digitsOf(v)
	if len(d) == 13 && number(d[10:]) > 0 {
		d = d[:10]
	}
	if len(d) != 10 {
		return false
	}
	p := number(d[:2])
	return (p >= 1 && p <= 24 || p == 30) && d[2] < 6 && luhn(d)
}

func gtDPI(d []byte) bool {
	department, town := number(d[9:11]), number(d[11:13])
	return weigh(d[:8], 2, 3, 4, 5, 6, 7, 8, 9)%11 == int(d[8]) && department >= 1 && department <= 22 && town >= 1 && town <= 33
}

// usEIN knows the prefixes that no campus of the IRS gives out.
func usEIN(d []byte) bool {
	switch p := number(d[:2]); p {
	case 0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97:
		return false
	}
	return true
}

func veRIF(v []byte) bool {
	s := alnumOf(v)
	if len(s) != 10 {
		return false
	}
	kind := strings.IndexByte("VEJPG", s[0])
	d := digitsOf(s[1:])
	return kind >= 0 && len(d) == 9 && rest110[(4*(kind+1)+weigh(d, 3, 2, 7, 6, 5, 4, 3, 2))%11]-'0' == d[8]
}

func arCBU(d []byte) bool {
	return (10-weigh(d[:7], 7, 1, 3, 9, 7, 1, 3)%10)%10 == int(d[7]) && (10-weigh(d[8:21], 3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3)%10)%10 == int(d[21])
}
