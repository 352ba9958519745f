package fingerprint

import "golang.org/x/sys/cpu"

// useAVX2 is set where the processor has what vector_amd64.s needs.
var useAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

//go:noescape
func edgesAVX2(text *byte, blocks, from int, at *int32) (n int, open bool)

//go:noescape
func likelyAVX2(blocks *byte, size int, count uint64, hashes *uint64, n int, out *int32) (found int)

//go:noescape
func leastAVX2(keys *int64, n, ahead int)

//go:noescape
func sipHashAVX2(state *[4]uint64, hashes *uint64, fours int)
