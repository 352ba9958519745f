package rules

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
)

// Marks around the span that a match example expects.
const (
	markOpen  = "«"
	markClose = "»"
)

var placeholderSyntax = regexp.MustCompile(`\$\{[a-z][a-z0-9-]*(?::[^{}]*)?\}`)

// alphabets that example placeholders draw from.
var alphabets = map[string]string{
	"hex":       "0123456789abcdef",
	"upperhex":  "0123456789ABCDEF",
	"digits":    "0123456789",
	"lower":     "abcdefghijklmnopqrstuvwxyz",
	"upper":     "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"letters":   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"alnum":     "abcdefghijklmnopqrstuvwxyz0123456789",
	"base62":    base62,
	"base64":    base62 + "+/",
	"base64url": base62 + "-_",
	"base58":    base58,
	"base32":    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
	"bech32":    bech32Alphabet,

	"upperbech32": strings.ToUpper(bech32Alphabet),
}

// ExpandExample replaces the placeholders of an example, such as ${hex:32}, by
// values made with the seed. README.md lists them. Text like ${NAME} that is no
// placeholder stays as it is.
func ExpandExample(example string, seed uint64) (string, error) { return expandExample(example, seed) }

func expandExample(example string, seed uint64) (string, error) {
	rng := rand.New(rand.NewPCG(seed, 0x51ce))
	var fault error
	out := placeholderSyntax.ReplaceAllStringFunc(example, func(p string) string {
		name, arg, hasArg := strings.Cut(p[2:len(p)-1], ":")
		if !hasArg {
			return p
		}
		made, err := generate(rng, name, arg)
		if err != nil && fault == nil {
			fault = fmt.Errorf("placeholder %s: %w", p, err)
		}
		return made
	})
	return out, fault
}

// generate makes the value of one placeholder. With a nil rng it only looks
// for faults.
func generate(rng *rand.Rand, name, arg string) (string, error) {
	size, prefix, _ := strings.Cut(arg, ":")
	if letters, ok := alphabets[name]; ok {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 || n > 4096 {
			return "", fmt.Errorf("write a length from 1 to 4096, such as ${%s:32}", name)
		}
		return varied(rng, letters, n), nil
	}
	switch name {
	case "luhn":
		n, err := strconv.Atoi(size)
		if err != nil || n < 2 || n > 40 || len(prefix) >= n || strings.Trim(prefix, "0123456789") != "" {
			return "", errors.New("write a length and perhaps the first digits, such as ${luhn:16:4}")
		}
		if rng == nil {
			return "", nil
		}
		body := prefix + draw(rng, alphabets["digits"], n-1-len(prefix))
		for check := byte('0'); check < '9'; check++ {
			if luhn(digitsOf([]byte(body + string(check)))) {
				return body + string(check), nil
			}
		}
		return body + "9", nil
	case "iban":
		length := 0
		if len(arg) == 2 {
			length = ibanLength([]byte(arg))
		}
		if length == 0 {
			return "", errors.New("write a country that uses IBANs, such as ${iban:DE}")
		}
		if rng == nil {
			return "", nil
		}
		body := draw(rng, alphabets["digits"], length-4)
		return fmt.Sprintf("%s%02d%s", arg, 98-mod97([]byte(body+arg+"00")), body), nil
	case "crc32-base62":
		n, err := strconv.Atoi(size)
		if err != nil || n < 7 || n > 400 {
			return "", errors.New("write the length of body and checksum, such as ${crc32-base62:36}")
		}
		if rng == nil {
			return "", nil
		}
		body := varied(rng, base62, n-6)
		tail := crc32Tail([]byte(body))
		return body + string(tail[:]), nil
	case "check":
		if rng == nil {
			return "", checkShape(arg)
		}
		return satisfy(rng, arg)
	case "base64-of":
		return base64.StdEncoding.EncodeToString([]byte(arg)), nil
	case "jwt":
		header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))
		claims := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"` + draw(rng, base62, 12) + `"}`))
		return header + "." + claims + "." + draw(rng, alphabets["base64url"], 43), nil
	}
	known := []string{"check", "luhn", "iban", "crc32-base62", "base64-of", "jwt"}
	for n := range alphabets {
		known = append(known, n)
	}
	return "", fmt.Errorf("no generator is called %q%s", name, suggest(name, sorted(known)))
}

// checkExample returns the fault of an example's placeholders and marks
// without making values, which may take long.
func checkExample(example string) error {
	if _, _, _, err := unmark(example); err != nil {
		return err
	}
	for _, p := range placeholderSyntax.FindAllString(example, -1) {
		if name, arg, ok := strings.Cut(p[2:len(p)-1], ":"); ok {
			if _, err := generate(nil, name, arg); err != nil {
				return fmt.Errorf("placeholder %s: %w", p, err)
			}
		}
	}
	return nil
}

func checkShape(arg string) error {
	name, shape, _ := strings.Cut(arg, ":")
	if _, err := parseCheck(name); err != nil {
		return err
	}
	if !strings.ContainsAny(shape, "#@") {
		return errors.New("write a shape with # for digits and @ for letters, such as ${check:uk-nhs:### ### ####}")
	}
	return nil
}

// satisfy fills a shape such as uk-nhs:### ### #### so that the check holds: #
// is a digit, @ an upper-case letter.
func satisfy(rng *rand.Rand, arg string) (string, error) {
	name, shape, _ := strings.Cut(arg, ":")
	k, err := parseCheck(name)
	if err != nil {
		return "", err
	}
	for range 200_000 {
		v := []byte(shape)
		for i, b := range v {
			switch b {
			case '#':
				v[i] = byte('0' + rng.IntN(10))
			case '@':
				v[i] = byte('A' + rng.IntN(26))
			}
		}
		if c := newCandidate(v, 0, len(v), 0, len(v)); k.holds(&c) && !documentation(v) {
			return string(v), nil
		}
	}
	return "", fmt.Errorf("no value of the shape %q passes the check %s", shape, name)
}

// draw makes n random characters.
func draw(rng *rand.Rand, letters string, n int) string {
	if rng == nil {
		return ""
	}
	out := make([]byte, n)
	for i := range out {
		out[i] = letters[rng.IntN(len(letters))]
	}
	return string(out)
}

// varied makes random characters that are not taken for a placeholder, and
// that mix classes as random keys nearly always do.
func varied(rng *rand.Rand, letters string, n int) string {
	if rng == nil {
		return ""
	}
	for range 100 {
		s := draw(rng, letters, n)
		v := []byte(s)
		if n < 8 || !placeholder(v) && !documentation(v) && (strings.Trim(letters, "0123456789") == "" || isLetters(letters) || mixed(v)) {
			return s
		}
	}
	return draw(rng, letters, n)
}

func isLetters(s string) bool { return !strings.ContainsAny(s, "0123456789") }

// marked example: the text without marks, and the span between them (or -1).
func unmark(example string) (text string, start, end int, err error) {
	open := strings.Index(example, markOpen)
	if open < 0 {
		return example, -1, -1, nil
	}
	rest := example[open+len(markOpen):]
	length := strings.Index(rest, markClose)
	if length < 0 {
		return "", 0, 0, fmt.Errorf("a mark %s is not closed by %s", markOpen, markClose)
	}
	return example[:open] + rest[:length] + rest[length+len(markClose):], open, open + length, nil
}
