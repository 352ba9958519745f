//go:build !amd64

package fingerprint

// What vector_amd64.s has; elsewhere it is done eight bytes at a time.
const useAVX2 = false

func edgesAVX2(*byte, int, int, *int32) (int, bool) { panic("unreachable") }

func likelyAVX2(*byte, int, uint64, *uint64, int, *int32) int { panic("unreachable") }

func leastAVX2(*int64, int, int) { panic("unreachable") }

func sipHashAVX2(*[4]uint64, *uint64, int) { panic("unreachable") }
