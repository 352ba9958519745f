package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"

	"github.com/sluice-dlp/sluice/rules"
	"github.com/sluice-dlp/sluice/scanner/match"
)

// KeyConfig says where a key is: in a file or, without one, in a variable of the
// environment. White space around it is no part of the key, so that a line break
// at the end of a file does not count.
type KeyConfig struct {
	KeyFile string `yaml:"key_file"`
	KeyEnv  string `yaml:"key_env"`
}

// edmKeyVariable holds the key of exact data match, and hashKeyVariable that of
// values in exceptions, if neither a file nor another variable is named.
const (
	edmKeyVariable  = "SLUICE_EDM_KEY"
	hashKeyVariable = "SLUICE_HASH_KEY"
)

// edm reads the key of exact data match; it is nil if there is none.
func (c KeyConfig) edm() ([]byte, error) {
	return c.read(edmKeyVariable, match.MinRecordKey, "such as `sluice edm key` prints")
}

// hash reads the key under which exceptions name values; it is nil if there is none.
func (c KeyConfig) hash() ([]byte, error) {
	return c.read(hashKeyVariable, rules.HashKeyLeast, "best random ones")
}

func (c KeyConfig) read(variable string, least int, advice string) ([]byte, error) {
	name := cmp.Or(c.KeyEnv, variable)
	data, what := []byte(os.Getenv(name)), "the variable "+name
	if c.KeyFile != "" {
		var err error
		if data, err = os.ReadFile(c.KeyFile); err != nil {
			return nil, err
		}
		what = c.KeyFile
	}
	data = bytes.TrimSpace(data)
	if len(data) == 0 && c.KeyFile == "" && c.KeyEnv == "" {
		return nil, nil
	}
	if len(data) < least {
		return nil, fmt.Errorf("%s holds a key of %d bytes: write %d or more, %s", what, len(data), least, advice)
	}
	return data, nil
}
