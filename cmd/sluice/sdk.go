package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/sluice-dlp/sluice/bench"
)

// sdk is a process that makes calls with a provider's real client library; see
// the folder bench/clients for what it reads and writes.
type sdk struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	err bytes.Buffer
}

// startSDK runs a client that calls the API at baseURL ("http://host:port").
func startSDK(ctx context.Context, baseURL string, command ...string) (*sdk, error) {
	s := &sdk{cmd: exec.CommandContext(ctx, command[0], command[1:]...)}
	s.cmd.Env = append(os.Environ(),
		"OPENAI_BASE_URL="+baseURL+"/v1", "OPENAI_API_KEY=demo",
		"ANTHROPIC_BASE_URL="+baseURL, "ANTHROPIC_API_KEY=demo",
		"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	s.cmd.Stderr = &s.err
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("SDK client: %w", err)
	}
	return s, nil
}

// call makes one call and waits for what came of it.
func (s *sdk) call(c bench.Call) (bench.Outcome, error) {
	var o bench.Outcome
	line, err := json.Marshal(c)
	if err != nil {
		return o, err
	}
	if _, err := s.in.Write(append(line, '\n')); err != nil {
		return o, s.failed(err)
	}
	if line, err = s.out.ReadBytes('\n'); err != nil {
		return o, s.failed(err)
	}
	if err := json.Unmarshal(line, &o); err != nil {
		return o, fmt.Errorf("SDK client: %w", err)
	}
	return o, nil
}

// failed adds what the process said before it ended.
func (s *sdk) failed(err error) error {
	_ = s.close() // standard error is complete after this
	return fmt.Errorf("SDK client: %w\n%s", err, bytes.TrimSpace(s.err.Bytes()))
}

// close lets the client finish.
func (s *sdk) close() error {
	return errors.Join(s.in.Close(), s.cmd.Wait())
}
