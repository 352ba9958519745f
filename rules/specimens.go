package rules

import (
	"bytes"
	"slices"
	"strings"
)

// specimens are identifiers that stand in the documentation of who gives them
// out, of standards, or in encyclopaedias and tutorials, upper-case letters and digits only. They
// prove nothing about a person, however well their check digits are made.
var specimens = newSampleSet(func() map[string]bool {
	m := make(map[string]bool)
	for _, list := range []string{
		// Social security numbers that the SSA voided, printed on cards or counts off.
		`078051120 219099999 457555462 987654321`,
		// United Kingdom: national insurance (gov.uk prints QQ and AB), NHS numbers of the NHS data dictionary and of its test services.
		`QQ123456C QQ123456A AB123456C AA123456A 9434765919 4010232137 9876543210 9990548609`,
		// Brazil: CPF and CNPJ of the Receita's and of nearly every library's examples.
		`12345678909 11144477735 52998224725 11222333000181 11444777000161 12345678000195 00000000000191`,
		// Australia: tax file number, Medicare, ABN of the ATO.
		`123456782 865414088 2123456701 2428778132 51824753556 53004085616 83914571673`,
		// Canada: the CRA's social insurance numbers.
		`046454286 130692544 193456787`,
		// Germany: tax numbers of the BZSt, the specimen of the identity card and of the passport.
		`86095742719 47036892816 65929970489 57549285017 12345678911 T220001293 L01X00T471 C01X00T478 CZ6311T03 65170839J003 DE136695976`,
		// Spain: DNI and NIE.
		`12345678Z 00000000T 99999999R 11111111H X1234567L Y1234567X Z1234567R X0000000T B12345674 A58818501`,
		// Italy: codice fiscale of Mario Rossi and of Wikipedia, a partita IVA.
		`RSSMRA80A01H501U RSSMRA85T10A562S RSSMRA70A01H501S MRTMTT25D09F205Z MRTMTT91D08F205J 12345678903 07643520567`,
		// France: numbers of INSEE's documentation, a SIREN and a SIRET.
		`255081416802538 269054958815780 1850578006084 185057800608436 732829320 73282932000074`,
		// Poland: PESEL, NIP, REGON.
		`44051401359 44051401458 1234563218 123456785`,
		// The Netherlands, Belgium, Sweden, Finland, Norway, Denmark, Switzerland.
		`111222333 123456782 85073003328 93051822361 8112189876 8112289874 131052308T 131052A308T 17054026641 0707614285 7569217076985 7561234567897`,
		// India: Aadhaar of the UIDAI, PAN and GSTIN of the tax department.
		`999941057058 123456789012 234567890124 ABCDE1234F AAAPL1234C 22AAAAA0000A1Z5 27AAPFU0939F1ZV`,
		// Mexico, Chile, Argentina, Colombia.
		`BOXW310820HNERXN09 HEGG560427MVZRRL04 GODE561231GR8 123456785 111111111 20123456786`,
		// Japan, Korea, China, Singapore, South Africa, Turkey, Israel.
		`123456789018 8501011234567 11010519491231002X 110101199003070134 440524188001010014 S1234567D 8001015009087 8001015009086 10000000146 12345678950 123456782`,
		// Vehicles and devices: the numbers of Wikipedia, of the NHTSA and of the GSMA.
		`1HGCM82633A004352 1M8GDM9AXKP042788 5GZCZ43D13S812715 WP0ZZZ99ZTS392124 490154203237518 356938035643809 352099001761481 353879234252633`,
		// Money: Ofcom's and banks' accounts, a routing number of tests.
		`31926819 110000000`,
		// Accounts in the documentation of AWS.
		`111122223333 444455556666 777788889999 012345678901`,
	} {
		for s := range strings.FieldsSeq(list) {
			m[s] = true
		}
	}
	return m
}())

// specimenAddresses are addresses of cryptocurrencies that everybody knows: of the first block, of
// BIP 173, of documentation and of public figures.
var specimenAddresses = []string{
	"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
	"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
	"0x742d35Cc6634C0532925a3b844Bc454e4438f44e", "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe", "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
	"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x0000000000000000000000000000000000000000", "0x000000000000000000000000000000000000dEaD",
}

// longestSpecimen is how many letters and digits a sample has at most.
const longestSpecimen = 20

// specimen reports whether a value is a published sample, in any spelling, or only
// counts: 123456789, 0000000.
func specimen(v []byte) bool {
	if len(v) >= 26 && len(v) <= 62 {
		return slices.Contains(specimenAddresses, string(v))
	}
	var plain [longestSpecimen]byte
	n, digits := 0, true
	for _, b := range v {
		if !isAlnum(b) {
			continue
		}
		if n == len(plain) {
			return false
		}
		if b >= 'a' && b <= 'z' {
			b -= 'a' - 'A'
		}
		digits = digits && isDigit(b)
		plain[n] = b
		n++
	}
	s := plain[:n]
	switch {
	case n < 6:
		return false
	case digits && (bytes.HasPrefix([]byte("12345678901234567890"), s) || allSame(s)):
		return true
	}
	return specimens.has(s)
}
