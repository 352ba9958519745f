package rules

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// notNames are words that begin with a capital where a name could stand: what
// people are greeted with, months and days, kinds of organisations, and what
// sentences begin with, in the languages whose cues the rules know.
var notNames = wordSet(`
	a about account accounts ad address admin administrator agent ai all also am an and anyone api app application are as assistant at
	attention author bank because board bot building but by bye candidate captain ceo chair chairman chatgpt chief city class claude client clients club coach
	code colleague colleagues college committee community company congratulations contact copilot could council court customer customers
	data database date day dear default department description dev developer developers did director do doctor does dog email employee employees
	engineer every everybody everyone example exchange executive false family file first folks for foundation fred friend friends from full gemini general gentleman gentlemen
	go good google governor gpt great group guest guys he hello her here hi hiring his hotel house how human i if important in inc information is it its judge
	just justice key lady last later let limited llc lord ltd madam manager may me member members microsoft ministry minister miss mr mrs ms my mystery name names neighbor neighbour new
	no none not note nothing null number of office officer ok on one only openai or order organization other our owner page park parent parents hr partner partners party patient patients people person
	phone plaintiff please police president principal product professor project prof question re reader readers recipient recruiter regards representative
	resident resource river road school speaker secretary see senator send sender server service session she should sir sirs siri site so some somebody someone son staff state station status
	string student students subject support system table tbd teacher team test thank thanks that the their them then there these they this those title to today tomorrow
	town true type university unknown untitled update user users valued value we web website welcome what when where which who why will with world would yes you your
	january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday
	christmas reviewer editor gateway finder academy airlines analytics associates bioscience brands cafe capital church clinic communications consulting digital energy enterprises financial foods fund global health holdings
	hospital industries institute insurance international labs logistics markets media medical motors museum network networks pharma pharmaceuticals research restaurant sciences services
	software solutions stores studio studios systems technologies technology theater theatre trust union ventures capital
	airport arpt intl natl muni municipal county borough district station terminal
	apartment apt suite unit box street avenue lane drive road place psc usns usnv uscgc astronaut ambassador mission control queen king prince princess pope saint player players provide unfortunately fortunately sure okay greetings mum mom dad brother sister christmas easter english french german spanish american british chinese japanese russian european africa america asia europe
	lake line hole inn garden gardens use lesson film book colour color model modell modèle captur clio
	café bistro brasserie pub kasteel château chateau schloss castle palace sci sarl sas spa srl bv nv oy ab as inc corp plc pty pvt llp gbr kg ohg sci
	grüße grüßen grüsse gruß gruss viele liebe herzliche saludos groeten groet hilsen terveisin
	license licence copyright cloud storage object objects authentication authorization credentials credential kubernetes docker prometheus grafana elasticsearch postgres postgresql mysql mongodb redis
	github gitlab frequently asked questions guide tutorial manual reference enables enable disable policies policy version release cluster namespace protocol error errors analysis
	interval scroll cd daemon configuration config settings options option feature features backend frontend provider plugin package packages module modules library framework container containers
	deployment debug warning method methods function functions interface parameter parameters values index query queries schema request response token tokens secret secrets password login
	logout dashboard widget endpoint endpoints webhook repository commit workflow pipeline template templates openstack azure aws gcp ibm
	slack cloudflare loki ipv closed refused stream event events
	participant participants worker aggregate mailing warehouse kundendienst kundenservice router utilities consulate consulado konsulat ambassade embajada karte meine mein avis technischer buchhaltung personalabteilung vertrieb einkauf musée
	alexa cortana python java javascript linux windows internet sql html css json xml url http https
	herr frau damen herren kunde kunden kollege kollegen kolleginnen liebe lieber guten tag hallo der die das ein eine und ist wir sie ich nicht firma gmbh ag verein
	januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
	monsieur madame mademoiselle messieurs mesdames cher chère bonjour tous toutes le la les un une des nous vous je il elle société entreprise client cliente équipe
	janvier février mars avril mai juin juillet août septembre octobre novembre décembre
	señor señora señores señorita estimado estimada cliente equipo el los las una nosotros usted yo empresa universidad hola todos
	enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
	signore signora gentile cliente squadra il lo gli azienda senhor senhora prezado prezada empresa o os as pan pani panie panowie państwo szanowny szanowna firma
`)

// placeWords are words of the names of places, which are otherwise like those of people: São Paulo, Maryland Heights.
var placeWords = wordSet(`island islands heights hills valley trail bypass beach springs falls creek ridge republic kingdom states
	são san los las buenos puerto porto ciudad vila villa saint mount fort santa`)

// surnamesToo are words of notNames that people are called, too: behind a given name they are a surname.
var surnamesToo = wordSet("slack cloud guide azure package loki")

// couldBeName is true of what a person could be called: one to five words, none
// of which is a common word with a capital.
func couldBeName(v []byte) bool {
	words, letters := 0, 0
	var first []byte
	for w := range bytes.FieldsSeq(v) {
		if at := bytes.IndexAny(w, "'’"); at > 0 && at <= len(w)-2 {
			if hasFolded(notNames, w[:at]) { // it's, that's
				return false
			}
		}
		w = bytes.Trim(w, ".,'’\"-")
		if len(w) == 0 {
			continue
		}
		r, _ := utf8.DecodeRune(w)
		if words++; words > 6 {
			return false
		}
		if unicode.IsUpper(r) {
			if hasFolded(placeWords, w) || hasFolded(notNames, w) && (words != 2 || !hasFolded(surnamesToo, w) || hasFolded(notAlone, first) || !hasGivenName(first)) {
				return false
			}
		}
		if words == 1 {
			first = w
		}
		if unicode.IsUpper(r) {
			letters = max(letters, utf8.RuneCount(w))
		} else if !unicode.IsLetter(r) {
			return false
		} else if unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Devanagari, unicode.Arabic, unicode.Hebrew, unicode.Thai) {
			letters = max(letters, utf8.RuneCount(w))
		}
	}
	return words > 0 && letters >= 2 && !bytes.HasSuffix(v, []byte(" Dr")) && !bytes.HasSuffix(v, []byte(" Prof"))
}

// fullName wants two words or more, each longer than an initial in one case at
// least.
func fullName(v []byte) bool { return couldBeName(v) && len(bytes.Fields(v)) >= 2 }

// notAddressed is false of what Japanese adds a form of address to without naming anybody.
func notAddressed(v []byte) bool {
	switch string(v) {
	case "皆", "皆様", "客", "患者", "各位", "神", "王", "社長", "部長", "先生", "奥", "娘", "息子", "母", "父", "兄", "姉", "弟", "妹", "医師", "担当者", "店員", "御中", "何", "同", "貴":
		return false
	}
	return true
}

// notInAddress is true of words between which and the numbers of houses lies
// something: no street is called so.
func notInAddress(c *candidate) bool {
	if c.before(1) == ' ' {
		digits := 0
		for digits <= 5 && isDigit(c.before(2+digits)) {
			digits++
		}
		if digits > 0 && digits <= 5 && c.before(2+digits) != '#' {
			return false
		}
	}
	if c.after(1) != ' ' || !isDigit(c.after(2)) {
		return true
	}
	n := 2
	for isDigit(c.after(n)) {
		n++
	}
	next := c.after(n)
	return n > 6 || next == '-' || next == ' ' && isDigit(c.after(n+1)) || next == '/' || next == '.' && isDigit(c.after(n+1))
}

// userName is true of what people are called at a machine and not of a word:
// it has a digit, or a dot, dash or underscore inside, and is no member access,
// file or version.
func userName(v []byte) bool {
	if len(v) < 3 || len(v) > 40 || !isLetter(v[0]) || placeholder(v) {
		return false
	}
	lower := strings.ToLower(string(v))
	at := strings.IndexAny(lower, "._-")
	if at < 0 {
		return countDigits(v) >= 2 && countLetters(v) >= 3
	}
	head, tail := lower[:at], lower[strings.LastIndexAny(lower, "._-")+1:]
	switch head {
	case "self", "this", "user", "users", "username", "config", "settings", "req", "request", "props", "state", "data", "db", "app", "env", "os", "process", "session", "auth",
		"account", "profile", "options", "opts", "args", "params", "my", "your", "the", "current", "test", "admin", "root", "system", "service", "new", "old", "null", "none", "obj", "client", "ctx", "var", "local", "module", "spring", "django", "www", "cron", "bot", "ci", "jenkins", "postgres", "mysql", "nginx", "guest", "default", "batch", "job", "worker", "backup", "deploy", "build", "values", "secrets", "github", "body", "form", "model", "row", "item", "res", "response", "event":
		return false
	}
	switch tail {
	case "name", "username", "user", "id", "com", "org", "net", "io", "py", "js", "ts", "go", "java", "json", "yaml", "yml", "txt", "csv", "html", "md", "sh", "value", "text", "key", "field", "email", "password":
		return false
	}
	return len(head) >= 1 && len(tail) >= 1 && tail[0] != '.'
}

// nameField is true of what fills a field for a name: two words or more, or one
// up to the field's end.
func nameField(c *candidate) bool {
	v := c.value()
	if bytes.IndexByte(v, ' ') > 0 {
		return fullName(v)
	}
	if ofCode(c) && (typeName(v) || bytes.IndexByte([]byte("<>];"), c.after(1)) >= 0 && c.after(2) != '/' && !hasGivenName(v) && !inQuotes(c)) {
		return false // sender: UIButton, pub sender: Signer<'info>
	}
	return bytes.IndexByte([]byte("\"'<,;|)\t\n\r\x00"), c.after(1)) >= 0
}

// ofCode is true of a value behind a word that programs have members of, too, as the surname of nobody is: sender, patient.
func ofCode(c *candidate) bool {
	before := bytes.TrimRight(c.text[max(0, c.start-24):c.start], " \t:=*_\"'")
	word := before[bytes.LastIndexFunc(before, func(r rune) bool { return !unicode.IsLetter(r) })+1:]
	return hasFolded(memberWords, word)
}

var memberWords = wordSet("sender recipient patient doctor participant driver candidate witness guardian contact owner user client customer")

// surnameBeginnings are what a capital follows in surnames: McDonald, DeLaRosa.
var surnameBeginnings = wordSet("mc mac de di da del della la le van von fitz st o' d' du ap ben")

// typeName is true of PatientRef and UIButton: words with a capital inside, but for the beginnings of surnames that
// are written so.
func typeName(v []byte) bool {
	if len(v) > 3 && classOf[v[0]] == classUpper && classOf[v[1]] == classUpper && classOf[v[2]] == classLower {
		// TObject, as Delphi names its types, but for OBrien and OConnor.
		return v[0] != 'O' || bytes.HasPrefix(v, []byte("OAuth")) || bytes.HasPrefix(v, []byte("OData")) || bytes.ContainsFunc(v[2:], func(r rune) bool { return r < 'a' || r > 'z' })
	}
	for i := 2; i < len(v); i++ {
		if classOf[v[i]] != classUpper || classOf[v[i-1]] == classUpper && (i+1 == len(v) || !isLetter(v[i+1]) || classOf[v[i+1]] == classUpper) {
			continue
		}
		if isLetter(v[i-1]) && !hasFolded(surnameBeginnings, v[:i]) {
			return true
		}
	}
	return false
}

// inQuotes is true of a value with a quotation mark right before it.
func inQuotes(c *candidate) bool { return c.before(1) == '"' || c.before(1) == '\'' }
