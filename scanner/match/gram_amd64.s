#include "textflag.h"

// See gram.go for the algorithm, and for the multipliers.
#define SUM $0x7f017f017f017f01
#define MULA $0x9e379e379e379e37
#define MULB $0x6a8d6a8d6a8d6a8d
#define MULC $0xc2b3c2b3c2b3c2b3
#define MULD $0x85eb85eb85eb85eb

#define SPREAD(value, x, y) \
	MOVQ value, AX \
	VMOVQ AX, x \
	VPBROADCASTQ x, y

// HASH writes 16 numbers of words, and behind 128 bytes those of their bits, for every other of the codes that begin in t; u is
// the same two codes further on.
#define HASH(t, u, to) \
	VPMADDUBSW Y0, t, t \
	VPMADDUBSW Y0, u, u \
	VPMULLW Y1, t, Y9 \
	VPMULLW Y2, u, Y10 \
	VPADDW Y9, Y10, Y9 \
	VPSRLW $2, Y9, Y9 \
	VMOVDQU Y9, to(SP) \
	VPMULLW Y3, t, Y9 \
	VPMULLW Y4, u, Y10 \
	VPADDW Y9, Y10, Y9 \
	VPSRLW $11, Y9, Y9 \
	VMOVDQU Y9, to+128(SP)

// LOOK moves one bit of the table to the lower end of BX.
#define LOOK(off) \
	MOVWLZX off(SP), AX \
	MOVWLZX off+128(SP), R9 \
	MOVL (DX)(AX*4), AX \
	BTL  R9, AX \
	ADCQ BX, BX

// LOOKPAIR does it for an odd place and the even one before it.
#define LOOKPAIR(off) \
	LOOK(off+32) \
	LOOK(off)

#define LOOKHALF(off) \
	LOOKPAIR(off+30) \
	LOOKPAIR(off+28) \
	LOOKPAIR(off+26) \
	LOOKPAIR(off+24) \
	LOOKPAIR(off+22) \
	LOOKPAIR(off+20) \
	LOOKPAIR(off+18) \
	LOOKPAIR(off+16) \
	LOOKPAIR(off+14) \
	LOOKPAIR(off+12) \
	LOOKPAIR(off+10) \
	LOOKPAIR(off+8) \
	LOOKPAIR(off+6) \
	LOOKPAIR(off+4) \
	LOOKPAIR(off+2) \
	LOOKPAIR(off)

// PLACE writes the number of the lowest bit and clears it.
#define PLACE(to) \
	TZCNTQ BX, AX \
	ADDQ R11, AX \
	MOVW AX, to \
	BLSRQ BX, BX

// func gramsAVX2(t *gramTable, code *byte, blocks int, out *uint16) int
TEXT ·gramsAVX2(SB), NOSPLIT, $256-40
	MOVQ t+0(FP), DX
	MOVQ code+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ out+24(FP), DI
	MOVQ DI, R8
	SPREAD(SUM, X0, Y0)
	SPREAD(MULA, X1, Y1)
	SPREAD(MULB, X2, Y2)
	SPREAD(MULC, X3, Y3)
	SPREAD(MULD, X4, Y4)
	XORQ R11, R11 // number of the block's first byte
	TESTQ CX, CX
	JZ   done
loop:
	VMOVDQU 0(SI), Y5
	VMOVDQU 1(SI), Y6
	VMOVDQU 2(SI), Y7
	VMOVDQU 3(SI), Y8
	HASH(Y5, Y7, 0)
	HASH(Y6, Y8, 32)
	VMOVDQU 32(SI), Y5
	VMOVDQU 33(SI), Y6
	VMOVDQU 34(SI), Y7
	VMOVDQU 35(SI), Y8
	HASH(Y5, Y7, 64)
	HASH(Y6, Y8, 96)
	LOOKHALF(64)
	LOOKHALF(0)
	POPCNTQ BX, R10
	// Few blocks have more than four: that many are written whether there are any or not.
	PLACE((DI))
	PLACE(2(DI))
	PLACE(4(DI))
	PLACE(6(DI))
	CMPQ R10, $4
	JLE  next
	LEAQ 8(DI), R12
more:
	PLACE((R12))
	ADDQ $2, R12
	TESTQ BX, BX
	JNZ  more
next:
	LEAQ (DI)(R10*2), DI
	ADDQ $64, R11
	ADDQ $64, SI
	DECQ CX
	JNZ  loop
done:
	SUBQ R8, DI
	SHRQ $1, DI
	MOVQ DI, ret+32(FP)
	VZEROUPPER
	RET
