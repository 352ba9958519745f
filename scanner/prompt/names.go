package prompt

import (
	_ "embed"
	"strings"
	"sync"
)

// namesFile lists the member names of the request bodies of OpenAI, Azure,
// Anthropic, Gemini, Bedrock, Mistral, Cohere, vLLM and Ollama, one per line,
// taken from their published specifications and client libraries, with the
// vocabulary of JSON Schema that tool definitions use. Names that only a
// user's own schema would have are not in it.
//
//go:embed names.txt
var namesFile string

// knownNames is the set of names that are part of some provider's API. Such
// names may be printed, and need no scan: they are no one's data.
var knownNames = sync.OnceValue(func() map[string]struct{} {
	names := make(map[string]struct{}, 512)
	for name := range strings.Lines(namesFile) {
		names[strings.TrimSpace(name)] = struct{}{}
	}
	return names
})

// SafePlace returns the pointer with every segment that is neither an array
// index nor a name known from a provider's API replaced by "*", so that it can
// be logged. Places in the path and query are "path" and "query/…".
func SafePlace(pointer string) string {
	if pointer == "" || pointer == placePath {
		return pointer
	}
	known := knownNames()
	var b strings.Builder
	for i, segment := range strings.Split(pointer, "/") {
		if i > 0 {
			b.WriteByte('/')
		}
		switch {
		case i == 0 && (segment == "" || segment == placeQuery || segment == placeForm):
			b.WriteString(segment)
		case isIndex(segment):
			b.WriteString(segment)
		default:
			if _, ok := known[segment]; ok {
				b.WriteString(segment)
			} else {
				b.WriteByte('*')
			}
		}
	}
	return b.String()
}

// isIndex reports whether a segment is an array index. Longer runs of digits
// may be somebody's number used as a key.
func isIndex(segment string) bool {
	if segment == "" || len(segment) > 6 {
		return false
	}
	for _, c := range []byte(segment) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// fieldClass says what a member's name tells about its value. It steers roles,
// joins and the check for token numbers; nothing is skipped because of it.
type fieldClass uint8

const (
	fieldOther  fieldClass = iota
	fieldRole              // "role": the author of a message
	fieldType              // "type": the kind of a content part or item
	fieldPart              // the text of a content part or message
	fieldInput             // a prompt, which may come in pieces or as token numbers
	fieldSystem            // instructions
	fieldTool              // tool definitions, calls and results
	fieldVocab             // a list of names, which are not a text in pieces
)

// classify returns the class of a member's name.
func classify(name []byte) fieldClass {
	switch string(name) {
	case "role":
		return fieldRole
	case "type":
		return fieldType
	case "text", "content", "input_text", "output_text", "inputText", "thinking", "delta":
		return fieldPart
	case "input", "inputs", "prompt", "prompts", "tokens", "token_ids", "input_ids", "input_tokens",
		"prompt_token_ids", "context", "suffix", "texts", "documents", "query", "queries",
		"text_1", "text_2", "instances":
		return fieldInput
	case "system", "instructions", "systemInstruction", "system_instruction", "preamble", "system_prompt", "systemPrompt":
		return fieldSystem
	case "tools", "functions", "tool_calls", "function_call", "function", "functionCall", "functionResponse",
		"functionDeclarations", "toolUse", "toolResult", "tool_outputs", "tool_results", "arguments", "toolConfig":
		return fieldTool
	case "enum", "required", "include", "modalities", "betas", "embedding_types", "allowed_callers", "output_modalities":
		return fieldVocab
	}
	return fieldOther
}
