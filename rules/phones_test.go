package rules

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// phoneTable makes phones.txt of libphonenumber's metadata: a line for each
// calling code, with the expressions of all national numbers of its regions.
func phoneTable(t *testing.T) string {
	t.Helper()
	metadata, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	patterns := make(map[int][]string)
	for _, region := range metadata.GetMetadata() {
		code := int(region.GetCountryCode())
		for _, d := range []*phonenumbers.PhoneNumberDesc{
			region.GetFixedLine(), region.GetMobile(), region.GetTollFree(), region.GetPremiumRate(), region.GetSharedCost(),
			region.GetPersonalNumber(), region.GetVoip(), region.GetPager(), region.GetUan(), region.GetVoicemail(),
		} {
			p := strings.Join(strings.Fields(d.GetNationalNumberPattern()), "")
			if p != "" && p != "NA" && !slices.Contains(patterns[code], p) {
				patterns[code] = append(patterns[code], p)
			}
		}
	}
	var codes []int
	for code := range patterns {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	var out strings.Builder
	for _, code := range codes {
		fmt.Fprintf(&out, "%d %s\n", code, strings.Join(patterns[code], "|"))
	}
	return out.String()
}

func TestPhoneTable(t *testing.T) {
	want := phoneTable(t)
	if want == phoneText {
		return
	}
	if !*update {
		t.Fatal("phones.txt is not what libphonenumber's metadata says: run go test ./rules -run PhoneTable -update")
	}
	if err := os.WriteFile("phones.txt", []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestPhonesAgree compares with libphonenumber on random numbers of every
// country and on its own examples.
func TestPhonesAgree(t *testing.T) {
	skipIfShort(t)
	rng := rand.New(rand.NewPCG(3, 4))
	valid, invalid := 0, 0
	for _, code := range slices.Sorted(maps.Keys(phonenumbers.GetSupportedCallingCodes())) {
		numbers := []string{}
		for _, region := range phonenumbers.GetRegionCodesForCountryCode(code) {
			if n := phonenumbers.GetExampleNumber(region); n != nil {
				numbers = append(numbers, phonenumbers.GetNationalSignificantNumber(n))
			}
		}
		for range 60 {
			numbers = append(numbers, strconv.FormatUint(rng.Uint64N(1e18), 10)[:7+rng.IntN(5)])
		}
		for _, national := range numbers {
			n := &phonenumbers.PhoneNumber{}
			countryCode, nationalNumber := int32(code), uint64(0)
			nationalNumber, err := strconv.ParseUint(national, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			n.CountryCode, n.NationalNumber = &countryCode, &nationalNumber
			if strings.HasPrefix(national, "0") {
				continue // Italian numbers; libphonenumber keeps their zeros elsewhere
			}
			want := phonenumbers.IsValidNumber(n)
			got := validPhone([]byte("+" + strconv.Itoa(code) + " " + national))
			if want && !got {
				t.Errorf("+%d %s is a number to libphonenumber", code, national)
			}
			if got && !want && code != 39 {
				t.Errorf("+%d %s is none to libphonenumber", code, national)
			}
			if want {
				valid++
			} else {
				invalid++
			}
		}
	}
	if valid < 300 || invalid < 3000 {
		t.Errorf("%d numbers, %d others: the test tests nothing", valid, invalid)
	}
}
