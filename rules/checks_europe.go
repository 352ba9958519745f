package rules

import (
	"bytes"
	"strings"
)

// Identifiers of Europe and its neighbours. The authorities that issue the numbers publish the
// algorithms. Values may hold separators, which are skipped.
var europeanIDs = map[string]identifier{
	"at-svnr":         {"check digit of an Austrian social insurance number", "##########", 12, atSVNR},
	"be-nn":           {"mod-97 check digits of a Belgian national number", "###########", 1200, beNN},
	"bg-egn":          {"date and check digit of a Bulgarian EGN are right", "##########", 200, sums(checkSum{weights: []int{2, 4, 8, 5, 10, 9, 7, 3, 6}, mod: 11, digits: zero11, also: egnDate})},
	"by-id":           {"date and region letter of a Belarusian personal number are possible", "#######@###@@#", 1000000, byID},
	"ch-ahv":          {"prefix and EAN-13 check digit of a Swiss AHV number are right", "#############", 10000, chAHV},
	"ch-uid":          {"mod-11 check digit of a Swiss business number", "#########|CHE#########", 11, sums(checkSum{weights: []int{5, 4, 3, 2, 7, 6, 5, 4}, mod: 11, digits: rest11})},
	"cz-rc":           {"date and mod-11 check of a Czech or Slovak birth number are right", "##########|#########", 67, czRC},
	"de-id-card":      {"check digit of a German identity card or passport", "@????????#", 180, deIDCard},
	"de-svnr":         {"date and check digit of a German pension insurance number are right", "########@###", 140, deSVNR},
	"de-tax-id":       {"repeated digit and ISO 7064 check digit of a German tax id are right", "###########", 300, deTaxID},
	"de-ust-id":       {"ISO 7064 check digit of a German VAT number", "#########|DE#########", 11, func(v []byte) bool { d := digitsOf(v); return len(d) == 9 && d[0] > 0 && mod11and10(d) }},
	"dk-cpr":          {"the first six digits of a Danish CPR number are a date", "##########", 27, dkCPR},
	"ee-ik":           {"sex, date and check digit of an Estonian or Lithuanian personal code are right", "###########", 420, balticCode},
	"es-cif":          {"control character of a Spanish company's NIF", "@#######?", 27, esCIF},
	"es-nif":          {"check letter of a Spanish NIF or NIE", "########@", 25, esNIF},
	"es-nuss":         {"mod-97 check digits of a Spanish social security number", "############", 150, esNUSS},
	"fi-hetu":         {"date and check character of a Finnish identity code are right", "#########?|######@###?", 1000, fiHETU},
	"fr-nir":          {"month and mod-97 key of a French social security number are right", "###############|######@########", 140, frNIR},
	"fr-siren":        {"Luhn check digit of a French SIREN or SIRET", "#########|##############", 10, luhnNumber([]int{9, 14})},
	"fr-tva":          {"mod-97 key and Luhn digit of a French VAT number are right", "###########|FR###########", 1000, frTVA},
	"gr-afm":          {"mod-11 check digit of a Greek AFM", "#########", 9, sums(checkSum{weights: []int{256, 128, 64, 32, 16, 8, 4, 2}, mod: 11, digits: zero11})},
	"gr-amka":         {"date and Luhn check digit of a Greek AMKA are right", "###########", 280, digitsIn(11, func(d []byte) bool { return isDay(number(d[4:6]), number(d[2:4]), number(d[:2])) && luhn(d) })},
	"hr-oib":          {"ISO 7064 check digit of a Croatian OIB", "###########", 10, digitsIn(11, mod11and10)},
	"hu-taj":          {"check digit of a Hungarian TAJ number", "#########", 10, sums(checkSum{weights: []int{3, 7, 3, 7, 3, 7, 3, 7}, mod: 10, digits: asIs10})},
	"hu-tax-id":       {"first digit and check digit of a Hungarian tax identification number are right", "##########", 110, sums(checkSum{weights: []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, mod: 11, digits: asIs11, first: "8"})},
	"ie-pps":          {"check letter of an Irish PPS number", "#######@|#######@@", 26, iePPS},
	"il-id":           {"check digit of an Israeli identity number", "#########", 10, luhnNumber([]int{9})},
	"is-kennitala":    {"date and check digit of an Icelandic kennitala are right", "##########", 920, digitsIn(10, kennitala)},
	"it-fiscal-code":  {"check letter of an Italian fiscal code", "@@@@@@##@##@###@", 26, itFiscalCode},
	"it-vat":          {"Luhn check digit of an Italian VAT number", "###########", 9, luhnNumber([]int{11})},
	"jmbg":            {"date and check digit of a personal number of Yugoslavia's successors are right", "#############", 2400, sums(checkSum{weights: []int{7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, mod: 11, digits: rest11, also: jmbgDate})},
	"lu-matricule":    {"date, Luhn and Verhoeff digits of a Luxembourg national number are right", "#############", 200000, digitsIn(13, luMatricule)},
	"lv-pk":           {"date and check digit of a Latvian personal code are right, or its prefix is 32", "###########", 94, digitsIn(11, lvPK)},
	"md-idnp":         {"first digit and check digit of a Moldovan IDNP are right", "#############", 50, sums(checkSum{weights: []int{7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1}, mod: 10, digits: asIs10, first: "20"})},
	"nl-bsn":          {"eleven-test of a Dutch BSN", "#########", 11, sums(checkSum{weights: []int{9, 8, 7, 6, 5, 4, 3, 2}, mod: 11, digits: asIs11})},
	"no-fnr":          {"date and both check digits of a Norwegian birth number are right", "###########", 1600, noFNR},
	"pl-id-card":      {"check digit of a Polish identity card", "@@@######", 10, plIDCard},
	"pt-cc":           {"check digit of a Portuguese citizen card", "#########@@#", 10, ptCC},
	"pl-nip":          {"mod-11 check digit of a Polish NIP", "##########", 12, sums(checkSum{weights: []int{6, 5, 7, 2, 3, 4, 5, 6, 7}, mod: 11, digits: asIs11, first: "123456789"})},
	"pl-pesel":        {"date and check digit of a Polish PESEL are right", "###########", 210, sums(checkSum{weights: []int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3}, mod: 10, digits: rest10, also: peselDate})},
	"pl-regon":        {"check digit of a Polish REGON", "#########|##############", 9, sums(checkSum{weights: []int{8, 9, 2, 3, 4, 5, 6, 7}, mod: 11, digits: zero11}, checkSum{weights: []int{2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8}, mod: 11, digits: zero11})},
	"pt-nif":          {"first digit and mod-11 check digit of a Portuguese NIF are right", "#########", 12, sums(checkSum{weights: []int{9, 8, 7, 6, 5, 4, 3, 2}, mod: 11, digits: rest110, first: "12356789"})},
	"ro-cnp":          {"sex, date, county and check digit of a Romanian CNP are right", "#############", 1100, sums(checkSum{weights: []int{2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9}, mod: 11, digits: "01234567891", first: "125678", also: cnpDate})},
	"ru-inn":          {"check digits of a Russian INN", "##########|############", 10, sums(checkSum{weights: []int{2, 4, 10, 3, 5, 9, 4, 6, 8}, mod: 11, digits: zero11}, checkSum{weights: []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}, mod: 11, digits: zero11, also: innSecond})},
	"ru-ogrn":         {"check digit of a Russian OGRN or OGRNIP", "#############|###############", 11, ruOGRN},
	"ru-oms":          {"Luhn check digit of a Russian health insurance policy", "################", 10, luhnNumber([]int{16})},
	"ru-snils":        {"mod-101 check digits of a Russian SNILS", "###########", 98, ruSNILS},
	"se-personnummer": {"date and Luhn check digit of a Swedish personal number are right", "##########|############", 140, sePersonnummer},
	"si-davcna":       {"mod-11 check digit of a Slovenian tax number", "########", 12, sums(checkSum{weights: []int{8, 7, 6, 5, 4, 3, 2}, mod: 11, digits: "!0987654321", first: "123456789"})},
	"tr-id":           {"both check digits of a Turkish identity number", "###########", 110, trID},
	"ua-rntrc":        {"check digit of a Ukrainian tax number", "##########", 9, sums(checkSum{weights: []int{10, 5, 7, 9, 4, 6, 10, 5, 7}, mod: 11, digits: zero11})},
	"uk-chi":          {"date and mod-11 check digit of a Scottish CHI number are right", "##########", 300, sums(checkSum{weights: []int{10, 9, 8, 7, 6, 5, 4, 3, 2}, mod: 11, digits: rest11, also: func(d []byte) bool { return isDay(number(d[4:6]), number(d[2:4]), number(d[:2])) }})},
	"uk-driver":       {"date and layout of a British driving licence number are right", "@@@@@######@@?@@", 13, ukDriver},
	"uk-nhs":          {"mod-11 check digit of a British NHS number", "##########", 10, sums(checkSum{weights: []int{10, 9, 8, 7, 6, 5, 4, 3, 2}, mod: 11, digits: rest11})},
	"uk-nino":         {"prefix letters of a British national insurance number are in use", "@@######@", 11, ukNINO},
	"uk-utr":          {"mod-11 check digit of a British tax reference", "##########", 10, digitsIn(10, func(d []byte) bool { return "21987654321"[weigh(d[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11]-'0' == d[0] })},
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

func ruSNILS(v []byte) bool {
	d := digitsOf(v)
	return len(d) == 11 && !allSame(d) && weigh(d, 9, 8, 7, 6, 5, 4, 3, 2, 1)%101%100 == number(d[9:])
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
