package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// sampleSet is texts that nearly no value is one of. By its length and its first bytes nearly every value is told
// from them, in less than a look into a map takes.
type sampleSet struct {
	values map[string]bool
	marks  [64]uint64
}

func newSampleSet(values map[string]bool) *sampleSet {
	s := &sampleSet{values: values}
	for v := range values {
		m := sampleMark([]byte(v))
		s.marks[m>>6] |= 1 << (m & 63)
	}
	return s
}

// sampleMark is the bit of a value, of 4096.
func sampleMark(v []byte) uint32 {
	h := uint32(len(v))
	if len(v) >= 4 {
		h += binary.LittleEndian.Uint32(v) * 33
	}
	return h * 0x9E3779B1 >> 20
}

func (s *sampleSet) has(v []byte) bool {
	m := sampleMark(v)
	return s.marks[m>>6]>>(m&63)&1 != 0 && s.values[string(v)]
}

// publishedSecrets are the first eight bytes of the SHA-256 of credentials that
// documentation prints: everyone knows them. They stand here as hashes, for
// they look like real ones to whoever scans this file.
var publishedSecrets = map[uint64]bool{
	0x0011cc25eb432071: true, // account key of Azurite, Azure's storage emulator
	0xaa6547439583c3a2: true, // key of Azure Cosmos DB's emulator
	0x2cafc0970149a84f: true, // test key of Stripe's documentation
	0xf2d6ca16515033e5: true, // and of its older editions
	0xcf4d418ed3de92d7: true, // Basic credentials of RFC 7617
	0x687da00b09c83361: true,
	0xca7459e2b26776de: true, // RFC 6749: credentials of the client,
	0xe9974c507d2a8021: true, // its secret,
	0x6c96130f130ab0d6: true, // access token,
	0x00cf4c781dc37003: true, // refresh token
	0xa35b81a7d7927b70: true, // and code
	0xb8e148545b13c78b: true, // bearer token of RFC 6750
	0x15cef4b629cc2d07: true, // nonce of RFC 6455, WebSocket
	0x549c9390539efcfa: true, // seed of RFC 6238, one-time passwords, in base32
	0x8be5d113c0871ce1: true, // seed of the key URI format's page
	0xbc1a50966c9e6486: true, // first account of Hardhat and Anvil
	0x9d6a2b9d1f01d457: true, // private keys of the Bitcoin wiki
	0xcdfce49713b0b848: true,
	// The codes of RFC 4231 and RFC 2202, and the key of their fourth case.
	0x350b940768870821: true, 0x282dd0477be66d29: true, 0x0938d7a11f178f34: true, 0x2da456d5aebb14fb: true,
	0x022a76395eb0ba7e: true, 0x609cca967ec02f1c: true, 0x96594cd8efdafca6: true, 0x73cfb96a33d96e79: true,
	0xe9380d52dd127c39: true, 0x141c3e193381e359: true, 0x3f1d10096d37de03: true, 0x61c1b2596e520755: true,
	0x7b342bd9fc0fd31e: true, 0xa72fb40e10dc57db: true, 0x31667e195a0a33b0: true, 0x2a19d1729ff8c564: true,
	0x3e69a2a33d5ca9d8: true, 0x4ab8918aa1592f5b: true, 0x3f8c55fd57f1d546: true, 0x167cbd3ea8f20d65: true,
	0x5090a8a1cbccdca7: true, 0x96bfeba8acde73a9: true, 0x708ae0a2b98a791f: true, 0xf3708e4bd4c8019f: true,
	0xd58141dffe69d59e: true, 0xf063ef86a5203f37: true, 0xfe25945df23b0978: true, 0x179b2501dc8b2f23: true,
	0x1d00002f7ff7e586: true,
}

// publishedLengths has a bit for each length of theirs up to 63; longer ones are 64,
// 88 and 128.
const publishedLengths = 1<<15 | 1<<16 | 1<<22 | 1<<24 | 1<<28 | 1<<32 | 1<<40 | 1<<50 | 1<<51

// printed is true of credentials that documentation prints, of tokens made for
// John Doe of the JWT debugger, and of Basic credentials and wallets without any secret in
// them.
func printed(v []byte) bool {
	if publishedValues.has(v) {
		return true
	}
	if bytes.IndexByte(v, ' ') >= 0 {
		return fewWords(v)
	}
	if bytes.HasPrefix(v, []byte("0x")) {
		v = v[2:]
	}
	if n := len(v); n < 12 || countDigits(v) == 0 && v[n-1] != '=' {
		return false
	}
	if n := len(v); n < 64 && publishedLengths>>n&1 != 0 || n == 64 || n == 88 || n == 128 {
		sum := sha256.Sum256(v)
		if publishedSecrets[binary.BigEndian.Uint64(sum[:])] {
			return true
		}
	}
	return sampleJWT(v) || sampleBasic(v)
}

// sampleJWT is true of a JSON Web Token whose payload is the JWT debugger's, whatever
// it is signed with.
func sampleJWT(v []byte) bool {
	if !bytes.HasPrefix(v, []byte("eyJ")) {
		return false
	}
	_, rest, _ := bytes.Cut(v, []byte("."))
	payload, _, _ := bytes.Cut(rest, []byte("."))
	if len(payload) > 400 {
		return false
	}
	text, err := base64.RawURLEncoding.AppendDecode(nil, payload)
	return err == nil && bytes.Contains(text, []byte(`"1234567890"`)) && bytes.Contains(text, []byte(`"John Doe"`))
}

// sampleBasic is true of base64 of a name and a password that is none, such as
// "user:password".
func sampleBasic(v []byte) bool {
	if len(v) > 80 || len(v)%4 != 0 {
		return false
	}
	var room [60]byte
	text, err := base64.StdEncoding.AppendDecode(room[:0], v)
	if err != nil {
		return false
	}
	for _, b := range text {
		if b < ' ' || b > '~' {
			return false
		}
	}
	user, password, ok := bytes.Cut(text, []byte(":"))
	return ok && len(user) > 0 && standsIn(bytes.Clone(password)) // which would otherwise take memory for every value
}

// fewWords is true of six words or more of which only two differ: phrases that
// tests make wallets from.
func fewWords(v []byte) bool {
	var first, second []byte
	n := 0
	for word := range bytes.FieldsSeq(v) {
		switch n++; {
		case first == nil:
			first = word
		case bytes.Equal(word, first):
		case second == nil:
			second = word
		case !bytes.Equal(word, second):
			return false
		}
	}
	return n >= 6
}

// sampleMAC is true of hardware addresses that RFC 7042 reserves for documentation, of those that examples and tools make up,
// and of those that are no device's. Separators have been left out.
func sampleMAC(compact string) bool {
	switch compact {
	case "001122334455", "AABBCCDDEEFF", "020000000000", "525400123456", "DEADBEEFCAFE", "0242AC110002":
		return true
	}
	// Groups of IP and of bridges (RFC 1112, RFC 2464, IEEE 802.1Q) are no devices, nor are routers in turn (VRRP, RFC 5798).
	for _, prefix := range []string{"01005E", "3333", "0180C2", "00005E0053", "00005E0001", "00005E0002"} {
		if strings.HasPrefix(compact, prefix) {
			return true
		}
	}
	return false
}

// writtenAsMAC is true of six pairs with colons or dashes between them, and of three groups of four with points.
func writtenAsMAC(v []byte) bool {
	return len(v) == 17 && (v[2] == ':' || v[2] == '-') && v[14] == v[2] || len(v) == 14 && v[4] == '.' && v[9] == '.'
}
