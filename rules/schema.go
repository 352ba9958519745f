package rules

import (
	_ "embed" // for schema.json
)

//go:embed schema.json
var schemaJSON []byte

// Schema returns the JSON Schema (2020-12) of rule files, for editors and
// checkers. Its $defs have the policy block of sluice.yaml too, as "policy".
func Schema() []byte { return append([]byte(nil), schemaJSON...) }
