/*
 * Benchmark programs that trace themselves: the trace unit on and off.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The trace buffer is a megabyte behind the program (a quarter of a gigabyte
 * for a kernel that boots), used as a ring; EL1 and EL0 are traced, with nothing but branches, exceptions and addresses.  That
 * is what Linux's "perf record --per-thread -e cs_etm//" writes, too.
 */

#ifdef PHYSICAL                         /* for a kernel: see boot.S */
#define BUFFER          0x60000000
#define BUFFER_SIZE     0x10000000
#define NVM             (1 << 5)
#else
#define BUFFER          0x41000000
#define BUFFER_SIZE     0x100000
#define NVM             0
#endif

/* D24.2: the registers by encoding, the assembler may not know their names */
#define TRFCR_EL1       s3_0_c1_c2_1
#define OSLAR_EL1       s2_0_c1_c0_4
#define TRBLIMITR_EL1   s3_0_c9_c11_0
#define TRBPTR_EL1      s3_0_c9_c11_1
#define TRBBASER_EL1    s3_0_c9_c11_2
#define TRBSR_EL1       s3_0_c9_c11_3
#define TRBMAR_EL1      s3_0_c9_c11_4
#define TRCTRACEIDR     s2_1_c0_c0_1
#define TRCVICTLR       s2_1_c0_c0_2
#define TRCPRGCTLR      s2_1_c0_c1_0
#define TRCVIIECTLR     s2_1_c0_c1_2
#define TRCVISSCTLR     s2_1_c0_c2_2
#define TRCSTATR        s2_1_c0_c3_0
#define TRCCONFIGR      s2_1_c0_c4_0
#define TRCEVENTCTL0R   s2_1_c0_c8_0
#define TRCEVENTCTL1R   s2_1_c0_c9_0
#define TRCRSR          s2_1_c0_c10_0
#define TRCTSCTLR       s2_1_c0_c12_0
#define TRCSYNCPR       s2_1_c0_c13_0
#define TSB_CSYNC       hint #18

/* E, FM circular, TM ignore */
#define LIMIT           ((BUFFER + BUFFER_SIZE) | NVM | 1 | (3 << 1) | (3 << 3))
#define EVENT_ALWAYS    1
#define SSSTATUS        (1 << 9)
#define TRFCR_ON        ((1 << 5) | 3)  /* TS virtual, E1TRE, E0TRE */

    .text
/* Trace from here on; leaves all but x1 and x2 as they are. */
    .global trace_on
trace_on:
    msr     TRBLIMITR_EL1, xzr
    msr     TRFCR_EL1, xzr
    msr     OSLAR_EL1, xzr
    isb
    msr     TRCPRGCTLR, xzr
    isb
1:  mrs     x1, TRCSTATR
    tbz     x1, #0, 1b
    ldr     x1, =BUFFER
    msr     TRBBASER_EL1, x1
    msr     TRBPTR_EL1, x1
    msr     TRBSR_EL1, xzr
    mov     x1, #0xff                   /* Normal memory, write-back */
    msr     TRBMAR_EL1, x1
    isb
    ldr     x1, =LIMIT
    msr     TRBLIMITR_EL1, x1
    msr     TRCCONFIGR, xzr
    msr     TRCEVENTCTL0R, xzr
    msr     TRCEVENTCTL1R, xzr
    msr     TRCTSCTLR, xzr
    mov     x1, #12                     /* synchronise each 4 KiB */
    msr     TRCSYNCPR, x1
    mov     x1, #1
    msr     TRCTRACEIDR, x1
    mov     x1, #(SSSTATUS | EVENT_ALWAYS)
    msr     TRCVICTLR, x1
    msr     TRCVIIECTLR, xzr
    msr     TRCVISSCTLR, xzr
    mov     x1, #(1 << 12)              /* TA */
    msr     TRCRSR, x1
    isb
    mov     x1, #1
    msr     TRCPRGCTLR, x1
    isb
1:  mrs     x1, TRCSTATR
    tbnz    x1, #0, 1b
    mov     x1, #TRFCR_ON
    msr     TRFCR_EL1, x1
    isb
    ret

/* No more trace; x1: bytes, x2: TRBSR_EL1.  Leaves the rest as it is. */
    .global trace_off
trace_off:
    msr     TRFCR_EL1, xzr
    isb
    TSB_CSYNC
    dsb     sy
    msr     TRCPRGCTLR, xzr
    isb
1:  mrs     x1, TRCSTATR
    tbz     x1, #0, 1b
    TSB_CSYNC
    dsb     sy
    msr     TRBLIMITR_EL1, xzr
    isb
    mrs     x1, TRBPTR_EL1
    ldr     x2, =BUFFER
    sub     x1, x1, x2
    mrs     x2, TRBSR_EL1
    ret
