package rules

import (
	"bytes"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// notAlone are given names that, where no surname stands with them, mean a place, a product,
// a month or a company as often.
var notAlone = wordSet(`
	abilene adelaide alexandria alma amazon andes angola antigua aruba asia athena athens atlanta augusta austin avon berkeley bethesda boston brisbane bristol
	cairo calgary cambridge carolina cayenne charleston charlotte chelsea cologne columbia cordoba córdoba cruz dallas damascus darwin denver devon dover dublin durham
	edmonton eugene florida france geneva genoa georgia guadalupe hamilton houston indiana ireland israel jackson jamaica java jersey jerusalem johannesburg jordan jordanie
	kansas kelvin kent kenya kyoto lancaster lansing leeds leicester leon lima lincoln lisbon logan lourdes lucerne luxor madison malaga manila marseille medina melbourne memphis mexico milan milano
	montana montgomery montreal nevada newcastle nice norfolk oslo oxford padua palermo paris parma persia perth petra philadelphia phoenix pisa porto preston quincy ravenna regina roma rome romania
	salem salvador santiago santos savannah seville shanghai siena sofia sparta surrey sydney syria tahiti texas tokyo toledo trenton trieste troy tulsa turin tyrone utah valencia varna venice verona versailles victoria
	vienna virginia wales warren warwick washington wellington weston winston york zurich
	alexa apollo artemis athena atlas aurora bixby calypso celeste claude cortana delphi elm eva gaia galileo gemini hermes iris jasmine jenkins jira julius kafka kali kotlin laravel linux luna maven mercedes minerva nexus nova odin opera
	orion oscar otto pandora perl phoenix pixel prometheus ruby sage samba scala selenium siri skye swift tesla thor titan trello ubuntu vega vulcan watson xena zeus
	advent ascension april august easter january june lent may noel november october september summer winter autumn
	angel art bill crystal christian dean earl faith frank glory grace grant guy hope jade joy justice major mark max mercy noble patience peace pearl penny prince queen rich rose royal ruby sterling trinity trust victor will
	bella casa dante del della grand grande luz maria mar mare monte nero per piano sera sole stella strada terra vale valle via vita
	amber addison coral levi mégane megane zoé berlin halle nancy essen ernst lublin lexington norton alaska delta hermes marlowe jasper
	borg caro sayın nat ave commodore admiral general iban argentina oman dominica danish kiel finland germany india turkey iran iraq libya mali malta nepal niger nigeria norway panama peru poland qatar samoa senegal serbia spain sudan togo tonga tunisia uganda ukraine yemen zambia austria belgium brazil bulgaria canada chile china colombia croatia cuba denmark egypt estonia fiji gabon gambia ghana greece guinea haiti hungary iceland japan kuwait laos latvia lebanon macedonia malawi monaco morocco namibia pakistan portugal romania rwanda slovakia slovenia somalia sweden switzerland taiwan thailand tanzania vietnam zimbabwe angolan brazilian canadian cuban dutch egyptian finnish german greek hungarian indian irish italian kenyan korean latin mexican norwegian persian polish roman russian scottish spanish swedish swiss thai turkish ukrainian welsh
	garda louisiana claim ota yer frans harlow tôi alles grüße café zusammen martini
	alle allen alles bis da dir dort ehe eine einen einer er es habe hier ihr ihre ihm ihn ist mir mit nun ob seit sie so und uns vom von vor wenn wer wie wo zum zur
	cela cet cette comme dans deux elle elles est ils leur mais mes mon nos notre nous par pas pour quand que qui sans ses son sur tous tout toute très une vos votre
	esta este esto ese esa eso ella ellos fue han hay las los más muy nos para pero por que ser sin son sus una unas uno unos era eran
	che chi con cui dal dei del gli hai hanno lei loro mia mio nel non per più poi qui sono sua suo sul tra tua tuo una voi
	bardzo czy dla ich jak jest lub nie oraz tak ten tej tym
`)

// unaccented writes letters of Latin scripts without their accents.
var unaccented = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ā", "a", "ă", "a", "ą", "a", "ç", "c", "ć", "c", "č", "c",
	"ď", "d", "đ", "d", "é", "e", "è", "e", "ê", "e", "ë", "e", "ē", "e", "ė", "e", "ę", "e", "ě", "e", "ğ", "g", "í", "i", "ì", "i", "î", "i", "ï", "i", "ī", "i", "ı", "i",
	"ł", "l", "ľ", "l", "ñ", "n", "ń", "n", "ň", "n", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ő", "o", "ø", "o", "ř", "r", "ś", "s", "š", "s", "ş", "s", "ș", "s",
	"ť", "t", "ț", "t", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ů", "u", "ű", "u", "ū", "u", "ý", "y", "ž", "z", "ź", "z", "ż", "z")

// givenWord is true of one given name that no word of a longer name or title of something stands with.
func givenWord(c *candidate) bool {
	v := c.value()
	if len(v) > 1 && bytes.Equal(v, bytes.ToUpper(v)) && c.after(1) != ',' {
		return false // IBAN is a name, too
	}
	return couldBeName(v) && hasGivenName(v) && !notAlone[strings.ToLower(string(v))] && nameEnds(c)
}

// nameEnds is true of words that are all of a name: with another capital beside them they may be the
// middle of one, or name a street, a company or a book.
func nameEnds(c *candidate) bool {
	if v := c.value(); bytes.IndexByte(v, ',') > 0 { // Berlin, Halle
		for w := range bytes.FieldsSeq(v) {
			if notAlone[strings.ToLower(string(bytes.Trim(w, ".,")))] {
				return false
			}
		}
	}
	if c.after(1) == ' ' && (c.after(2) == '&' || c.after(2) == '+') {
		return false
	}
	if c.after(1) == ' ' || c.after(1) == '-' {
		if r, _ := utf8.DecodeRune(c.text[min(c.end+1, len(c.text)):]); unicode.IsUpper(r) {
			return false
		}
	}
	if c.before(1) == '-' || bytes.HasPrefix(c.text[c.end:], []byte(" and ")) && isDigit(c.after(6)) { // the corner of Greta and 85 Gimblett Street
		return false
	}
	if c.before(1) != ' ' {
		return true
	}
	line := c.text[max(0, c.start-32) : c.start-1]
	word := line[bytes.LastIndexAny(line, " \n\t\"'(“„«>/")+1:]
	r, _ := utf8.DecodeRune(word)
	if !unicode.IsUpper(r) {
		return true
	}
	last, _ := utf8.DecodeLastRune(word)
	return !unicode.IsLetter(last) || greeting[strings.ToLower(string(word))]
}

// initialled is true of T. Oyekan, not of E. coli or St. James.
func initialled(c *candidate) bool {
	at := bytes.LastIndexByte(c.value(), '.')
	surname := bytes.TrimSpace(c.value()[at+1:])
	return len(surname) >= 3 && couldBeName(surname) && nameEnds(c) && !initialledThings[strings.ToLower(string(surname))]
}

// initialledThings follow an initial and are no surnames.
var initialledThings = wordSet(`korea africa america carolina dakota virginia pacific atlantic bank street avenue main park high school army navy government state states congress treasury
	med phys chem biol sci appl int rev proc trans lett res eng math stat comp soc`)

// lowerName is true of caoimhe brannigan.
func lowerName(v []byte) bool {
	first, rest, ok := bytes.Cut(v, []byte(" "))
	return ok && len(first) >= 3 && hasGivenName(first) && !notNames[string(first)] && !notNames[string(rest)] && !notAlone[string(first)] && !lowerWords[string(rest)] && !lowerWords[string(first)]
}

// lowerWords follow a given name, or are one, in a sentence without capitals.
var lowerWords = wordSet(`and or is was has had said says not very just from here who that this to in on at for with but so then als und ist war hat von mit nicht sehr aus
	est et de du la le pas très es y el en con muy no di e il da non molto met niet zeer do z w nie happy sad sick tired back home late done sure sorry going trying looking having getting
	able ready interested new old good bad fine well afraid glad writing calling using working living student doctor nurse teacher lawyer manager engineer developer allergic aware
	desde más solo sólo aquí`)

// greeting are words with a capital that stand before a name and are none.
var greeting = wordSet(`hi hello hey dear hallo hola ciao bonjour salut cher chère liebe lieber moin servus hej hei olá oi caro cara querido querida estimado estimada drogi droga beste dag
	thanks cheers love from with and but so then yes no when if that tell ask call did does is has was can could should would will i my our his her their the for to at as by on in
	meine mein unsere unser und der die das von mit für an wenn dass ist hat
	mi nuestro nuestra el la con para y mon ma notre et avec pour il mio mia con per e`)

// nearAddress is how far from a name the e-mail address may stand that repeats it, in bytes.
const nearAddress = 250

// namedInAddress is true of Dashiell Okonjo, dash.okonjo@… and of Okonjo (see okonjo@…). A company's domain
// says nothing of a person: only what stands before the @ counts.
func namedInAddress(c *candidate) bool {
	for local := range addressesAround(c) {
		for w := range bytes.FieldsSeq(c.value()) {
			if w = bytes.Trim(w, ".,'’"); len(w) < 4 || !sharesLetters(w, local) {
				continue
			}
			word := strings.ReplaceAll(unaccented.Replace(strings.ToLower(string(w))), "-", "")
			if utf8.RuneCountInString(word) >= 4 && strings.Contains(strings.ToLower(string(local)), word) && !roleAddress[word] {
				return couldBeName(c.value())
			}
		}
	}
	return false
}

// sharesLetters reports whether a part of an address could hold a word: the word's letters in ASCII
// stand in it, but perhaps the first.
func sharesLetters(word, local []byte) bool {
	if len(local) < 4 {
		return false
	}
	for _, b := range word[1:] {
		if isLetter(b) && bytes.IndexByte(local, b) < 0 && bytes.IndexByte(local, b^0x20) < 0 {
			return false
		}
	}
	return true
}

// addressesAround yields what stands before the @ of each e-mail address close to the candidate.
func addressesAround(c *candidate) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		from, to := max(0, c.start-nearAddress), min(len(c.text), c.end+nearAddress)
		for at := from; at < to; at++ {
			n := bytes.IndexByte(c.text[at:to], '@')
			if n < 0 {
				return
			}
			at += n
			start := at
			for start > from && (isAlnum(c.text[start-1]) || bytes.IndexByte([]byte("._-+%"), c.text[start-1]) >= 0) {
				start--
			}
			if !yield(c.text[start:at]) {
				return
			}
		}
	}
}

// partOfAddress is true of mkessler beside m.kessler@… and of kessler.
func partOfAddress(c *candidate) bool {
	value := strings.ToLower(string(c.value()))
	if roleAddress[value] {
		return false
	}
	for local := range addressesAround(c) {
		joined := strings.NewReplacer(".", "", "_", "", "-", "").Replace(strings.ToLower(string(local)))
		if len(value) >= 4 && (strings.HasPrefix(joined, value) || strings.HasSuffix(joined, value)) {
			return true
		}
	}
	return false
}

// roleAddress are words of addresses that belong to no person.
var roleAddress = wordSet(`info office mail post hello team sales support service services help helpdesk admin billing accounts accounting invoice invoices orders order contact
	press media news newsletter jobs careers recruiting events booking bookings reservations marketing security privacy legal compliance webmaster hostmaster postmaster noreply reply
	claims returns shop store customer customers care feedback enquiries inquiries reception praxis kanzlei kontakt buero service vertrieb rechnung rechnungen verwaltung bewerbung
	contacto ventas soporte atencion facturacion rrhh compta comptabilite accueil secretariat direction amministrazione segreteria vendite assistenza biuro sekretariat`)

// behindName is true of what stands behind a person's name, and little else, on its line: Imani Strand – 2001-03-25.
func behindName(c *candidate) bool {
	line := c.text[max(0, c.start-maxNameLine):c.start]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	line = bytes.TrimRight(line, " \t-–—:,|(*")
	line = bytes.TrimLeft(line, " \t-–—•*>#|.)0123456789")
	if words := len(bytes.Fields(line)); words < 2 || words > 4 {
		return false
	}
	return givenName(line)
}

// maxNameLine is how much of a line before a value is looked at, in bytes.
const maxNameLine = 100
