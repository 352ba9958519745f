package prompt

import (
	"fmt"

	"github.com/sluice-dlp/sluice/scanner"
)

// Reasons why a body could not be read whole. They are a bounded set, fit for
// a metric's label and for the error shown to a client.
const (
	ReasonUnreadableJSON     scanner.Reason = "unreadable_json"        // not RFC 8259 JSON, or bytes after its end
	ReasonTruncated          scanner.Reason = "truncated"              // JSON that stops before its end
	ReasonTooDeep            scanner.Reason = "too_deep"               // more levels than Limits.MaxDepth, or layers of encodings in a string
	ReasonTooManyTexts       scanner.Reason = "too_many_texts"         // more strings than Limits.MaxTexts
	ReasonBodyTooLarge       scanner.Reason = "body_too_large"         // more bytes than Limits.MaxBody
	ReasonDecodedTooLarge    scanner.Reason = "decoded_too_large"      // more than Limits.MaxDecoded or MaxRatio
	ReasonUnknownEncoding    scanner.Reason = "unknown_encoding"       // a content coding or charset that is not read
	ReasonUnreadableEncoding scanner.Reason = "unreadable_encoding"    // corrupt or truncated compressed data
	ReasonInvalidUTF8        scanner.Reason = "invalid_utf8"           // a string or body that is not UTF-8
	ReasonMediaType          scanner.Reason = "unsupported_media_type" // neither JSON nor text nor a form
	ReasonMultipart          scanner.Reason = "multipart"              // multipart bodies are not read in this version
	ReasonTokenIDs           scanner.Reason = "token_ids"              // a prompt given as token numbers
	ReasonBinaryFile         scanner.Reason = "binary_file"            // an embedded file that is neither text, image nor audio
)

// failure is an error with the reason that it stands for. Its text never
// quotes the body.
type failure struct {
	reason scanner.Reason
	err    error
}

func (f *failure) Error() string { return fmt.Sprintf("%s: %v", f.reason, f.err) }
func (f *failure) Unwrap() error { return f.err }

// failed returns a failure whose message is formatted from the arguments,
// which must not hold bytes of the body.
func failed(reason scanner.Reason, format string, args ...any) *failure {
	return &failure{reason, fmt.Errorf(format, args...)}
}
