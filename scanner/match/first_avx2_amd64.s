#include "textflag.h"

// See first.go for the algorithm.
//
// The layout of type tables: members is 8 groups of 5 tables of 64 bytes, of which 32 count, then comes the number of
// groups. That of type coding: 256 codes, 256 bytes of rows, and whether there are any beyond ASCII.
#define GROUPS 2560
#define ROWS 256
#define BEYOND 512

// INVERTED is how far from a code its copy with the highest bit inverted is.
#define INVERTED 8256

// func classifyAVX2(c *coding, text *byte, blocks int, out *byte)
TEXT ·classifyAVX2(SB), NOSPLIT, $0-32
	MOVQ c+0(FP), DX
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ out+24(FP), DI
	MOVQ BEYOND(DX), R8
	ADDQ $ROWS, DX
	VBROADCASTI128 0(DX), Y0
	VBROADCASTI128 16(DX), Y1
	VBROADCASTI128 32(DX), Y2
	VBROADCASTI128 48(DX), Y3
	VBROADCASTI128 64(DX), Y4
	VBROADCASTI128 80(DX), Y5
	VBROADCASTI128 96(DX), Y6
	VBROADCASTI128 112(DX), Y7
	MOVQ $0x1010101010101010, AX
	VMOVQ AX, X8
	VPBROADCASTQ X8, Y8
	MOVQ $0x8080808080808080, AX
	VMOVQ AX, X9
	VPBROADCASTQ X9, Y9
	ADDQ CX, CX // half a block at a time
	JZ   done
loop:
	VMOVDQU (SI), Y10
	VPSHUFB Y10, Y0, Y12
#define ROW(table) \
	VPSUBSB Y8, Y10, Y10 \
	VPSHUFB Y10, table, Y11 \
	VPXOR Y11, Y12, Y12
	ROW(Y1)
	ROW(Y2)
	ROW(Y3)
	ROW(Y4)
	ROW(Y5)
	ROW(Y6)
	ROW(Y7)
	TESTQ R8, R8
	JNZ  beyond
next:
	VMOVDQU Y12, (DI)
	VPXOR Y9, Y12, Y12
	VMOVDQU Y12, INVERTED(DI)
	ADDQ $32, SI
	ADDQ $32, DI
	DECQ CX
	JNZ  loop
done:
	VZEROUPPER
	RET
beyond:
	VMOVDQU (SI), Y10
	VPMOVMSKB Y10, AX
	TESTL AX, AX
	JZ   next
	VPXOR Y9, Y10, Y10
	VBROADCASTI128 128(DX), Y13
	VPSHUFB Y10, Y13, Y11
	VPXOR Y11, Y12, Y12
#define ROWBEYOND(off) \
	VBROADCASTI128 off(DX), Y13 \
	ROW(Y13)
	ROWBEYOND(144)
	ROWBEYOND(160)
	ROWBEYOND(176)
	ROWBEYOND(192)
	ROWBEYOND(208)
	ROWBEYOND(224)
	ROWBEYOND(240)
	JMP  next

// func liveAVX2(code *byte, quiet, halves int, out *uint16) int
TEXT ·liveAVX2(SB), NOSPLIT, $0-40
	MOVQ code+0(FP), SI
	MOVQ quiet+8(FP), AX
	MOVQ halves+16(FP), CX
	MOVQ out+24(FP), DI
	MOVQ DI, R8
	DECQ AX
	VMOVQ AX, X1
	VPBROADCASTB X1, Y1
	XORQ AX, AX
	TESTQ CX, CX
	JZ   done
loop:
	VMOVDQU (SI)(AX*1), Y0
	VPMAXUB 4(SI)(AX*1), Y0, Y0
	VPSUBUSB Y1, Y0, Y0
	MOVW AX, (DI)
	XORQ BX, BX
	VPTEST Y0, Y0
	SETNE BX
	LEAQ (DI)(BX*2), DI
	ADDQ $32, AX
	DECQ CX
	JNZ  loop
done:
	SUBQ R8, DI
	SHRQ $1, DI
	MOVQ DI, ret+32(FP)
	VZEROUPPER
	RET

// CODES reads the codes of two halves of a block from byte k on.
#define CODES(k) \
	VMOVDQU k(R12), Y12 \
	VMOVDQU INVERTED+k(R12), Y13 \
	VMOVDQU k(R13), Y14 \
	VMOVDQU INVERTED+k(R13), Y15

// TABLE reads that of a place and a group.
#define TABLE(off) \
	VBROADCASTI128 off(DX), Y8 \
	VBROADCASTI128 off+16(DX), Y9

// FIRST gives the buckets of a group for which the first place holds, for both halves of a block.
#define FIRST(off, a, b) \
	TABLE(off) \
	VPSHUFB Y12, Y8, a \
	VPSHUFB Y13, Y9, Y10 \
	VPOR Y10, a, a \
	VPSHUFB Y14, Y8, b \
	VPSHUFB Y15, Y9, Y11 \
	VPOR Y11, b, b

// NEXT leaves those for which another holds too.
#define NEXT(off, a, b) \
	TABLE(off) \
	VPSHUFB Y12, Y8, Y10 \
	VPSHUFB Y13, Y9, Y11 \
	VPOR Y10, Y11, Y10 \
	VPAND Y10, a, a \
	VPSHUFB Y14, Y8, Y8 \
	VPSHUFB Y15, Y9, Y9 \
	VPOR Y8, Y9, Y8 \
	VPAND Y8, b, b

// FOURGROUPS gives in BX the bytes of a block where nothing is left of four groups.
#define FOURGROUPS \
	CODES(0) \
	FIRST(0, Y0, Y1) \
	FIRST(320, Y2, Y3) \
	FIRST(640, Y4, Y5) \
	FIRST(960, Y6, Y7) \
	CODES(1) \
	NEXT(64, Y0, Y1) \
	NEXT(384, Y2, Y3) \
	NEXT(704, Y4, Y5) \
	NEXT(1024, Y6, Y7) \
	CODES(2) \
	NEXT(128, Y0, Y1) \
	NEXT(448, Y2, Y3) \
	NEXT(768, Y4, Y5) \
	NEXT(1088, Y6, Y7) \
	CODES(3) \
	NEXT(192, Y0, Y1) \
	NEXT(512, Y2, Y3) \
	NEXT(832, Y4, Y5) \
	NEXT(1152, Y6, Y7) \
	CODES(4) \
	NEXT(256, Y0, Y1) \
	NEXT(576, Y2, Y3) \
	NEXT(896, Y4, Y5) \
	NEXT(1216, Y6, Y7) \
	VPOR Y2, Y0, Y0 \
	VPOR Y3, Y1, Y1 \
	VPOR Y4, Y6, Y6 \
	VPOR Y5, Y7, Y7 \
	VPOR Y6, Y0, Y0 \
	VPOR Y7, Y1, Y1 \
	VPXOR Y8, Y8, Y8 \
	VPCMPEQB Y8, Y0, Y0 \
	VPCMPEQB Y8, Y1, Y1 \
	VPMOVMSKB Y0, AX \
	VPMOVMSKB Y1, BX \
	SHLQ $32, BX \
	ORQ  AX, BX

// PLACE writes the number of the lowest bit and clears it.
#define PLACE(to) \
	TZCNTQ BX, AX \
	ADDQ R11, AX \
	MOVW AX, to \
	BLSRQ BX, BX

// func listAVX2(t *tables, code *byte, halves *uint16, blocks int, out *uint16) int
TEXT ·listAVX2(SB), NOSPLIT, $0-48
	MOVQ t+0(FP), DX
	MOVQ code+8(FP), SI
	MOVQ halves+16(FP), R15
	MOVQ blocks+24(FP), CX
	MOVQ out+32(FP), DI
	MOVQ DI, R8
	MOVQ GROUPS(DX), R9
	XORQ R11, R11 // number of the block's first byte
	TESTQ CX, CX
	JZ   done
loop:
	MOVWLZX (R15), R12
	MOVWLZX 2(R15), R13
	ADDQ SI, R12
	ADDQ SI, R13
	FOURGROUPS
	CMPQ R9, $4
	JLE  found
	MOVQ BX, R10
	ADDQ $1280, DX
	FOURGROUPS
	ANDQ R10, BX
	SUBQ $1280, DX
found:
	NOTQ BX
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
	ADDQ $4, R15
	DECQ CX
	JNZ  loop
done:
	SUBQ R8, DI
	SHRQ $1, DI
	MOVQ DI, ret+40(FP)
	VZEROUPPER
	RET

// func membersAVX2(table *[64]byte, code *byte, blocks int, low, high uint64, out *uint64, words *uint16) int
TEXT ·membersAVX2(SB), NOSPLIT, $0-64
	MOVQ table+0(FP), DX
	MOVQ code+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ low+24(FP), R9
	MOVQ high+32(FP), R10
	MOVQ out+40(FP), DI
	MOVQ words+48(FP), R11
	MOVQ R11, R12
	VBROADCASTI128 0(DX), Y0
	VBROADCASTI128 16(DX), Y1
	VPXOR Y2, Y2, Y2
	XORL R8, R8 // number of the word
	TESTQ CX, CX
	JZ   done
loop:
	VMOVDQU (SI), Y4
	VMOVDQU INVERTED(SI), Y5
	VMOVDQU 32(SI), Y6
	VMOVDQU INVERTED+32(SI), Y7
	VPSHUFB Y4, Y0, Y4
	VPSHUFB Y5, Y1, Y5
	VPSHUFB Y6, Y0, Y6
	VPSHUFB Y7, Y1, Y7
	VPOR Y5, Y4, Y4
	VPOR Y7, Y6, Y6
	VPCMPEQB Y2, Y4, Y4
	VPCMPEQB Y2, Y6, Y6
	VPMOVMSKB Y4, AX
	VPMOVMSKB Y6, BX
	SHLQ $32, BX
	ORQ  AX, BX // the bytes that are no members
	MOVQ BX, AX
	NOTQ AX
	MOVQ AX, (DI)(R8*8)
	SUBQ R9, BX
	ANDQ R10, BX
	TESTQ AX, BX
	JNZ  full
next:
	ADDQ $64, SI
	INCQ R8
	CMPQ R8, CX
	JLT  loop
done:
	SUBQ R12, R11
	SHRQ $1, R11
	MOVQ R11, ret+56(FP)
	VZEROUPPER
	RET
full:
	MOVW R8, (R11)
	ADDQ $2, R11
	JMP  next
