package rules

import (
	"bytes"
	"net/netip"
	"strings"
)

// Words that occur in values which stand for others. A run of four letters or
// more is too long to appear in a random token by chance.
var placeholderWords = []string{
	"example", "placeholder", "changeme", "change_me", "change-me", "changeit", "replace", "insert", "your_", "your-", "yourkey", "yourtoken",
	"yourpass", "yoursecret", "yourapi", "dummy", "sample", "redacted", "removed", "hidden", "censored", "foobar", "todo", "fixme", "xxxx",
	"****", "....", "####", "____", "----", "fake", "notreal", "not_real", "my_secret", "my-secret", "mysecret", "my_password", "mypassword",
	"my-password", "myapi", "my_api", "my-api", "mytoken", "my_token", "my-token", "_here", "-here", "keyhere", "tokenhere", "undefined", "null", "none", "n/a", "lorem", "deadbeef", "cafebabe", "the_password", "some_",
}

// Whole values that stand for others, or for no value.
var placeholderValues = map[string]bool{
	"password": true, "passwd": true, "pass": true, "secret": true, "mysecret": true, "token": true, "key": true, "string": true, "test": true, "user": true,
	"admin": true, "root": true, "postgres": true, "mysql": true, "guest": true, "default": true, "value": true, "true": true, "false": true,
	"nil": true, "empty": true, "required": true, "optional": true, "pwd": true, "redis": true, "username": true, "apitoken": true,
	"foo": true, "bar": true, "baz": true, "hunter2": false, "abc123": false, "credentials": true, "private": true, "public": true,
	"…": true, "...": true, "-": true, "todo": true, "mongodb": true, "mariadb": true, "rabbitmq": true, "minioadmin": true, "sa": true, "tbd": true, "none": true, "null": true, "xxx": true, "pass_good": true,
}

// maxShort bounds the values that are looked at for words and runs: what is
// longer holds such things by chance.
const maxShort = 160

// placeholder tells a value that stands for another from one that could be
// real. It must never hold of a random value of the length of a key.
func placeholder(v []byte) bool { return standsIn(v) || sequence(v) }

// standsIn is true of words, templates, one character repeated, and samples that
// documentation prints.
func standsIn(v []byte) bool {
	v = bytes.Trim(v, "\"'`,; ")
	if len(v) == 0 {
		return true
	}
	if marked(v) || bytes.Contains(v, []byte("EXAMPLE")) || bytes.Contains(v, []byte("\uFFFD")) {
		return true // %DB_HOST%, read as a percent-escape, is not text
	}
	if printed(v) {
		return true
	}
	if len(v) > maxShort {
		return false
	}
	lower := strings.ToLower(string(v))
	if placeholderValues[lower] {
		return true
	}
	for _, w := range placeholderWords {
		if strings.Contains(lower, w) {
			return true
		}
	}
	return repetitive(lower) == oneByte
}

// sequence is true of values that are, for the most part, 12345678, abcdefgh
// and the like. Such runs stand in samples, but in real values as well.
func sequence(v []byte) bool {
	if len(v) > maxShort {
		return false
	}
	lower := strings.ToLower(string(v))
	return repetitive(lower) == running || strings.Contains(lower, "qwerty") && len(v) < 40
}

// elided is true of a value of which something was left out or struck out where it
// ends: sk-proj-4fK..., xoxp-12-34-####.
func elided(c *candidate) bool {
	rest := c.text[c.end:min(len(c.text), c.end+8)]
	for len(rest) > 0 && (rest[0] == '-' || rest[0] == '_') {
		rest = rest[1:]
	}
	if bytes.HasPrefix(rest, []byte("…")) || bytes.HasSuffix(c.value(), []byte("...")) || bytes.HasSuffix(c.value(), []byte("..")) && c.after(1) == '.' {
		return true
	}
	return len(rest) > 2 && strings.IndexByte(".*#", rest[0]) >= 0 && rest[1] == rest[0] && rest[2] == rest[0]
}

// minToken is the length from which letters and digits in a row may be a token, though
// they run in sequence: a fifth of the samples of real formats do.
const minToken = 16

// tokenLike is true of values that are well-formed as tokens, whatever runs they hold.
// Alphabets that programs spell out are none, unless much else stands beside them.
func tokenLike(v []byte) bool {
	if digits := int(countDigits(v)); len(v) < minToken || digits == 0 || digits == len(v) {
		return false
	}
	rest := bytes.ToLower(v)
	for _, alphabet := range []string{"abcdefghijklmnopqrstuvwxyz", "0123456789abcdef"} {
		if bytes.Contains(rest, []byte(alphabet)) {
			rest = bytes.ReplaceAll(rest, []byte(alphabet), nil)
			if rest = bytes.ReplaceAll(rest, []byte("0123456789"), nil); len(rest) < minToken {
				return false
			}
		}
	}
	return true
}

// marked is true of template syntax: <token>, ${TOKEN}, {{ token }}, %TOKEN%,
// $(cmd), [token], $TOKEN, %s.
func marked(v []byte) bool {
	for _, t := range []struct{ open, closing string }{{"${", "}"}, {"{{", "}}"}, {"$(", ")"}, {"<%", "%>"}, {"#{", "}"}, {"%{", "}"}, {"@{", "}"}, {"$[[", "]"}, {"$env:", ""}} {
		at := bytes.Index(v, []byte(t.open))
		if at < 0 || at > 40 {
			continue
		}
		// What begins or ends with it is the part of a template up to a blank; a password that holds it closes nothing.
		if rest := v[at+len(t.open):]; at == 0 || len(rest) == 0 || bytes.Contains(rest, []byte(t.closing)) {
			return true
		}
	}
	first, last := v[0], v[len(v)-1]
	switch {
	case first == '<' && last == '>', first == '[' && last == ']', first == '{' && last == '}', first == '%' && last == '%' && len(v) > 2:
		return true
	case first == '%' && isLetter(last) && len(bytes.Trim(v[1:len(v)-1], "0123456789.+-#[]")) == 0:
		return true // %s, %-8v, %[1]q
	case first == '$' && len(v) > 1 && (isLetter(v[1]) || v[1] == '_'):
		// $NAME, but not a password such as $Summer2024!
		return len(bytes.Trim(v[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")) == 0 || len(bytes.Trim(v[1:], "abcdefghijklmnopqrstuvwxyz_")) == 0
	}
	return false
}

// repetition is how a value repeats itself.
type repetition uint8

const (
	irregular repetition = iota
	running              // in runs of neighbours: 123456abcdef, abcabcabc, a1b2c3d4
	oneByte              // in runs of one character
)

// repetitive looks for values that are, for the most part, runs of one
// character or of neighbours in the alphabet or on the digit keys, and for
// values that repeat one group over and over.
func repetitive(v string) repetition {
	if at := strings.LastIndexAny(v, "_-"); at > 0 && at < len(v)-8 {
		v = v[at+1:] // ghp_, sk-proj- and the like say nothing
	}
	if len(v) < 4 {
		if allOne(v) {
			return oneByte
		}
		return irregular
	}
	same, runs, start, direction := 0, 0, 0, 0
	for i := 1; i <= len(v); i++ {
		step := 2
		if i < len(v) {
			step = stride(v[i-1], v[i])
		}
		if i-start == 1 && step != 2 {
			direction = step
			continue
		}
		if step == direction && step != 2 {
			continue
		}
		if length := i - start; length >= 5 {
			runs += length
			if direction == 0 {
				same += length
			}
		} else if length == 4 && direction == 0 && !isAlnum(v[start]) {
			return oneByte
		}
		start, direction = i, 2
		if step != 2 && i < len(v) {
			start, direction = i-1, step
		}
	}
	switch {
	case same*2 >= len(v):
		return oneByte
	case runs*2 >= len(v):
		return running
	case len(v) < 12:
		return irregular
	case distinct([]byte(v)) <= 3:
		return oneByte
	}
	for period := 1; period <= 10 && period*2 <= len(v); period++ {
		if v[period:] == v[:len(v)-period] {
			if period < 4 {
				return oneByte
			}
			return running
		}
	}
	if interleaved(v) {
		return running
	}
	return irregular
}

// interleaved is true of a1b2c3d4 and the like: every other character is the
// next of its kind.
func interleaved(v string) bool {
	n := 0
	for i := 2; i < len(v); i++ {
		if stride(v[i-2], v[i]) == 1 {
			n++
		}
	}
	return n*3 >= 2*len(v)
}

func allOne(v string) bool { return v != "" && strings.Trim(v, v[:1]) == "" }

// stride is 0 between equal characters, 1 or -1 between neighbours, else 2.
func stride(a, b byte) int {
	switch {
	case a == b:
		return 0
	case b == a+1, a == '9' && (b == '0' || b == 'a'), a == '0' && b == 'a', a == 'z' && (b == '0' || b == '1'):
		return 1
	case b == a-1:
		return -1
	}
	return 2
}

// Cards that payment providers publish for tests.
var sampleCards = newSampleSet(map[string]bool{
	"4111111111111111": true, "4242424242424242": true, "4012888888881881": true, "4000056655665556": true, "5555555555554444": true,
	"5105105105105100": true, "2223003122003222": true, "5200828282828210": true, "378282246310005": true, "371449635398431": true,
	"378734493671000": true, "6011111111111117": true, "6011000990139424": true, "3056930009020004": true, "30569309025904": true,
	"38520000023237": true, "3530111333300000": true, "3566002020360505": true, "6200000000000005": true, "4222222222222": true,
	"4000000000000002": true, "4000000000009995": true, "4000000000000077": true, "2222405343248877": true, "5454545454545454": true,
	"4444333322221111": true, "4988438843884305": true, "6011000000000012": true, "4007000000027": true, "370000000000002": true,
})

// Account numbers that standards and encyclopaedias use as examples.
var sampleIBANs = newSampleSet(map[string]bool{
	"GB82WEST12345698765432": true, "GB29NWBK60161331926819": true, "GB33BUKB20201555555555": true, "DE89370400440532013000": true,
	"DE02120300000000202051": true, "DE75512108001245126199": true, "DE12500105170648489890": true, "FR1420041010050500013M02606": true,
	"FR7630006000011234567890189": true, "NL91ABNA0417164300": true, "NL02ABNA0123456789": true, "ES9121000418450200051332": true,
	"IT60X0542811101000000123456": true, "CH9300762011623852957": true, "CH5604835012345678009": true, "BE68539007547034": true,
	"BE71096123456769": true, "AT611904300234573201": true, "AT483200000012345864": true, "PL61109010140000071219812874": true,
	"IE29AIBK93115212345678": true, "SE4550000000058398257466": true, "NO9386011117947": true, "DK5000400440116243": true,
	"FI2112345600000785": true, "PT50000201231234567890154": true, "LU280019400644750000": true, "GR1601101250000000012300695": true,
	"SA0380000000608010167519": true, "ES7921000813610123456789": true, "DE91100000000123456789": true, "GB33BUKB20201555555555X": true,
})

var sampleNumbers = newSampleSet(map[string]bool{
	// Hashes of the documentation of FastAPI and of bcrypt.
	"$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW": true, "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy": true,
	"$argon2id$v=19$m=65536,t=3,p=4$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc": true,
	// AWS's documentation keys.
	"AKIAIOSFODNN7EXAMPLE": true, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": true,
})

var sampleDomains = []string{
	"example.com", "example.org", "example.net", "example.edu", "example", "test", "invalid", "localhost", "local", "domain.com", "domain.tld",
	"email.com.example", "users.noreply.github.com", "yourdomain.com", "yourcompany.com", "mydomain.com", "acme.test", "foo.com", "bar.com",
	"test.com", "example.co.uk", "example.de", "example.io", "example.fr", "company.com", "yourcompany.io",
}

// sampleStreets are addresses of fiction and of everyone's knowledge.
var sampleStreets = []string{
	"123 main st", "123 fake st", "221b baker", "742 evergreen", "10 downing", "11 downing", "4 privet", "1600 pennsylvania", "350 fifth", "1 infinite loop", "1600 amphitheatre",
	"1 microsoft way", "one microsoft way", "123 elm st", "123 example", "1 apple park", "12 grimmauld", "1313 mockingbird", "124 conch", "31 spooner", "30 rockefeller", "350 5th ave",
	"456 oak", "789 pine", "456 elm", "789 oak", "123 maple", "123 anywhere", "1 hacker way", "410 terry", "42 wallaby",
	"51 franklin st", "59 temple place", "675 mass ave", // the Free Software Foundation's, in licences
}

// samplePhones are the digits with which numbers reserved for fiction begin
// (FCC 555-01xx, Ofcom's drama numbers, Bundesnetzagentur, ACMA, ARCEP).
var samplePhones = []string{
	"447700900", "07700900", "4402079460", "442079460", "02079460", "441632960", "01632960", "441614960", "01614960", "441174960", "441314960",
	"61491570", "0491570", "612555", "613555",
}

func documentation(v []byte) bool {
	s := bytes.TrimSpace(v)
	if len(s) >= 11 && sampleNumbers.has(s) || bytes.HasSuffix(s, []byte("EXAMPLE")) || printed(v) || specimen(v) {
		return true
	}
	if len(s) > 8 && bytes.IndexByte(s, ' ') > 0 && isDigit(s[0]) {
		for _, a := range sampleStreets {
			if a[0] == s[0] && len(s) >= len(a) && equalLower(s[:len(a)], a) {
				return true
			}
		}
	}
	if at := bytes.LastIndexByte(s, '@'); at >= 0 {
		domain := s[at+1:]
		for _, d := range sampleDomains {
			if n := len(domain) - len(d); n >= 0 && (n == 0 || domain[n-1] == '.') && equalLower(domain[n:], d) {
				return true
			}
		}
		return false
	}
	if bytes.IndexByte(s, '.') >= 0 || bytes.IndexByte(s, ':') >= 0 {
		if addr, ok := parseIP(string(s)); ok {
			return !routable(addr)
		}
	}
	var plain [48]byte
	n, digits := 0, true
	for _, b := range s {
		if isAlnum(b) && n < len(plain) {
			if b >= 'a' && b <= 'z' {
				b -= 'a' - 'A'
			}
			digits = digits && isDigit(b)
			plain[n] = b
			n++
		}
	}
	compact := plain[:n]
	if digits && n >= 13 && sampleCards.has(compact) || !digits && n >= 15 && sampleIBANs.has(compact) || n == 12 && writtenAsMAC(s) && sampleMAC(string(compact)) {
		return true
	}
	if digits && n >= 7 && n <= 15 {
		if n == 10 && string(compact[:3]) == "555" || n == 11 && string(compact[:4]) == "1555" {
			return true // not an area code
		}
		if last := compact[n-7:]; (n == 7 || n == 10 || n == 11) && string(last[:5]) == "55501" {
			return true
		}
		for _, p := range samplePhones {
			if len(compact) >= len(p) && string(compact[:len(p)]) == p {
				return true
			}
		}
	}
	return false
}

// equalLower compares bytes with a text of ASCII in lower case, without regard to the case of ASCII.
func equalLower(s []byte, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i, b := range s {
		if lowerASCII(b) != lower[i] {
			return false
		}
	}
	return true
}

var reservedNets = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), // RFC 5737
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"), // RFC 3849, RFC 9637
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"),
}

// routable is true of addresses that can belong to somebody.
func routable(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, p := range reservedNets {
		if p.Contains(addr) {
			return false
		}
	}
	// Resolvers that everyone uses name nobody.
	switch addr.String() {
	case "1.2.3.4", "5.6.7.8", "4.3.2.1", "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9":
		return false
	}
	return true
}

// classes counts the classes of characters: upper case, lower case, digits and
// all others, letters of other scripts counting as lower case.
func classes(v []byte) float64 {
	var seen [4]bool
	for _, b := range v {
		switch {
		case b >= 'A' && b <= 'Z':
			seen[0] = true
		case b >= 'a' && b <= 'z', b >= 0x80:
			seen[1] = true
		case isDigit(b):
			seen[2] = true
		default:
			seen[3] = true
		}
	}
	n := 0.0
	for _, s := range seen {
		if s {
			n++
		}
	}
	return n
}

// identifierLike is true of what stands on the right of an assignment in code
// and is not a literal: names, member accesses, calls, paths, types.
func identifierLike(v []byte) bool {
	if len(v) == 0 {
		return false
	}
	if bytes.ContainsAny(v, "()[]{}") {
		return true
	}
	if v[0] == '/' || bytes.HasPrefix(v, []byte("./")) || bytes.HasPrefix(v, []byte("../")) || bytes.HasPrefix(v, []byte("~/")) {
		return true
	}
	if len(v) >= 16 && countDigits(v) == 1 && int(countLetters(v)) == len(v)-1 && wordLike(v) {
		return true // OAuth2PasswordRequestForm
	}
	// Parts joined by dots, arrows, colons, underscores or dashes, each of
	// them letters alone: a name.
	start, parts := 0, 0
	for i := 0; i <= len(v); i++ {
		if i < len(v) && !strings.ContainsRune("._-:>/", rune(v[i])) {
			continue
		}
		part := v[start:i]
		start = i + 1
		if len(part) == 0 {
			continue
		}
		parts++
		letters := int(countLetters(part))
		if letters < len(part)-1 || letters < len(part) && (i < len(v) || !isDigit(part[len(part)-1])) {
			return false // digits or signs inside
		}
		if letters > 4 && !wordLike(part) {
			return false
		}
	}
	return parts > 0
}

// countUpper counts A to Z.
func countUpper(v []byte) float64 {
	return countBytes(v, func(b byte) bool { return b >= 'A' && b <= 'Z' })
}

// countLower counts a to z.
func countLower(v []byte) float64 {
	return countBytes(v, func(b byte) bool { return b >= 'a' && b <= 'z' })
}

// countSymbols counts visible ASCII characters other than letters and digits.
func countSymbols(v []byte) float64 {
	return countBytes(v, func(b byte) bool { return b > ' ' && b < 0x7f && !isAlnum(b) })
}

func countBytes(v []byte, counts func(b byte) bool) float64 {
	n := 0
	for _, b := range v {
		if counts(b) {
			n++
		}
	}
	return float64(n)
}
