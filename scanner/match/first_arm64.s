#include "textflag.h"

// See first.go for the algorithm. In type tables, halves comes first: 4 groups of
// 6 pairs of tables of 16 bytes, by the low and by the high half of a byte.

// One bit for each of eight bytes.
DATA placeBits<>+0(SB)/8, $0x8040201008040201
DATA placeBits<>+8(SB)/8, $0x8040201008040201
GLOBL placeBits<>(SB), RODATA|NOPTR, $16

// SPLIT reads 16 bytes of text at off and takes them apart into low and high halves.
#define SPLIT(off, lo, hi) \
	ADD  $off, R1, R6 \
	VLD1 (R6), [hi.B16] \
	VAND V31.B16, hi.B16, lo.B16 \
	VUSHR $4, hi.B16, hi.B16

// LOOK2 gives in V24 and V25 the buckets for two places whose tables are next.
#define LOOK2(lo0, hi0, lo1, hi1) \
	VLD1.P 64(R5), [V20.B16, V21.B16, V22.B16, V23.B16] \
	VTBL lo0.B16, [V20.B16], V24.B16 \
	VTBL hi0.B16, [V21.B16], V25.B16 \
	VAND V24.B16, V25.B16, V24.B16 \
	VTBL lo1.B16, [V22.B16], V25.B16 \
	VTBL hi1.B16, [V23.B16], V26.B16 \
	VAND V25.B16, V26.B16, V25.B16

// GROUP adds to V10 the buckets of the next group for which all six places hold.
#define GROUP \
	LOOK2(V0, V1, V2, V3) \
	VAND V24.B16, V25.B16, V27.B16 \
	LOOK2(V4, V5, V6, V7) \
	VAND V24.B16, V27.B16, V27.B16 \
	VAND V25.B16, V27.B16, V27.B16 \
	LOOK2(V8, V9, V11, V12) \
	VAND V24.B16, V27.B16, V27.B16 \
	VAND V25.B16, V27.B16, V27.B16 \
	VORR V27.B16, V10.B16, V10.B16

// QUARTER gives in to one bit of placeBits for each of 16 bytes of text where an
// anchor may stand.
#define QUARTER(off, to) \
	SPLIT(off, V0, V1) \
	SPLIT(off+1, V2, V3) \
	SPLIT(off+2, V4, V5) \
	SPLIT(off+3, V6, V7) \
	SPLIT(off+4, V8, V9) \
	SPLIT(off+5, V11, V12) \
	MOVD R4, R5 \
	VEOR V10.B16, V10.B16, V10.B16 \
	GROUP \
	GROUP \
	GROUP \
	GROUP \
	VCMTST V10.B16, V10.B16, V10.B16 \
	VAND V30.B16, V10.B16, to.B16

// func placesNEON(t *tables, text *byte, blocks int, out *uint64)
TEXT ·placesNEON(SB), NOSPLIT, $0-32
	MOVD t+0(FP), R4
	MOVD text+8(FP), R1
	MOVD blocks+16(FP), R2
	MOVD out+24(FP), R3
	MOVD $placeBits<>(SB), R6
	VLD1 (R6), [V30.B16]
	VMOVI $15, V31.B16
	CBZ  R2, done
loop:
	QUARTER(0, V16)
	QUARTER(16, V17)
	QUARTER(32, V18)
	QUARTER(48, V19)

	// Bits of neighbours are added up: 64 bytes become 32, 16 and then 8.
	VADDP V17.B16, V16.B16, V16.B16
	VADDP V19.B16, V18.B16, V18.B16
	VADDP V18.B16, V16.B16, V16.B16
	VADDP V16.B16, V16.B16, V16.B16
	VMOV V16.D[0], R6
	MOVD.P R6, 8(R3)
	ADD  $64, R1
	SUB  $1, R2
	CBNZ R2, loop
done:
	RET
