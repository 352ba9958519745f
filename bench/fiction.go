package bench

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
)

// Fiction makes values that have the shape, the checksums and the randomness of
// real ones and belong to nobody. The same seed gives the same values in the
// same order. It is not safe for concurrent use.
type Fiction struct{ rng *rand.Rand }

// NewFiction returns a Fiction that starts at seed.
func NewFiction(seed uint64) *Fiction {
	return &Fiction{rand.New(rand.NewPCG(seed, 0x51_0c_e0))}
}

const (
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
)

func (f *Fiction) pick(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[f.rng.IntN(len(alphabet))]
	}
	return string(b)
}

// AWSAccessKeyID returns an access key id: four letters and sixteen of base32.
func (f *Fiction) AWSAccessKeyID() string {
	// Ids of real accounts begin with a base32 digit from the upper half, and
	// one that holds no digit at all is one in fifty.
	return "AK" + "IA" + f.pick("QRSTUVWXYZ", 1) + f.pick(upper+"234567", 13) + f.pick("234567", 2)
}

// AWSSecretAccessKey returns forty characters of the base64 alphabet.
func (f *Fiction) AWSSecretAccessKey() string {
	return f.pick(upper+lower+digits, 17) + "/" + f.pick(upper+lower+digits, 21) + f.pick(digits, 1)
}

// GitHubToken returns a classic personal access token with a right checksum:
// six base62 digits of the CRC-32 of the thirty characters before them.
func (f *Fiction) GitHubToken() string {
	random := f.pick(digits+upper+lower, 30)
	const base62 = digits + upper + lower
	sum := crc32.ChecksumIEEE([]byte(random))
	tail := make([]byte, 6)
	for i := len(tail) - 1; i >= 0; i-- {
		tail[i] = base62[sum%62]
		sum /= 62
	}
	return "gh" + "p_" + random + string(tail)
}

// OpenAIKey returns a project key.
func (f *Fiction) OpenAIKey() string {
	const alphabet = upper + lower + digits
	return "sk" + "-proj-" + f.pick(alphabet, 74) + "T3Blb" + "kFJ" + f.pick(alphabet, 74)
}

var (
	givenNames = []string{"maren", "tobias", "ilse", "henrik", "paola", "yusuf", "noor", "edda", "kofi", "lidia"}
	surnames   = []string{"lindqvist", "okonjo", "brandauer", "ferrante", "soederberg", "vandermeer", "achterberg", "duchamp"}
	domains    = []string{"nordwind-klinik", "kestrel-logistik", "halbmond-bank", "ferrovia-sud", "tidewater-legal"}
)

// Email returns an address. Its domain is made of words and a random number.
func (f *Fiction) Email() string {
	return fmt.Sprintf("%s.%s@%s%d.de",
		givenNames[f.rng.IntN(len(givenNames))], surnames[f.rng.IntN(len(surnames))],
		domains[f.rng.IntN(len(domains))], 1000+f.rng.IntN(9000))
}

// Card returns a card number in four groups of four, with an issuer's range
// and a right check digit.
func (f *Fiction) Card() string {
	number := "5" + f.pick("12345", 1) + f.pick(digits, 13)
	number += string('0' + luhnCheck(number))
	return number[:4] + " " + number[4:8] + " " + number[8:12] + " " + number[12:]
}

// luhnCheck returns the digit that makes number pass the mod-10 check.
func luhnCheck(number string) byte {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte((10 - sum%10) % 10)
}

// IBAN returns a German account number in groups of four with right check
// digits (ISO 13616: mod 97 of the number rotated by four is 1).
func (f *Fiction) IBAN() string {
	account := f.pick("1234567", 1) + f.pick(digits, 17)
	rest := 0
	for _, d := range account + "131400" { // D = 13, E = 14, check digits 00
		rest = (rest*10 + int(d-'0')) % 97
	}
	iban := fmt.Sprintf("DE%02d%s", 98-rest, account)
	var groups []string
	for ; len(iban) > 4; iban = iban[4:] {
		groups = append(groups, iban[:4])
	}
	return strings.Join(append(groups, iban), " ")
}

// Password returns a password of the kind that people make up.
func (f *Fiction) Password() string {
	words := []string{"Marzipan", "Lantern", "Gulls", "Velvet", "Harbour", "Copper"}
	return words[f.rng.IntN(len(words))] + f.pick("!*+", 1) + words[f.rng.IntN(len(words))] + f.pick(digits, 3)
}

// PrivateKey returns a PEM block with random content where the key would be.
func (f *Fiction) PrivateKey() string {
	der := make([]byte, 608)
	for i := range der {
		der[i] = byte(f.rng.Uint32())
	}
	text := base64.StdEncoding.EncodeToString(der)
	var b strings.Builder
	b.WriteString("-----BEGIN RSA " + "PRIVATE KEY-----\n")
	for ; len(text) > 64; text = text[64:] {
		b.WriteString(text[:64] + "\n")
	}
	b.WriteString(text + "\n-----END RSA " + "PRIVATE KEY-----")
	return b.String()
}

// Five returns one each of the values that any guard should know: an AWS key
// id, a GitHub token, an e-mail address, a card and an account number, in the
// sentences that people put around them.
func (f *Fiction) Five() (text string, values []string) {
	values = []string{f.AWSAccessKeyID(), f.GitHubToken(), f.Email(), f.Card(), f.IBAN()}
	text = fmt.Sprintf("The deploy uses %s and the bot pushes with %s. Mail the receipt to %s; "+
		"she paid with card %s and wants the refund on %s.",
		values[0], values[1], values[2], values[3], values[4])
	return text, values
}
