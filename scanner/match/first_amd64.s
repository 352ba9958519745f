#include "textflag.h"

// See first.go for the algorithm.
//
// The layout of type tables: classes is 4 groups of 5 tables of 128 bytes, halves
// begins at 2560 and is 4 groups of 6 pairs of 16 bytes.
#define HALVES 2560

// GROUP looks five vectors of text up in the tables of one group. The first half of a table is in
// a register, the second in memory. K gets a bit for each byte that is left.
#define GROUP(t0, t1, t2, t3, t4, off, K) \
	VMOVDQA64 Z5, Z0 \
	VMOVDQA64 Z6, Z1 \
	VMOVDQA64 Z7, Z2 \
	VMOVDQA64 Z8, Z3 \
	VMOVDQA64 Z9, Z4 \
	VPERMI2B off+64(DX), t0, Z0 \
	VPERMI2B off+192(DX), t1, Z1 \
	VPERMI2B off+320(DX), t2, Z2 \
	VPERMI2B off+448(DX), t3, Z3 \
	VPERMI2B off+576(DX), t4, Z4 \
	VPTERNLOGD $0x80, Z1, Z2, Z0 \
	VPANDQ Z3, Z4, Z3 \
	VPTESTMB Z0, Z3, K

// func placesVBMI(t *tables, text *byte, blocks int, out *uint64)
TEXT ·placesVBMI(SB), NOSPLIT, $0-32
	MOVQ t+0(FP), DX
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ out+24(FP), DI
	VMOVDQU64 0(DX), Z12
	VMOVDQU64 128(DX), Z13
	VMOVDQU64 256(DX), Z14
	VMOVDQU64 384(DX), Z15
	VMOVDQU64 512(DX), Z16
	VMOVDQU64 640(DX), Z17
	VMOVDQU64 768(DX), Z18
	VMOVDQU64 896(DX), Z19
	VMOVDQU64 1024(DX), Z20
	VMOVDQU64 1152(DX), Z21
	VMOVDQU64 1280(DX), Z22
	VMOVDQU64 1408(DX), Z23
	VMOVDQU64 1536(DX), Z24
	VMOVDQU64 1664(DX), Z25
	VMOVDQU64 1792(DX), Z26
	VMOVDQU64 1920(DX), Z27
	VMOVDQU64 2048(DX), Z28
	VMOVDQU64 2176(DX), Z29
	VMOVDQU64 2304(DX), Z30
	VMOVDQU64 2432(DX), Z31
	MOVQ $0x7f7f7f7f7f7f7f7f, AX
	VPBROADCASTQ AX, Z11
	TESTQ CX, CX
	JZ   done
loop:
	// Bytes from 0x7f on become 0x7f.
	VPMINUB 0(SI), Z11, Z5
	VPMINUB 1(SI), Z11, Z6
	VPMINUB 2(SI), Z11, Z7
	VPMINUB 3(SI), Z11, Z8
	VPMINUB 4(SI), Z11, Z9
	GROUP(Z12, Z13, Z14, Z15, Z16, 0, K1)
	GROUP(Z17, Z18, Z19, Z20, Z21, 640, K2)
	GROUP(Z22, Z23, Z24, Z25, Z26, 1280, K3)
	GROUP(Z27, Z28, Z29, Z30, Z31, 1920, K4)
	KORQ K1, K2, K1
	KORQ K3, K4, K3
	KORQ K1, K3, K1
	KMOVQ K1, AX
	MOVQ AX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  loop
done:
	VZEROUPPER
	RET

// SPLIT reads text and takes its bytes apart into low and high halves.
#define SPLIT(off, lo, hi) \
	VMOVDQU off(SI), lo \
	VPSRLW $4, lo, hi \
	VPAND Y15, lo, lo \
	VPAND Y15, hi, hi

// LOOK takes from Y10 the buckets for which one place does not hold.
#define LOOK(off, lo, hi) \
	VBROADCASTI128 off(DX), Y8 \
	VPSHUFB lo, Y8, Y8 \
	VPAND Y8, Y10, Y10 \
	VBROADCASTI128 off+16(DX), Y8 \
	VPSHUFB hi, Y8, Y8 \
	VPAND Y8, Y10, Y10

// GROUP2 gives in Y10 the buckets of one group for which all six places hold.
#define GROUP2(off) \
	VBROADCASTI128 off(DX), Y10 \
	VPSHUFB Y0, Y10, Y10 \
	VBROADCASTI128 off+16(DX), Y8 \
	VPSHUFB Y1, Y8, Y8 \
	VPAND Y8, Y10, Y10 \
	LOOK(off+32, Y2, Y3) \
	LOOK(off+64, Y4, Y5) \
	LOOK(off+96, Y6, Y7) \
	LOOK(off+128, Y13, Y14) \
	LOOK(off+160, Y9, Y11)

// func placesAVX2(t *tables, text *byte, blocks int, out *uint64)
TEXT ·placesAVX2(SB), NOSPLIT, $0-32
	MOVQ t+0(FP), DX
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ out+24(FP), DI
	ADDQ CX, CX // half a block at a time
	MOVQ $0x0f0f0f0f0f0f0f0f, AX
	MOVQ AX, X15
	VPBROADCASTQ X15, Y15
	TESTQ CX, CX
	JZ   done2
loop2:
	SPLIT(0, Y0, Y1)
	SPLIT(1, Y2, Y3)
	SPLIT(2, Y4, Y5)
	SPLIT(3, Y6, Y7)
	SPLIT(4, Y13, Y14)
	SPLIT(5, Y9, Y11)
	GROUP2(HALVES)
	VMOVDQA Y10, Y12
	GROUP2(HALVES+192)
	VPOR Y10, Y12, Y12
	GROUP2(HALVES+384)
	VPOR Y10, Y12, Y12
	GROUP2(HALVES+576)
	VPOR Y10, Y12, Y12
	VPXOR Y8, Y8, Y8
	VPCMPEQB Y8, Y12, Y12
	VPMOVMSKB Y12, AX
	NOTL AX
	MOVL AX, (DI)
	ADDQ $32, SI
	ADDQ $4, DI
	DECQ CX
	JNZ  loop2
done2:
	VZEROUPPER
	RET
