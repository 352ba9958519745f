package prompt

import "golang.org/x/sys/cpu"

// plainAVX2 is plainRun over blocks of 32 bytes each: it stops within one, or at
// their end.
//
//go:noescape
func plainAVX2(b *byte, blocks int) (n int, high bool)

// plainBlocks is plainAVX2 where there is AVX2.
var plainBlocks = func() func(b *byte, blocks int) (int, bool) {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasPOPCNT {
		return nil
	}
	return plainAVX2
}()
