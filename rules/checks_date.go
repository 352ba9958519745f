package rules

import (
	"bytes"
	"strings"
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

// monthNames are the beginnings of the names of months, three letters or more,
// in lower case, in English, German, French, Spanish, Portuguese, Italian,
// Dutch, Polish, Swedish, Danish, Norwegian, Turkish and Russian.
var monthNames = []string{
	"jan genn ene oca sty янв",
	"feb fév fev lut şub фев",
	"mar mär maa mrt мар",
	"apr avr abr kwi nis апр",
	"may mai maj maggio мая май mei",
	"jun juin giu cze haz июн",
	"jul juil lug lip tem июл",
	"aug aoû aou ago sie ağu авг",
	"sep set wrz eyl сен",
	"oct okt out ott paź eki окт",
	"nov lis kas ноя",
	"dec dez déc dic gru ara дек",
}

func monthNamed(word string) int {
	for i, names := range monthNames {
		for name := range strings.FieldsSeq(names) {
			if strings.HasPrefix(word, name) {
				return i + 1
			}
		}
	}
	return 0
}

// isDate reads dates as people write them. Of day and month in digits either
// may come first.
func isDate(v []byte) bool {
	var nums []int
	var digits []int // how many digits each number had
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
			if m := monthNamed(strings.ToLower(string(v[start:i]))); m > 0 {
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
		return isYear(nums[1], digits[1]) && isDay(nums[1], month, nums[0]) || isYear(nums[0], digits[0]) && isDay(nums[0], month, nums[1])
	case month > 0:
		return false
	case len(nums) == 1 && digits[0] == 8: // 19850312 or 12031985
		n := nums[0]
		return isYear(n/10000, 4) && isDay(n/10000, n/100%100, n%100) ||
			isYear(n%10000, 4) && (isDay(n%10000, n/10000%100, n/1000000) || isDay(n%10000, n/1000000, n/10000%100))
	case len(nums) == 1 && digits[0] == 6: // 850312
		n := nums[0]
		return isDay(n/10000, n/100%100, n%100) || isDay(n%100, n/100%100, n/10000) || isDay(n%100, n/10000, n/100%100)
	case len(nums) == 3 && bytes.Contains(v, []byte("年")) && digits[0] < 4:
		return nums[0] > 0 && nums[0] <= 64 && isDay(4, nums[1], nums[2]) // a year of an era
	case len(nums) == 3 && digits[0] == 4:
		return isYear(nums[0], 4) && isDay(nums[0], nums[1], nums[2])
	case len(nums) == 3:
		return digits[2] != 3 && isYear(nums[2], digits[2]) && (isDay(nums[2], nums[1], nums[0]) || isDay(nums[2], nums[0], nums[1]))
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

func isYear(year, digits int) bool {
	return digits <= 2 || digits == 4 && year >= firstYear && year <= lastYear
}

// isDateDigits checks six digits YYMMDD.
func isDateDigits(d []byte) bool {
	return isDay(number(d[:2]), number(d[2:4]), number(d[4:6]))
}
