package rules

import "bytes"

// Beginnings and ends of the words that name a credential.
var credentialWords = []string{
	"key", "token", "secret", "access", "private", "api", "auth", "oauth", "pass", "pwd", "cred", "client", "bearer", "sdk", "pat", "license", "licence",
	"apikey", "appid", "webhook", "hook", "account", "sid", "session", "signing", "credential", "dsn", "login", "personal", "authorization", "appkey",
}

// Words that name something else that looks like a key.
var otherWords = []string{
	"commit", "sha", "sha1", "sha256", "sha384", "sha512", "md5", "hash", "checksum", "digest", "etag", "fingerprint", "revision", "rev", "blob", "tree", "integrity",
	"image", "build", "trace", "span", "request", "version", "public", "docker", "layer", "nonce", "uuid", "guid", "order", "invoice", "transaction",
}

// labelled judges the words between the beginning of a match, which is the
// name of a service, and its value: one of them names a credential, or only
// signs of an assignment stand there. Words such as commit or checksum speak
// against it, and so does a value that reads like a name.
func labelled(c *candidate) bool {
	gap := c.text[c.from:c.start]
	if v := c.value(); countDigits(v) == 0 && wordLike(v) {
		return false // newTransactionalClient
	}
	if bytes.Count(gap, []byte("\n")) > 2 {
		return false
	}
	words, _ := normalise(make([]byte, 0, 2*len(gap)+2), gap, true)
	n, named := 0, false
	for w := range bytes.FieldsSeq(words) {
		n++
		if n > 1 && oneOf(otherWords, w) {
			return false
		}
		if n > 1 && !named {
			named = namesCredential(w)
		}
	}
	if named {
		return true
	}
	// A path, a list or a sentence says nothing; service=value and
	// service: value do.
	return n == 1 && !bytes.ContainsAny(gap, "/\n@#") && bytes.ContainsAny(gap, "=: \t")
}

func oneOf(list []string, w []byte) bool {
	for _, s := range list {
		if string(w) == s {
			return true
		}
	}
	return false
}

// namesCredential is true of key, keys, apikey, secretaccesskey: a word of the
// list begins or ends it.
func namesCredential(w []byte) bool {
	for _, s := range credentialWords {
		if len(w) < len(s) {
			continue
		}
		if string(w) == s || len(s) >= 3 && (string(w[len(w)-len(s):]) == s || len(s) >= 5 && string(w[:len(s)]) == s) {
			return true
		}
	}
	return string(w) == "keys" || string(w) == "id"
}
