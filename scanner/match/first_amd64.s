#include "textflag.h"

// See first.go for the algorithm.
//
// The layout of type tables: members is 8 groups of 5 tables of 64 bytes, then comes the number of groups.
#define GROUPS 2560

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

// func membersVBMI(table *[64]byte, code *byte, blocks int, low, high uint64, out *uint64, words *uint16) int
TEXT ·membersVBMI(SB), NOSPLIT, $0-64
	MOVQ table+0(FP), DX
	MOVQ code+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ low+24(FP), R9
	MOVQ high+32(FP), R10
	MOVQ out+40(FP), DI
	MOVQ words+48(FP), R11
	MOVQ R11, R12
	VMOVDQU64 (DX), Z0
	XORL R8, R8 // number of the word
	TESTQ CX, CX
	JZ   done
loop:
	VMOVDQU64 (SI), Z1
	VPERMB Z0, Z1, Z1
	VPTESTMB Z1, Z1, K1
	KMOVQ K1, AX
	MOVQ AX, (DI)(R8*8)
	MOVQ AX, BX
	NOTQ BX
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
