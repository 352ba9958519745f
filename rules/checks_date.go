package rules

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Years outside this range are not taken for dates of living people.
const firstYear, lastYear = 1900, 2029

var monthDays = [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// isDay reports whether the day exists. Two-digit years pass for years of
// either century.
func isDay(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 || day > monthDays[month] {
		return false
	}
	leap := year%4 == 0 && (year%100 != 0 || year%400 == 0)
	return month != 2 || day < 29 || leap || year < 100 && year%4 == 0
}

// monthNames are the beginnings of the names of months, two letters or more, in lower case. Names that
// begin alike, such as lipiec (July) and lipanj (June), stand for the longer month: what is asked is whether a date could be one.
var monthNames = []string{
	// Western and Northern Europe, Indonesia
	"jan genn gen ene", "feb fév fev peb helmi", "mar mär mrt març maalis", "apr avr abr huhti", "may mai maj maggio mei touko maí", "jun juin giu kesä jún jūn",
	"jul juil lug heinä júl jūl", "aug aoû aou ago elo ágú agu", "sep set syys", "oct okt out ott loka", "nov marras", "dec dez déc dic des joulu",
	// Central and Eastern Europe, Turkey
	"sty led sij ian sau oca jaan", "lut úno velj vas şub veeb", "bře már ožu kov marz märts", "kwi dub tra bal nis ápr", "maj kvě svi geg may máj", "cze bir haz iun juun",
	"lip čer srp lie tem iul juul", "sie srp kol rugp ağu", "wrz zář ruj rugs eyl sze", "paź říj lis spa eki", "lis stu lap kas noi", "gru pro sau ara dets",
	// Cyrillic and Greek
	"янв січ січ јан яну ιαν", "фев лют φεβ", "мар бер μαρ μάρ", "апр кві απρ", "мая май тра мај μαΐ μαι μάι", "июн чер јун юни ιουν ιούν",
	"июл лип јул юли ιουλ ιούλ", "авг сер αυγ αύγ", "сен вер сеп σεπ", "окт жов οκτ", "ноя лис нов νοε νοέ", "дек гру дец δεκ",
	// India, the Arab countries, Israel, Thailand
	"जन জানু ஜன มกรา ينا جانف كانون ינו", "फर फ़र ফেব্রু กุมภา فبرا فيفر شباط פבר", "मार्च মার্চ มีนา مارس آذار מרץ", "अप्र এপ্রি เมษา أبر ابر أفر نيسان אפר", "मई মে พฤษภา مايو ماي أيار מאי", "जून জুন มิถุนา يوني جوان حزيران יוני",
	"जुल জুল กรกฎา يولي جويل تموز יולי", "अग আগ สิงหา أغس اغس أوت آب אוג", "सित সেপ กันยา سبت أيلول ספט", "अक् অক্ ตุลา أكت اكت تشرين אוק", "नव নভে พฤศจิกา نوف נוב", "दिस ডিসে ธันวา ديس كانون דצמ",
}

// monthBegins are the monthNames by their first byte.
var monthBegins = func() (by [256][]monthBegin) {
	for i, names := range monthNames {
		for name := range strings.FieldsSeq(names) {
			by[name[0]] = append(by[name[0]], monthBegin{name, i%12 + 1})
		}
	}
	return by
}()

type monthBegin struct {
	name  string
	month int
}

// monthNamed returns the month that a word names, in any case, or 0.
func monthNamed(word []byte) int {
	var lower [32]byte
	n := 0
	for i := 0; i < len(word) && n < len(lower)-utf8.UTFMax; {
		r, size := utf8.DecodeRune(word[i:])
		n += utf8.EncodeRune(lower[n:], unicode.ToLower(r))
		i += size
	}
	for _, m := range monthBegins[lower[0]] {
		if strings.HasPrefix(string(lower[:n]), m.name) {
			return m.month
		}
	}
	return 0
}

// isDate reads dates as people write them. Of day and month in digits either
// may come first.
func isDate(v []byte) bool {
	var numbers, lengths [4]int              // on the stack
	nums, digits := numbers[:0], lengths[:0] // and how many digits each number had
	month := 0
	for i := 0; i < len(v); {
		switch {
		case isDigit(v[i]):
			n, start := 0, i
			for i < len(v) && isDigit(v[i]) && i-start < 9 {
				n = n*10 + int(v[i]-'0')
				i++
			}
			nums, digits = append(nums, n), append(digits, i-start)
			i += ordinal(v[i:])
		case isLetter(v[i]) || v[i] >= utf8.RuneSelf:
			start := i
			for i < len(v) && (isLetter(v[i]) || v[i] >= utf8.RuneSelf) {
				i++
			}
			if m := monthNamed(v[start:i]); m > 0 {
				if month > 0 {
					return false
				}
				month = m
			}
		default:
			i++
		}
		if len(nums) > 3 {
			return false
		}
	}
	switch {
	case month > 0 && len(nums) == 2:
		return isWrittenYear(nums[1], digits[1]) && isDay(nums[1], month, nums[0]) || isWrittenYear(nums[0], digits[0]) && isDay(nums[0], month, nums[1])
	case month > 0:
		return false
	case len(nums) == 1 && digits[0] == 8: // 19850312 or 12031985
		n := nums[0]
		return isYear(n/10000, 4) && isDay(n/10000, n/100%100, n%100) ||
			isYear(n%10000, 4) && (isDay(n%10000, n/10000%100, n/1000000) || isDay(n%10000, n/1000000, n/10000%100))
	case len(nums) == 1 && digits[0] == 6: // 850312
		n := nums[0]
		return isDay(n/10000, n/100%100, n%100) || isDay(n%100, n/100%100, n/10000) || isDay(n%100, n/10000, n/100%100)
	case len(nums) == 3 && digits[0] < 4 && ofEra(v):
		return nums[0] > 0 && nums[0] <= lastEraYear && isDay(4, nums[1], nums[2])
	case len(nums) == 3 && digits[0] == 4:
		return isWrittenYear(nums[0], 4) && isDay(nums[0], nums[1], nums[2])
	case len(nums) == 3:
		return digits[2] != 3 && isWrittenYear(nums[2], digits[2]) && (isDay(nums[2], nums[1], nums[0]) || isDay(nums[2], nums[0], nums[1]))
	}
	return false
}

// ordinal returns the length of "st", "nd", "rd" or "th" at the start of v.
func ordinal(v []byte) int {
	for _, s := range []string{"st", "nd", "rd", "th", "er"} {
		if len(v) >= 2 && bytes.EqualFold(v[:2], []byte(s)) {
			return 2
		}
	}
	return 0
}

// lastEraYear bounds the years of Japanese and Taiwanese eras: Shōwa has 64, the Republic more than a hundred.
const lastEraYear = 118

// ofEra reports whether the first number of a date is the year of an era: 昭和52年11月3日, 民國75年3月5日, S52.11.3.
func ofEra(v []byte) bool {
	return bytes.Contains(v, []byte("年")) || len(v) > 1 && bytes.IndexByte([]byte("MTSHR"), v[0]) >= 0 && isDigit(v[1])
}

// buddhistYears is how far the Thai calendar is ahead.
const buddhistYears = 543

// isWrittenYear is isYear for years of the Thai calendar, too.
func isWrittenYear(year, digits int) bool {
	return isYear(year, digits) || digits == 4 && isYear(year-buddhistYears, 4)
}

func isYear(year, digits int) bool {
	return digits <= 2 || digits == 4 && year >= firstYear && year <= lastYear
}

// isDateDigits checks six digits YYMMDD.
func isDateDigits(d []byte) bool {
	return isDay(number(d[:2]), number(d[2:4]), number(d[4:6]))
}

// timestamp is true of a date that a time of day follows. At midnight people are born in exports of databases.
func timestamp(c *candidate) bool {
	if sep := c.after(1); sep != ' ' && sep != 'T' || !isDigit(c.after(2)) || !isDigit(c.after(3)) || c.after(4) != ':' || !isDigit(c.after(5)) {
		return false
	}
	return c.after(2) != '0' || c.after(3) != '0' || c.after(5) != '0' || c.after(6) != '0'
}
