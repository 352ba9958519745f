package envoy

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// Reasons that this package gives beside those of packages scanner and prompt.
const (
	ReasonOverload    scanner.Reason = "overload"     // no memory left for another body
	ReasonBodyTimeout scanner.Reason = "body_timeout" // the body took longer than Options.BodyTimeout to arrive
	ReasonShutdown    scanner.Reason = "shutdown"     // the sidecar is ending
	ReasonInternal    scanner.Reason = "internal"     // a fault of the sidecar
	ReasonUnsafeMode  scanner.Reason = "unsafe_mode"  // Envoy is configured to release bytes unread
	ReasonProtocol    scanner.Reason = "protocol"     // messages in an order that Envoy does not send
	ReasonUpgrade     scanner.Reason = "upgrade"      // a WebSocket or tunnel, whose frames cannot be read
)

// codeBlocked is the code of an error that findings caused; the other codes
// are "sluice_" and the reason.
const codeBlocked = "sluice_blocked"

// Refusal is what a client is told when its request does not leave.
type Refusal struct {
	Status int
	// Retry is set if the same request may succeed later. Client libraries
	// retry 408, 409, 429 and 5xx by themselves and are told not to otherwise.
	Retry bool
	Text  string
}

// retryAfter is what clients that may retry are told to wait.
const retryAfter = time.Second

// blocked is the refusal that findings cause. Its text is completed with
// rules and places.
var blocked = Refusal{Status: http.StatusForbidden, Text: "Blocked by your organization's data-protection policy"}

// statuses is the one table of what each reason looks like to a client. What
// would fail again in the same way has a status that client libraries do not
// retry.
var statuses = map[scanner.Reason]Refusal{
	prompt.ReasonUnreadableJSON:     {http.StatusBadRequest, false, "The request body is not valid JSON, so it could not be inspected."},
	prompt.ReasonTruncated:          {http.StatusBadRequest, false, "The request body ends before its JSON does, so it could not be inspected."},
	prompt.ReasonTooDeep:            {http.StatusBadRequest, false, "The request body is nested too deeply to be inspected."},
	prompt.ReasonTooManyTexts:       {http.StatusRequestEntityTooLarge, false, "The request body has too many strings to be inspected."},
	prompt.ReasonBodyTooLarge:       {http.StatusRequestEntityTooLarge, false, "The request body is too large to be inspected."},
	prompt.ReasonDecodedTooLarge:    {http.StatusRequestEntityTooLarge, false, "The request body is too large to be inspected once it is decompressed."},
	prompt.ReasonUnknownEncoding:    {http.StatusUnsupportedMediaType, false, "The request body has an encoding that cannot be inspected."},
	prompt.ReasonUnreadableEncoding: {http.StatusBadRequest, false, "The compressed request body is damaged, so it could not be inspected."},
	prompt.ReasonInvalidUTF8:        {http.StatusBadRequest, false, "The request body is not valid UTF-8, so it could not be inspected."},
	prompt.ReasonMediaType:          {http.StatusUnsupportedMediaType, false, "The request body has a media type that cannot be inspected."},
	prompt.ReasonMultipart:          {http.StatusUnsupportedMediaType, false, "Multipart request bodies cannot be inspected."},
	prompt.ReasonTokenIDs:           {http.StatusUnprocessableEntity, false, "A prompt of token numbers cannot be inspected; send text."},
	prompt.ReasonBinaryFile:         {http.StatusUnprocessableEntity, false, "The request carries a file that cannot be inspected."},
	scanner.ReasonTooManyFindings:   {http.StatusRequestEntityTooLarge, false, "The request body has too many findings to be redacted."},
	scanner.ReasonDetector:          {http.StatusServiceUnavailable, true, "The request could not be inspected, because a detector failed."},
	scanner.ReasonDeadline:          {http.StatusServiceUnavailable, true, "The request could not be inspected in time."},
	scanner.ReasonCanceled:          {http.StatusServiceUnavailable, true, "The inspection of the request was canceled."},
	ReasonOverload:                  {http.StatusServiceUnavailable, true, "Too many requests are being inspected at the moment."},
	ReasonShutdown:                  {http.StatusServiceUnavailable, true, "The inspection of requests is being shut down."},
	ReasonInternal:                  {http.StatusServiceUnavailable, true, "The request could not be inspected, because the inspection failed."},
	ReasonProtocol:                  {http.StatusServiceUnavailable, false, "The proxy and its inspection do not understand each other."},
	ReasonUnsafeMode:                {http.StatusServiceUnavailable, false, "The proxy is configured to send requests before they are inspected."},
	ReasonUpgrade:                   {http.StatusForbidden, false, "Upgrades and tunnels cannot be inspected."},
	ReasonBodyTimeout:               {http.StatusRequestTimeout, true, "The request body took too long to arrive."},
}

// refusalOf returns the table's row; a reason that is not in it is a fault of
// the sidecar, which must not let anything through either.
func refusalOf(r scanner.Reason) Refusal {
	if refusal, ok := statuses[r]; ok {
		return refusal
	}
	return statuses[ReasonInternal]
}

// Statuses returns what clients are told for each reason, for documentation
// and for tests that hold documentation to it.
func Statuses() map[scanner.Reason]Refusal {
	out := make(map[scanner.Reason]Refusal, len(statuses))
	maps.Copy(out, statuses)
	return out
}

// Reasons returns the reasons of the table, sorted.
func Reasons() []scanner.Reason {
	out := make([]scanner.Reason, 0, len(statuses))
	for reason := range statuses {
		out = append(out, reason)
	}
	slices.Sort(out)
	return out
}
