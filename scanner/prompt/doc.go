// Package prompt finds the texts in a request to an LLM API and puts edits into
// its body. It knows JSON, JSON lines, forms, plain text, content codings,
// escapes and the encodings that hide inside strings, and the shapes of the
// providers' errors. It knows no detector, no rule and no proxy.
//
// An Inspection is given the pieces of a body as they arrive. Each string is
// decoded and scanned when its closing quote has come, so that with the last
// piece only the last strings are left to do. Finish returns a Result: a
// verdict, the places of its findings, and the bytes that may leave.
//
// # Design
//
// Everything is scanned. Every string value, every object key and every number
// of seven digits or more is a Text, whatever endpoint and field it is in, and
// so are the path and the query. What is known of providers' APIs only labels:
// roles, places that may be printed, and where numbers are a prompt in disguise.
// Not scanned are names and "role" and "type" values that are part of an API
// itself (names.txt), and the letters of embedded images and sounds, which are
// told by their first bytes. Unknown fields cost time, not coverage.
//
// What cannot be read has a Reason and takes the policy's OnError action: JSON
// that is malformed, cut, too deep or followed by something; invalid UTF-8,
// UTF-16, foreign character sets; unknown, corrupt or explosive compression;
// multipart; binary files; layers over layers of encodings; prompts as token
// numbers; bodies over the limits.
// Where reading can go on it does, so that findings still count and, under a
// lenient OnError, the edits that are certain are made.
//
// Bodies are spliced, never re-encoded. A text is remembered as a range of what
// holds it and a codec (record, codec); a finding's span is carried outwards,
// layer by layer, to ranges of the body, and its placeholder is written in each
// layer's own way (mapping). Bytes outside those ranges leave as they came: the
// Result's chunks are slices of the chunks that were given. Base64 is the
// exception, since an edit shifts all that follows: the payload is written anew,
// in its own alphabet. An edited compressed body leaves uncompressed.
//
// Where records would be too dear they are not kept: pointers are not built until
// there is a finding to name, decoded copies live in an arena that is reused
// after every scan, and strings without escapes within one chunk are scanned
// where they lie. Only a string that spans chunks is copied.
//
// Neighbours are joined. A model reads two content parts as one text, so a
// value split over adjacent parts, messages or array elements is looked for in
// their joined text, of which long parts lend only their ends (join). A
// finding there is redacted in each string that holds a piece of it.
//
// Strings may hold more: data URIs, base64 that decodes to text, URLs with
// percent-escapes, JSON such as the arguments of a tool call. These are decoded
// and scanned as well, four layers deep; a body with more is refused. In the middle
// of prose, runs of base64 and hexadecimal that are text, percent-escapes, entities of
// HTML and the escapes of languages and shells are decoded where they stand
// (fragment): parts do not overlap and are bounded in number, so that decoding costs
// no more than the text. What is found in such a string's own
// letters is fitted to its syntax (fit): a number in a tool call's arguments
// becomes a string, and no escape is cut in half.
//
// One body has at most Limits.MaxTexts texts, and scanner.Options.MaxFindings
// findings with 4 MiB of pointers, because what a finding takes to be named and
// edited is a hundred times what it takes to write one.
//
// # Why an own tokenizer
//
// encoding/json gives values without offsets and accepts whole inputs only.
// jsontext (the coming encoding/json/v2) has offsets of tokens, but reads from
// an io.Reader into a buffer of its own, which joins chunks; maps no
// decoded byte back to the raw bytes of an escape; refuses duplicate names unless
// told otherwise; and is still an experiment. The tokenizer here
// can stop at any byte, even inside an escape; takes duplicate names, both of
// which are scanned since no one knows which the provider will take; and leaves
// UTF-8 to its caller, which must say where it broke. In all else it accepts
// what encoding/json accepts, and a fuzz test holds it to that. It looks at eight
// bytes at a time: about 3 GB/s in plain strings on one core, and 500 MB/s where
// half of the bytes belong to escapes (BenchmarkTokenize).
//
// # Known limits
//
// A message's "role" that comes after its content does not label the content.
// Strings over a chunk's end are copied, so one very long string in many
// chunks costs its length in memory while it is scanned. An embedded image is
// believed to be one when it begins like one. Compressed bodies are read when
// they are complete, not as they arrive.
package prompt
