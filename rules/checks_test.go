package rules

import (
	"strings"
	"testing"
)

// Published samples and numbers made for this test. Those whose last digits
// are checks are spoiled by changing one.
func TestValueChecks(t *testing.T) {
	for name, c := range map[string]struct{ pass, fail []string }{
		"luhn":           {[]string{"79927398713", "4111 1111 1111 1111"}, []string{"79927398710", "0"}},
		"verhoeff":       {[]string{"2363", "142857 0"}, []string{"2364", "2"}},
		"card":           {[]string{"4111 1111 1111 1111", "378282246310005", "2223003122003222", "5555555555554444", "6011111111111117", "3530111333300000", "30569309025904", "6200000000000005"}, []string{"4111 1111 1111 1112", "0000 0000 0000 0000", "1111111111111117", "41111111111111111", "9999999999999995"}},
		"iban":           {[]string{"GB82 WEST 1234 5698 7654 32", "de89370400440532013000", "NO93 8601 1117 947", "FR14 2004 1010 0505 0001 3M02 606"}, []string{"GB82 WEST 1234 5698 7654 33", "DE8937040044053201300", "XX89370400440532013000", "DE"}},
		"aba":            {[]string{"021000021", "1110-0002-5"}, []string{"021000022", "991000021", "12345678"}},
		"us-ssn":         {[]string{"078-05-1120", "219 09 9999"}, []string{"000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "111-11-1111"}},
		"us-itin":        {[]string{"912-70-1234", "999-94-0000"}, []string{"912-93-1234", "812-70-1234", "912-49-1234"}},
		"us-npi":         {[]string{"1234567893"}, []string{"1234567894", "3234567893"}},
		"us-dea":         {[]string{"BB1388568", "F91234563"}, []string{"BB1388569", "QB1388568", "B11388568"}},
		"uk-nhs":         {[]string{"943 476 5919", "9876543210"}, []string{"943 476 5918", "1111111111", "987654321"}},
		"uk-nino":        {[]string{"AA 12 34 56 C", "JG103759A"}, []string{"BG123456A", "DA123456A", "AO123456A", "AA123456E"}},
		"ca-sin":         {[]string{"193-456-787", "130692544"}, []string{"193456788", "046454286", "812345678"}},
		"au-tfn":         {[]string{"123 456 782", "38593474"}, []string{"123 456 783", "000000000"}},
		"au-abn":         {[]string{"51 824 753 556"}, []string{"51 824 753 557", "01 824 753 556"}},
		"au-medicare":    {[]string{"2123 45670 1"}, []string{"2123 45671 1", "1123 45670 1"}},
		"in-aadhaar":     {[]string{"2341 2341 2346"}, []string{"2341 2341 2347", "0341 2341 2346", "222222222222"}},
		"sg-nric":        {[]string{"S1234567D", "T1234567J", "F1234567N", "G1234567X"}, []string{"S1234567E", "A1234567D"}},
		"my-nric":        {[]string{"770305-02-1234"}, []string{"771305-02-1234", "770305-17-1234"}},
		"id-nik":         {[]string{"3171011708450001", "3171015708450001"}, []string{"3171013208450001", "0171011708450001", "3171011708450000"}},
		"th-id":          {[]string{"1-2345-45678-78-1", "3100600445635"}, []string{"3100600445636", "0100600445635"}},
		"kr-rrn":         {[]string{"971013-9019902", "970101-5234567", "211130-3234567"}, []string{"971301-1234567", "970101-1111111", "971013-9019903"}},
		"jp-my-number":   {[]string{"1234 5678 9018"}, []string{"628547839653", "111111111111"}},
		"cn-resident-id": {[]string{"11010519491231002X"}, []string{"440524188001010014", "110105194912310021", "440524180001010014", "000105194912310021"}},
		"de-tax-id":      {[]string{"36574261809", "86 095 742 719"}, []string{"36574261890", "36554266806", "01234567890"}},
		"fr-nir":         {[]string{"2 95 10 99 126 111 93", "253072B07300470", "253072A07300443"}, []string{"2 95 10 99 126 111 94", "2 95 15 99 126 111 93"}},
		"es-nif":         {[]string{"12345678Z", "54362315-K", "X2482300W", "Y1234567X"}, []string{"12345678A", "X2482300A"}},
		"it-fiscal-code": {[]string{"RCCMNL83S18D969H", "rccmnl83s18d969h"}, []string{"RCCMNL83S18D969"}},
		"it-vat":         {[]string{"00743110157"}, []string{"00743110158"}},
		"pt-nif":         {[]string{"501964843"}, []string{"501964842", "401964843"}},
		"nl-bsn":         {[]string{"111222333", "1112.22.333"}, []string{"1112.22.334", "000000000"}},
		"be-nn":          {[]string{"85.07.30-033.28", "17 07 30 033 84"}, []string{"85.07.30-033.29", "85.13.30-033.28"}},
		"ch-ahv":         {[]string{"756.9217.0769.85"}, []string{"756.9217.0769.84", "757.9217.0769.85"}},
		"pl-pesel":       {[]string{"44051401359", "02070803628"}, []string{"44051401358", "44133401359"}},
		"se-personnummer": {
			[]string{"880320-0016", "8803200016", "19880320-0016"},
			[]string{"880320-0018", "881320-0016"},
		},
		"fi-hetu":        {[]string{"131052-308T"}, []string{"131052-308U", "310252-308Y"}},
		"dk-cpr":         {[]string{"211062-5629"}, []string{"511062-5629"}},
		"no-fnr":         {[]string{"15108695088"}, []string{"15108695077", "15138695088"}},
		"tr-id":          {[]string{"17291716060"}, []string{"17291716050", "07291716092"}},
		"ru-inn":         {[]string{"7707083893", "500100732259"}, []string{"7707083894", "500100732258"}},
		"ru-snils":       {[]string{"112-233-445 95"}, []string{"112-233-445 94"}},
		"il-id":          {[]string{"039337423"}, []string{"039337424", "000000000"}},
		"za-id":          {[]string{"7503305044089", "8001015009087"}, []string{"8001015009088", "8013015009087"}},
		"br-cpf":         {[]string{"390.533.447-05", "39053344705"}, []string{"390.533.447-0", "231.002.999-00", "111.111.111-11"}},
		"br-cnpj":        {[]string{"16.727.230/0001-97", "12.ABC.345/01DE-35"}, []string{"16.727.230/0001-98", "00.000.000/0000-00"}},
		"mx-curp":        {[]string{"BOXW310820HNERXN09"}, []string{"BOXW310820HNERXN08", "BOXW313820HNERXN09"}},
		"mx-rfc":         {[]string{"GODE561231GR8", "GODE-561231-GR8", "MAB9307148T4"}, []string{"GODE561331GR8", "GODE561231GR7", "E&F561231GR8"}},
		"ar-cuit":        {[]string{"20-05536168-2"}, []string{"20-05536168-3", "99-05536168-2"}},
		"cl-rut":         {[]string{"12.531.909-2", "125319092"}, []string{"12.531.909-3", "11.111.111-1"}},
		"ae-id":          {[]string{"784-1984-1234567-4"}, []string{"784-1984-1234567-5", "785-1984-1234567-9"}},
		"au-acn":         {[]string{"004 085 616"}, []string{"004 085 617"}},
		"au-ihi":         {[]string{"8003 6016 6669 0503"}, []string{"8003 6016 6669 0504"}},
		"bic":            {[]string{"DEUTDEFF", "CHASUS33XXX"}, []string{"DEUTZZFF", "DEUTDEF", "1EUTDEFF"}},
		"br-cnh":         {[]string{"97625655678"}, []string{"97625655687"}},
		"br-titulo":      {[]string{"102385010671"}, []string{"102385010670", "102385990671"}},
		"ca-bn":          {[]string{"123026635RC0001"}, []string{"123026636RC0001"}},
		"ca-ramq":        {[]string{"TREM 5512 1512", "TREM55621512"}, []string{"TREM 5513 1512", "TR3M 5512 1512"}},
		"ch-uid":         {[]string{"CHE-100.155.212"}, []string{"CHE-100.155.213"}},
		"co-nit":         {[]string{"213.123.432-1"}, []string{"213.123.432-5"}},
		"de-id-card":     {[]string{"T220001293", "L01X00T471"}, []string{"T220001294", "1220001293"}},
		"de-svnr":        {[]string{"15070649C103"}, []string{"15070649C104", "15071349C103"}},
		"de-ust-id":      {[]string{"136695976"}, []string{"136695978"}},
		"do-cedula":      {[]string{"00113918205"}, []string{"00113918204"}},
		"ec-ci":          {[]string{"171430710-3", "1714307103001"}, []string{"171430710-4", "991430710-3"}},
		"ee-ik":          {[]string{"36805280109", "38703181745"}, []string{"36805280108", "76805280109"}},
		"eg-nid":         {[]string{"29001010123456"}, []string{"29013010123456", "19001010123456", "29001016123456"}},
		"es-cif":         {[]string{"J99216582", "U99216632"}, []string{"J99216583", "I99216582"}},
		"fr-siren":       {[]string{"732 829 320", "73282932000074"}, []string{"732 829 321", "73282932000075"}},
		"fr-tva":         {[]string{"40 303 265 045"}, []string{"84 323 140 391"}},
		"gr-afm":         {[]string{"094259216"}, []string{"094259217"}},
		"gr-amka":        {[]string{"01013099997"}, []string{"01013099999", "01323099997"}},
		"hu-taj":         {[]string{"111 111 110"}, []string{"111 111 111"}},
		"ie-pps":         {[]string{"6433435F", "6433435OA"}, []string{"6433435E", "6433435OB"}},
		"imei":           {[]string{"35-686800-004141-8"}, []string{"35-686800-004141-7"}},
		"in-gstin":       {[]string{"27AAPFU0939F1ZV"}, []string{"27AAPFU0939F1ZO", "39AAPFU0939F1ZV"}},
		"ir-national-id": {[]string{"0499370899"}, []string{"0499370898"}},
		"is-kennitala":   {[]string{"120174-3399"}, []string{"120174-3389", "121374-3399"}},
		"jmbg":           {[]string{"0101006500006"}, []string{"0101006500007", "0113006500006"}},
		"lk-nic":         {[]string{"863051234V", "198630501234"}, []string{"869051234V", "863051234A"}},
		"lu-matricule":   {[]string{"1893120105732"}, []string{"1893120105733", "1893130105732"}},
		"lv-pk":          {[]string{"161175-19997", "328673-00679"}, []string{"161375-19997", "161175-19998"}},
		"mrz": {
			[]string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6", "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"},
			[]string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C37UTO7408122F1204159ZE184226B<<<<<10", "P<UTO"},
		},
		"mx-clabe":     {[]string{"032180000118359719"}, []string{"032180000118359718"}},
		"nz-ird":       {[]string{"49-091-850", "136410132"}, []string{"136410133", "9125568"}},
		"nz-nhi":       {[]string{"ZZZ0016", "ALU18KZ"}, []string{"ZZZ0017", "ZZI0016", "ALU18KY"}},
		"pe-ruc":       {[]string{"20512333797"}, []string{"20512333798", "99512333797"}},
		"pl-nip":       {[]string{"856-734-62-15"}, []string{"856-734-62-16"}},
		"pl-id-card":   {[]string{"ABA300000", "ABS123456"}, []string{"ABA300001"}},
		"pt-cc":        {[]string{"00000000 0 ZZ4"}, []string{"00000000 0 ZZ5"}},
		"kr-brn":       {[]string{"124-81-00998", "220-81-62517"}, []string{"124-81-00999"}},
		"ar-cbu":       {[]string{"2850590940090418135201"}, []string{"2850590940090418135202", "2850590840090418135201"}},
		"pl-regon":     {[]string{"192598184", "12345678512347"}, []string{"192598183"}},
		"ru-ogrn":      {[]string{"1022200525819", "385768585948949"}, []string{"1022500001328"}},
		"si-davcna":    {[]string{"50223054"}, []string{"50223055"}},
		"sv-dui":       {[]string{"00016297-5"}, []string{"00016297-4"}},
		"ua-rntrc":     {[]string{"1759013776"}, []string{"1759013770"}},
		"uk-driver":    {[]string{"MORGA657054SM9IJ"}, []string{"MORGA673054SM9IJ", "MORGA6570549M9IJ"}},
		"uk-utr":       {[]string{"1955839661"}, []string{"2955839661"}},
		"us-ein":       {[]string{"91-1144442"}, []string{"07-1144442"}},
		"uy-ci":        {[]string{"1.234.567-2"}, []string{"1.234.567-3"}},
		"ve-rif":       {[]string{"V-11470283-4"}, []string{"V-11470283-3", "X-11470283-4"}},
		"at-svnr":      {[]string{"1237 010180"}, []string{"2237 010180"}},
		"cz-rc":        {[]string{"710319/2745", "991231123"}, []string{"710319/2746", "711319/2745"}},
		"bg-egn":       {[]string{"7501020018"}, []string{"7501020017", "7552A10004", "8032056031"}},
		"ro-cnp":       {[]string{"1630615123457"}, []string{"1630615123458", "8800101221145"}},
		"hr-oib":       {[]string{"33392005961"}, []string{"33392005962"}},
		"hk-id":        {[]string{"G123456(A)", "AB987654(3)"}, []string{"G123456(B)"}},
		"tw-id":        {[]string{"A123456789"}, []string{"A123456788"}},
		"vin":          {[]string{"1M8GDM9AXKP042788", "11111111111111111"}, []string{"1M8GDM9A1KP042788", "1M8GDM9AXKP04278"}},
		"date":         {[]string{"1985-03-12", "12/03/1985", "3/12/85", "12.3.1985", "2 March 1971", "March 2nd, 1971", "2. März 1997", "2 de marzo de 1971", "19620418", "1984年2月17日", "昭和62年9月3日", "S52.11.3", "民國75年3月5日", "29.02.2000", "oct 9 1954", "15 अगस्त 1961", "3 مايو 1988", "31. července 1988", "12 มีนาคม 2528", "3 tháng 5, 1988"}, []string{"33/14/1985", "2 Foo 1971", "30.02.2001", "29.02.1900", "1785-03-12", "123", "12/03", "19621318"}},
		"ip-address":   {[]string{"45.148.10.92", "10.0.0.0/8", "2001:db8::1", "fe80::1%eth0"}, []string{"256.1.1.1", "1.2.3", "::", "abc", "10.0.0.0/33"}},
		"mac-address":  {[]string{"3c:22:fb:9a:10:7e", "3C22.FB9A.107E"}, []string{"00:00:00:00:00:00", "ff-ff-ff-ff-ff-ff", "3c:22"}},
		"email":        {[]string{"a.b+c@mossgate.net", "a@xn--bcher-kva.de"}, []string{"a@b.png", "left-pad@1.3.0", ".a@b.de", "a..b@c.de", "a@b"}},
		"phone-number": {[]string{"+49 30 901820", "0044 20 7123 4567", "+1 (206) 438-8015 x12", "011 33 1 84 17 61 18", "+44 (0)20 7123 4567"}, []string{"+1 206 038 8015", "030 901820", "+999 123456789", "+"}},
		"phone":        {[]string{"+44 20 7123 4567", "+1 (206) 438-8015", "0049 30 901820", "04841 - 77 20 95", "+49 (0)30 901820"}, []string{"+1 206 438", "111111111", "+47 12 34 56 78 90", "123"}},
		"base64":       {[]string{"aGVsbG8=", "aGVsbG8", "_-8"}, []string{"a", "a b"}},
		"base64-text":  {[]string{"aGVsbG8="}, []string{"AAECAw=="}},
		"base64-prose": {[]string{"SGVsbG8gdG8gYWxsIG9mIHlvdQ=="}, []string{"aGVsbG8=", "aGVsbG8gYWxs"}},
		"basic-auth":   {[]string{"amFuZTpzZWNyZXQ="}, []string{"amFuZQ==", "amFuZTo="}},
		"jwt": {
			[]string{"eyJhbGciOiJIUzI1NiJ9.e30.x"},
			[]string{"eyJhbGciOiJub25lIn0.e30.x", "eyJ0eXAiOiJKV1QifQ.e30.x", "abc.def.ghi", "eyJhbGciOiJIUzI1NiJ9.e30"},
		},
		"bech32":      {[]string{"A12UEL5L", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "a1lqfn3a", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"}, []string{"A12UEL5M", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "pzry9x0s0muk", "A1lqfn3a"}},
		"base58check": {[]string{"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"}, []string{"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "0OIl"}},
		"bip39": {
			[]string{"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about", "legal winner thank year wave sausage worth useful legal winner thank yellow"},
			[]string{"legal winner thank year wave sausage worth useful legal winner thank thank", "legal winner thank year"},
		},
		"bip39-words": {
			[]string{"legal winner thank year wave sausage worth useful legal winner thank thank"},
			[]string{"legal winner thank year wave sausage worth useful legal winner thank sluice", "legal winner"},
		},
		"pem":         {[]string{"-----BEGIN PRIVATE KEY-----" + strings.Repeat("Ab3+", 20)}, []string{"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"}},
		"hex":         {[]string{"00ffAB"}, []string{"", "xyz"}},
		"json":        {[]string{`{"a": 1}`, " [1, 2] "}, []string{"1", `"a"`, "{a}", "{}x", "{"}},
		"base64-json": {[]string{"eyJhIjoxfQ==", "eyJhIjoxfQ"}, []string{"aGVsbG8=", "e30x!"}},
		"der": {
			// A sequence of an integer; the same in the long form, which DER forbids; one that is cut.
			[]string{"MAMCAQE=", "-----BEGIN X-----\nMAMC\nAQE=\n-----END X-----", `-----BEGIN X-----\nMAMCAQE=\n-----END X-----`},
			[]string{"MIEDAgEB", "MAQCAQE=", "MAMCAQ==", "aGVsbG8gd29ybGQ=", "", "-----BEGIN X"},
		},
		"mod97":       {[]string{"5493001KJTIIGC8Y1R12", "213800WSGIIZCXF1P572"}, []string{"5493001KJTIIGC8Y1R13", "1", "54930_1"}},
		"mixed":       {[]string{"a1"}, []string{"a", "1"}},
		"mixed-case":  {[]string{"aB"}, []string{"ab", "AB1"}},
		"ascii":       {[]string{"abc"}, []string{"ä"}},
		"word":        {[]string{"authenticationFailed", "getPassword", "Sanderling"}, []string{"x9k2q7", "qzxvkjwp", "a1b2c3d4"}},
		"identifier":  {[]string{"config.password", "getToken()", "db-credentials", "/etc/secret", "process.env", "OAuth2PasswordRequestForm"}, []string{"k3x9q2m7w1za", "forelle-blau-1964", "Marzipan!Gull88"}},
		"password":    {[]string{"Marzipan!Gull88", "forelle-blau-1964", "Tr0ub4dor&3", "Жаворонок-7-поле", "XZjljENUhJdu"}, []string{"password", "getPassword()", "RequestFormData", "PasswordEncoder", "MaxRetries", "https://a.b/c1", "!!!!"}},
		"person-name": {[]string{"Ann", "Ann Lee", "J. Lee", "Jean-Luc de la Tour", "小野寺 翔太"}, []string{"Team", "Dear Ann", "It's Ann", "x", "Acme Health", "Ann 7"}},
		"full-name":   {[]string{"Ann Lee"}, []string{"Ann", "Ann Support"}},
		"user-name":   {[]string{"tomasz.wil", "qa_minseo", "j-roe", "jroe82"}, []string{"admin", "self.user", "config_name", "jane", "a.py", "user.name", "www-data"}},
		"small-parts": {[]string{"4.2.1.3", "10.20.1.0", "4.9.0.80"}, []string{"4.2.21.30"}},
		"placeholder": {
			[]string{"your_key_here", "<token>", "${TOKEN}", "{{ token }}", "xxxxxxxxxxxx", "12345678", "AKIAIOSFODNN7EXAMPLE", "changeme", "%s_here", "********", "abcabcabcabc", "$GITHUB_TOKEN", "abcdefghijklmnop", "sk_live_AAAAAAAAAAAAAAAAAAAA", "%s", "%[1]v"},
			[]string{"k3x9q2m7w1za", "Marzipan!Gull88", "$Kelp8-anchor!", "9f86d081884c7d659a2feaa0c55ad015"},
		},
		"specimen": {
			[]string{"943 476 5919", "123.456.789-09", "12345678Z", "x1234567l", "QQ 12 34 56 C", "123456789", "0000000", "49-015420-323751-8", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"},
			[]string{"", "12345", "943 476 5910", "12345678A", "1234567891012", "123456788", "0000001", "73319024", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAee", "12345678901234567890123"},
		},
		"documentation": {
			[]string{"a@example.com", "a@b.example.org", "a@x.test", "192.0.2.1", "10.1.2.3", "127.0.0.1", "2001:db8::1", "(206) 555-0123", "+44 7700 900123", "4111 1111 1111 1111", "GB82 WEST 1234 5698 7654 32", "078-05-1120", "123 45 6789", "219099999", "AKIAIOSFODNN7EXAMPLE"},
			[]string{"a@mossgate.net", "45.148.10.92", "(206) 438-8015", "4716 6626 2749 7377", "2a01:4f8:c17:b0f::2"},
		},
	} {
		def, ok := checkTable[name]
		if !ok {
			t.Errorf("no check is called %s", name)
			continue
		}
		k := check{checkDef: def}
		for want, values := range map[bool][]string{true: c.pass, false: c.fail} {
			for _, v := range values {
				if got := k.holds(&candidate{text: []byte(v), end: len(v), to: len(v)}); got != want {
					t.Errorf("%s of %q is %v", name, v, got)
				}
			}
		}
	}
}

func TestContextChecks(t *testing.T) {
	plain := strings.Repeat("k3x9Q2m7w1za", 6)
	row := plain[:30] + "+/" + plain[30:]
	// The value is what stands between the bars.
	for name, c := range map[string]struct{ pass, fail []string }{
		"not-amount":       {[]string{"call |200-1000| now", "(|482-913|)", "|482-913|. Then"}, []string{"$|200-1000|", "$ |200-1000|", "|10-20| %", "|200-300| €", "4.|240.69.13|"}},
		"standalone":       {[]string{"|482913|", "(|482913|)", "身份证|482913|号"}, []string{"x|482913|", "|482913|_"}},
		"outside-token":    {[]string{"id |482913|.", "id=|482913|, x", "id:|482913| - x"}, []string{"INV-|482913|", "|482913|-7", "a/|482913|/b", "1.|482913|", "|482913|.5", "|482913|:30", "|482913|@x"}},
		"outside-url":      {[]string{"|482913|", "https://a.b/c?id=|482913|", "see https://a.b/c |482913|"}, []string{"https://a.b/|482913|/x"}},
		"outside-userinfo": {[]string{"|jane@a.de|", "mailto:|jane@a.de|", "https://a.b/x:|jane@a.de|", "https://a.b?m:|jane@a.de|", "x://a |jane@a.de|"}, []string{"pg://|jane@a.de|", "pg://shop" + ":|Kelp8@db.a.de|", "pg://shop" + ":a:b|Kelp8@db.a.de|"}},
		"outside-blob":     {[]string{"=|482913|="}, []string{"ab+|482913|", "|482913|/x"}},
		"outside-block": {
			[]string{"|" + row + "|", "key\n|" + row + "|\nend", "|" + row[:40] + "|\n" + row[:40], "|" + plain + "|\n" + plain, "|" + row[1:] + "=|\n" + row[1:] + "=", "a: |" + row + "|\n" + row[5:]},
			[]string{"|" + row + "|\n" + row, row + "\n|" + row + "|", "> " + row + "\n> |" + row[9:] + "|\n", "  |" + row + "|\r\n  " + row + "\r\n"},
		},
		"lone":       {[]string{"call |4829 13|", "a-|4829|-b"}, []string{"99 |4829|", "|4829|-13"}},
		"variable":   {[]string{"key = |newPrivateKey768|,"}, []string{`"|newPrivateKey768|"`, "key = |k3x9q2m7w1za|"}},
		"literal":    {[]string{"|hunter22|", "|hunter22|."}, []string{"|getPassword|()", "|env|[x]", "|config|.password", "|$name|"}},
		"name-field": {[]string{"name: |Ann Lee| is", "name: |Ann|", `"|Ann|"`}, []string{"name: |Ann| is"}},
		"quoted":     {[]string{`"|x|"`, "'|x|'"}, []string{"|x|", `"|x|'`}},
	} {
		k := check{checkDef: checkTable[name]}
		for want, texts := range map[bool][]string{true: c.pass, false: c.fail} {
			for _, text := range texts {
				start := strings.IndexByte(text, '|')
				plain := strings.ReplaceAll(text, "|", "")
				end := strings.LastIndexByte(text, '|') - 1
				if got := k.holds(&candidate{text: []byte(plain), start: start, end: end, from: start, to: end}); got != want {
					t.Errorf("%s of %q is %v", name, text, got)
				}
			}
		}
	}
}

func TestMeasures(t *testing.T) {
	for _, c := range []struct {
		check, value string
		want         bool
	}{
		{"entropy>=2", "abcd", true},
		{"entropy>=2.1", "abcd", false},
		{"randomness>=0.9", "k3x9q2m7w1za", true},
		{"randomness>=0.9", "9f86d081884c7d65", false},
		{"randomness>=0.8", "9f86d081884c7d65", true},
		{"randomness>=0.9", "aaaaaaaabbbbbbbb", false},
		{"randomness>=0.99", "0123456789", true},
		{"randomness>=0.01", "a", false},
		{"distinct>=3", "aabbc", true},
		{"distinct>=4", "aabbc", false},
		{"length>=3", "abc", true},
		{"not-length>=3", "abc", false},
		{"digits>=2", "a1b2", true},
		{"letters>=3", "a1b2", false},
		{"classes>=3", "aB1", true},
		{"classes>=4", "aB1", false},
		{"base64-bytes>=5", "aGVsbG8=", true},
		{"base64-bytes>=6", "aGVsbG8=", false},
		{"not-luhn", "79927398713", false},
	} {
		k, err := parseCheck(c.check)
		if err != nil {
			t.Fatal(err)
		}
		candidate := newCandidate([]byte(c.value), 0, len(c.value), 0, len(c.value))
		if got := k.holds(&candidate); got != c.want {
			t.Errorf("%s of %q is %v", c.check, c.value, got)
		}
	}
}

func TestTokenChecksums(t *testing.T) {
	for _, body := range []string{"ghp_" + strings.Repeat("a1B2", 7) + "xy", "npm_" + strings.Repeat("Z9y8", 7) + "q0"} {
		tail := crc32Tail([]byte(body[4:]))
		token := []byte(body + string(tail[:]))
		if !crc32Base62(token) {
			t.Errorf("the checksum of %s is not accepted", token[:4])
		}
		token[len(token)-1] ^= 1
		if crc32Base62(token) {
			t.Errorf("a wrong checksum of %s is accepted", token[:4])
		}
	}
	if crc32Base62([]byte("ghp_abc")) || crc32Hex([]byte("short")) {
		t.Error("a short value has a checksum")
	}
	// CRC-32 of "123456789" is cbf43926.
	if !crc32Hex([]byte("1234567892639f4cb")) {
		t.Error("the little-endian checksum is not accepted")
	}
}

func TestChecksDescribed(t *testing.T) {
	for _, c := range Checks() {
		if c.Doc == "" || strings.HasSuffix(c.Doc, ".") {
			t.Errorf("%s: describe it in a clause without a full stop", c.Name)
		}
		def := checkTable[c.Name]
		n := 0
		for _, set := range []bool{def.value != nil, def.context != nil, def.measure != nil} {
			if set {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s has %d functions", c.Name, n)
		}
	}
}
