package match

import "golang.org/x/sys/cpu"

// validAVX2 reports whether blocks of validLen bytes have any beyond ASCII, whether they have a fault, and whether U+017F or the first
// two bytes of U+212A, or something as rare, begins in them or one byte before. It reads three bytes before text. A rune that goes on
// behind the blocks is no fault.
//
//go:noescape
func validAVX2(t *[3][16]byte, text *byte, blocks int) (beyond, faults, folds bool)

// validBlocks is validAVX2 where there is AVX2.
var validBlocks = func() func(text *byte, blocks int) (beyond, faults, folds bool) {
	if !cpu.X86.HasAVX2 {
		return nil
	}
	return func(text *byte, blocks int) (beyond, faults, folds bool) {
		return validAVX2(&faultTables, text, blocks)
	}
}()
