package rules

import (
	"bytes"
	"net/netip"
	"strings"
)

// parseIP reads an address, perhaps with a zone or a prefix length.
func parseIP(s string) (netip.Addr, bool) {
	if strings.Contains(s, "/") {
		p, err := netip.ParsePrefix(s)
		return p.Addr(), err == nil
	}
	addr, err := netip.ParseAddr(s)
	return addr, err == nil
}

func isIP(v []byte) bool {
	addr, ok := parseIP(string(v))
	if !ok {
		return false
	}
	// "::" and the like are punctuation of several programming languages.
	return addr.Is4() || !addr.IsUnspecified() && bytes.Count(v, []byte(":")) >= 2 && countDigits(v) > 0
}

// smallParts tells 4.2.1.3 and 4.9.0.80, a section and a version, from an address: the last part of a version may be large.
func smallParts(v []byte) bool {
	n := 0
	for _, b := range v {
		if isDigit(b) {
			n = n*10 + int(b-'0')
			continue
		}
		if n > 20 {
			return false
		}
		n = 0
	}
	return true
}

func isMAC(v []byte) bool {
	hex := alnumOf(v)
	if len(hex) != 12 && len(hex) != 16 {
		return false
	}
	return strings.Trim(string(hex), "0") != "" && strings.Trim(string(hex), "F") != ""
}

// fileEndings are last labels of "domains" that are file names.
const fileEndings = " png jpg jpeg gif svg webp ico css js ts tsx jsx json yaml yml toml lock md txt py go rb rs java kt cs php html htm xml " +
	"log conf cfg ini sh bat exe dll so jar zip gz tgz tar csv pdf service socket timer target mount slice svc "

func isEmail(v []byte) bool {
	at := bytes.LastIndexByte(v, '@')
	if at < 1 || at > 64 || v[0] == '.' || v[at-1] == '.' || bytes.Contains(v, []byte("..")) {
		return false
	}
	dot := bytes.LastIndexByte(v, '.')
	if dot < at {
		return false
	}
	top := strings.ToLower(string(v[dot+1:]))
	if len(top) < 2 || strings.ContainsAny(top, "0123456789") && !strings.HasPrefix(top, "xn--") {
		return false
	}
	return !strings.Contains(fileEndings, " "+top+" ")
}

// callingCodes maps country calling codes to the least and most digits that
// follow them, for the codes whose numbers are of known length. Others may
// have 6 to 12 digits (ITU E.164).
var callingCodes = map[string][2]int{
	"1": {10, 10}, "7": {10, 10}, "20": {8, 10}, "27": {9, 9}, "30": {10, 10}, "31": {9, 9}, "32": {8, 9}, "33": {9, 9}, "34": {9, 9},
	"36": {8, 9}, "39": {6, 11}, "40": {9, 9}, "41": {9, 9}, "43": {7, 13}, "44": {9, 10}, "45": {8, 8}, "46": {7, 10}, "47": {8, 8},
	"48": {9, 9}, "49": {6, 12}, "51": {8, 9}, "52": {10, 11}, "53": {6, 8}, "54": {10, 11}, "55": {10, 11}, "56": {8, 9}, "57": {8, 10},
	"58": {10, 10}, "60": {7, 10}, "61": {9, 9}, "62": {7, 12}, "63": {8, 10}, "64": {8, 10}, "65": {8, 8}, "66": {8, 9}, "81": {9, 10},
	"82": {8, 10}, "84": {9, 10}, "86": {9, 11}, "90": {10, 10}, "91": {10, 10}, "92": {9, 10}, "93": {9, 9}, "94": {9, 9}, "95": {7, 10},
	"98": {10, 10}, "351": {9, 9}, "352": {6, 9}, "353": {7, 9}, "354": {7, 9}, "355": {8, 9}, "356": {8, 8}, "357": {8, 8}, "358": {6, 11},
	"359": {7, 9}, "370": {8, 8}, "371": {8, 8}, "372": {7, 8}, "373": {8, 8}, "374": {8, 8}, "375": {9, 9}, "376": {6, 9}, "377": {8, 9},
	"380": {9, 9}, "381": {8, 9}, "382": {8, 8}, "385": {8, 9}, "386": {8, 8}, "387": {8, 8}, "389": {8, 8}, "420": {9, 9}, "421": {9, 9},
	"852": {8, 8}, "853": {8, 8}, "855": {8, 9}, "886": {8, 9}, "961": {7, 8}, "962": {8, 9}, "965": {8, 8}, "966": {9, 9}, "971": {8, 9},
	"972": {8, 9}, "973": {8, 8}, "974": {8, 8}, "994": {9, 9}, "995": {9, 9}, "998": {9, 9},
}

// isPhone checks international numbers against their country. National ones,
// without a plus or 00, need 7 to 12 digits.
func isPhone(v []byte) bool {
	d := digitsOf(v)
	if len(d) == 0 && len(v) >= 20 {
		return true // spelt out
	}
	v = withoutExtension(v)
	d = digitsOf(v)
	if len(d) == 0 || allSame(d) {
		return false
	}
	international := v[0] == '+' || bytes.HasPrefix(v, []byte("(+"))
	if !international && len(d) > 10 && d[0] == 0 && d[1] == 0 {
		international, d = true, d[2:]
	}
	if !international {
		return len(d) >= 7 && len(d) <= 12
	}
	// A national prefix in parentheses is not dialled: +44 (0)20 ...
	if at := bytes.Index(v, []byte("(0)")); at > 0 {
		n := len(digitsOf(v[:at]))
		d = append(d[:n:n], d[n+1:]...)
	}
	var code [3]byte
	for n := 1; n <= 3 && n < len(d); n++ {
		code[n-1] = d[n-1] + '0'
		if span, ok := callingCodes[string(code[:n])]; ok {
			rest := len(d) - n
			return rest >= span[0] && rest <= span[1]
		}
	}
	return d[0] != 0 && len(d) >= 9 && len(d) <= 15
}
