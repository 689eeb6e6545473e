#include "textflag.h"

// func prefetch(lines []unsafe.Pointer) (sum byte)
TEXT ·prefetch(SB), NOSPLIT, $0-25
	MOVQ lines_base+0(FP), AX
	MOVQ lines_len+8(FP), CX
	LEAQ (AX)(CX*8), CX
	JMP  more

line:
	MOVQ       (AX), DX
	PREFETCHT0 (DX)
	ADDQ       $8, AX

more:
	CMPQ AX, CX
	JLT  line
	MOVB $0, sum+24(FP)
	RET

// func prefetchRun(at unsafe.Pointer, lines int) (sum byte)
TEXT ·prefetchRun(SB), NOSPLIT, $0-17
	MOVQ at+0(FP), AX
	MOVQ lines+8(FP), CX
	JMP  rest

next:
	PREFETCHT0 (AX)
	ADDQ       $64, AX
	DECQ       CX

rest:
	TESTQ CX, CX
	JGT   next
	MOVB  $0, sum+16(FP)
	RET
