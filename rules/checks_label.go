package rules

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// Words that name a credential, and those that do so as the end or the
// beginning of a longer one: apikey, accesstoken, secretkey.
var (
	credentialWords = wordSet("key keys token tokens secret secrets access private api auth oauth pass pwd cred creds credential credentials client bearer sdk pat",
		"license licence webhook hook account sid session signing dsn login personal authorization authtoken appid password passwd crumb")
	credentialEnds       = []string{"key", "token", "secret", "auth", "pass", "password", "access"}
	credentialBeginnings = []string{"secret", "token", "apikey", "access", "private"}
)

func wordSet(lists ...string) map[string]bool {
	set := make(map[string]bool)
	for _, l := range lists {
		for w := range strings.FieldsSeq(l) {
			set[w] = true
		}
	}
	return set
}

// hasFolded reports whether a set of words in lower case has the word.
func hasFolded(set map[string]bool, word []byte) bool {
	var lower [32]byte
	if len(word) > len(lower) {
		return set[strings.ToLower(string(word))]
	}
	for i, b := range word {
		if b >= utf8.RuneSelf {
			return set[strings.ToLower(string(word))]
		}
		lower[i] = lowerASCII(b)
	}
	return set[string(lower[:len(word)])]
}

// Words that name something else that looks like a key.
var otherWords = wordSet("commit sha sha1 sha256 sha384 sha512 md5 hash checksum digest etag tag fingerprint revision rev ref blob tree integrity image build trace span",
	"h1 request version public docker layer action actions nonce uuid guid order invoice transaction cursor serial")

// minLetters is how long a value without digits is at least.
const minLetters = 20

// maxNameDigits is how many digits a name can have, as in V1 and X509.
const maxNameDigits = 3

// minFields is how many words a name with dashes has at least.
const minFields = 3

// ofWords is true of names of at least three words with dashes or underscores between them, most of which is words in
// one case: temporal_visibility_v1_secondary.
func ofWords(v []byte) bool {
	fields, letters := 0, 0
	for w := range bytes.FieldsFuncSeq(v, func(r rune) bool { return r == '_' || r == '-' }) {
		fields++
		upper, lower := 0, 0
		for i, b := range w {
			switch {
			case classOf[b] == classUpper:
				upper++
			case isLetter(b):
				lower++
			default:
				upper, lower = len(w), len(w)
			}
			if i == 0 {
				upper = 0 // Title
			}
		}
		if len(w) > 1 && (upper == 0 || lower == 0) || len(w) > 4 && upper+lower == len(w) && wordLike(w) {
			letters += len(w)
		}
	}
	return fields >= minFields && letters*4 >= (len(v)-fields+1)*3
}

// labelWindow is how far before a value its name is looked for, in bytes.
const labelWindow = 64

// labelled judges the words before a value: one of them names a credential, or
// the value stands directly behind a sign of assignment. Words such as commit or
// checksum speak against it, and so does a value that reads like a name, that is part of
// an address on the web and no parameter called a credential there, or that is an id of something else than a credential.
func labelled(c *candidate) bool {
	v := c.value()
	if c.chars < len(v) && ofWords(v) {
		return false // file_server_api_v1_proto_goTypes
	}
	if allHex(v) && c.before(1) == '@' || isFile(c) {
		return false // the commit of actions/checkout@…
	}
	if c.chars == len(v) {
		if digits := countDigits(v); digits == 0 && len(v) < minLetters || (digits == 0 || digits <= maxNameDigits && countLower(v) > 0 && countUpper(v) > 0) && wordLike(v) {
			return false // newTransactionalClient, patchCoreV1NamespacedPod
		}
	}
	gap := bytes.TrimRight(c.text[max(0, c.start-labelWindow):c.start], " \t\r\n")
	if at := bytes.LastIndexByte(gap, '\n'); at > 0 {
		if at = bytes.LastIndexByte(gap[:at], '\n'); at >= 0 {
			gap = gap[at+1:]
		}
	}
	if address, ok := addressBefore(c.text[:c.start]); ok && !carriesCredential(address) {
		return false
	}
	named, other := false, false // what the words nearest to the value say
	end := 0                     // of the word before, if it has ids that are credentials
	var word [16]byte
	for i := 0; i < len(gap); {
		if !isAlnum(gap[i]) {
			i++
			continue
		}
		n := 0
		for start := i; i < len(gap) && isAlnum(gap[i]) && (i == start || classOf[gap[i]] != classUpper || !humpAt(gap, i)); i++ {
			if n < len(word) {
				word[n] = lowerASCII(gap[i])
				n++
			}
		}
		w := word[:n]
		switch isID := string(w) == "id" || string(w) == "uid"; {
		case isID && end > 0 && i-n-end <= 1:
			named = true // the id of a key, of a client or an app
		case isID && c.chars == len(v) && c.chars >= minLetters:
			// What may be anything.
		case isID, otherWords[string(w)]:
			named, other, end = false, true, 0
		case namesCredential(w):
			named, other, end = true, false, i
		case string(w) == "app":
			end = i
		default:
			end = 0
		}
	}
	// A number is a value of all sorts.
	return named || !other && int(countDigits(v)) < len(v) && assigned(gap)
}

// maxExtension is how long the end of a file's name is, at most.
const maxExtension = 4

// isFile reports whether what follows makes a file of the value, or a package: 46022063d9b927cf.tmp, monitoringv1alpha1.PrometheusSpec.
func isFile(c *candidate) bool {
	if c.after(1) != '.' || !isLetter(c.after(2)) {
		return false
	}
	n := 0
	for n <= maxExtension && isLetter(c.after(2+n)) {
		n++
	}
	return n <= maxExtension && !isWord(c.after(2+n)) || classOf[c.after(2)] == classUpper && countDigits(c.value()) <= maxNameDigits
}

// addressWindow is how far before a value the beginning of an address is looked for, in bytes.
const addressWindow = 200

// addressBefore returns the address on the web that goes on up to the end of text.
func addressBefore(text []byte) ([]byte, bool) {
	text = text[max(0, len(text)-addressWindow):]
	text = text[bytes.LastIndexAny(text, " \t\r\n\"'`()<>[]{},|")+1:]
	_, address, ok := bytes.Cut(text, []byte("://"))
	return address, ok
}

// carriesCredential reports whether what comes next in an address on the web may be a credential: a user, the value of a parameter that is called
// one, or part of the path of a hook. The tokens of badges are public.
func carriesCredential(address []byte) bool {
	if bytes.Contains(address, []byte("badge")) || bytes.Contains(address, []byte(".svg")) {
		return false
	}
	if !bytes.ContainsAny(address, "/?") || bytes.Contains(address, []byte("hook")) {
		return true
	}
	at := bytes.LastIndexAny(address, "?&#/")
	name, value, ok := bytes.Cut(address[at+1:], []byte("="))
	return ok && len(value) == 0 && address[at] != '/' && slices.ContainsFunc(bytes.FieldsFunc(bytes.ToLower(name), func(r rune) bool { return r == '_' || r == '-' }), namesCredential)
}

// cellEnd is true of a value behind which its cell, its quotation or its line ends.
func cellEnd(c *candidate) bool {
	rest := bytes.TrimLeft(c.text[c.end:min(len(c.text), c.end+16)], " `")
	return len(rest) == 0 && c.end+16 >= len(c.text) || len(rest) > 0 && bytes.IndexByte([]byte("\"'|,;\t\r\n"), rest[0]) >= 0
}

// variable is true of newPrivateKey768 and the like, unless it is quoted.
func variable(c *candidate) bool {
	switch c.before(1) {
	case '"', '\'', '`':
		return false
	}
	return wordLike(c.value())
}

// assigned is true of text that ends in an equals sign or a colon, but for
// quotation marks and spaces.
func assigned(gap []byte) bool {
	gap = bytes.TrimRight(gap, " \t\"'`")
	return len(gap) > 1 && (gap[len(gap)-1] == '=' || gap[len(gap)-1] == ':' && gap[len(gap)-2] != ':')
}

func namesCredential(w []byte) bool {
	if len(w) < 3 {
		return false
	}
	if credentialWords[string(w)] {
		return true
	}
	for _, s := range credentialEnds {
		if bytes.HasSuffix(w, []byte(s)) {
			return true
		}
	}
	for _, s := range credentialBeginnings {
		if bytes.HasPrefix(w, []byte(s)) {
			return true
		}
	}
	return false
}
