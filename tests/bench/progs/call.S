/*
 * Benchmark: calls, returns and indirect branches.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A turn is fib(14), recursive, where each leaf calls one of four functions
 * through a table.
 */

    .text
    .global workload
workload:
    stp     x29, x30, [sp, #-16]!
    mov     x15, x0
    mov     x19, #0
    ldr     x5, =6364136223846793005
    ldr     x6, =1442695040888963407
    adr     x1, table
turn:
    mov     x4, #42
    mov     x3, #0
    mov     x0, #14
    bl      fib
    add     x3, x3, x0
    ror     x19, x19, #1
    add     x19, x19, x3
    subs    x15, x15, #1
    b.ne    turn
    mov     x0, x19
    ldp     x29, x30, [sp], #16
    ret

fib:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    cmp     x0, #2
    b.lo    leaf
    stp     x0, xzr, [sp, #16]
    sub     x0, x0, #1
    bl      fib
    ldr     x7, [sp, #16]
    str     x0, [sp, #24]
    sub     x0, x7, #2
    bl      fib
    ldr     x7, [sp, #24]
    add     x0, x0, x7
    b       1f
leaf:
    madd    x4, x4, x5, x6
    lsr     x7, x4, #62
    ldr     x7, [x1, x7, lsl #3]
    blr     x7
1:  ldp     x29, x30, [sp], #32
    ret

f0: add     x3, x3, x4
    ret
f1: eor     x3, x3, x4
    ret
f2: sub     x3, x3, x4
    ret
f3: ror     x3, x3, #7
    ret

    .balign 8
table:
    .quad   f0, f1, f2, f3
