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

// Words that name something else that looks like a key, and those of them that do so only where they stand directly before it, and not in
// brackets: the token for cursor, a key (ref 12).
var (
	otherWords = wordSet("commit sha sha1 sha256 sha384 sha512 md5 hash checksum digest etag fingerprint revision rev blob tree integrity image build trace span",
		"h1 request version public docker layer action actions nonce uuid guid order invoice transaction")
	otherNames = wordSet("cursor ref serial tag")
	// What joins a credential and what it is for, or from.
	indirectWords = wordSet("for in of with from by via on at to and")
)

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
			if i == 0 && isLetter(b) {
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
// checksum speak against it, and so does a value that reads like a name, that is the id of something else than a credential, or that is part of
// an address on the web, unless the address has a place for credentials there or words before the address name one.
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
	// An id of letters and digits alone may be anything.
	anyID := c.chars == len(v) && c.chars >= minLetters
	address, inAddress := addressBefore(c.text[:c.start])
	if badge := inAddress && isBadge(address); inAddress && (badge || !carriesCredential(address)) {
		label := linesBefore(c.text[:c.start-len(address)])
		if named, _ := namedBy(label, false); !named || badge && bytes.Contains(bytes.ToLower(label), []byte("badge")) {
			return false
		}
		_, other := namedBy(address, false)
		return !other
	}
	gap := linesBefore(c.text[:c.start])
	named, other := namedBy(gap, anyID)
	// A number is a value of all sorts.
	return named || !other && int(countDigits(v)) < len(v) && assigned(gap)
}

// linesBefore returns the end of a text, as far as a value behind it may be named there: on its line, or on the line before.
func linesBefore(text []byte) []byte {
	gap := bytes.TrimRight(text[max(0, len(text)-labelWindow):], " \t\r\n")
	if at := bytes.LastIndexByte(gap, '\n'); at > 0 {
		if at = bytes.LastIndexByte(gap[:at], '\n'); at >= 0 {
			gap = gap[at+1:]
		}
	}
	return gap
}

// idDistance is how many bytes stand between the word for a credential and the word id, at most: the key with the uid 12.
const idDistance = 12

// namedBy tells what the words of a text that are nearest to its end name: a credential, or something else. If anyID is set the word id is left
// out of it.
func namedBy(text []byte, anyID bool) (named, other bool) {
	end := 0          // of the last word for a credential, or of one that may have ids that are
	indirect := false // the word before stands between two things: token for cursor
	var word [16]byte
	for i := 0; i < len(text); {
		if !isAlnum(text[i]) {
			i++
			continue
		}
		n := 0
		for start := i; i < len(text) && isAlnum(text[i]) && (i == start || classOf[text[i]] != classUpper || !humpAt(text, i)); i++ {
			if n < len(word) {
				word[n] = lowerASCII(text[i])
				n++
			}
		}
		w := word[:n]
		switch isID := string(w) == "id" || string(w) == "uid"; {
		case isID && end > 0 && i-n-end <= idDistance:
			named, end = true, 0 // the id of a key, of a client or an app
		case isID && anyID:
		case otherNames[string(w)]:
			bracketed := i > n && (text[i-n-1] == '(' || text[i-n-1] == '[')
			if !named || !indirect && !bracketed && !bytes.ContainsFunc(text[i:], isLetterRune) {
				named, other, end = false, true, 0
			}
		case isID, otherWords[string(w)]:
			named, other, end = false, true, 0
		case namesCredential(w):
			named, other, end = true, false, i
		}
		indirect = indirectWords[string(w)]
	}
	return named, other
}

func isLetterRune(r rune) bool { return r < utf8.RuneSelf && isLetter(byte(r)) }

// maxExtension is how long the end of a file's name is, at most.
const maxExtension = 4

// extensions are the ends of the names of files, up to that length and without digits, and of hosts.
var extensions = wordSet(`tmp temp bak old orig swp lock log txt text md rst tex doc docx xls xlsx ppt pptx odt ods odp rtf pdf eps ps csv tsv xml xsd xsl yaml yml toml
	ini conf cfg cnf env prop dat data db sql json avro orc pb bin raw dump dmp img iso dmg pkg deb rpm apk aab ipa msi exe dll so lib a o obj
	pyc whl egg gem jar war ear zip gz tgz tar xz zst br rar z pack idx rev part css scss sass less map js mjs cjs jsx ts tsx vue html htm wasm svg png jpg jpeg jpe gif bmp
	tif tiff webp avif heic ico cur ttf otf woff eot mov avi mkv webm ogg oga wav flac aac srt vtt glb gltf c h cc cpp hpp cs go java kt php py rb rs sh bat cmd lua pl r
	pem key crt cer der csr pfx jks asc sig gpg eml msg ics vcf bson npy npz pt pth onnx ckpt nc ply stl diff snap out err pid sock
	com net org io dev app co ai de uk eu fr us info test arpa lan site svc`)

// isFile reports whether what follows makes a file of the value, or a package: 46022063d9b927cf.tmp, monitoringv1alpha1.PrometheusSpec.
// A sentence that begins without a blank before it makes none.
func isFile(c *candidate) bool {
	if c.after(1) != '.' || !isLetter(c.after(2)) {
		return false
	}
	n := 0
	for n <= maxExtension && isLetter(c.after(2+n)) {
		n++
	}
	if n <= maxExtension && !isWord(c.after(2+n)) {
		switch c.after(2 + n) {
		case ' ', '\t', '\r', '\n', '?', '!', ',', ';', '.', 0:
			return hasFolded(extensions, c.text[c.end+1:c.end+1+n]) || c.after(2+n) == '.' && isWord(c.after(3+n))
		}
		return true
	}
	return classOf[c.after(2)] == classUpper && countDigits(c.value()) <= maxNameDigits
}

// addressWindow is how far before a value the beginning of an address is looked for, in bytes.
const addressWindow = 200

// addressBefore returns the address on the web, without its scheme, that goes on up to the end of text.
func addressBefore(text []byte) ([]byte, bool) {
	text = text[max(0, len(text)-addressWindow):]
	text = text[bytes.LastIndexAny(text, " \t\r\n\"'`()<>[]{},|;\\")+1:]
	_, address, ok := bytes.Cut(text, []byte("://"))
	return address, ok
}

// Parts of a path that a credential stands behind: /inputs/TOKEN/tag, /integration/KEY/enqueue. Of those of several words the last decides: /api_key/KEY.
var credentialParts = wordSet("input inputs integration key keys apikey token tokens secret")

// credentialNames are what parameters and parts of paths are called for short that hold credentials.
var credentialNames = wordSet("k t tk tok")

// carriesCredential reports whether what comes next in an address on the web may be a credential: a user, the value of a parameter that is called
// one, or part of the path of a hook or behind a word for one.
func carriesCredential(address []byte) bool {
	if !bytes.ContainsAny(address, "/?") || bytes.Contains(address, []byte("hook")) {
		return true
	}
	at := bytes.LastIndexAny(address, "?&#/")
	if address[at] == '/' {
		if at != len(address)-1 {
			return false
		}
		part := bytes.ToLower(address[bytes.LastIndexByte(address[:at], '/')+1 : at])
		last := part[bytes.LastIndexAny(part, "_-")+1:]
		return credentialNames[string(part)] || credentialParts[string(last)] ||
			slices.ContainsFunc(credentialEnds, func(end string) bool { return bytes.HasSuffix(last, []byte(end)) && len(last) > len(end) })
	}
	name, value, ok := bytes.Cut(address[at+1:], []byte("="))
	name = bytes.ToLower(name)
	return ok && len(value) == 0 && (credentialNames[string(name)] || slices.ContainsFunc(bytes.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' }), namesCredential))
}

// isBadge is true of the addresses of badges, whose tokens are public.
func isBadge(address []byte) bool {
	return bytes.Contains(address, []byte("/badge")) || bytes.Contains(address, []byte("badges.")) || bytes.Contains(address, []byte(".svg"))
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
