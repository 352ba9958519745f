package bench

import _ "embed" // for PythonClient

// PythonClient is a script that drives the real OpenAI and Anthropic Python
// SDKs; its own first lines describe what it reads and writes.
//
//go:embed clients/python/client.py
var PythonClient string

// Call is one line that a client of the folder clients reads.
type Call struct {
	ID      string            `json:"id"`
	API     string            `json:"api"` // chat, responses, embeddings or anthropic
	Body    any               `json:"body"`
	Headers map[string]string `json:"headers,omitempty"`
}

// Outcome is one line that a client writes: what its SDK made of the call.
type Outcome struct {
	ID        string  `json:"id"`
	OK        bool    `json:"ok"`
	Text      string  `json:"text"`    // of the answer
	Class     string  `json:"class"`   // of the exception
	Printed   string  `json:"printed"` // the exception as it prints
	Status    int     `json:"status"`
	Code      string  `json:"code"`
	Param     string  `json:"param"`
	Type      string  `json:"type"`
	RequestID string  `json:"request_id"`
	Attempts  int     `json:"attempts"` // requests that the SDK made
	Sent      string  `json:"sent"`     // the last body that it made
	MS        float64 `json:"ms"`
}
