package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed vectorscan/vectorscan.c
var source []byte

// session is a process that measures one text after the other.
type session struct {
	dir    string
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errs   bytes.Buffer
	inUse  int // patterns
	closed bool
}

// startSession starts a program and reads its first line.
func startSession(ctx context.Context, dir string, env []string, program string, args ...string) (*session, error) {
	s := &session{dir: dir, cmd: exec.CommandContext(ctx, program, args...)}
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stderr = &s.errs
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
		return nil, err
	}
	var compiled float64
	if err := s.answer(&s.inUse, &compiled); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// answer reads one line of two numbers.
func (s *session) answer(n *int, v *float64) error {
	line, err := s.out.ReadString('\n')
	if err == nil {
		_, err = fmt.Sscan(line, n, v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(s.cmd.Path), err, s.errs.String())
	}
	return nil
}

func (s *session) measure(pieces [][]byte, seconds float64) (speed float64, matches int, err error) {
	var all []byte
	for _, p := range pieces {
		all = append(fmt.Appendf(all, "%d\n", len(p)), p...)
	}
	file := filepath.Join(s.dir, "text")
	if err := os.WriteFile(file, all, 0o600); err != nil {
		return 0, 0, err
	}
	if _, err := fmt.Fprintln(s.in, seconds, file); err != nil {
		return 0, 0, err
	}
	err = s.answer(&matches, &speed)
	return speed, matches, err
}

func (s *session) close() {
	if s.closed {
		return
	}
	s.closed = true
	_ = s.in.Close()
	_ = s.cmd.Wait()
}

// readPieces reads what measure writes.
func readPieces(file string) (pieces [][]byte, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for len(b) > 0 {
		head, rest, _ := bytes.Cut(b, []byte("\n"))
		n, err := strconv.Atoi(string(head))
		if err != nil || n > len(rest) {
			return nil, fmt.Errorf("%s: not in pieces", file)
		}
		pieces, b = append(pieces, rest[:n]), rest[n:]
	}
	return pieces, nil
}

// startVectorscan compiles the C program and starts it.
func startVectorscan(ctx context.Context, dir string, exprs []string) (*session, error) {
	flags, err := exec.CommandContext(ctx, "pkg-config", "--cflags", "--libs", "libhs").Output()
	if err != nil {
		return nil, fmt.Errorf("pkg-config libhs: %w", err)
	}
	bin := filepath.Join(dir, "vectorscan")
	file := bin + ".c"
	if err := os.WriteFile(file, source, 0o600); err != nil {
		return nil, err
	}
	args := append([]string{"-O2", "-o", bin, file}, strings.Fields(string(flags))...)
	if out, err := exec.CommandContext(ctx, "cc", args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cc: %w: %s", err, out)
	}
	list := filepath.Join(dir, "patterns")
	if err := os.WriteFile(list, []byte(strings.Join(exprs, "\n")), 0o600); err != nil {
		return nil, err
	}
	return startSession(ctx, dir, nil, bin, list)
}
