package scanner

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // baselines of other tools have it; it is compared, never relied on
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"slices"
	"strings"
	"time"
)

// Exception lowers what is done about some findings. Every field that is set
// must agree with the finding; at least one should be.
type Exception struct {
	// Name says in logs which exception it was, such as the file and line that it
	// is written on.
	Name string
	// Rules and Kinds hold ids and kinds; none means all of them.
	Rules []string
	Kinds []Kind
	// Where is a pattern for Text.Where and Path one for Origin.Path; see MatchPath.
	Where, Path string
	// Callers holds patterns for Origin.Caller, with * for any characters.
	Callers []string
	// Value is the digest of the whole value that was found; nil means any.
	Value *Digest
	// Expires is from when on the exception no longer holds; zero means never.
	Expires time.Time
	// Action is the most that is done about such a finding.
	Action Action
}

// Expired reports whether the exception no longer holds at a time.
func (e *Exception) Expired(at time.Time) bool { return !e.Expires.IsZero() && !at.Before(e.Expires) }

// covers reports whether the exception is for the finding in the text.
func (e *Exception) covers(f *Finding, text *Text, o *Origin) bool {
	return (len(e.Rules) == 0 || slices.Contains(e.Rules, f.Rule)) &&
		(len(e.Kinds) == 0 || slices.Contains(e.Kinds, f.Kind)) &&
		(e.Where == "" || MatchPath(e.Where, text.Where)) &&
		(e.Path == "" || MatchPath(e.Path, o.Path)) &&
		(len(e.Callers) == 0 || o.Caller != "" && slices.ContainsFunc(e.Callers, func(p string) bool { return matchStar(p, o.Caller) })) &&
		(e.Value == nil || e.Value.Of(text.Bytes[f.Span.Start:f.Span.End]))
}

// Digest stands for a value that is not written down.
type Digest struct {
	key []byte // nil: SHA-1 without a key
	sum []byte
}

// HashValue is the keyed hash of a value: HMAC-SHA-256 (RFC 2104).
func HashValue(key, value []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(value)
	return h.Sum(nil)
}

// KeyedDigest is the digest of the value with this HashValue under the key.
func KeyedDigest(key, sum []byte) *Digest {
	if key == nil {
		key = []byte{}
	}
	return &Digest{key, sum}
}

// SHA1Digest is the digest of the value with this SHA-1, for the baselines of
// other tools. Whoever reads it can guess a short value.
func SHA1Digest(sum []byte) *Digest { return &Digest{nil, sum} }

// Of reports whether it is the digest of the value.
func (d *Digest) Of(value []byte) bool {
	var h hash.Hash
	if d.key == nil {
		h = sha1.New() //nolint:gosec // see above
	} else {
		h = hmac.New(sha256.New, d.key)
	}
	h.Write(value)
	return subtle.ConstantTimeCompare(h.Sum(nil), d.sum) == 1
}

// Origin says where the texts of a Pass come from.
type Origin struct {
	// Caller is who sent them, as far as the proxy vouches for it.
	Caller string
	// Path is the path of the request without its query, or of a file.
	Path string
}

type originKey struct{}

// WithOrigin returns a context for a Pass over texts from there.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf returns what WithOrigin has noted, if anything.
func OriginOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// MatchPath reports whether a path with slashes, such as a JSON Pointer or that
// of a file, matches a pattern: * stands for any characters but a slash, ** for
// any at all.
func MatchPath(pattern, path string) bool {
	for pattern != "" {
		if rest, ok := strings.CutPrefix(pattern, "**"); ok {
			for i := len(path); i >= 0; i-- {
				if MatchPath(rest, path[i:]) {
					return true
				}
			}
			return false
		}
		if rest, ok := strings.CutPrefix(pattern, "*"); ok {
			for i := 0; ; i++ {
				if MatchPath(rest, path[i:]) {
					return true
				}
				if i == len(path) || path[i] == '/' {
					return false
				}
			}
		}
		if path == "" || path[0] != pattern[0] {
			return false
		}
		pattern, path = pattern[1:], path[1:]
	}
	return path == ""
}

// matchStar is MatchPath where a slash is a character like any other.
func matchStar(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	text, ok := strings.CutPrefix(text, head)
	if !ok || !star {
		return ok && text == ""
	}
	for {
		piece, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(text, piece)
		}
		at := strings.Index(text, piece)
		if at < 0 {
			return false
		}
		text, rest = text[at+len(piece):], after
	}
}
