#include "textflag.h"

// See first.go for the algorithm.
//
// The layout of type tables: members is 8 groups of 5 tables of 64 bytes, then comes the number of groups. That of type
// coding: 256 codes, 256 bytes of rows, and whether there are any beyond ASCII.
#define GROUPS 2560
#define ROWS 256
#define BEYOND 512

// INVERTED is how far from a code its copy with the highest bit inverted is.
#define INVERTED 8256

// func classifyVBMI(c *coding, text *byte, blocks int, out *byte)
TEXT ·classifyVBMI(SB), NOSPLIT, $0-32
	MOVQ c+0(FP), DX
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ out+24(FP), DI
	VMOVDQU64 0(DX), Z0
	VMOVDQU64 64(DX), Z1
	VMOVDQU64 128(DX), Z2
	VMOVDQU64 192(DX), Z3
	TESTQ CX, CX
	JZ   done
loop:
	// The lower half of the table and the upper one, chosen by the high bit.
	VMOVDQU64 (SI), Z4
	VMOVDQA64 Z4, Z5
	VPMOVB2M Z4, K1
	VPERMI2B Z1, Z0, Z4
	VPERMI2B Z3, Z2, Z5
	VMOVDQU8 Z5, K1, Z4
	VMOVDQU64 Z4, (DI)
	ADDQ $64, SI
	ADDQ $64, DI
	DECQ CX
	JNZ  loop
done:
	VZEROUPPER
	RET

// func membersVBMI(table *[64]byte, code *byte, blocks int, out *uint64)
TEXT ·membersVBMI(SB), NOSPLIT, $0-32
	MOVQ table+0(FP), DX
	MOVQ code+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ out+24(FP), DI
	VMOVDQU64 (DX), Z0
	TESTQ CX, CX
	JZ   done
loop:
	VMOVDQU64 (SI), Z1
	VPERMB Z0, Z1, Z1
	VPTESTMB Z1, Z1, K1
	KMOVQ K1, AX
	MOVQ AX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  loop
done:
	VZEROUPPER
	RET

// GROUP adds to Z8 the buckets of one group that are left at all five places of the classes in Z0 to Z4.
#define GROUP(t0, t1, t2, t3, t4) \
	VPERMB t0, Z0, Z5 \
	VPERMB t1, Z1, Z6 \
	VPERMB t2, Z2, Z7 \
	VPTERNLOGD $0x80, Z5, Z6, Z7 \
	VPERMB t3, Z3, Z5 \
	VPERMB t4, Z4, Z6 \
	VPTERNLOGD $0x80, Z5, Z6, Z7 \
	VPORD Z7, Z8, Z8

// The numbers of 32 words, and what they grow by from block to block.
DATA wordNumbers<>+0(SB)/8, $0x0003000200010000
DATA wordNumbers<>+8(SB)/8, $0x0007000600050004
DATA wordNumbers<>+16(SB)/8, $0x000b000a00090008
DATA wordNumbers<>+24(SB)/8, $0x000f000e000d000c
DATA wordNumbers<>+32(SB)/8, $0x0013001200110010
DATA wordNumbers<>+40(SB)/8, $0x0017001600150014
DATA wordNumbers<>+48(SB)/8, $0x001b001a00190018
DATA wordNumbers<>+56(SB)/8, $0x001f001e001d001c
GLOBL wordNumbers<>(SB), RODATA|NOPTR, $64

// FOUND writes the numbers of the bytes where something is left in Z8, one behind the other.
#define FOUND \
	VPTESTMB Z8, Z8, K1 \
	KSHIFTRQ $32, K1, K2 \
	VPCOMPRESSW.Z Z9, K1, Z0 \
	VPADDW Z10, Z9, Z9 \
	VPCOMPRESSW.Z Z9, K2, Z1 \
	VPADDW Z10, Z9, Z9 \
	KMOVD K1, AX \
	POPCNTL AX, AX \
	KMOVD K2, BX \
	POPCNTL BX, BX \
	VMOVDQU64 Z0, (DI) \
	LEAQ (DI)(AX*2), DI \
	VMOVDQU64 Z1, (DI) \
	LEAQ (DI)(BX*2), DI

// FOUR is GROUP for the first four groups, whose tables are in registers.
#define FOUR \
	VMOVDQU64 0(SI), Z0 \
	VMOVDQU64 1(SI), Z1 \
	VMOVDQU64 2(SI), Z2 \
	VMOVDQU64 3(SI), Z3 \
	VMOVDQU64 4(SI), Z4 \
	VPXORD Z8, Z8, Z8 \
	GROUP(Z11, Z12, Z13, Z14, Z15) \
	GROUP(Z16, Z17, Z18, Z19, Z20) \
	GROUP(Z21, Z22, Z23, Z24, Z25) \
	GROUP(Z26, Z27, Z28, Z29, Z30)

// func listVBMI(t *tables, code *byte, blocks int, out *uint16) int
TEXT ·listVBMI(SB), NOSPLIT, $0-40
	MOVQ t+0(FP), DX
	MOVQ code+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ out+24(FP), DI
	MOVQ DI, R8
	MOVQ GROUPS(DX), R9
	VMOVDQU64 wordNumbers<>(SB), Z9
	MOVL $32, AX
	VPBROADCASTW AX, Z10
	VMOVDQU64 0(DX), Z11
	VMOVDQU64 64(DX), Z12
	VMOVDQU64 128(DX), Z13
	VMOVDQU64 192(DX), Z14
	VMOVDQU64 256(DX), Z15
	VMOVDQU64 320(DX), Z16
	VMOVDQU64 384(DX), Z17
	VMOVDQU64 448(DX), Z18
	VMOVDQU64 512(DX), Z19
	VMOVDQU64 576(DX), Z20
	VMOVDQU64 640(DX), Z21
	VMOVDQU64 704(DX), Z22
	VMOVDQU64 768(DX), Z23
	VMOVDQU64 832(DX), Z24
	VMOVDQU64 896(DX), Z25
	VMOVDQU64 960(DX), Z26
	VMOVDQU64 1024(DX), Z27
	VMOVDQU64 1088(DX), Z28
	VMOVDQU64 1152(DX), Z29
	VMOVDQU64 1216(DX), Z30
	VMOVDQU64 1280(DX), Z31
	TESTQ CX, CX
	JZ   done
	CMPQ R9, $4
	JLE  few
loop:
	FOUR
	GROUP(Z31, 1344(DX), 1408(DX), 1472(DX), 1536(DX))
	GROUP(1600(DX), 1664(DX), 1728(DX), 1792(DX), 1856(DX))
	GROUP(1920(DX), 1984(DX), 2048(DX), 2112(DX), 2176(DX))
	GROUP(2240(DX), 2304(DX), 2368(DX), 2432(DX), 2496(DX))
	FOUND
	ADDQ $64, SI
	DECQ CX
	JNZ  loop
	JMP  done
few:
	FOUR
	FOUND
	ADDQ $64, SI
	DECQ CX
	JNZ  few
done:
	SUBQ R8, DI
	SHRQ $1, DI
	MOVQ DI, ret+32(FP)
	VZEROUPPER
	RET

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

// CODES reads the codes of a block from byte k on.
#define CODES(k) \
	VMOVDQU k(SI), Y12 \
	VMOVDQU INVERTED+k(SI), Y13 \
	VMOVDQU k+32(SI), Y14 \
	VMOVDQU INVERTED+k+32(SI), Y15

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

// func listAVX2(t *tables, code *byte, blocks int, out *uint16) int
TEXT ·listAVX2(SB), NOSPLIT, $0-40
	MOVQ t+0(FP), DX
	MOVQ code+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ out+24(FP), DI
	MOVQ DI, R8
	MOVQ GROUPS(DX), R9
	XORQ R11, R11 // number of the block's first byte
	TESTQ CX, CX
	JZ   done
loop:
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
	ADDQ $64, SI
	DECQ CX
	JNZ  loop
done:
	SUBQ R8, DI
	SHRQ $1, DI
	MOVQ DI, ret+32(FP)
	VZEROUPPER
	RET
