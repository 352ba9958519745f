package main

import (
	_ "embed"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sluice-dlp/sluice/envoy"
	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner/prompt"
)

// exampleConfig is sluice.yaml with every key, its default and what it means.
//
//go:embed sluice.example.yaml
var exampleConfig []byte

// configSchema is the JSON Schema of sluice.yaml.
//
//go:embed sluice.schema.json
var configSchema []byte

// Config is sluice.yaml. Every key has a default, so that no file is needed;
// sluice.example.yaml says what each key means.
type Config struct {
	Listen       string            `yaml:"listen"`
	Admin        AdminConfig       `yaml:"admin"`
	Mode         string            `yaml:"mode"`
	Limits       LimitsConfig      `yaml:"limits"`
	Kinds        []string          `yaml:"kinds"`
	BuiltinRules bool              `yaml:"builtin_rules"`
	Rules        []string          `yaml:"rules"`
	Disable      []string          `yaml:"disable"`
	EDM          KeyConfig         `yaml:"edm"`
	HashKey      KeyConfig         `yaml:"hash_key"`
	CallerHeader string            `yaml:"caller_header"`
	Indexes      []IndexConfig     `yaml:"indexes"`
	Plugins      []PluginConfig    `yaml:"plugins"`
	Policy       rules.PolicyBlock `yaml:"policy"`
	Log          LogConfig         `yaml:"log"`
	Drain        DrainConfig       `yaml:"drain"`

	source document
}

// AdminConfig is the HTTP port for operators.
type AdminConfig struct {
	Address string `yaml:"address"`
	Pprof   bool   `yaml:"pprof"`
}

// LimitsConfig bounds what one request, and all of them together, may cost.
type LimitsConfig struct {
	Body         rules.Bytes   `yaml:"body"`
	Decoded      rules.Bytes   `yaml:"decoded"`
	Ratio        int           `yaml:"ratio"`
	Depth        int           `yaml:"depth"`
	Texts        int           `yaml:"texts"`
	InFlight     rules.Bytes   `yaml:"in_flight"`
	ScanTimeout  time.Duration `yaml:"scan_timeout"`
	QueueTimeout time.Duration `yaml:"queue_timeout"`
	BodyTimeout  time.Duration `yaml:"body_timeout"`
}

// PluginConfig names a detector that runs as a process of its own.
type PluginConfig struct {
	Name    string            `yaml:"name"`
	Path    string            `yaml:"path"`
	SHA256  Digest            `yaml:"sha256"`
	Args    []string          `yaml:"args"`
	Env     map[string]string `yaml:"env"`
	Timeout time.Duration     `yaml:"timeout"`
}

// IndexConfig names an index of one's own code and documents, and its key.
type IndexConfig struct {
	Path    string `yaml:"path"`
	KeyFile string `yaml:"key_file"`
}

// Digest is a SHA-256 in hexadecimal. It has a type because YAML takes one
// that happens to have digits only for a number.
type Digest string

// UnmarshalText takes the text as it stands; whether it is a digest is checked
// with the rest of the plugin's entry.
func (d *Digest) UnmarshalText(text []byte) error {
	*d = Digest(text)
	return nil
}

// LogConfig says what is logged and where to.
type LogConfig struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
	File   string `yaml:"file"`
}

// DrainConfig says how the sidecar stops.
type DrainConfig struct {
	Delay   time.Duration `yaml:"delay"`
	Timeout time.Duration `yaml:"timeout"`
}

// defaultConfig is what holds where sluice.yaml says nothing.
func defaultConfig() *Config {
	limits := prompt.DefaultLimits()
	return &Config{
		Listen: "unix:" + envoy.DefaultSocket,
		Admin:  AdminConfig{Address: "127.0.0.1:9902"},
		Mode:   envoy.FullDuplex.String(),
		Limits: LimitsConfig{
			Body:         rules.Bytes(limits.MaxBody),
			Decoded:      rules.Bytes(limits.MaxDecoded),
			Ratio:        limits.MaxRatio,
			Depth:        limits.MaxDepth,
			Texts:        limits.MaxTexts,
			InFlight:     256 << 20,
			ScanTimeout:  10 * time.Second,
			QueueTimeout: 5 * time.Second,
			BodyTimeout:  2 * time.Minute,
		},
		BuiltinRules: true,
		Log:          LogConfig{Level: "info", Format: "json"},
		Drain:        DrainConfig{Delay: 5 * time.Second, Timeout: 30 * time.Second},
	}
}

// loadConfig reads the file, or yields the defaults if path is empty. Errors
// carry the file and the line, all of them at once.
func loadConfig(path string) (*Config, error) {
	var data []byte
	if path != "" {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	return parseConfig(path, data)
}

// parseConfig is loadConfig for a file that was read already. Relative paths
// in it are taken from the file's folder.
func parseConfig(path string, data []byte) (*Config, error) {
	c := defaultConfig()
	if len(data) > 0 {
		if err := rules.DecodeYAML(path, data, c); err != nil {
			return nil, err
		}
	}
	c.source = newDocument(path, data)
	if path != "" {
		dir, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		for i := range c.Rules {
			c.Rules[i] = under(dir, c.Rules[i])
		}
		c.EDM.KeyFile = under(dir, c.EDM.KeyFile)
		c.HashKey.KeyFile = under(dir, c.HashKey.KeyFile)
		for i := range c.Indexes {
			c.Indexes[i].Path = under(dir, c.Indexes[i].Path)
			c.Indexes[i].KeyFile = under(dir, c.Indexes[i].KeyFile)
		}
		for i := range c.Plugins {
			c.Plugins[i].Path = under(dir, c.Plugins[i].Path)
		}
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	return c, nil
}

func under(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// splitListen takes a listen address apart into the words of package net.
func splitListen(listen string) (network, address string, err error) {
	if path, ok := strings.CutPrefix(listen, "unix:"); ok {
		if path == "" {
			return "", "", fmt.Errorf("%q names no socket: write unix:/run/sluice/extproc.sock", listen)
		}
		return "unix", path, nil
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return "", "", fmt.Errorf("%q is no address: write unix:/path/to/socket or 127.0.0.1:9901", listen)
	}
	// Whoever can reach this port can read every verdict, and no one but Envoy
	// on the same machine has a reason to.
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", "", fmt.Errorf("%q is not on the loopback interface: prompts would cross the network unencrypted", listen)
	}
	return "tcp", listen, nil
}
