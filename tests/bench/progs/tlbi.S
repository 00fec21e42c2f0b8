/*
 * Benchmark: one TLB invalidation, and what it makes others pay.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * -DOP=...         the instruction; its operand is in x3; or nothing
 * -DOPERAND=N      the operand
 * -DINSIDE=N       then read N pages, those that the ranges are about
 * -DOUTSIDE=N      then read N pages that no operation is about
 * -DBLOCK          then read in a block of 2 MB
 * -DPAGE           all of this runs in a page, at PAGE_VA, not in a block
 * -DCHECK=SYMBOL   descriptor (of INSIDE_VA or BLOCK_VA) and CHECK_VA, to see
 *                  that the operation works; without, it is not looked at
 *
 * A turn is LOOPS operations, each with a DSB and an ISB.  Result: nanoseconds
 * of the fastest turn; 0 when the operation left something that has to go.
 */

#define LOOPS       1000
#define INSIDE_VA   0xc0000000
#define OUTSIDE_VA  0xc0400000
#define PAGE_VA     0xc0800000
#define BLOCK_VA    0x100000000

#define GIB         0x40000000
/* Where all pages lead to, and where the checked one leads to then */
#define BEFORE      0x44000000
#define AFTER       0x44200000

/* As in start.S, and not executable */
#define DESC_PAGE   ((3 << 53) | 0x703)
#define DESC_BLOCK  ((3 << 53) | 0x701)
#define DESC_CODE   0x783               /* and not writable */

    .text
    .global workload
workload:
    mov     x20, x0
    /* 2048 pages at INSIDE_VA */
    mrs     x1, ttbr0_el1
    adrp    x4, pages
    ldr     x2, =(DESC_PAGE | BEFORE)
    mov     x5, #2048
1:  str     x2, [x4], #8
    subs    x5, x5, #1
    b.ne    1b
    adrp    x4, pages
    adrp    x5, tables
    orr     x4, x4, #3
    mov     x6, #5
2:  str     x4, [x5], #8
    add     x4, x4, #4096
    subs    x6, x6, #1
    b.ne    2b
    adrp    x5, tables
    orr     x5, x5, #3
    str     x5, [x1, #(8 * (INSIDE_VA / GIB))]
    /* The page of the loop, at PAGE_VA */
    adrp    x4, again
    mov     x5, #DESC_CODE
    orr     x4, x4, x5
    adrp    x5, code
    str     x4, [x5]
    /* A block at BLOCK_VA */
    adrp    x5, blocks
    ldr     x2, =(DESC_BLOCK | BEFORE)
    str     x2, [x5]
    orr     x5, x5, #3
    str     x5, [x1, #(8 * (BLOCK_VA / GIB))]
    ldr     x1, =BEFORE
    mov     x2, #1
    str     x2, [x1]
    ldr     x1, =AFTER
    mov     x2, #2
    str     x2, [x1]
    tlbi    vmalle1
    dsb     sy
    isb

    mov     x0, #-1
    adr     x14, again
#ifdef PAGE
    and     x14, x14, #0xfff
    ldr     x3, =PAGE_VA
    orr     x14, x14, x3
#endif
    adr     x15, done
    ldr     x3, =OPERAND
    ldr     x11, =INSIDE_VA
    ldr     x12, =OUTSIDE_VA
    ldr     x13, =BLOCK_VA
turn:
    mov     x4, #LOOPS
    isb
    mrs     x8, cntvct_el0
    br      x14
    .balign 256                         /* not across a page */
again:
#ifdef OP
    OP
#endif
    dsb     ish
    isb
#ifdef INSIDE
    mov     x10, x11
    mov     x5, #INSIDE
1:  ldr     x9, [x10]
    add     x10, x10, #4096
    subs    x5, x5, #1
    b.ne    1b
#endif
#ifdef OUTSIDE
    mov     x10, x12
    mov     x5, #OUTSIDE
1:  ldr     x9, [x10]
    add     x10, x10, #4096
    subs    x5, x5, #1
    b.ne    1b
#endif
#ifdef BLOCK
    ldr     x9, [x13]
#endif
    subs    x4, x4, #1
    b.ne    again
    br      x15
done:
    isb
    mrs     x9, cntvct_el0
    sub     x9, x9, x8
    cmp     x9, x0
    csel    x0, x9, x0, lo
    subs    x20, x20, #1
    b.ne    turn

#ifdef CHECK
    ldr     x10, =CHECK_VA
    ldr     x9, [x10]
    adrp    x5, CHECK
    ldr     x2, [x5]
    eor     x2, x2, #(BEFORE ^ AFTER)
    str     x2, [x5]
    dsb     sy
    OP
    dsb     sy
    isb
    ldr     x10, [x10]
    cmp     x9, #1
    ccmp    x10, #2, #0, eq
    csel    x0, x0, xzr, eq
#endif
    ret

    .bss
    .balign 4096
pages:
    .skip   4 * 4096
code:
    .skip   4096
tables:
    .skip   4096
blocks:
    .skip   4096
