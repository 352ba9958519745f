package corpus

import (
	_ "embed" // the set is data

	"github.com/sluice-dlp/sluice/scanner/code/fingerprint"
)

// commonSet is what at least two of the packages that common.json names have in
// common; the command in the folder common makes both files.
//
//go:embed common.idx
var commonSet []byte

// Common returns a set of common public code, for fingerprint.Options: what
// independent projects have in common says nothing about whose a text is.
func Common() (*fingerprint.Public, error) { return fingerprint.NewPublic(commonSet) }
