#include "textflag.h"

// See plain.go for what this computes.

// func plainAVX2(b *byte, blocks int) (n int, high bool)
TEXT ·plainAVX2(SB), NOSPLIT, $0-25
	MOVQ b+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ $0x2222222222222222, AX // "
	MOVQ AX, X10
	VPBROADCASTQ X10, Y10
	MOVQ $0x5c5c5c5c5c5c5c5c, AX // \
	MOVQ AX, X11
	VPBROADCASTQ X11, Y11
	MOVQ $0x1f1f1f1f1f1f1f1f, AX // the last control character
	MOVQ AX, X12
	VPBROADCASTQ X12, Y12
	VPXOR Y8, Y8, Y8 // all bytes of whole plain blocks
	XORQ DX, DX      // n
	XORQ BX, BX      // high bits of the block that stops
	TESTQ CX, CX
	JZ   done
loop:
	VMOVDQU (SI)(DX*1), Y0
	VPCMPEQB Y10, Y0, Y1
	VPCMPEQB Y11, Y0, Y2
	VPMINUB Y12, Y0, Y3
	VPCMPEQB Y3, Y0, Y3
	VPOR Y1, Y2, Y1
	VPOR Y1, Y3, Y1
	VPMOVMSKB Y1, AX
	TESTL AX, AX
	JNZ  stop
	VPOR Y0, Y8, Y8
	ADDQ $32, DX
	DECQ CX
	JNZ  loop
	JMP  done
stop:
	// The bytes before the first stop are plain, the others do not count.
	VPMOVMSKB Y0, BX
	MOVL AX, DI
	DECL DI
	NOTL AX
	ANDL DI, AX
	ANDL AX, BX
	POPCNTL AX, AX
	ADDQ AX, DX
done:
	VPMOVMSKB Y8, AX
	ORL  BX, AX
	MOVQ DX, n+16(FP)
	TESTL AX, AX
	SETNE high+24(FP)
	VZEROUPPER
	RET
