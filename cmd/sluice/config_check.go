package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/envoy"
	"github.com/sluice-dlp/sluice/scanner"
)

// document finds the lines of keys, so that what is wrong with a value can be
// said with the line that it stands on.
type document struct {
	file string
	root *yaml.Node
}

func newDocument(file string, data []byte) document {
	d := document{file: file}
	var node yaml.Node
	if yaml.Unmarshal(data, &node) == nil && len(node.Content) > 0 {
		d.root = node.Content[0]
	}
	return d
}

// at returns "file:line" of a key, or of as much of its path as is there.
// Numbers index sequences.
func (d document) at(path ...any) string {
	if d.file == "" || d.root == nil {
		return "configuration"
	}
	node, line := d.root, 1
	for _, step := range path {
		var next *yaml.Node
		switch step := step.(type) {
		case string:
			for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == step {
					line, next = node.Content[i].Line, node.Content[i+1]
				}
			}
		case int:
			if node.Kind == yaml.SequenceNode && step < len(node.Content) {
				next = node.Content[step]
				line = next.Line
			}
		}
		if next == nil {
			break
		}
		node = next
	}
	return fmt.Sprintf("%s:%d", d.file, line)
}

// validate checks what the decoder cannot, and reports every fault.
func (c *Config) validate() error {
	var errs []error
	fail := func(err error, path ...any) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.source.at(path...), err))
		}
	}
	oneOf := func(value string, choices []string, path ...any) {
		if !slices.Contains(choices, value) {
			fail(fmt.Errorf("%s: %q is not one of %s", path[len(path)-1], value, strings.Join(choices, ", ")), path...)
		}
	}
	positive := func(value int64, path ...any) {
		if value <= 0 {
			fail(fmt.Errorf("%s must be more than zero", path[len(path)-1]), path...)
		}
	}

	_, _, err := splitListen(c.Listen)
	fail(withKey("listen", err), "listen")
	if c.Admin.Address != "" {
		_, _, err := net.SplitHostPort(c.Admin.Address)
		fail(withKey("address", err), "admin", "address")
	}
	_, err = envoy.ParseMode(c.Mode)
	fail(err, "mode")
	oneOf(c.Log.Level, []string{"debug", "info", "warn", "error"}, "log", "level")
	oneOf(c.Log.Format, []string{"json", "text"}, "log", "format")

	positive(int64(c.Limits.Body), "limits", "body")
	positive(int64(c.Limits.Decoded), "limits", "decoded")
	positive(int64(c.Limits.Ratio), "limits", "ratio")
	positive(int64(c.Limits.Depth), "limits", "depth")
	positive(int64(c.Limits.Texts), "limits", "texts")
	positive(int64(c.Limits.InFlight), "limits", "in_flight")
	positive(int64(c.Limits.ScanTimeout), "limits", "scan_timeout")
	positive(int64(c.Limits.QueueTimeout), "limits", "queue_timeout")
	positive(int64(c.Limits.BodyTimeout), "limits", "body_timeout")
	if c.Limits.InFlight/2 < c.Limits.Body {
		fail(errors.New("in_flight is smaller than twice body: the largest request could never be held"), "limits", "in_flight")
	}
	if c.Drain.Delay < 0 || c.Drain.Timeout < 0 {
		fail(errors.New("drain times cannot be negative"), "drain")
	}

	for i, ix := range c.Indexes {
		if ix.Path == "" {
			fail(errors.New("indexes: an entry has no path: name the file that sluice index wrote"), "indexes", i)
		}
		if ix.KeyFile == "" {
			fail(errors.New("indexes: an entry has no key_file: name the key file that the index was made with"), "indexes", i)
		}
	}
	if len(c.Indexes) > 0 && len(c.Kinds) > 0 && !slices.Contains(c.Kinds, string(scanner.KindPrivate)) {
		fail(errors.New("kinds: indexes are given, but what they find is of the kind private: add it to kinds"), "kinds")
	}

	if strings.ToLower(c.CallerHeader) != c.CallerHeader || strings.ContainsAny(strings.TrimPrefix(c.CallerHeader, ":"), " \t:") {
		fail(fmt.Errorf("caller_header: %q is not the name of a header: write it in lower case, such as x-client-name", c.CallerHeader), "caller_header")
	}
	if slices.Contains(envoy.DefaultWithheld(), c.CallerHeader) {
		fail(fmt.Errorf("caller_header: %s carries credentials, which Envoy does not show to the sidecar: have Envoy write the caller's name into a header of its own", c.CallerHeader), "caller_header")
	}

	seen := make(map[string]bool)
	for i, p := range c.Plugins {
		if seen[p.Name] {
			fail(fmt.Errorf("two plugins are named %q", p.Name), "plugins", i, "name")
		}
		seen[p.Name] = true
		fail(withKey("plugin", p.open(nil).Validate()), "plugins", i)
	}
	return errors.Join(errs...)
}

func withKey(key string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", key, err)
}
