package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/sluice-dlp/sluice/rules"
)

// fault is what is wrong with a file that a library has refused. It says where,
// in words of its own: those of the libraries quote values, and a file that is not
// of the format may be anything, such as a .env file.
func (o *Options) fault(data []byte, err error) error {
	out := &rules.FileError{File: o.Name, Msg: "not a file of " + o.Format + ", or a value here is not what that has: see --from"}
	// Not all errors of the TOML library have a type.
	if n, _ := fmt.Sscanf(err.Error(), "toml: line %d", &out.Line); n == 1 {
		return out
	}
	if e, ok := errors.AsType[*yaml.LoadError](err); ok {
		out.Line = e.Mark.Line
	} else if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		out.Line = lineAt(data, e.Offset)
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		out.Line = lineAt(data, e.Offset)
	}
	return out
}

func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(max(offset-1, 0), int64(len(data)))], []byte("\n"))
}
