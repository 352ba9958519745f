package rules

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Check describes one of the checks that rules can name.
type Check struct {
	Name string
	// Doc is one sentence on what holds of a value that passes.
	Doc string
	// OneIn is how many random values of the right form there are to one that
	// passes, for checks of numbers that an authority issues; else 0.
	OneIn int
	// TakesNumber says that the check is written with a number: name>=N.
	TakesNumber bool
}

// Checks lists the checks by name.
func Checks() []Check {
	out := make([]Check, 0, len(checkTable))
	for _, name := range slices.Sorted(maps.Keys(checkTable)) {
		def := checkTable[name]
		out = append(out, Check{Name: name, Doc: def.doc, OneIn: def.oneIn, TakesNumber: def.measure != nil})
	}
	return out
}

// checkDef is a check. Exactly one of its functions is set.
type checkDef struct {
	value   func(v []byte) bool
	context func(c *candidate) bool
	measure func(v []byte) float64
	doc     string
	dear    bool   // takes longer than the others
	parts   bool   // what holds of a value holds of each part of it
	chars   []int  // numbers of letters and digits that a value can have; any if empty
	alnum   bool   // measure counts letters and digits only
	fewest  int    // letters and digits of any value that passes
	form    string // of an identifier
	oneIn   int    // of an identifier
}

// check is a checkDef as a rule uses it. What is asked of every candidate comes first: hundreds of checks are asked in
// turn, and take mostly the time until the memory answers.
type check struct {
	bit    uint64 // of candidate.known, for a check that many rules of a set share; else 0
	counts uint64 // of chars, a bit each; 0 if any
	negate bool
	checkDef
	least float64 // for measure
	text  string  // as it is written
}

func (k *check) holds(c *candidate) bool {
	if k.bit == 0 {
		return k.ask(c) != k.negate
	}
	if c.known&k.bit == 0 {
		c.known |= k.bit
		if k.ask(c) {
			c.holding |= k.bit
		}
	}
	return (c.holding&k.bit != 0) != k.negate
}

// ask is holds as if k were not negated.
func (k *check) ask(c *candidate) bool {
	var ok bool
	switch {
	case k.counts != 0 && k.counts>>min(c.chars, 63)&1 == 0:
	case k.value != nil:
		ok = k.value(c.value())
	case k.context != nil:
		ok = k.context(c)
	default:
		ok = k.measure(c.value()) >= k.least
	}
	return ok
}

// minShared is how many rules must share a check for its answers to be kept.
const minShared = 4

// shareChecks gives the checks that most rules have in common the bits of candidate.known: fifty
// rules may ask of one number whether it is a part of a longer token.
func shareChecks(lists [][]check) {
	count := make(map[string]int)
	name := func(k *check) string { return strings.TrimPrefix(k.text, "not-") }
	for _, list := range lists {
		for i := range list {
			count[name(&list[i])]++
		}
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(count)), func(n string) bool { return count[n] < minShared })
	slices.SortStableFunc(names, func(a, b string) int { return count[b] - count[a] })
	bits := make(map[string]uint64)
	for i, n := range names[:min(len(names), 64)] {
		bits[n] = 1 << i
	}
	for _, list := range lists {
		for i := range list {
			list[i].bit = bits[name(&list[i])]
		}
	}
}

// parseCheck reads "name", "not-name" or "name>=number".
func parseCheck(text string) (check, error) {
	name, number, hasNumber := strings.Cut(text, ">=")
	name = strings.TrimSpace(name)
	def, ok := checkTable[name]
	negate := false
	if !ok {
		var base string
		if base, negate = strings.CutPrefix(name, "not-"); negate {
			def, ok = checkTable[base]
		}
	}
	switch {
	case !ok && strings.ContainsAny(text, "<=>") && !hasNumber:
		return check{}, fmt.Errorf("check %q: write it as name>=number, such as entropy>=3.5", text)
	case !ok:
		return check{}, fmt.Errorf("no check is called %q%s", name, suggest(name, slices.Sorted(maps.Keys(checkTable))))
	case def.measure == nil && hasNumber:
		return check{}, fmt.Errorf("check %q takes no number: write %s", text, name)
	case def.measure != nil && !hasNumber:
		return check{}, fmt.Errorf("check %q needs a number: write %s>=N", text, name)
	}
	k := check{checkDef: def, text: text, negate: negate}
	for _, n := range def.chars {
		k.counts |= 1 << n
	}
	if hasNumber {
		least, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil {
			return check{}, fmt.Errorf("check %q: %q is not a number", text, strings.TrimSpace(number))
		}
		k.least = least
		if def.alnum {
			k.fewest = int(math.Ceil(least))
		}
	}
	if k.counts == 0 && k.fewest > 0 {
		k.counts = ^uint64(0) << min(k.fewest, 63)
	}
	return k, nil
}

func parseChecks(list ...[]string) ([]check, error) {
	n := 0
	for _, names := range list {
		n += len(names)
	}
	if n == 0 {
		return nil, nil
	}
	out := make([]check, 0, n)
	for _, names := range list {
		for _, text := range names {
			k, err := parseCheck(text)
			if err != nil {
				return nil, err
			}
			out = append(out, k)
		}
	}
	// Cheap ones first; the order does not change the outcome.
	slices.SortStableFunc(out, func(a, b check) int { return cmp.Compare(a.cost(), b.cost()) })
	return out, nil
}

func (k *check) cost() int {
	switch {
	case k.dear:
		return 3
	case k.context != nil:
		return 0
	case k.value != nil:
		return 1
	}
	return 2
}

// checkTable holds every check. The functions live in checks_*.go by topic.
var checkTable = withChecks(withIdentifiers(map[string]checkDef{
	// Where the value stands.
	"not-amount":       {doc: "no sign of a currency or of percent touches the value, and no dot stands before it", context: notAmount},
	"standalone":       {doc: "no letter, digit or underscore touches the value, and it is no part of a decimal number", context: standalone},
	"whole-word":       {doc: "no letter or digit of any script touches the value; an underscore may", context: wholeWord},
	"outside-token":    {doc: "the value is not a part of a longer token such as INV-123, 1.2.3, a path or a UUID", context: outsideToken},
	"outside-url":      {doc: "the value is not in the path of a URL", context: outsideURL},
	"outside-userinfo": {doc: "the value is not the user and password in a URL", context: outsideUserinfo},
	"outside-blob":     {doc: "the value is not a part of a longer run of base64 or hexadecimal characters", context: outsideBlob},
	"outside-block":    {doc: "the value is no line of a block of base64 that is cut into lines of 60 characters or more", context: outsideBlock},
	"lone":             {doc: "no other group of digits stands beside the value, joined by a space or a hyphen", context: lone},
	"literal":          {doc: "the value is written out: no call, index or member access follows it", context: literal},
	"labelled":         {doc: "a word such as key, token or secret stands before the value, or a sign of assignment directly so, and no word such as commit or checksum; the value is no name, nor part of an address that has no place for credentials and no such word before it", context: labelled, dear: true},
	"compound":         {doc: "the value has other characters than letters and digits", context: func(c *candidate) bool { return c.chars < c.end-c.start }},
	"not-in-address":   {doc: "neither a short number stands right before the value, nor behind it: it is no street with a number", context: notInAddress},
	"given-word":       {doc: "the value is one of 30,000 given names, no month, place or product, and no other word with a capital stands beside it", context: givenWord},
	"named-in-address": {doc: "a word of the value, of 4 letters or more, is a part of an e-mail address that stands close by", context: namedInAddress},
	"initialled":       {doc: "the value is initials and a surname that could be a person's, and ends there", context: initialled},
	"lower-name":       {doc: "the value could be a name written without capitals: the first word is a given name, and neither is a common word", value: lowerName},
	"name-ends":        {doc: "no other word with a capital stands right before or behind the value", context: nameEnds},
	"name-field":       {doc: "the value fills a field for a name: it has two words or more, or ends where the field does", context: nameField},
	"date-like":        {doc: "the value begins with a month or says how much of something there is: no street", value: dateLike},
	"timestamp":        {doc: "a time of day other than midnight follows the value", context: timestamp},
	"part-of-address":  {doc: "the value begins, ends or is what stands before the @ of an e-mail address close by", context: partOfAddress},
	"cell-end":         {doc: "the value ends where a cell of a table, a quotation or the line does", context: cellEnd},
	"variable":         {doc: "the value reads like words and no quotation mark stands before it: the name of a variable", context: variable},
	"quoted":           {doc: "quotation marks enclose the value", context: quoted},

	// What tokens look like.
	"entropy":       {doc: "Shannon entropy of the value's bytes, in bits per byte, is at least N", measure: entropy},
	"distinct":      {doc: "the value has at least N different bytes", measure: distinct},
	"length":        {doc: "the value has at least N bytes", measure: func(v []byte) float64 { return float64(len(v)) }},
	"upper":         {doc: "the value has at least N upper-case ASCII letters", measure: countUpper, alnum: true},
	"lower":         {doc: "the value has at least N lower-case ASCII letters", measure: countLower, alnum: true},
	"symbols":       {doc: "the value has at least N characters that are no letters, digits or spaces", measure: countSymbols},
	"digits":        {doc: "the value has at least N digits", measure: countDigits, alnum: true},
	"letters":       {doc: "the value has at least N ASCII letters", measure: countLetters, alnum: true},
	"classes":       {doc: "the value has characters of at least N of the classes upper case, lower case, digits, others", measure: classes},
	"ascii":         {doc: "every character is ASCII", value: isASCII, parts: true},
	"mixed":         {doc: "the value mixes letters with digits", value: mixed},
	"mixed-case":    {doc: "the value has both upper-case and lower-case letters", value: mixedCase},
	"hex":           {doc: "the value is made of hexadecimal digits", value: allHex},
	"word":          {doc: "the value reads like words or an identifier rather than random characters", value: wordLike},
	"identifier":    {doc: "the value looks like a variable, a call, a path or a type of a programming language", value: identifierLike},
	"password":      {doc: "the value could be a password that a person chose: two classes of characters or more, no markup", context: passwordHere},
	"told-password": {doc: "the value could be a password in a sentence: as password, or words with a number", context: toldHere},
	"strong-form":   {doc: "the value has a sign inside, such as # or &, or one behind a number at its end, as strong passwords have", value: strongForm},
	"placeholder":   {doc: "the value stands for another, such as your_key_here, <token>, ${TOKEN}, xxxx or 12345678", value: placeholder},
	"person-name":   {doc: "the words could be a person's name: none is a common word, a month or a form of address", value: couldBeName},
	"given-name":    {doc: "the value could be a person's name of two words or more, and the first or the last is one of 30,000 given names", value: givenName},
	"not-addressed": {doc: "the characters name a person, and not a customer, everybody or a post, before a Japanese form of address", value: notAddressed},
	"behind-name":   {doc: "the name of a person, one part of which is a given name, stands before the value at the beginning of the line or of an item of a list", context: behindName},
	"full-name":     {doc: "the value could be a person's name of two words or more", value: fullName},
	"user-name":     {doc: "the value is made like the name of a user, and is neither a word nor a variable", value: userName},
	"small-parts":   {doc: "every number in the value, but perhaps the last, is 20 or less, as in a version or the number of a section", value: smallParts},
	"specimen":      {doc: "the value is an identifier that is published as a sample, in any spelling, or only counts, as 123456789 does", value: specimen},
	"documentation": {doc: "the value is reserved for documentation, published as a sample, or names no outside host", value: documentation},

	// Structure inside tokens.
	"base64":       {doc: "the value is base64 or base64url, padded or not", value: isBase64},
	"base64-bytes": {doc: "the value is base64 of at least N bytes", measure: base64Bytes},
	"base64-text":  {doc: "the value is base64 of printable text", value: isBase64Text},
	"base64-prose": {doc: "the value is base64 of printable text of three words or more", value: isBase64Prose},
	"basic-auth":   {doc: "the value is base64 of user:password", value: isBasicAuth},
	"jwt":          {doc: "the value is a JSON Web Token: base64url of JSON with an alg other than none, then two parts", value: isJWT},
	"crc32-base62": {doc: "the last six characters are the CRC-32 of what precedes them (after the last underscore), in base 62", value: crc32Base62},
	"crc32-hex":    {doc: "the last eight characters are the CRC-32 of what precedes them, little-endian hexadecimal", value: crc32Hex},
	"bech32":       {doc: "the value is bech32 or bech32m with a valid checksum (BIP-173, BIP-350)", value: isBech32},
	"base58check":  {doc: "the value is base58 with a valid double SHA-256 checksum", value: isBase58Check},
	"bip39":        {doc: "the words are those of a wallet's recovery phrase, checksum included (BIP-39, English)", value: seedPhrase},
	"bip39-words":  {doc: "all words, twelve at least, are in the English list of BIP-39", value: seedWords},
	"key-lines":    {doc: "lines of base64 that could be a part of a private key: no certificate, signature or file begins or ends there", context: keyLines, dear: true},
	"key-tail":     {doc: "lines of base64 up to the last line of a private key, with nothing else between", value: keyTail},
	"pem":          {doc: "the value holds at least 64 characters of base64 after its first line", value: isPEMBody},

	// Payment and banking.
	"luhn": {doc: "the digits end in a Luhn check digit", value: func(v []byte) bool { return luhn(digitsOf(v)) }},

	"mrz":      {doc: "check digits of a travel document's machine-readable lines are right (ICAO 9303)", value: isMRZ},
	"verhoeff": {doc: "the digits end in a Verhoeff check digit", value: func(v []byte) bool { return verhoeff(digitsOf(v)) }},

	// Network.
	"ip-address":   {doc: "the value is an IPv4 or IPv6 address, perhaps with a zone or a prefix length", value: isIP},
	"mac-address":  {doc: "the value is a hardware address, neither all zeros nor broadcast", value: isMAC},
	"email":        {doc: "the domain of the address ends in letters and is no file name or version", value: isEmail},
	"phone-number": {doc: "the value is an international telephone number that its country gives out (libphonenumber)", value: validPhone},
	"phone":        {doc: "country code and number of digits of a telephone number agree (ITU E.164)", value: isPhone},

	// Dates.
	"date": {doc: "the value is a calendar date from 1900 to 2029 (or those years of the Thai calendar), in any usual order, months by name too", value: isDate, fewest: 2},
}, europeanIDs, americanIDs, asianIDs, worldIDs), shapeChecks)
