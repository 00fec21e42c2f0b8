/*
 * Benchmark: accesses to one system register, 64 in a row.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * -DREG=NAME says which register; -DWRITE writes, else reads.  Without REG:
 * the loop alone.  The checksum is what the register holds in the end, or 0.
 */

#ifdef REG
#define VALUE   0x00400000              /* what FPMR and FPCR can both hold */
#endif

    .text
    .global workload
workload:
#ifdef REG
    ldr     x1, =VALUE
    msr     REG, x1
#endif
turn:
    mov     x2, #100
1:
#ifdef REG
    .rept   64
#ifdef WRITE
    msr     REG, x1
#else
    mrs     x3, REG
#endif
    .endr
#endif
    subs    x2, x2, #1
    b.ne    1b
    subs    x0, x0, #1
    b.ne    turn
#ifdef REG
    mrs     x0, REG
#endif
    ret
