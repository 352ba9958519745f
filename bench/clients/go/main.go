// Command go-client drives the real OpenAI Go SDK from JSON lines. The protocol
// is the one that ../python/client.py documents, with the chat, responses and
// embeddings APIs.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
)

type scenario struct {
	ID      string            `json:"id"`
	API     string            `json:"api"`
	Body    json.RawMessage   `json:"body"`
	Headers map[string]string `json:"headers"`
}

type result struct {
	ID        string  `json:"id"`
	OK        bool    `json:"ok"`
	Text      string  `json:"text"`
	Class     string  `json:"class,omitempty"`
	Printed   string  `json:"printed,omitempty"`
	Status    int     `json:"status,omitempty"`
	Code      string  `json:"code,omitempty"`
	Param     string  `json:"param,omitempty"`
	Type      string  `json:"type,omitempty"`
	RequestID string  `json:"request_id"`
	Attempts  int     `json:"attempts"`
	Sent      string  `json:"sent"`
	MS        float64 `json:"ms"`
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var s scenario
			if err := json.Unmarshal(line, &s); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
			if err := out.Encode(run(s)); err != nil {
				os.Exit(2)
			}
		}
		if err != nil {
			return
		}
	}
}

func run(s scenario) result {
	r := result{ID: s.ID}
	opts := []option.RequestOption{option.WithMiddleware(
		func(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			r.Attempts++
			if req.Body != nil {
				sent, err := io.ReadAll(req.Body)
				if err != nil {
					return nil, err
				}
				r.Sent = string(sent)
				req.Body = io.NopCloser(bytes.NewReader(sent))
			}
			resp, err := next(req)
			if resp != nil {
				r.RequestID = resp.Header.Get("X-Request-Id")
			}
			return resp, err
		})}
	for k, v := range s.Headers {
		opts = append(opts, option.WithHeader(k, v))
	}
	start := time.Now()
	text, err := call(openai.NewClient(), s, opts)
	r.MS = float64(time.Since(start).Microseconds()) / 1000
	if err == nil {
		r.OK, r.Text = true, text
		return r
	}
	r.Class, r.Printed = fmt.Sprintf("%T", err), err.Error()
	if apiErr, ok := errors.AsType[*openai.Error](err); ok {
		r.Class = "openai.Error"
		r.Status, r.Code, r.Param, r.Type = apiErr.StatusCode, apiErr.Code, apiErr.Param, apiErr.Type
	}
	return r
}

// call makes one call and returns the text of the answer.
func call(client openai.Client, s scenario, opts []option.RequestOption) (string, error) {
	ctx := context.Background()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(s.Body, &fields); err != nil {
		return "", err
	}
	// The SDK has a method for streaming and adds the field itself.
	stream := string(fields["stream"]) == "true"
	delete(fields, "stream")
	body, err := json.Marshal(fields)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	switch s.API {
	case "chat":
		var params openai.ChatCompletionNewParams
		if err := json.Unmarshal(body, &params); err != nil {
			return "", err
		}
		if !stream {
			answer, err := client.Chat.Completions.New(ctx, params, opts...)
			if err != nil {
				return "", err
			}
			return answer.Choices[0].Message.Content, nil
		}
		chunks := client.Chat.Completions.NewStreaming(ctx, params, opts...)
		for chunks.Next() {
			for _, choice := range chunks.Current().Choices {
				text.WriteString(choice.Delta.Content)
			}
		}
		return text.String(), chunks.Err()
	case "responses":
		var params responses.ResponseNewParams
		if err := json.Unmarshal(body, &params); err != nil {
			return "", err
		}
		if !stream {
			answer, err := client.Responses.New(ctx, params, opts...)
			if err != nil {
				return "", err
			}
			return answer.OutputText(), nil
		}
		events := client.Responses.NewStreaming(ctx, params, opts...)
		for events.Next() {
			if event := events.Current(); event.Type == "response.output_text.delta" {
				text.WriteString(event.Delta)
			}
		}
		return text.String(), events.Err()
	case "embeddings":
		var params openai.EmbeddingNewParams
		if err := json.Unmarshal(body, &params); err != nil {
			return "", err
		}
		answer, err := client.Embeddings.New(ctx, params, opts...)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d vectors", len(answer.Data)), nil
	}
	return "", fmt.Errorf("unknown api %q", s.API)
}
