#include "textflag.h"

// See valid.go for the algorithm.

#define BYTES32(name, x) \
	DATA name+0(SB)/8, x \
	DATA name+8(SB)/8, x \
	DATA name+16(SB)/8, x \
	DATA name+24(SB)/8, x \
	GLOBL name(SB), RODATA|NOPTR, $32

BYTES32(lowHalves<>, $0x0f0f0f0f0f0f0f0f)
BYTES32(highBits<>, $0x8080808080808080)
BYTES32(threeOrMore<>, $0x6060606060606060) // 0xe0-0x80: begins three bytes or more
BYTES32(four<>, $0x7070707070707070)        // 0xf0-0x80: begins four bytes

// By the low half of a byte and by its high half, so that the XOR of both is what must follow: after c5 bf (U+017F), after e2
// 84 (U+212A begins so), and after all other bytes one that does not in valid text.
DATA foldLow<>+0(SB)/8, $0x0000bf0000c40000
DATA foldLow<>+8(SB)/8, $0
GLOBL foldLow<>(SB), RODATA|NOPTR, $16
DATA foldHigh<>+0(SB)/8, $0xc0c0c0c0c0c0c0c0
DATA foldHigh<>+8(SB)/8, $0xc040c000c0c0c0c0
GLOBL foldHigh<>(SB), RODATA|NOPTR, $16

// FAULTS adds to Y8 the faults of the 32 bytes at off, and to Y7 the places of runes that fold. Y2 becomes the
// high bit, where the third or fourth byte of a rune must be.
#define FAULTS(off) \
	VMOVDQU off(SI), Y0 \
	VMOVDQU off-1(SI), Y1 \
	VMOVDQU off-2(SI), Y2 \
	VMOVDQU off-3(SI), Y3 \
	VPSUBUSB Y14, Y2, Y2 \
	VPSUBUSB Y15, Y3, Y3 \
	VPOR Y2, Y3, Y2 \
	VPAND Y9, Y2, Y2 \
	VPSRLW $4, Y1, Y4 \
	VPAND Y13, Y4, Y4 \
	VPAND Y13, Y1, Y5 \
	VPSHUFB Y4, Y6, Y1 \
	VBROADCASTI128 foldLow<>(SB), Y3 \
	VPSHUFB Y5, Y3, Y3 \
	VPXOR Y1, Y3, Y3 \
	VPCMPEQB Y3, Y0, Y3 \
	VPOR Y3, Y7, Y7 \
	VPSHUFB Y4, Y10, Y4 \
	VPSHUFB Y5, Y11, Y5 \
	VPAND Y4, Y5, Y4 \
	VPSRLW $4, Y0, Y5 \
	VPAND Y13, Y5, Y5 \
	VPSHUFB Y5, Y12, Y5 \
	VPAND Y4, Y5, Y4 \
	VPXOR Y2, Y4, Y4 \
	VPOR Y4, Y8, Y8

// func validAVX2(t *[3][16]byte, text *byte, blocks int) (beyond, faults, folds bool)
TEXT ·validAVX2(SB), NOSPLIT, $0-27
	MOVQ t+0(FP), DX
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	XORL BX, BX
	VBROADCASTI128 0(DX), Y10
	VBROADCASTI128 16(DX), Y11
	VBROADCASTI128 32(DX), Y12
	VBROADCASTI128 foldHigh<>(SB), Y6
	VMOVDQU lowHalves<>(SB), Y13
	VMOVDQU threeOrMore<>(SB), Y14
	VMOVDQU four<>(SB), Y15
	VMOVDQU highBits<>(SB), Y9
	VPXOR Y7, Y7, Y7
	VPXOR Y8, Y8, Y8
	SUBQ $4, CX
	JLT  rest
loop4:
	// ASCII in four blocks, and before them, needs no more than that.
	VMOVDQU -3(SI), Y0
	VPOR 0(SI), Y0, Y0
	VMOVDQU 32(SI), Y1
	VPOR 64(SI), Y1, Y1
	VPOR 96(SI), Y0, Y0
	VPOR Y1, Y0, Y0
	VPTEST Y9, Y0
	JZ   next4
	MOVL $1, BX
	FAULTS(0)
	FAULTS(32)
	FAULTS(64)
	FAULTS(96)
next4:
	ADDQ $128, SI
	SUBQ $4, CX
	JGE  loop4
rest:
	ADDQ $4, CX
	JZ   done
loop:
	VMOVDQU -3(SI), Y0
	VPOR 0(SI), Y0, Y0
	VPTEST Y9, Y0
	JZ   next
	MOVL $1, BX
	FAULTS(0)
next:
	ADDQ $32, SI
	DECQ CX
	JNZ  loop
done:
	MOVB BX, beyond+24(FP)
	VPTEST Y8, Y8
	SETNE faults+25(FP)
	VPTEST Y7, Y7
	SETNE folds+26(FP)
	VZEROUPPER
	RET
