package envoy

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// newEventID returns an identifier that clients show, and logs repeat.
func newEventID() string { return "slc_" + strings.ToLower(rand.Text()[:20]) }

// refusal is the immediate response to a request that does not leave. The
// verdict may be nil.
func (st *stream) refusal(r Refusal, reason scanner.Reason, v *verdict) *extprocv3.ProcessingResponse {
	shown := prompt.Error{
		Message:   r.Text,
		Type:      "invalid_request_error",
		Code:      codeBlocked,
		RequestID: st.event,
		Status:    r.Status,
	}
	if reason != "" {
		shown.Code = "sluice_" + string(reason)
	} else if v != nil {
		shown.Message, shown.Param = explain(r.Text, v)
	}
	contentType, body := prompt.ErrorBody(st.request.provider, shown)
	headers := &extprocv3.HeaderMutation{}
	set := func(name, value string) { headers.SetHeaders = append(headers.SetHeaders, header(name, value)) }
	set("content-type", contentType)
	// Client libraries print this header with the error, so it names the event.
	set("x-request-id", st.event)
	if st.request.provider == prompt.ProviderAnthropic {
		set("request-id", st.event)
	}
	if r.Retry {
		set("retry-after", fmt.Sprintf("%.0f", retryAfter.Seconds()))
	} else {
		set("x-should-retry", "false")
	}
	return &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_ImmediateResponse{
		ImmediateResponse: &extprocv3.ImmediateResponse{
			Status:  &typev3.HttpStatus{Code: typev3.StatusCode(r.Status)},
			Headers: headers,
			Body:    body,
			Details: shown.Code, // for Envoy's access log
		},
	}}
}

// explained is how many findings a message names.
const explained = 5

// explain completes a message with the rules that block and where, and returns
// the first place. It names no text, since there is none in a verdict.
func explain(text string, v *verdict) (message, param string) {
	var said []string
	more := 0
	for i, d := range v.Verdict.Decisions {
		if d.Action <= scanner.Redact {
			continue
		}
		place := ""
		if i < len(v.Places) {
			place = v.Places[i]
		}
		if param == "" {
			param = place
		}
		line := d.Rule
		if place != "" {
			line += " at " + place
		}
		switch {
		case slices.Contains(said, line):
		case len(said) < explained:
			said = append(said, line)
		default:
			more++
		}
	}
	if len(said) == 0 {
		return text + ".", param
	}
	message = text + ": " + strings.Join(said, ", ")
	if more > 0 {
		message += fmt.Sprintf(" and %d more", more)
	}
	return message + ".", param
}

// hasBlock reports whether findings block, beside whatever else went wrong.
func hasBlock(v scanner.Verdict) bool {
	return slices.ContainsFunc(v.Decisions, func(d scanner.Decision) bool { return d.Action > scanner.Redact })
}
