package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"
	"math"
	"strings"
	"unicode/utf8"
)

// entropy is the Shannon entropy of the bytes of v, in bits per byte.
func entropy(v []byte) float64 {
	var count [256]int
	for _, b := range v {
		count[b]++
	}
	var h float64
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(v))
			h -= p * math.Log2(p)
		}
	}
	return h
}

func distinct(v []byte) float64 {
	var seen [256]bool
	n := 0
	for _, b := range v {
		if !seen[b] {
			seen[b] = true
			n++
		}
	}
	return float64(n)
}

func countDigits(v []byte) float64 {
	n := 0
	for _, b := range v {
		if isDigit(b) {
			n++
		}
	}
	return float64(n)
}

func countLetters(v []byte) float64 {
	n := 0
	for _, b := range v {
		if isLetter(b) {
			n++
		}
	}
	return float64(n)
}

func mixed(v []byte) bool { return countDigits(v) > 0 && countLetters(v) > 0 }

func mixedCase(v []byte) bool {
	return bytes.ContainsFunc(v, func(r rune) bool { return r >= 'a' && r <= 'z' }) &&
		bytes.ContainsFunc(v, func(r rune) bool { return r >= 'A' && r <= 'Z' })
}

func allHex(v []byte) bool {
	for _, b := range v {
		if !isHex(b) {
			return false
		}
	}
	return len(v) > 0
}

// decodeBase64 accepts both alphabets, padded or not, in one line.
func decodeBase64(v []byte) ([]byte, bool) {
	v = bytes.TrimRight(v, "=")
	encoding := base64.RawStdEncoding
	if bytes.ContainsAny(v, "-_") {
		encoding = base64.RawURLEncoding
	}
	out := make([]byte, encoding.DecodedLen(len(v)))
	n, err := encoding.Decode(out, v)
	return out[:n], err == nil
}

func isBase64(v []byte) bool {
	_, ok := decodeBase64(v)
	return ok
}

func base64Bytes(v []byte) float64 {
	out, ok := decodeBase64(v)
	if !ok {
		return -1
	}
	return float64(len(out))
}

func printable(v []byte) bool {
	if len(v) == 0 || !utf8.Valid(v) {
		return false
	}
	return !bytes.ContainsFunc(v, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f
	})
}

func isBase64Text(v []byte) bool {
	out, ok := decodeBase64(v)
	return ok && printable(out)
}

// isBase64Prose wants spaces, which no credential has.
func isBase64Prose(v []byte) bool {
	out, ok := decodeBase64(v)
	return ok && printable(out) && bytes.Count(out, []byte(" ")) > 1
}

func isBasicAuth(v []byte) bool {
	out, ok := decodeBase64(v)
	colon := bytes.IndexByte(out, ':')
	return ok && printable(out) && colon >= 0 && colon < len(out)-1
}

func isJWT(v []byte) bool {
	head, rest, ok := bytes.Cut(v, []byte("."))
	if !ok || !bytes.Contains(rest, []byte(".")) {
		return false
	}
	raw, ok := decodeBase64(head)
	if !ok {
		return false
	}
	var header struct {
		Alg string `json:"alg"`
	}
	return json.Unmarshal(raw, &header) == nil && header.Alg != "" && !strings.EqualFold(header.Alg, "none")
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// crc32Tail is the six-character tail of GitHub's and npm's tokens.
func crc32Tail(body []byte) [6]byte {
	var tail [6]byte
	n := crc32.ChecksumIEEE(body)
	for i := len(tail) - 1; i >= 0; i-- {
		tail[i] = base62[n%62]
		n /= 62
	}
	return tail
}

func crc32Base62(v []byte) bool {
	body := v[bytes.LastIndexByte(v, '_')+1:]
	if len(body) <= 6 {
		return false
	}
	tail := crc32Tail(body[:len(body)-6])
	return bytes.Equal(tail[:], body[len(body)-6:])
}

// crc32Hex is the tail of Grafana's service account tokens: the checksum of
// everything before the last underscore.
func crc32Hex(v []byte) bool {
	at := len(v) - 8
	if at < 2 {
		return false
	}
	body := bytes.TrimSuffix(v[:at], []byte("_"))
	var sum [4]byte
	binary.LittleEndian.PutUint32(sum[:], crc32.ChecksumIEEE(body))
	return strings.EqualFold(hex.EncodeToString(sum[:]), string(v[at:]))
}

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

func isBech32(v []byte) bool {
	if mixedCase(v) || len(v) > 1023 {
		return false
	}
	s := strings.ToLower(string(v))
	one := strings.LastIndexByte(s, '1')
	if one < 1 || len(s)-one-1 < 6 {
		return false
	}
	sum := uint32(1)
	step := func(x uint32) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ x
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for i := range one {
		step(uint32(s[i] >> 5))
	}
	step(0)
	for i := range one {
		step(uint32(s[i] & 31))
	}
	for i := one + 1; i < len(s); i++ {
		x := strings.IndexByte(bech32Alphabet, s[i])
		if x < 0 {
			return false
		}
		step(uint32(x))
	}
	return sum == 1 || sum == 0x2bc830a3
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

func isBase58Check(v []byte) bool {
	if len(v) > 64 {
		return false
	}
	var num [48]byte // big-endian
	for _, b := range v {
		carry := strings.IndexByte(base58, b)
		if carry < 0 {
			return false
		}
		for i := len(num) - 1; i >= 0; i-- {
			carry += int(num[i]) * 58
			num[i] = byte(carry)
			carry >>= 8
		}
		if carry != 0 {
			return false
		}
	}
	zeros := len(v) - len(bytes.TrimLeft(v, "1"))
	raw := bytes.TrimLeft(num[:], "\x00")
	raw = append(make([]byte, zeros, zeros+len(raw)), raw...)
	if len(raw) < 5 {
		return false
	}
	body, tail := raw[:len(raw)-4], raw[len(raw)-4:]
	once := sha256.Sum256(body)
	twice := sha256.Sum256(once[:])
	return bytes.Equal(twice[:4], tail)
}

// isPEMBody wants enough base64 to hold a key; line ends may be written as \n.
func isPEMBody(v []byte) bool {
	if end := bytes.Index(v, []byte("KEY")); end >= 0 {
		v = v[end:]
	}
	n := 0
	for i, b := range v {
		if isAlnum(b) && (i == 0 || v[i-1] != '\\') || b == '+' || b == '/' || b == '=' {
			n++
		}
	}
	return n >= 64
}

func isASCII(v []byte) bool {
	for _, b := range v {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
