#include "textflag.h"

// SPREAD sets all four numbers of a register. Where these are written to, the instructions must be those of
// AVX: MOVQ to an X register of SSE costs a hundred nanoseconds in between.
#define SPREAD(number, x, y) \
	MOVQ number, AX \
	VMOVQ AX, x \
	VPBROADCASTQ x, y

// func edgesAVX2(text *byte, blocks, from int, at *int32) (n int, open bool)
//
// What edges.find finds in so many blocks of 64 bytes, of which the first is at
// offset from. A byte b is one of n neighbours from c on if min(b-c, n-1) is
// b-c, without a sign. Four offsets are written at a time, of which the last may
// mean nothing.
TEXT ·edgesAVX2(SB), NOSPLIT, $0-41
	MOVQ text+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ from+16(FP), R8
	MOVQ at+24(FP), DI
	MOVQ DI, R9
	XORQ R10, R10 // 1 if the byte before is part of a word
	SPREAD($0x2020202020202020, X8, Y8) // makes small letters
	SPREAD($0x6161616161616161, X9, Y9) // a
	SPREAD($0x1919191919191919, X10, Y10) // z-a
	SPREAD($0x3030303030303030, X11, Y11) // 0
	SPREAD($0x0909090909090909, X12, Y12) // 9-0
	SPREAD($0x5f5f5f5f5f5f5f5f, X13, Y13) // _
	TESTQ CX, CX
	JE   done

block:
	VMOVDQU  (SI), Y0
	VMOVDQU  32(SI), Y1
	VPOR     Y8, Y0, Y2
	VPOR     Y8, Y1, Y3
	VPSUBB   Y9, Y2, Y2
	VPSUBB   Y9, Y3, Y3
	VPMINUB  Y10, Y2, Y4
	VPMINUB  Y10, Y3, Y5
	VPCMPEQB Y2, Y4, Y2
	VPCMPEQB Y3, Y5, Y3
	VPSUBB   Y11, Y0, Y4
	VPSUBB   Y11, Y1, Y5
	VPMINUB  Y12, Y4, Y6
	VPMINUB  Y12, Y5, Y7
	VPCMPEQB Y4, Y6, Y4
	VPCMPEQB Y5, Y7, Y5
	VPOR     Y2, Y4, Y2
	VPOR     Y3, Y5, Y3
	VPCMPEQB Y13, Y0, Y4
	VPCMPEQB Y13, Y1, Y5
	VPOR     Y2, Y0, Y0 // whose high bits are not ASCII
	VPOR     Y3, Y1, Y1
	VPOR     Y4, Y0, Y0
	VPOR     Y5, Y1, Y1
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y1, BX
	SHLQ     $32, BX
	ORQ      BX, AX
	LEAQ     (R10)(AX*2), DX // a bit for each byte of which the one before is
	MOVQ     AX, R10
	SHRQ     $63, R10
	XORQ     DX, AX
	POPCNTQ  AX, R11
	LEAQ     (R9)(R11*4), R12 // where the next block's begin
	JMP      more

four:
	TZCNTQ AX, BX
	BLSRQ  AX, AX
	ADDL   R8, BX
	MOVL   BX, (R9)
	TZCNTQ AX, BX
	BLSRQ  AX, AX
	ADDL   R8, BX
	MOVL   BX, 4(R9)
	TZCNTQ AX, BX
	BLSRQ  AX, AX
	ADDL   R8, BX
	MOVL   BX, 8(R9)
	TZCNTQ AX, BX
	BLSRQ  AX, AX
	ADDL   R8, BX
	MOVL   BX, 12(R9)
	ADDQ   $16, R9

more:
	TESTQ AX, AX
	JNE   four
	MOVQ  R12, R9
	ADDQ  $64, SI
	ADDQ  $64, R8
	DECQ  CX
	JNE   block

done:
	VZEROUPPER
	SUBQ DI, R9
	SHRQ $2, R9
	MOVQ R9, n+32(FP)
	MOVB R10, open+40(FP)
	RET

// func likelyAVX2(blocks *byte, size int, count uint64, hashes *uint64, n int, out *int32) (found int)
//
// The indexes of the hashes of which a tag stands where table.find would look
// for it, in blocks of so many bytes. No step depends on the one before, so that
// many blocks are fetched from memory at the same time.
TEXT ·likelyAVX2(SB), NOSPLIT, $0-56
	MOVQ blocks+0(FP), SI
	MOVQ size+8(FP), DX
	LEAQ (SI)(DX*1), R14 // end
	MOVQ count+16(FP), R8
	MOVQ hashes+24(FP), R9
	MOVQ n+32(FP), CX
	MOVQ out+40(FP), DI
	XORQ R10, R10 // index
	XORQ R11, R11 // found
	TESTQ CX, CX
	JE   end

next:
	// The block of a hash some steps ahead is on its way by the time.
	LEAQ 24(R10), BX
	CMPQ BX, CX
	CMOVQGE R10, BX
	MOVQ (R9)(BX*8), AX
	MULQ R8
	SHLQ $6, DX
	PREFETCHT0 (SI)(DX*1)
	MOVQ (R9)(R10*8), AX
	VMOVQ AX, X0
	VPBROADCASTW X0, Y0
	MULQ R8 // DX is the block
	SHLQ $6, DX
	ADDQ SI, DX
	MOVL R10, (DI)(R11*4)

look:
	VPCMPEQW (DX), Y0, Y1
	VPCMPEQW 32(DX), Y0, Y2
	VPMOVMSKB Y1, R12
	VPMOVMSKB Y2, R13
	ANDL $0x3fffffff, R13 // without the number behind the tags
	ORL  R12, R13
	MOVBLZX 63(DX), AX
	TESTB $0x80, AX // overflows
	JNE  overflow

counted:
	XORL AX, AX
	TESTL R13, R13
	SETNE AX
	ADDQ AX, R11
	INCQ R10
	CMPQ R10, CX
	JNE  next

end:
	VZEROUPPER
	MOVQ R11, found+48(FP)
	RET

overflow:
	TESTL R13, R13
	JNE  counted
	ADDQ $64, DX
	CMPQ DX, R14
	JB   look
	JMP  counted

// func leastAVX2(keys *int64, n, ahead int)
//
// What least does, four keys at a time: up to three more are read and written.
TEXT ·leastAVX2(SB), NOSPLIT, $0-24
	MOVQ keys+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ ahead+16(FP), DX
	LEAQ (SI)(DX*8), DI

	TESTQ CX, CX
	JLE   done

four:
	VMOVDQU   (SI), Y0
	VMOVDQU   (DI), Y1
	VPCMPGTQ  Y1, Y0, Y2
	VBLENDVPD Y2, Y1, Y0, Y0
	VMOVDQU   Y0, (SI)
	ADDQ      $32, SI
	ADDQ      $32, DI
	SUBQ      $4, CX
	JG        four

done:
	VZEROUPPER
	RET

// For VPSHUFB: rotates 64 bits by 16 to the left.
DATA rotate16<>+0(SB)/8, $0x0504030201000706
DATA rotate16<>+8(SB)/8, $0x0d0c0b0a09080f0e
GLOBL rotate16<>(SB), RODATA|NOPTR, $16

#define ROTATE(n, x, t) \
	VPSRLQ $(64-n), x, t \
	VPSLLQ $n, x, x \
	VPOR   t, x, x

#define ROUND \
	VPADDQ  Y1, Y0, Y0 \
	VPADDQ  Y3, Y2, Y2 \
	ROTATE(13, Y1, Y4) \
	VPSHUFB Y7, Y3, Y3 \
	VPXOR   Y0, Y1, Y1 \
	VPXOR   Y2, Y3, Y3 \
	VPSHUFD $0xb1, Y0, Y0 \
	VPADDQ  Y3, Y0, Y0 \
	VPADDQ  Y1, Y2, Y2 \
	ROTATE(21, Y3, Y4) \
	ROTATE(17, Y1, Y5) \
	VPXOR   Y0, Y3, Y3 \
	VPXOR   Y2, Y1, Y1 \
	VPSHUFD $0xb1, Y2, Y2

// func sipHashAVX2(state *[4]uint64, hashes *uint64, fours int)
//
// Replaces each of so many fours of numbers by its SipHash, from the state
// that a key begins with.
TEXT ·sipHashAVX2(SB), NOSPLIT, $0-24
	MOVQ state+0(FP), AX
	MOVQ hashes+8(FP), SI
	MOVQ fours+16(FP), CX
	VPBROADCASTQ 0(AX), Y8
	VPBROADCASTQ 8(AX), Y9
	VPBROADCASTQ 16(AX), Y10
	VPBROADCASTQ 24(AX), Y11
	VBROADCASTI128 rotate16<>(SB), Y7
	SPREAD($0x0800000000000000, X12, Y12) // the length, eight bytes
	SPREAD($0xff, X13, Y13)
	TESTQ CX, CX
	JLE   done

next:
	VMOVDQU (SI), Y6
	VMOVDQA Y8, Y0
	VMOVDQA Y9, Y1
	VMOVDQA Y10, Y2
	VPXOR   Y6, Y11, Y3
	ROUND
	ROUND
	VPXOR   Y6, Y0, Y0
	VPXOR   Y12, Y3, Y3
	ROUND
	ROUND
	VPXOR   Y12, Y0, Y0
	VPXOR   Y13, Y2, Y2
	ROUND
	ROUND
	ROUND
	ROUND
	VPXOR   Y1, Y0, Y0
	VPXOR   Y3, Y2, Y2
	VPXOR   Y2, Y0, Y0
	VMOVDQU Y0, (SI)
	ADDQ    $32, SI
	DECQ    CX
	JNE     next

done:
	VZEROUPPER
	RET
