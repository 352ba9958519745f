package scanner

// Span is a half-open byte range [Start, End) of a Text.
type Span struct{ Start, End int }

// Len is the number of bytes that the span covers.
func (s Span) Len() int { return s.End - s.Start }

// Overlaps reports whether the two spans share at least one byte.
func (s Span) Overlaps(o Span) bool { return s.Start < o.End && o.Start < s.End }

// Contains reports whether o lies wholly within s.
func (s Span) Contains(o Span) bool { return s.Start <= o.Start && o.End <= s.End }

// Role says what part a Text plays in its body. Detectors may use it as
// evidence; an unknown role is never a reason to skip a text.
type Role string

// The roles that package prompt assigns.
const (
	RoleUnknown   Role = ""
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"   // tool definitions, call arguments and results
	RoleFile      Role = "file"   // decoded content of an embedded file
	RoleKey       Role = "key"    // an object key, not a value
	RoleNumber    Role = "number" // a number literal long enough to be an identifier
	RoleURL       Role = "url"    // the request's path or query string
	RoleHeader    Role = "header"
)

// Text is one string of a body, decoded to valid UTF-8.
type Text struct {
	// Bytes belongs to the caller. Detectors must not change it or keep it
	// after they return.
	Bytes []byte
	// Where is the JSON Pointer (RFC 6901) of the string, for example
	// "/messages/0/content". Pointers may hold keys that a user chose: they
	// are evidence for rules, not something to log.
	Where string
	Role  Role
}

// Kind is the family of a finding. Rule files may name kinds of their own.
type Kind string

// The built-in kinds.
const (
	KindSecret Kind = "secret"
	KindPII    Kind = "pii"
	KindCode   Kind = "code"
	// KindPrivate is what an index of one's own code and documents recognises.
	KindPrivate Kind = "private"
)

// Finding says which rule matched where. It never holds the matched bytes.
type Finding struct {
	// Rule is the stable identifier of what matched, such as "aws-access-key-id".
	Rule string
	Kind Kind
	// Text is the index of the text in the slice that the detector was given.
	Text int
	Span Span
	// Confidence says how sure the detector is, never how much it found.
	Confidence Confidence
	// Detail is a class, a language or an index file: a word from the
	// detector's own vocabulary, never text that was scanned.
	Detail string
	// Lines is the size of a segment (code): the number of whole lines that the
	// span covers, or of statements where lines hold several. It is zero for
	// kinds that find values.
	Lines int
}
