package plugins

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Config says which file to run as a plugin, and how. Zero fields take the
// defaults given with each.
type Config struct {
	// Name is the operator's name for the plugin in errors and logs: lower-case
	// letters, digits, ".", "_" and "-", at most 64 bytes.
	Name string
	// Path is the absolute path of the plugin's file.
	Path string
	// SHA256 is the checksum of that file in hex, checked before every start.
	// It pins one file: of a script, not of its interpreter.
	SHA256 string
	// Insecure allows SHA256 to be empty, and the file to be writable by
	// everyone. It is for developing a plugin.
	Insecure bool

	Args []string
	// Env is the whole environment of the process: "KEY=value", or "KEY" to
	// pass on the host's value. Nothing else is inherited.
	Env []string
	// SocketDir is where a private directory for the socket is made. Default:
	// the system's directory for temporary files.
	SocketDir string

	// Timeout bounds one Detect, waiting for a slot included. Default: 1 s.
	Timeout time.Duration
	// StartTimeout bounds the start of the process and its handshake. Default: 10 s.
	StartTimeout time.Duration
	// MaxConcurrent is how many messages the plugin works on at once. Default: 16.
	MaxConcurrent int
	// FailureLimit is how many failures in a row open the circuit. Default: 5.
	FailureLimit int
	// Cooldown is how long the circuit stays open. Default: 5 s.
	Cooldown time.Duration

	// Logger hears of starts, ends and an open circuit. Default: nobody does.
	Logger *slog.Logger
}

// withDefaults fills zero fields.
func (c Config) withDefaults() Config {
	c.Timeout = orDefault(c.Timeout, time.Second)
	c.StartTimeout = orDefault(c.StartTimeout, 10*time.Second)
	c.MaxConcurrent = orDefault(c.MaxConcurrent, 16)
	c.FailureLimit = orDefault(c.FailureLimit, 5)
	c.Cooldown = orDefault(c.Cooldown, 5*time.Second)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func orDefault[T time.Duration | int](v, or T) T {
	if v == 0 {
		return or
	}
	return v
}

// Validate reports everything that is wrong with the configuration itself. It
// does not look at the file.
func (c Config) Validate() error {
	var errs []error
	if !isWord(c.Name, maxWord, lower+digits+"._-") {
		errs = append(errs, fmt.Errorf("name %q: use lower-case letters, digits, '.', '_' and '-', at most %d", c.Name, maxWord))
	}
	if !filepath.IsAbs(c.Path) {
		errs = append(errs, fmt.Errorf("path %q: must be absolute", c.Path))
	}
	if sum, err := hex.DecodeString(c.SHA256); err != nil || len(sum) != sha256.Size {
		if c.SHA256 != "" || !c.Insecure {
			errs = append(errs, fmt.Errorf("sha256: must be the %d hex digits that `sha256sum %s` prints", 2*sha256.Size, c.Path))
		}
	}
	for _, entry := range c.Env {
		if key, _, _ := strings.Cut(entry, "="); key == "" || strings.ContainsRune(entry, 0) {
			errs = append(errs, errors.New("env: an entry has no name or holds a NUL byte"))
		}
	}
	if c.Timeout < 0 || c.StartTimeout < 0 || c.MaxConcurrent < 0 || c.FailureLimit < 0 || c.Cooldown < 0 {
		errs = append(errs, errors.New("timeouts and limits must not be negative"))
	}
	return errors.Join(errs...)
}

// environment is what the process gets from Env.
func (c Config) environment() []string {
	env := make([]string, 0, len(c.Env))
	for _, entry := range c.Env {
		if strings.Contains(entry, "=") {
			env = append(env, entry)
		} else if value, ok := os.LookupEnv(entry); ok {
			env = append(env, entry+"="+value)
		}
	}
	return env
}

// checkFile refuses files that cannot be a plugin. Its errors name the path and
// nothing of the file's content.
func (c Config) checkFile() error {
	info, err := os.Stat(c.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: no such file", c.Path)
	case err != nil:
		return err
	case !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		return fmt.Errorf("%s: not an executable file", c.Path)
	case info.Mode()&0o002 != 0 && !c.Insecure:
		return fmt.Errorf("%s: everyone may write to it, so its checksum protects nothing", c.Path)
	}
	return nil
}
