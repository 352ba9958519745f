package envoy

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	filterv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"

	"github.com/sluice-dlp/sluice/scanner"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// request is what the headers say.
type request struct {
	prompt.Request
	mode     Mode
	bodyless bool   // the headers are all there is
	upgrade  bool   // asks for a WebSocket or a tunnel
	length   int64  // declared content-length, or -1
	id       string // x-request-id, if it is fit for a log
	provider prompt.Provider
	caller   string // as Options.CallerHeader has it
}

// alone is the request as far as its headers go.
func (r request) alone() prompt.Request {
	return prompt.Request{Method: r.Method, Path: r.Path}
}

// readRequest reads the headers. It reports false if Envoy is configured to
// let bytes go before a verdict.
func readRequest(h *extprocv3.HttpHeaders, config *extprocv3.ProtocolConfiguration, assumed Mode) (r request, safe bool) {
	header := func(name string) string { return headerOf(h.GetHeaders(), name) }
	r = request{
		Request: prompt.Request{
			Method:          header(":method"),
			Path:            header(":path"),
			ContentType:     header("content-type"),
			ContentEncoding: header("content-encoding"),
		},
		mode:     assumed,
		bodyless: h.GetEndOfStream(),
		upgrade:  header("upgrade") != "" || header(":method") == http.MethodConnect,
		length:   -1,
		id:       loggableID(header("x-request-id")),
	}
	if n, err := strconv.ParseInt(header("content-length"), 10, 64); err == nil && n >= 0 {
		r.length = n
	}
	r.ContentLength = r.length
	r.provider = prompt.ProviderOf(r.Path, header)
	if config == nil {
		return r, true
	}
	switch config.GetRequestBodyMode() {
	case filterv3.ProcessingMode_FULL_DUPLEX_STREAMED:
		r.mode = FullDuplex
	case filterv3.ProcessingMode_BUFFERED:
		r.mode = Buffered
	default:
		return r, false
	}
	return r, true
}

// headerOf returns a header's values, joined by commas as HTTP allows. Names
// are lower case in Envoy.
func headerOf(m *corev3.HeaderMap, name string) string {
	var values []string
	for _, h := range m.GetHeaders() {
		if h.GetKey() == name {
			if raw := h.GetRawValue(); raw != nil {
				values = append(values, string(raw))
			} else {
				values = append(values, h.GetValue())
			}
		}
	}
	return strings.Join(values, ", ")
}

// origin says where the request comes from, for exceptions. What can be read in two
// ways is unknown, so that no exception covers it: a caller header that
// stands there twice, of which a client may have sent one, and a path that a server may
// take for another.
func (r *request) origin() *scanner.Origin {
	path, _, _ := strings.Cut(r.Path, "?")
	if !unambiguous(path) {
		path = ""
	}
	return &scanner.Origin{Caller: r.caller, Path: path}
}

// unambiguous reports whether a path has no empty segment, none that leads
// elsewhere, and no slash, dot or backslash in disguise.
func unambiguous(path string) bool {
	lower := strings.ToLower(path)
	for _, s := range []string{"//", "\\", ";", "%2f", "%2e", "%5c", "%25", "%00"} {
		if strings.Contains(lower, s) {
			return false
		}
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return true
}

// callerOf returns the value of the header, or nothing if it is there more than
// once.
func callerOf(m *corev3.HeaderMap, name string) string {
	n := 0
	for _, h := range m.GetHeaders() {
		if h.GetKey() == name {
			n++
		}
	}
	if n != 1 {
		return ""
	}
	return headerOf(m, name)
}

// loggableID returns the request id if it looks like one: clients may send
// their own, and a log is no place for what they like to write there.
func loggableID(id string) string {
	if len(id) != 36 {
		return ""
	}
	for i, c := range []byte(id) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if dash != (c == '-') || !dash && !hex {
			return ""
		}
	}
	return id
}

// headersAnswer lets the headers go, with what the verdict changes in them.
func headersAnswer(r request, v *verdict) *extprocv3.ProcessingResponse {
	return &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestHeaders{
		RequestHeaders: &extprocv3.HeadersResponse{Response: &extprocv3.CommonResponse{HeaderMutation: edits(v, r.length >= 0 && !r.bodyless && r.mode == FullDuplex)}},
	}}
}

// bufferedAnswer answers the one body message of the mode Buffered. The path
// was edited with the headers.
func bufferedAnswer(r request, v *verdict) *extprocv3.ProcessingResponse {
	common := &extprocv3.CommonResponse{}
	if v.Edited {
		unpathed := *v
		unpathed.Path = ""
		common.HeaderMutation = edits(&unpathed, r.length >= 0)
		common.BodyMutation = &extprocv3.BodyMutation{Mutation: &extprocv3.BodyMutation_Body{Body: bytes.Join(v.Body, nil)}}
	}
	return &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestBody{
		RequestBody: &extprocv3.BodyResponse{Response: common},
	}}
}

// edits are the changes of the headers: the path, the coding and, if asked
// for, the length. An upstream waits forever for the rest of a length that is
// too large, and takes the rest of one that is too small for another request.
func edits(v *verdict, length bool) *extprocv3.HeaderMutation {
	m := &extprocv3.HeaderMutation{}
	if length {
		m.SetHeaders = append(m.SetHeaders, header("content-length", strconv.FormatInt(v.Length, 10)))
	}
	if v.Path != "" {
		m.SetHeaders = append(m.SetHeaders, header(":path", v.Path))
	}
	if v.DropContentEncoding {
		m.RemoveHeaders = append(m.RemoveHeaders, "content-encoding")
	}
	if len(m.SetHeaders)+len(m.RemoveHeaders) == 0 {
		return nil
	}
	return m
}

func header(name, value string) *corev3.HeaderValueOption {
	return &corev3.HeaderValueOption{
		Header:       &corev3.HeaderValue{Key: name, RawValue: []byte(value)},
		AppendAction: corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD,
	}
}

// Bodies leave in pieces of at most maxPiece bytes. Pieces below minPiece, of
// which edits make many, are gathered first: each message costs some twenty
// microseconds on its way through Envoy.
const (
	maxPiece = 256 << 10
	minPiece = 32 << 10
)

// sendPieces sends a body. Without any chunk in the request there is no body to
// answer; an empty one is answered with an empty piece.
func sendPieces(g extprocv3.ExternalProcessor_ProcessServer, body [][]byte, anyChunk, last bool) error {
	if !anyChunk {
		return nil
	}
	var waiting []byte // sent with the next piece or at the end, so that the last piece is known as such
	for piece := range pieces(body) {
		if waiting != nil {
			if err := g.Send(bodyPiece(waiting, false)); err != nil {
				return err
			}
		}
		waiting = piece
	}
	return g.Send(bodyPiece(waiting, last))
}

// pieces cuts and gathers slices into pieces; it copies only what it gathers.
func pieces(body [][]byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		if len(body) == 1 && len(body[0]) <= maxPiece {
			yield(body[0]) // as nearly all bodies are that nothing was changed in
			return
		}
		var gathered []byte
		for _, slice := range body {
			if len(slice) < minPiece {
				gathered = append(gathered, slice...)
				if len(gathered) >= minPiece {
					if !yield(gathered) {
						return
					}
					gathered = nil
				}
				continue
			}
			if len(gathered) > 0 {
				if !yield(gathered) {
					return
				}
				gathered = nil
			}
			for piece := range slices.Chunk(slice, maxPiece) {
				if !yield(piece) {
					return
				}
			}
		}
		if len(gathered) > 0 {
			yield(gathered)
		}
	}
}

func bodyPiece(piece []byte, last bool) *extprocv3.ProcessingResponse {
	return &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestBody{
		RequestBody: &extprocv3.BodyResponse{Response: &extprocv3.CommonResponse{
			BodyMutation: &extprocv3.BodyMutation{Mutation: &extprocv3.BodyMutation_StreamedResponse{
				StreamedResponse: &extprocv3.StreamedBodyResponse{Body: piece, EndOfStream: last},
			}},
		}},
	}}
}

func trailersAnswer() *extprocv3.ProcessingResponse {
	return &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_RequestTrailers{
		RequestTrailers: &extprocv3.TrailersResponse{},
	}}
}

// responsePhase lets answers pass. The filter that this package configures
// does not show them, but one that somebody else configured may, and Envoy's
// own replies come as answers to requests that were never shown.
type responsePhase struct {
	streamed bool // bodies must be echoed
}

func (p *responsePhase) reply(msg *extprocv3.ProcessingRequest) *extprocv3.ProcessingResponse {
	if config := msg.GetProtocolConfig(); config != nil {
		p.streamed = config.GetResponseBodyMode() == filterv3.ProcessingMode_FULL_DUPLEX_STREAMED
	}
	switch m := msg.GetRequest().(type) {
	case *extprocv3.ProcessingRequest_ResponseBody:
		answer := &extprocv3.BodyResponse{Response: &extprocv3.CommonResponse{}}
		if p.streamed {
			answer = bodyPiece(m.ResponseBody.GetBody(), m.ResponseBody.GetEndOfStream()).GetRequestBody()
		}
		return &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_ResponseBody{ResponseBody: answer}}
	case *extprocv3.ProcessingRequest_ResponseTrailers:
		return &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_ResponseTrailers{ResponseTrailers: &extprocv3.TrailersResponse{}}}
	}
	return &extprocv3.ProcessingResponse{Response: &extprocv3.ProcessingResponse_ResponseHeaders{ResponseHeaders: &extprocv3.HeadersResponse{}}}
}
