package prompt

import "bytes"

// numberForm is how a number is written.
type numberForm uint8

const (
	numberWhole    numberForm = iota // digits only, perhaps after a sign
	numberFraction                   // with a point
	numberExponent                   // with an exponent, perhaps a point too
)

// numberState is where a number is in the grammar of RFC 8259, section 6.
type numberState uint8

const (
	afterMinus numberState = iota
	afterZero
	inInteger
	afterPoint
	inFraction
	afterExponent
	afterExponentSign
	inExponent
)

// inNumber reads on inside a number and returns how many bytes belong to it;
// if that is fewer than there are, the number has ended.
func (t *tokenizer) inNumber(b []byte) (int, *failure) {
	for i, c := range b {
		digit := '0' <= c && c <= '9'
		switch {
		case digit && t.num == inInteger:
			t.digits++
		case digit && t.num == inFraction || digit && t.num == inExponent:
		case digit && t.num == afterMinus:
			t.digits++
			t.num = inInteger
			if c == '0' {
				t.num = afterZero
			}
		case digit && t.num == afterPoint:
			t.num = inFraction
		case digit && (t.num == afterExponent || t.num == afterExponentSign):
			t.num = inExponent
		case c == '.' && (t.num == afterZero || t.num == inInteger):
			t.num, t.form = afterPoint, numberFraction
		case (c == 'e' || c == 'E') && (t.num == afterZero || t.num == inInteger || t.num == inFraction):
			t.num, t.form = afterExponent, numberExponent
		case (c == '+' || c == '-') && t.num == afterExponent:
			t.num = afterExponentSign
		case t.numberComplete() && !digit:
			return i, nil
		default:
			return i, failed(ReasonUnreadableJSON, "malformed number")
		}
	}
	return len(b), nil
}

func (t *tokenizer) numberComplete() bool {
	switch t.num {
	case afterZero, inInteger, inFraction, inExponent:
		return true
	}
	return false
}

// maxInteger is how many digits a number with a point or exponent may stand for
// and be read as an integer. Account numbers are far shorter.
const maxInteger = 40

// appendInteger appends the digits of a number that is written with a point or
// an exponent but stands for an integer: programs that keep all numbers as
// floating point write an account number as 4.929E15 or 4929000000000000.0. It
// reports false for other numbers, integers as such among them.
func appendInteger(dst, raw []byte) ([]byte, bool) {
	mantissa, exponent := raw, 0
	if i := bytes.IndexAny(raw, "eE"); i >= 0 {
		mantissa = raw[:i]
		negative := false
		for _, c := range raw[i+1:] {
			if c == '-' {
				negative = true
			} else if c != '+' {
				exponent = min(10*exponent+int(c-'0'), 1000)
			}
		}
		if negative {
			exponent = -exponent
		}
	}
	whole, fraction, pointed := bytes.Cut(mantissa, []byte{'.'})
	if !pointed && len(mantissa) == len(raw) {
		return dst, false
	}
	sign := len(whole) - len(bytes.TrimLeft(whole, "-"))
	fraction = bytes.TrimRight(fraction, "0")
	size := len(whole) - sign + exponent
	if size > maxInteger || size <= 0 || len(fraction) > max(exponent, 0) {
		return dst, false
	}
	dst = append(dst, whole[:sign]...)
	whole = whole[sign:]
	if exponent < 0 {
		if len(bytes.TrimRight(whole, "0")) > size {
			return dst[:len(dst)-sign], false
		}
		return append(dst, whole[:size]...), true
	}
	from := len(dst)
	dst = append(append(dst, whole...), fraction...)
	for len(dst)-from < size {
		dst = append(dst, '0')
	}
	digits := bytes.TrimLeft(dst[from:], "0") // of 0.4929E16
	return append(dst[:from], digits...), true
}
