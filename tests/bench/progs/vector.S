/*
 * Benchmark: one vector instruction, 64 in a row, 100 times a turn.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * -DINSN=N is its encoding; without it: the loop alone.  FPMR is 0: E5M2, no
 * scales.  V0 gets the same value before each, so that sums do not overflow;
 * that is part of the loop.  V24 has small integers, the others FP8 and
 * half-precision numbers near 1.  The checksum is 0.
 */

    .text
    .global workload
workload:
    mrs     x1, sctlr_el1
    orr     x1, x1, #(1 << 34)          /* EnFPM */
    msr     sctlr_el1, x1
    mov     x1, #(3 << 20)
    orr     x1, x1, #(3 << 16)          /* FPEN, ZEN */
    msr     cpacr_el1, x1
    isb
    msr     s3_3_c4_c4_2, xzr           /* FPMR */
    msr     fpsr, xzr
    ldr     x1, =0x3c3d383a34bc3839
    ldr     x2, =0x38b93c353a3e3438
    .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23
    mov     v\n\().d[0], x1
    mov     v\n\().d[1], x2
    ror     x1, x1, #8
    ror     x2, x2, #16
    .endr
    movi    v24.4s, #2
turn:
    mov     x2, #100
1:
    .rept   64
    mov     v0.16b, v18.16b
#ifdef INSN
    .inst   INSN
#endif
    .endr
    subs    x2, x2, #1
    b.ne    1b
    subs    x0, x0, #1
    b.ne    turn
    mov     x0, #0
    ret
