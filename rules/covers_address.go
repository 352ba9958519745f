package rules

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what covers: address takes with a street and a number.
const (
	maxAddressParts = 6
	maxAddressPart  = 48 // bytes
	maxUnitInFront  = 48 // bytes
	maxPartsInFront = 3
)

// unitWords name parts of a house, in front of a number: Flat 4, кв. 45, 3.º Dcha.
var unitWords = wordSet(`apt ap app boîte bte box tv th mf sal kerros patro apartment unit suite ste flat fl floor room rm block blk building bldg door lot tower house level
	piso dpto depto puerta planta izq dcha dto esq dta esc bajo bis apto bloco andar casa bâtiment bat étage esc appartement appt interno int scala
	rt rw izda izqda dcha bât appt
	stock etage wohnung whg top tür lejl bus og m lok kat daire кв квартира корп корпус стр этаж подъезд`)

// buildingWords name a house in front of its street: Beaumont House, 210 Kingsland Road.
var buildingWords = wordSet(`house court cottage lodge hall manor mansion mansions villa villas barn farm mill forge rectory vicarage home hospital hospice residence residences apartments
	tower towers building block gardens heights wharf terrace flats chambers studios centre center college school clinic hotel inn
	résidence residencia résidences edificio edifício condomínio condominio bâtiment immeuble torre urbanización urb conjunto quinta palazzo villetta
	wohnanlage haus hof residentie blok apartmán sitesi apartmanı mah mahallesi taman wisma menara perumahan komplek`)

// countries end an address, whatever follows.
var countries = func() map[string]bool {
	m := make(map[string]bool)
	for name := range strings.SplitSeq(`austria|österreich|belgium|belgië|belgique|brazil|brasil|bulgaria|canada|chile|china|colombia|croatia|hrvatska|czech republic|czechia|denmark|danmark|england|estonia|finland|suomi|france|germany|deutschland|greece|hong kong|hungary|magyarország|iceland|india|indonesia|ireland|israel|italy|italia|japan|kenya|latvia|lithuania|luxembourg|malaysia|malta|mexico|méxico|the netherlands|netherlands|nederland|new zealand|nigeria|norway|norge|pakistan|peru|perú|philippines|poland|polska|portugal|romania|românia|scotland|serbia|singapore|slovakia|slovenia|south africa|south korea|spain|españa|sweden|sverige|switzerland|schweiz|suisse|svizzera|taiwan|thailand|türkiye|turkey|uk|u.k|united kingdom|ukraine|usa|u.s.a|united states|uruguay|vietnam|wales|argentina|ecuador|egypt|ghana|jersey|northern ireland|uae|united arab emirates|qatar|saudi arabia`, "|") {
		m[name] = true
	}
	return m
}()

// placeParticles join the words of a town's name: Santa Cruz de Tenerife.
var placeParticles = wordSet(`de del la las los el da do das dos du des le les sur sous en am an der im bei ob van den ter upon on of the und y e d i och nad pod`)

// addressStart is where an address begins of which the value is the street: at the flat, suite,
// house and building in front of it, which commas part.
func (c *candidate) addressStart() int {
	start := c.start
	for range maxPartsInFront {
		part := partInFront(c.text, start)
		if part < 0 {
			break
		}
		start = part
	}
	return start
}

// partInFront is where the part of an address begins that a comma or a slash ends right before text[at], or -1.
func partInFront(text []byte, at int) int {
	from := max(0, at-maxUnitInFront)
	front := bytes.TrimRight(text[from:at], " \r\n")
	if len(front) < 4 || front[len(front)-1] != ',' && front[len(front)-1] != '/' {
		return -1
	}
	front = front[:len(front)-1]
	start, building := len(front), false
	if town := postalTown(front); town >= 0 {
		return from + town
	}
	for end := len(front); end > 0; end = start - 1 {
		word := front[bytes.LastIndexAny(front[:end], " \n(:;,\"“„|>")+1 : end]
		bare := bytes.Trim(word, ".#-")
		r, _ := utf8.DecodeRune(bare)
		lower := bytes.ToLower(bare)
		known := unitWords[string(lower)] || buildingWords[string(lower)] || string(word) == "The"
		switch {
		case len(word) == 0 || end-len(word) == 0 && from > 0:
			end = 0
		case known, unicode.IsUpper(r), isDigit(word[0]), placeParticles[string(lower)] && start < len(front):
			building = building || known
			start = end - len(word)
			if unitWords[string(lower)] && start > 0 && !unicode.IsUpper(r) && !isDigit(word[0]) { // a flat 4: what precedes is a sentence
				end = 0
			}
		default:
			end = 0
		}
		if end == 0 || start == 0 || front[start-1] != ' ' {
			break
		}
	}
	part := front[start:]
	if !building || len(part) < 3 || !bytes.ContainsFunc(part, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) }) {
		return -1
	}
	return from + start
}

// postalTown is where a postal code and a town begin that end a text, or -1: 6720 Szeged.
func postalTown(front []byte) int {
	start := bytes.LastIndexAny(front, "\n(:;,\"“„|>") + 1
	for start < len(front) && front[start] == ' ' {
		start++
	}
	for start < len(front) && !isDigit(front[start]) { // behind a word such as lives
		next := bytes.IndexByte(front[start:], ' ')
		if next < 0 {
			return -1
		}
		start += next + 1
	}
	digits := 0
	for start+digits < len(front) && isDigit(front[start+digits]) {
		digits++
	}
	rest := front[min(len(front), start+digits):]
	if digits < 4 || digits > 6 || len(rest) < 4 || rest[0] != ' ' || len(bytes.Fields(rest)) > 3 || slices.ContainsFunc(rest, isDigit) {
		return -1
	}
	r, _ := utf8.DecodeRune(rest[1:])
	if !unicode.IsUpper(r) {
		return -1
	}
	return start
}

// addressEnd is where an address ends of which the value is the street and the number: behind
// floor, postal code, town, state and country, which commas or line ends part.
func (c *candidate) addressEnd() int {
	end, at, towns := c.end, c.end, 0
	for range maxAddressParts {
		next, line := partStart(c.text, at)
		if next < 0 {
			break
		}
		stop := partEnd(c.text, next)
		size, kind := addressPart(c.text[next:stop], towns > 0)
		if kind == noPart || line && kind == unitPart {
			break
		}
		at = next + size
		// A lone word with a capital may be a town or the next thing that is listed. It is taken if it
		// ends the sentence, if it is not alone, or if a part follows that leaves no doubt.
		if kind == townPart {
			towns++
		}
		if line {
			towns = -maxAddressParts // in a new line only a postal code tells
		}
		if kind != townPart || towns > 1 || towns > 0 && endsSentence(c.text, at) || countries[string(bytes.ToLower(c.text[next:at]))] {
			end = at
		}
		if len(bytes.Trim(c.text[at:stop], " .")) > 0 {
			break // the sentence goes on
		}
	}
	// The province in parentheses: 40124 Bologna (BO).
	if t := c.text[end:]; end > c.end && len(t) >= 5 && t[0] == ' ' && t[1] == '(' && t[4] == ')' && isStateCode(t[2:4]) {
		end += 5
	}
	return end
}

// partStart is where the next part begins behind text[at], or -1; line is true of one in a new line.
func partStart(text []byte, at int) (next int, line bool) {
	next = at
	if next+1 < len(text) && text[next] == '.' && text[next+1] == ',' { // 4º izq., 28028 Madrid
		next++
	}
	for next < len(text) && next-at < 4 && (text[next] == ',' || text[next] == ' ' || text[next] == '\n' || text[next] == '\r' || text[next] == '-' && next > at && text[next-1] == ' ') {
		line = line || text[next] == '\n'
		next++
	}
	if next == at || next == len(text) || text[next] <= ' ' {
		return -1, false
	}
	return next, line
}

// partEnd is where the part ends that begins at text[from].
func partEnd(text []byte, from int) int {
	end := from
	for end < len(text) && end-from <= maxAddressPart {
		switch b := text[end]; {
		case (b == '(' || b == ')') && inProvince(text[from:], end-from):
		case b < ' ', bytes.IndexByte([]byte(",;:()<>[]{}|\"!?=@"), b) >= 0, bytes.HasPrefix(text[end:], []byte(" – ")):
			return end
		case b == '.' && (end+1 == len(text) || text[end+1] <= ' '):
			start := from + bytes.LastIndexByte(text[from:end], ' ') + 1
			if isFloor(text[start:end+1], text[end+1:]) {
				break
			}
			if word := text[start:end]; utf8.RuneCount(word) > 4 || isStateCode(word) || slices.ContainsFunc(word, isDigit) {
				return end // St. Ives and Co. Cork go on
			}
		case b == '-' && text[end-1] == ' ':
			return end
		}
		end++
	}
	return runeStart(text, end)
}

// inProvince reports whether the parenthesis part[at] encloses one word between a town and a postal
// code: Montréal (Québec) H2J 2L3.
func inProvince(part []byte, at int) bool {
	if part[at] == ')' {
		return bytes.IndexByte(part[:at], '(') > 0
	}
	n := bytes.IndexByte(part[at:], ')')
	if n == 3 && at >= 3 && part[at-1] == ' ' && isStateCode(part[at+1:at+3]) {
		return true // 33100 Udine (UD)
	}
	if n < 3 || n > 24 || at < 3 || part[at-1] != ' ' || at+n+2 >= len(part) || part[at+n+1] != ' ' || bytes.ContainsAny(part[at+1:at+n], " .,") {
		return false
	}
	r, _ := utf8.DecodeRune(part[at+1:])
	next := part[at+n+2:]
	return unicode.IsUpper(r) && (isDigit(next[0]) || len(next) > 1 && next[0] >= 'A' && next[0] <= 'Z' && isDigit(next[1]))
}

func endsSentence(text []byte, at int) bool {
	if at < len(text) && text[at] == ' ' {
		at++
		if at < len(text) && text[at] != '|' && text[at] != '/' && text[at] != '(' {
			return false
		}
	}
	if at == len(text) {
		return true
	}
	switch text[at] {
	case '.', ';', ')', '"', '\n', '\r', '!', '?', '|', '<', '\'', '/', '(':
		return true
	}
	return false
}

// What a part of an address is.
type partKind int

const (
	noPart     partKind = iota
	unitPart            // 3º B, Apt. 5
	postalPart          // 28013 Madrid, SE5 9NR, OR 97209
	townPart            // Kadıköy
)

// addressPart says what a part is by its words, and how much of it is one: of "28013 Madrid
// is where I live" the first two words are. Behind a town, goesOn, this holds of a town too.
func addressPart(part []byte, goesOn bool) (size int, kind partKind) {
	codes, names, first := 0, 0, true
	for from := 0; from < len(part); first = false {
		to := from
		for to < len(part) && part[to] != ' ' {
			to++
		}
		bare := bytes.Trim(part[from:to], ".,'’#()")
		r, _ := utf8.DecodeRune(bare)
		lower := string(bytes.ToLower(bare))
		switch {
		case len(bare) == 0:
		case first && (isOrdinal(bare) || isFloor(part[from:to], part[to:]) || unitWords[string(bytes.TrimRight([]byte(lower), "0123456789"))]):
			if size = unitEnd(part, to); size > to || slices.ContainsFunc(bare, isDigit) {
				return size, unitPart
			}
			return 0, noPart
		case isPostalWord(bare) && (len(bare) > 1 || names > 0): // Dublin 2
			codes++
			size = to
		case unicode.IsUpper(r) && !slices.ContainsFunc(bare, isDigit) && (!first || !notNames[lower] || placeWords[lower] || isStateCode(bare)):
			names++
			size = to
		case names > 0 && placeParticles[lower]:
		default:
			from = len(part)
			continue
		}
		for from = to; from < len(part) && part[from] == ' '; {
			from++
		}
	}
	switch {
	case codes > 0 && codes <= 3 && names <= 5:
		return size, postalPart
	case names > 0 && names <= 4 && codes == 0 && (goesOn || size == len(bytes.TrimRight(part, " "))):
		return size, townPart
	}
	return 0, noPart
}

// unitEnd is where the number or the letter ends that follows part[:at]: Apt. 5, 3º B.
func unitEnd(part []byte, at int) int {
	end := at
	for end < len(part) && (part[end] == ' ' || part[end] == '.') {
		end++
	}
	from := end
	for end < len(part) && (isAlnum(part[end]) || part[end] == '-') {
		end++
	}
	if end == from || end-from > 5 || end-from > 1 && !slices.ContainsFunc(part[from:end], isDigit) && !unitWords[string(bytes.ToLower(part[from:end]))] {
		return at
	}
	return end
}

// isStateCode is true of OR, IN and others.
func isStateCode(w []byte) bool {
	return len(w) == 2 && w[0] >= 'A' && w[0] <= 'Z' && w[1] >= 'A' && w[1] <= 'Z'
}

// isFloor is true of the 3. in 3. tv, a word for a part of a house behind it.
func isFloor(word, rest []byte) bool {
	if len(word) < 2 || len(word) > 3 || word[len(word)-1] != '.' || !isDigit(word[0]) {
		return false
	}
	rest = bytes.TrimLeft(rest, " ")
	end := bytes.IndexAny(rest, " .,\n")
	if end < 0 {
		end = len(rest)
	}
	return unitWords[string(bytes.ToLower(rest[:end]))]
}

// isOrdinal is true of the number of a floor: 3º, 2ª, 1er, 3.
func isOrdinal(w []byte) bool {
	digits := 0
	for digits < len(w) && isDigit(w[digits]) {
		digits++
	}
	if digits == 0 || digits > 2 {
		return false
	}
	rest := string(bytes.Trim(w[digits:], "."))
	switch rest {
	case "ºA", "ºB", "ºC", "ºD", "ºE", "ºF", "ªA", "ªB", "ªC", "º", "ª", "°", "er", "e", "o", "a", "th", "nd", "rd", "st":
		return true
	}
	return false
}

// isPostalWord is true of postal codes and their halves: 28013, 90-006, SE5, 9NR, D02, X285, H3G.
func isPostalWord(w []byte) bool {
	digits, upper := 0, 0
	for _, b := range w {
		switch {
		case isDigit(b):
			digits++
		case b >= 'A' && b <= 'Z':
			upper++
		case b != '-':
			return false
		}
	}
	if digits == 0 || len(w) > 10 {
		return false
	}
	if upper == 0 {
		return digits <= 9
	}
	return digits <= 6 && upper <= 4 && digits+upper >= 2
}
