#include "textflag.h"

// See first.go for the algorithm. In type tables, members is groups of 5 tables of 64 bytes, of which 32 count, then
// comes the number of groups.
#define GROUPS 2560

// One bit for each of eight bytes.
DATA placeBits<>+0(SB)/8, $0x8040201008040201
DATA placeBits<>+8(SB)/8, $0x8040201008040201
GLOBL placeBits<>(SB), RODATA|NOPTR, $16

// func classifyNEON(c *coding, text *byte, blocks int, out *byte)
TEXT ·classifyNEON(SB), NOSPLIT, $0-32
	MOVD c+0(FP), R4
	MOVD text+8(FP), R1
	MOVD blocks+16(FP), R2
	MOVD out+24(FP), R3
	VLD1.P 64(R4), [V0.B16, V1.B16, V2.B16, V3.B16]
	VLD1.P 64(R4), [V4.B16, V5.B16, V6.B16, V7.B16]
	VLD1.P 64(R4), [V8.B16, V9.B16, V10.B16, V11.B16]
	VLD1.P 64(R4), [V12.B16, V13.B16, V14.B16, V15.B16]
	VMOVI $64, V31.B16
	LSL  $2, R2 // a quarter of a block at a time
	CBZ  R2, done
loop:
	// Each quarter of the table of 256; TBX leaves what is not in its own.
	VLD1.P 16(R1), [V16.B16]
	VTBL V16.B16, [V0.B16, V1.B16, V2.B16, V3.B16], V17.B16
	VSUB V31.B16, V16.B16, V16.B16
	VTBX V16.B16, [V4.B16, V5.B16, V6.B16, V7.B16], V17.B16
	VSUB V31.B16, V16.B16, V16.B16
	VTBX V16.B16, [V8.B16, V9.B16, V10.B16, V11.B16], V17.B16
	VSUB V31.B16, V16.B16, V16.B16
	VTBX V16.B16, [V12.B16, V13.B16, V14.B16, V15.B16], V17.B16
	VST1.P [V17.B16], 16(R3)
	SUB  $1, R2
	CBNZ R2, loop
done:
	RET

// CODES reads 32 codes from byte k on; tables are indexed by their lower five bits.
#define CODES(k, a, b) \
	ADD  $k, R1, R6 \
	VLD1 (R6), [a.B16, b.B16] \
	VAND V31.B16, a.B16, a.B16 \
	VAND V31.B16, b.B16, b.B16

// FIRST gives the buckets of a group for which the first place holds, in the next table.
#define FIRST(a, b) \
	VLD1.P (R5)(R10), [V20.B16, V21.B16] \
	VTBL a.B16, [V20.B16, V21.B16], V22.B16 \
	VTBL b.B16, [V20.B16, V21.B16], V23.B16

// NEXT leaves those for which another holds too.
#define NEXT(a, b) \
	VLD1.P (R5)(R10), [V20.B16, V21.B16] \
	VTBL a.B16, [V20.B16, V21.B16], V24.B16 \
	VTBL b.B16, [V20.B16, V21.B16], V25.B16 \
	VAND V24.B16, V22.B16, V22.B16 \
	VAND V25.B16, V23.B16, V23.B16

// HALF gives in to0 and to1 one bit of placeBits for each of 32 bytes, from byte k of a block on, where something is left of
// any group.
#define HALF(k, to0, to1, group) \
	CODES(k, V0, V1) \
	CODES(k+1, V2, V3) \
	CODES(k+2, V4, V5) \
	CODES(k+3, V6, V7) \
	CODES(k+4, V8, V9) \
	MOVD R4, R5 \
	MOVD R9, R7 \
	VEOR V10.B16, V10.B16, V10.B16 \
	VEOR V11.B16, V11.B16, V11.B16 \
group: \
	FIRST(V0, V1) \
	NEXT(V2, V3) \
	NEXT(V4, V5) \
	NEXT(V6, V7) \
	NEXT(V8, V9) \
	VORR V22.B16, V10.B16, V10.B16 \
	VORR V23.B16, V11.B16, V11.B16 \
	SUB  $1, R7 \
	CBNZ R7, group \
	VCMTST V10.B16, V10.B16, V10.B16 \
	VCMTST V11.B16, V11.B16, V11.B16 \
	VAND V30.B16, V10.B16, to0.B16 \
	VAND V30.B16, V11.B16, to1.B16

// func listNEON(t *tables, code *byte, blocks int, out *uint16) int
TEXT ·listNEON(SB), NOSPLIT, $0-40
	MOVD t+0(FP), R4
	MOVD code+8(FP), R1
	MOVD blocks+16(FP), R2
	MOVD out+24(FP), R3
	MOVD R3, R8
	MOVD GROUPS(R4), R9
	MOVD $64, R10
	MOVD $0, R11 // number of the block's first byte
	MOVD $placeBits<>(SB), R6
	VLD1 (R6), [V30.B16]
	VMOVI $31, V31.B16
	CBZ  R2, done
loop:
	HALF(0, V16, V17, group0)
	HALF(32, V18, V19, group1)

	// Bits of neighbours are added up: 64 bytes become 32, 16 and then 8.
	VADDP V17.B16, V16.B16, V16.B16
	VADDP V19.B16, V18.B16, V18.B16
	VADDP V18.B16, V16.B16, V16.B16
	VADDP V16.B16, V16.B16, V16.B16
	VMOV V16.D[0], R6
	CBZ  R6, next
place:
	RBIT R6, R7
	CLZ  R7, R7
	ADD  R11, R7, R7
	MOVH.P R7, 2(R3)
	SUB  $1, R6, R7
	ANDS R7, R6, R6
	BNE  place
next:
	ADD  $64, R11
	ADD  $64, R1
	SUB  $1, R2
	CBNZ R2, loop
done:
	SUB  R8, R3, R3
	LSR  $1, R3, R3
	MOVD R3, ret+32(FP)
	RET

// func membersNEON(table *[64]byte, code *byte, blocks int, low, high uint64, out *uint64, words *uint16) int
TEXT ·membersNEON(SB), NOSPLIT, $0-64
	MOVD table+0(FP), R4
	MOVD code+8(FP), R1
	MOVD blocks+16(FP), R2
	MOVD low+24(FP), R9
	MOVD high+32(FP), R10
	MOVD out+40(FP), R3
	MOVD words+48(FP), R5
	MOVD R5, R8
	MOVD $0, R11 // number of the word
	MOVD $placeBits<>(SB), R6
	VLD1 (R6), [V30.B16]
	VMOVI $31, V31.B16
	VLD1 (R4), [V20.B16, V21.B16]
	CBZ  R2, done
loop:
	VLD1.P 64(R1), [V0.B16, V1.B16, V2.B16, V3.B16]
#define MEMBERS(a) \
	VAND V31.B16, a.B16, a.B16 \
	VTBL a.B16, [V20.B16, V21.B16], a.B16 \
	VCMTST a.B16, a.B16, a.B16 \
	VAND V30.B16, a.B16, a.B16
	MEMBERS(V0)
	MEMBERS(V1)
	MEMBERS(V2)
	MEMBERS(V3)
	VADDP V1.B16, V0.B16, V0.B16
	VADDP V3.B16, V2.B16, V2.B16
	VADDP V2.B16, V0.B16, V0.B16
	VADDP V0.B16, V0.B16, V0.B16
	VMOV V0.D[0], R6
	MOVD.P R6, 8(R3)
	MVN  R6, R7
	SUB  R9, R7, R7
	AND  R10, R7, R7
	AND  R6, R7, R7
	CBZ  R7, next
	MOVH.P R11, 2(R5)
next:
	ADD  $1, R11
	CMP  R2, R11
	BLT  loop
done:
	SUB  R8, R5, R5
	LSR  $1, R5, R5
	MOVD R5, ret+56(FP)
	RET
