package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// object spells a JSON object; encoding/json writes its keys in order.
type object = map[string]any

// Fixed identifiers and times keep answers the same from run to run.
const (
	created   = 1_760_000_000
	answerID  = "stub-answer-1"
	messageID = "msg_stub_1"
)

// event is one server-sent event; name is empty where a provider names none.
type event struct {
	name string
	data any
}

func (p *Provider) answer(w http.ResponseWriter, r *http.Request, rec Request, b Behavior) {
	ask := readAsk(rec.decoded())
	path := r.URL.Path
	var whole any
	var events []event
	switch {
	case r.Method == http.MethodGet && strings.HasSuffix(path, "/models"):
		whole = object{"object": "list", "data": []any{object{"id": ask.Model, "object": "model", "created": created, "owned_by": "stub"}}}
	case r.Method != http.MethodPost:
		writeError(w, http.StatusNotFound, "not_found", "Unknown request URL.")
		return
	case strings.HasSuffix(path, "/chat/completions"):
		whole, events = p.chatCompletion(ask.Model)
	case strings.HasSuffix(path, "/responses"):
		whole, events = p.response(ask.Model)
	case strings.HasSuffix(path, "/messages"):
		whole, events = p.message(ask.Model)
	case strings.HasSuffix(path, "/embeddings"):
		whole = embeddings(ask.Model, ask.Input)
	default:
		writeError(w, http.StatusNotFound, "not_found", "Unknown request URL.")
		return
	}
	if ask.Stream && events != nil {
		writeEvents(w, r, events, b, !strings.HasSuffix(path, "/messages") && !strings.HasSuffix(path, "/responses"))
		return
	}
	writeJSON(w, whole, b)
}

// ask is what an answer depends on.
type ask struct {
	Model  string `json:"model"`
	Stream bool   `json:"stream"`
	Input  any    `json:"input"`
}

// largeAsk is the size from which a body is looked through rather than parsed,
// so that this stub is not what a measurement of large bodies measures.
const largeAsk = 64 << 10

func readAsk(body []byte) ask {
	a := ask{Model: "stub-model"}
	if len(body) <= largeAsk && json.Valid(body) {
		if err := json.Unmarshal(body, &a); err == nil {
			return a
		}
	}
	// Large, broken, cut off or of other types: answered all the same, since
	// refusing is not this stub's job.
	a.Stream = bytes.Contains(body, []byte(`"stream":true`)) || bytes.Contains(body, []byte(`"stream": true`))
	return a
}

func (p *Provider) words() []string { return strings.SplitAfter(p.opts.Reply, " ") }

func (p *Provider) chatCompletion(model string) (any, []event) {
	shape := func(kind string, choice object) object {
		return object{"id": answerID, "object": kind, "created": created, "model": model, "choices": []any{choice}}
	}
	whole := shape("chat.completion", object{
		"index": 0, "finish_reason": "stop", "logprobs": nil,
		"message": object{"role": "assistant", "content": p.opts.Reply, "refusal": nil},
	})
	whole["usage"] = object{"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
	delta := func(d object, finish any) event {
		return event{data: shape("chat.completion.chunk", object{"index": 0, "delta": d, "finish_reason": finish})}
	}
	events := []event{delta(object{"role": "assistant", "content": ""}, nil)}
	for _, word := range p.words() {
		events = append(events, delta(object{"content": word}, nil))
	}
	return whole, append(events, delta(object{}, "stop"))
}

func (p *Provider) response(model string) (any, []event) {
	part := func(text string) object {
		return object{"type": "output_text", "text": text, "annotations": []any{}}
	}
	item := func(status string, content ...any) object {
		if content == nil {
			content = []any{}
		}
		return object{"id": messageID, "type": "message", "role": "assistant", "status": status, "content": content}
	}
	shape := func(status string, output ...any) object {
		if output == nil {
			output = []any{}
		}
		return object{
			"id": "resp_stub_1", "object": "response", "created_at": created, "model": model, "status": status,
			"output": output, "error": nil, "incomplete_details": nil, "instructions": nil, "metadata": object{},
			"parallel_tool_calls": true, "temperature": 1, "top_p": 1, "tool_choice": "auto", "tools": []any{},
		}
	}
	whole := shape("completed", item("completed", part(p.opts.Reply)))
	whole["usage"] = object{
		"input_tokens": 1, "output_tokens": 1, "total_tokens": 2,
		"input_tokens_details": object{"cached_tokens": 0}, "output_tokens_details": object{"reasoning_tokens": 0},
	}
	var events []event
	add := func(name string, data object) {
		data["type"], data["sequence_number"] = name, len(events)
		events = append(events, event{name, data})
	}
	add("response.created", object{"response": shape("in_progress")})
	add("response.in_progress", object{"response": shape("in_progress")})
	add("response.output_item.added", object{"output_index": 0, "item": item("in_progress")})
	at := func(d object) object {
		d["item_id"], d["output_index"], d["content_index"] = messageID, 0, 0
		return d
	}
	add("response.content_part.added", at(object{"part": part("")}))
	for _, word := range p.words() {
		add("response.output_text.delta", at(object{"delta": word, "logprobs": []any{}}))
	}
	add("response.output_text.done", at(object{"text": p.opts.Reply, "logprobs": []any{}}))
	add("response.content_part.done", at(object{"part": part(p.opts.Reply)}))
	add("response.output_item.done", object{"output_index": 0, "item": item("completed", part(p.opts.Reply))})
	add("response.completed", object{"response": whole})
	return whole, events
}

func (p *Provider) message(model string) (any, []event) {
	usage := object{"input_tokens": 1, "output_tokens": 1}
	shape := func(stop any, content ...any) object {
		if content == nil {
			content = []any{}
		}
		return object{
			"id": messageID, "type": "message", "role": "assistant", "model": model, "content": content,
			"stop_reason": stop, "stop_sequence": nil, "usage": usage,
		}
	}
	whole := shape("end_turn", object{"type": "text", "text": p.opts.Reply})
	var events []event
	add := func(name string, data object) {
		data["type"] = name
		events = append(events, event{name, data})
	}
	add("message_start", object{"message": shape(nil)})
	add("content_block_start", object{"index": 0, "content_block": object{"type": "text", "text": ""}})
	add("ping", object{})
	for _, word := range p.words() {
		add("content_block_delta", object{"index": 0, "delta": object{"type": "text_delta", "text": word}})
	}
	add("content_block_stop", object{"index": 0})
	add("message_delta", object{"delta": object{"stop_reason": "end_turn", "stop_sequence": nil}, "usage": object{"output_tokens": 1}})
	add("message_stop", object{})
	return whole, events
}

func embeddings(model string, input any) any {
	n := 1
	if list, ok := input.([]any); ok && len(list) > 0 {
		if _, strings := list[0].(string); strings {
			n = min(len(list), 2048)
		}
	}
	data := make([]any, n)
	for i := range data {
		data[i] = object{"object": "embedding", "index": i, "embedding": []float64{0.25, -0.5, 0.125}}
	}
	return object{"object": "list", "model": model, "data": data, "usage": object{"prompt_tokens": 1, "total_tokens": 1}}
}

func writeJSON(w http.ResponseWriter, v any, b Behavior) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // every value is built in this file
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	if b.HangUp == MidResponse {
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(data) // the client may have gone
}

func writeEvents(w http.ResponseWriter, r *http.Request, events []event, b Behavior, done bool) {
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	for i, e := range events {
		if b.HangUp == MidResponse && i == len(events)/2 {
			panic(http.ErrAbortHandler)
		}
		if i > 0 && b.TokenGap > 0 {
			select {
			case <-time.After(b.TokenGap):
			case <-r.Context().Done():
				return
			}
		}
		data, err := json.Marshal(e.data)
		if err != nil {
			panic(err) // every value is built in this file
		}
		if e.name != "" {
			_, _ = fmt.Fprintf(w, "event: %s\n", e.name)
		}
		_, _ = fmt.Fprintf(w, "data: %s\n\n", data)
		_ = control.Flush()
	}
	if done {
		_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
	}
}

func writeError(w http.ResponseWriter, status int, code, message string) {
	data, err := json.Marshal(object{"error": object{"message": message, "type": "invalid_request_error", "param": nil, "code": code}})
	if err != nil {
		panic(err) // strings only
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
