//go:build !amd64

package match

// validBlocks is for machines with vectors; see valid_amd64.go.
var validBlocks func(text *byte, blocks int) (beyond, faults, folds bool)
