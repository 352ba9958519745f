#include "textflag.h"

// See valid.go for the algorithm.

// func validAVX2(t *[3][16]byte, text *byte, blocks int) bool
TEXT ·validAVX2(SB), NOSPLIT, $0-25
	MOVQ t+0(FP), DX
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	VBROADCASTI128 0(DX), Y10
	VBROADCASTI128 16(DX), Y11
	VBROADCASTI128 32(DX), Y12
	MOVQ $0x0f0f0f0f0f0f0f0f, AX
	MOVQ AX, X13
	VPBROADCASTQ X13, Y13
	MOVQ $0x6060606060606060, AX // 0xe0-0x80: three bytes or more
	MOVQ AX, X14
	VPBROADCASTQ X14, Y14
	MOVQ $0x7070707070707070, AX // 0xf0-0x80: four bytes
	MOVQ AX, X15
	VPBROADCASTQ X15, Y15
	MOVQ $0x8080808080808080, AX
	MOVQ AX, X9
	VPBROADCASTQ X9, Y9
	VPXOR Y8, Y8, Y8 // all faults
	TESTQ CX, CX
	JZ   done
loop:
	VMOVDQU 0(SI), Y0
	VMOVDQU -1(SI), Y1
	VMOVDQU -2(SI), Y2
	VMOVDQU -3(SI), Y3

	// ASCII before and in the block needs no more than that.
	VPOR Y0, Y3, Y4
	VPMOVMSKB Y4, AX
	TESTL AX, AX
	JZ   next

	VPSRLW $4, Y1, Y4
	VPAND Y13, Y4, Y4
	VPSHUFB Y4, Y10, Y4
	VPAND Y13, Y1, Y5
	VPSHUFB Y5, Y11, Y5
	VPAND Y4, Y5, Y4
	VPSRLW $4, Y0, Y5
	VPAND Y13, Y5, Y5
	VPSHUFB Y5, Y12, Y5
	VPAND Y4, Y5, Y4

	// The high bit, where the third or fourth byte of a rune must be.
	VPSUBUSB Y14, Y2, Y2
	VPSUBUSB Y15, Y3, Y3
	VPOR Y2, Y3, Y2
	VPAND Y9, Y2, Y2
	VPXOR Y2, Y4, Y4
	VPOR Y4, Y8, Y8
next:
	ADDQ $32, SI
	DECQ CX
	JNZ  loop
done:
	VPTEST Y8, Y8
	SETEQ ret+24(FP)
	VZEROUPPER
	RET
