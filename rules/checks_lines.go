package rules

import (
	"bytes"
	"encoding/base64"
)

const (
	keyLine       = 64       // characters of a line of PEM (RFC 7468)
	maxKeyBlock   = 32 << 10 // bytes on either side that are looked at
	maxLinePrefix = 40       // of a log or a comment before such a line
)

// Words in the lines around base64 which say that it is no private key.
var publicBlocks = [][]byte{
	[]byte("CERTIFICATE"), []byte("PUBLIC KEY"), []byte("SIGNATURE"), []byte("MESSAGE"), []byte("X509 CRL"), []byte("PARAMETERS"), []byte("PKCS7"), []byte("CMS"),
	[]byte("base64"), []byte("Base64"), []byte("certificate"), []byte("Signature"), []byte("Content-"),
}

// Beginnings of files that are not keys: images, documents, archives, programs.
var fileStarts = []string{"iVBOR", "/9j/", "R0lGOD", "JVBER", "UEsDB", "H4sI", "Qk", "f0VMR", "TVqQ", "PD94", "PHN2", "UklGR", "AAAA", "Lyo", "PCFET"}

// keyLines judges lines of 64 base64 characters, which are what remains of a
// private key whose first line was cut off. It looks for where the lines begin
// and end: what stands there, and the first bytes, tell certificates and other
// things that are published.
func keyLines(c *candidate) bool {
	v := c.value()
	if !mixedCase(v) || countDigits(v) < 8 || distinct(v) < 36 {
		return false
	}
	first, above := c.start, []byte(nil)
	for first > 0 && c.start-first < maxKeyBlock {
		lineEnd := bytes.LastIndexByte(c.text[:first], '\n')
		if lineEnd < 0 {
			break
		}
		lineStart := bytes.LastIndexByte(c.text[:lineEnd], '\n') + 1
		if above = c.text[lineStart:lineEnd]; !isKeyLine(above) {
			break
		}
		first, above = lineStart, nil
	}
	if published(above) || fileStart(c.text[first:c.end]) {
		return false
	}
	for at := c.end; at < len(c.text) && at-c.end < maxKeyBlock; {
		n := bytes.IndexByte(c.text[at:], '\n')
		if n < 0 {
			return true
		}
		at += n + 1
		line := c.text[at:]
		if n = bytes.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
		}
		if len(line) > 8 && !isKeyLine(line) && !shortKeyLine(line) {
			return !published(line)
		}
	}
	return true
}

// isKeyLine is true of a line that ends in 64 characters of base64, but for
// quotation marks and the like.
func isKeyLine(line []byte) bool {
	line = bytes.TrimRight(line, " \t\r\\n\"'+,;*/")
	n := 0
	for n < len(line) && isBase64Byte(line[len(line)-1-n]) {
		n++
	}
	return n >= keyLine-4 && n <= keyLine+2 && len(line)-n <= maxLinePrefix
}

// shortKeyLine is true of the last line of a block.
func shortKeyLine(line []byte) bool {
	line = bytes.TrimSpace(line)
	if at := bytes.LastIndexByte(line, ' '); at >= 0 {
		line = line[at+1:]
	}
	return len(line) < keyLine && isBase64Line(line)
}

// isBase64Line is true of a line that is base64 and nothing else, if only by its characters.
func isBase64Line(line []byte) bool {
	for _, b := range line {
		if !isBase64Byte(b) && b != '=' {
			return false
		}
	}
	return true
}

func isBase64Byte(b byte) bool { return isAlnum(b) || b == '+' || b == '/' }

func published(line []byte) bool {
	for _, w := range publicBlocks {
		if bytes.Contains(line, w) {
			return true
		}
	}
	return false
}

// fileStart reports whether the first line of a block begins a file, or a
// structure of ASN.1 other than a private key: a key begins with a version, all
// others with another sequence.
func fileStart(block []byte) bool {
	line, _, _ := bytes.Cut(block, []byte("\n"))
	line = bytes.TrimRight(line, " \t\r\\n\"'+,;*/")
	n := 0
	for n < len(line) && isBase64Byte(line[len(line)-1-n]) {
		n++
	}
	line = line[len(line)-n:]
	for _, s := range fileStarts {
		if bytes.HasPrefix(line, []byte(s)) {
			return true
		}
	}
	if !bytes.HasPrefix(line, []byte("MI")) || len(line) < 16 {
		return false
	}
	der, err := base64.StdEncoding.DecodeString(string(line[:16]))
	return err == nil && der[1] >= 0x81 && der[1] <= 0x83 && der[2+der[1]&0x7f] == 0x30
}

const (
	minTailLine   = 32 // base64 in each line of a key, but the last two
	maxLineEnding = 12 // what follows it in the string of a program: \\n" +
)

// keyTail tells the lines of a key from a text in which its last line is mentioned.
func keyTail(v []byte) bool {
	at := bytes.LastIndex(v, []byte("-----END"))
	if at < 0 {
		return false
	}
	lines := bytes.Split(bytes.ReplaceAll(v[:at], []byte(`\n`), []byte("\n")), []byte("\n"))
	for i, line := range lines {
		longest, n, after := 0, 0, 0
		for j, b := range line {
			if !isBase64Byte(b) {
				n = 0
				continue
			}
			if n++; n >= longest {
				longest, after = n, len(line)-j-1
			}
		}
		if longest < minTailLine && i < len(lines)-3 || longest >= minTailLine && after > maxLineEnding || len(line)-longest > maxLinePrefix+maxLineEnding {
			return false
		}
	}
	return true
}
