package prompt

import (
	"encoding/json"
	"slices"
	"strings"
)

// Provider is the family of an API, as far as the shape of its errors goes.
type Provider string

// The providers whose error shapes are known. Everything else is answered in
// the shape of OpenAI, which most gateways and compatible servers speak.
const (
	ProviderOpenAI    Provider = "openai"
	ProviderAzure     Provider = "azure"
	ProviderAnthropic Provider = "anthropic"
	ProviderGemini    Provider = "gemini"
	ProviderBedrock   Provider = "bedrock"
	ProviderCohere    Provider = "cohere"
	ProviderOllama    Provider = "ollama"
)

// ProviderOf guesses the provider from a request's path (the query may be
// there) and headers. The header function returns the value of a header by its
// lower-case name, or ""; it may be nil. The guess decides only how an error
// looks, never what is scanned.
func ProviderOf(path string, header func(name string) string) Provider {
	path, _, _ = strings.Cut(path, "?")
	if header == nil {
		header = func(string) string { return "" }
	}
	segments := strings.Split(strings.Trim(path, "/"), "/")
	has := func(name string) bool {
		return slices.Contains(segments, name)
	}
	last := segments[len(segments)-1]
	switch {
	case header("anthropic-version") != "" || header("anthropic-beta") != "":
		return ProviderAnthropic
	case strings.HasSuffix(path, "/v1/messages") || strings.Contains(path, "/v1/messages/"):
		return ProviderAnthropic
	case geminiMethod(last) || header("x-goog-api-key") != "":
		return ProviderGemini
	case has("openai") && (has("deployments") || has("v1")), has("openai") && header("api-key") != "":
		return ProviderAzure
	case has("model") && (last == "converse" || last == "converse-stream" || last == "invoke" ||
		last == "invoke-with-response-stream"):
		return ProviderBedrock
	case strings.HasPrefix(path, "/v2/chat") || strings.HasPrefix(path, "/v2/embed") || strings.HasPrefix(path, "/v2/rerank"):
		return ProviderCohere
	case path == "/api/chat" || path == "/api/generate" || path == "/api/embed" || path == "/api/embeddings":
		return ProviderOllama
	}
	return ProviderOpenAI
}

// geminiMethod reports whether a path segment ends in one of Gemini's custom
// methods, such as "gemini-pro:generateContent".
func geminiMethod(segment string) bool {
	_, method, ok := strings.Cut(segment, ":")
	if !ok {
		return false
	}
	switch method {
	case "generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents",
		"batchGenerateContent", "predict", "rawPredict", "streamRawPredict", "generateMessage", "generateText":
		return true
	}
	return false
}

// Error is what a refused request is told. The fields are shown to the client,
// so none may hold what was found.
type Error struct {
	Message string // one or two sentences for a person
	Type    string // for example "policy_violation"; some shapes bring their own vocabulary
	Code    string // for example "sluice_blocked": what a program compares
	Param   string // a safe place, such as "/messages/0/content"; may be empty
	// RequestID is the event's id, shown by Anthropic's clients; the others
	// print the x-request-id header.
	RequestID string
	Status    int // the HTTP status that goes with it; Gemini repeats it in the body
}

// ErrorBody returns an error in the provider's own shape, so that its client
// libraries raise their own exceptions with the message, the code and the
// place in them.
func ErrorBody(p Provider, e Error) (contentType string, body []byte) {
	var shape any
	switch p {
	case ProviderAnthropic:
		type inner struct {
			Type    string `json:"type"`
			Message string `json:"message"`
			Code    string `json:"code,omitempty"`
			Param   string `json:"param,omitempty"`
		}
		shape = struct {
			Type      string  `json:"type"`
			Error     inner   `json:"error"`
			RequestID *string `json:"request_id"`
		}{"error", inner{anthropicType(e.Status), e.Message, e.Code, e.Param}, optional(e.RequestID)}
	case ProviderGemini:
		type inner struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Status  string `json:"status"`
			Details []any  `json:"details,omitempty"`
		}
		info := map[string]any{
			"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": e.Code, "domain": "sluice",
			"metadata": map[string]string{"param": e.Param},
		}
		shape = struct {
			Error inner `json:"error"`
		}{inner{e.Status, e.Message, googleStatus(e.Status), []any{info}}}
	case ProviderBedrock, ProviderCohere:
		shape = struct {
			Message string `json:"message"`
		}{e.Message}
	case ProviderOllama:
		shape = struct {
			Error string `json:"error"`
		}{e.Message}
	default:
		type inner struct {
			Message string  `json:"message"`
			Type    string  `json:"type"`
			Param   *string `json:"param"`
			Code    *string `json:"code"`
		}
		shape = struct {
			Error inner `json:"error"`
		}{inner{e.Message, e.Type, optional(e.Param), optional(e.Code)}}
	}
	body, err := json.Marshal(shape)
	if err != nil { // strings and ints cannot fail
		return "text/plain", []byte("request refused\n")
	}
	return "application/json", body
}

// optional is null for an empty string, as the providers write it.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// anthropicType is the error type that Anthropic documents for a status; its
// clients choose the exception by status, and people read the type.
func anthropicType(status int) string {
	switch {
	case status == 403 || status == 0:
		return "permission_error"
	case status == 413:
		return "request_too_large"
	case status == 429:
		return "rate_limit_error"
	case status == 529:
		return "overloaded_error"
	case status >= 500:
		return "api_error"
	}
	return "invalid_request_error"
}

// googleStatus is the canonical name (google.rpc.Code) of an HTTP status.
func googleStatus(status int) string {
	switch status {
	case 403, 0:
		return "PERMISSION_DENIED"
	case 413, 400, 415:
		return "INVALID_ARGUMENT"
	case 429:
		return "RESOURCE_EXHAUSTED"
	case 503:
		return "UNAVAILABLE"
	case 504:
		return "DEADLINE_EXCEEDED"
	}
	return "INTERNAL"
}
