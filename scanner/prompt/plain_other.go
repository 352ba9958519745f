//go:build !amd64

package prompt

// plainBlocks would be plainRun over blocks of 32 bytes each.
var plainBlocks func(b *byte, blocks int) (n int, high bool)
